"""The command line as people and scripts use it: every command, its JSON, its exit codes, its messages."""

import json
import re
import shutil
import unittest

import reckoner_process as rp

PLANS = rp.pricing("test", """
  <plan name="Plain">
    <recurring name="subscription" title="Plain fee" fee="7.00"/>
    <metered name="traffic" title="Traffic" meter="bandwidth" unit="MB" unit-size="1048576" price="0.10"/>
  </plan>
  <plan name="Seats"><recurring name="seats" quantity="seats" unit="seat" price="5.00"/></plan>
  <plan name="ByRule"><recurring name="subscription" fee="rule"/></plan>""")


def commands_in_help(reckoner, *group):
    """The names of all commands, those of groups as 'config check'."""
    text = reckoner.ok(*group, "--help").out
    listed = text.split("Subcommands:")[1] if "Subcommands:" in text else ""
    names = re.findall(r"^  ([a-z-]+) ", listed, re.MULTILINE)
    found = []
    for name in names:
        inner = commands_in_help(reckoner, *group, name)
        found += inner or [" ".join([*group, name])]
    return found


class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.data = rp.SANDBOX / "data"
        cls.files = rp.new_directory("files")
        cls.config = rp.copy_of_config("config-test", files={"pricing/test.xml": PLANS})
        cls.reckoner = rp.Reckoner(data_dir=cls.data, config=cls.config)
        cls.reckoner.ok("migrate")
        cls.kept = rp.ClusterKept(cls.reckoner, cls.data)

    @classmethod
    def tearDownClass(cls):
        cls.kept.leave()

    def file(self, name, text):
        path = self.files / name
        path.write_text(text, encoding="utf-8")
        return path

    def refused(self, code, *arguments, reckoner=None):
        """The message of a command that ends with `code`, on standard error, and says nothing elsewhere."""
        result = (reckoner or self.reckoner).run(*arguments)
        self.assertEqual((result.code, result.out), (code, ""), result)
        return result.err

    def test_1_every_command_prints_one_json_document(self):
        customers = self.file("customers.csv", "key,name,email,time-zone,anchor-day\n"
                              "acme,Acme Inc.,billing@acme.example,UTC,1\nhooli,Hooli,,Asia/Kolkata,1\n")
        subscriptions = self.file("subscriptions.csv", "key,customer,plan,starts-on,ends-on\n"
                                  "a,acme,Plain,2026-03-01,2026-05-01\n")
        usage = self.file("usage.jsonl", '{"id":"1","who":"acme","at":"2026-03-05T10:00:00Z","size":10485760}\n')
        mapping = "id=id,subject=who,time=at,type:=bandwidth,bytes=size"
        changed = {"changed", "summary", "reopened"}
        statement = self.file("bank.csv", "account,id,booked-on,amount,currency\nDE1,1,2026-04-03,1.00,USD\n"
                                          "DE1,2,2026-04-03,2.00,USD\n")
        written = rp.SANDBOX / "written.csv"
        seats = ["hooli", "Seats-2030-06-01"]  # far ahead: no run of these tests bills it
        # In this order: what a command needs, the ones before it have made.
        calls = [
            ("migrate", [], 0, {"schema"}),
            ("handlers", [], 0, {"handlers"}),
            ("config check", [self.config], 0, {"directory", "sha256", "engines", "meters", "plans"}),
            ("config plan", [rp.CONFIG], 0, {"changes"}),
            ("config apply", [self.config], 0, {"configuration_version", "changed"}),
            ("config history", [], 0, {"history"}),
            ("config activate", [1], 0, {"configuration_version", "changed"}),
            ("import", ["customers", customers], 0,
             {"kind", "file", "rows", "created", "changed", "unchanged"}),
            ("import", ["subscriptions", subscriptions], 0,
             {"kind", "file", "rows", "created", "changed", "unchanged"}),
            ("ingest", [usage, "--source", "s", "--mapping", mapping], 0,
             {"files", "received", "counted", "duplicate", "quarantined"}),
            ("quarantine list", [], 0, {"quarantine"}),
            ("customers", [], 0, {"customers"}),
            ("interim", ["acme", "--as-of", "2026-03-16T00:00:00Z"], 0, {"invoices"}),
            ("run", ["monthly", "--dry-run"], 0, {"dry_run", "due", "documents", "parked_customers"}),
            ("run", ["monthly"], 0, {"run", "engine", "state", "due", "invoiced", "parked", "nothing_due"}),
            ("runs list", [], 0, {"runs"}),
            ("runs show", [1], 0, {"run", "state", "progress", "parked_customers", "held_customers"}),
            ("runs cancel", [1], 1, {"run", "state"}),
            ("runs held", [], 0, {"held_customers"}),
            ("runs approve", [1], 1, None),
            ("runs reject", [1, "--reason", "too much"], 1, None),
            ("invoices", [], 0, {"invoices"}),
            ("invoices", ["acme"], 0, {"invoices"}),
            ("invoices compare", ["{number}"], 0, {"document", "before", "charges"}),
            ("show", ["{number}"], 0, {"kind", "number", "lines", "total", "carried_forward"}),
            ("explain", ["{number}", 1], 0, {"number", "line", "amount", "charge", "facts", "usage", "events"}),
            ("credit", ["{number}", "--line", "1=0.50", "--as", "concession", "--reason", "sorry"], 0,
             {"kind", "number", "lines", "total", "carried_forward"}),
            ("void", ["{answer}", "waive", "--reason", "not after all"], 0, {"kind", "number", "total"}),
            ("quote", ["--plan", "Plain", "--usage", "bandwidth=10485760", "--month", "2026-10"], 0,
             {"lines", "total"}),
            ("subscribe", ["hooli", "Seats", "--from", "2030-06-01", "--quantity", "seats=2"], 0, changed),
            ("change", [*seats, "--quantity", "seats=3", "--on", "2030-06-10"], 0, changed),
            ("pause", [*seats, "--on", "2030-06-12"], 0, changed),
            ("resume", [*seats, "--on", "2030-06-14"], 0, changed),
            ("agree", ["hooli", "Seats", "seats", "price=4.00", "--from", "2030-06-01"], 0, changed),
            ("charge", ["hooli", "Work", "--price", "10", "--on", "2030-06-15", "--key", "w1"], 0, changed),
            ("pay", ["acme", "1.25", "--reference", "cash-1", "--on", "2026-04-10"], 0, changed),
            ("grant coupon", ["hooli", "c1", "--amount", "5"], 0, changed),
            ("grant prepaid", ["hooli", "p1", "--amount", "5"], 0, changed),
            ("cancel", [*seats, "--on", "2030-06-20"], 0, changed),
            ("billing-mode", ["hooli", "showback", "--from", "2031-01-01"], 0, changed),
            ("parent", ["hooli", "acme"], 0, changed),
            ("billing-details", ["hooli", "--city", "Bern", "--purchase-order", "PO-1"], 0, changed),
            ("billing-details", ["hooli"], 0, {"address", "buyer_reference", "purchase_order"}),
            ("roll-up", ["acme", "--from", "2026-03", "--to", "2026-04"], 0, {"from", "to", "items"}),
            ("collective", ["acme"], 0, {"customer", "month", "items"}),
            ("margin", ["2026-03"], 0, {"month", "items"}),
            ("analytics trend", ["acme"], 0, {"from", "to", "items"}),
            ("analytics dearest", ["acme"], 0, {"from", "to", "items"}),
            ("analytics allowances", ["acme"], 0, {"from", "to", "items"}),
            ("analytics unit", ["acme", "bandwidth"], 0, {"from", "to", "unit", "items"}),
            ("analytics plans", ["acme"], 1, None),
            ("analytics benchmark", ["acme", "--month", "2026-03"], 0, {"month", "items"}),
            ("alerts", ["acme"], 0, {"alerts"}),
            ("budgets set", ["100", "--customer", "acme", "--actual", "80%"], 0, {"budgets"}),
            ("budgets list", ["--customer", "acme"], 0, {"budgets"}),
            ("budgets log", [], 0, {"alerts", "cost_centre_alerts"}),
            ("budgets remove", ["--customer", "acme"], 0, {"budgets"}),
            ("budgets set", ["100", "--cost-centre", "nowhere"], 1, None),
            ("anomalies", ["acme"], 0, {"anomalies"}),
            ("allocation set", ["rent", "2026-03", "1"], 1, None),
            ("allocation show", ["rent", "2026-03"], 1, None),
            ("allocation read-focus", ["rent", usage], 1, None),
            ("bank import", [statement], 0, {"entries", "booked", "open"}),
            ("bank list", ["--state", "open"], 0, {"entries"}),
            ("bank settle", [1, "hooli"], 0, {"state", "customer"}),
            ("bank set-aside", [2, "--reason", "a refund of ours"], 0, {"state"}),
            ("dunning", ["acme"], 0, {"dunning"}),
            ("disputes list", [], 0, {"disputes"}),
            ("disputes open", ["acme", "INV-1", "--message", "why?"], 1, None),
            ("disputes show", ["acme", 1], 1, None),
            ("disputes credit", ["acme", 1, "--reason", "so"], 1, None),
            ("disputes refuse", ["acme", 1, "--reason", "no"], 1, None),
            ("disputes withdraw", ["acme", 1], 1, None),
            ("write-offs list", [], 0, {"write_offs"}),
            ("write-offs accept", ["INV-1", "--reason", "gone"], 1, None),
            ("write-offs refuse", ["INV-1", "--reason", "no"], 1, None),
            ("webhook add", ["https://192.0.2.1/told", "--event", "invoice.issued"], 0, {"id", "secret"}),
            ("webhook list", [], 0, {"endpoints"}),
            ("webhook edit", ["we_0", "--url", "https://192.0.2.1/told"], 1, None),
            ("webhook rotate", ["we_0"], 1, None),
            ("webhook enable", ["we_0"], 1, None),
            ("webhook disable", ["we_0"], 1, None),
            ("webhook remove", ["we_0"], 1, None),
            ("webhook deliveries", ["we_0"], 1, None),
            ("webhook resend", ["we_0", "msg_0"], 1, None),
            ("export new", ["journal", "--format", "csv"], 0, {"export", "sha256"}),
            ("export list", [], 0, {"exports"}),
            ("export show", [1], 0, {"export", "sha256"}),
            ("export write", [1, "--out", written], 0, {"sha256"}),
            ("export focus", ["--out", written], 0, {"sha256"}),
            ("export read-focus", [written], 0, {"costs"}),
            ("journal export", ["--format", "csv", "--out", written], 0, {"sha256"}),
            ("customers show", ["hooli"], 0, {"key", "subscriptions", "agreements", "credits"}),
            ("user add", ["anna", "--role", "tenant-admin", "--customer", "acme"], 0,
             {"one_time_password", "login", "role", "customer", "one_time_until"}),
            ("user list", [], 0, {"users"}),
            ("user disable", ["anna@acme"], 0, {"login", "disabled_at"}),
            ("user enable", ["anna@acme"], 0, {"login", "disabled_at"}),
            ("user reset", ["anna@acme"], 0, {"one_time_password", "login"}),
            ("key create", ["gateway", "--scopes", "query,ingest", "--customer", "acme"], 0,
             {"secret", "id", "name", "prefix", "scopes", "namespace", "customer"}),
            ("key list", [], 0, {"keys"}),
            ("key revoke", [1], 0, {"id", "revoked_at", "revoked_by"}),
            ("events find", [], 0, {"events"}),
            ("events amend", ["s", "1", '--data={"bytes":5}', "--reason", "a typo"], 0,
             {"voided", "successor", "meters", "batch", "cut"}),
            ("events void", ["s", "1~1", "--reason", "not at all"], 0, {"voided", "successor", "meters", "batch", "cut"}),
            ("quarantine show", ["s", "none"], 1, None),
            ("quarantine replay", ["--all"], 0, {"tried", "counted", "refused", "unreadable", "stayed"}),
            ("quarantine drop", ["--all", "--reason", "nothing there"], 1, {"dropped"}),
            ("cut", [], 0, {"cut"}),
            ("meters list", [], 0, {"meters"}),
            ("meters compute", ["bandwidth"], 0, {"meter", "read", "counted", "batch", "cut"}),
            ("archive list", [], 0, {"archives"}),
            ("archive restore", ["2020-01"], 1, None),
            ("verify", ["--recompute"], 0, {"holds", "checks"}),
            ("replay", ["{number}"], 0, {"number", "customer", "same", "cause", "content_hash", "differences", "program",
                                         "taken", "document"}),
            ("journal balance", [], 0, {"balances"}),
            ("journal accounts", [], 0, {"accounts"}),
            ("journal close", ["2026-03"], 0, {"month", "legal_entity", "credits_lapsed", "balances", "series"}),
            ("journal reopen", ["2026-03", "--reason", "too early"], 0, {"month", "legal_entity"}),
            ("journal closings", [], 0, {"closings"}),
            ("doctor", [], 0, {"findings"}),
            ("mails list", ["--state", "pending"], 0, {"mails"}),
            ("demo", ["--no-serve"], 0, {"documents", "parked_customers", "mail_directory"}),
            ("serve", [], 0, None),
            ("mails retry", ["nothing"], 1, None),
        ]
        self.assertEqual(sorted({name for name, *_ in calls if name not in ("customers", "invoices")}),
                         sorted(commands_in_help(self.reckoner)),
                         "every command of --help is called here")
        names = {}
        for name, arguments, code, members in calls:
            with self.subTest(command=name):
                if name == "demo":
                    self.demo_twice()
                    continue
                if name == "serve":
                    serve = rp.serve_until_up(rp.Reckoner(data_dir=self.data, config=self.config))
                    serve.send(rp.signal.SIGTERM)
                    self.assertEqual((serve.wait().code, serve.wait().out), (0, ""))
                    continue
                filled = [a.format(**names) if isinstance(a, str) and a[:1] == "{" else a for a in arguments]
                result = self.reckoner.run(*name.split(), *filled, "--json")
                self.assertEqual(result.code, code, result)
                if members is None:
                    self.assertEqual(set(result.json()), {"error", "exit_code"}, result)
                    self.assertRegex(result.err, r"\Areckoner: [^\n]+\n\Z")
                    continue
                self.assertEqual(result.err, "")
                document = result.json()
                self.assertLessEqual(members, set(document), result)
                if name == "invoices":
                    names["number"] = document["invoices"][0]["number"]
                if name == "credit":
                    names["answer"] = document["number"]
        mails = self.reckoner.json("mails", "list")["mails"]
        self.assertEqual([(mail["customer"], mail["recipient"]) for mail in mails],
                         [("acme", "billing@acme.example")])

    def demo_twice(self):
        """The second time there is nothing new to load and to bill, and it shows the same."""
        data = rp.SANDBOX / "demo-data"
        reckoner = rp.Reckoner(data_dir=data, config=rp.CONFIG)
        first = reckoner.ok("demo", "--no-serve", "--json")
        self.assertEqual(first.err, "")
        documents = first.json()["documents"]
        self.assertGreater(len(documents), 5)
        self.assertGreater(len(first.json()["parked_customers"]), 0)
        second = reckoner.ok("demo", "--no-serve", "--json", timeout=30)
        self.assertEqual(second.json(), first.json())
        text = reckoner.ok("demo", "--no-serve", timeout=30).out
        for document in documents:
            self.assertIn(document["number"], text)
        self.assertIn("mails are files in", text)
        self.assertIn("Look further with ", text)
        quiet = reckoner.ok("demo", "--no-serve", "--quiet", timeout=30)
        self.assertNotIn("Look further:", quiet.out)
        self.assertEqual(quiet.err, "")

    def test_2_usage_mistakes(self):
        for arguments, said in (
                ([], "A subcommand is required"),
                (["invoice"], "unknown command 'invoice'; did you mean 'invoices'?"),
                (["config", "chek"], "unknown command 'chek'; did you mean 'check'?"),
                (["customers", "--limt", "3"], "--limt"),
                (["customers", "--limit", "0"], "--limit"),
                (["run"], "engine is required"),
                (["run", "monthly", "--period"], "--period"),
                (["runs", "show", "first"], "first"),
                (["mails", "list", "--state", "lost"], "lost"),
                (["ingest", "x.log"], "--source is required")):
            with self.subTest(arguments=arguments):
                self.assertIn(said, self.refused(2, *arguments))
        self.assertIn("reckoner interim CUSTOMER", self.refused(2, "run", "interim"))
        self.assertIn("did you mean 'monthly'?", self.refused(2, "run", "montly"))
        self.assertIn("did you mean 'customers'?", self.refused(2, "import", "customer", self.file("x.csv", "key\n")))
        for arguments in (["run", "monthly", "--period", "October"], ["run", "monthly", "--period", "2026-13"],
                          ["run", "monthly", "--customer", "acmee"],
                          ["interim", "acme", "--as-of", "tomorrow"], ["interim", "acmee"], ["invoices", "acmee"],
                          ["show", "INV-1999-000001"], ["runs", "show", "999999"], ["config", "activate", "77"],
                          ["import", "customers", "/nowhere.csv"], ["ingest", "--source", "s", "/nowhere.log"],
                          ["config", "check", "/nowhere"], ["mails", "retry", "INV-1999-000001"]):
            with self.subTest(arguments=arguments):
                result = self.reckoner.run(*arguments)
                self.assertIn(result.code, (1, 2), result)
                self.assertEqual(result.out, "", result)
                self.assertRegex(result.err, r"\Areckoner: [^\n]+\n\Z")
                self.assertIn(str(arguments[-1]), result.err)
        self.assertRegex(self.reckoner.ok("--version").out, r"\Areckoner \d+\.\d+\.\d+\n\Z")

    def test_3_files_with_mistakes_are_refused_whole_and_told_whole(self):
        path = self.file("bad.csv", "key,name,email,time-zone,anchor-day\n"
                         "good,Good,,UTC,1\nb1,,,UTC,1\nb2,B,nobody,UTC,1\nb3,B,,Europ/Berlin,1\nb4,B,,UTC,32\nb5,B\n")
        said = self.refused(1, "import", "customers", path)
        for line, reason in ((3, "name is missing"), (4, "'nobody' is not an address"),
                             (5, "unknown time zone 'Europ/Berlin'; did you mean 'Europe/Berlin'?"),
                             (6, "anchor-day '32'"), (7, "2 fields, but the header has 5")):
            self.assertIn(f"bad.csv:{line}: {reason}", said)
        self.assertIn("nothing was stored (5 problems)", said)
        self.assertNotIn("good", [c["key"] for c in self.reckoner.json("customers")["customers"]])

        log = self.file("bad.log", '10.0.0.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5 "-" "-"\n'
                        "nonsense\n\nmore nonsense\n")
        said = self.refused(1, "ingest", log, "--source", "logs", "--mapping", "type:=bandwidth")
        self.assertIn("bad.log:2: ", said)
        self.assertIn("bad.log:4: ", said)
        self.assertIn("nothing was stored (2 problems)", said)

    def test_4_imported_and_ingested_twice(self):
        path = self.file("more.csv", "key,name,email,time-zone,anchor-day\nm1,M1,,UTC,1\nm2,M2,,UTC,1\n")
        for created, unchanged in ((2, 0), (0, 2)):
            counts = self.reckoner.json("import", "customers", path)
            self.assertEqual((counts["rows"], counts["created"], counts["changed"], counts["unchanged"]),
                             (2, created, 0, unchanged))
        path = self.file("more.csv", "key,name,email,time-zone,anchor-day\nm1,M1,,UTC,1\nm2,Em Two,,UTC,1\n")
        self.assertEqual(self.reckoner.json("import", "customers", path)["changed"], 1)

        usage = self.file("events.csv", "id,who,at,size\n1,m1,2026-03-05T10:00:00Z,5\n2,m9,2026-03-05T10:00:00Z,5\n")
        arguments = ("ingest", usage, "--source", "twice", "--mapping",
                     "id=id,subject=who,time=at,type:=bandwidth,bytes=size")
        for counted, duplicate in ((1, 0), (0, 1)):
            counts = self.reckoner.json(*arguments, code=1)
            self.assertEqual((counts["received"], counts["counted"], counts["duplicate"], counts["quarantined"]),
                             (2, counted, duplicate, 1))
        quarantined = [event for event in self.reckoner.json("quarantine", "list")["quarantine"]
                       if event["source"] == "twice"]
        self.assertEqual([(event["id"], event["subject"], event["deliveries"]) for event in quarantined],
                         [("2", "m9", 2)])
        self.assertIn("m9", quarantined[0]["reason"])
        self.assertIn("m9", self.reckoner.ok("quarantine", "list").out)

    def test_5_dry_run_then_run_with_a_parked_customer(self):
        customers = self.file("run.csv", "key,name,email,time-zone,anchor-day\n"
                              "r1,R One,r1@r.example,UTC,1\nr2,R Two,,UTC,1\n")
        subscriptions = self.file("run-subscriptions.csv", "key,customer,plan,starts-on,ends-on\n"
                                  "s,r1,Plain,2026-03-01,2026-05-01\ns,r2,ByRule,2026-03-01,2026-05-01\n")
        self.reckoner.ok("config", "apply", self.config)
        self.reckoner.ok("import", "customers", customers)
        self.reckoner.ok("import", "subscriptions", subscriptions)

        database = rp.private_conninfo(self.data)
        counted = """select (select count(*) from document), (select count(*) from engine_run),
                            (select count(*) from billing_period), (select count(*) from parked),
                            (select sum(ordinal) from customer_state), (select count(*) from outbox)"""
        before = rp.psql(database, counted)
        dry = self.reckoner.json("run", "monthly", "--dry-run", code=1)
        self.assertEqual((dry["dry_run"], dry["due"]), (True, 2))
        self.assertEqual([(d["customer"]["key"], d["total"], d["number"]) for d in dry["documents"]],
                         [("r1", "14.00", None)])
        self.assertEqual([parked["customer"] for parked in dry["parked_customers"]], ["r2"])
        self.assertIn("nothing was stored", self.reckoner.ok("run", "monthly", "--dry-run", code=1).out)
        self.assertEqual(rp.psql(database, counted), before)

        only = self.reckoner.json("run", "monthly", "--customer", "r1", "--period", "2026-03")
        self.assertEqual((only["due"], only["invoiced"]), (1, 1))
        run = self.reckoner.json("run", "monthly", code=1)
        self.assertEqual((run["due"], run["invoiced"], run["parked"], run["nothing_due"]), (2, 1, 1, 0))
        self.assertEqual([parked["customer"] for parked in run["parked_customers"]], ["r2"])
        self.assertIn("2 due = 1 invoiced + 1 parked + 0 held + 0 with nothing due",
                      self.reckoner.ok("runs", "show", run["run"]).out)
        again = self.reckoner.json("run", "monthly", code=1)
        self.assertEqual((again["invoiced"], again["parked"]), (0, 1))
        retried = self.reckoner.ok("run", "monthly", "--retry-parked", code=1).out
        self.assertIn("parked r2: ", retried)

        invoices = self.reckoner.json("invoices", "r1")["invoices"]
        self.assertEqual(len(invoices), 2)
        shown = self.reckoner.json("show", invoices[0]["number"])
        self.assertEqual((shown["number"], shown["customer"]["key"], shown["total"], shown["carried_forward"]),
                         (invoices[0]["number"], "r1", "7.00", "14.00"))
        self.assertEqual([line["period"]["label"] for line in shown["lines"]], ["2026-04"] * 2)
        self.assertIn(shown["number"], self.reckoner.ok("show", shown["number"]).out)
        self.assertEqual(len(self.reckoner.json("invoices", "--limit", "1")["invoices"]), 1)
        names = [mail["name"] for mail in self.reckoner.json("mails", "list")["mails"] if mail["customer"] == "r1"]
        self.assertEqual(sorted(names), sorted(invoice["number"] for invoice in invoices))

    def test_6_configuration_there_and_back(self):
        self.reckoner.ok("config", "apply", self.config)
        new = rp.SANDBOX / "config-new"
        shutil.copytree(self.config, new)
        path = new / "pricing" / "test.xml"
        path.write_text(path.read_text().replace('fee="7.00"', 'fee="8.00"'))
        (new / "pricing" / "more.xml").write_text(rp.pricing("more", ""))

        changes = {change["file"]: change for change in self.reckoner.json("config", "plan", new)["changes"]}
        self.assertEqual({name: change["kind"] for name, change in changes.items()},
                         {"pricing/test.xml": "changed", "pricing/more.xml": "added"})
        self.assertEqual(len(changes["pricing/test.xml"]["removed"]), 1)
        self.assertIn('fee="8.00"', changes["pricing/test.xml"]["added"][0])
        before = self.reckoner.json("config", "history")["history"]
        first = self.reckoner.json("config", "apply", new, "--comment", "dearer")
        self.assertTrue(first["changed"])
        self.assertFalse(self.reckoner.json("config", "apply", new)["changed"])
        self.assertIn("no difference", self.reckoner.ok("config", "plan", new).out)
        self.assertFalse(self.reckoner.json("config", "activate", first["configuration_version"])["changed"])
        back = before[0]["configuration_version"]
        self.assertTrue(self.reckoner.json("config", "activate", back)["changed"])
        history = self.reckoner.json("config", "history")["history"]
        self.assertEqual(len(history), len(before) + 2)
        self.assertIn("dearer", [entry["comment"] for entry in history])
        self.assertEqual(self.reckoner.json("config", "plan", self.config)["changes"], [])

    def test_7_bad_configurations(self):
        engines = "billing-config.xml"
        for file, old, new, said in (
                (engines, "<handlers>", "<!DOCTYPE x>", "DOCTYPE"),
                (engines, 'class="RuleHandler"', 'class="RulesHandler"', "did you mean 'RuleHandler'?"),
                (engines, '<handler class="RuleHandler">', '<handler clas="RuleHandler">', "did you mean 'class'?"),
                (engines, "billing.rounding", "billing.roundin", "did you mean 'billing.rounding'?"),
                (engines, "0 0 2 * * ?", "0 0 25 * * ?", "25"),
                (engines, 'time-zone="UTC"', 'time-zone="Europ/Zurich"', "did you mean 'Europe/Zurich'?"),
                (engines, "pricing/subscription-fee.dmn", "../../etc/passwd", "../../etc/passwd"),
                (engines, 'class="InvoiceCalculationHandler"', 'library="/tmp/x.so" class="X"', "/tmp/x.so"),
                (engines, '<handler class="SubscriptionFeedingHandler"/>', "", "SubscriptionTreeBuildingHandler"),
                (engines, "</settings>", '<setting name="mail.smtp.password" value="hunter2"/></settings>', "env:NAME"),
                ("meters.xml", 'aggregation="sum"', 'aggregation="som"', "som"),
                ("pricing/test.xml", 'meter="bandwidth"', 'meter="bandwith"', "did you mean 'bandwidth'?"),
                ("pricing/test.xml", 'fee="7.00"', 'fee="7.001"', "7.001"),
                ("pricing/subscription-fee.dmn", 'hitPolicy="UNIQUE"', 'hitPolicy="MAYBE"', "MAYBE")):
            with self.subTest(file=file, new=new):
                bad = rp.SANDBOX / "config-bad"
                shutil.rmtree(bad, ignore_errors=True)
                shutil.copytree(self.config, bad)
                text = (bad / file).read_text(encoding="utf-8")
                self.assertIn(old, text)
                (bad / file).write_text(text.replace(old, new, 1), encoding="utf-8")
                for command in ("check", "plan", "apply"):
                    message = self.refused(1, "config", command, bad)
                    self.assertRegex(message, rf"\Areckoner: [^\n]*{re.escape(file)}:\d+: [^\n]+\n\Z")
                    self.assertIn(said, message)
                    self.assertNotIn("hunter2", message)
        self.assertIn("billing-config.xml", self.refused(1, "config", "check", self.files))

    def test_8_environment_variables_and_quiet(self):
        by_environment = rp.Reckoner(config=None, env={"RECKONER_DATA_DIR": str(self.data),
                                                       "RECKONER_CONFIG": str(self.config)})
        self.assertEqual(by_environment.json("customers"), self.reckoner.json("customers"))
        self.assertEqual(by_environment.json("config", "check")["directory"], str(self.config))
        overruled = rp.Reckoner(data_dir=self.data, config=self.config,
                                env={"RECKONER_DATA_DIR": "/nowhere/at/all", "RECKONER_CONFIG": "/nowhere"})
        overruled.ok("customers")
        database = rp.Reckoner(config=self.config, env={"RECKONER_DATABASE": rp.private_conninfo(self.data)})
        self.assertEqual(database.json("customers"), self.reckoner.json("customers"))
        number = self.reckoner.json("invoices")["invoices"][0]["number"]
        wrong = rp.Reckoner(data_dir=self.data, config=self.config, env={"RECKONER_BILLING_CURRENCY": "EUR"})
        self.assertIn("RECKONER_BILLING_CURRENCY", self.refused(1, "show", number, reckoner=wrong))
        quiet = self.reckoner.ok("--quiet", "run", "monthly", "--customer", "hooli")
        self.assertEqual(quiet.err, "")
        self.assertRegex(quiet.out, r"\Arun \d+ of monthly: [^\n]+\n(  parked [^\n]+\n)*\Z")

    def test_9_options_stand_anywhere(self):
        for arguments in (["--json", "runs", "list"], ["runs", "--json", "list"], ["runs", "list", "--json"]):
            self.assertIn("runs", json.loads(self.reckoner.ok(*arguments).out))


if __name__ == "__main__":
    rp.main()

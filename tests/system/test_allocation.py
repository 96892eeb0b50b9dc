"""Cost pools by command and over HTTP: amounts, shares, their lines on invoices, and what can be said of each."""

import csv
import datetime
import io
import json
import unittest
from decimal import Decimal

import reckoner_process as rp
from http_client import Client

ALLOCATION = """<allocation xmlns="urn:reckoner:allocation:1">
  <pool name="platform" title="Shared platform" currency="USD" by="formula">
    <part meter="cartridge" weight="0.40"/>
    <part meter="messages" weight="0.35"/>
    <part meter="compute" weight="0.25"/>
  </pool>
  <pool name="support" currency="USD" by="percent">
    <given customer="a" percent="72"/><given customer="b" percent="28"/>
  </pool>
</allocation>"""
POOL = "/api/v1/allocation/pools/platform"
OCTOBER = POOL + "/months/2026-10"
MEMBERS = {"cartridge": "hours", "messages": "messages", "compute": "hours"}


class Allocation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = rp.Cluster()
        cls.directory = rp.new_directory("allocation")
        cls.reckoner = rp.Reckoner(database=cls.cluster.create("allocation"), data_dir=cls.directory,
                                   config=rp.copy_of_config("allocation-config", files={"allocation.xml": ALLOCATION}))
        rp.import_customers(cls.reckoner, cls.directory, [("a", "a"), ("b", "b")],
                            [("a", "a", "SMB", "2026-10-01", ""), ("b", "b", "SMB", "2026-10-01", "")])
        usage = {"a": (2500, 50_000_000, 500), "b": (500, 200_000_000, 100)}
        events = cls.directory / "events.jsonl"
        events.write_text("".join(json.dumps({
            "specversion": "1.0", "id": f"{subject}-{name}", "source": "meter", "type": name, "subject": subject,
            "time": "2026-10-05T10:00:00Z", "data": {MEMBERS[name]: quantity}}) + "\n"
            for subject, quantities in usage.items() for name, quantity in zip(MEMBERS, quantities)), encoding="utf-8")
        cls.reckoner.ok("ingest", events, "--source", "meter")
        secret = cls.reckoner.json("key", "create", "finance", "--scopes", "admin")["secret"]
        cls.serve = cls.reckoner.start("serve", "--roles", "web,ingest")
        cls.address = rp.http_address(cls.serve)
        cls.admin = Client(cls.address, secret)

    def put(self, amount, etag, path=OCTOBER, **more):
        return self.admin.ask("PUT", path, json.dumps({"amount": amount, **more}),
                              {"Content-Type": "application/json", "If-Match": etag})

    def items(self, path):
        answer = self.admin.ask("GET", path)
        self.assertEqual(answer.status, 200, answer.text)
        return json.loads(answer.text)["items"]

    def lines(self, customer):
        number = self.reckoner.json("invoices", customer)["invoices"][0]["number"]
        return number, self.reckoner.json("show", number)["lines"]

    def test_a_pool_from_its_amount_to_its_lines(self):
        pools = self.items("/api/v1/allocation/pools")
        self.assertEqual([pool["name"] for pool in pools], ["platform", "support"])
        self.assertEqual(pools[0]["meters"][0], {"meter": "cartridge", "weight": "0.4"})
        empty = self.admin.ask("GET", OCTOBER)
        self.assertIsNone(json.loads(empty.text)["amount"])
        self.assertEqual(self.put("1.00", '"other"').status, 412)
        self.assertEqual(self.put("1.005", empty.headers["ETag"]).status, 422)
        set_once = self.put("9000.00", empty.headers["ETag"], note="supplier 4711")
        self.assertEqual(set_once.status, 200, set_once.text)
        self.assertEqual(self.put("9500.00", empty.headers["ETag"]).status, 412)
        self.assertEqual(self.admin.ask("GET", POOL + "/months/2026-13").status, 404)
        self.assertEqual(self.admin.ask("GET", "/api/v1/allocation/pools/plattform/months").status, 404)

        preview = self.reckoner.json("allocation", "show", "platform", "2026-10")
        self.assertTrue(preview["preview"])
        self.assertEqual([share["amount"] for share in preview["shares"]], ["5505.00", "3495.00"])
        self.assertTrue(self.reckoner.json("allocation", "set", "platform", "2026-10", "10000")["changed"])
        self.assertFalse(self.reckoner.json("allocation", "set", "platform", "2026-10", "10000")["changed"])
        imported = rp.write_csv(self.directory / "pools.csv", ["pool", "month", "amount"], [("support", "2026-10", "10000")])
        self.assertEqual(self.reckoner.json("import", "cost-pools", imported)["created"], 1)
        self.assertEqual(self.reckoner.json("import", "cost-pools", imported)["unchanged"], 1)
        self.assertEqual(self.items(OCTOBER + "/shares"), [])

        self.reckoner.ok("run", "monthly", "--period", "2026-10")
        shares = self.items(OCTOBER + "/shares?limit=1")
        self.assertEqual([(s["customer"], s["amount"], s["billed"]) for s in shares], [("a", "6116.67", "6116.67")])
        self.assertEqual([s["amount"] for s in self.items("/api/v1/allocation/pools/support/months/2026-10/shares")],
                         ["7200.00", "2800.00"])
        table = list(csv.DictReader(io.StringIO(self.admin.ask("GET", OCTOBER + "/shares.csv").text.lstrip("\ufeff"))))
        self.assertEqual([(row["customer"], row["amount"]) for row in table], [("a", "6116.67"), ("b", "3883.33")])
        months = self.items(POOL + "/months")
        self.assertEqual((months[0]["divided"], months[0]["customers"]), ("10000.00", 2))

        number, lines = self.lines("a")
        charges = [line["charge"] for line in lines]
        at = charges.index("allocation-platform")
        self.assertEqual((lines[at]["amount"], lines[charges.index("allocation-support")]["amount"]), ("6116.67", "7200.00"))
        said = self.reckoner.ok("explain", number, at + 1).out
        self.assertIn("a bears 6116.67 of 10000.00, by usage", said)
        self.assertIn("cartridge: 2500 of 3000, weight 0.4", said)

        shown = self.reckoner.ok("allocation", "show", "platform", "2026-10").out
        self.assertIn("61.1667", shown)
        self.assertIn("10000.00 USD in all, divided", shown)
        self.assertIn("platform", self.reckoner.ok("allocation").out)
        actions = [row["action"] for row in self.items("/api/v1/audit-log")]
        self.assertEqual(actions.count("allocation.set"), 3)
        self.assertIn("import.cost-pools", actions)

        # A later amount is a correction, in the same proportions.
        etag = self.admin.ask("GET", OCTOBER).headers["ETag"]
        self.assertEqual(self.put("10100.00", etag).status, 200)
        self.reckoner.ok("run", "monthly", "--period", "2026-10", "--true-ups")
        number, lines = self.lines("a")
        self.assertEqual([(line["charge"], line["amount"]) for line in lines], [("allocation-platform", "61.16")])
        billed = [Decimal(share["billed"]) for share in self.items(OCTOBER + "/shares")]
        self.assertEqual(sum(billed), Decimal("10100.00"))
        self.reckoner.ok("verify", "--recompute")
        self.reckoner.ok("replay", "--all")

    def test_the_file_of_a_supplier_becomes_amounts(self):
        header = "BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ServiceName,SubAccountId\n"
        rows = [("100.004", "90", "2026-07-01", "2026-06-30", "Compute", "prod"), ("0.0005", "0", "2026-07-01", "2026-07-02", "Compute", "prod"),
                ("50", "50", "2026-07-01", "2026-07-01", "Storage", "prod"), ("-25.5", "-25.5", "2026-08-01", "2026-08-01", "Compute", "")]
        text = header + "".join(f"{billed},{effective},USD,{bill}T00:00:00Z,{charge}T00:00:00Z,{service},{account}\n"
                                for billed, effective, bill, charge, service, account in rows)
        file = self.directory / "supplier.csv"
        file.write_text(text, encoding="utf-8")

        def months(*more):
            said = self.reckoner.json("allocation", "read-focus", "platform", file, *more)
            return [(one["month"], one["amount"], one["changed"]) for one in said["months"]]

        self.assertEqual(months(), [("2026-07", "150.00", True), ("2026-08", "-25.50", True)])
        self.assertEqual(months(), [("2026-07", "150.00", False), ("2026-08", "-25.50", False)])
        self.assertEqual(months("--service", "Compute", "--sub-account", "prod"), [("2026-07", "100.00", True)])
        self.assertEqual(months("--cost", "effective", "--month", "charge", "--service", "Compute"),
                         [("2026-06", "90.00", True), ("2026-07", "0.00", True), ("2026-08", "-25.50", False)])
        self.assertIn("the file has no service 'Computer'; did you mean 'Compute'?",
                      self.reckoner.json("allocation", "read-focus", "platform", file, "--service", "Computer", code=1)["error"])
        csv_type = {"Content-Type": "text/csv", "Idempotency-Key": "supplier-1"}
        path = POOL + "/focus?service=Storage&service=Compute&note=from+the+supplier"
        first = self.admin.ask("POST", path, text, csv_type)
        self.assertEqual(first.status, 200, first.text)
        self.assertEqual([(one["month"], one["amount"], one["note"]) for one in json.loads(first.text)["items"]],
                         [("2026-07", "150.00", "from the supplier"), ("2026-08", "-25.50", "from the supplier")])
        self.assertEqual(self.admin.ask("POST", path, text, csv_type).text, first.text)
        self.assertEqual(self.admin.ask("POST", path, text.replace("USD", "EUR", 1), {"Content-Type": "text/csv"}).status, 422)
        self.assertEqual(self.admin.ask("POST", POOL + "/focus?cost=other", text, {"Content-Type": "text/csv"}).status, 400)
        self.assertEqual(self.items(POOL + "/months")[-1]["month"], "2026-06")
        self.assertIn("allocation.focus", [row["action"] for row in self.items("/api/v1/audit-log")])

    def test_what_cannot_be_is_said(self):
        wrong = self.reckoner.json("allocation", "set", "plattform", "2026-10", "1", code=1)["error"]
        self.assertIn("there is no cost pool 'plattform'; did you mean 'platform'?", wrong)
        self.assertIn("'2026-1' is not a month", self.reckoner.json("allocation", "set", "platform", "2026-1", "1", code=1)["error"])
        self.assertIn("more than the 2 digits",
                      self.reckoner.json("allocation", "set", "platform", "2026-09", "0.001", code=1)["error"])
        self.assertIn("has no amount of 2025-01",
                      self.reckoner.json("allocation", "show", "platform", "2025-01", code=1)["error"])
        bad = rp.write_csv(self.directory / "bad.csv", ["pool", "month", "amount", "currency"],
                           [("platform", "2026-10", "1", "EUR"), ("none", "2026-13", "x", "")])
        problems = self.reckoner.run("import", "cost-pools", bad)
        self.assertEqual(problems.code, 1)
        self.assertIn("bad.csv:2: cost pool 'platform' is in USD, not in EUR", problems.err)
        self.assertIn("bad.csv:3: '2026-13' is not a month such as 2026-10", problems.err)

    def test_what_nobody_could_bear_is_told(self):
        """The last test: each run from here on says so."""
        self.reckoner.ok("allocation", "set", "platform", "2026-08", "1")
        run = self.reckoner.json("run", "monthly", code=1)
        self.assertIn(("platform", "2026-08", "nobody could bear it"), [(p["pool"], p["month"], p["reason"]) for p in run["undivided_pools"]])
        self.assertIn("cost pool platform of 2026-08 is not divided: nobody could bear it", self.reckoner.ok("run", "monthly", code=1).out)
        month = json.loads(self.admin.ask("GET", POOL + "/months/2026-08").text)
        self.assertEqual((month["divided"], month["problem"]), (None, "nobody could bear it"))
        self.assertLessEqual(month["problem_since"], datetime.datetime.now(datetime.timezone.utc).isoformat())
        pools = {pool["name"]: pool["months"] for pool in self.reckoner.json("allocation")["pools"]}
        self.assertIn("nobody could bear it", [m["problem"] for m in pools["platform"]])
        self.assertIn("cannot be divided: nobody could bear it", self.reckoner.ok("allocation").out)
        findings = {f["subject"]: f for f in self.reckoner.json("doctor", code=1)["findings"]}
        self.assertEqual(findings["cost pools"]["verdict"], "warning")
        self.assertIn("nobody could bear it", findings["cost pools"]["says"])
        health = {f["subject"]: f for f in json.loads(self.admin.ask("GET", "/api/v1/health").text)["findings"]}
        self.assertEqual(health["cost pools"]["says"], findings["cost pools"]["says"])
        self.assertRegex(self.admin.ask("GET", "/metrics").text, "\nreckoner_cost_pool_months_undivided [1-9]")


if __name__ == "__main__":
    rp.main()

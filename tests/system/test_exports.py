"""What is handed over to others: the ledger in hledger, ledger and beancount themselves, whose trial balances must be ours; exports in
chains; cost and usage by the rules of FOCUS 1.0. Needs hledger, ledger, bean-check and bean-query.
"""

import collections
import csv
import hashlib
import io
import json
import re
import shutil
import signal
import subprocess
import unittest
from decimal import Decimal

import focus_rules
import reckoner_process as rp
from http_client import Client

CONFIG_JSON = {"Content-Type": "application/json"}


def tool(*command):
    """What a program prints; fails with what it says."""
    if shutil.which(command[0]) is None:
        raise AssertionError(f"{command[0]} is not there: scripts/install-deps --tests")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def without_zeros(balances):
    return {account: amount for account, amount in balances.items() if amount != 0}


def hledger_balances(*files):
    named = [part for file in files for part in ("-f", str(file))]
    tool("hledger", *named, "check")
    out = tool("hledger", *named, "balance", "--flat", "--no-total", "--empty", "--layout=bare", "-O", "csv")
    return without_zeros({(row["account"], row["commodity"]): Decimal(row["balance"]) for row in csv.DictReader(io.StringIO(out))})


def ledger_balances(file):
    out = tool("ledger", "-f", str(file), "--args-only", "balance", "--flat", "--no-total", "--empty",
               "--balance-format", "%(display_total)|%(account)\n")
    balances, amounts = {}, []
    for line in out.splitlines():
        amount, _, account = line.partition("|")
        amounts.append(amount)
        if not account:
            continue
        for shown in amounts:
            if shown.strip() != "0":
                number, currency = shown.split()
                balances[account, currency] = Decimal(number)
        amounts = []
    return without_zeros(balances)


def beancount_balances(file):
    said = tool("bean-check", str(file))
    if said:
        raise AssertionError(said)
    out = tool("bean-query", "-f", "csv", str(file), "select account, currency, str(sum(number)) as total group by account, currency")
    rows = ({name.strip(): value.strip() for name, value in row.items()} for row in csv.DictReader(io.StringIO(out)))
    return without_zeros({(row["account"], row["currency"]): Decimal(re.fullmatch(r"Decimal\('(.*)'\)", row["total"])[1]) for row in rows})


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = rp.Cluster()
        cls.directory = rp.new_directory("exports")
        config = cls.directory / "config"
        shutil.copytree(rp.CONFIG, config)
        billing = (config / "billing-config.xml").read_text(encoding="utf-8")
        (config / "billing-config.xml").write_text(billing.replace(
            "</billing-config>", '<legal-entities><legal-entity id="de" name="Example Cloud GmbH" invoice-number="{entity}-{year}-{seq:6}"'
            ' credit-note-number="{entity}-C-{year}-{seq:6}"/></legal-entities>\n</billing-config>'), encoding="utf-8")
        chart = (config / "accounts.xml").read_text(encoding="utf-8")
        (config / "accounts.xml").write_text(chart.replace(
            "<revenue account", '<account name="fees" number="4100" title="Fees" path="Income:Fees:Monthly"/>\n'
            '<account name="bank.jpy" number="1010" title="Bank JPY"/>\n<revenue charge="subscription" account="fees"/>\n'
            '<payments currency="JPY" account="bank.jpy"/>\n<revenue account'), encoding="utf-8")
        cls.database = cls.cluster.create("exports")
        cls.reckoner = rp.Reckoner(database=cls.database, data_dir=cls.directory, config=config)
        cls.reckoner.ok("demo", "--no-serve")
        customers = sorted(c["key"] for c in cls.reckoner.json("customers")["customers"])
        cls.customer = customers[0]
        cls.pay(*(f"{key}-{code}{n},{key},{amount},2026-0{n}-15,{code}" for key in customers[:3] for n, (code, amount) in enumerate(
            [("EUR", "10.01"), ("JPY", "1234"), ("BHD", "1.234"), ("USD", "0.99"), ("JPY", "-234")], 1)))
        cls.pay(f'"=HYPERLINK(""x""); [2020-01-01] | (a)",{customers[0]},3.00,2026-06-01,USD')
        cls.reckoner.json("grant", "prepaid", customers[1], "gift", "--amount", "50.00")
        number = next(one["number"] for one in cls.reckoner.json("invoices")["invoices"] if Decimal(one["total"]) > 0)
        cls.reckoner.json("void", number, "waive", "--reason", "wrong")
        row = next(c for c in cls.reckoner.json("customers")["customers"] if c["key"] == customers[2])
        moved = cls.directory / "moved.csv"
        moved.write_text(f"key,name,email,time-zone,anchor-day,legal-entity\n{row['key']},{row['key']},a@b.example,UTC,{row['anchor_day']},de\n", encoding="utf-8")
        cls.reckoner.json("import", "customers", moved)

    @classmethod
    def pay(cls, *rows):
        path = cls.directory / "payments.csv"
        path.write_text("reference,customer,amount,received-on,currency\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
        cls.reckoner.json("import", "payments", path)

    def export(self, form, *more):
        file = self.directory / f"{form}-{len(list(self.directory.iterdir()))}.{form}"
        said = self.reckoner.json("journal", "export", "--format", form, "--out", file, *more)
        self.assertEqual(said["sha256"], hashlib.sha256(file.read_bytes()).hexdigest())
        return file

    def paths(self):
        """The path of each account that was booked on."""
        rows = csv.DictReader(io.StringIO(self.reckoner.ok("journal", "export", "--format", "csv").out, newline=""))
        return {row["account"]: row["path"] for row in rows}

    def balances(self, *more):
        """Ours, as the tools name accounts."""
        paths, sums = self.paths(), collections.Counter()
        for row in self.reckoner.json("journal", "balance", *more)["balances"]:
            sums[paths[row["account"]], row["currency"]] += Decimal(row["closing"])
        return without_zeros(sums)

    def test_the_tools_have_our_trial_balance(self):
        for more in ((), ("--legal-entity", "de"), ("--legal-entity", "default"), ("--customer", self.customer), ("--to", "2026-06-30")):
            with self.subTest(more=more):
                ours = self.balances(*more)
                self.assertTrue(ours)
                journal = self.export("hledger", *more)
                self.assertEqual(hledger_balances(journal), ours)
                self.assertEqual(ledger_balances(journal), ours)
                self.assertEqual(beancount_balances(self.export("beancount", *more)), ours)
        everything = self.balances()
        self.assertGreaterEqual({currency for _, currency in everything}, {"EUR", "JPY", "BHD", "USD"})
        self.assertIn(("Income:Fees:Monthly", "USD"), everything)
        self.assertIn(("Assets:Bank-jpy", "JPY"), everything)
        tool("hledger", "-f", str(self.export("hledger")), "check", "--strict", "ordereddates")

    def test_a_row_of_the_csv_is_a_posting(self):
        rows = list(csv.DictReader(io.StringIO(self.export("csv").read_text(encoding="utf-8"))))
        sums = collections.Counter()
        for row in rows:
            sums[row["path"], row["currency"]] += Decimal(row["debit"] or 0) - Decimal(row["credit"] or 0)
        self.assertEqual(without_zeros(sums), self.balances())
        self.assertTrue(any(row["reference"].startswith("'=HYPERLINK") for row in rows))

    def test_exports_of_a_chain_make_the_whole_ledger(self):
        files = {"hledger": [], "beancount": []}
        for day in range(1, 4):
            for form, written in files.items():
                file = self.directory / f"chain-{day}.{form}"
                made = self.reckoner.json("export", "new", "journal", "--format", form, "--out", file)
                self.assertEqual(made["sha256"], hashlib.sha256(file.read_bytes()).hexdigest())
                self.assertEqual(made["number"], day)
                written.append(file)
            self.pay(f"chain-{day},{self.customer},{day}.00,2026-07-0{day},USD")
        for form, written in files.items():
            last = self.directory / f"chain-4.{form}"
            self.reckoner.json("export", "new", "journal", "--format", form, "--out", last)
            written.append(last)
        main = self.directory / "main.beancount"
        main.write_text("".join(f'include "{file}"\n' for file in files["beancount"]), encoding="utf-8")
        self.assertEqual(beancount_balances(main), self.balances())
        self.assertEqual(hledger_balances(*files["hledger"]), self.balances())
        for record in self.reckoner.json("export", "list")["exports"]:
            again = self.directory / f"again-{record['export']}"
            self.reckoner.json("export", "write", str(record["export"]), "--out", again)
            self.assertEqual(hashlib.sha256(again.read_bytes()).hexdigest(), record["sha256"])
            self.assertEqual(self.reckoner.json("export", "show", str(record["export"])), record)
        self.assertIn("beancount", self.reckoner.ok("export").out)

    def test_cost_and_usage_keep_the_rules_of_focus(self):
        text = self.reckoner.ok("export", "focus").out
        self.assertEqual(focus_rules.faults(text), [])
        costs = collections.Counter()
        for row in focus_rules.rows_of(text):
            costs[row["x_InvoiceId"]] += Decimal(row["BilledCost"])
        invoices = self.reckoner.json("invoices", "--limit", "10000")["invoices"]
        self.assertEqual(dict(costs), {invoice["number"]: Decimal(invoice["total"]) for invoice in invoices})
        self.assertTrue(any(Decimal(row["BilledCost"]) < 0 for row in focus_rules.rows_of(text)))
        one = focus_rules.rows_of(self.reckoner.ok("export", "focus", "--customer", self.customer).out)
        self.assertEqual({row["BillingAccountId"] for row in one}, {self.customer})
        # Read back, as a file of somebody else's.
        file = self.directory / "focus.csv"
        file.write_text(text, encoding="utf-8", newline="")
        read = self.reckoner.json("export", "read-focus", file)["costs"]
        sums = collections.Counter()
        for row in focus_rules.rows_of(text):
            sums[row["BillingPeriodStart"][:7], row["ServiceName"], row["SubAccountId"] or "", row["BillingCurrency"]] += Decimal(row["BilledCost"])
        self.assertEqual({(c["month"], c["service"], c["sub_account"], c["currency"]): Decimal(c["amount"]) for c in read}, dict(sums))

    def test_the_rules_find_what_is_wrong(self):
        text = self.reckoner.ok("export", "focus").out
        header, first = text.split("\r\n")[:2]
        for wrong, said in [
                (text.replace("ListCost", "x_ListCost", 1), "ListCost: missing"),
                (text.replace("Usage-Based", "Now-And-Then", 1), "ChargeFrequency: 'Now-And-Then' is none of the allowed values"),
                (text.replace("T00:00:00Z", "T00:00:00+00:00", 1), "is no instant"),
                (header + "\r\n" + first.replace(first.split(",")[0], "$5", 1) + "\r\n", "BilledCost: '$5' is no number"),
                (text.replace("x_Charge", "Charge", 1), "Charge: a column of one's own begins with x_")]:
            with self.subTest(said=said):
                self.assertTrue(any(said in fault for fault in focus_rules.faults(wrong)), focus_rules.faults(wrong)[:3])

    def test_ledgers_of_others_get_their_templates(self):
        for name in ("sap-style", "dynamics-style", "datev-style"):
            file = self.directory / f"{name}.csv"
            made = self.reckoner.json("export", "new", "erp", "--format", name, "--out", file)
            self.assertEqual((made["kind"], made["bytes"]), ("erp", file.stat().st_size))
        rows = list(csv.DictReader(io.StringIO((self.directory / "dynamics-style.csv").read_text(encoding="utf-8-sig"))))
        sums = collections.Counter()
        for row in rows:
            sums[row["VOUCHER"], row["CURRENCYCODE"]] += Decimal(row["DEBITAMOUNT"] or 0) - Decimal(row["CREDITAMOUNT"] or 0)
        self.assertEqual(set(sums.values()), {0})

    def test_what_cannot_be_is_told(self):
        for arguments, code, said in [
                (("journal", "export", "--format", "xls", "--out", "x"), 2, "--format xls: it must be one of hledger, ledger, beancount, csv"),
                (("journal", "export", "--format", "csv"), 2, "--json needs --out"),
                (("journal", "export", "--format", "csv", "--out", "x", "--from", "May"), 2, "--from May"),
                (("export", "focus", "--out", "x", "--from", "2027-01-01", "--to", "2026-12-31"), 2,
                 "--to 2026-12-31: lies before --from 2027-01-01"),
                (("journal", "export", "--format", "csv", "--out", "x", "--customer", "nobody"), 1, "there is no customer 'nobody'"),
                (("journal", "export", "--format", "csv", "--out", "/no/such/place"), 1, "/no/such/place"),
                (("export", "new", "taxes"), 2, "'taxes' is no kind of export"),
                (("export", "new", "journal"), 1, "'' is no format of the journal"),
                (("export", "new", "erp", "--format", "sap-stile"), 1, "the configuration has no export template 'sap-stile'; did you mean 'sap-style'?"),
                (("export", "show", "999"), 1, "there is no export 999"),
                (("export", "read-focus", "/no/such/file"), 1, "cannot be read")]:
            with self.subTest(arguments=arguments):
                self.assertIn(said, self.reckoner.json(*arguments, code=code)["error"])
        self.assertFalse((rp.SANDBOX / "x").exists())

    def test_over_http(self):
        serve = self.reckoner.start("serve")
        key = self.reckoner.json("key", "create", "auditor", "--scopes", "admin")["secret"]
        client = Client(rp.http_address(serve), key)
        for form in ("hledger", "beancount", "csv"):
            answer = client.ask("GET", f"/api/v1/journal/export?format={form}&to=2026-06-30")
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.body, self.export(form, "--to", "2026-06-30").read_bytes())
            client = Client(rp.http_address(serve), key)
        self.assertEqual(client.ask("GET", "/api/v1/journal/export?format=xls").status, 400)
        self.assertEqual(client.ask("GET", "/api/v1/journal/export?format=csv&customer=nobody").status, 400)
        focus = client.ask("GET", "/api/v1/focus")
        self.assertEqual(focus_rules.faults(focus.text), [])
        client = Client(rp.http_address(serve), key)
        for path in ("focus", "journal", "journal/export?format=csv"):
            joint = "&" if "?" in path else "?"
            backwards = client.ask("GET", f"/api/v1/{path}{joint}from=2025-01-01&to=2024-01-01")
            self.assertEqual(backwards.status, 400, path)
            self.assertIn("the last day lies before the first", backwards.text, path)
        too_long = client.ask("GET", "/api/v1/focus?from=2024-01-01&to=2025-01-01")
        self.assertEqual(too_long.status, 400)
        self.assertIn("more than 366 days", too_long.text)
        year = client.ask("GET", "/api/v1/focus?from=2024-01-01&to=2024-12-31")
        self.assertEqual((year.status, focus_rules.rows_of(year.text)), (200, []))
        client = Client(rp.http_address(serve), key)
        client = Client(rp.http_address(serve), key)
        own = client.ask("GET", f"/api/v1/customers/{self.customer}/focus")
        self.assertEqual({row["BillingAccountId"] for row in focus_rules.rows_of(own.text)}, {self.customer})
        body = json.dumps({"kind": "journal", "format": "csv", "customer": self.customer})
        made, again = (client.ask("POST", "/api/v1/exports", body, {**CONFIG_JSON, "Idempotency-Key": "once"}) for _ in range(2))
        self.assertEqual((made.status, again.body), (201, made.body))
        record = made.json() if hasattr(made, "json") else json.loads(made.text)
        self.assertEqual(json.loads(client.ask("GET", f"/api/v1/exports/{record['export']}").text), record)
        self.assertEqual(json.loads(client.ask("GET", "/api/v1/exports?limit=1").text)["items"], [record])
        file = client.ask("GET", f"/api/v1/exports/{record['export']}/file")
        self.assertEqual(hashlib.sha256(file.body).hexdigest(), record["sha256"])
        client = Client(rp.http_address(serve), key)
        self.assertEqual(client.ask("GET", "/api/v1/exports/999/file").status, 404)
        self.assertEqual(client.ask("POST", "/api/v1/exports", '{"kind":"erp","format":"x"}', CONFIG_JSON).status, 400)
        log = json.loads(client.ask("GET", "/api/v1/audit-log?action=export").text)["items"]
        self.assertIn(f"export {record['export']}", [entry["subject"] for entry in log])
        serve.send(signal.SIGTERM)
        serve.wait(60)


if __name__ == "__main__":
    rp.main()

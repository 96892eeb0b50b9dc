"""The ledger by command: entries, trial balance, chart, closing months and opening them again; with bad input too."""

import unittest
from decimal import Decimal

from reckoner_process import CONFIG, Cluster, Reckoner, import_customers, main, new_directory

import shutil


class Journal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        cls.databases = 0

    def setUp(self):
        self.directory = new_directory("journal")
        Journal.databases += 1
        self.database = self.cluster.create(f"journal{self.databases}")
        self.reckoner = Reckoner(database=self.database, data_dir=self.directory)

    def error(self, *arguments, code=1):
        return self.reckoner.json(*arguments, code=code)["error"]

    def bill(self):
        import_customers(self.reckoner, self.directory, [("acme", "acme"), ("globex", "globex")],
                         [("acme-1", "acme", "SMB", "2026-08-01", ""), ("globex-1", "globex", "SMB", "2026-08-01", "")])
        self.reckoner.json("run", "monthly")
        return self.reckoner.json("invoices")["invoices"]

    def pay(self, *rows):
        path = self.directory / "payments.csv"
        path.write_text("reference,customer,amount,received-on\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
        return self.reckoner.json("import", "payments", path)

    def closing(self, *arguments):
        return {row["account"]: row["closing"] for row in self.reckoner.json("journal", "balance", *arguments)["balances"]}

    def test_entries_and_balances_are_those_of_documents_and_payments(self):
        invoices = self.bill()
        self.pay("bank-1,acme,40.00,2026-09-15")
        lines = self.reckoner.json("journal")["lines"]
        self.assertEqual(sum(Decimal(line["amount"]) for line in lines), 0)
        self.assertEqual({line["reference"] for line in lines}, {i["number"] for i in invoices} | {"bank-1"})
        owed = sum(Decimal(invoice["total"]) for invoice in invoices) - 40
        balances = self.closing()
        self.assertEqual(Decimal(balances["receivable"]), owed)
        self.assertEqual(balances["cash"], "40.00")
        self.assertEqual(self.closing("--accounts", "1000,revenue").keys(), {"cash", "revenue"})
        self.assertEqual(self.closing("--to", "2026-09-14"), {})
        only = self.reckoner.json("journal", "--customer", "acme", "--accounts", "1200", "--to", "2026-09-30")["lines"]
        self.assertEqual([(line["entry"], line["amount"]) for line in only], [("payment:1", "-40.00")])
        self.assertIn("1200 receivable", self.reckoner.ok("journal").out)
        self.assertIn("in all", self.reckoner.ok("journal", "balance").out)
        chart = {a["account"]: a for a in self.reckoner.json("journal", "accounts")["accounts"]}
        self.assertEqual((chart["revenue"]["number"], chart["revenue"]["posted"]), ("4000", ["revenue", "coupons", "rounding"]))

    def test_a_payment_by_hand_is_booked_once(self):
        import_customers(self.reckoner, self.directory, [("acme", "acme")], [])
        first = self.reckoner.json("pay", "acme", "12.50", "--reference", "wire-1", "--on", "2026-10-05")
        again = self.reckoner.json("pay", "acme", "12.50", "--reference", "wire-1", "--on", "2026-10-05")
        self.assertEqual((first["changed"], again["changed"]), (True, False))
        self.reckoner.json("pay", "acme", "--reference", "wire-2", "--on", "2026-10-06", "--", "-2.50")
        self.assertEqual(self.closing(), {"cash": "10.00", "receivable": "-10.00"})
        for arguments, code, said in [
                (("acmee", "1", "--reference", "w", "--on", "2026-10-05"), 1, "there is no customer 'acmee'"),
                (("acme", "1.005", "--reference", "w", "--on", "2026-10-05"), 1, "more than the 2 digits of USD"),
                (("acme", "0", "--reference", "w", "--on", "2026-10-05"), 1, "a payment of nothing is none"),
                (("acme", "12.51", "--reference", "wire-1", "--on", "2026-10-05"), 1, "a payment is a fact"),
                (("acme", "much", "--reference", "w", "--on", "2026-10-05"), 2, "AMOUNT much"),
                (("acme", "1", "--reference", "w", "--on", "today"), 2, "--on today"),
                (("acme", "1", "--on", "2026-10-05"), 2, "--reference is required")]:
            with self.subTest(arguments=arguments):
                self.assertIn(said, self.error("pay", *arguments, code=code))
        self.assertEqual(self.closing(), {"cash": "10.00", "receivable": "-10.00"})

    def test_a_month_is_closed_and_opened_again(self):
        self.pay_before_anything()
        self.assertIn("cannot be closed before 2026-09, which is open", self.error("journal", "close", "2026-10"))
        closed = self.reckoner.json("journal", "close", "2026-09")
        self.assertEqual({row["account"]: row["closing"] for row in closed["balances"]},
                         {"cash": "5.00", "receivable": "-5.00"})
        self.pay("bank-2,acme,1.00,2026-09-30")
        late = self.reckoner.json("journal", "--from", "2026-10-01")["lines"]
        self.assertEqual({(line["reference"], line["booked_on"]) for line in late}, {("bank-2", "2026-10-01")})
        self.assertEqual(self.closing("--to", "2026-09-30")["cash"], "5.00")
        self.assertIn("is closed", self.error("journal", "close", "2026-09"))
        self.assertIn("--reason is required", self.error("journal", "reopen", "2026-09", code=2))
        self.reckoner.json("journal", "reopen", "2026-09", "--reason", "a statement was missing")
        self.assertIn("is not closed", self.error("journal", "reopen", "2026-09", "--reason", "again"))
        log = self.reckoner.json("journal", "closings")["closings"]
        self.assertEqual([(row["action"], row["reason"], row["stands"]) for row in log],
                         [("close", "", False), ("reopen", "a statement was missing", False)])
        self.assertEqual(log[0]["trial_balance"][0]["account"], "cash")

    def pay_before_anything(self):
        import_customers(self.reckoner, self.directory, [("acme", "acme")], [])
        self.pay("bank-1,acme,5.00,2026-09-01")

    def test_what_cannot_be_is_told(self):
        self.pay_before_anything()
        for arguments, code, said in [
                (("close", "October"), 2, "'October' is not a month such as 2026-10"),
                (("close", "2026-13"), 2, "'2026-13' is not a month such as 2026-10"),
                (("close", "2999-01"), 1, "is not over"),
                (("close", "2026-09", "--legal-entity", "mars"), 1, "no legal entity 'mars'"),
                (("--from", "yesterday"), 2, "--from yesterday"),
                (("--from", "2026-10-02", "--to", "2026-10-01"), 2, "--to 2026-10-01: lies before --from 2026-10-02"),
                (("--customer", "nobody"), 1, "there is no customer 'nobody'"),
                (("balance", "--accounts", "1201"), 2, "the chart has no account '1201'"),
                (("--limit", "0"), 2, "--limit")]:
            with self.subTest(arguments=arguments):
                self.assertIn(said, self.error("journal", *arguments, code=code))

    def test_an_account_of_the_chart_takes_what_a_charge_brings(self):
        config = self.directory / "config"
        shutil.copytree(CONFIG, config)
        chart = (config / "accounts.xml").read_text(encoding="utf-8")
        (config / "accounts.xml").write_text(chart.replace(
            "<revenue account", '<account name="fees" number="4100" title="Fees"/>\n'
            '<revenue charge="subscription" plan="SMB" account="fees"/>\n<revenue account'), encoding="utf-8")
        self.reckoner.json("config", "apply", config)
        self.bill()
        balances = self.closing()
        self.assertEqual(balances["fees"], "-" + balances["receivable"])
        self.assertNotIn("revenue", balances)


if __name__ == "__main__":
    main()

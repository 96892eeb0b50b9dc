#!/usr/bin/python3
"""Real requests to language models charged back: 100 customers in 10 cost centres share a pool of 250,000.00 by tokens. From events to
invoices, pages, the ledger in hledger and FOCUS; the shares are computed a second time here, with fractions.

The data sets lie beside the source tree (../shared/data) and are not part of it. Where they are missing, the same path is walked with
small generated ones, and the output says so.
"""

import csv
import io
import json
import unittest
from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction

import focus_rules
import reckoner_process as rp
from test_exports import beancount_balances, hledger_balances, tool, without_zeros
from test_real_data import TOKEN_METERS, generated_requests, money_sum, rounded, say
from test_real_data_http import azure_events, generated_mooncake, mooncake_events

CUSTOMERS = [f"tenant-{number:02}" for number in range(100)]
POOL = Decimal("250000.00")
PRICES = {"input": Decimal("0.0000025"), "output": Decimal("0.00001")}
METERS = TOKEN_METERS.replace("</meters>", """\
  <meter name="tokens" event-type="inference" aggregation="sum" value="tokens" unit="token"/>
</meters>""")
PLAN = rp.pricing("inference", """
  <plan name="Inference" title="Inference">
    <recurring name="subscription" title="Access" fee="20.00"/>
    <metered name="input" title="Input tokens" meter="input-tokens" unit="token" price="0.0000025"/>
    <metered name="output" title="Output tokens" meter="output-tokens" unit="token" price="0.00001"/>
  </plan>""")
TAXED = (rp.CONFIG / "taxes.xml").read_text(encoding="utf-8").replace('home=""', 'home="DE"')


def centre_of(customer):
    return f"centre-{int(customer[-2:]) // 10}"


def allocation():
    centres = defaultdict(list)
    for customer in CUSTOMERS:
        centres[centre_of(customer)].append(f'    <member customer="{customer}"/>\n')
    tree = "".join(f'  <cost-centre name="{name}">\n{"".join(members)}  </cost-centre>\n' for name, members in centres.items())
    over = "".join(f'    <over cost-centre="{name}"/>\n' for name in centres)
    return (f'<allocation xmlns="urn:reckoner:allocation:1">\n{tree}  <pool name="gpu" title="GPU cluster" currency="USD" by="meter">\n'
            f'    <part meter="tokens"/>\n{over}  </pool>\n</allocation>\n')


def divided(amount, used):
    """An amount by the largest remainder; ties go to the name that sorts first."""
    cents, total = int(amount * 100), sum(used.values())
    exact = {name: Fraction(cents * quantity, total) for name, quantity in used.items()}
    shares = {name: int(part) for name, part in exact.items()}
    left = cents - sum(shares.values())
    for name in sorted(exact, key=lambda one: (shares[one] - exact[one], one))[:left]:
        shares[name] += 1
    return {name: Decimal(share) / 100 for name, share in shares.items()}


class Chargeback(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = rp.Cluster()
        cls.directory = rp.new_directory("chargeback")
        config = rp.copy_of_config("config-chargeback", files={
            "meters.xml": METERS, "pricing/inference.xml": PLAN, "allocation.xml": allocation(), "taxes.xml": TAXED})
        cls.reckoner = rp.Reckoner(database=cls.cluster.create("chargeback"), config=config, data_dir=cls.directory)
        cls.used = {customer: Counter() for customer in CUSTOMERS}
        events = cls.events()
        customers = rp.write_csv(
            cls.directory / "customers.csv", ["key", "name", "email", "time-zone", "anchor-day", "country", "tax-id"],
            [[key, f"Tenant {key[-2:]}", "", "UTC", 1, *(("DE", ""), ("FR", "FR12345678901"), ("AT", ""))[number % 3]]
             for number, key in enumerate(CUSTOMERS)])
        cls.reckoner.ok("import", "customers", customers)
        cls.reckoner.ok("import", "subscriptions", rp.write_csv(
            cls.directory / "subscriptions.csv", ["key", "customer", "plan", "starts-on", "ends-on"],
            [["s", key, "Inference", "2023-11-01", "2023-12-01"] for key in CUSTOMERS]))
        said = cls.reckoner.json("ingest", events, "--source", "models")
        assert said["counted"] == said["received"] and not said["quarantined"], said
        say(f"{said['counted']} requests of {len(CUSTOMERS)} customers")
        cls.reckoner.ok("allocation", "set", "gpu", "2023-11", str(POOL), "--note", "lease of the cluster")
        run = cls.reckoner.json("run", "monthly")
        assert (run["invoiced"], run["parked"]) == (100, 0), run
        cls.invoices = {one["customer"]: one for one in cls.reckoner.json("invoices", "--limit", "1000")["invoices"]}

    @classmethod
    def path(cls, name, generated):
        original = rp.SHARED_DATA / name
        if original.exists():
            return original
        say(f"{original} IS MISSING: a small generated file is used instead")
        return generated(cls.directory / original.name)

    @classmethod
    def events(cls):
        """All requests as one file of CloudEvents, those of the second data set moved into the month of the first."""
        sources = [azure_events(name, cls.path(f"azure-llm-2023/AzureLLMInferenceTrace_{name}.csv", lambda path: generated_requests(path, 400)))
                   for name in ("code", "conv")]
        sources.append(mooncake_events(cls.path("mooncake-llm/conversation_trace.csv", generated_mooncake)))
        file = cls.directory / "events.jsonl"
        with open(file, "w", encoding="utf-8") as out:
            for source in sources:
                for event in source:
                    event["time"] = event["time"].replace("2024-06-01", "2023-11-20")
                    tokens = {name: int(event["data"][name]) for name in PRICES}
                    event["data"] = {**tokens, "tokens": sum(tokens.values())}
                    cls.used[event["subject"]].update(event["data"])
                    out.write(json.dumps(event) + "\n")
        return file

    def shares(self):
        tokens = {customer: used["tokens"] for customer, used in self.used.items()}
        centres = Counter()
        for customer, quantity in tokens.items():
            centres[centre_of(customer)] += quantity
        shares = {}
        for centre, amount in divided(POOL, centres).items():
            shares.update(divided(amount, {one: tokens[one] for one in CUSTOMERS if centre_of(one) == centre}))
        return shares

    def test_shares_sum_to_the_pool_and_stand_on_invoices(self):
        shares = self.shares()
        self.assertEqual(money_sum(shares.values()), POOL)
        shown = self.reckoner.json("allocation", "show", "gpu", "2023-11")["shares"]
        self.assertEqual({one["customer"]: Decimal(one["amount"]) for one in shown}, shares)
        self.assertEqual({one["customer"]: Decimal(one["billed"]) for one in shown}, shares)
        billed = Decimal("0.00")
        for customer in CUSTOMERS:
            amounts = {line["charge"]: Decimal(line["amount"])
                       for line in self.reckoner.json("show", self.invoices[customer]["number"])["lines"]}
            expected = {name: rounded(self.used[customer][name] * price) for name, price in PRICES.items()}
            self.assertEqual(amounts, {"subscription": Decimal("20.00"), **expected, "allocation-gpu": shares[customer]})
            billed += amounts["allocation-gpu"]
        self.assertEqual(billed, POOL)
        say(f"{billed} USD on 100 invoices, from {min(shares.values())} to {max(shares.values())} a customer")

    def test_each_customer_gets_a_page_that_says_the_total(self):
        for customer in CUSTOMERS[::20]:
            file = self.directory / f"{customer}.pdf"
            self.reckoner.ok("show", self.invoices[customer]["number"], "--pdf", file)
            tool("qpdf", "--check", str(file))
            text = tool("pdftotext", "-layout", str(file), "-")
            self.assertIn("GPU cluster", text)
            # Digits are grouped as it is done where the customer is.
            total = self.invoices[customer]["total"].replace(".", "")
            self.assertRegex(text, r"Amount due USD\s+" + r"[\s.,]?".join(total))

    def test_the_journal_balances_in_the_tools(self):
        file = self.directory / "chargeback.journal"
        self.reckoner.ok("journal", "export", "--format", "hledger", "--out", file)
        balances = hledger_balances(file)
        self.assertEqual(sum(balances.values()), 0)
        paths = {row["account"]: row["path"] for row in csv.DictReader(
            io.StringIO(self.reckoner.ok("journal", "export", "--format", "csv").out, newline=""))}
        ours = Counter()
        for row in self.reckoner.json("journal", "balance")["balances"]:
            ours[paths[row["account"]], row["currency"]] += Decimal(row["closing"])
        self.assertEqual(balances, without_zeros(ours))
        self.assertEqual(balances["Assets:Receivable", "USD"], money_sum(Decimal(one["total"]) for one in self.invoices.values()))
        file = self.directory / "chargeback.beancount"
        self.reckoner.ok("journal", "export", "--format", "beancount", "--out", file)
        self.assertEqual(beancount_balances(file), balances)
        say(f"hledger and beancount: {balances['Assets:Receivable', 'USD']} USD receivable, the rest balances it")

    def test_focus_sums_to_the_invoices(self):
        text = self.reckoner.ok("export", "focus").out
        self.assertEqual(focus_rules.faults(text), [])
        costs, pool = Counter(), Decimal(0)
        for row in focus_rules.rows_of(text):
            costs[row["x_InvoiceId"]] += Decimal(row["BilledCost"])
            pool += Decimal(row["BilledCost"]) if row["x_Charge"] == "allocation-gpu" else 0
        self.assertEqual(dict(costs), {one["number"]: Decimal(one["total"]) for one in self.invoices.values()})
        self.assertEqual(pool, POOL)
        say(f"FOCUS: {money_sum(costs.values())} USD billed, as on the invoices")

    def test_all_of_it_can_be_proved(self):
        self.reckoner.ok("verify", "--recompute")
        self.reckoner.ok("replay", "--all")


if __name__ == "__main__":
    rp.main()

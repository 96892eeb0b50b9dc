"""Real traffic billed from end to end, and checked against computations of their own: SQL over the raw events, and
Python's Decimal over the files.

The data sets lie beside the source tree (../shared/data) and are not part of it. Where they are missing, the same path
is walked with small generated ones, and the output says so.
"""

import csv
import random
import re
import unittest
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

import reckoner_process as rp

MEGABYTE = Decimal(1048576)
CENT = Decimal("0.01")
# 1/1048576 has 20 decimals: a product is exact in SQL, a quotient would not be.
ONE_BYTE_IN_MB = "0.00000095367431640625"

WEB = rp.pricing("web", """
  <plan name="Web" title="Web">
    <recurring name="subscription" title="Web subscription" fee="5.00"/>
    <metered name="bandwidth" title="Bandwidth" meter="bandwidth" unit="MB" unit-size="1048576"
             allowance="1" price="0.03"/>
  </plan>""")
PER_TOKEN = rp.pricing("per-token", """
  <plan name="PerToken" title="Per token">
    <metered name="input" title="Input tokens" meter="input-tokens" unit="token" price="0.0000025"/>
    <metered name="output" title="Output tokens" meter="output-tokens" unit="token" price="0.00001"/>
  </plan>""")
# The shipped meters, which the shipped plans need, and two more.
TOKEN_METERS = (rp.CONFIG / "meters.xml").read_text(encoding="utf-8").replace("</meters>", """\
  <meter name="input-tokens" event-type="inference" aggregation="sum" value="input" unit="token"/>
  <meter name="output-tokens" event-type="inference" aggregation="sum" value="output" unit="token"/>
</meters>""")

LOG_LINE = re.compile(r'(\S+) \S+ \S+ \[(\d+)/May/2015:[^\]]*\] "(?:[^"\\]|\\.)*" \d+ (\d+|-)')


def say(text):
    print(f"    {text}", flush=True)


def rounded(amount):
    return amount.quantize(CENT, ROUND_HALF_UP)


def money_sum(values):
    return sum(values, Decimal("0.00"))


def generated_log(path):
    """A small log of the same kind, with repeated lines and dashes for no bytes."""
    seeded = random.Random(2015)
    with open(path, "w", encoding="ascii") as file:
        for _ in range(300):
            size = "-" if seeded.random() < 0.1 else seeded.randrange(5_000_000)
            line = (f'10.0.0.{seeded.randrange(40)} - - [{seeded.randrange(17, 21)}/May/2015:10:05:'
                    f'{seeded.randrange(60):02} +0000] "GET / HTTP/1.1" 200 {size} "-" "-"\n')
            file.write(line * seeded.choice([1, 1, 1, 2]))
    return path


def generated_requests(path, rows):
    seeded = random.Random(rows)
    with open(path, "w", encoding="ascii", newline="") as file:
        file.write("TIMESTAMP,ContextTokens,GeneratedTokens\r\n")
        for row in range(rows):
            file.write(f"2023-11-16 18:{row % 60:02}:03.9799600,{seeded.randrange(9000)},{seeded.randrange(900)}\r\n")
    return path


class ApacheLog(unittest.TestCase):
    """10,000 requests of May 2015; each client is a customer, bytes sent are its bandwidth."""

    def setUp(self):
        self.directory = rp.new_directory("apache")
        original = rp.SHARED_DATA / "apache-logs" / "apache_logs"
        self.real = original.exists()
        if self.real:
            self.log = original
        else:
            say(f"{original} IS MISSING: a small generated log is used instead")
            self.log = generated_log(self.directory / "apache_logs")
        self.bytes_of = defaultdict(Decimal)
        self.bytes_on = defaultdict(Decimal)
        for line in self.log.read_text(encoding="utf-8").splitlines():
            client, day, size = LOG_LINE.match(line).groups()
            self.bytes_of[client] += 0 if size == "-" else int(size)
            self.bytes_on[f"2015-05-{day}"] += 0 if size == "-" else int(size)

    def test_from_log_to_invoices(self):
        cluster = rp.Cluster()
        config = rp.copy_of_config("config-web", files={"pricing/web.xml": WEB})
        traffic = rp.Reckoner(database=cluster.create("traffic"), config=config)
        clients = sorted(self.bytes_of)
        say(f"{len(clients)} clients")
        if self.real:
            self.assertEqual(len(clients), 1753)
        rp.write_csv(self.directory / "customers.csv", ["key", "name", "email", "time-zone", "anchor-day"],
                     [[client, client, "", "UTC", 1] for client in clients])
        traffic.ok("import", "customers", self.directory / "customers.csv")
        self.ingest_checked(cluster, traffic)
        for plan in ("SMB", "Professional", "Web"):
            with self.subTest(plan=plan):
                self.bill_checked(cluster, config, plan)

    def ingest_checked(self, cluster, traffic):
        def counts(path, **expected):
            said = traffic.json("ingest", path, "--source", "web-1", "--mapping", "type:=bandwidth")
            self.assertEqual({k: said[k] for k in ("received", "counted", "duplicate", "quarantined")},
                             {"quarantined": 0, **expected})

        lines = len(self.log.read_text(encoding="utf-8").splitlines())
        counts(self.log, received=lines, counted=lines, duplicate=0)
        before = self.totals(cluster)
        self.assertEqual(before["sum"], sum(self.bytes_of.values()))
        self.assertEqual(before["days"], dict(self.bytes_on))
        say(f"{lines} lines, {before['sum']} bytes; by day {before['days']}")
        if self.real:
            self.assertEqual(before["sum"], 2747282740)
            self.assertEqual(before["days"], {"2015-05-17": 414259902, "2015-05-18": 788636158,
                                              "2015-05-19": 665827339, "2015-05-20": 878559341})
        counts(self.log, received=lines, counted=0, duplicate=lines)
        copy = self.directory / "access.log.1"
        copy.write_bytes(self.log.read_bytes())
        counts(copy, received=lines, counted=0, duplicate=lines)
        self.assertEqual(self.totals(cluster), before)
        self.assertEqual(cluster.sql("traffic", "select count(*) from raw_event"), [[str(lines)]])
        say("ingested again, and a copy of it under another name: nothing changed")

    def totals(self, cluster):
        """What the stored totals say, closed by a cut or not."""
        rows = cluster.sql("traffic", """
            select (bucket at time zone 'UTC')::date, sum(value_sum)
              from (select bucket, value_sum from usage_total where meter = 'bandwidth'
                    union all select bucket, value_sum from usage_delta where meter = 'bandwidth') t
             group by 1 order by 1""")
        days = {day: int(Decimal(value)) for day, value in rows}
        return {"sum": sum(days.values()), "days": days}

    def bill_checked(self, cluster, config, plan):
        database = f"may_{plan.lower()}"
        reckoner = rp.Reckoner(database=cluster.create(database, template="traffic"), config=config)
        clients = sorted(self.bytes_of)
        path = rp.write_csv(self.directory / f"{plan}.csv", ["key", "customer", "plan", "starts-on", "ends-on"],
                            [["s", client, plan, "2015-05-01", "2015-06-01"] for client in clients])
        reckoner.ok("import", "subscriptions", path)
        run = reckoner.json("run", "monthly")
        self.assertEqual((run["due"], run["invoiced"], run["parked"], run["nothing_due"]),
                         (len(clients), len(clients), 0, 0))
        self.assertEqual(
            cluster.sql(database, """select count(*), count(distinct customer_id), min(ordinal), max(ordinal)
                                       from document where kind = 'invoice'"""),
            [[str(len(clients)), str(len(clients)), "1", "1"]])

        fee, free, price = {"SMB": ("100.00", 150, "0"), "Professional": ("500.00", 1536, "0.03"),
                            "Web": ("5.00", 1, "0.03")}[plan]
        # Customers whose issued lines differ from what the raw events say.
        self.assertEqual(cluster.sql(database, f"""
            with used as (
              select customer_id, sum((data::json ->> 'bytes')::numeric) * {ONE_BYTE_IN_MB} - {free} as over
                from raw_event where occurred_at >= '2015-05-01Z' and occurred_at < '2015-06-01Z' group by 1),
            expected as (
              select customer_id, 'bandwidth' as charge, greatest(over, 0) as quantity,
                     round(greatest(over, 0) * {price}, 2) as amount from used
              union all select customer_id, 'subscription', null, {fee} from used),
            billed as (
              select customer_id, charge, case charge when 'bandwidth' then quantity end as quantity, amount
                from document_line where charge in ('bandwidth', 'subscription'))
            select e.*, b.* from expected e full join billed b using (customer_id, charge)
             where e.quantity is distinct from b.quantity or e.amount is distinct from b.amount"""), [])
        billed = cluster.sql(database, """
            select k.key, l.quantity, l.amount, d.total from document_line l
              join customer_key k using (customer_id) join document d using (customer_id, ordinal)
             where l.charge = 'bandwidth'""")
        over = {client: max(used / MEGABYTE - free, Decimal(0)) for client, used in self.bytes_of.items()}
        amounts = {client: rounded(quantity * Decimal(price)) for client, quantity in over.items()}
        self.assertEqual({row[0]: Decimal(row[1]) for row in billed}, over)
        self.assertEqual({row[0]: Decimal(row[2]) for row in billed}, amounts)
        self.assertEqual({row[0]: Decimal(row[3]) for row in billed},
                         {client: amount + Decimal(fee) for client, amount in amounts.items()})

        customers_over = sum(1 for row in billed if Decimal(row[1]) > 0)
        quantity = sum(Decimal(row[1]) for row in billed)
        total = money_sum(Decimal(row[3]) for row in billed)
        say(f"{plan}: {run['invoiced']} invoices, {customers_over} over by {quantity} MB, "
            f"overage {money_sum(amounts.values())}, total {total} USD; "
            "SQL and Python Decimal agree")
        if self.real and plan == "Web":
            self.assertEqual(customers_over, 113)
            self.assertEqual(quantity.quantize(Decimal("0.0001"), ROUND_HALF_UP), Decimal("2385.0683"))
        self.assertEqual(reckoner.json("run", "monthly")["invoiced"], 0)


class LanguageModelRequests(unittest.TestCase):
    """28,185 requests to language models; row number modulo 100 is the customer, tokens are priced one by one."""

    def setUp(self):
        self.directory = rp.new_directory("llm")
        folder = rp.SHARED_DATA / "azure-llm-2023"
        self.real = folder.exists()
        if not self.real:
            say(f"{folder} IS MISSING: small generated files are used instead")
        self.used = defaultdict(lambda: [0, 0])
        self.totals = {}
        self.files = {}
        for name, rows in (("code", 300), ("conv", 500)):
            original = folder / f"AzureLLMInferenceTrace_{name}.csv"
            if not self.real:
                original = generated_requests(self.directory / original.name, rows)
            self.files[name] = self.with_customers(name, original)

    def with_customers(self, name, original):
        """The file with a column for the row's number and one for its customer."""
        totals = [0, 0]
        path = self.directory / f"{name}.csv"
        with open(original, newline="", encoding="ascii") as source, open(path, "w", encoding="ascii") as target:
            rows = csv.reader(source)
            target.write(",".join([*next(rows), "row", "tenant"]) + "\n")
            for number, row in enumerate(rows):
                customer = f"tenant-{number % 100:02}"
                target.write(",".join([*row, str(number), customer]) + "\n")
                for i in (0, 1):
                    totals[i] += int(row[1 + i])
                    self.used[customer][i] += int(row[1 + i])
        self.totals[name] = totals
        return path

    def test_from_requests_to_invoices(self):
        cluster = rp.Cluster()
        config = rp.copy_of_config("config-tokens",
                                   files={"pricing/per-token.xml": PER_TOKEN, "meters.xml": TOKEN_METERS})
        reckoner = rp.Reckoner(database=cluster.create("tokens"), config=config)
        customers = [f"tenant-{number:02}" for number in range(100)]
        rp.import_customers(reckoner, self.directory, [(key, "") for key in customers],
                            [("s", key, "PerToken", "2023-11-01", "2023-12-01") for key in customers])
        mapping = ("id=row,subject=tenant,time=TIMESTAMP,type:=inference,input=ContextTokens,"
                   "output=GeneratedTokens,time-zone=UTC")
        before = [0, 0]
        for name, path in self.files.items():
            said = reckoner.json("ingest", path, "--source", f"azure-{name}", "--mapping", mapping)
            self.assertEqual(said["counted"], said["received"])
            stored = [int(Decimal(cluster.sql("tokens", f"""
                select coalesce(sum(value_sum), 0)
                  from (select meter, value_sum from usage_total union all select meter, value_sum from usage_delta) t
                 where meter = '{meter}'""")[0][0])) for meter in ("input-tokens", "output-tokens")]
            added = [stored[i] - before[i] for i in (0, 1)]
            self.assertEqual(added, self.totals[name])
            say(f"{name}: {said['counted']} requests, {added[0]} input and {added[1]} output tokens")
            before = stored
        if self.real:
            self.assertEqual(self.totals, {"code": [18059974, 245896], "conv": [22361870, 4088665]})

        run = reckoner.json("run", "monthly")
        self.assertEqual((run["due"], run["invoiced"]), (100, 100))
        self.assertEqual(cluster.sql("tokens", """
            with used as (
              select customer_id, sum((data::json ->> 'input')::numeric) as input,
                     sum((data::json ->> 'output')::numeric) as output from raw_event group by 1),
            expected as (
              select customer_id, 'input' as charge, input as quantity, round(input * 0.0000025, 2) as amount from used
              union all select customer_id, 'output', output, round(output * 0.00001, 2) from used)
            select e.*, l.quantity, l.amount from expected e full join document_line l using (customer_id, charge)
             where e.quantity is distinct from l.quantity or e.amount is distinct from l.amount"""), [])
        sql_total = Decimal(cluster.sql("tokens", """
            select sum(round(input * 0.0000025, 2) + round(output * 0.00001, 2))
              from (select sum((data::json ->> 'input')::numeric) as input,
                           sum((data::json ->> 'output')::numeric) as output from raw_event group by customer_id) u
            """)[0][0])
        invoiced = {invoice["customer"]: Decimal(invoice["total"])
                    for invoice in reckoner.json("invoices")["invoices"]}
        expected = {customer: rounded(Decimal(used[0]) * Decimal("0.0000025")) +
                    rounded(Decimal(used[1]) * Decimal("0.00001")) for customer, used in self.used.items()}
        self.assertEqual(invoiced, expected)
        self.assertEqual(money_sum(invoiced.values()), sql_total)
        say(f"100 invoices, {money_sum(invoiced.values())} USD; SQL and Python Decimal agree to the cent")


if __name__ == "__main__":
    rp.main()

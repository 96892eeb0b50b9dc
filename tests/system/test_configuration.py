#!/usr/bin/python3
"""The configuration over HTTP, with the real program: what a preview says is what runs bill, to the cent; what one daemon
applies holds on every other; nothing of the machine can be named from far away."""

import datetime
import json
import signal
import unittest
from decimal import Decimal

import reckoner_process as rp
from http_client import Client, send

PRICING = "pricing/tried.xml"
PATH = "/api/v1/configuration"
PLANS = """
  <plan name="Tiers" minimum="{minimum}">
    <recurring name="base" fee="{fee}"/>
    <metered name="traffic" meter="bandwidth" unit="MB" unit-size="1048576" allowance="10">
      <graduated><tier up-to="100" price="{price}"/><tier price="0.0101"/></graduated>
    </metered>
    <share name="support" of="base traffic" percent="7.5"/>
  </plan>
  <plan name="Volume">
    <recurring name="base" fee="{fee}" side="advance"/>
    <metered name="traffic" meter="bandwidth" unit="MB" unit-size="1048576">
      <volume><tier up-to="50" price="{price}"/><tier price="0.0333"/></volume>
    </metered>
  </plan>
  <plan name="Simple"><recurring name="base" fee="{fee}"/></plan>"""
CHEAP = {"price": "0.05", "fee": "10.00", "minimum": "12.00"}
DEAR = {"price": "0.0777", "fee": "11.37", "minimum": "19.99"}
CUSTOMERS = 30


def pricing(prices):
    return rp.pricing("tried", PLANS.format(**prices))


def last_month():
    """Its first day, and the last."""
    last = datetime.datetime.now(datetime.timezone.utc).date().replace(day=1) - datetime.timedelta(days=1)
    return last.replace(day=1), last


class Api:
    """The configuration of a daemon, by a key that may change it."""

    def __init__(self, address, key):
        self.client = Client(address, key)

    def ask(self, method, path, body=None, status=200, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        text = None if body is None else json.dumps(body)
        answer = self.client.ask(method, PATH + path, text, {"Content-Type": "application/json", **named})
        if answer.status != status:
            raise AssertionError(f"{method} {path}: {answer.status}, not {status}: {answer.text}")
        answer.body = json.loads(answer.text)
        return answer

    def get(self, path="", **more):
        return self.ask("GET", path, **more).body

    def post(self, path, body, **more):
        return self.ask("POST", path, body, **more).body

    def etag(self):
        return self.ask("GET", "").headers["ETag"]

    def apply(self, files, **more):
        return self.post("/apply", {"files": files, "comment": "a test", **more}, If_Match=self.etag())


class Configuration(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = rp.Cluster()

    def setUp(self):
        name = self.id().rsplit(".", 1)[1][:40]
        self.conninfo = self.cluster.create(name)
        self.config = rp.copy_of_config(f"config-{name}", run='batch-size="5" workers="2"',
                                        files={PRICING: pricing(CHEAP)})
        self.reckoner = rp.Reckoner(database=self.conninfo, config=self.config)
        self.first, self.last = last_month()
        self.names = [f"c{number:02}" for number in range(CUSTOMERS)]
        directory = rp.new_directory("load")
        plans = ("Tiers", "Volume", "Simple")
        rp.import_customers(self.reckoner, directory, [(name, name) for name in self.names],
                            [("s", name, plans[number % 3], str(self.first), "")
                             for number, name in enumerate(self.names)])
        self.reckoner.ok("import", "discounts", rp.write_csv(
            directory / "discounts.csv", ["key", "customer", "percentage", "starts-on"],
            [["d", name, 7 + number, str(self.first)] for number, name in enumerate(self.names) if number % 4 == 1]))
        self.key = self.reckoner.json("key", "create", "staff", "--scopes", "admin")["secret"]
        self.daemons = []

    def daemon(self, *arguments):
        serve = self.reckoner.start("serve", *arguments)
        self.daemons.append(serve)
        api = Api(rp.http_address(serve), self.key)
        self.addCleanup(api.client.close)
        return api

    def tearDown(self):
        for serve in self.daemons:
            serve.send(signal.SIGTERM)
            result = serve.wait(30)
            self.assertEqual(result.code, 0, result)
        self.cluster.drop(self.conninfo.split("dbname=")[1])

    def use(self, api):
        day = self.first + datetime.timedelta(days=9)
        events = [{"specversion": "1.0", "id": f"{name}-{number}", "source": "/test", "type": "bandwidth", "subject": name,
                   "time": f"{day}T{number:02}:00:00Z", "data": {"bytes": (1 + 37 * index) * 300_001}}
                  for index, name in enumerate(self.names) for number in range(5) if index % 5]
        self.assertEqual(send(api.client, events), (len(events), 0, 0))

    def sql(self, text):
        return rp.psql(self.conninfo, text)

    def billed(self):
        """What the last run issued, by customer: (before tax, total)."""
        return {row[0]: (Decimal(row[1]), Decimal(row[2])) for row in self.sql(
            "select k.key, d.subtotal, d.total from document d join customer_key k using (customer_id)"
            " where d.run_id = (select max(run_id) from engine_run)")}

    def test_a_preview_is_what_runs_bill_to_the_cent(self):
        api = self.daemon()
        self.use(api)
        draft = {PRICING: pricing(DEAR)}
        self.assertEqual(api.post("/check", {"files": draft})["problems"], [])
        before = api.post("/impact", {"files": {}, "over": "due"})
        preview = api.post("/impact", {"files": draft, "over": "due"})
        total = preview["totals"][0]
        self.assertTrue(preview["complete"])
        self.assertEqual((preview["customers"], preview["parked_count"], preview["held_count"]), (CUSTOMERS, 0, 0))
        self.assertEqual(before["totals"][0]["after"], total["before"])
        self.assertGreater(Decimal(total["difference"]), 0)
        self.assertEqual({plan["plan"]: plan["subscriptions"] for plan in preview["plans"]},
                         {"Tiers": 10, "Volume": 10, "Simple": 10})

        self.assertEqual(api.apply(draft)["version"], 2)
        self.reckoner.ok("run", "monthly")
        billed = self.billed()
        self.assertEqual(len(billed), CUSTOMERS)
        self.assertEqual(sum(subtotal for subtotal, _ in billed.values()), Decimal(total["after"]))
        self.assertEqual(sum(whole for _, whole in billed.values()), Decimal(total["documents_after"]))
        for customer in preview["largest_up"]:
            self.assertEqual(billed[customer["customer"]][0], Decimal(customer["after"]))

        # Back: what is issued stays, and what is open has its old price again.
        self.assertEqual(api.post("/versions/1/activate", {"comment": "too dear"}, If_Match=api.etag())["version"], 1)
        self.reckoner.ok("run", "monthly")
        self.assertEqual(self.billed(), {})
        history = api.get("/versions")["items"]
        self.assertEqual([item["version"] for item in history], [1, 2, 1])
        self.assertEqual(api.get()["version"], 1)

        # The price of last month was wrong after all: the true-ups are what the preview says.
        cheaper = {PRICING: pricing({"price": "0.0411", "fee": "9.99", "minimum": "3.00"})}
        span = {"from": str(self.first), "to": str(self.last)}
        preview = api.post("/reprice/preview", {"files": cheaper, **span})
        total = preview["totals"][0]
        self.assertLess(Decimal(total["difference"]), 0)
        applied = api.apply(cheaper, reprice=span)
        self.assertGreater(applied["repriced"], 0)
        self.reckoner.ok("run", "monthly")
        true_ups = {row[0]: Decimal(row[1]) for row in self.sql(
            "select k.key, sum(l.amount) from document_line l join document d using (customer_id, ordinal)"
            " join customer_key k using (customer_id)"
            " where l.true_up and d.run_id = (select max(run_id) from engine_run) group by k.key")}
        self.assertEqual(sum(true_ups.values()), Decimal(total["difference"]))
        for customer in preview["largest_down"]:
            self.assertEqual(true_ups[customer["customer"]], Decimal(customer["difference"]))
        self.reckoner.ok("verify", "--recompute")
        log = self.sql("select action, who from audit_log where action like 'configuration.%' order by entry")
        self.assertEqual([row[0] for row in log],
                         ["configuration.apply", "configuration.activate", "configuration.reprice"])
        self.assertTrue(all("staff" in row[1] for row in log), log)

    def test_what_one_daemon_applies_holds_on_every_other(self):
        first, second = self.daemon(), self.daemon()
        self.use(first)
        self.assertEqual(second.get()["disk"]["state"], "same")
        old = second.etag()
        self.assertEqual(first.apply({PRICING: pricing(DEAR)})["version"], 2)
        shown = second.get()
        self.assertEqual(shown["version"], 2)
        self.assertEqual([(change["name"], change["change"]) for change in shown["disk"]["changes"]],
                         [(PRICING, "changed")])
        self.assertEqual(second.get(f"/versions/2/files/{PRICING.replace('/', '%2F')}")["text"], pricing(DEAR))
        second.post("/apply", {"files": {}, "comment": "x"}, status=412, If_Match=old)

        # Both daemons work on the run; whoever bills, bills by the new prices.
        self.reckoner.ok("run", "monthly")
        self.assertEqual(self.sql("select distinct version_id from document"), [["2"]])
        fees = self.sql("select distinct amount from document_line where charge = 'base' and period_label ="
                        f" '{self.first:%Y-%m}'")
        self.assertEqual(fees, [["11.37"]])

        # Two at a time: one wins, the other is told.
        etag = first.etag()
        one = first.ask("POST", "/apply", {"files": {PRICING: pricing(CHEAP)}, "comment": "one"}, If_Match=etag)
        self.assertEqual(one.body["version"], 1)
        second.post("/apply", {"files": {PRICING: pricing({**CHEAP, "fee": "1.00"})}, "comment": "two"}, status=412,
                    If_Match=etag)

    def test_a_mistake_is_marked_and_nothing_of_the_machine_can_be_named(self):
        api = self.daemon()
        text = pricing(CHEAP).replace('fee="10.00" side', 'fie="10.00" side')
        problems = api.post("/check", {"files": {PRICING: text}})["problems"]
        self.assertEqual(len(problems), 1, problems)
        line = text.splitlines()[problems[0]["line"] - 1]
        self.assertEqual(line[problems[0]["column"] - 1:problems[0]["end_column"] - 1], 'fie="10.00"')

        billing = (self.config / "billing-config.xml").read_text(encoding="utf-8")
        secret = rp.new_directory("secret") / "password"
        secret.write_text("TOP-SECRET-CANARY", encoding="utf-8")
        for setting in (f'name="mail.smtp.password" value="file:{secret}"', f'name="mail.smtp.caFile" value="{secret}"',
                        'name="mail.smtp.password" value="TOP-SECRET-CANARY"',
                        'name="mail.smtp.url" value="smtp://127.0.0.1:25"'):
            draft = {"billing-config.xml": billing.replace("<settings>", f"<settings><setting {setting}/>")}
            for path in ("/check", "/impact"):
                answer = api.client.ask("POST", PATH + path, json.dumps({"files": draft}))
                self.assertNotIn("CANARY", answer.text)
            answer = api.ask("POST", "/apply", {"files": draft, "comment": "x"}, status=400, If_Match=api.etag())
            self.assertNotIn("CANARY", answer.text)
            self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        for library in ("/lib/x86_64-linux-gnu/libc.so.6", "../../lib/libc.so", "libc.so"):
            draft = {"billing-config.xml": billing.replace(
                "<handlers>", f'<handlers><handler class="X" library="{library}"/>', 1)}
            api.post("/apply", {"files": draft, "comment": "x"}, status=400, If_Match=api.etag())
        for name in ("../escaped.xml", "/etc/cron.d/x", "pricing/../../x.xml"):
            api.post("/apply", {"files": {name: "<x/>"}, "comment": "x"}, status=400, If_Match=api.etag())
        self.assertEqual(self.sql("select count(*) from config_version"), [["1"]])

    def test_reading_needs_a_right_and_changing_another(self):
        api = self.daemon()
        reader = Api(rp.http_address(self.daemons[0]), self.reckoner.json(
            "key", "create", "reader", "--scopes", "see")["secret"])
        self.addCleanup(reader.client.close)
        for path in ("", "/versions", "/versions/1", "/hints?kind=pricing", "/schemas/pricing.xsd"):
            self.assertEqual(reader.client.ask("GET", PATH + path).status, 403, path)
        self.assertEqual(reader.client.ask("POST", PATH + "/apply", "{}").status, 403)
        nobody = Client(rp.http_address(self.daemons[0]))
        self.addCleanup(nobody.close)
        self.assertEqual(nobody.ask("GET", PATH).status, 401)
        self.assertEqual(api.client.ask("GET", PATH + "/schemas/pricing.xsd").status, 200)

    def test_a_preview_tells_how_far_it_is(self):
        api = self.daemon()
        answer = api.client.ask("POST", PATH + "/impact", json.dumps({"files": {PRICING: pricing(DEAR)}}),
                                {"Accept": "text/event-stream"})
        self.assertEqual(answer.status, 200)
        events = [dict(line.split(": ", 1) for line in event.splitlines() if ": " in line)
                  for event in answer.text.strip().split("\n\n")]
        named = [event for event in events if "event" in event]
        self.assertEqual(named[0]["event"], "progress")
        self.assertEqual(json.loads(named[0]["data"])["of"], CUSTOMERS)
        self.assertEqual(named[-1]["event"], "impact")
        self.assertEqual(json.loads(named[-1]["data"]), api.post("/impact", {"files": {PRICING: pricing(DEAR)}}))


if __name__ == "__main__":
    rp.main()

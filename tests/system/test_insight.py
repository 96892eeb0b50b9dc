#!/usr/bin/python3
"""Budgets, anomalies and comparisons with the real daemon: a threshold is told seconds after the usage that reaches it, once,
whoever looks; commands and the API say the same."""

import datetime
import json
import signal
import unittest

import reckoner_process as rp
from http_client import Client

SETTINGS = {"language": None, "zone": None, "invoice_mail": {"enabled": True, "also_to": ["books@acme.example"]}}
MEGABYTE = 1048576
ALLOCATION = """<allocation xmlns="urn:reckoner:allocation:1">
  <cost-centre name="company" title="Company">
    <cost-centre name="east"><member customer="hooli"/></cost-centre>
    <cost-centre name="west"><member customer="initech"/><member plan="SMB"/></cost-centre>
  </cost-centre>
</allocation>"""


class Insight(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = rp.Cluster()
        cls.database = cls.cluster.create("insight")
        cls.reckoner = rp.Reckoner(database=cls.database, data_dir=rp.new_directory("insight"),
                                   config=rp.copy_of_config("insight-config", files={"allocation.xml": ALLOCATION}))
        today = datetime.datetime.now(datetime.timezone.utc)
        cls.month = today.strftime("%Y-%m")
        cls.now = today.strftime("%Y-%m-%dT%H:%M:%SZ")
        begin = (today.replace(day=1) - datetime.timedelta(days=40)).strftime("%Y-%m-01")
        rp.import_customers(cls.reckoner, rp.new_directory("load"), [(name, name) for name in ("acme", "globex", "hooli", "initech")],
                            [("s", name, plan, begin, "") for name, plan in (
                                ("acme", "Professional"), ("globex", "Professional"), ("hooli", "Professional"), ("initech", "Professional"))])
        cls.key = cls.reckoner.json("key", "create", "house", "--scopes", "ingest,query,admin")["secret"]
        cls.reckoner.json("run", "monthly")
        # Two daemons on one database: both look at budgets.
        cls.daemons = [cls.reckoner.start("serve", "--listen", "127.0.0.1:0", "--roles", "ingest,web,engine") for _ in range(2)]
        cls.client = Client(rp.http_address(cls.daemons[0]), cls.key)
        cls.events = 0

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        for daemon in cls.daemons:
            daemon.send(signal.SIGTERM)
        for daemon in cls.daemons:
            result = daemon.wait(30)
            assert result.code == 0, result

    def get(self, path):
        answer = self.client.ask("GET", "/api/v1/" + path)
        self.assertEqual(answer.status, 200, answer.text)
        return json.loads(answer.text)

    def use(self, subject, megabytes):
        Insight.events += 1
        self.client.post([{"specversion": "1.0", "id": f"i{self.events}", "source": "/test", "type": "bandwidth",
                           "subject": subject, "time": self.now, "data": {"bytes": MEGABYTE * megabytes}}])

    def set_budgets(self, customer, *budgets):
        path = f"/api/v1/customers/{customer}/settings"
        tag = self.client.ask("GET", path).headers["ETag"]
        answer = self.client.ask("PUT", path, body=json.dumps({**SETTINGS, "budgets": list(budgets)}),
                                 headers={"If-Match": tag, "Content-Type": "application/json"})
        self.assertEqual(answer.status, 200, answer.text)
        return json.loads(answer.text)["budgets"]

    def alerts(self, customer):
        return self.get(f"customers/{customer}/alerts")["items"]

    def test_a_threshold_is_told_seconds_after_its_usage_and_once(self):
        stored = self.set_budgets("acme", {"currency": "USD", "amount": "100.00", "charge": "bandwidth",
                                           "thresholds": [{"on": "actual", "percent": "50"}]})
        self.assertEqual(stored, [{"currency": "USD", "amount": "100.00", "charge": "bandwidth",
                                   "thresholds": [{"on": "actual", "percent": "50", "amount": None}]}])
        self.use("acme", 1536 + 1000)
        self.assertEqual(self.alerts("acme"), [])
        self.use("acme", 1000)
        rp.wait_until(lambda: self.alerts("acme"), "the alert", timeout=15)
        alert = self.alerts("acme")[0]
        self.assertEqual((alert["month"], alert["on"], alert["limit"], alert["spent"], alert["percent"]),
                         (self.month, "actual", "50.00", "60.00", "50"))
        self.use("acme", 1000)
        self.set_budgets("globex", {"currency": "USD", "amount": "1.00"})
        rp.wait_until(lambda: len(self.alerts("globex")) == 3, "the other's alerts", timeout=15)
        self.assertEqual(self.alerts("acme"), [alert])
        told = self.reckoner.json("alerts", "acme")["alerts"]
        self.assertEqual(told, [alert])
        self.assertEqual(self.get("alerts")["items"], self.reckoner.json("alerts")["alerts"])
        self.assertIn(alert["text"], self.reckoner.ok("alerts").out)
        mails = rp.psql(self.database, "select recipient, kind from outbox where kind = 'alert' and message_key like 'alert:1%' "
                                       "and customer_id = (select customer_id from customer_key where key = 'acme') order by 1")
        self.assertIn(["books@acme.example", "alert"], mails)
        pages = self.client.ask("GET", "/api/v1/alerts?limit=2")
        first = json.loads(pages.text)
        self.assertEqual(len(first["items"]), 2)
        rest = self.get(f"alerts?limit=2&cursor={first['next']}")
        self.assertEqual(first["items"] + rest["items"], self.get("alerts")["items"])

    def test_a_cost_centre_has_budgets_over_all_below_it(self):
        tree = self.get("cost-centres")["items"]
        self.assertEqual([(c["name"], c["parent"], c["customers"], c["plans"]) for c in tree],
                         [("company", None, [], []), ("east", "company", ["hooli"], []), ("west", "company", ["initech"], ["SMB"])])
        self.assertIn("did you mean 'company'?", self.reckoner.json("budgets", "set", "1", "--cost-centre", "compani", code=1)["error"])
        choices = self.get("cost-centres/budget-choices")
        self.assertEqual(choices["currencies"][0], "USD")
        self.assertEqual(choices["charges"], sorted(choices["charges"]))
        self.assertIn("bandwidth", choices["charges"])
        self.assertIn("there is no charge 'bandwith'; did you mean 'bandwidth'? there are",
                      self.reckoner.json("budgets", "set", "1", "--cost-centre", "company", "--charge", "bandwith", code=1)["error"])
        stored = self.reckoner.json("budgets", "set", "90", "--cost-centre", "company", "--charge", "bandwidth", "--actual", "100%",
                                    "--tell", "cfo@example.com")["budgets"]
        self.assertEqual([(b["cost_centre"], b["budget"]["amount"], b["also_to"], b["problem"]) for b in stored],
                         [("company", "90.00", ["cfo@example.com"], None)])
        answer = self.client.ask("GET", "/api/v1/cost-centres/company/budgets")
        self.assertEqual(json.loads(answer.text)["budgets"], [stored[0]["budget"]])
        put = {"budgets": [stored[0]["budget"], {"currency": "USD", "amount": "9", "charge": "moons"}], "also_to": ["cfo@example.com"]}
        headers = {"If-Match": answer.headers["ETag"], "Content-Type": "application/json"}
        refused = self.client.ask("PUT", "/api/v1/cost-centres/company/budgets", json.dumps(put), headers)
        self.assertEqual(refused.status, 400, refused.text)
        self.assertIn("there is no charge 'moons'", refused.text)
        self.assertEqual(self.client.ask("GET", "/api/v1/cost-centres/moon/budgets").status, 404)
        # 60.00 and 30.00: together they reach what neither does.
        self.use("hooli", 1536 + 2000)
        self.assertEqual(self.get("cost-centres/alerts?cost_centre=company")["items"], [])
        self.use("initech", 1536 + 1000)
        rp.wait_until(lambda: self.get("cost-centres/alerts")["items"], "the alert", timeout=15)
        alert = self.get("cost-centres/alerts")["items"][0]
        self.assertEqual((alert["cost_centre"], alert["charge"], alert["limit"], alert["spent"], alert["month"]),
                         ("company", "bandwidth", "90.00", "90.00", self.month))
        log = self.reckoner.json("budgets", "log", "--cost-centre", "company")
        self.assertEqual((log["alerts"], log["cost_centre_alerts"]), ([], [alert]))
        self.assertIn("cost centre company, bandwidth, costs", self.reckoner.ok("budgets", "log").out)
        mails = rp.psql(self.database, "select recipient from outbox where kind = 'alert' and customer_id = 0")
        self.assertEqual(mails, [["cfo@example.com"]])
        self.assertIn("company", self.reckoner.ok("budgets").out)
        self.assertEqual(self.reckoner.json("budgets", "remove", "--cost-centre", "company", "--charge", "bandwidth")["budgets"], [])
        self.assertIn("has no budget", self.reckoner.json("budgets", "remove", "--cost-centre", "company", code=1)["error"])

    def test_budgets_of_customers_by_command(self):
        stored = self.reckoner.json("budgets", "set", "70000", "--customer", "initech", "--forecast", "60000.00")["budgets"]
        self.assertEqual(stored[0]["budget"]["thresholds"], [{"on": "forecast", "percent": None, "amount": "60000.00"}])
        self.assertEqual(self.get("customers/initech/settings")["budgets"], [stored[0]["budget"]])
        self.assertEqual(self.reckoner.json("budgets", "list", "--customer", "initech")["budgets"], stored)
        self.assertIn("did you mean 'bandwidth'?",
                      self.reckoner.json("budgets", "set", "1", "--customer", "initech", "--charge", "bandwith", code=1)["error"])
        self.reckoner.json("budgets", "set", "1", "--customer", "initech", "--actual", "many", code=2)
        self.reckoner.json("budgets", "set", "1", code=2)
        self.assertIn(["customer.settings"], rp.psql(self.database, "select action from audit_log where subject = 'initech'"))

    def test_the_overview_has_a_band(self):
        overview = self.get("customers/acme/overview")
        low, middle, high = (float(overview[name]["subtotal"]) for name in ("projected_low", "projected", "projected_high"))
        self.assertLessEqual(low, middle)
        self.assertLessEqual(middle, high)

    def test_a_document_is_compared_with_the_one_before(self):
        numbers = [invoice["number"] for invoice in self.reckoner.json("invoices", "acme")["invoices"]]
        compared = self.reckoner.json("invoices", "compare", numbers[0])
        self.assertEqual(self.get(f"customers/acme/invoices/{numbers[0]}/comparison"), compared)
        self.assertEqual(self.client.ask("GET", f"/api/v1/customers/globex/invoices/{numbers[0]}/comparison").status, 404)
        self.assertIn("there is no document", self.reckoner.json("invoices", "compare", "INV-1", code=1)["error"])
        self.assertIn("no document to compare", self.reckoner.ok("invoices", "compare", numbers[-1]).out)

    def test_anomalies_are_empty_where_nothing_is_old_enough(self):
        self.assertEqual(self.get("customers/acme/anomalies?days=90&meter=bandwidth")["items"], [])
        self.assertEqual(self.reckoner.json("anomalies", "acme")["anomalies"], [])
        self.assertIn("Nothing was out of its season", self.reckoner.ok("anomalies", "acme").out)
        self.assertEqual(self.client.ask("GET", "/api/v1/customers/acme/anomalies?days=91").status, 400)
        self.assertEqual(self.client.ask("GET", "/api/v1/customers/acme/anomalies?meter=none").status, 404)


if __name__ == "__main__":
    rp.main()

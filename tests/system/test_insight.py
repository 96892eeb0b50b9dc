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


class Insight(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = rp.Cluster()
        cls.database = cls.cluster.create("insight")
        cls.reckoner = rp.Reckoner(database=cls.database, data_dir=rp.new_directory("insight"))
        today = datetime.datetime.now(datetime.timezone.utc)
        cls.month = today.strftime("%Y-%m")
        cls.now = today.strftime("%Y-%m-%dT%H:%M:%SZ")
        begin = (today.replace(day=1) - datetime.timedelta(days=40)).strftime("%Y-%m-01")
        rp.import_customers(cls.reckoner, rp.new_directory("load"), [("acme", "acme"), ("globex", "globex")],
                            [("s", name, "Professional", begin, "") for name in ("acme", "globex")])
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

#!/usr/bin/python3
"""Statements of bank accounts, by the command and over HTTP: booked once, told apart, settled by people who may."""

import json
import unittest
from decimal import Decimal

import reckoner_process as rp
from access_world import ADMIN_KEY, World

FILES = rp.SOURCE / "tests" / "accounts" / "bank"
HEADER = "account,id,booked-on,amount,currency,counterparty-account,text\n"


class Bank(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.boss = cls.world.key("admin", ADMIN_KEY)

    def ask(self, method, path, body=None, status=200, kind="application/json", **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.boss.ask(method, path, json.dumps(body) if kind == "application/json" and body is not None else body,
                               {"Content-Type": kind, **named})
        self.assertEqual(answer.status, status, answer.text)
        return answer.json()

    def balance(self, customer):
        return {one["currency"]: one["balance"] for one in self.ask("GET", f"/api/v1/customers/{customer}/balance")["items"]}

    def test_a_statement_over_http(self):
        number = self.world.invoice("acme")
        before = self.balance("acme")["USD"]
        content = f"{HEADER}DE1,h-1,2026-11-03,1.00,USD,DE77,paying {number.replace('-', ' ')}\nDE1,h-2,2026-11-03,2.00,USD,,hello\n"
        first = self.ask("POST", "/api/v1/bank/statements?name=day.csv", content, kind="text/csv", Idempotency_Key="day")
        self.assertEqual(first, {"entries": 2, "known": 0, "booked": 1, "open": 1, "aside": 0, "pending": 0})
        self.assertEqual(self.ask("POST", "/api/v1/bank/statements?name=day.csv", content, kind="text/csv", Idempotency_Key="day"),
                         first)
        again = self.ask("POST", "/api/v1/bank/statements", content, kind="text/csv")
        self.assertEqual(again["known"], 2)
        self.assertEqual(Decimal(self.balance("acme")["USD"]), Decimal(before) - 1)
        [open_one] = [one for one in self.ask("GET", "/api/v1/bank/entries?state=open")["items"] if one["bank_id"] == "h-2"]
        path = f"/api/v1/bank/entries/{open_one['entry']}"
        self.ask("POST", f"{path}/settle", {"customer": "nobody"}, 422)
        settled = self.ask("POST", f"{path}/settle", {"customer": "acme", "document": number})
        self.assertEqual((settled["state"], settled["customer"], settled["document"]), ("booked", "acme", number))
        self.ask("POST", f"{path}/settle", {"customer": "acme"}, 422)
        self.ask("POST", f"{path}/set-aside", {"reason": "no"}, 422)
        self.assertEqual(Decimal(self.balance("acme")["USD"]), Decimal(before) - 3)
        payments = self.ask("GET", "/api/v1/customers/acme/payments")["items"]
        self.assertEqual([one["reference"] for one in payments[:2]], ["DE1/h-2", "DE1/h-1"])
        log = self.ask("GET", "/api/v1/audit-log?action=bank")["items"]
        self.assertEqual([one["action"] for one in log[:2]], ["bank.settle", "bank.import"])
        self.ask("POST", "/api/v1/bank/statements", "<Document/>", 422, kind="application/xml")

    def test_real_statements_by_the_command(self):
        reckoner = self.world.reckoner
        first = reckoner.json("bank", "import", FILES / "2026-11-03.camt.053.001.02.xml")
        self.assertEqual((first["entries"], first["known"], first["pending"]), (5, 0, 1))
        self.assertEqual(reckoner.json("bank", "import", FILES / "2026-11-03.camt.053.001.02.xml")["known"], 5)
        listed = reckoner.json("bank", "list", "--state", "aside")["entries"]
        self.assertIn("money out", [one["why"] for one in listed])
        phone = [one for one in reckoner.json("bank", "list")["entries"] if one["text"] == "as agreed on the phone"][0]
        self.assertEqual(phone["state"], "open")
        aside = reckoner.json("bank", "set-aside", str(phone["entry"]), "--reason", "a gift")
        self.assertEqual((aside["state"], aside["why"]), ("aside", "a gift"))
        self.assertIn("a gift", reckoner.ok("bank", "list").out)
        self.assertEqual(reckoner.json("bank", "settle", str(phone["entry"]), "globex")["customer"], "globex")
        self.assertNotEqual(reckoner.run("bank", "settle", "999999", "globex").code, 0)
        self.assertEqual(reckoner.run("bank", "set-aside", str(phone["entry"])).code, 2)
        self.assertEqual(reckoner.run("verify").code, 0)


if __name__ == "__main__":
    rp.main()

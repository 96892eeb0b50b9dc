#!/usr/bin/python3
"""Overdue and disputed documents with the real daemon: reminders with their mails, disputes between a customer's people and
staff, and what is given up."""

import hashlib
import hmac
import json
import signal
import time
import unittest
from decimal import Decimal

import reckoner_process as rp
from access_world import ADMIN_KEY, World

WRITE_OFF_AT_ONCE = """    <handlers>
      <handler class="WriteOffProposalHandler">
        <parameter name="days" value="1"/>
      </handler>
    </handlers>"""


class Receivables(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.world.serve.send(signal.SIGTERM)
        cls.world.serve.wait()
        cls.world.reckoner = rp.Reckoner(database=cls.world.database, data_dir=cls.world.directory, env={
            "RECKONER_PAYMENTS_STRIPE_SECRETS": "env:PROVIDER_SECRET", "PROVIDER_SECRET": "shared"})
        cls.world.serve = cls.world.reckoner.start("serve")
        cls.world.address = rp.http_address(cls.world.serve)
        cls.boss = cls.world.key("admin", ADMIN_KEY)
        cls.acme = cls.world.user("tenant-admin", "acme")
        cls.globex = cls.world.user("tenant-admin", "globex")

    def ask(self, caller, method, path, body=None, status=200, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = caller.ask(method, "/api/v1/" + path, None if body is None else json.dumps(body),
                            {"Content-Type": "application/json", **named})
        self.assertEqual(answer.status, status, answer.text)
        return answer.json()

    def let_pass(self, number, days):
        """Time, for one document: it was due so many days ago."""
        rp.psql(self.world.cluster.conninfo("access", "postgres"), f"""
            set session_replication_role = replica;
            update document d set due_on = current_date - {days} from issued n
             where n.number = '{number}' and d.customer_id = n.customer_id and d.ordinal = n.ordinal""")

    def run_engine(self):
        run = self.ask(self.boss, "POST", "engines/dunning/runs", {}, 202)["run"]["run"]
        rp.wait_until(lambda: self.ask(self.boss, "GET", f"runs/{run}")["run"]["state"] == "done", "the run")
        return self.ask(self.boss, "GET", f"runs/{run}")["run"]

    def mail(self, key):
        folder = self.world.directory / "mail"
        rp.wait_until(lambda: list(folder.glob(f"*-{key}.eml")), f"the mail {key}")
        return next(iter(folder.glob(f"*-{key}.eml"))).read_text()

    def dunned(self, number, state="going-on"):
        [found] = [one for one in self.ask(self.boss, "GET", f"dunning?state={state}")["items"] if one["document"] == number]
        return found

    def open_invoice(self, customer):
        """The number of one that is not paid."""
        return next(one["number"] for one in self.ask(self.boss, "GET", f"customers/{customer}/invoices")["items"]
                    if Decimal(one["open_amount"]) > 0)

    def total(self, number):
        return Decimal(self.ask(self.boss, "GET", f"customers/acme/invoices/{number}")["open_amount"])

    def test_from_reminder_to_dispute(self):
        world, number = self.world, self.open_invoice("acme")
        self.let_pass(number, 8)
        dry = self.ask(self.boss, "POST", "engines/dunning/dry-run", {"customer": "acme"})
        self.assertEqual([(one["document"], one["what"]) for one in dry["dunning"]], [(number, "first-reminder")])
        self.assertEqual(world.sql("select count(*) from dunning_step"), [["0"]])
        self.assertEqual(self.run_engine()["invoiced"], 1)
        self.assertEqual(self.run_engine()["invoiced"], 0)
        found = self.dunned(number)
        self.assertEqual([one["step"] for one in found["steps"]], ["first-reminder"])
        self.assertEqual(found["next"]["step"], "second-reminder")
        self.assertEqual(self.ask(self.acme, "GET", "customers/acme/dunning")["items"], [found])
        self.ask(self.globex, "GET", "customers/acme/dunning", status=404)
        self.assertEqual(world.reckoner.json("dunning", "acme")["dunning"], [found])
        ordinal = world.sql(f"select ordinal from issued where number = '{number}'")[0][0]
        self.assertIn(f"Subject: {number} was due on ", self.mail(f"dunning-{ordinal}-1"))

        # A dispute of its first line that charges something.
        lines = self.ask(self.acme, "GET", f"customers/acme/invoices/{number}")["document"]["lines"]
        line, charged = next((place + 1, one["amount"]) for place, one in enumerate(lines) if Decimal(one["amount"]) > 0)
        path = "customers/acme/disputes"
        asked = {"document": number, "line": line, "amount": "1.00", "message": "we had switched it off"}
        self.ask(self.globex, "POST", path, asked, 404)
        self.ask(self.acme, "POST", path, {**asked, "amount": str(Decimal(charged) + 1)}, 422)
        self.ask(self.acme, "POST", path, {**asked, "amount": "0.00"}, 422)
        self.ask(self.acme, "POST", path, {**asked, "line": 9999}, 422)
        self.ask(self.acme, "POST", path, {**asked, "document": world.invoice("globex")}, 422)
        first = self.ask(self.acme, "POST", path, asked, 201, Idempotency_Key="once")
        self.assertEqual(self.ask(self.acme, "POST", path, asked, 201, Idempotency_Key="once"), first)
        self.assertEqual((first["state"], first["amount"], first["line"]), ("open", "1.00", line))
        detail = self.ask(self.acme, "GET", f"{path}/{first['dispute']}")
        self.assertEqual(detail["evidence"]["line"], line)
        self.ask(self.globex, "GET", f"customers/globex/disputes/{first['dispute']}", status=404)
        self.assertEqual(self.dunned(number)["disputed"], first["held"])
        mine = f"dispute-{first['dispute']}-open"
        self.assertIn("has arrived", self.mail(mine))
        self.assertIn("has arrived", self.mail(f"{mine}-operator"))

        # Staff refuse it; it cannot be settled twice.
        one = f"{path}/{first['dispute']}"
        self.ask(self.acme, "POST", f"{one}/refuse", {"reason": "no"}, 403)
        self.ask(self.boss, "POST", f"{one}/refuse", {}, 400)
        self.ask(self.boss, "POST", f"{one}/refuse", {"reason": "é" * 4001}, 400)
        refused = self.ask(self.boss, "POST", f"{one}/refuse", {"reason": "it ran until the 9th"})
        self.assertEqual((refused["state"], refused["reason"]), ("refused", "it ran until the 9th"))
        self.ask(self.acme, "POST", f"{one}/withdraw", status=422)
        self.assertEqual(self.dunned(number)["disputed"], "0.00")
        self.assertIn("it ran until the 9th", self.mail(f"dispute-{first['dispute']}-refused"))

        # Another one is credited: a credit note that it names lowers what is open.
        before = self.total(number)
        self.assertIn("say what is new", self.ask(self.acme, "POST", path, asked, 422)["detail"])
        second = self.ask(self.acme, "POST", path, {**asked, "message": "here is the log of that week"}, 201)
        credited = self.ask(self.boss, "POST", f"{path}/{second['dispute']}/credit", {"reason": "you are right"})
        self.assertEqual(credited["state"], "credited")
        note = self.ask(self.acme, "GET", f"customers/acme/invoices/{credited['credit_note']}")["document"]
        self.assertEqual(Decimal(note["total"]), -Decimal(second["held"]))
        self.assertEqual(self.total(number), before - Decimal(second["held"]))
        third = world.reckoner.json("disputes", "open", "acme", number, "--line", line, "--amount", "2.00", "--message", "and this")
        withdrawn = self.ask(self.acme, "POST", f"{path}/{third['dispute']}/withdraw")
        self.assertEqual(withdrawn["state"], "withdrawn")
        self.assertEqual([one["state"] for one in self.ask(self.acme, "GET", path)["items"]],
                         ["withdrawn", "credited", "refused"])
        self.assertEqual([one["state"] for one in self.ask(self.boss, "GET", "disputes?state=credited")["items"]], ["credited"])
        actions = [one["action"] for one in self.ask(self.boss, "GET", "audit-log?action=dispute")["items"]]
        self.assertEqual(actions, ["dispute.withdraw", "dispute.open", "dispute.credit", "dispute.open", "dispute.refuse",
                                   "dispute.open"])

    def test_a_providers_payment_is_in_the_audit_log_once(self):
        body = json.dumps({"id": "evt_1", "type": "payment_intent.succeeded", "created": int(time.time()), "data": {"object": {
            "id": "pi_audit", "object": "payment_intent", "amount": 123, "amount_received": 123, "currency": "usd",
            "status": "succeeded", "created": int(time.time()), "metadata": {"document": self.open_invoice("acme")}}}})
        for _ in range(2):
            at = int(time.time())
            mac = hmac.new(b"shared", f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
            answer = self.world.anybody().ask("POST", "/api/v1/payment-providers/stripe/events", body,
                                              {"Content-Type": "application/json", "Stripe-Signature": f"t={at},v1={mac}"})
            self.assertEqual(answer.status, 200, answer.text)
        [row] = [one for one in self.ask(self.boss, "GET", "audit-log?action=payment.provider")["items"]
                 if "pi_audit" in one["subject"]]
        self.assertEqual((row["who"], row["customer"]), ("provider stripe", "acme"))
        self.assertIn("pi_audit", row["subject"])
        self.assertIn("1.23", json.dumps(row["after"]))

    def test_a_charge_back_is_a_returned_payment(self):
        number = self.open_invoice("acme")

        def tell(kind, thing, **before):
            body = json.dumps({"id": f"evt_{kind}", "type": kind, "created": int(time.time()),
                               "data": {"object": thing, "previous_attributes": before}})
            at = int(time.time())
            mac = hmac.new(b"shared", f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
            answer = self.world.anybody().ask("POST", "/api/v1/payment-providers/stripe/events", body,
                                              {"Content-Type": "application/json", "Stripe-Signature": f"t={at},v1={mac}"})
            self.assertEqual(answer.status, 200, answer.text)
            return Decimal(self.ask(self.boss, "GET", f"customers/acme/invoices/{number}")["open_amount"])

        intent = {"id": "pi_back", "amount_received": 300, "currency": "usd", "metadata": {"document": number}}
        paid = tell("payment_intent.succeeded", intent)
        charge = {"id": "ch_back", "payment_intent": "pi_back", "amount_refunded": 100, "currency": "usd"}
        for _ in range(2):
            self.assertEqual(tell("charge.refunded", charge, amount_refunded=0), paid + 1)
        dispute = {"id": "dp_back", "charge": "ch_back", "payment_intent": "pi_back", "amount": 200, "currency": "usd",
                   "reason": "fraudulent", "status": "needs_response"}
        for _ in range(2):
            self.assertEqual(tell("charge.dispute.created", dispute), paid + 3)
        self.assertEqual(tell("charge.dispute.closed", {**dispute, "status": "won"}), paid + 1)
        rows = self.ask(self.boss, "GET", "audit-log?action=payment.provider&customer=acme")["items"]
        told = [(row["subject"], row["after"]["amount"], row["after"]["of"]) for row in rows if "back" in row["subject"]]
        self.assertEqual(told, [("dp_back/won", "2.00", "pi_back"), ("dp_back", "-2.00", "pi_back"),
                                ("ch_back/refunded/100", "-1.00", "pi_back"), ("pi_back", "3.00", None)])

    def test_whom_documents_are_for(self):
        path, said = "customers/acme/billing-details", {
            "address": {"street": ["Building 4", "1 Main Street"], "city": "Springfield", "postal_code": "62701", "subdivision": "IL",
                        "country": "US"},
            "buyer_reference": "cost centre 4711", "purchase_order": "PO-2026-117"}
        self.ask(self.globex, "GET", path, status=404)
        self.ask(self.acme, "PUT", path, said, 428)
        before = self.acme.ask("GET", "/api/v1/" + path)
        self.assertEqual(self.ask(self.acme, "PUT", path, said, If_Match=before.headers["ETag"]), said)
        self.ask(self.acme, "PUT", path, said, 412, If_Match=before.headers["ETag"])
        self.assertEqual(self.world.reckoner.json("billing-details", "acme"), said)
        self.world.reckoner.ok("billing-details", "acme", "--purchase-order", "-", "--street", "1 Main Street")
        shown = self.ask(self.boss, "GET", "customers/acme")
        self.assertEqual((shown["address"]["street"], shown["purchase_order"], shown["buyer_reference"]),
                         (["1 Main Street"], None, "cost centre 4711"))
        actions = [row["action"] for row in self.ask(self.boss, "GET", "audit-log?customer=acme")["items"]]
        self.assertEqual(actions.count("customer.billing-details"), 2)

        # What is issued stays as it is.
        number = self.open_invoice("acme")
        issued = self.ask(self.acme, "GET", f"customers/acme/invoices/{number}")["document"]["recipient"]
        pdf = self.acme.ask("GET", f"/api/v1/customers/acme/invoices/{number}", headers={"Accept": "application/pdf"}).body
        self.world.reckoner.ok("billing-details", "acme", "--city", "Shelbyville")
        self.assertEqual(self.ask(self.acme, "GET", f"customers/acme/invoices/{number}")["document"]["recipient"], issued)
        self.assertEqual(self.world.reckoner.json("show", number)["recipient"], issued)
        again = self.acme.ask("GET", f"/api/v1/customers/acme/invoices/{number}", headers={"Accept": "application/pdf"}).body
        self.assertEqual(again, pdf)

    def test_what_is_given_up(self):
        world, number = self.world, self.open_invoice("globex")
        text = (rp.CONFIG / "billing-config.xml").read_text()
        begin = text.index("    <handlers>", text.index('<engine id="dunning">'))
        end = text.index("    </handlers>", begin) + len("    </handlers>")
        partner = rp.SOURCE / "examples" / "sample-data" / "partner.xml"
        config = rp.copy_of_config("write-off-config", files={
            "billing-config.xml": text[:begin] + WRITE_OFF_AT_ONCE + text[end:],
            "pricing/sample-partner.xml": partner.read_text(encoding="utf-8").replace("{month}", "2026-01")})
        world.reckoner.ok("config", "apply", config)
        self.let_pass(number, 3)
        world.reckoner.ok("run", "dunning", "--customer", "globex")
        [proposed] = self.ask(self.boss, "GET", "write-offs?state=open")["items"]
        self.assertEqual((proposed["document"], proposed["customer"]), (number, "globex"))
        self.ask(self.globex, "GET", "write-offs", status=403)
        self.assertEqual([one["step"] for one in self.dunned(number)["steps"]], ["write-off-proposal"])
        self.assertEqual(self.ask(self.globex, "GET", "customers/globex/dunning")["items"], [])
        path = f"write-offs/{number}"
        self.ask(self.boss, "POST", f"{path}/accept", {}, 400)
        self.ask(self.boss, "POST", "write-offs/INV-1999-000001/accept", {"reason": "x"}, 404)
        accepted = self.ask(self.boss, "POST", f"{path}/accept", {"reason": "é" * 4000})
        self.assertEqual((accepted["state"], accepted["amount"], accepted["payment"]),
                         ("accepted", proposed["amount"], f"write-off:{number}"))
        self.ask(self.boss, "POST", f"{path}/refuse", {"reason": "no"}, 422)
        document = self.ask(self.boss, "GET", f"customers/globex/invoices/{number}")
        self.assertEqual((document["open_amount"], document["state"]), ("0.00", "paid"))
        self.assertEqual(world.reckoner.json("write-offs", "list", "--state", "accepted")["write_offs"], [accepted])
        world.reckoner.ok("run", "dunning", "--customer", "globex")
        self.assertEqual(self.dunned(number, "all")["state"], "written-off")


if __name__ == "__main__":
    rp.main()

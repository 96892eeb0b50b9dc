"""Showback and hierarchies by command and over HTTP: who is shown, who is billed, who sees whom, and what trees cost."""

import csv
import io
import json
import unittest
from decimal import Decimal

import reckoner_process as rp
from http_client import Client

ALLOCATION = """<allocation xmlns="urn:reckoner:allocation:1">
  <cost-centre name="company" title="Company">
    <cost-centre name="sales"><member customer="east"/></cost-centre>
    <cost-centre name="apps"><member plan="Professional"/></cost-centre>
  </cost-centre>
</allocation>"""
SUPPLIERS = """<suppliers xmlns="urn:reckoner:suppliers:1">
  <supplier name="cloud" currency="USD">
    <metered name="hours" meter="cartridge" unit="hour">
      <graduated><tier up-to="20" price="0.50"/><tier price="0.25"/></graduated>
    </metered>
  </supplier>
</suppliers>"""
SEATS = rp.pricing("seats", """
  <plan name="Seat" title="Seat" billed-by="monthly"><recurring name="seat" title="Seat" fee="10.00"/></plan>
  <plan name="SeatPlus" title="Seat plus" billed-by="monthly"><recurring name="seat" title="Seat" fee="15.00"/></plan>""")
CUSTOMERS = "/api/v1/customers"


class Structure(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = rp.Cluster()
        cls.directory = rp.new_directory("structure")
        cls.reckoner = rp.Reckoner(database=cls.cluster.create("structure"), data_dir=cls.directory,
                                   config=rp.copy_of_config("structure-config", files={
                                       "allocation.xml": ALLOCATION, "suppliers.xml": SUPPLIERS, "pricing/seats.xml": SEATS}))
        others = ["z0", "z1", "z2", "z3"]
        cls.siblings = [f"b{i}" for i in range(6)]
        names = ["group", "east", "west", "shop", "stranger", *others, "holding", *cls.siblings, "pair"]
        rp.import_customers(cls.reckoner, cls.directory, [(name, name) for name in names],
                            [("g", "group", "SMB", "2026-09-01", ""), ("e", "east", "SMB", "2026-09-01", ""),
                             ("w", "west", "Professional", "2026-09-01", ""), ("s", "shop", "Professional", "2026-09-01", ""),
                             ("x", "stranger", "SMB", "2026-09-01", ""),
                             *((name, name, "SMB", "2026-10-01", "") for name in others),
                             *((name, name, "SeatPlus", "2026-10-01", "") for name in cls.siblings),
                             ("y", "stranger", "SeatPlus", "2026-10-01", ""),
                             ("p1", "pair", "Seat", "2026-10-01", ""), ("p2", "pair", "Seat", "2026-10-01", "")])
        events = cls.directory / "events.jsonl"
        events.write_text("".join(json.dumps({
            "specversion": "1.0", "id": subject, "source": "meter", "type": "cartridge", "subject": subject,
            "time": "2026-10-05T10:00:00Z", "data": {"hours": hours}}) + "\n"
            for subject, hours in (("east", 10), ("shop", 30))), encoding="utf-8")
        cls.reckoner.ok("ingest", events, "--source", "meter")
        for customer, parent in (("east", "group"), ("west", "group"), ("shop", "west"),
                                 *((name, "holding") for name in cls.siblings)):
            cls.reckoner.ok("parent", customer, parent)
        cls.reckoner.ok("billing-mode", "west", "showback", "--from", "2026-09-01")
        cls.reckoner.ok("run", "monthly", "--period", "2026-09")
        cls.reckoner.ok("billing-mode", "west", "chargeback", "--from", "2026-10-01")
        cls.reckoner.ok("run", "monthly", "--period", "2026-10")
        cls.serve = cls.reckoner.start("serve", "--roles", "web")
        cls.address = rp.http_address(cls.serve)
        cls.admin = Client(cls.address, cls.reckoner.json("key", "create", "house", "--scopes", "admin")["secret"])
        cls.parent = Client(cls.address, cls.key("group"))
        cls.child = Client(cls.address, cls.key("west"))

    @classmethod
    def key(cls, customer):
        return cls.reckoner.json("key", "create", f"of-{customer}", "--scopes", "see,query", "--customer", customer)["secret"]

    def get(self, path, client=None, status=200):
        answer = (client or self.admin).ask("GET", path)
        self.assertEqual(answer.status, status, answer.text)
        return json.loads(answer.text)

    def table(self, path, client=None):
        answer = (client or self.admin).ask("GET", path, headers={"Accept": "text/csv"})
        self.assertEqual(answer.status, 200, answer.text)
        return list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))

    def change(self, customer, body):
        return self.admin.ask("POST", f"{CUSTOMERS}/{customer}/changes", json.dumps(body),
                              {"Content-Type": "application/json", "Idempotency-Key": json.dumps([customer, body])})

    def test_what_is_shown_is_not_billed(self):
        documents = self.get(f"{CUSTOMERS}/west/invoices")["items"]
        self.assertEqual([(d["kind"], d["state"], d["periods"]) for d in documents],
                         [("invoice", documents[0]["state"], ["2026-10"]), ("showback", "shown", ["2026-09"])])
        shown, billed = documents[1], documents[0]
        self.assertTrue(shown["number"].startswith("SB-INV-"))
        self.assertEqual((shown["total"], shown["open_amount"], shown["carried_forward"]), ("500.00", "0.00", "0.00"))
        self.assertEqual(billed["open_amount"], "500.00")
        self.assertEqual(self.get(f"{CUSTOMERS}/west")["balances"], [{"amount": "500.00", "currency": "USD"}])
        path = f"{CUSTOMERS}/west/invoices/{shown['number']}"
        self.assertEqual(self.admin.ask("GET", path, headers={"Accept": "application/xml"}).status, 409)
        pages = self.admin.ask("GET", path, headers={"Accept": "application/pdf"})
        self.assertEqual(pages.status, 200)
        self.assertTrue(pages.body.startswith(b"%PDF"))
        text = self.reckoner.ok("show", shown["number"]).out
        self.assertIn("not a bill", text)
        self.assertNotIn("Carried forward", text)
        refused = self.reckoner.run("void", shown["number"], "--mode", "rebill", "--reason", "wrong")
        self.assertNotEqual(refused.code, 0)
        self.assertEqual(self.change("west", {"kind": "void", "document": shown["number"], "mode": "rebill",
                                              "reason": "wrong"}).status, 422)
        self.assertIn("was shown already", self.change("west", {"kind": "billing-mode", "mode": "chargeback",
                                                                "from": "2026-09-01"}).text)
        modes = self.get(f"{CUSTOMERS}/west")["billing_modes"]
        self.assertEqual(modes, [{"from": "2026-09-01", "mode": "showback"}, {"from": "2026-10-01", "mode": "chargeback"}])
        actions = [row["action"] for row in self.get("/api/v1/audit-log")["items"]]
        self.assertEqual(actions.count("customer.billing-mode"), 2)

    def test_a_parent_sees_its_children_and_changes_nothing(self):
        items = self.get(f"{CUSTOMERS}/group/subtree", self.parent)["items"]
        self.assertEqual([(i["customer"], i["parent"], i["depth"]) for i in items],
                         [("group", None, 0), ("east", "group", 1), ("west", "group", 1), ("shop", "west", 2)])
        for customer in ("group", "east", "west", "shop"):
            self.assertEqual(self.get(f"{CUSTOMERS}/{customer}", self.parent)["key"], customer)
            invoices = self.get(f"{CUSTOMERS}/{customer}/invoices", self.parent)["items"]
            self.assertEqual(len(invoices), 2)
            number = invoices[0]["number"]
            self.assertEqual(self.get(f"{CUSTOMERS}/{customer}/invoices/{number}", self.parent)["document"]["number"], number)
        self.get(f"{CUSTOMERS}/stranger", self.parent, 404)
        self.assertEqual([i["customer"] for i in self.get(f"{CUSTOMERS}/west/subtree", self.child)["items"]], ["west", "shop"])
        for customer in ("group", "east"):
            self.get(f"{CUSTOMERS}/{customer}", self.child, 404)
            self.get(f"{CUSTOMERS}/{customer}/roll-up", self.child, 404)
        foreign = self.get(f"{CUSTOMERS}/stranger/invoices")["items"][0]["number"]
        self.get(f"{CUSTOMERS}/east/invoices/{foreign}", self.parent, 404)

    def test_settings_of_a_child_are_its_own(self):
        user = self.reckoner.json("user", "add", "boss", "--role", "tenant-admin", "--customer", "group")
        self.assertTrue(user)
        circle = self.change("group", {"kind": "parent", "parent": "shop"})
        self.assertEqual(circle.status, 422)
        self.assertIn("is below 'group' already", circle.text)
        self.assertEqual(self.get(f"{CUSTOMERS}/shop")["parent"], {"customer": "west", "gets_mails": False})

    def test_trees_and_cost_centres_sum_up(self):
        query = "roll-up?from=2026-09&to=2026-10"
        whole = self.get(f"{CUSTOMERS}/group/{query}")
        self.assertEqual(self.get(f"{CUSTOMERS}/group/{query}", self.parent), whole)
        fees = {(i["customer"], i["month"]): i for i in whole["items"] if i["charge"] == "subscription"}
        self.assertEqual(fees["group", "2026-09"]["billed_with_below"], "700.00")
        self.assertEqual(fees["group", "2026-09"]["shown_with_below"], "500.00")
        self.assertEqual(fees["group", "2026-10"]["billed_with_below"], "1200.00")
        self.assertEqual((fees["west", "2026-10"]["billed"], fees["west", "2026-10"]["billed_with_below"]), ("500.00", "1000.00"))
        rows = self.table(f"{CUSTOMERS}/group/{query}", self.parent)
        self.assertEqual(len(rows), len(whole["items"]))
        told = self.reckoner.json("roll-up", "group", "--from", "2026-09", "--to", "2026-10")
        self.assertEqual(told, whole)
        self.assertIn("billed_with_below", self.reckoner.ok("roll-up", "group", "--csv").out)

        centres = self.get(f"/api/v1/cost-centres/{query}")["items"]
        by = {(i["cost_centre"], i["customer"], i["month"]): i for i in centres if i["charge"] == "subscription"}
        self.assertEqual(by["company", None, "2026-10"]["billed_with_below"], "1100.00")
        self.assertEqual(by["sales", None, "2026-10"]["billed_with_below"], "100.00")
        self.assertEqual(by["apps", None, "2026-10"]["billed_with_below"], "1000.00")
        self.assertEqual(by["unassigned", None, "2026-10"]["billed_with_below"], "500.00")
        self.assertEqual(by[None, "shop", "2026-10"]["parent"], "apps")
        self.assertEqual(self.parent.ask("GET", f"/api/v1/cost-centres/{query}").status, 403)
        self.assertEqual(self.reckoner.json("roll-up", "--from", "2026-09", "--to", "2026-10")["items"], centres)
        self.assertEqual(self.admin.ask("GET", f"{CUSTOMERS}/group/roll-up?from=2026-11&to=2026-10").status, 400)

    def test_one_sum_to_pay(self):
        month = self.get(f"{CUSTOMERS}/east/invoices")["items"][0]["issued_on"][:7]
        path = f"{CUSTOMERS}/group/collective-statement?month={month}"
        statement = self.get(path, self.parent)
        (dollars,) = statement["items"]
        self.assertEqual([d["customer"] for d in dollars["documents"]],
                         ["group", "group", "east", "east", "west", "shop", "shop"])
        self.assertEqual(sum(Decimal(d["total"]) for d in dollars["documents"]), Decimal(dollars["total"]))
        self.assertEqual(dollars["total"], "1900.00")
        self.assertEqual(dollars["to_pay"], "1900.00")
        number = next(d["number"] for d in dollars["documents"] if d["customer"] == "shop")
        self.reckoner.ok("pay", "shop", "120.00", "--reference", "b1", "--on", f"{month}-28", "--document", number)
        self.assertEqual(self.get(path)["items"][0]["to_pay"], "1780.00")
        self.assertEqual(len(self.table(path)), 7)
        self.assertEqual(self.reckoner.json("collective", "group", "--month", month), self.get(path))
        self.assertIn("1780.00 to pay", self.reckoner.ok("collective", "group", "--month", month).out)

    def test_costs_of_suppliers_stand_beside_revenue(self):
        # 20 hours at 0.50 and 20 at 0.25 are 15.00, for 10 and 30 of 40 hours.
        margin = self.get("/api/v1/margin?month=2026-10")
        by = {(i["customer"], i["plan"], i["charge"]): i for i in margin["items"]}
        self.assertEqual(by["east", "SMB", "cartridge"]["cost"], "3.75")
        self.assertEqual(by["shop", "Professional", "cartridge"]["cost"], "11.25")
        self.assertEqual(by["shop", "Professional", "subscription"]["margin"], "500.00")
        plans = {i["plan"]: i for i in self.get("/api/v1/margin?month=2026-10&by=plan")["items"]}
        self.assertEqual((plans["SMB"]["billed"], plans["SMB"]["cost"], plans["SMB"]["margin"]), ("600.00", "3.75", "596.25"))
        self.assertEqual(plans["SMB"]["margin_percent"], "99.38")
        self.assertEqual(self.reckoner.json("margin", "2026-10"), margin)
        self.assertEqual(len(self.table("/api/v1/margin?month=2026-10")), len(margin["items"]))
        self.assertIn("99.38", self.reckoner.ok("margin", "2026-10", "--by", "plan").out)
        self.assertEqual(self.parent.ask("GET", "/api/v1/margin?month=2026-10").status, 403)
        self.assertEqual(self.admin.ask("GET", "/api/v1/margin?by=moon").status, 400)
        september = {i["customer"]: i for i in self.get("/api/v1/margin?month=2026-09&by=customer")["items"]}
        self.assertEqual((september["west"]["billed"], september["west"]["shown"]), ("0.00", "500.00"))

    def test_what_a_customer_can_learn_from_its_costs(self):
        base = f"{CUSTOMERS}/east/analytics"
        trend = self.get(f"{base}/trend?from=2026-09&to=2026-10", self.parent)["items"]
        self.assertEqual([(t["month"], t["cost"], t["change"], t["change_percent"]) for t in trend],
                         [("2026-09", "100.00", None, None), ("2026-10", "100.00", "0.00", "0")])
        dearest = self.get(f"{base}/dearest?from=2026-09&to=2026-10")["items"]
        self.assertEqual((dearest[0]["charge"], dearest[0]["cost"], dearest[0]["share_percent"]), ("subscription", "200.00", "100"))
        idle = {i["charge"]: i for i in self.get(f"{base}/allowances?from=2026-10&to=2026-10", self.parent)["items"]}
        self.assertEqual((idle["cartridge"]["allowance"], idle["cartridge"]["used"], idle["cartridge"]["idle"]), ("24", "10", "14"))
        self.assertEqual(idle["bandwidth"]["idle_percent"], "100")
        unit = self.get(f"{base}/unit?unit=cartridge&from=2026-10&to=2026-10", self.parent)["items"]
        self.assertEqual([(u["cost"], u["quantity"], u["cost_per_unit"]) for u in unit], [("100.00", "10", "10")])
        self.get(f"{base}/unit?unit=moons", status=422)
        plans = self.get(f"{base}/plans")
        known = self.get(f"{base}/plans", self.parent)["items"]
        self.assertEqual({p["plan"] for p in known}, {"SMB", "Professional"})
        own = self.get(f"{CUSTOMERS}/west/analytics/plans", self.child)["items"]
        self.assertEqual([p["plan"] for p in own], ["Professional"])
        self.assertEqual((plans["from"], plans["to"]), ("2026-09", "2026-10"))
        costs = {p["plan"]: p for p in plans["items"]}
        self.assertEqual((costs["SMB"]["present"], costs["SMB"]["cost"], costs["SMB"]["saves"]), (True, "200.00", "0.00"))
        self.assertEqual((costs["Professional"]["cost"], costs["Professional"]["saves"]), ("1000.00", "-800.00"))
        # Demo is free up to 5 hours, then 0.10: the ten of October cost 0.50.
        self.assertEqual((plans["items"][0]["plan"], costs["Demo"]["cost"], costs["Demo"]["saves"]), ("Demo", "0.50", "199.50"))
        self.assertEqual(self.reckoner.json("analytics", "plans", "east"), plans)
        self.assertIn("Professional", self.reckoner.ok("analytics", "plans", "east").out)
        self.assertEqual(len(self.table(f"{base}/plans")), len(plans["items"]))
        for what in ("trend", "dearest", "allowances"):
            self.assertIn(",", self.reckoner.ok("analytics", what, "east", "--csv").out)

    def test_only_the_named_subscription_is_on_another_plan(self):
        items = self.get(f"{CUSTOMERS}/pair/analytics/plans?subscription=p1")["items"]
        costs = {p["plan"]: p["cost"] for p in items}
        self.assertEqual((costs["Seat"], costs["SeatPlus"]), ("20.00", "25.00"))

    def test_a_tree_is_no_benchmark_of_itself(self):
        parent = Client(self.address, self.key("holding"))
        path = f"{CUSTOMERS}/b0/analytics/benchmark?month=2026-10"
        for caller in (parent, self.admin):
            self.assertEqual([(i["plan"], i["median"]) for i in self.get(path, caller)["items"]], [("SeatPlus", None)])

    def test_a_benchmark_is_of_five_others_at_least(self):
        found = self.get(f"{CUSTOMERS}/east/analytics/benchmark?month=2026-10", self.parent)["items"]
        self.assertEqual(found, [{"plan": "SMB", "currency": "USD", "cost": "100.00", "lower_quartile": "100", "median": "100",
                                  "upper_quartile": "100"}])
        few = self.get(f"{CUSTOMERS}/shop/analytics/benchmark?month=2026-10", self.parent)["items"]
        self.assertEqual([(i["cost"], i["median"]) for i in few], [("500.00", None)])
        self.assertEqual(self.reckoner.json("analytics", "benchmark", "east", "--month", "2026-10")["items"], found)

    def test_proofs_hold(self):
        self.reckoner.ok("verify", "--recompute")
        self.reckoner.ok("replay", "--all")


if __name__ == "__main__":
    rp.main()

#!/usr/bin/python3
"""Endpoints that the real daemon tells what happens: signatures judged by the reference library of Standard Webhooks, order,
secrets rotated, tenants apart, addresses that are refused, a daemon that is killed."""

import http.server
import json
import signal
import subprocess
import threading
import unittest

import reckoner_process as rp
from access_world import ADMIN_KEY, World
from test_clients import INSTALLED, install_clients

JSON = {"Content-Type": "application/json"}


class Receiver:
    """An HTTP server that keeps what it is told; `status` is what it answers."""

    def __init__(self):
        self.told, self.status = [], 204
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.told.append({"path": self.path, "headers": headers, "body": body, "data": json.loads(body)})
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path="/told", host="127.0.0.1"):
        return f"http://{host}:{self.server.server_port}{path}"

    def types(self, path="/told"):
        return [one["data"]["type"] for one in self.told if one["path"] == path]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class WebhookWorld(World):
    """A daemon that may tell this machine what happens in the house, and customers' endpoints in 127.0.0.1 alone."""

    NETWORKS = {"RECKONER_WEBHOOKS_HOUSE_NETWORKS": "127.0.0.0/8", "RECKONER_WEBHOOKS_CUSTOMERS_NETWORKS": "127.0.0.1"}

    def __init__(self):
        super().__init__()
        self.serve.send(signal.SIGTERM)
        self.serve.wait()
        self.reckoner = rp.Reckoner(database=self.database, data_dir=self.directory, env=self.NETWORKS)
        self.start()
        self.boss = self.key("admin", ADMIN_KEY)

    def start(self):
        self.serve = self.reckoner.start("serve", "--listen", "127.0.0.1:0")
        self.address = rp.http_address(self.serve)


class Webhooks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        install_clients()
        cls.world = WebhookWorld()

    def setUp(self):
        self.receiver = Receiver()
        self.addCleanup(self.receiver.stop)
        self.world.sql("delete from webhook_delivery; delete from webhook_endpoint")

    def ask(self, method, path, body=None, status=200, caller=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        caller = caller or self.world.boss
        caller.address = self.world.address
        answer = caller.ask(method, path, None if body is None else json.dumps(body), {**JSON, **named})
        self.assertEqual(answer.status, status, answer.text)
        return answer.json()

    def add(self, where="/api/v1/webhooks", events=("*",), url=None, status=201, **more):
        return self.ask("POST", where, {"url": url or self.receiver.url(), "events": list(events)}, status, **more)

    def pay(self, customer, reference, amount="5.00"):
        self.ask("POST", f"/api/v1/customers/{customer}/changes",
                 {"kind": "pay", "reference": reference, "amount": amount, "on": "2026-11-02", "currency": "USD"})

    def wait_for(self, count, path="/told"):
        rp.wait_until(lambda: len(self.receiver.types(path)) >= count, f"{count} were told",
                      lambda: f"{self.receiver.told}\n{self.world.serve.so_far().err}")

    def verify(self, told):
        done = subprocess.run(["node", "webhooks.mjs"], cwd=INSTALLED, input=json.dumps(told), capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_reference_library_verifies_what_is_told(self):
        made = self.add(events=["payment.booked"])
        self.pay("acme", "wh-1")
        self.wait_for(1)
        first = self.receiver.told[0]
        self.assertRegex(made["secret"], r"^whsec_[A-Za-z0-9+/]{43}=$")
        rotated = self.ask("POST", f"/api/v1/webhooks/{made['endpoint']['id']}/rotate", None)
        self.assertIsNotNone(rotated["endpoint"]["old_secret_until"])
        self.pay("acme", "wh-2", "-1.00")
        self.wait_for(2)
        second = self.receiver.told[1]
        self.assertEqual(second["headers"]["webhook-signature"].count("v1,"), 2)

        def case(told, secret, good, **changed):
            headers = {name: value for name, value in told["headers"].items() if name.startswith("webhook-")}
            return {"secret": secret, "headers": {**headers, **changed.get("headers", {})},
                    "body": changed.get("body", told["body"]), "good": good}

        old, new = made["secret"], rotated["secret"]
        self.verify([case(first, old, True), case(first, new, False), case(second, old, True), case(second, new, True),
                     case(second, new, False, body=second["body"].replace("-1.00", "-2.00")),
                     case(second, new, False, headers={"webhook-id": "msg_0"}),
                     case(second, new, False, headers={"webhook-timestamp": "1"}),
                     case(first, new, False, headers={"webhook-signature": second["headers"]["webhook-signature"]})])
        self.assertEqual(second["data"]["data"]["amount"], "-1.00")
        self.assertEqual(second["data"]["data"]["customer"], "acme")
        self.assertEqual(second["headers"]["content-type"], "application/json")

    def test_documents_are_told_in_the_order_of_each_customer(self):
        self.add()
        where = "/api/v1/customers/acme/webhooks"
        admin = self.world.user("tenant-admin", "acme")
        own = self.add(where, url=self.receiver.url("/acme"), caller=admin)
        for customer in ("acme", "globex"):
            self.pay(customer, "before")
            number = self.world.invoice(customer)
            lines = self.ask("GET", f"/api/v1/customers/{customer}/invoices/{number}")
            self.assertTrue(lines)
            self.world.reckoner.ok("void", number, "waive", "--reason", "told")
            self.pay(customer, "behind")
        self.wait_for(6)
        self.wait_for(3, "/acme")
        for customer in ("acme", "globex"):
            told = [one for one in self.receiver.told if one["path"] == "/told" and one["data"]["data"]["customer"] == customer]
            self.assertEqual([one["data"]["type"] for one in told], ["payment.booked", "credit_note.issued", "payment.booked"])
            note = told[1]["data"]["data"]
            shown = self.ask("GET", note["url"])
            self.assertIn(note["number"], json.dumps(shown))
            self.assertEqual(note["corrects"], self.world.sql(
                f"""select i.number from document_void v join issued i using (customer_id, ordinal) join customer_key k
                     using (customer_id) where k.key = '{customer}'""")[0][0])
        self.assertEqual({one["data"]["data"]["customer"] for one in self.receiver.told if one["path"] == "/acme"}, {"acme"})

        id = own["endpoint"]["id"]
        listed = self.ask("GET", f"{where}/{id}/deliveries?state=sent", caller=admin)["items"]
        self.assertEqual([one["type"] for one in listed], ["payment.booked", "credit_note.issued", "payment.booked"])
        again = self.ask("POST", f"{where}/{id}/deliveries/{listed[-1]['id']}/resend", None, caller=admin)
        self.assertEqual(again["state"], "pending")
        self.wait_for(4, "/acme")
        repeated = [one for one in self.receiver.told if one["path"] == "/acme"]
        self.assertEqual(repeated[0]["body"], repeated[-1]["body"])
        self.assertEqual(repeated[0]["headers"]["webhook-id"], repeated[-1]["headers"]["webhook-id"])
        log = self.ask("GET", "/api/v1/audit-log?action=webhook&customer=acme")["items"]
        self.assertEqual([entry["action"] for entry in log], ["webhook.resend", "webhook.add"])
        self.assertNotIn("whsec_", json.dumps(log))

    def test_who_is_parked_is_told_once(self):
        self.add(events=["customer.parked"])
        self.ask("POST", "/api/v1/customers", {"key": "twice", "name": "Twice", "time_zone": "UTC"}, 201)
        self.ask("POST", "/api/v1/customers/twice/changes", {"kind": "subscribe", "plan": "SMB", "from": "2026-10-01", "key": "s"})
        self.world.sql("""
            insert into subscription (customer_id, subscription, external_key, cycle, plan, currency, starts_at, created_at)
            select customer_id, subscription + 1, 'twice', cycle, 'Professional', currency, starts_at, created_at
              from subscription join customer_key using (customer_id) where key = 'twice'""")
        for _ in range(2):
            self.world.reckoner.run("run", "monthly", "--customer", "twice", "--retry-parked")
        self.wait_for(1)
        self.add(events=["payment.booked"], url=self.receiver.url("/behind"))
        self.pay("twice", "behind")
        self.wait_for(1, "/behind")
        self.assertEqual(len(self.receiver.types()), 1)
        self.assertNotEqual(self.receiver.told[0]["data"]["data"]["reason"], "")

    def test_what_a_killed_daemon_left_is_told_by_the_next(self):
        self.receiver.status = 500
        made = self.add(events=["payment.booked"])
        self.pay("acme", "killed-1")
        self.wait_for(1)
        self.world.serve.kill()
        self.receiver.status = 204
        self.world.reckoner.ok("pay", "acme", "7.00", "--reference", "killed-2", "--on", "2026-11-03", "--currency", "USD")
        self.world.sql("update webhook_delivery set next_try_at = '2026-11-01T00:00:00Z' where state = 'pending'")
        self.world.start()
        self.wait_for(3)
        self.assertEqual([one["data"]["data"]["reference"] for one in self.receiver.told], ["killed-1", "killed-1", "killed-2"])
        shown = self.ask("GET", f"/api/v1/webhooks/{made['endpoint']['id']}")
        self.assertEqual((shown["failures"], shown["failing_since"]), (0, None))

    def test_what_may_not_be_told(self):
        where = "/api/v1/customers/acme/webhooks"
        admin = self.world.user("tenant-admin", "acme")
        for url, events in (("https://user@example.com/", ["*"]), ("ftp://example.com/", ["*"]), (self.receiver.url(), ["no.kind"]),
                            (self.receiver.url(), ["customer.parked"]), (self.receiver.url(), [])):
            with self.subTest(url=url, events=events):
                answer = admin.ask("POST", where, json.dumps({"url": url, "events": events}), JSON)
                self.assertEqual(answer.status, 400, answer.text)
        made = self.add(where, url=self.receiver.url(host="127.0.0.2"), caller=admin)
        self.pay("acme", "refused")
        path = f"{where}/{made['endpoint']['id']}"
        failed = lambda: self.ask("GET", f"{path}/deliveries", caller=admin)["items"][0]
        rp.wait_until(lambda: failed()["attempts"] == 1, "it was tried")
        self.assertIn("127.0.0.2 is not an address that may be told anything", failed()["last_error"])
        viewer = self.world.user("tenant-viewer", "acme")
        for caller, url in ((admin, made["endpoint"]["url"]), (self.world.boss, made["endpoint"]["url"]),
                            (viewer, "http://127.0.0.2")):
            self.assertEqual(self.ask("GET", path, caller=caller)["url"], url)
            self.assertEqual([one["url"] for one in self.ask("GET", where, caller=caller)["items"]], [url])
        other = self.world.user("tenant-admin", "globex")
        for caller, there in ((other, path), (other, path.replace("acme", "globex")), (admin, f"{where}/we_0")):
            for method, rest, body in (("GET", "", None), ("DELETE", "", None), ("GET", "/deliveries", None), ("POST", "/rotate", None)):
                self.ask(method, there + rest, body, 404, caller)
        shown = admin.ask("GET", path)
        edit = {"url": self.receiver.url(), "events": ["*"], "enabled": False}
        self.ask("PUT", path, edit, 412, admin, If_Match='"none"')
        edited = self.ask("PUT", path, edit, 200, admin, If_Match=shown.headers["ETag"])
        self.assertEqual((edited["enabled"], edited["disabled_reason"]), (False, "by hand"))
        self.assertEqual(failed()["state"], "dead")
        self.ask("POST", f"{path}/resend-dead", None, 409, admin)
        edit["enabled"] = True
        self.ask("PUT", path, edit, 200, admin, If_Match=admin.ask("GET", path).headers["ETag"])
        self.assertEqual(self.ask("POST", f"{path}/resend-dead", None, 200, admin), {"resent": 1})
        self.wait_for(1)
        self.ask("DELETE", path, None, 200, admin)
        self.assertEqual(self.ask("GET", where, caller=admin)["items"], [])

    def test_the_commands_do_the_same(self):
        reckoner = self.world.reckoner
        made = reckoner.json("webhook", "add", self.receiver.url(), "--event", "payment.booked", "--customer", "acme")
        self.assertEqual((made["customer"], made["enabled"]), ("acme", True))
        self.pay("acme", "by-command")
        self.wait_for(1)
        id = made["id"]
        delivered = lambda: reckoner.json("webhook", "deliveries", id, "--state", "sent")["deliveries"]
        rp.wait_until(lambda: len(delivered()) == 1, "it is noted")
        self.assertEqual(reckoner.json("webhook", "resend", id, delivered()[0]["id"])["resent"], 1)
        self.wait_for(2)
        other = reckoner.json("webhook", "rotate", id)
        self.assertNotEqual(other["secret"], made["secret"])
        self.assertFalse(reckoner.json("webhook", "disable", id)["enabled"])
        self.assertIn("disabled: by hand", reckoner.ok("webhook", "list").out)
        self.assertNotEqual(reckoner.run("webhook", "resend", id, "--dead").code, 0)
        self.assertTrue(reckoner.json("webhook", "enable", id)["enabled"])
        self.assertEqual([one["id"] for one in reckoner.json("webhook", "list", "--customer", "acme")["endpoints"]], [id])
        edited = reckoner.json("webhook", "edit", id, "--url", self.receiver.url("/moved"), "--event", "invoice.issued",
                               "--event", "payment.booked")
        self.assertEqual((edited["url"], edited["events"], edited["enabled"]),
                         (self.receiver.url("/moved"), ["invoice.issued", "payment.booked"], True))
        edited = reckoner.json("webhook", "edit", id, "--description", "our bookkeeping")
        self.assertEqual((edited["url"], edited["description"]), (self.receiver.url("/moved"), "our bookkeeping"))
        self.pay("acme", "moved")
        self.wait_for(1, "/moved")
        self.assertEqual(reckoner.json("webhook", "edit", id, "--description", "")["description"], "")
        self.assertRegex(reckoner.run("webhook", "edit", id, "--url", "ftp://example.com/").err, "is no URL of an endpoint")
        self.assertRegex(reckoner.run("webhook", "edit", id, "--event", "customer.parked").err, "told to the house alone")
        nothing = reckoner.run("webhook", "edit", id)
        self.assertEqual(nothing.code, 2)
        self.assertIn("nothing to change", nothing.err)
        entry = self.ask("GET", "/api/v1/audit-log?action=webhook.edit&customer=acme&limit=3")["items"][-1]
        self.assertEqual((entry["before"]["url"], entry["after"]["url"]), (self.receiver.url(), self.receiver.url("/moved")))
        reckoner.ok("webhook", "remove", id)
        self.assertEqual(reckoner.json("webhook", "list")["endpoints"], [])
        self.assertRegex(reckoner.run("webhook", "remove", id).err, f"there is no endpoint '{id}'")
        self.assertEqual(reckoner.run("webhook", "resend", id).code, 2)


if __name__ == "__main__":
    rp.main()

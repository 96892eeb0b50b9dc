#!/usr/bin/python3
"""The admin console over HTTP against the real daemon: a run watched live to its end, somebody parked and tried again, and a
change of plan whose preview is what the interim invoice shows once it is made."""

import http.client
import json
import unittest
from decimal import Decimal

import reckoner_process as rp
from access_world import ADMIN_KEY, World
from http_client import Client

JSON = {"Content-Type": "application/json"}
CUSTOMERS = 30


class Event:
    def __init__(self, name, data):
        self.name, self.data = name, json.loads(data)


def events(address, key, path):
    """Server-sent events as they come, until the stream ends."""
    connection = http.client.HTTPConnection(*address, timeout=60)
    connection.request("GET", path, headers={"Authorization": f"Bearer {key}", "Accept": "text/event-stream"})
    answer = connection.getresponse()
    if answer.status != 200 or answer.headers.get_content_type() != "text/event-stream":
        raise AssertionError(f"{answer.status}: {answer.read()}")
    name, data = "message", []
    for line in answer:
        line = line.decode().rstrip("\r\n")
        if line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            data.append(line[5:].lstrip())
        elif not line and data:
            yield Event(name, "\n".join(data))
            name, data = "message", []
    connection.close()


class ConsoleTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.world.key_made = cls.world.key("admin", ADMIN_KEY)
        cls.secret = cls.world.key_made.headers["Authorization"].split()[1]
        cls.client = Client(cls.world.address, cls.secret)
        cls.with_small_batches()

    @classmethod
    def with_small_batches(cls):
        """Applies the sample's own configuration with two customers a batch."""
        folder = rp.SANDBOX / "small-batches"
        for name, content in cls.world.sql("select name, encode(content, 'hex') from config_file where kind = 'file'"):
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(bytes.fromhex(content))
        file = folder / "billing-config.xml"
        text = file.read_text()
        if 'batch-size="1000"' not in text:
            raise AssertionError("the sample's batches have another size")
        file.write_text(text.replace('batch-size="1000"', 'batch-size="2"'))
        cls.world.reckoner.ok("config", "apply", folder, "--comment", "small batches")

    def ask(self, method, path, body=None, status=200, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.ask(method, path, None if body is None else json.dumps(body), {**JSON, **named})
        self.assertEqual(answer.status, status, answer.text)
        return json.loads(answer.text)

    def create(self, key, plan="SMB"):
        self.ask("POST", "/api/v1/customers", {"key": key, "name": key.title(), "time_zone": "UTC"}, 201)
        self.ask("POST", f"/api/v1/customers/{key}/changes",
                 {"kind": "subscribe", "plan": plan, "from": "2026-10-01", "key": "s"})

    def watch(self, run):
        seen = list(events(self.world.address, self.secret, f"/api/v1/runs/{run}/events"))
        self.assertEqual(seen[-1].name, "end")
        self.assertTrue(all(event.name == "progress" for event in seen[:-1]))
        for event in seen:
            run_now = event.data["run"]
            self.assertEqual(run_now["due"], sum(run_now[part] for part in
                                                 ("invoiced", "held", "parked", "nothing_due", "left")))
        return seen

    def test_a_run_is_watched_live_and_who_is_parked_is_tried_again(self):
        for number in range(CUSTOMERS):
            self.create(f"live-{number:02}")
        # Two subscriptions that measure the same meters: no change makes them, so a run finds them.
        self.world.sql("""
            insert into subscription (customer_id, subscription, external_key, cycle, plan, currency, starts_at, created_at)
            select customer_id, subscription + 1, 'twice', cycle, 'Professional', currency, starts_at, created_at
              from subscription join customer_key using (customer_id) where key = 'live-07'""")
        before = self.ask("POST", "/api/v1/engines/monthly/dry-run", {"customers_max": 1000})
        run = self.ask("POST", "/api/v1/engines/monthly/runs", {}, 202, Idempotency_Key="live")["run"]["run"]
        again = self.ask("POST", "/api/v1/engines/monthly/runs", {}, 202, Idempotency_Key="live")["run"]["run"]
        self.assertEqual(run, again)
        seen = self.watch(run)
        end = seen[-1].data
        self.assertEqual(end["run"]["state"], "done")
        self.assertEqual(end["run"]["left"], 0)
        self.assertGreaterEqual(end["run"]["invoiced"], CUSTOMERS - 1)
        self.assertEqual(end["progress"]["customers_done"], end["progress"]["customers"])
        done = [event.data["progress"]["customers_done"] for event in seen]
        self.assertEqual(done, sorted(done))
        self.assertGreater(len(set(done)), 1, "it was seen going on")
        self.assertEqual(before["documents"], end["run"]["invoiced"])
        self.assertIn("live-07", [one["customer"] for one in before["would_park"]])

        parked = self.ask("GET", "/api/v1/parked?q=live-07")["items"]
        self.assertEqual([one["customer"] for one in parked], ["live-07"])
        self.assertNotEqual(parked[0]["reason"], "")
        self.assertEqual(self.ask("GET", "/api/v1/customers?state=parked&q=live-07")["items"][0]["parked"], parked[0]["reason"])
        self.world.sql("delete from subscription where external_key = 'twice'")
        retry = self.ask("POST", "/api/v1/parked/retry", {"customer": "live-07"}, 202)["run"]["run"]
        self.assertEqual(self.watch(retry)[-1].data["run"]["invoiced"], 1)
        self.assertEqual(self.ask("GET", "/api/v1/parked?q=live-07")["items"], [])
        log = self.ask("GET", "/api/v1/audit-log?action=run")["items"]
        self.assertEqual([entry["action"] for entry in log][:2], ["run.retry-parked", "run.start"])

    def test_a_change_of_plan_does_what_its_preview_says(self):
        self.create("mover")
        change = {"kind": "change-plan", "subscription": "s", "plan": "Professional", "when": "2026-11-11"}
        path = "/api/v1/customers/mover/changes"
        preview = self.ask("POST", f"{path}/preview", change)
        interim = lambda: self.world.reckoner.json("interim", "mover", "--as-of", preview["as_of"])
        effect = preview["currencies"][0]
        self.assertNotEqual(Decimal(effect["interim"]["difference"]), 0)
        before = interim()
        made = self.ask("POST", path, change)
        self.assertEqual(made["summary"], preview["summary"])
        after = interim()
        for name, invoices in (("before", before), ("after", after)):
            invoice = invoices["invoices"][0]
            self.assertEqual(Decimal(effect["interim"][name]), Decimal(invoice["document"]["total"]))
            self.assertEqual(Decimal(effect["expected"][name]), Decimal(invoice["expected_total"]))
        sums = sum(Decimal(charge["interim"]["difference"]) for charge in effect["charges"])
        self.assertEqual(sums, Decimal(effect["interim"]["difference"]))

    def test_the_daemon_proves_what_it_has_stored(self):
        self.ask("POST", "/api/v1/verify", {}, 202)
        for _ in range(600):
            state = self.ask("GET", "/api/v1/verify")
            if state["state"] != "running":
                break
            rp.time.sleep(0.1)
        self.assertEqual((state["state"], state["holds"]), ("done", True), state)
        self.assertGreater(len(state["checks"]), 20)
        self.assertEqual(self.ask("GET", "/api/v1/health")["schema"]["applied"],
                         self.ask("GET", "/api/v1/health")["schema"]["known"])


if __name__ == "__main__":
    unittest.main(verbosity=2)

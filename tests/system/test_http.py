#!/usr/bin/python3
"""Usage over HTTP: the real program, its keys, all modes of CloudEvents, a database that goes away, and SIGTERM."""

import base64
import json
import signal
import re
import socket
import subprocess
import threading
import time
import unittest

import reckoner_process as rp
from http_client import BATCH, Client

STRUCTURED = "application/cloudevents+json"


def event(number, subject="acme", value=10, **more):
    return {"specversion": "1.0", "id": f"e{number}", "source": "/test", "type": "bandwidth", "subject": subject,
            "time": "2026-10-05T12:00:00Z", "data": {"bytes": value}, **more}


class Http(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = rp.Cluster()
        cls.conninfo = cls.cluster.create("http")
        cls.reckoner = rp.Reckoner(database=cls.conninfo)
        rp.import_customers(cls.reckoner, rp.new_directory("load"), [("acme", "acme"), ("initech", "initech")],
                            [("s", "acme", "Professional", "2026-10-01", ""),
                             ("s", "initech", "Professional", "2026-10-01", "")])
        cls.keys = {name: cls.reckoner.json("key", "create", name, "--scopes", scopes, *more)["secret"]
                    for name, scopes, more in (("sender", "ingest", []), ("reader", "query", []),
                                               ("acme", "ingest,query", ["--customer", "acme"]),
                                               ("eu", "ingest", ["--namespace", "eu"]))}

    def setUp(self):
        self.serve = self.reckoner.start("serve")
        self.address = rp.http_address(self.serve)

    def tearDown(self):
        self.serve.send(signal.SIGTERM)
        result = self.serve.wait(30)
        self.assertEqual(result.code, 0, result)

    def client(self, key="sender"):
        client = Client(self.address, self.keys.get(key, key))
        self.addCleanup(client.close)
        return client

    def number(self, sql):
        return int(rp.psql(self.conninfo, sql)[0][0])

    def stored(self, prefix):
        return self.number(f"select count(*) from raw_event where event_id like '{prefix}%'")

    def counts(self, answer):
        return tuple(int(answer.headers[f"Reckoner-{name}"]) for name in ("Counted", "Duplicate", "Quarantined"))

    def problem(self, answer, status):
        self.assertEqual(answer.status, status, answer.text)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        problem = json.loads(answer.text)
        self.assertEqual(problem["status"], status)
        self.assertEqual(problem["instance"], f"urn:request:{answer.headers['X-Request-Id']}")
        return problem

    def test_every_mode_is_the_same_event(self):
        client = self.client()
        first = client.post([event("mode")])
        self.assertEqual((first.status, first.text, self.counts(first)), (204, "", (1, 0, 0)))
        for body, content_type in ((event("mode"), STRUCTURED), (event("mode"), "application/json"),
                                   ([event("mode")], "application/json; charset=utf-8")):
            self.assertEqual(self.counts(client.post(body, content_type)), (0, 1, 0), content_type)
        coded = event("mode", data_base64=base64.b64encode(b'{"bytes":10}').decode())
        del coded["data"]
        self.assertEqual(self.counts(client.post(coded, STRUCTURED)), (0, 1, 0))
        binary = {"ce_specversion": "1.0", "ce_id": "e%6Dode", "ce_source": "/test", "ce_type": "bandwidth",
                  "ce_subject": "acme", "ce_time": "2026-10-05T12:00:00Z"}
        self.assertEqual(self.counts(client.post('{"bytes": 10}', "application/json", **binary)), (0, 1, 0))
        pieces = iter([b'{"by', b'tes": ', b"10}"])
        chunked = client.ask("POST", "/api/v1/events", pieces,
                             {"Content-Type": "application/json", "Transfer-Encoding": "chunked",
                              **{name.replace("_", "-"): value for name, value in binary.items()}}, chunked=True)
        self.assertEqual((chunked.status, self.counts(chunked)), (204, (0, 1, 0)))
        self.assertEqual(self.stored("emode"), 1)
        # Another time is still the same event; other content is not.
        self.assertEqual(self.counts(client.post([event("mode", time="2026-10-06T00:00:00Z")])), (0, 1, 0))
        other = client.post([event("mode", value=11), event("mode2", subject="nobody")])
        self.assertEqual((other.status, self.counts(other)), (200, (0, 0, 2)))
        document = json.loads(other.text)
        self.assertEqual([(item["index"], item["id"]) for item in document["items"]], [(0, "emode"), (1, "emode2")])
        self.assertTrue(all(item["reason"] for item in document["items"]))

    def test_what_is_no_event_stores_nothing(self):
        client = self.client()
        mixed = self.problem(client.post([event("bad1"), {"id": "x"}, event("bad2", source="")]), 400)
        self.assertEqual([item["at"] for item in mixed["items"]], ["events[1]", "events[2]"])
        self.problem(client.post("{", STRUCTURED), 400)
        self.problem(client.post("id,bytes", "text/csv"), 415)
        self.problem(client.post([event(f"bad{n}") for n in range(10_001)]), 413)
        self.problem(client.post(" " * (16 << 20) + "[]"), 413)
        self.assertEqual(self.stored("ebad"), 0)
        self.problem(client.ask("GET", "/api/nothing"), 404)
        wrong = client.ask("PUT", "/api/v1/events")
        self.problem(wrong, 405)
        self.assertIn("POST", wrong.headers["Allow"])

    def test_keys(self):
        self.assertIn("Bearer", self.client(None).post([]).headers["WWW-Authenticate"])
        for key, status in ((None, 401), ("rk_00000000_wrong", 401), ("reader", 403)):
            self.problem(self.client(key).post([event("key")]), status)
        limited = self.client("acme")
        self.problem(limited.post([event("key"), event("key2", subject="initech")]), 403)
        self.assertEqual(self.stored("ekey"), 0)
        # The same event in three namespaces is three events.
        for key in ("sender", "acme", "eu"):
            self.assertEqual(self.counts(self.client(key).post([event("key")])), (1, 0, 0), key)
        self.assertEqual(rp.psql(self.conninfo, "select namespace from raw_event where event_id = 'ekey' order by 1"),
                         [["customer:acme"], ["default"], ["eu"]])
        made = self.reckoner.json("key", "create", "short", "--scopes", "ingest")
        client = self.client(made["secret"])
        self.assertEqual(client.post([]).status, 204)
        self.reckoner.ok("key", "revoke", made["id"])
        begun = time.monotonic()
        rp.wait_until(lambda: client.post([]).status == 401, "the key is refused", timeout=10)
        self.assertLess(time.monotonic() - begun, 5.5)

    def test_totals_and_invoices_follow_at_once(self):
        client = self.client()
        before = self.number("select max(cut) from (select cut from cut union select 0) c")
        interim = lambda: self.reckoner.json("interim", "acme", "--as-of", "2026-10-20T00:00:00Z")
        self.assertEqual(client.post([event(f"total{n}", value=1 << 30) for n in range(64)]).status, 204)
        self.assertIn("bandwidth", json.dumps(interim()), "visible before any cut")
        rp.wait_until(lambda: self.number("select count(*) from ingest_batch where cut is null") == 0, "a cut claims it")
        self.assertGreater(self.number("select max(cut) from cut"), before)

    def test_health_and_metrics(self):
        client = self.client(None)
        self.assertEqual((client.ask("GET", "/healthz").status), 200)
        self.client().post([event("metric")])
        # A request is counted once its answer has gone.
        counted = 'reckoner_http_requests_total{route="POST /api/v1/events",status="204"} 1\n'
        rp.wait_until(lambda: counted in client.ask("GET", "/metrics").text, "the request is counted",
                      lambda: client.ask("GET", "/metrics").text)
        metrics = client.ask("GET", "/metrics")
        self.assertEqual(metrics.status, 200)
        self.assertIn('reckoner_ingest_events_total{outcome="counted"} 1\n', metrics.text)
        self.assertIn("reckoner_database_up 1\n", metrics.text)

    def test_the_metrics_are_as_prometheus_wants_them(self):
        """promtool finds nothing to say, and what an operator looks for is there."""
        client = self.client(None)
        self.client().post([event("promtool")])
        client.ask("GET", "/healthz")
        text = client.ask("GET", "/metrics").text
        done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=60,
                              check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""), text)
        for name in ("reckoner_ingest_events_total", "reckoner_metering_deliveries_unaccounted", "reckoner_runs_running",
                     "reckoner_customers_parked", "reckoner_mails_pending", "reckoner_webhooks_late_seconds",
                     "reckoner_http_request_duration_seconds_bucket"):
            self.assertRegex(text, rf"(?m)^{name}[ {{]")
        self.assertNotIn("cannot be read", text)
        lost = re.findall(r"(?m)^reckoner_metering_deliveries_unaccounted{.*} (\d+)$", text)
        self.assertTrue(lost)
        self.assertEqual(set(lost), {"0"})

    def test_database_restarts_during_requests(self):
        """Everything that was acknowledged is there; what was refused can be sent again; the daemon goes on."""
        acknowledged, refused = set(), []
        stop = threading.Event()

        def send(thread):
            client = self.client()
            number = 0
            while not stop.is_set():
                number += 1
                name = f"restart-{thread}-{number}"
                while True:
                    answer = client.post([event(name)])
                    if answer.status == 204:
                        acknowledged.add(f"e{name}")
                        break
                    refused.append(answer.status)
                    if answer.status != 503 or "Retry-After" not in answer.headers or stop.is_set():
                        break

        threads = [threading.Thread(target=send, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(2):
                time.sleep(0.5)
                self.cluster.stop_at_once()
                time.sleep(0.5)
                self.cluster.start()
                known = len(acknowledged)
                rp.wait_until(lambda: len(acknowledged) > known + 20, "events are taken again")  # noqa: B023
        finally:
            stop.set()
            for thread in threads:
                thread.join(60)
        self.assertLessEqual(set(refused), {503})
        stored = {row[0] for row in rp.psql(self.conninfo, "select event_id from raw_event where event_id like 'erestart%'")}
        self.assertEqual(acknowledged - stored, set())
        self.assertEqual(len(stored), self.number("select count(*) from raw_event where event_id like 'erestart%'"))
        self.assertTrue(self.serve.running())

    def test_sigterm_answers_what_is_in_hand(self):
        rp.psql(self.conninfo, """
          create or replace function slowly() returns trigger language plpgsql as
            $$ begin perform pg_sleep(1); return null; end $$;
          create trigger slowly after insert on ingest_batch for each statement execute function slowly()""")
        self.addCleanup(rp.psql, self.conninfo, "drop trigger slowly on ingest_batch")
        answers = []
        idle = self.client()
        self.assertEqual(idle.ask("GET", "/healthz").status, 200)
        thread = threading.Thread(target=lambda: answers.append(self.client().post([event("last")])))
        thread.start()
        time.sleep(0.4)
        self.serve.send(signal.SIGTERM)
        thread.join(30)
        self.assertEqual([answer.status for answer in answers], [204])
        self.assertEqual(answers[0].headers["Connection"], "close")
        self.assertEqual(self.serve.wait(20).code, 0)
        self.assertEqual(self.stored("elast"), 1)
        with self.assertRaises(OSError):
            socket.create_connection(self.address, 5).close()


class Listening(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = rp.Cluster()
        cls.reckoner = rp.Reckoner(database=cls.cluster.create("listening"))

    def test_address_in_use(self):
        first = self.reckoner.start("serve")
        host, port = rp.http_address(first)
        second = self.reckoner.run("serve", "--listen", f"{host}:{port}", timeout=30)
        self.assertEqual(second.code, 3, second)
        self.assertIn(f"cannot listen on {host}:{port}", second.err)
        first.send(signal.SIGTERM)
        self.assertEqual(first.wait(20).code, 0)

    def test_none_and_roles(self):
        for arguments in (["--listen", "none"], ["--roles", "scheduler,delivery"]):
            serve = rp.serve_until_up(self.reckoner, *arguments)
            time.sleep(0.5)
            self.assertNotIn("listening", serve.so_far().err)
            serve.send(signal.SIGTERM)
            self.assertEqual(serve.wait(20).code, 0)
        for arguments in (["--listen", "here"], ["--listen", "::1:8"], ["--roles", "scheduler,ingests"]):
            self.assertEqual(self.reckoner.run("serve", *arguments).code, 2, arguments)
        web = self.reckoner.start("serve", "--roles", "web")
        address = rp.http_address(web)
        client = Client(address)
        self.addCleanup(client.close)
        self.assertEqual(client.ask("GET", "/healthz").status, 200)
        self.assertIn(client.ask("POST", "/api/v1/events", "[]").status, (404, 405))
        web.send(signal.SIGTERM)
        self.assertEqual(web.wait(20).code, 0)


if __name__ == "__main__":
    rp.main()

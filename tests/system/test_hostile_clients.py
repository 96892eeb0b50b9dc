#!/usr/bin/python3
"""Clients that are slow on purpose, and requests that are none: nobody else notices, and nothing breaks.

The slow ones live in a process of their own, as they would elsewhere. Malformed requests are made from a seed, $RECKONER_SEED.
"""

import json
import multiprocessing
import os
import random
import signal
import socket
import time
import unittest

import reckoner_process as rp
from http_client import Client

SLOW_HEADS, SLOW_BODIES, SLOW_READERS = 500, 200, 200
PATIENCE = {"head": 10, "body": 20, "reader": 20}  # http.headTime, http.bodyTime, and for an answer to be taken
GRACE = 4  # the machine is busy
LASTS = 25
MALFORMED = 500


def event(number):
    return {"specversion": "1.0", "id": f"e{number}", "source": "/hostile", "type": "bandwidth", "subject": "acme",
            "time": "2026-10-05T12:00:00Z", "data": {"bytes": 1}}


class Slow:
    """One slow connection: begins a request, then gives or takes a byte a second."""

    def __init__(self, kind, address, key):
        self.kind, self.begun, self.ended = kind, time.monotonic(), None
        self.socket = socket.socket()
        if kind == "reader":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self.socket.settimeout(20)
        self.socket.connect(address)
        self.socket.setblocking(False)
        head = f"Host: h\r\nAuthorization: Bearer {key}\r\n"
        if kind == "head":
            self.say(f"GET /healthz HTTP/1.1\r\n{head}X-Slow: ")
        elif kind == "body":
            self.say(f"POST /api/v1/events HTTP/1.1\r\n{head}Content-Type: application/cloudevents+json\r\nContent-Length: 60000\r\n\r\n")
        else:
            self.say(f"GET /api/v1/openapi.yaml HTTP/1.1\r\n{head}\r\n" * 20)

    def say(self, text):
        try:
            self.socket.send(text.encode())
        except BlockingIOError:
            pass
        except OSError:
            self.end()

    def end(self):
        if self.ended is None:
            self.ended = time.monotonic()

    def tick(self):
        """A byte on its way. What a slow reader has not read says nothing about the other side: it is asked by a byte."""
        if self.ended is not None:
            return
        if self.kind != "reader":
            self.say("x")
        try:
            if self.socket.recv(1 if self.kind == "reader" else 4096) == b"" and self.kind != "reader":
                self.end()
        except BlockingIOError:
            pass
        except OSError:
            self.end()


def be_slow(address, key, report):
    """Holds the slow connections for LASTS seconds, and reports how long those of each kind were let live."""
    kinds = ["head"] * SLOW_HEADS + ["body"] * SLOW_BODIES + ["reader"] * SLOW_READERS
    slow = [Slow(kind, address, key) for kind in kinds]
    report.put(len(slow))
    until = time.monotonic() + LASTS
    while time.monotonic() < until:
        started = time.monotonic()
        for one in slow:
            one.tick()
        time.sleep(max(0.0, started + 1 - time.monotonic()))
    lives = {kind: [one.ended and one.ended - one.begun for one in slow if one.kind == kind] for kind in PATIENCE}
    report.put(lives)
    for one in slow:
        one.socket.close()


def resident_mb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = rp.Cluster()
        cls.reckoner = rp.Reckoner(database=cls.cluster.create("hostile"))
        rp.import_customers(cls.reckoner, rp.new_directory("load"), [("acme", "acme")],
                            [("s", "acme", "Professional", "2026-10-01", "")])
        cls.key = cls.reckoner.json("key", "create", "all", "--scopes", "ingest,query")["secret"]

    def setUp(self):
        self.serve = self.reckoner.start("serve")
        self.address = rp.http_address(self.serve)

    def tearDown(self):
        self.serve.send(signal.SIGTERM)
        result = self.serve.wait(30)
        self.assertEqual(result.code, 0, result)

    def metric(self, name):
        client = Client(self.address)
        text = client.ask("GET", "/metrics").text
        client.close()
        return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(f"{name} "))

    def test_slow_clients_are_not_noticed_by_others(self):
        client = Client(self.address, self.key)
        self.addCleanup(client.close)
        for number in range(50):
            client.post([event(-number - 1)])
        before = resident_mb(self.serve.pid)
        report = multiprocessing.Queue()
        slow = multiprocessing.Process(target=be_slow, args=(self.address, self.key, report))
        slow.start()
        self.assertEqual(report.get(timeout=60), 900)
        # On a busy machine the first ones are cut before the last ones are open.
        self.assertGreaterEqual(self.metric("reckoner_http_connections_accepted_total"), 900)
        times, wrong, most = [], [], before
        until = time.monotonic() + LASTS - 2
        number = 0
        while time.monotonic() < until:
            number += 1
            if number % 50 == 0:  # a new connection now and then
                client.close()
            for ask in (lambda: client.ask("GET", "/healthz"), lambda: client.ask("GET", "/api/v1/meters"),
                        lambda: client.post([event(number)])):
                started = time.monotonic()
                answer = ask()
                times.append(time.monotonic() - started)
                if answer.status not in (200, 204):
                    wrong.append((answer.status, answer.text))
            most = max(most, resident_mb(self.serve.pid))
            time.sleep(0.005)
        lives = report.get(timeout=60)
        slow.join()
        times.sort()
        p99 = times[len(times) * 99 // 100]
        print(f"\n900 slow connections: {len(times)} requests beside them, p50 {times[len(times) // 2] * 1000:.1f} ms, "
              f"p99 {p99 * 1000:.1f} ms, max {times[-1] * 1000:.1f} ms; memory {before:.0f} -> {most:.0f} MiB", flush=True)
        self.assertEqual(wrong, [])
        self.assertGreater(len(times), 100)
        self.assertLessEqual(p99, 0.25)
        self.assertLessEqual(most - before, 64)
        for kind in ("head", "body"):
            self.assertNotIn(None, lives[kind], f"slow {kind}: {lives[kind].count(None)} live on")
            self.assertLess(max(lives[kind]), PATIENCE[kind] + GRACE, kind)
        # The rest of an answer may still be on its way to a reader whose connection was closed: the server's side counts.
        rp.wait_until(lambda: self.metric("reckoner_http_connections") <= 5, "slow connections are closed", timeout=GRACE + 5)

    def test_malformed_requests_are_refused(self):
        seed = int(os.environ.get("RECKONER_SEED", "7"))
        source = random.Random(seed)
        seen = {}
        for number in range(MALFORMED):
            name, request = malformed(source, self.key)
            status = self.status_of(request)
            self.assertNotIn(status // 100 if status not in (501, 505) else 4, (5,), f"seed {seed}, {number}, {name}: {request[:300]!r}")
            self.assertNotIn(status // 100, (1, 2, 3), f"seed {seed}, {number}, {name}: {status} for {request[:300]!r}")
            seen.setdefault(name, set()).add(status)
        print(f"\nseed {seed}: " + "; ".join(f"{name} {sorted(statuses)}" for name, statuses in sorted(seen.items())), flush=True)
        self.assertEqual(set(seen), {kind.__name__ for kind in KINDS})
        self.assertTrue(self.serve.running())
        client = Client(self.address, self.key)
        self.assertEqual(client.post([event(1000)]).status, 204)
        client.close()
        self.assertNotIn("error", self.serve.so_far().err)

    def status_of(self, request):
        """Of the answer to what is no request; 0: the connection was closed without one. Fails when nothing happens for 12 s."""
        with socket.create_connection(self.address, timeout=12) as connection:
            try:
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
                answer = connection.recv(65536)
            except (ConnectionResetError, BrokenPipeError):
                return 0
        return int(answer.split(b" ", 2)[1]) if answer else 0


# Requests that are none. Each gives bytes that RFC 9112 has a server refuse.


def _head(key, *lines, target="/api/v1/events", method="POST", version="HTTP/1.1"):
    return "\r\n".join([f"{method} {target} {version}", "Host: h", f"Authorization: Bearer {key}",
                        "Content-Type: application/cloudevents+json", *lines, "", ""]).encode()


def length_beside_chunks(source, key):
    lines = ["Content-Length: 5", "Transfer-Encoding: chunked"]
    source.shuffle(lines)
    return _head(key, *lines) + b"0\r\n\r\n"


def lengths_that_differ(source, key):
    return _head(key, f"Content-Length: {source.randint(0, 9)}", f"Content-Length: {source.randint(10, 99)}") + b"x" * 99


def length_that_is_none(source, key):
    text = source.choice(["-1", "+5", "0x10", "1e3", "5 5", "5,5,6", "", "99999999999999999999999", "1.0", "٣", "5;q=1"])
    return _head(key, f"Content-Length: {text}") + b"x" * 20


def coding_that_is_none(source, key):
    text = source.choice(["chunked, identity", "gzip", "chunked chunked", "xchunked", "chunked, chunked", "\x0bchunked", "identity, chunked"])
    return _head(key, f"Transfer-Encoding: {text}") + b"0\r\n\r\n"


def chunk_that_is_none(source, key):
    size = source.choice(["ffffffffffffffff1", "-1", "0x5", "g", "", "5 5", "7fffffffffffffff", " 5", "5\n", "1" * 40])
    return _head(key, "Transfer-Encoding: chunked") + f"{size}\r\nhello\r\n0\r\n\r\n".encode()


def chunk_of_another_length(source, key):
    return _head(key, "Transfer-Encoding: chunked") + f"{source.randint(6, 40):x}\r\nhello\r\n0\r\n\r\n".encode()


def zero_byte(source, key):
    head = bytearray(_head(key, "Content-Length: 0"))
    head[source.randrange(len(head) - 4)] = 0
    return bytes(head)


def control_sign(source, key):
    sign = source.choice([1, 7, 8, 11, 12, 27, 127])
    return _head(key, "X-Sign: a" + chr(sign) + "b", "Content-Length: 0")


def long_line(source, key):
    return _head(key, "X-Long: " + "a" * source.randint(40_000, 70_000))


def many_headers(source, key):
    return _head(key, *[f"X-{number}: a" for number in range(source.randint(101, 10_000))])


def long_target(source, key):
    return _head(key, target="/" + "a" * source.randint(8_300, 30_000))


def line_without_carriage(source, key):
    return _head(key, "Content-Length: 0").replace(b"\r\n", b"\n", source.randint(1, 3))


def folded_line(source, key):
    return _head(key, "X-Fold: a\r\n" + source.choice([" ", "\t"]) + "b", "Content-Length: 0")


def blank_before_colon(source, key):
    return _head(key, "Content-Length" + source.choice([" ", "\t", "  "]) + ": 0")


def name_that_is_none(source, key):
    return _head(key, source.choice(["(x): 1", ": 1", "a b: 1", "\"x\": 1", "x[]: 1", "nothing", "{x}: 1", "@: 1"]), "Content-Length: 0")


def method_that_is_none(source, key):
    return _head(key, method=source.choice(["G(T", "GET\t", "G\x00T", "", "\"GET\"", "GE{T", "POST:"]))


def version_that_is_none(source, key):
    return _head(key, "Content-Length: 0", version=source.choice(["HTTP/1.", "HTTP/x.1", "HTP/1.1", "http/1.1", "HTTP/1.1 x", "HTTP/11", "HTTP 1.1", ""]))


def host_that_is_none(source, key):
    head = _head(key, "Content-Length: 0")
    return head.replace(b"Host: h\r\n", source.choice([b"", b"Host: h\r\nHost: i\r\n"]))


def traversal(source, key):
    target = source.choice(["/../etc/passwd", "/api/v1/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
                            "/api/v1/customers/..%2f..%2fx", "/assets/../../../etc/passwd", "/assets/%2e%2e/index.html", "/api//v1/events",
                            "/assets/..%5c..%5cx"])
    return _head(key, target=target, method="DELETE")


def wrong_escape(source, key):
    return _head(key, target="/api/v1/meters/" + source.choice(["%", "%2", "%zz", "%ff%fe", "%c0%af", "%ed%a0%80"]), method="GET")


def pipeline_with_a_smuggled_one(source, key):
    return _head(key, "Content-Length: 4", "Content-Length : 44") + _head(key, method="GET", target="/healthz") * source.randint(1, 5)


def noise(source, key):
    return source.randbytes(source.randint(1, 3000)).replace(b"\n", b" ") + b"\r\n\r\n"


def tls_where_there_is_none(source, key):
    return b"\x16\x03\x01" + source.randbytes(200).replace(b"\n", b"x") + b"\n\n"


def body_that_is_no_json(source, key):
    good = json.dumps(event(source.randint(1, 9))).encode()
    cut = source.randrange(1, len(good))
    body = source.choice([good[:cut], good[:cut] + b"\xff" + good[cut:], b"[" * 5000, good + b"}", b"{\"a\":1e}", b"\xef\xbb\xbf{", b"nul"])
    return _head(key, f"Content-Length: {len(body)}") + body


KINDS = [length_beside_chunks, lengths_that_differ, length_that_is_none, coding_that_is_none, chunk_that_is_none, chunk_of_another_length,
         zero_byte, control_sign, long_line, many_headers, long_target, line_without_carriage, folded_line, blank_before_colon,
         name_that_is_none, method_that_is_none, version_that_is_none, host_that_is_none, traversal, wrong_escape,
         pipeline_with_a_smuggled_one, noise, tls_where_there_is_none, body_that_is_no_json]


def malformed(source, key):
    kind = source.choice(KINDS)
    return kind.__name__, kind(source, key)


if __name__ == "__main__":
    rp.main()

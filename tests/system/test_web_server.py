#!/usr/bin/python3
"""The server itself: TLS and its certificates, the pages for browsers, the contract, compression, requests in the log."""

import gzip
import http.client
import json
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
import unittest

import contract
import reckoner_process as rp
from http_client import Client


def certificate(directory, name, common_name="localhost"):
    """(certificate, key): files of a pair that signs itself."""
    pair = directory / f"{name}.pem", directory / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", f"/CN={common_name}", "-addext", f"subjectAltName=DNS:{common_name}", "-out", pair[0], "-keyout", pair[1]],
        check=True, capture_output=True)
    return pair


class WebServer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = rp.Cluster()
        cls.conninfo = cls.cluster.create("web")
        cls.reckoner = rp.Reckoner(database=cls.conninfo)
        cls.key = cls.reckoner.json("key", "create", "all", "--scopes", "ingest,query")["secret"]

    def serve(self, *arguments):
        serve = self.reckoner.start("serve", *arguments)
        self.addCleanup(self.end, serve)
        return serve, rp.http_address(serve)

    def end(self, serve):
        if not serve.running():
            return  # it was killed
        serve.send(signal.SIGTERM)
        result = serve.wait(30)
        self.assertEqual(result.code, 0, result)

    def client(self, address, key=None):
        client = Client(address, key)
        self.addCleanup(client.close)
        return client


class Pages(WebServer):
    def setUp(self):
        self.process, self.address = self.serve()

    def test_the_index_bears_a_fresh_nonce(self):
        nonces = set()
        for path in ("/", "/customers/acme", "/"):
            answer = self.client(self.address).ask("GET", path)
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.headers["Content-Type"], "text/html; charset=utf-8")
            policy = answer.headers["Content-Security-Policy"]
            nonce = re.search(r"script-src 'self' 'nonce-([0-9a-f]{32})'", policy).group(1)
            self.assertIn(nonce, answer.text)
            self.assertNotIn("__CSP_NONCE__", answer.text)
            self.assertNotIn("unsafe", policy)
            self.assertIn("frame-ancestors 'none'", policy)
            self.assertEqual(answer.headers["Cache-Control"], "no-store")
            nonces.add(nonce)
        self.assertEqual(len(nonces), 3)

    def test_assets_are_kept_and_come_compressed(self):
        client = self.client(self.address)
        paths = re.findall(r'(?:src|href)="(/assets/[^"]+)"', client.ask("GET", "/").text)
        self.assertGreater(len(paths), 1)
        for path in paths:
            plain = client.ask("GET", path)
            self.assertEqual((plain.status, plain.headers["Content-Encoding"]), (200, None))
            self.assertEqual(plain.headers["Cache-Control"], "public, max-age=31536000, immutable")
            self.assertRegex(plain.headers["Content-Type"], r"^text/(javascript|css); charset=utf-8$")
            client.connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            zipped = client.connection.getresponse()
            self.assertEqual(gzip.decompress(zipped.read()), plain.body)
            client.connection.request("GET", path, headers={"Accept-Encoding": "gzip, br"})
            best = client.connection.getresponse()
            self.assertEqual(best.headers["Content-Encoding"], "br")
            self.assertLess(len(best.read()), len(plain.body) / 2)
            client.connection.request("GET", path, headers={"If-None-Match": plain.headers["ETag"]})
            known = client.connection.getresponse()
            self.assertEqual((known.status, known.read()), (304, b""))

    def test_the_contract_is_served_with_a_page_to_read(self):
        client = self.client(self.address)
        served = client.ask("GET", "/api/v1/openapi.yaml")
        self.assertEqual(served.body, contract.FILE.read_bytes())
        page = client.ask("GET", "/api/docs")
        self.assertEqual(page.status, 200)
        for method, path in contract.contract().routes():
            self.assertIn(f'<span class="method">{method}</span> <code>{path}</code>', page.text)
        self.assertNotIn("<script", page.text)
        self.assertNotRegex(page.text, r'(?:src|href)="(?:https?:)?//')

    def test_what_is_missing_below_api_is_no_page(self):
        client = self.client(self.address)
        for path in ("/api/v1/nothing", "/api", "/assets/gone.js"):
            answer = client.ask("GET", path)
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (404, "application/problem+json"))

    def test_the_route_table_and_the_contract_name_the_same(self):
        """But for pages for browsers."""
        secret = self.reckoner.json("key", "create", "root", "--scopes", "admin")["secret"]
        answer = self.client(self.address, secret).ask("GET", "/api/v1/routes")
        served = {(route["method"], route["pattern"]) for route in json.loads(answer.text)["items"]}
        served -= {("GET", "/{page...}"), ("GET", "/api/docs")}
        described = contract.contract().routes()
        self.assertEqual(served - described, set(), "served, and not described")
        self.assertEqual(described - served, set(), "described, and not served")

    def test_a_request_is_found_in_the_log_by_its_id(self):
        client = self.client(self.address, self.key)
        client.ask("DELETE", "/api/v1/meters/none", headers={"X-Request-Id": "look-for-me"})
        rp.wait_until(lambda: "request look-for-me: DELETE /api/v1/meters/none by all from 127.0.0.1: 404" in self.process.so_far().err,
                      "the log names the request", lambda: self.process.so_far().err)
        self.assertNotIn(self.key, self.process.so_far().err)


class Repeated(WebServer):
    """A meter's name can be taken once: a second effect of the same request would be refused as such (409)."""

    @staticmethod
    def meter(name):
        return json.dumps({"slug": name, "aggregation": "COUNT", "eventType": name})

    def post(self, client, key, name):
        return client.ask("POST", "/api/v1/meters", self.meter(name),
                          {"Idempotency-Key": key, "Content-Type": "application/json"})

    def activations(self, name):
        return int(rp.psql(self.conninfo, f"select count(*) from config_activation where comment like 'meter {name} made%'")[0][0])

    def test_a_request_that_comes_again_is_answered_as_the_first_time(self):
        _, address = self.serve()
        client = self.client(address, self.key)
        first = self.post(client, "again", "again")
        self.assertEqual((first.status, first.headers["Idempotency-Replayed"]), (201, None))
        for _ in range(2):
            again = self.post(client, "again", "again")
            self.assertEqual((again.status, again.headers["Idempotency-Replayed"], again.text), (201, "true", first.text))
        self.assertEqual(self.post(client, "again", "other").status, 422)
        self.assertEqual(self.post(client, "new", "again").status, 409)
        self.assertEqual(self.activations("again"), 1)

    def test_a_crash_at_any_moment_leaves_one_effect_or_none(self):
        kept = 0
        for number in range(12):
            name = f"crash_{number}"
            process, address = self.serve()
            self.client(address, self.key).ask("GET", "/api/v1/meters")  # it is warm
            with socket.create_connection(address) as connection:
                body = self.meter(name).encode()
                connection.sendall(f"POST /api/v1/meters HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {self.key}\r\n"
                                   f"Idempotency-Key: {name}\r\nContent-Type: application/json\r\n"
                                   f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
                time.sleep(number * 0.006)
                process.kill()
            kept += self.activations(name)
            again, address = self.serve()
            answer = self.post(self.client(address, self.key), name, name)
            self.assertEqual(answer.status, 201, answer.text)
            self.assertEqual(self.activations(name), 1)
            again.kill()
        print(f"\n12 crashes: {kept} effects were there already", flush=True)


class Tls(WebServer):
    def context(self, *trusted):
        context = ssl.create_default_context()
        for path in trusted:
            context.load_verify_locations(path)
        return context

    def connection(self, address, context, name="localhost"):
        plain = socket.create_connection(address, timeout=20)
        self.addCleanup(plain.close)
        secure = context.wrap_socket(plain, server_hostname=name)
        self.addCleanup(secure.close)
        return secure

    def ask(self, address, context, path="/healthz", body=None, headers=None):
        client = http.client.HTTPSConnection("localhost", address[1], timeout=20, context=context)
        client.sock = self.connection(address, context)
        client.request("POST" if body else "GET", path, body, headers or {})
        answer = client.getresponse()
        answer.body = answer.read()
        return answer

    def test_serves_over_tls_alone(self):
        directory = rp.new_directory("tls")
        cert, key = certificate(directory, "one")
        _, address = self.serve("--tls-cert", cert, "--tls-key", key)
        context = self.context(cert)
        answer = self.ask(address, context)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["Strict-Transport-Security"], "max-age=31536000")
        plain = http.client.HTTPConnection(*address, timeout=20)
        plain.request("GET", "/healthz")
        with self.assertRaises((http.client.HTTPException, ConnectionError)):
            plain.getresponse()

    def test_bodies_of_any_size_come_whole(self):
        directory = rp.new_directory("tls")
        cert, key = certificate(directory, "one")
        _, address = self.serve("--tls-cert", cert, "--tls-key", key)
        context = self.context(cert)
        big = ("[" + ",".join('{"specversion":"1.0","id":"%d","source":"/t","type":"bandwidth","subject":"x","data":{"bytes":1}}' % i
                              for i in range(9_000)) + "]")
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/cloudevents-batch+json",
                   "Prefer": "return=representation"}
        answer = self.ask(address, context, "/api/v1/events", big, headers)
        self.assertEqual(answer.status, 200, answer.body[:300])
        self.assertGreater(len(answer.body), 300_000)
        self.assertTrue(answer.body.endswith(b"}"))

    def test_old_protocols_are_refused(self):
        directory = rp.new_directory("tls")
        cert, key = certificate(directory, "one")
        _, address = self.serve("--tls-cert", cert, "--tls-key", key)
        context = self.context(cert)
        self.assertEqual(self.connection(address, context).version(), "TLSv1.3")
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.assertEqual(self.connection(address, context).version(), "TLSv1.2")
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.connection(address, context)

    def test_a_new_certificate_is_taken_without_a_restart(self):
        directory = rp.new_directory("tls")
        old_cert, old_key = certificate(directory, "old")
        new_cert, new_key = certificate(directory, "new")
        cert, key = directory / "used.pem", directory / "used.key"
        shutil.copy(old_cert, cert)
        shutil.copy(old_key, key)
        process, address = self.serve("--tls-cert", cert, "--tls-key", key)
        kept = self.connection(address, self.context(old_cert))
        shutil.copy(new_cert, cert)  # for a moment it does not fit the key
        time.sleep(1.2)
        self.assertEqual(self.ask(address, self.context(old_cert)).status, 200)
        shutil.copy(new_key, key)

        def serves_new():
            try:
                return self.ask(address, self.context(new_cert)).status == 200
            except ssl.SSLError:
                return False

        rp.wait_until(serves_new, "the new certificate is served", lambda: process.so_far().err, timeout=15)
        kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertIn(b"200 OK", kept.recv(4096))

    def test_a_pair_that_is_none_does_not_start(self):
        directory = rp.new_directory("tls")
        cert, key = certificate(directory, "one")
        _, other = certificate(directory, "other")
        for arguments, code in (((cert, other), 3), ((cert, directory / "none.key"), 3), ((key, key), 3)):
            self.reckoner.ok("serve", "--tls-cert", arguments[0], "--tls-key", arguments[1], code=code)
        self.reckoner.ok("serve", "--tls-cert", cert, code=2)

    def test_a_handshake_that_is_never_ended_costs_its_time_alone(self):
        directory = rp.new_directory("tls")
        cert, key = certificate(directory, "one")
        _, address = self.serve("--tls-cert", cert, "--tls-key", key)
        silent = [socket.create_connection(address, timeout=30) for _ in range(50)]
        for one in silent:
            self.addCleanup(one.close)
            one.sendall(b"\x16\x03\x01\x02\x00\x01")
        started = time.monotonic()
        self.assertEqual(self.ask(address, self.context(cert)).status, 200)
        self.assertLess(time.monotonic() - started, 2)
        for one in silent:
            self.assertEqual(one.recv(1), b"")
        self.assertLess(time.monotonic() - started, 15)


if __name__ == "__main__":
    rp.main()

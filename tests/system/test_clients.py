"""The published clients of the metering API, unmodified, against a running daemon (tests/clients)."""

import datetime
import json
import os
import re
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
import unittest
from pathlib import Path

import reckoner_process as rp

CLIENTS = rp.SOURCE / "tests" / "clients"
INSTALLED = Path(os.environ.get("RECKONER_CLIENTS", rp.SOURCE / "build" / "clients"))
CONFORMANCE = rp.SHARED_DATA / "cloudevents-conformance"


def install_clients():
    """The scripts with their packages, which are fetched once."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for path in CLIENTS.iterdir():
        shutil.copy(path, INSTALLED)
    wanted = json.loads((CLIENTS / "package.json").read_text(encoding="utf-8"))["dependencies"]
    for name, version in wanted.items():
        manifest = INSTALLED / "node_modules" / name / "package.json"
        if not manifest.exists() or json.loads(manifest.read_text(encoding="utf-8"))["version"] != version:
            break
    else:
        return
    done = subprocess.run(
        ["npm", "install", "--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=INSTALLED, capture_output=True, text=True, timeout=400, check=False)
    if done.returncode != 0:
        raise AssertionError(f"npm cannot install the clients into {INSTALLED} (scripts/install-deps --tests has npm):\n"
                             f"{done.stdout}{done.stderr}")


def block(lines, start, indent):
    """The lines of a YAML block scalar that begins at `start`."""
    text = []
    while start < len(lines) and (not lines[start].strip() or len(lines[start]) - len(lines[start].lstrip()) >= indent):
        text.append(lines[start])
        start += 1
    while text and not text[-1].strip():
        text.pop()
    margin = min(len(line) - len(line.lstrip()) for line in text)
    return "\n".join(line[margin:] for line in text) + "\n"


def vectors(path):
    """The events of a conformance file: what YAML it uses, and no more."""
    for document in path.read_text(encoding="utf-8").split("\n---\n"):
        lines = [line for line in document.split("\n") if not line.startswith("#")]
        attributes, extensions, data, section = {}, {}, None, None
        for number, line in enumerate(lines):
            found = re.fullmatch(r"( *)([\w-]+) *: *(.*)", line)
            if not found:
                continue
            depth, name, value = len(found[1]), found[2], found[3]
            value = block(lines, number + 1, depth + 1) if value == "|" else value.strip('"')
            if depth == 0:
                section = name
                data = value if name == "Data" else data
            elif section == "ContextAttributes" and depth == 2 and name != "Extensions":
                attributes[name] = value
            elif section == "ContextAttributes" and depth == 4:
                extensions[name] = value
        if attributes:
            yield {"attributes": attributes, "extensions": extensions, "data": data}


OWN_VECTORS = [
    {"attributes": {"specversion": "1.0", "type": "own", "id": "own-1", "source": "/own",
                    "datacontenttype": "application/json", "time": "2026-11-05T10:00:00.5+01:00"},
     "extensions": {"tenant": "t"}, "data": '{"a": [1, null]}'},
    {"attributes": {"specversion": "1.0", "type": "own", "id": "own 2 é%", "source": "//own?a=b#c",
                    "datacontenttype": "text/plain; charset=utf-8"}, "extensions": {}, "data": "Grüße"},
    {"attributes": {"specversion": "1.0", "type": "own", "id": "own-3", "source": "/own"}, "extensions": {}, "data": None},
]


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        install_clients()
        data = rp.new_directory("clients")
        cls.reckoner = rp.Reckoner(data_dir=data)
        cls.serve = rp.serve_until_up(cls.reckoner)
        cls.addClassCleanup(cls.stop)
        cls.url = "http://{}:{}".format(*rp.http_address(cls.serve))
        rp.import_customers(cls.reckoner, data, [("acme", "acme"), ("globex", "globex")], [])
        cls.admin = cls.key("admin", "--scopes", "ingest,query")
        cls.ask("POST", "/api/v1/meters", {"slug": "ce_sum", "aggregation": "SUM", "eventType": "ce", "valueProperty": "$.n"})

    @classmethod
    def stop(cls):
        cls.serve.send(signal.SIGTERM)
        cls.serve.wait()

    @classmethod
    def key(cls, name, *arguments):
        return cls.reckoner.json("key", "create", name, *arguments)["secret"]

    @classmethod
    def ask(cls, method, path, body=None, headers=None, raw=None):
        """Status and body of a request with the admin's key."""
        sent = raw if raw is not None else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(cls.url + path, method=method, data=sent)
        for name, value in {"Authorization": f"Bearer {cls.admin}", "Content-Type": "application/json",
                            **(headers or {})}.items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def run_script(self, name, key, **more):
        done = subprocess.run(["node", name], cwd=INSTALLED, capture_output=True, text=True, timeout=180, check=False,
                              env={**os.environ, "RECKONER_URL": self.url, "RECKONER_KEY": key, **more})
        self.assertEqual(done.returncode, 0, f"{done.stdout}{done.stderr}\n{self.serve.so_far()}")
        self.assertIn("all assertions hold", done.stdout)

    def test_1_openmeter(self):
        self.run_script("openmeter.mjs", self.admin)

    def test_2_limited_keys(self):
        self.run_script("limited.mjs", self.key("acme", "--scopes", "ingest,query", "--customer", "acme"),
                        RECKONER_INGEST_KEY=self.key("sender", "--scopes", "ingest"))

    def test_3_cloudevents(self):
        self.run_script("cloudevents.mjs", self.admin)

    def test_4_meters_of_the_api_are_configuration(self):
        history = self.reckoner.json("config", "history")["history"]
        self.assertIn("meter tokens_total made through the API", [one["comment"] for one in history])
        plan = self.reckoner.json("config", "plan")
        self.assertIn({"meter": "calls", "kind": "dropped"}, plan["meters"])
        refused = self.reckoner.run("config", "apply")
        self.assertNotEqual(refused.code, 0)
        self.assertRegex(refused.err, "--drop-meter")

    # Conformance vectors ------------------------------------------------------------------------------------------

    def listed(self, event_id, source):
        filters = json.dumps({"id": {"$eq": event_id}, "source": {"$eq": source}})
        status, body = self.ask("GET", "/api/v2/events?filter=" + urllib.request.quote(filters))
        self.assertEqual(status, 200, body)
        items = json.loads(body)["items"]
        self.assertEqual(len(items), 1, body)
        return items[0]["event"]

    def expect_listed(self, vector, data):
        attributes = vector["attributes"]
        event = self.listed(attributes["id"], attributes["source"])
        self.assertEqual(event["type"], attributes["type"])
        if "time" in attributes:
            parse = lambda text: datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
            self.assertEqual(parse(event["time"]), parse(attributes["time"]))
        self.assertEqual(event["data"], data)

    def binary(self, vector):
        quote = lambda text: urllib.request.quote(text, safe=" !#$&'()*+,/:;<=>?@[]^_`{|}~-.")
        headers = {f"ce-{name}": quote(value.strip()) for name, value in
                   {**vector["attributes"], **vector["extensions"]}.items() if name != "datacontenttype"}
        headers["Content-Type"] = vector["attributes"].get("datacontenttype", "application/json")
        return self.ask("POST", "/api/v1/events", headers=headers, raw=(vector["data"] or "").encode())

    def structured(self, vector, suffix):
        content = {**vector["attributes"], **vector["extensions"]}
        content["id"] += suffix
        if vector["data"] is not None:
            content["data"] = self.value_of(vector)
        return content

    @staticmethod
    def value_of(vector):
        if vector["data"] is None:
            return None
        if "json" in vector["attributes"].get("datacontenttype", "application/json"):
            return json.loads(vector["data"])
        return vector["data"]

    def check_vectors(self, given):
        for vector in given:
            with self.subTest(id=vector["attributes"]["id"], type=vector["attributes"].get("datacontenttype")):
                status, body = self.binary(vector)
                self.assertIn(status, (200, 204), body)
                self.expect_listed(vector, self.value_of(vector))
                content = self.structured(vector, "-s")
                status, body = self.ask("POST", "/api/v1/events", content,
                                        {"Content-Type": "application/cloudevents+json; charset=utf-8"})
                self.assertIn(status, (200, 204), body)
                batch = self.structured(vector, "-b")
                status, body = self.ask("POST", "/api/v1/events", [batch],
                                        {"Content-Type": "application/cloudevents-batch+json"})
                self.assertIn(status, (200, 204), body)
                for suffix in ("-s", "-b"):
                    copy = {**vector, "attributes": {**vector["attributes"], "id": vector["attributes"]["id"] + suffix}}
                    self.expect_listed(copy, self.value_of(vector))

    def test_5_own_vectors(self):
        self.check_vectors(OWN_VECTORS)
        old = {**OWN_VECTORS[0], "attributes": {**OWN_VECTORS[0]["attributes"], "specversion": "0.3", "id": "old"}}
        self.assertEqual(self.binary(old)[0], 400)

    def test_6_conformance_vectors(self):
        if not CONFORMANCE.exists():  # then those of test_5 stand alone
            return
        self.check_vectors(list(vectors(CONFORMANCE / "yaml/v1.0/v1_minimum.yaml")))
        for number, vector in enumerate(vectors(CONFORMANCE / "yaml/v1.yaml")):
            vector["attributes"]["id"] += f"-{number}"
            self.check_vectors([vector])
        for path in ("yaml/v0.3/v03_minimum.yaml", "yaml/v03.yaml"):
            for vector in vectors(CONFORMANCE / path):
                self.assertEqual(self.binary(vector)[0], 400, vector)

    def test_7_conformance_features(self):
        if not CONFORMANCE.exists():
            return
        text = (CONFORMANCE / "features/http-protocol-binding.feature").read_text(encoding="utf-8")
        outlines = text.split("Scenario Outline:")[1:]
        self.assertEqual(len(outlines), 2)
        for outline in outlines:
            request = re.search(r'"""\n(.*?)\n *"""', outline, re.S)[1]
            lines = [line.strip() for line in request.split("\n")]
            blank = lines.index("")
            body = "\n".join(line for line in request.split("\n")[blank + 1:])
            for media_type in re.findall(r"^ *\| (application/\S+(?:; \S+)?) *\|$", outline, re.M):
                with self.subTest(media_type=media_type):
                    headers = dict(line.split(": ", 1) for line in lines[1:blank])
                    for name in ("Host", "Content-Length"):
                        headers.pop(name)
                    headers["Content-Type"] = media_type
                    # Each is one event of the same name and content: counted or known, it is there once.
                    status, answer = self.ask("POST", "/api/v1/events", headers=headers, raw=body.encode())
                    self.assertIn(status, (200, 204), answer)
                    vector = {"attributes": {"id": "1234-1234-1234", "type": "com.example.someevent",
                                             "source": "/mycontext/subcontext", "time": "2018-04-05T03:56:24Z"}}
                    self.expect_listed(vector, {"message": "Hello World!"})


if __name__ == "__main__":
    rp.main()

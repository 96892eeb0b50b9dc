"""The contract of the HTTP API, src/web/openapi.yaml, as a judge of answers: every client of the tests asks it.

An answer that the contract does not describe fails the test: a route, a status, a media type, a member. So does a request that
was taken although the contract does not describe it. Pages for browsers are no part of the contract.
"""

import functools
import json
import os
import re
import urllib.parse
from pathlib import Path

import jsonschema
import yaml

SOURCE = Path(os.environ.get("RECKONER_SOURCE", Path(__file__).resolve().parents[2])).resolve()
FILE = SOURCE / "src/web/openapi.yaml"

# What may be answered whatever is asked for (the contract's own description says so).
OF_THE_SERVER = {400, 405, 408, 413, 414, 415, 417, 429, 431, 500, 501, 503, 505}
PROBLEM = "#/components/schemas/Problem"
# Pages to read, and what the server says of a path that nobody knows.
PAGES = {"/api/docs"}
METHODS = ("get", "put", "post", "delete", "patch")

FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date")
def _is_day(text):
    return not isinstance(text, str) or re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", text) is not None


@FORMATS.checks("date-time")
def _is_instant(text):
    shape = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?Z"
    return not isinstance(text, str) or re.fullmatch(shape, text) is not None


def _escaped(part):
    return part.replace("~", "~0").replace("/", "~1")


class Contract:
    def __init__(self, text):
        self.document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        patterns = []
        for path in self.document["paths"]:
            parts = [re.escape(part) if not part.startswith("{") else "[^/]+" for part in path.split("/")]
            literal = [not part.startswith("{") for part in path.split("/")]
            patterns.append(([not one for one in literal], re.compile("/".join(parts)), path))
        self.patterns = sorted(patterns, key=lambda one: one[0])
        self.validators = {}

    def routes(self):
        """{(method, path)}"""
        return {(method.upper(), path) for path, item in self.document["paths"].items() for method in METHODS if method in item}

    def path_of(self, target):
        """The path of the contract that a target belongs to, or None."""
        raw = target.split("?")[0]
        return next((path for _, pattern, path in self.patterns if pattern.fullmatch(raw)), None)

    def _resolved(self, pointer):
        """The thing at a pointer ("#/…"), and where it stands itself."""
        thing = self.document
        for part in pointer[2:].split("/"):
            thing = thing[int(part) if isinstance(thing, list) else part.replace("~1", "/").replace("~0", "~")]
        return self._resolved(thing["$ref"]) if isinstance(thing, dict) and "$ref" in thing else (thing, pointer)

    def _wrong(self, pointer, value):
        """What is wrong with a value by the schema at a pointer, in words; "" for nothing."""
        if pointer not in self.validators:
            root = {**{name: part for name, part in self.document.items() if name in ("paths", "components")}, "$ref": pointer}
            self.validators[pointer] = jsonschema.Draft202012Validator(root, format_checker=FORMATS)
        found = sorted(self.validators[pointer].iter_errors(value), key=lambda error: list(map(str, error.absolute_path)))
        said = []
        for error in found[:5]:
            error = jsonschema.exceptions.best_match([error]) or error
            said.append(f"at {'/'.join(map(str, error.absolute_path)) or 'the top'}: {error.message[:300]}")
        return "; ".join(said)

    def _check_body(self, where, media, pointer, body):
        if "json" not in media:
            return
        try:
            value = json.loads(body)
        except ValueError as error:
            raise AssertionError(f"{where}: the body is no JSON: {error}") from None
        if wrong := self._wrong(pointer, value):
            raise AssertionError(f"{where}: {wrong}")

    def check(self, method, target, answer, sent=None, sent_type=""):
        """Judges an answer: .status, .headers (as http.client has them), .body (bytes). `sent` is the request's body."""
        where = f"{method} {target}: {answer.status}"
        headers = {name.lower(): value for name, value in answer.headers.items()}
        for needed in ("x-request-id", "content-security-policy", "x-content-type-options"):
            if needed not in headers:
                raise AssertionError(f"{where} has no {needed}")
        media = headers.get("content-type", "").split(";")[0].strip()
        bare = method == "HEAD" or answer.status in (204, 304)
        if bare and answer.body:
            raise AssertionError(f"{where} has a body")
        raw = target.split("?")[0]
        path = self.path_of(target)
        verb = "get" if method == "HEAD" else method.lower()
        operation = self.document["paths"].get(path, {}).get(verb) if path else None
        if operation is None:
            self._check_undescribed(where, raw, answer, media)
            return
        place = f"#/paths/{_escaped(path)}/{verb}/responses"
        if str(answer.status) not in operation["responses"]:
            if answer.status not in OF_THE_SERVER:
                raise AssertionError(f"{where}: the contract has no such status")
            if not bare:
                self._check_problem(where, media, answer)
            return
        response, pointer = self._resolved(f"{place}/{answer.status}")
        if "ETag" in response.get("headers", {}) and "etag" not in headers:
            raise AssertionError(f"{where} has no ETag")
        if bare:
            return
        content = response.get("content", {})
        if not content and not answer.body:
            return
        if media not in content:
            raise AssertionError(f"{where}: the contract has no {media or 'untyped body'}")
        self._check_body(where, media, f"{pointer}/content/{_escaped(media)}/schema", answer.body)
        if answer.status >= 400:
            self._check_problem(where, media, answer)
        elif answer.status < 300:
            self._check_request(where, path, verb, target, sent, sent_type)

    def _check_undescribed(self, where, raw, answer, media):
        if not raw.startswith("/api") or raw in PAGES:
            if answer.status >= 400:
                self._check_problem(where, media, answer)
            return
        if answer.status not in OF_THE_SERVER | {404}:
            raise AssertionError(f"{where}: the contract has no such route")
        if answer.body:
            self._check_problem(where, media, answer)

    def _check_problem(self, where, media, answer):
        if media != "application/problem+json":
            raise AssertionError(f"{where} comes as {media or 'nothing'}")
        self._check_body(where, media, PROBLEM, answer.body)
        if json.loads(answer.body)["status"] != answer.status:
            raise AssertionError(f"{where}: the problem says {json.loads(answer.body)['status']}")

    def _check_request(self, where, path, verb, target, sent, sent_type):
        """A request that was taken: the contract must describe what it said."""
        item = self.document["paths"][path]
        known = [self._resolved(f"#/paths/{_escaped(path)}/parameters/{i}")[0] for i in range(len(item.get("parameters", [])))]
        known += [self._resolved(f"#/paths/{_escaped(path)}/{verb}/parameters/{i}")[0]
                  for i in range(len(item[verb].get("parameters", [])))]
        names = {one["name"] for one in known if one["in"] == "query"}
        for name, _ in urllib.parse.parse_qsl(target.partition("?")[2], keep_blank_values=True):
            if name.split("[")[0] not in names:
                raise AssertionError(f"{where}: the contract has no parameter {name}")
        if not sent or "requestBody" not in item[verb]:
            return
        body, pointer = self._resolved(f"#/paths/{_escaped(path)}/{verb}/requestBody")
        media = sent_type.split(";")[0].strip()
        if media in body["content"]:
            self._check_body(f"{where}, as it was asked for", media, f"{pointer}/content/{_escaped(media)}/schema", sent)


@functools.cache
def contract():
    return Contract(FILE.read_text(encoding="utf-8"))


def check(method, target, answer, sent=None, sent_type=""):
    contract().check(method, target, answer, sent, sent_type)

#!/usr/bin/python3
"""Who may do what, over HTTP: every route the daemon says it has, asked by everybody, of what is one's own, somebody else's
and nobody's; and by pages of other sites."""

import re
import unittest
from urllib.parse import quote

import access_examples as examples
import reckoner_process as rp
from access_world import ROLES, AccessTest

VARIABLE = re.compile(r"\{(\w+)(?:\.\.\.)?\}")
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
# What of another customer must never be in an answer.
CANARIES = re.compile(r"globex", re.I)


class Request:
    """One route filled for a caller."""

    def __init__(self, world, route):
        self.world, self.route = world, route
        self.name = f"{route['method']} {route['pattern']}"
        self.variables = VARIABLE.findall(route["pattern"])

    def ids(self):
        known = examples.ids(self.world)
        found = {}
        for variable in self.variables:
            value = known.get((self.name, variable), known.get(variable))
            if value is None:
                raise AssertionError(f"{self.name}: access_examples.ids() has no example of {{{variable}}}")
            found[variable] = value
        return found

    def body(self):
        if self.route["method"] not in UNSAFE:
            return None, {}
        if self.name in examples.BODIES:
            return examples.BODIES[self.name]
        if self.route["right"] in ("console", "operate", "bill"):
            return examples.body({})
        raise AssertionError(f"{self.name}: access_examples.BODIES has no example")

    def variants(self, caller):
        """(variant, path, variable, its value): everything one's own, then one variable after another foreign and unknown."""
        found = self.ids()
        mine, other = ("foreign", "own") if caller.customer == "globex" else ("own", "foreign")

        def path(changed=None, variant=None):
            values = {}
            for variable, value in found.items():
                wanted = variant if variable == changed else mine
                values[variable] = value.value("own" if value.foreign is None and wanted == "foreign" else wanted)
            filled = VARIABLE.sub(lambda match: quote(values[match[1]], safe=""), self.route["pattern"])
            return filled + examples.QUERIES.get(self.name, ""), changed, values.get(changed)

        yield "own", *path()
        for variable, value in found.items():
            if value.foreign is not None:
                yield "foreign", *path(variable, other)
            yield "unknown", *path(variable, "unknown")


class Matrix(AccessTest):
    def expected(self, request, caller, variant, variable):
        """Statuses that are right; None: any that is not a refusal."""
        right = request.route["right"]
        if right is not None:
            if caller.rights is None:
                return {401}
            if right not in caller.rights:
                return {403}
        if variant == "foreign":
            # For the house nothing is foreign, but what is said to be of one customer and is another's.
            if caller.customer or sum(value.foreign is not None for value in request.ids().values()) > 1:
                return {404}
        if variant == "unknown":
            strict = caller.customer or request.route["method"] == "GET"
            return {request.ids()[variable].status} if strict else {400, 404, 412, 422, 428}
        return examples.ANSWERS.get(request.name)

    def judge(self, answer, expected):
        self.assertLess(answer.status, 500, answer.text)
        if expected is not None:
            self.assertIn(answer.status, expected, answer.text)
        else:
            self.assertNotIn(answer.status, (401, 403, 404), answer.text)

    def test_everybody_on_every_route(self):
        callers = self.world.callers()
        asked = 0
        # What ends sessions comes last.
        routes = sorted(self.routes, key=lambda route: (route["pattern"] == "/api/v1/session", route["method"] == "DELETE"))
        for route in routes:
            request = Request(self.world, route)
            body, headers = request.body()
            for caller in callers:
                if route["right"] is None and caller.name != "anonymous":
                    continue
                answers = {}
                for variant, path, variable, value in request.variants(caller):
                    with self.subTest(route=request.name, caller=caller.name, variant=variant, path=path):
                        answer = caller.ask(route["method"], path, body, headers)
                        asked += 1
                        if variant != "own" and caller.customer:
                            answers.setdefault(variable, {})[variant] = answer.without(value)
                        self.judge(answer, self.expected(request, caller, variant, variable))
                        if caller.customer == "acme" and variant != "foreign":
                            self.assertNotRegex(answer.text, CANARIES)
                for variable, both in answers.items():
                    if len(both) == 2:
                        with self.subTest(route=request.name, caller=caller.name, variable=variable):
                            self.assertEqual(both["foreign"], both["unknown"])
        print(f"    {len(routes)} routes, {len(callers)} callers, {asked} requests", flush=True)
        self.assertGreater(asked, 500)

    def test_other_verbs(self):
        """What has no route for a verb is told so, whoever asks."""
        methods = {}
        for route in self.routes:
            methods.setdefault(route["pattern"], set()).add(route["method"])
        nobody = self.world.anybody()
        for pattern, known in methods.items():
            path = VARIABLE.sub("x", pattern)
            if path in methods and path != pattern:
                continue
            for method in UNSAFE | {"TRACE", "OPTIONS"}:
                if method in known:
                    continue
                with self.subTest(method=method, path=path):
                    self.assertIn(nobody.ask(method, path, "").status, (404, 405, 501))

    def test_a_route_without_examples_fails(self):
        for method, pattern, right in (("GET", "/api/v1/new/{thing}", "see"), ("POST", "/api/v1/new", "manage"),
                                       ("POST", "/api/v1/new/{thing}", "bill")):
            request = Request(self.world, {"method": method, "pattern": pattern, "right": right})
            with self.assertRaises(AssertionError):
                request.body()
                list(request.variants(self.world.admin))

    def test_roles_have_the_rights_they_say(self):
        for role, rights in ROLES.items():
            caller = self.world.user(role, "acme" if role.startswith("tenant") else None)
            self.assertEqual(set(caller.ask("GET", "/api/v1/session").json()["rights"]), rights)

    def test_the_other_sites(self):
        """Every route that changes something, by a session: without its token, with others, and from another site."""
        token = self.world.admin.headers["X-CSRF-Token"]
        other = self.world.user("operator").headers["X-CSRF-Token"]
        cookie = {"Cookie": self.world.admin.headers["Cookie"]}
        refused = 0
        for route in self.routes:
            if route["method"] not in UNSAFE or route["right"] is None:
                continue
            request = Request(self.world, route)
            body, headers = request.body()
            path = next(request.variants(self.world.admin))[1]
            for forged in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": other}, {"X-CSRF-Token": token[:-1] + "x"},
                           {"X-CSRF-Token": token, "Sec-Fetch-Site": "cross-site"},
                           {"X-CSRF-Token": token, "Sec-Fetch-Site": "same-site"},
                           {"X-CSRF-Token": token, "Origin": "https://evil.example"},
                           {"X-CSRF-Token": token, "Origin": "null"}):
                answer = self.world.anybody().ask(route["method"], path, body, {**cookie, **headers, **forged})
                refused += 1
                with self.subTest(route=request.name, forged=forged):
                    self.assertEqual(answer.status, 403, answer.text)
                    self.assertRegex(answer.json()["detail"], "token is needed|page of another site")
        print(f"    {refused} forged requests refused", flush=True)
        answer = self.world.log_in("nobody", "x", {"Sec-Fetch-Site": "cross-site"})
        self.assertEqual(answer.status, 403, "logging somebody in from another site")


if __name__ == "__main__":
    rp.main()

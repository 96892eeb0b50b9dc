#!/usr/bin/python3
"""What a customer's people read over HTTP: the real program, in the reader's role where there is one."""

import json
import signal
import unittest

import reckoner_process as rp
from http_client import Client

CUSTOMERS = "/api/v1/customers"


def event(number, subject):
    return {"specversion": "1.0", "id": f"p{number}", "source": "/test", "type": "bandwidth", "subject": subject,
            "time": "2026-10-05T12:00:00Z", "data": {"bytes": 1048576 * 2000}}


class Portal:
    """The daemon on one database, with two customers and a key of each."""

    def __init__(self, **where):
        self.reckoner = rp.Reckoner(**where)
        rp.import_customers(self.reckoner, rp.new_directory("load"), [("acme", "acme"), ("globex", "globex")],
                            [("s", "acme", "Professional", "2026-09-01", ""),
                             ("s", "globex", "Professional", "2026-09-01", "")])
        self.keys = {name: self.reckoner.json("key", "create", name, "--scopes", scopes, *more)["secret"]
                     for name, scopes, more in (("acme", "query,see", ["--customer", "acme"]),
                                                ("globex", "query,see", ["--customer", "globex"]),
                                                ("house", "ingest,query,see", []))}
        self.serve = self.reckoner.start("serve", "--roles", "ingest,web")
        self.address = rp.http_address(self.serve)
        sender = self.client("house")
        for number, subject in enumerate(("acme", "globex")):
            sender.post([event(number, subject)])
        sender.close()

    def client(self, key):
        return Client(self.address, self.keys[key])

    def get(self, key, path, **headers):
        client = self.client(key)
        try:
            return client.ask("GET", CUSTOMERS + path, headers=headers)
        finally:
            client.close()

    def end(self):
        self.serve.send(signal.SIGTERM)
        return self.serve.wait(30)


class ReadersRole(unittest.TestCase):
    """The private cluster, where the program makes its roles itself."""

    @classmethod
    def setUpClass(cls):
        cls.directory = rp.new_directory("data")
        cls.portal = Portal(data_dir=cls.directory)

    @classmethod
    def tearDownClass(cls):
        result = cls.portal.end()
        assert result.code == 0, result

    def test_the_interim_invoice_is_the_command_lines(self):
        as_of = "2026-10-11T00:00:00Z"
        answer = self.portal.get("acme", f"/acme/interim?as_of={as_of}")
        self.assertEqual(answer.status, 200, answer.text)
        told = self.portal.reckoner.json("interim", "acme", "--as-of", as_of)["invoices"]
        shown = json.loads(answer.text)["invoices"]
        self.assertEqual([invoice["document"] for invoice in shown], [invoice["document"] for invoice in told])
        for member in ("as_of", "cut", "configuration_version", "what_if", "expected_total"):
            self.assertEqual(shown[0][member], told[0][member], member)
        customer = json.loads(self.portal.get("acme", "/acme").text)
        self.assertEqual(customer, self.portal.reckoner.json("customers", "show", "acme"))

    def test_what_is_anothers_is_not_there(self):
        for rest in ("", "/overview", "/interim", "/usage?meter=bandwidth", "/invoices", "/payments", "/credits", "/balance",
                     "/plans", "/settings", "/meters"):
            foreign = self.portal.get("acme", f"/globex{rest}")
            unknown = self.portal.get("acme", f"/nobody{rest}")
            self.assertEqual((foreign.status, unknown.status), (404, 404), rest)
            self.assertEqual(json.loads(foreign.text)["detail"].replace("globex", "X"),
                             json.loads(unknown.text)["detail"].replace("nobody", "X"))
            self.assertEqual(self.portal.get("acme", f"/acme{rest}").status, 200, rest)
            self.assertEqual(self.portal.get("house", f"/globex{rest}").status, 200, rest)

    def test_tenants_are_served_by_the_readers_role(self):
        self.portal.get("acme", "/acme/overview")
        users = {row[0] for row in rp.psql(rp.private_conninfo(self.directory, user="postgres"),
                                           "select usename from pg_stat_activity where application_name = 'reckoner'")}
        self.assertIn("reckoner_reader", users)

    def test_doctor_says_that_rows_are_kept_apart(self):
        findings = {finding["subject"]: finding for finding in self.portal.reckoner.json("doctor")["findings"]}
        self.assertEqual(findings["isolation"]["verdict"], "ok", findings["isolation"])


class OwnersDatabase(unittest.TestCase):
    """A database of somebody's own, whose user owns the tables."""

    @classmethod
    def setUpClass(cls):
        cls.cluster = rp.Cluster()

    def findings(self, reckoner):
        # The servers of tests do not survive a power cut, which is wrong of them.
        return {finding["subject"]: finding for finding in reckoner.json("doctor", code=1)["findings"]}

    def check(self, portal):
        try:
            self.assertEqual(portal.get("acme", "/acme/overview").status, 200)
            self.assertEqual(portal.get("acme", "/globex/overview").status, 404)
        finally:
            self.assertEqual(portal.end().code, 0)

    def test_without_roles_statements_keep_rows_apart_and_it_is_said(self):
        portal = Portal(database=self.cluster.create("alone"))
        self.check(portal)
        self.assertIn("kept apart by statements alone: there is no role reckoner_reader", portal.serve.wait().err)
        isolation = self.findings(portal.reckoner)["isolation"]
        self.assertEqual(isolation["verdict"], "warning")
        self.assertIn("there is no role reckoner_reader", isolation["says"])

    def test_with_the_roles_of_the_documentation_policies_do(self):
        database = self.cluster.create("roles")
        portal = Portal(database=database)
        portal.end()
        self.cluster.sql("roles", "create role reckoner_writer bypassrls; create role reckoner_reader;"
                         "alter role reckoner bypassrls; grant reckoner_writer, reckoner_reader to reckoner;"
                         "grant usage on schema public to reckoner_writer;"
                         "grant select, insert, update, delete on all tables in schema public to reckoner_writer;"
                         "grant usage, select on all sequences in schema public to reckoner_writer", user="postgres")
        try:
            self.assertEqual(portal.reckoner.ok("migrate").code, 0)
            portal.serve = portal.reckoner.start("serve", "--roles", "ingest,web")
            portal.address = rp.http_address(portal.serve)
            self.check(portal)
            self.assertNotIn("statements alone", portal.serve.wait().err)
            self.assertEqual(self.findings(portal.reckoner)["isolation"]["verdict"], "ok")
            # Nobody who is bound by policies reads without saying for whom.
            with self.assertRaisesRegex(AssertionError, "reckoner.customer"):
                self.cluster.sql("roles", "set role reckoner_reader; select count(*) from customer")
        finally:
            self.cluster.sql("roles", "reassign owned by reckoner_writer, reckoner_reader to reckoner;"
                             "drop owned by reckoner_writer, reckoner_reader;"
                             "drop role reckoner_writer, reckoner_reader; alter role reckoner nobypassrls", user="postgres")


if __name__ == "__main__":
    rp.main()

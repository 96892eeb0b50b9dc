"""A daemon on a database of its own with sample customers, and everybody who may ask it something: for test_access.py and
test_sessions.py."""

import http.client
import itertools
import json
import re
import signal
import unittest

import contract
import reckoner_process as rp
from sql_session import Session

ROLES = {
    "tenant-viewer": {"self", "query", "see"},
    "tenant-admin": {"self", "query", "see", "manage"},
    "auditor": {"self", "query", "see", "console"},
    "operator": {"self", "query", "see", "console", "operate"},
    "billing-admin": {"self", "ingest", "query", "manage-meters", "see", "manage", "console", "operate", "bill"},
}
ADMIN_KEY = ROLES["billing-admin"] - {"self"}
PASSWORD = "correct horse battery"
ALLOCATION = """<allocation xmlns="urn:reckoner:allocation:1">
  <cost-centre name="desk"><member plan="Professional"/></cost-centre>
  <pool name="rent" currency="USD" by="equal"/>
</allocation>"""


class Answer:
    def __init__(self, answer, body):
        self.status, self.headers, self.body, self.text = answer.status, answer.headers, body, body.decode(errors="replace")

    def json(self):
        return json.loads(self.text)

    def cookies(self):
        return self.headers.get_all("Set-Cookie") or []

    def session(self):
        """The secret of the session that begins with this answer."""
        return re.match(r"reckoner_session=([0-9a-f]{64});", self.cookies()[0])[1]

    def without(self, text):
        """What can be told from it, whatever was asked for: `text` and the request's id do not count."""
        told = self.json() if "json" in self.headers.get_content_type() else None
        told = told if isinstance(told, dict) else {"text": self.text}
        told.pop("instance", None)
        headers = sorted((name.lower(), value) for name, value in self.headers.items()
                         if name.lower() not in ("x-request-id", "date", "content-length"))
        asked = rf"(?<![\w-]){re.escape(text)}(?![\w-])"
        return self.status, headers, told.pop("status", None), re.sub(asked, "ASKED", json.dumps(told))


class Caller:
    """Somebody who asks: `headers` show who it is, `rights` are what that one may do; None: is not known (401)."""

    numbers = itertools.count(1)

    def __init__(self, address, name, headers, rights, customer=None):
        self.address, self.name, self.rights, self.customer = address, name, rights, customer
        # Each from an address of its own, as a proxy on this machine would tell it.
        number = next(self.numbers)
        self.headers = {"X-Forwarded-For": f"10.0.{number // 250}.{number % 250}", **headers}
        self.connection = None

    def ask(self, method, path, body=None, headers=None):
        """The answer, judged by the contract."""
        sent = {**self.headers, **(headers or {})}
        for again in (False, True):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(*self.address, timeout=60)
            try:
                self.connection.request(method, path, body, sent)
                answer = self.connection.getresponse()
                break
            except (ConnectionError, http.client.HTTPException):
                self.close()
                if again:
                    raise
        if answer.headers.get_content_type() == "text/event-stream":  # has no end
            self.close()
            return Answer(answer, b"")
        answer = Answer(answer, answer.read())
        contract.check(method, path, answer, body, sent.get("Content-Type", ""))
        return answer

    def __del__(self):
        self.close()

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class World:
    """The sample customers, a daemon, and people."""

    def __init__(self):
        self.cluster = rp.Cluster()
        self.database = self.cluster.create("access")
        self._session = Session(self.database)
        self.directory = rp.new_directory("access")
        config = rp.copy_of_config("access-config", files={"allocation.xml": ALLOCATION})
        self.reckoner = rp.Reckoner(database=self.database, data_dir=self.directory, config=config)
        self.reckoner.ok("demo", "--no-serve")
        self.serve = self.reckoner.start("serve")
        self.address = rp.http_address(self.serve)
        self.numbers = itertools.count(1)
        self.webhooks = {}
        self.admin = self.user("billing-admin")

    def sql(self, text):
        return self._session.ask(text)

    def anybody(self, name="anonymous", headers=None, rights=None):
        return Caller(self.address, name, headers or {}, rights)

    def log_in(self, login, password, headers=None, **more):
        body = json.dumps({"login": login, "password": password, **more})
        return self.anybody().ask("POST", "/api/v1/session", body, {"Content-Type": "application/json", **(headers or {})})

    def in_session(self, name, secret, token, rights, customer=None):
        return Caller(self.address, name, {"Cookie": f"reckoner_session={secret}", "X-CSRF-Token": token}, rights, customer)

    def user(self, role, customer=None):
        """Somebody new who has logged in and chosen a password."""
        name = f"{role}-{next(self.numbers)}"
        more = ["--customer", customer] if customer else []
        made = self.reckoner.json("user", "add", name, "--role", role, *more)
        first = self.log_in(made["login"], made["one_time_password"])
        beginner = self.in_session(name, first.session(), first.json()["csrf_token"], {"self"})
        chosen = beginner.ask("POST", "/api/v1/session/password",
                              json.dumps({"current_password": made["one_time_password"], "new_password": PASSWORD}))
        if chosen.status != 200:
            raise AssertionError(chosen.text)
        session = chosen.json()
        caller = self.in_session(f"{role} of {customer}" if customer else role, chosen.session(), session["csrf_token"],
                                 ROLES[role], customer)
        caller.login, caller.id, caller.secret = made["login"], made["id"], chosen.session()
        return caller

    def key(self, scopes, rights, *more, customer=None):
        limits = ["--customer", customer] if customer else []
        made = self.reckoner.json("key", "create", f"key-{next(self.numbers)}", "--scopes", scopes, *limits, *more)
        name = f"key {scopes}" + (f" of {customer}" if customer else "")
        caller = Caller(self.address, name, {"Authorization": f"Bearer {made['secret']}"}, rights, customer)
        caller.id = made["id"]
        return caller

    def new_user(self, customer):
        answer = self.admin.ask("POST", "/api/v1/users", json.dumps(
            {"name": f"u{next(self.numbers)}", "role": "tenant-viewer", "customer": customer}))
        return answer.json()["user"]["id"]

    def new_key(self, customer):
        answer = self.admin.ask("POST", "/api/v1/keys", json.dumps(
            {"name": f"k{next(self.numbers)}", "scopes": ["query"], "customer": customer}))
        return answer.json()["key"]["id"]

    def subject(self, key):
        """The subject of a customer, with something told of it."""
        self.admin.ask("POST", "/api/v1/subjects", json.dumps([{"key": key}]), {"Content-Type": "application/json"})
        return key

    def new_meter(self):
        slug = f"m{next(self.numbers)}"
        answer = self.admin.ask("POST", "/api/v1/meters", json.dumps(
            {"slug": slug, "name": slug, "aggregation": "COUNT", "eventType": "nothing"}), {"Content-Type": "application/json"})
        if answer.status != 201:
            raise AssertionError(answer.text)
        return slug

    def new_export(self):
        answer = self.admin.ask("POST", "/api/v1/exports", json.dumps({"kind": "journal", "format": "csv"}),
                                {"Content-Type": "application/json"})
        if answer.status != 201:
            raise AssertionError(answer.text)
        return answer.json()["export"]

    def bank_entry(self):
        """The number of a transaction that nobody has settled."""
        number = next(self.numbers)
        self.admin.ask("POST", "/api/v1/bank/statements", "account,id,booked-on,amount,currency\n"
                       f"DE00,access-{number},2026-11-02,1.00,USD\n", {"Content-Type": "text/csv"})
        return self.sql(f"select entry from bank_entry where bank_id = 'access-{number}'")[0][0]

    def dispute(self, customer):
        """The number of one that nobody has settled."""
        return self.sql(f"""
            insert into dispute (customer_id, dispute, ordinal, currency, amount, held, message, opened_at, opened_by)
            select n.customer_id, coalesce((select max(dispute) from dispute), 0) + 1,
                   n.ordinal, d.currency, 0.01, 0.01, 'why?', now(), 'matrix'
              from issued n join customer_key k using (customer_id)
              join document d on d.customer_id = n.customer_id and d.ordinal = n.ordinal
             where n.number = '{self.invoice(customer)}'
            returning dispute""")[0][0]

    def write_off(self, customer):
        """The number of a document that is proposed to be written off."""
        number = self.invoice(customer)
        self.sql(f"""
            insert into write_off (customer_id, ordinal, proposed_on, proposed_at, currency, amount)
            select customer_id, ordinal, current_date, now(), 'USD', 1 from issued where number = '{number}'
            on conflict do nothing""")
        return number

    def webhook(self, customer):
        """An endpoint of a customer, or of the house (None), that nobody has removed yet."""
        known = self.webhooks.get(customer)
        if known and self.sql(f"select 1 from webhook_endpoint where endpoint = '{known}'"):
            return known
        where = f"/api/v1/customers/{customer}/webhooks" if customer else "/api/v1/webhooks"
        kept = ", ".join(f"'{name}'" for name in self.webhooks.values()) or "''"
        self.sql(f"delete from webhook_endpoint where endpoint not in ({kept})")
        answer = self.admin.ask("POST", where, json.dumps({"url": "https://192.0.2.1/told", "events": ["invoice.issued"]}),
                                {"Content-Type": "application/json"})
        if answer.status != 201:
            raise AssertionError(answer.text)
        self.webhooks[customer] = answer.json()["endpoint"]["id"]
        return self.webhooks[customer]

    def webhook_message(self, customer):
        """The id of what was told to that endpoint."""
        endpoint = self.webhook(customer)
        message = f"msg_{endpoint}"
        if not self.sql(f"select 1 from webhook_event where id = '{message}'"):
            self.sql(f"""
                with numbered as (
                  update customer_state set events = events + 1
                   where customer_id = (select customer_id from customer_key where key = '{customer or "acme"}')
                  returning customer_id, events),
                told as (
                  insert into webhook_event select customer_id, events, '{message}', 'invoice.issued', now(), '{{}}' from numbered)
                insert into webhook_delivery (customer_id, endpoint, event, of_house, state, created_at, next_try_at)
                select customer_id, '{endpoint}', events, {str(customer is None).lower()}, 'dead', now(), now() from numbered""")
        return message

    def invoice(self, customer):
        """The number of one that the sample has issued."""
        return self.sql(f"""select number from issued join customer_key using (customer_id) where key = '{customer}'
                             order by number limit 1""")[0][0]

    def first(self, path):
        """The id of the first thing in a list."""
        return self.admin.ask("GET", path).json()["items"][0]["id"]

    def decisions(self):
        return self.sql("select name from config_file where name like '%.dmn' order by version_id, name limit 1")[0][0]

    def callers(self):
        """Everybody, those who count no more included."""
        revoked = self.key("ingest,query", None)
        self.reckoner.ok("key", "revoke", revoked.id)
        expired = self.key("ingest,query", None, "--expires", "2999-01-01")
        self.sql(f"update api_key set expires_at = '2020-01-01' where key_id = {expired.id}")
        session_out, idle, too_long, disabled, reset = (self.user("tenant-admin", "acme") for _ in range(5))
        session_out.ask("DELETE", "/api/v1/session")
        self.sql(f"update user_session set seen_at = seen_at - interval '31 min' where user_id = {idle.id}")
        self.sql(f"update user_session set expires_at = seen_at where user_id = {too_long.id}")
        self.reckoner.ok("user", "disable", disabled.login)
        self.reckoner.ok("user", "reset", reset.login)
        gone = {"revoked key": revoked, "expired key": expired, "session that logged out": session_out,
                "idle session": idle, "session that lasted": too_long, "disabled user": disabled, "reset user": reset}
        for name, caller in gone.items():
            caller.name, caller.rights = name, None
        made = self.reckoner.json("user", "add", "beginner", "--role", "tenant-admin", "--customer", "acme")
        first = self.log_in(made["login"], made["one_time_password"])
        beginner = self.in_session("who has to choose a password", first.session(), first.json()["csrf_token"], {"self"},
                                   "acme")
        return [self.anybody(),
                self.anybody("unknown key", {"Authorization": "Bearer rk_00000000_" + "0" * 64}),
                self.anybody("unknown session", {"Cookie": "reckoner_session=" + "0" * 64}),
                *gone.values(), beginner,
                self.user("tenant-viewer", "acme"), self.user("tenant-admin", "acme"),
                self.user("tenant-viewer", "globex"), self.user("tenant-admin", "globex"),
                self.key("ingest,query,see", {"ingest", "query", "see"}, customer="acme"),
                self.key("ingest", {"ingest"}, customer="acme"),
                self.key("ingest,query,see", {"ingest", "query", "see"}, customer="globex"),
                self.key("ingest", {"ingest"}), self.key("query", {"query"}), self.key("see", {"see"}), self.key("admin", ADMIN_KEY),
                self.user("auditor"), self.user("operator"), self.user("billing-admin")]


class AccessTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.routes = cls.world.admin.ask("GET", "/api/v1/routes").json()["items"]

    @classmethod
    def tearDownClass(cls):
        cls.world.serve.send(signal.SIGTERM)
        result = cls.world.serve.wait(30)
        # Runs of the sample park who cannot be billed, and say so.
        errors = [line for line in result.err.splitlines() if " error " in line and " error run " not in line]
        if result.code != 0 or errors:
            raise AssertionError("\n".join([f"exit {result.code}", *errors]))

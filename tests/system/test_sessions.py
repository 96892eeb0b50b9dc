#!/usr/bin/python3
"""Logging in and out, as a browser does it: cookies, fixation, one-time passwords, second factors, what ends a session and
when, the brake on guessing, and the command line."""

import base64
import concurrent.futures
import hashlib
import hmac
import json
import re
import signal
import statistics
import struct
import subprocess
import time
import unittest

import reckoner_process as rp
from access_world import PASSWORD, AccessTest, Caller

REVOKED_WITHIN = 5


def totp(secret, at):
    """RFC 6238, by itself."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">q", int(at) // 30), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start:start + 4])[0] & 0x7fffffff) % 1000000:06}"


class Sessions(AccessTest):
    def post(self, caller, path, content):
        return caller.ask("POST", path, json.dumps(content), {"Content-Type": "application/json"})

    def who(self, caller):
        return caller.ask("GET", "/api/v1/session")

    def refused_within(self, caller, seconds):
        deadline = time.monotonic() + seconds
        while self.who(caller).status == 200:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
        self.assertEqual(self.who(caller).status, 401)

    def test_who_is_calling(self):
        anna = self.world.user("tenant-admin", "acme")
        told = self.who(anna).json()
        self.assertEqual(told["user"], {"id": anna.id, "login": anna.login, "email": None})
        self.assertEqual(told["customer"], {"key": "acme", "name": "Acme GmbH"})
        self.assertEqual((told["role"], told["totp"], told["password_change_needed"]), ("tenant-admin", False, False))
        self.assertLess(told["idle_until"], told["expires_at"])
        self.assertIsNone(self.who(self.world.admin).json()["customer"])
        self.assertEqual(self.who(anna).headers["Cache-Control"], "no-store")

    def test_cookies(self):
        anna = self.world.user("tenant-admin", "acme")
        begun = self.world.log_in(anna.login, PASSWORD)
        self.assertRegex(begun.cookies()[0], r"^reckoner_session=[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Lax$")
        self.assertEqual(len(begun.cookies()), 1)
        # A page that came over TLS, through a proxy: browsers say so.
        begun = self.world.log_in(anna.login, PASSWORD, {"Origin": "https://billing.example", "Host": "billing.example"})
        self.assertRegex(begun.cookies()[0], "; Secure$")
        anna = self.world.in_session("anna", begun.session(), begun.json()["csrf_token"], None)
        self.assertEqual(self.who(anna).cookies(), [], "a session is handed out at log-in alone")
        ended = anna.ask("DELETE", "/api/v1/session")
        self.assertEqual(ended.status, 204)
        self.assertRegex(ended.cookies()[0], "^reckoner_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0$")
        self.assertEqual(self.who(anna).status, 401, "at once")

    def test_secrets_are_not_stored(self):
        anna = self.world.user("tenant-admin", "acme")
        dump = subprocess.run(["pg_dump", "--data-only", self.world.database], capture_output=True, text=True, check=True).stdout
        self.assertIn(anna.login, dump)
        for secret in (anna.secret, anna.headers["X-CSRF-Token"], PASSWORD):
            self.assertNotIn(secret, dump)
        self.assertIn(hashlib.sha256(anna.secret.encode()).hexdigest(), dump)
        stored = self.world.sql(f"select password_hash from app_user where user_id = {anna.id}")[0][0]
        memory, passes = map(int, re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$", stored).groups())
        self.assertGreaterEqual(memory, 19 * 1024)
        self.assertGreaterEqual(passes, 2)
        self.assertNotIn(PASSWORD, self.world.serve.so_far().err)
        self.assertNotIn(anna.secret, self.world.serve.so_far().err)

    def test_nobody_chooses_a_session_for_others(self):
        anna = self.world.user("tenant-admin", "acme")
        planted = "a" * 64
        begun = self.world.log_in(anna.login, PASSWORD, {"Cookie": f"reckoner_session={planted}"})
        self.assertNotEqual(begun.session(), planted)
        self.assertEqual(self.who(self.world.in_session("planted", planted, "", None)).status, 401)
        # The session so far ends with the next log-in from the same browser.
        first = self.world.in_session("first", begun.session(), begun.json()["csrf_token"], None)
        self.assertEqual(self.who(first).status, 200)
        again = self.world.log_in(anna.login, PASSWORD, {"Cookie": f"reckoner_session={begun.session()}"})
        self.assertNotEqual(again.session(), begun.session())
        self.assertEqual(self.who(first).status, 401)
        self.assertEqual(self.who(anna).status, 200, "that of another browser")

    def test_one_time_passwords(self):
        made = self.world.reckoner.json("user", "add", "first", "--role", "tenant-admin", "--customer", "acme")
        begun = self.world.log_in("first@acme", made["one_time_password"])
        told = begun.json()
        self.assertEqual((told["password_change_needed"], told["rights"]), (True, ["self"]))
        first = self.world.in_session("first", begun.session(), told["csrf_token"], None)
        self.assertEqual(first.ask("GET", "/api/v1/users").status, 403)
        change = {"current_password": made["one_time_password"], "new_password": "short"}
        self.assertEqual(self.post(first, "/api/v1/session/password", change).json()["items"][0]["at"], "new_password")
        change["new_password"] = PASSWORD
        chosen = self.post(first, "/api/v1/session/password", change)
        self.assertFalse(chosen.json()["password_change_needed"])
        self.assertEqual(self.who(first).status, 401, "the secret is another now")
        self.assertEqual(self.world.log_in("first@acme", made["one_time_password"]).status, 401, "it is used up")
        again = self.world.reckoner.json("user", "reset", "first@acme")
        self.world.sql("update app_user set one_time_until = '2020-01-01' where login = 'first@acme'")
        self.assertEqual(self.world.log_in("first@acme", again["one_time_password"]).status, 401, "it is too old")

    def test_what_is_wrong_is_told_alike(self):
        anna, off = (self.world.user("tenant-admin", "acme") for _ in range(2))
        self.world.reckoner.ok("user", "disable", off.login)
        answers = [self.world.log_in(login, password) for login, password in
                   ((anna.login, "wrong horse battery"), ("nobody@acme", PASSWORD), ("nobody", PASSWORD), (off.login, PASSWORD))]
        self.assertEqual({answer.status for answer in answers}, {401})
        self.assertEqual({answer.json()["detail"] for answer in answers}, {"login or password is wrong"})

        def duration(login):
            times = []
            for _ in range(7):
                start = time.monotonic()
                self.world.log_in(login, "wrong horse battery")
                times.append(time.monotonic() - start)
            return statistics.median(times)

        known, unknown = duration(anna.login), duration("nobody2@acme")
        self.assertLess(known, 2 * unknown)
        self.assertLess(unknown, 2 * known)
        print(f"    a wrong password {known * 1000:.0f} ms, an unknown login {unknown * 1000:.0f} ms", flush=True)

    def test_second_factor(self):
        anna = self.world.user("tenant-admin", "acme")
        wrong = self.post(anna, "/api/v1/session/totp", {"password": "wrong horse battery"})
        self.assertEqual((wrong.status, wrong.json()["items"][0]["at"]), (403, "password"))
        offered = self.post(anna, "/api/v1/session/totp", {"password": PASSWORD}).json()
        self.assertTrue(offered["uri"].startswith("otpauth://totp/Reckoner:"))
        self.assertIn(f"secret={offered['secret']}", offered["uri"])
        self.assertEqual(self.post(anna, "/api/v1/session/totp/confirm", {"code": "000000"}).status, 403)
        now = time.time()
        confirmed = self.post(anna, "/api/v1/session/totp/confirm", {"code": totp(offered["secret"], now - 30)})
        self.assertEqual((confirmed.status, confirmed.json()["totp"]), (200, True))
        needed = self.world.log_in(anna.login, PASSWORD)
        self.assertEqual((needed.status, needed.json()["items"][0]["at"]), (401, "code"))
        self.assertNotIn("items", self.world.log_in(anna.login, "wrong horse battery").json())
        code = totp(offered["secret"], now)
        self.assertEqual(self.world.log_in(anna.login, PASSWORD, code="000000").status, 401)
        self.assertEqual(self.world.log_in(anna.login, PASSWORD, code=code).status, 200)
        self.assertEqual(self.world.log_in(anna.login, PASSWORD, code=code).status, 401, "used before")
        self.assertEqual(self.post(anna, "/api/v1/session/totp", {"password": PASSWORD}).status, 409)
        self.assertEqual(self.post(anna, "/api/v1/session/totp/remove", {"password": PASSWORD}).json()["totp"], False)
        self.assertEqual(self.world.log_in(anna.login, PASSWORD).status, 200)
        key = self.world.directory / "totp.key"
        self.assertEqual(key.stat().st_mode & 0o777, 0o400)
        dump = subprocess.run(["pg_dump", "--data-only", self.world.database], capture_output=True, text=True, check=True).stdout
        self.assertNotIn(base64.b32decode(offered["secret"]).hex(), dump)
        self.assertNotIn(key.read_text().strip(), dump)

    def test_who_is_shut_out_is_out_within_seconds(self):
        off, reset, demoted = (self.world.user("tenant-admin", "acme") for _ in range(3))
        key = self.world.key("query", {"query"})
        for caller in (off, reset, demoted):
            self.assertEqual(self.who(caller).status, 200)
        self.assertEqual(key.ask("GET", "/api/v1/meters").status, 200)
        self.world.reckoner.ok("user", "disable", off.login)
        self.refused_within(off, REVOKED_WITHIN)
        self.world.reckoner.ok("user", "reset", reset.login)
        self.refused_within(reset, REVOKED_WITHIN)
        self.world.reckoner.ok("key", "revoke", key.id)
        time.sleep(REVOKED_WITHIN)
        self.assertEqual(key.ask("GET", "/api/v1/meters").status, 401)
        # What this daemon itself changes counts at once.
        shown = self.world.admin.ask("GET", f"/api/v1/users/{demoted.id}")
        changed = self.world.admin.ask("PATCH", f"/api/v1/users/{demoted.id}", json.dumps({"role": "tenant-viewer"}),
                                       {"If-Match": shown.headers["ETag"]})
        self.assertEqual(changed.json()["role"], "tenant-viewer")
        self.assertEqual(self.who(demoted).status, 401)
        stale = self.world.admin.ask("PATCH", f"/api/v1/users/{demoted.id}", json.dumps({"role": "tenant-admin"}),
                                     {"If-Match": shown.headers["ETag"]})
        self.assertEqual(stale.status, 412)
        unseen = self.world.admin.ask("PATCH", f"/api/v1/users/{demoted.id}", json.dumps({"role": "tenant-admin"}))
        self.assertEqual(unseen.status, 428)

    def test_nobody_gives_more_than_he_has(self):
        anna = self.world.user("tenant-admin", "acme")
        for role in ("billing-admin", "operator", "auditor"):
            self.assertIn(self.post(anna, "/api/v1/users", {"name": "x", "role": role}).status, (400, 403))
        self.assertEqual(self.post(anna, "/api/v1/users", {"name": "x", "role": "tenant-viewer", "customer": "globex"}).status,
                         404)
        made = self.post(anna, "/api/v1/users", {"name": "carl", "role": "tenant-viewer"})
        self.assertEqual((made.status, made.json()["user"]["login"]), (201, "carl@acme"))
        self.assertEqual(self.post(anna, "/api/v1/users", {"name": "carl", "role": "tenant-viewer"}).status, 409)
        self.assertEqual(self.post(anna, "/api/v1/keys", {"name": "k", "scopes": ["admin"]}).status, 400)
        key = self.post(anna, "/api/v1/keys", {"name": "k", "scopes": ["query"], "expires_at": "2999-01-01T00:00:00Z"}).json()
        self.assertEqual((key["key"]["customer"]["key"], key["key"]["expires_at"]), ("acme", "2999-01-01T00:00:00Z"))
        self.assertEqual(key["key"]["created_by"], anna.login)
        for wanted in ({"role": "tenant-viewer"}, {"disabled": True}):
            shown = anna.ask("GET", f"/api/v1/users/{anna.id}")
            answer = anna.ask("PATCH", f"/api/v1/users/{anna.id}", json.dumps(wanted), {"If-Match": shown.headers["ETag"]})
            self.assertEqual(answer.status, 409, "nobody locks himself out")
        self.assertEqual(anna.ask("POST", f"/api/v1/users/{anna.id}/one-time-password").status, 409)

    def test_secrets_are_shown_once(self):
        """The same request again makes nothing, and tells no secret."""
        anna = self.world.user("tenant-admin", "acme")
        for path, content in (("/api/v1/users", {"name": "once", "role": "tenant-viewer"}),
                              ("/api/v1/keys", {"name": "once", "scopes": ["query"]})):
            again = {"Content-Type": "application/json", "Idempotency-Key": f"once {path}"}
            first = anna.ask("POST", path, json.dumps(content), again)
            self.assertEqual(first.status, 201)
            self.assertEqual(anna.ask("POST", path, json.dumps(content), again).status, 409)
            other = anna.ask("POST", path, json.dumps({**content, "name": "other"}), again)
            self.assertEqual(other.status, 422)
            secret = first.json().get("secret") or first.json()["one_time_password"]
            dump = subprocess.run(["pg_dump", "--data-only", self.world.database], capture_output=True, text=True, check=True)
            self.assertNotIn(secret, dump.stdout)
        made = [user for user in anna.ask("GET", "/api/v1/users").json()["items"] if user["login"] == "once@acme"]
        self.assertEqual(len(made), 1)

    def test_what_was_done_is_told(self):
        anna = self.world.user("tenant-admin", "acme")
        made = self.post(anna, "/api/v1/users", {"name": "told", "role": "tenant-viewer"})
        self.post(anna, "/api/v1/session/password", {"current_password": PASSWORD, "new_password": "another horse"})
        told = self.world.sql(f"select action, subject, request from audit_log where who = '{anna.login}' order by entry")
        self.assertEqual([(action, subject) for action, subject, _ in told],
                         [("user.log-in", anna.login), ("user.choose-password", anna.login), ("user.create", "told@acme"),
                          ("user.choose-password", anna.login)])
        self.assertEqual(told[2][2], made.headers["X-Request-Id"])

    def test_lists_by_page(self):
        for _ in range(3):
            self.world.new_user("globex")
            self.world.new_key("globex")
        for path, name in (("/api/v1/users", "login"), ("/api/v1/keys", "id")):
            whole = self.world.admin.ask("GET", f"{path}?customer=globex&limit=500").json()
            self.assertIsNone(whole["next"])
            self.assertEqual({item["customer"]["key"] for item in whole["items"]}, {"globex"})
            paged, cursor = [], ""
            while cursor is not None:
                page = self.world.admin.ask("GET", f"{path}?customer=globex&limit=2{cursor and '&cursor=' + cursor}").json()
                paged += page["items"]
                cursor = page["next"]
            self.assertEqual([item[name] for item in paged], [item[name] for item in whole["items"]])
            everybody = self.world.admin.ask("GET", f"{path}?limit=500").json()["items"]
            self.assertGreater(len(everybody), len(paged))
            self.assertEqual(self.world.admin.ask("GET", f"{path}?customer=nobody").status, 404)
            self.assertEqual(self.world.admin.ask("GET", f"{path}?limit=501").status, 400)

    def slowed_down(self, logins, headers, at_once, pause):
        """Attempts, all at the same time: how many were let through, which is no more than the brake allows."""
        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(len(logins)) as pool:
            statuses = list(pool.map(lambda login: self.world.log_in(login, "wrong horse battery", headers).status, logins))
        let_through = len(logins) - statuses.count(429)
        # 503: let through, but too many passwords waited to be computed.
        self.assertEqual(statuses.count(401) + statuses.count(503), let_through, statuses)
        self.assertGreaterEqual(let_through, at_once)
        self.assertLessEqual(let_through, at_once + (time.monotonic() - begun) / pause)
        self.assertGreater(statuses.count(429), 0)

    def test_guessing_is_slowed_down(self):
        anna = self.world.user("tenant-admin", "acme")
        self.slowed_down([anna.login] * 30, {}, 10, 30)
        refused = self.world.log_in(anna.login, PASSWORD)
        self.assertEqual(refused.status, 429, "also the right one")
        self.assertGreater(int(refused.headers["Retry-After"]), 0)
        self.assertEqual(self.who(anna).status, 200, "who is in stays in")
        # From one address, whatever the login.
        self.slowed_down([f"nobody{i}" for i in range(90)], {"X-Forwarded-For": "198.51.100.7"}, 50, 5)
        self.assertNotEqual(self.world.log_in("nobody0", "x").status, 429, "others are not slowed down")

    def test_command_line(self):
        reckoner = self.world.reckoner
        made = reckoner.json("user", "add", "olga", "--role", "operator", "--email", "olga@example.com")
        self.assertEqual((made["login"], made["role"], made["customer"]), ("olga", "operator", None))
        self.assertRegex(made["one_time_password"], "^[2-9a-z]{4}(-[2-9a-z]{4}){4}$")
        self.assertIn("olga", [user["login"] for user in reckoner.json("user", "list")["users"]])
        self.assertNotIn("olga", [user["login"] for user in reckoner.json("user", "list", "--customer", "acme")["users"]])
        self.assertIn("is disabled", reckoner.ok("user", "disable", "olga").out)
        self.assertIsNotNone(next(u for u in reckoner.json("user", "list")["users"] if u["login"] == "olga")["disabled_at"])
        self.assertIn("is enabled", reckoner.ok("user", "enable", "olga").out)
        for wrong, code, message in ((["add", "olga", "--role", "operator"], 1, "there is a user 'olga' already"),
                                     (["add", "x", "--role", "operatr"], 2, "did you mean 'operator'"),
                                     (["add", "x", "--role", "tenant-admin"], 2, "is for users of a customer"),
                                     (["add", "X", "--role", "operator"], 2, "a login is made of"),
                                     (["disable", "nobody"], 1, "there is no user 'nobody'"),
                                     (["reset", "nobody"], 1, "there is no user 'nobody'")):
            result = reckoner.run("user", *wrong)
            self.assertEqual(result.code, code, result)
            self.assertIn(message, result.err)
        typed = subprocess.run([str(rp.PROGRAM), "--database", self.world.database, "--config", str(rp.CONFIG), "--json", "user",
                                "add", "piped", "--role", "auditor", "--password", "--allow-unsafe-database"],
                               input="a whole sentence\n", capture_output=True, text=True, check=True)
        self.assertNotIn("one_time_password", json.loads(typed.stdout))
        self.assertEqual(self.world.log_in("piped", "a whole sentence").status, 200)
        key = reckoner.json("key", "create", "k", "--expires", "2999-01-01")
        self.assertEqual(key["expires_at"], "2999-01-01T00:00:00Z")
        self.assertEqual(reckoner.run("key", "create", "k", "--expires", "2020-01-01").code, 2)


class Demonstration(unittest.TestCase):
    def test_prints_who_can_log_in(self):
        """What a new user has to know: an address, logins and passwords."""
        reckoner = rp.Reckoner(database=rp.Cluster().create("demo"), data_dir=rp.new_directory("demo"))
        demo = reckoner.start("demo")
        rp.wait_until(lambda: "(who sees" in demo.so_far().out + demo.so_far().err or not demo.running(), "demo serves")
        said = demo.so_far().out + demo.so_far().err
        address = re.search(r"Open http://([\d.]+):(\d+)/ and log in:", said)
        people = re.findall(r"^  (\S+) +password (\S+) ", said, re.M)
        self.assertEqual([login for login, _ in people], ["anna@acme", "admin"], said)
        for login, password in people:
            self.assertIn(f"{address[0].split()[1]}login#login={login}&password={password}", said)
            anybody = Caller((address[1], int(address[2])), login, {}, None)
            answer = anybody.ask("POST", "/api/v1/session", json.dumps({"login": login, "password": password}),
                                 {"Content-Type": "application/json"})
            self.assertEqual((answer.status, answer.json()["password_change_needed"]), (200, True))
        demo.send(signal.SIGTERM)
        self.assertEqual(demo.wait().code, 0)


if __name__ == "__main__":
    rp.main()

"""Mails: each arrives, once or, where nobody can know, once more and the same."""

import hashlib
import json
import random
import signal
import subprocess
import time

import reckoner_process as rp
from case import CaseResult, case
from loaded import FIRST, Loaded
from stepped_clock import Clock

FAILPOINTS = "tests/torture/reckoner_failpoints"
CLAIM_SECONDS = 200  # what a claim of a mail lasts, and more
SERVER = rp.SOURCE / "tests/support/smtp_server.py"


class Post:
    """A mail server and what it has taken."""

    def __init__(self, *arguments):
        self.directory = rp.new_directory("post")
        self._process = subprocess.Popen(["/usr/bin/python3", SERVER, self.directory, *arguments], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)
        self.port = int(self._process.stdout.readline())

    def await_faults(self, count):
        """Until something went wrong so often."""
        for _ in range(count):
            if self._process.stdout.readline() != "fault\n":
                raise AssertionError("the mail server has gone")

    def stop(self):
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def taken(self):
        """(Message-ID, hash of the bytes) of each message, in order."""
        mails = []
        for path in sorted(self.directory.glob("*.json")):
            message = json.loads(path.read_text(encoding="utf-8"))
            bytes_ = path.with_suffix(".eml").read_bytes()
            mails.append((message["message_id"].strip("<>"), hashlib.sha256(bytes_).hexdigest()))
        return mails


def mailer(loaded, conninfo, clock, post, security="none", timeout="PT2S"):
    return loaded.program(conninfo, RECKONER_MAIL_SMTP_URL=f"smtp://127.0.0.1:{post.port}", RECKONER_MAIL_SMTP_SECURITY=security,
                          RECKONER_MAIL_SMTP_TIMEOUT=timeout, **clock.environment())


def pending(conninfo):
    return int(rp.psql(conninfo, "select count(*) from outbox where state = 'pending'")[0][0])


def judge_mails(conninfo, posts, repeats):
    """`repeats` is how often nobody could know whether a mail had been taken."""
    due = {row[0] for row in rp.psql(conninfo, "select message_id from outbox")}
    taken = [mail for post in posts for mail in post.taken()]
    ids = {message_id for message_id, _ in taken}
    violated = []
    if len(set(taken)) != len(ids):
        violated.append(f"{len(set(taken)) - len(ids)} mails were repeated with other bytes")
    if len(taken) - len(ids) > repeats:
        violated.append(f"{len(taken) - len(ids)} repetitions, with {repeats} occasions")
    unsent = rp.psql(conninfo, "select state, count(*) from outbox where state <> 'sent' group by 1")
    violated += [f"{count} mails are {state}" for state, count in unsent]
    return CaseResult(0, lost=len(due - ids), double=len(ids - due), violated=violated,
                      remark=f"{len(due)} mails, {len(taken) - len(ids)} repeated")


def issued(seed, customers):
    loaded = Loaded(seed, customers, customers * 3, batch_size=50, settings={"mail.from": "billing@example.com"})
    conninfo, reckoner = loaded.copy("mailed")
    reckoner.ok(*FIRST)
    return loaded, conninfo


NO_CERTIFICATE = "STARTTLS-without-certificate"
# What may go wrong with a mail server, by stage, and how often a pass bears it: what is said of one mail leaves the others alone,
# anything else ends the pass. STARTTLS that is refused, cut off, or leads to a server without a certificate sends nothing.
OF_ONE_MAIL = [f"{stage}-{what}" for stage in ("MAIL", "RCPT", "DATA", "dot") for what in ("4xx", "5xx")]
OF_THE_SERVER = [f"{stage}-{what}" for stage in ("connect", "MAIL", "RCPT", "DATA", "dot") for what in ("silent", "cut")] + [
    "connect-4xx", "connect-5xx", "connect-421", "connect-garbage", "EHLO-silent", "EHLO-cut", "MAIL-421", "RCPT-garbage",
    "MAIL-slow", "body-cut", "STARTTLS-4xx", "STARTTLS-cut", NO_CERTIFICATE]
SHORT = ["RCPT-4xx", "DATA-5xx", "dot-5xx", "dot-cut", "dot-silent", "body-cut", "STARTTLS-4xx", "connect-garbage"]


class Faults:
    """Rounds with one mail server each, at which one thing goes wrong."""

    def __init__(self, loaded, conninfo, seeded):
        self.loaded, self.conninfo, self.seeded = loaded, conninfo, seeded
        self.clock, self.posts = Clock(), []
        self.count = self.dead = self.unknown = 0

    def round(self, fault):
        times = self.seeded.randrange(1, 4) if fault in OF_ONE_MAIL else 1
        secured = fault.startswith("STARTTLS")
        what = [] if fault == NO_CERTIFICATE else ["--fault", fault, "--times", str(times)]
        post = Post(*what, *(["--tls", "starttls"] if secured else []))
        self.posts.append(post)
        daemon = mailer(self.loaded, self.conninfo, self.clock, post, "starttls" if secured else "none", "PT1S").start(
            "serve", "--roles", "delivery")
        if fault == NO_CERTIFICATE:
            rp.wait_until(lambda: "0 sent, 1 to be tried again" in daemon.so_far().err, fault, lambda: daemon.so_far().err)
        else:
            post.await_faults(times)
        daemon.send(signal.SIGTERM)
        daemon.wait()
        if secured and post.taken():
            raise AssertionError(f"{fault}: a mail was sent in the clear")
        self.count += times
        self.dead += times if fault.endswith("5xx") and fault in OF_ONE_MAIL else 0
        self.unknown += times if fault in ("dot-cut", "dot-silent") else 0
        self.clock.be_ahead(len(self.posts) * CLAIM_SECONDS)

    def send_the_rest(self):
        post = Post()
        self.posts.append(post)
        daemon = mailer(self.loaded, self.conninfo, self.clock, post).start("serve", "--roles", "delivery")
        self.clock.be_ahead(len(self.posts) * CLAIM_SECONDS + 3600)
        rp.wait_until(lambda: not pending(self.conninfo), "all is sent", lambda: daemon.so_far().err)
        daemon.send(signal.SIGTERM)
        daemon.wait()


@case("S1", "a mail server at which everything goes wrong, at every stage of SMTP", seconds=50, short=False, program=FAILPOINTS)
def bad_server(seed, options):
    seeded = random.Random(seed)
    loaded, conninfo = issued(seed, options.pick(150, 60))
    faults = Faults(loaded, conninfo, seeded)
    names = options.pick(OF_ONE_MAIL + OF_THE_SERVER, SHORT)
    for name in seeded.sample(names, len(names)):
        faults.round(name)
    faults.send_the_rest()
    dead = rp.psql(conninfo, """
        select coalesce(i.number, o.message_key) from outbox o
          left join issued i on i.customer_id = o.customer_id and o.message_key = 'document:' || i.ordinal
         where o.state = 'dead'""")
    for name, in dead:
        loaded.program(conninfo, **faults.clock.environment()).ok("mails", "retry", name)
    faults.send_the_rest()
    result = judge_mails(conninfo, faults.posts, faults.unknown)
    if len(dead) != faults.dead:
        result.violated.append(f"{len(dead)} mails were given up, not the {faults.dead} that were refused")
    for post in faults.posts:
        post.stop()
    result.faults = faults.count
    result.remark += f", {len(dead)} refused for good"
    return result


@case("S2", "SIGKILL of the mailer", seconds=50, program=FAILPOINTS)
def kill_mailer(seed, options):
    seeded = random.Random(seed)
    loaded, conninfo = issued(seed, options.pick(600, 40))
    clock, ahead, post, kills = Clock(), 0, Post(), 0
    program = mailer(loaded, conninfo, clock, post)
    while pending(conninfo):
        daemon = program.start("serve", "--roles", "delivery")
        if kills < options.pick(200, 10):
            rp.wait_until(lambda: " serves" in daemon.so_far().err, "it serves")
            time.sleep(seeded.uniform(0, 0.06))
            kills += 1
            daemon.kill()
        else:
            rp.wait_until(lambda: not pending(conninfo), "all is sent", lambda: daemon.so_far().err)
            daemon.send(signal.SIGTERM)
            daemon.wait()
        ahead += CLAIM_SECONDS
        clock.be_ahead(ahead)
    result = judge_mails(conninfo, [post], kills)
    post.stop()
    result.faults = kills
    return result

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


def mailer(loaded, conninfo, clock, post):
    return loaded.program(conninfo, RECKONER_MAIL_SMTP_URL=f"smtp://127.0.0.1:{post.port}", RECKONER_MAIL_SMTP_SECURITY="none",
                          RECKONER_MAIL_SMTP_TIMEOUT="PT2S", **clock.environment())


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


@case("S1", "a mail server that postpones and that cuts off after the last dot", seconds=40, short=False, program=FAILPOINTS)
def bad_server(seed, options):
    seeded = random.Random(seed)
    loaded, conninfo = issued(seed, options.pick(400, 60))
    clock, posts, dropped = Clock(), [], 0
    for number in range(options.pick(40, 8)):
        mode, times = seeded.choice(["postpone", "drop"]), seeded.randrange(1, 6)
        posts.append(Post("--mode", mode, "--times", str(times)))
        dropped += times if mode == "drop" else 0
        daemon = mailer(loaded, conninfo, clock, posts[-1]).start("serve", "--roles", "delivery")
        rp.wait_until(lambda: " serves" in daemon.so_far().err, "it serves")
        time.sleep(seeded.uniform(0.05, 0.3))
        daemon.send(signal.SIGTERM)
        daemon.wait()
        clock.be_ahead((number + 1) * CLAIM_SECONDS)
    posts.append(Post())
    daemon = mailer(loaded, conninfo, clock, posts[-1]).start("serve", "--roles", "delivery")
    clock.be_ahead(100 * CLAIM_SECONDS)
    rp.wait_until(lambda: not pending(conninfo), "all is sent", lambda: daemon.so_far().err)
    daemon.send(signal.SIGTERM)
    daemon.wait()
    result = judge_mails(conninfo, posts, dropped)
    for post in posts:
        post.stop()
    result.faults = len(posts) - 1
    result.remark += f", at most {dropped} cut off"
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

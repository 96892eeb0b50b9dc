"""Servers that change places, that have no connection left, that have no room left, and migrations that are killed."""

import collections
import http.client
import json
import os
import random
import signal
import subprocess
import threading
import time

import reckoner_process as rp
import replicated
import tcp_fault
from case import CaseResult, case
from database_cases import Health, away, finish, socket_of
from judge import judge, sound
from loaded import FIRST, SECOND, Loaded
from sql_session import Session

NOT_RUN = "NOT RUN: "


# P5 ------------------------------------------------------------------------------------------------------------------

def charge(key):
    return ("charge", "c0000", "Setup", "--price", "1", "--on", "2026-04-20", "--key", key)


class Promotions:
    """Rounds in which the primary dies while commands and runs go on, and comes back as it was."""

    def __init__(self, seed, customers):
        self.pair = replicated.Pair()
        self.loaded = Loaded(seed, customers, customers * 6, late=0, cluster=self.pair, batch_size=1)
        self.violated, self.lost, self.double, self.seconds = [], 0, 0, []

    def round(self, number, seeded):
        name = f"round_{number}"
        reckoner = self.loaded.copy(name)[1]
        commands = replicated.Commands(reckoner, charge)
        commands.start()
        run = reckoner.start(*FIRST)
        done = "select count(*) from run_batch where state = 'done'"
        wanted = seeded.randrange(2, len(self.loaded.world.customers) // 2)
        rp.wait_until(lambda: int(self.pair.primary.sql(name, done)[0][0]) >= wanted or not run.running(), "batches are done")
        commands.wait_for(1)
        began = time.monotonic()
        old = self.pair.fail_over()
        result = run.wait()
        if result.code != 0:
            if not away(result):
                self.violated.append(f"the run ended with {result}")
            finish(reckoner, FIRST)
        commands.wait_for(len(commands.acknowledged) + 1)
        self.seconds.append(time.monotonic() - began)
        old.start()
        stale = self._rows(old, name)
        commands.wait_for(len(commands.acknowledged) + 2)
        finish(reckoner, SECOND)
        commands.stop()
        self._judge(name, reckoner, commands, old, stale)
        old.stop_at_once()
        self.pair.join()
        self.pair.drop(name)

    @staticmethod
    def _rows(server, database):
        return server.sql(database, "select (select count(*) from manual_charge), (select count(*) from document),"
                                    " (select max(cut) from cut)")

    def _judge(self, name, reckoner, commands, old, stale):
        self.violated += commands.wrong
        conninfo = self.pair.primary.conninfo(name)
        charged = [key for key, in rp.psql(conninfo, "select external_key from manual_charge")]
        self.lost += len(set(commands.acknowledged) - set(charged))
        self.double += len(charged) - len(set(charged))
        if self._rows(old, name) != stale:
            self.violated.append("something was written to the server that was replaced")
        # The charges of the commands are billed too, which the oracle does not know: sound, not equal.
        self.violated += sound(conninfo, reckoner).violated


@case("P5", "primary killed during runs, its synchronous standby promoted, the old primary comes back", seconds=60)
def promotions(seed, options):
    world = Promotions(seed, 24)
    seeded = random.Random(seed)
    rounds = options.pick(5, 1)
    for number in range(rounds):
        world.round(number, seeded)
    return CaseResult(rounds, world.lost, world.double, violated=world.violated,
                      remark=f"the next acknowledged command {max(world.seconds):.1f} s after the death at most")


# P6 ------------------------------------------------------------------------------------------------------------------

class Caller(threading.Thread):
    """Sends events, one request after the other, and notes status and time of each."""

    def __init__(self, address, secret, number, requests, pause=0.0):
        super().__init__(daemon=True)
        self._pause = pause
        self._address, self._secret, self._number, self._requests = address, secret, number, requests
        self.answers = []  # (status, seconds)
        self.counted = 0
        self._over = False

    def stop(self):
        self._over = True
        self.join()

    def run(self):
        for request in range(self._requests):
            if self._over:
                return
            event = {"specversion": "1.0", "id": f"{self._number}-{request}", "source": "callers", "type": "bandwidth",
                     "subject": "c0000", "time": "2026-03-20T10:00:00Z", "data": {"bytes": "1"}}
            began = time.monotonic()
            status = self._send(json.dumps(event))
            self.answers.append((status, time.monotonic() - began))
            time.sleep(self._pause)

    def _send(self, body):
        connection = http.client.HTTPConnection(*self._address, timeout=30)
        try:
            connection.request("POST", "/api/v1/events", body, {
                "Content-Type": "application/cloudevents+json", "Authorization": f"Bearer {self._secret}"})
            answer = connection.getresponse()
            answer.read()
            if answer.status == 503 and answer.headers["Retry-After"] is None:
                return "503 without Retry-After"
            self.counted += answer.status < 300
            return answer.status
        finally:
            connection.close()


class Others:
    """Take every connection that the server gives, those of the program too."""

    def __init__(self, conninfo):
        self._conninfo = conninfo
        self._sessions = []

    def crowd(self, seconds, when_full):
        """Gives how many connections they had in the end."""
        deadline, full = time.monotonic() + seconds, False
        with Session(self._conninfo.replace("user=reckoner", "user=postgres")) as superuser:
            while time.monotonic() < deadline:
                superuser.ask("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'reckoner'")
                try:
                    while True:
                        self._sessions.append(Session(self._conninfo))
                except (AssertionError, OSError):
                    if not full:
                        when_full()
                    full = True
                    time.sleep(0.05)
        return len(self._sessions)

    def leave(self):
        for session in self._sessions:
            session.close()


@case("P6", "all connections of the server taken by others, a daemon under load", seconds=20)
def no_connection_left(seed, options):
    loaded = Loaded(seed, 2, 10, late=0)
    loaded.cluster.sql("postgres", "alter system set max_connections = 14", user="postgres")
    loaded.cluster.stop_at_once()
    loaded.cluster.start()
    conninfo, reckoner = loaded.copy("crowded")
    secret = reckoner.json("key", "create", "callers")["secret"]
    serve = rp.serve_until_up(reckoner, "--listen", "127.0.0.1:0")
    health = Health(serve)
    callers = [Caller(rp.http_address(serve), secret, number, options.pick(2000, 400) // 8, 0.02) for number in range(8)]
    others = Others(conninfo)
    most = others.crowd(options.pick(4, 2), lambda: [caller.start() for caller in callers])
    others.leave()
    began = time.monotonic()
    health.wait_until_ready()
    for caller in callers:
        caller.join()
    answers = [answer for caller in callers for answer in caller.answers]
    slow = sorted(seconds for _, seconds in answers)[int(len(answers) * 0.99) - 1]
    violated = [f"a request was answered by {status}" for status, _ in answers if status not in (200, 202, 204, 429, 503)][:5]
    violated += health.violated
    if slow > 2:
        violated.append(f"p99 of the answers is {slow:.1f} s")
    if answers[-1][0] == 503 or not serve.running():
        violated.append("the daemon has not recovered")
    stored = int(rp.psql(conninfo, "select count(*) from raw_event where source = 'callers'")[0][0])
    counted = sum(caller.counted for caller in callers)
    serve.send(signal.SIGTERM)
    serve.wait()
    refused = sum(status == 503 for status, _ in answers)
    return CaseResult(refused, lost=max(0, counted - stored), violated=violated,
                      remark=f"{most} connections of others; {len(answers)} requests, {refused} answered by 503; "
                             f"p99 {slow:.2f} s; ready {health.slowest:.2f} s after the others had gone ({time.monotonic() - began:.1f} s in all)")


# D1 ------------------------------------------------------------------------------------------------------------------

class SmallDisk(rp.Cluster):
    """A server whose data lies on a small file system of its own; its log of transactions does not."""

    def __init__(self):
        self.mount = rp.new_directory("disk")
        image = rp.SANDBOX / "disk.img"
        with open(image, "wb") as file:
            file.truncate(168 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], check=True, capture_output=True)
        mounted = subprocess.run(["mount", "-o", "loop", image, self.mount], capture_output=True, text=True, check=False)
        self.why_not = mounted.stderr.strip() if mounted.returncode else ""
        if self.why_not:
            return
        self.directory = self.mount / "cluster"
        self.directory.mkdir(mode=0o700)
        wal = rp.new_directory("wal")
        for path in (self.directory, wal):
            rp.shutil.chown(path, rp.server_user())
        self.program("initdb", "-D", "data", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust",
                     "--no-sync", "-X", str(wal / "pg_wal"))
        self.start()
        self.sql("postgres", "create role reckoner login", user="postgres")

    def fill(self):
        """Takes all that is left."""
        free = os.statvfs(self.mount)
        with open(self.mount / "filler", "wb") as file:
            try:
                os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize)
            except OSError:
                pass
            try:
                while True:
                    file.write(bytes(4096))
                    file.flush()
            except OSError:
                pass

    def free(self):
        (self.mount / "filler").unlink()


@case("D1", "the file system of the database full, and freed again", seconds=30)
def disk_full(seed, options):
    if not rp.ROOT:
        return CaseResult(0, remark=NOT_RUN + "needs root, to mount a file system")
    disk = SmallDisk()
    if disk.why_not:
        return CaseResult(0, remark=NOT_RUN + disk.why_not)
    loaded = Loaded(seed, 40, 400, late=0, cluster=disk, batch_size=5)
    conninfo = loaded.cluster.conninfo("loaded")
    reckoner = loaded.program(conninfo)
    serve = rp.serve_until_up(reckoner, "--listen", "127.0.0.1:0", "--roles", "ingest,web")
    health = Health(serve)
    secret = reckoner.json("key", "create", "callers")["secret"]
    violated, counted = [], 0
    rounds = options.pick(3, 1)
    for number in range(rounds):
        loaded.cluster.fill()
        caller = Caller(rp.http_address(serve), secret, f"d{number}", 100_000)
        caller.start()
        rp.wait_until(lambda: "degraded" in health.ask()[1], "health is degraded",
                      lambda: f"{health.ask()}, {collections.Counter(status for status, _ in caller.answers)}", timeout=30)
        # One that cannot even begin ends; one that has begun waits for room.
        run = reckoner.start(*(FIRST if number == 0 else SECOND))
        rp.wait_until(lambda: not run.running() or "53100" in run.so_far().err, "the run meets the full disk", timeout=60)
        if number == 0 and not run.running() and run.wait().code == 0:
            violated.append("a run found room on a full disk")
        loaded.cluster.free()
        began = time.monotonic()
        while health.ask() != (200, '{"status":"ok"}') and time.monotonic() < began + 20:
            time.sleep(0.05)
        if time.monotonic() > began + 5:
            violated.append(f"health is green {time.monotonic() - began:.1f} s after there is room again")
        caller.stop()
        counted += caller.counted
        run.wait()
        finish(reckoner, FIRST if number == 0 else SECOND)
    finish(reckoner, SECOND)
    return judge_disk(loaded, conninfo, reckoner, serve, rounds, counted, violated)


def judge_disk(loaded, conninfo, reckoner, serve, rounds, counted, violated):
    if not serve.running():
        violated.append(f"the daemon has ended: {serve.wait()}")
    serve.send(signal.SIGTERM)
    serve.wait()
    stored = int(rp.psql(conninfo, "select count(*) from raw_event where source = 'callers'")[0][0])
    result = judge(conninfo, loaded.books, reckoner)
    # The events of the callers belong to one customer; what it is billed for them is not the oracle's.
    result.violated = [line for line in result.violated if "c0000" not in line]
    result.violated += violated
    result.lost += max(0, counted - stored)
    result.faults = rounds
    return result


# B3 ------------------------------------------------------------------------------------------------------------------

SCHEMA = """
select md5(string_agg(line, E'\\n' order by line)) from (
  select format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) as line
    from information_schema.columns where table_schema = 'public'
  union all select format('%s: %s', conrelid::regclass, pg_get_constraintdef(oid)) from pg_constraint
   where connamespace = 'public'::regnamespace
  union all select indexdef from pg_indexes where schemaname = 'public'
  union all select format('%s %s', tgrelid::regclass, pg_get_triggerdef(oid)) from pg_trigger where not tgisinternal
  union all select name from schema_migration) lines"""


@case("B3", "SIGKILL at each message of bringing a new database's schema up to date", seconds=30)
def killed_migrations(seed, options):
    cluster = rp.Cluster()
    with tcp_fault.Proxy(socket_of(cluster)) as proxy:
        cluster.create("calm")
        rp.Reckoner(database=proxy.conninfo("calm")).ok("migrate")
        messages = proxy.messages
    expected = cluster.sql("calm", SCHEMA)
    numbers = sorted(random.Random(seed).sample(range(1, messages + 1), min(messages, options.pick(80, 8))))
    violated, kills = [], 0
    for number in numbers:
        conninfo = cluster.create("killed")
        process = []

        def kill(message, at=number, victim=process):
            if message.number != at:
                return tcp_fault.PASS
            while not victim:
                time.sleep(0.001)
            victim[0].send(signal.SIGKILL)
            return tcp_fault.PASS  # what was sent before the kill arrives

        with tcp_fault.Proxy(socket_of(cluster), kill) as proxy:
            process.append(rp.Reckoner(database=proxy.conninfo("killed")).start("migrate"))
            kills += process[0].wait().code == -signal.SIGKILL
        done = rp.Reckoner(database=conninfo).run("migrate")
        if done.code != 0:
            violated.append(f"message {number}: migrate ended with {done}")
        elif cluster.sql("killed", SCHEMA) != expected:
            violated.append(f"message {number}: the schema is another")
        cluster.drop("killed")
    return CaseResult(kills, violated=violated, remark=f"at {len(numbers)} of {messages} messages")

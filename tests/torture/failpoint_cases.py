"""SIGKILL at each failpoint of the program (src/base/failpoint.hpp)."""

import concurrent.futures
import contextlib
import dataclasses
import datetime
import functools
import http.client
import random
import re
import signal
import subprocess

import reckoner_process as rp
import stored
from case import CaseResult, case
from http_client import Client, send
from judge import sound
from loaded import FIRST, SECOND, Loaded
from stepped_clock import Clock
from world import Event

PROGRAM = "tests/torture/reckoner_failpoints"
ABREAST = 3  # most of a trial is waiting: for processes to start, for daemons to look again
CUSTOMERS = 7
PASSINGS = 3
SCHEDULE = '<schedule cron="* * * * * ?" time-zone="UTC" missed="skip"/>'
REFUSE = """
    create function refuse_{key}() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$;
    create trigger refuse before insert on document for each row
      when (new.customer_id = {customer}) execute function refuse_{key}()"""


def listed():
    """The points of the program."""
    return subprocess.run([rp.PROGRAM, "--list-failpoints"], capture_output=True, text=True, check=True).stdout.split()


def in_sources():
    texts = (path.read_text(encoding="utf-8") for path in sorted((rp.SOURCE / "src").glob("*/*.cpp")))
    return [name for text in texts for name in re.findall(r'RK_FAILPOINT\("([^"]+)"\)', text)]


@dataclasses.dataclass(frozen=True)
class Trial:
    """One kill, in a database and a data directory of its own."""

    seed: int
    point: str
    passing: int

    @property
    def name(self):
        return re.sub(r"\W", "_", f"trial_{self.point}_{self.passing}")

    @property
    def order(self):
        return f"{self.point}:{self.passing}:kill"


class Stages(Loaded):
    """Databases before each of the stages in which there are points, and what each must come to."""

    def __init__(self, seed):
        super().__init__(seed, CUSTOMERS, CUSTOMERS * 12, CUSTOMERS * 3, batch_size=2, workers=1, schedule=SCHEDULE)
        # The database refuses one more customer, whose batch is therefore split until it stands alone.
        rp.import_customers(self.program(self.cluster.conninfo("loaded")), rp.new_directory("refused"), [("zz", "")],
                            [("s", "zz", "W-EUR", "2026-03-01", "2026-05-01")])
        customer = self.cluster.sql("loaded", "select customer_id from customer_key where key = 'zz'")[0][0]
        self.cluster.sql("loaded", REFUSE.format(key="zz", customer=customer))
        self.digests = {"loaded": self._billed("issued", "loaded", FIRST)}
        self.ingest_late(self.copy("known", "issued")[1])
        self.digests["known"] = self._billed("done", "known", SECOND)
        self.digests["resent"] = stored.digest(self.cluster.conninfo("done"), with_cuts=False)
        self.digests["at once"] = self._billed("at_once", "loaded", ("run", "monthly"))

    @functools.cached_property
    def held(self):
        """(a template in which the usage of one customer is out of all proportion and held, its run), and notes what becomes
        of it when that is approved."""
        conninfo, reckoner = self.copy("held", "known")
        customer = self.world.customers[0]
        at = customer.instant_of(customer.bounds()[1]) + datetime.timedelta(days=3)
        giant = Event("giant", customer.key, "bandwidth", "bytes", str(10**14), at)
        self.world.start_ingest_of(reckoner, self.directory, [giant], "giant").wait()
        run = reckoner.json(*SECOND, code=1)["run"]
        conninfo, reckoner = self.copy("approved", "held")
        reckoner.ok("runs", "approve", run, "--reason", "torture")
        self.digests["held"] = stored.digest(conninfo)
        return "held", run

    def _billed(self, name, template, command):
        conninfo, reckoner = self.copy(name, template)
        reckoner.ok(*command, code=1)
        found = sound(conninfo, reckoner)
        if not found.passed:
            raise AssertionError(f"without any disturbance: {found}")
        return stored.digest(conninfo)

    @functools.cached_property
    def reminded(self):
        """(a template in which what is not paid was reminded of once, the clock by which it is long overdue), and notes what
        the second reminders, which have fees, come to."""
        first, second = Clock(), Clock()
        first.be_ahead(datetime.timedelta(days=40).total_seconds())
        second.be_ahead(datetime.timedelta(days=80).total_seconds())
        conninfo, _ = self.copy("reminded", "issued")
        self.program(conninfo, **first.environment()).ok("run", "dunning")
        conninfo, _ = self.copy("reminded_twice", "reminded")
        self.program(conninfo, **second.environment()).ok("run", "dunning")
        self.digests["reminded"] = stored.digest(conninfo)
        return "reminded", second

    def on(self, conninfo, trial, **environment):
        return rp.Reckoner(database=conninfo, config=self.config, data_dir=self.directory / trial.name, env=environment)

    def disturbed(self, conninfo, trial):
        return self.on(conninfo, trial, RECKONER_FAILPOINT=trial.order)

    # Each stage kills at its point and gives (whether the point was hit, what is wrong after the repetition).

    def run(self, trial):
        anywhere = not trial.point.startswith(("park", "split"))
        template = random.Random(f"{trial}").choice(["loaded", "known"]) if anywhere else "loaded"
        command = FIRST if template == "loaded" else SECOND
        conninfo, reckoner = self.copy(trial.name, template)
        killed = self.disturbed(conninfo, trial).run(*command)
        reckoner.run(*command)
        reckoner.ok(*command, code=1)
        return killed.code == -signal.SIGKILL, sound(conninfo, reckoner, self.digests[template])

    def approve(self, trial):
        """What was held is approved; said again it is nothing new."""
        template, run = self.held
        conninfo, reckoner = self.copy(trial.name, template)
        command = "runs", "approve", run, "--reason", "torture"
        killed = self.disturbed(conninfo, trial).run(*command)
        reckoner.run(*command)
        return killed.code == -signal.SIGKILL, sound(conninfo, reckoner, self.digests[template])

    def cancel(self, trial):
        """A run that was left is cancelled; the next one bills the rest."""
        conninfo, reckoner = self.copy(trial.name, "known")
        self.on(conninfo, trial, RECKONER_FAILPOINT="batch.after-commit:2:kill").run(*SECOND)
        run = rp.psql(conninfo, "select max(run_id) from engine_run")[0][0]
        killed = self.disturbed(conninfo, trial).run("runs", "cancel", run)
        reckoner.run("runs", "cancel", run)
        reckoner.ok(*SECOND, code=1)
        result = sound(conninfo, reckoner, self.digests["known"])
        # A cancelled run adds up to less than was due.
        result.violated = [line for line in result.violated if not line.startswith("run ")]
        return killed.code == -signal.SIGKILL, result

    def remind(self, trial):
        """What is overdue is reminded of again, with a fee, and once."""
        template, clock = self.reminded
        conninfo, _ = self.copy(trial.name, template)
        reckoner = self.on(conninfo, trial, **clock.environment())
        killed = self.on(conninfo, trial, RECKONER_FAILPOINT=trial.order, **clock.environment()).run("run", "dunning")
        reckoner.run("run", "dunning")
        reckoner.ok("run", "dunning")
        return killed.code == -signal.SIGKILL, sound(conninfo, reckoner, self.digests[template])

    def ingest(self, trial):
        """Usage from a file."""
        conninfo, reckoner = self.copy(trial.name, "issued")
        killed = self.start_ingest_late(self.disturbed(conninfo, trial)).wait()
        self.ingest_late(reckoner)
        reckoner.ok(*SECOND, code=1)
        return killed.code == -signal.SIGKILL, sound(conninfo, reckoner, self.digests["resent"], with_cuts=False)

    def intake(self, trial):
        """Usage over HTTP: what was not acknowledged is sent again."""
        conninfo, reckoner = self.copy(trial.name, "issued")
        secret = reckoner.json("key", "create", "torture", "--scopes", "ingest")["secret"]
        batches = [[event] for event in self.world.cloud_events(late=True)]
        listening = ("serve", "--roles", "ingest", "--listen", "127.0.0.1:0")
        daemon = self.disturbed(conninfo, trial).start(*listening)
        client = Client(rp.http_address(daemon), secret)
        acknowledged = 0
        with contextlib.suppress(OSError, http.client.HTTPException):
            for batch in batches:
                send(client, batch)
                acknowledged += 1
        daemon.send(signal.SIGTERM)
        hit = daemon.wait().code == -signal.SIGKILL
        daemon = reckoner.start(*listening)
        client = Client(rp.http_address(daemon), secret)
        for batch in batches[acknowledged:]:
            send(client, batch)
        daemon.send(signal.SIGTERM)
        daemon.wait()
        reckoner.ok(*SECOND, code=1)
        return hit, sound(conninfo, reckoner, self.digests["resent"], with_cuts=False)

    def mail(self, trial):
        """Mails go to files here, each under its own name: one that is sent again is the same file."""
        conninfo, reckoner = self.copy(trial.name, "issued")
        daemon = self.disturbed(conninfo, trial).start("serve", "--roles", "delivery")
        hit = daemon.wait(60).code == -signal.SIGKILL
        # What the killed one had claimed is free when its claim is over.
        rp.psql(conninfo, "update outbox set next_try_at = created_at where state = 'pending'")
        daemon = self.on(conninfo, trial).start("serve", "--roles", "delivery")
        rp.wait_until(lambda: rp.psql(conninfo, "select count(*) from outbox where state <> 'sent'") == [["0"]],
                      "all mails are sent", lambda: daemon.so_far().err)
        daemon.send(signal.SIGTERM)
        daemon.wait()
        result = sound(conninfo, reckoner)
        mails = sorted((self.directory / trial.name).rglob("*.eml"))
        ids = {re.search(r"^Message-ID: <(.*)>", path.read_text(encoding="utf-8"), re.M | re.I).group(1) for path in mails}
        due = {row[0] for row in rp.psql(conninfo, "select message_id from outbox where customer_id <> 0")}
        result.lost += len(due - ids)
        result.double += len(mails) - len(ids) + len(ids - due)
        return hit, result

    def schedule(self, trial):
        conninfo, reckoner = self.copy(trial.name, "loaded")
        daemon = self.disturbed(conninfo, trial).start("serve", "--roles", "scheduler,engine")
        hit = daemon.wait(60).code == -signal.SIGKILL
        done = "select count(*) filter (where state = 'running'), count(*) filter (where state = 'done') from engine_run"
        before = int(rp.psql(conninfo, done)[0][1])
        rp.psql(conninfo, "update lease set expires_at = '-infinity'")  # as if it had run out
        daemon = reckoner.start("serve", "--roles", "scheduler,engine")
        rp.wait_until(lambda: int(rp.psql(conninfo, done)[0][1]) > before + 1, "two more firings are done",
                      lambda: daemon.so_far().err)
        daemon.send(signal.SIGTERM)
        daemon.wait()
        reckoner.run("run", "monthly")
        result = sound(conninfo, reckoner, self.digests["at once"])
        twice = rp.psql(conninfo, "select engine, fires_at from engine_run where kind = 'scheduled' "
                                  "group by 1, 2 having count(*) > 1")
        result.double += len(twice)
        return hit, result


@case("K2", "SIGKILL at every failpoint, at its first, second and third passing", seconds=100, program=PROGRAM)
def kill_at_points(seed, options):
    points, seeded = listed(), random.Random(seed)
    result = CaseResult(0)
    if sorted(in_sources()) != points:
        odd = sorted(set(in_sources()) ^ set(points)) or [name for name in points if in_sources().count(name) > 1]
        result.violated.append(f"points of the sources that the program has not, or twice: {', '.join(odd)}")
    stages = Stages(seed)
    points = options.pick(points, sorted(seeded.sample(points, 12)))
    parts = {"approve": stages.approve, "cancel": stages.cancel, "dunning": stages.remind, "ingest": stages.ingest, "cut": stages.ingest,
             "intake": stages.intake, "mail": stages.mail, "schedule": stages.schedule}

    def attempt(trial):
        hit, found = parts.get(trial.point.split(".")[0], stages.run)(trial)
        stages.cluster.drop(trial.name)
        found.violated = [f"killed at {trial.point}, passing {trial.passing}: {line}" for line in found.violated]
        return trial.point, hit, found

    trials = [Trial(seed, point, passing) for point in points for passing in range(1, options.pick(PASSINGS, 1) + 1)]
    hit_points = set()
    with concurrent.futures.ThreadPoolExecutor(ABREAST) as pool:
        for point, hit, found in pool.map(attempt, trials):
            result += found
            result.faults += hit
            if hit:
                hit_points.add(point)
    result.violated += [f"nobody was killed at {point}" for point in points if point not in hit_points]
    result.remark = f"{len(points)} points"
    return result

"""The clock is set under running daemons, daemons were away, and two of them disagree: each firing once and in order, each
period of each customer in one document. What must come of it is worked out here, from the zones of Python."""

import calendar
import datetime
import random
import re
import subprocess
import zoneinfo

import reckoner_process as rp
from case import CaseResult, build_directory, case
from held_locks import Session
from stepped_clock import UTC, Clock
from stored import faults

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
PLAN = '<plan name="Steady"><recurring name="fee" fee="10.00"/></plan>'
SETTLE_SECONDS = 300
PROGRAM = "tests/torture/reckoner_failpoints"  # whose clock can be stepped
CUSTOMERS = [("pacific", "Pacific/Honolulu", 1), ("line", "Pacific/Kiritimati", 15), ("india", "Asia/Kolkata", 31),
             ("berlin", "Europe/Berlin", 30), ("york", "America/New_York", 29), ("plain", "UTC", 1)]
FIRST_MONTH = 2026 * 12 + 10  # November 2026, counted from 0


def boundary(zone, anchor, month):
    """Where the period of a month begins: the anchor's midnight there, on the last day of shorter months."""
    year, index = divmod(month, 12)
    day = min(anchor, calendar.monthrange(year, index + 1)[1])
    return datetime.datetime(year, index + 1, day, tzinfo=zoneinfo.ZoneInfo(zone)).astimezone(UTC)


class Cadence:
    """A schedule in UTC whose firings are equally far apart."""

    def __init__(self, cron, some_firing, apart):
        self.cron, self._some, self._apart = cron, some_firing, apart

    def after(self, begin, until):
        """Firings later than `begin`, up to `until`."""
        count = (begin - self._some) // self._apart + 1
        firings = []
        while self._some + count * self._apart <= until:
            firings.append(self._some + count * self._apart)
            count += 1
        return firings


WEEKLY = Cadence("0 0 3 ? * MON", datetime.datetime(2027, 2, 1, 3, tzinfo=UTC), 7 * DAY)
HOURLY = Cadence("0 0 * * * ?", datetime.datetime(2027, 2, 1, 2, tzinfo=UTC), HOUR)
BEGINNING = datetime.datetime(2027, 2, 1, 2, 30, tzinfo=UTC)  # a Monday


class Daemon:
    """`serve` with a clock of its own; the engine alone, without HTTP."""

    def __init__(self, world, at=BEGINNING):
        self.clock = Clock(at)
        self._reckoner = rp.Reckoner(database=world.conninfo, config=world.config, env=self.clock.environment())
        self._serve = None

    def start(self):
        self._serve = rp.serve_until_up(self._reckoner, "--roles", "scheduler,engine", "--listen", "none")

    def kill(self):
        self._serve.kill()

    def run(self, *arguments):
        return self._reckoner.run(*arguments)

    def ok(self, *arguments):
        return self._reckoner.ok(*arguments)

    def log(self):
        return self._serve.so_far().err[-1500:]


class World:
    """A database with customers of many zones, and daemons on it."""

    def __init__(self, cadence, daemons=1):
        self._cadence = cadence
        self.conninfo = rp.Cluster().create("clock")
        self.config = rp.copy_of_config("config-clock", run='batch-size="2" workers="2"',
                                        files={"pricing/steady.xml": rp.pricing("steady", PLAN)})
        path = self.config / "billing-config.xml"
        text = re.sub(r'<engine id="dunning">.*?</engine>', "", path.read_text(encoding="utf-8"), flags=re.S)
        path.write_text(re.sub(r"<schedule [^>]*/>", f'<schedule cron="{cadence.cron}" time-zone="UTC" missed="catch-up"/>',
                               text), encoding="utf-8")
        self.daemons = [Daemon(self) for _ in range(daemons)]
        self.latest = BEGINNING  # that any clock has shown
        directory = rp.new_directory("customers")
        rp.write_csv(directory / "customers.csv", ["key", "name", "time-zone", "anchor-day"],
                     [[key, key, zone, anchor] for key, zone, anchor in CUSTOMERS])
        rp.write_csv(directory / "subscriptions.csv", ["key", "customer", "plan", "starts-on"],
                     [["s", key, "Steady", f"2026-11-{min(anchor, 30):02}"] for key, _, anchor in CUSTOMERS])
        self.daemons[0].ok("import", "customers", directory / "customers.csv")
        self.daemons[0].ok("import", "subscriptions", directory / "subscriptions.csv")
        self._session = Session(self.conninfo)
        for daemon in self.daemons:
            daemon.start()
        rp.wait_until(lambda: self.ask("select count(*) from engine_schedule") == "1", "the schedule has begun")

    def ask(self, sql):
        return self._session.run(sql)[0]

    def firings(self):
        return self._cadence.after(BEGINNING, self.latest)

    def settle(self):
        """Waits until all that must have fired has fired."""
        self.latest = max(self.latest, *(daemon.clock.now() for daemon in self.daemons))
        expected = self.firings()
        if expected:
            rp.wait_until(lambda: self.ask(f"select last_fires_at >= '{expected[-1].isoformat()}' from engine_schedule") == "t"
                          and self.ask("select count(*) from engine_run where state = 'running'") == "0",
                          f"{expected[-1]} has fired", lambda: "\n".join(daemon.log() for daemon in self.daemons),
                          SETTLE_SECONDS)

    def judge(self, broken, remark=""):
        expected = [firing.isoformat() for firing in self.firings()]
        fired = [datetime.datetime.fromisoformat(text + "+00:00").isoformat() for text, in rp.psql(self.conninfo, """
            select to_char(fires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') from engine_run
             where kind = 'scheduled' order by run_id""")]
        found = [f"{what}: {count}" for what, count in faults(self.conninfo)]
        found += [f"{key} is parked: {reason}" for key, reason in rp.psql(
            self.conninfo, "select c.key, reason from parked join customer c using (customer_id)")]
        if fired != expected:
            wrong = next((pair for pair in zip(fired, expected) if pair[0] != pair[1]), (len(fired), len(expected)))
            found.append(f"firings are not those that were due, in their order: first {wrong[0]}, not {wrong[1]}")
        documents_lost, documents_double, lines = self._documents(max(self.firings(), default=BEGINNING))
        found += lines
        found += [f"{number} was issued before the number that it follows" for number, in rp.psql(self.conninfo, """
            select number from (select number, issued_at, lag(issued_at) over (order by year, seq) as before from issued) i
             where issued_at < before""")]
        verified = self.daemons[0].run("verify")
        if verified.code != 0:
            found.append(f"verify: {(verified.out + verified.err)[-500:]}")
        return CaseResult(
            faults=broken, lost=len(set(expected) - set(fired)) + documents_lost,
            double=len(fired) - len(set(fired)) + documents_double, violated=found,
            remark=", ".join(filter(None, (f"{len(fired)} firings", remark))))

    def _documents(self, last_firing):
        """Each period that had ended by the last firing is in one document, oldest first: (lost, double, what is wrong)."""
        lost = double = 0
        found = []
        rows = rp.psql(self.conninfo, """
            select c.key, to_char(l.period_starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS'), amount
              from document_line l join customer c using (customer_id) where amount <> 0
             order by c.key, l.ordinal, l.line""")
        for key, zone, anchor in CUSTOMERS:
            due, month = [], FIRST_MONTH
            while boundary(zone, anchor, month + 1) <= last_firing:
                due.append((boundary(zone, anchor, month).replace(tzinfo=None).isoformat(), "10"))
                month += 1
            billed = [(starts_at, amount.removesuffix(".00")) for owner, starts_at, amount in rows if owner == key]
            lost += len(set(due) - set(billed))
            double += len(billed) - len(set(billed))
            if billed != due:
                found.append(f"{key}: periods billed {billed}, not {due}")
        return lost, double, found


@case("C1", "the clock of a running daemon stepped by an hour and by 400 days, both ways", seconds=60, program=PROGRAM)
def steps(seed, options):
    seeded = random.Random(seed)
    world = World(WEEKLY)
    hours = days = forward = 0
    for _ in range(count := options.pick(50, 8)):
        step = seeded.choice([step for step in ((-1, 0), (1, 0), (0, -400), (0, 400))
                              if abs(hours + step[0]) <= 1 and abs(days + step[1]) <= 400])
        hours, days = hours + step[0], days + step[1]
        forward += max(step) > 0
        world.daemons[0].clock.step(step[0] * HOUR + step[1] * DAY)
        world.settle()
    return world.judge(count, f"{forward} steps forward")


@case("C1-periods", "periods of every zone over ten years, anchors 1, 15 and 28 to 31", seconds=3)
def periods(_, __):
    done = subprocess.run([build_directory() / "tests/time_test", "--gtest_filter=PeriodFrom.TilesInEveryZone"],
                          capture_output=True, text=True, check=False)
    computed = re.search(r"periods computed: (\d+) in (\d+) zones", done.stdout)
    if done.returncode != 0 or not computed:
        return CaseResult(faults=0, violated=[done.stdout[-1500:] + done.stderr[-500:]])
    return CaseResult(faults=0, remark=f"{int(computed[1]):,} periods in {computed[2]} zones",
                      violated=[] if int(computed[1]) >= 400_000 else ["fewer than 400,000 periods"])


@case("C2-hours", "150 hourly runs missed", seconds=40, program=PROGRAM)
def hours(_, options):
    world = World(HOURLY)
    world.daemons[0].kill()
    world.daemons[0].clock.step(options.pick(150, 12) * HOUR)
    world.daemons[0].start()
    world.settle()
    return world.judge(1)


@case("C3-clocks", "two schedulers whose clocks are stepped apart", seconds=60, program=PROGRAM)
def two_clocks(seed, options):
    seeded = random.Random(seed)
    world = World(WEEKLY, daemons=2)
    apart = [0, 0]
    for _ in range(count := options.pick(30, 6)):
        which = seeded.randrange(2)
        days = seeded.choice([days for days in (-400, -7, 7, 400) if abs(apart[which] + days) <= 400])
        apart[which] += days
        world.daemons[which].clock.step(days * DAY)
        world.settle()
    return world.judge(count)

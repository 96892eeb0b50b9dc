"""Several processes on the same customers, one of which may stand still."""

import concurrent.futures
import random
import signal
import threading
import time
from pathlib import Path

import reckoner_process as rp
import stored
from case import CaseResult, case
from judge import judge_sums, sound
from loaded import FIRST, SECOND, Loaded
from oracle import sums
from stepped_clock import Clock

FAILPOINTS = "tests/torture/reckoner_failpoints"
LEASE_SECONDS = 60
BEYOND = LEASE_SECONDS * 3
PATIENCE = 60
ABREAST = 5
SCHEDULE = '<schedule cron="0 0 * * * ?" time-zone="UTC" missed="catch-up"/>'

# Where somebody stops: outside of transactions, and inside: with the cuts locked, with customers, with the counter, with the run.
STOPS = ["schedule.before-run", "run.after-cut", "run.before-commit", "run.after-commit", "run.after-claim", "batch.after-lease", "batch.after-lock",
         "batch.after-documents", "batch.after-outbox", "numbers.after-counter", "batch.before-commit", "batch.after-commit",
         "finish.before-commit", "finish.after-commit", "schedule.after-run"]


def stopped(command):
    """Whether it stands still by SIGSTOP."""
    try:
        return Path(f"/proc/{command.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] == "T"
    except OSError:
        return False


def stand_still(command, point):
    rp.wait_until(lambda: stopped(command) or not command.running(), f"somebody stops at {point}",
                  lambda: command.so_far().err, PATIENCE)
    if not command.running():
        raise AssertionError(f"nobody stopped at {point}:\n{command.wait()}")


def firings_done(conninfo):
    """(runs of firings that are done, runs that go on)."""
    return tuple(map(int, rp.psql(conninfo, """
        select count(*) filter (where kind = 'scheduled' and state = 'done'), count(*) filter (where state = 'running')
          from engine_run""")[0]))


def twice_fired(conninfo):
    return len(rp.psql(conninfo, "select engine, fires_at from engine_run where kind = 'scheduled' "
                                 "group by 1, 2 having count(*) > 1"))


def leader_round(loaded, digest, stop, name):
    """One take-over: (CaseResult, seconds that it took)."""
    conninfo, reckoner = loaded.copy(name)
    # What was fired two hours ago was the last: one or two firings are missed.
    rp.psql(conninfo, "insert into engine_schedule (engine, expression, last_fires_at) "
                      "values ('monthly', '', date_trunc('hour', now()) - interval '90 minutes')")
    clocks = Clock(), Clock()
    leader = loaded.program(conninfo, RECKONER_FAILPOINT=f"{stop}:1:stop", **clocks[0].environment()).start(
        "serve", "--roles", "scheduler,engine")
    stand_still(leader, stop)
    other = loaded.program(conninfo, **clocks[1].environment()).start("serve", "--roles", "scheduler,engine")
    began = time.monotonic()
    clocks[1].be_ahead(BEYOND)
    rp.wait_until(lambda: firings_done(conninfo) >= (1, 0) and firings_done(conninfo)[1] == 0, f"{stop}: the other took over",
                  lambda: other.so_far().err, PATIENCE)
    seconds = time.monotonic() - began
    clocks[0].be_ahead(BEYOND)
    leader.send(signal.SIGCONT)
    time.sleep(0.5)
    for daemon in (leader, other):
        daemon.send(signal.SIGTERM)
    ended = [daemon.wait(PATIENCE) for daemon in (leader, other)]
    result = sound(conninfo, reckoner, digest)
    result.violated += [f"a daemon ended with {end.code}: {end.err[-500:]}" for end in ended if end.code != 0]
    result.violated = [f"{stop}: {line}" for line in result.violated]
    result.double += twice_fired(conninfo)
    result.faults = 1
    return result, seconds


@case("C3", "two daemons; the leader stands still beyond its leases, the other takes over, the leader goes on", seconds=80,
      program=FAILPOINTS)
def leader_stands_still(seed, options):
    loaded = Loaded(seed, 30, 300, 0, batch_size=5, workers=2, schedule=SCHEDULE)
    conninfo, reckoner = loaded.copy("undisturbed")
    reckoner.ok("run", "monthly")
    digest = stored.digest(conninfo)
    stops = (random.Random(seed).sample(STOPS, len(STOPS)) * 2)[:options.pick(20, 4)]
    # Mostly they wait for the leader to be given up.
    with concurrent.futures.ThreadPoolExecutor(ABREAST) as pool:
        rounds = list(pool.map(lambda number: leader_round(loaded, digest, stops[number], f"trial_{number}"), range(len(stops))))
    result = sum((found for found, _ in rounds), CaseResult(0))
    result.remark = f"taken over after at most {max(seconds for _, seconds in rounds):.1f} s"
    return result


def worker_round(loaded, digest, stop, name):
    """The CaseResult of one worker that stands still."""
    conninfo, reckoner = loaded.copy(name)
    clock = Clock()
    late = loaded.program(conninfo, RECKONER_FAILPOINT=f"{stop}:2:stop").start(*FIRST)
    stand_still(late, stop)
    other = loaded.program(conninfo, **clock.environment()).start(*FIRST)
    if not stop.startswith("numbers") and stop != "batch.before-commit":
        # Nobody needs what the late one has locked but for its own batch.
        rp.wait_until(lambda: rp.psql(conninfo, "select count(*) from run_batch where state = 'open'") == [["1"]],
                      f"{stop}: all but one batch are billed", lambda: other.so_far().err, PATIENCE)
    clock.be_ahead(BEYOND)
    billed = other.wait(PATIENCE)
    late.send(signal.SIGCONT)
    ended = billed, late.wait(PATIENCE)
    loaded.ingest_late(reckoner)
    reckoner.ok(*SECOND)
    result = sound(conninfo, reckoner, digest)
    result.violated += [f"a run ended with {end.code}: {end.err[-500:]}" for end in ended if end.code != 0]
    result.violated = [f"{stop}: {line}" for line in result.violated]
    result.faults = 1
    return result


@case("C3-run", "a worker stands still inside its transaction: others go on, its late commit fails", seconds=40, short=False,
      program=FAILPOINTS)
def worker_stands_still(seed, options):
    loaded = Loaded(seed, 30, 300, batch_size=5, workers=1)
    digest = loaded.bill_undisturbed()
    inside = [stop for stop in STOPS if stop.startswith(("batch", "numbers")) and stop != "batch.after-commit"]
    stops = options.pick(inside, random.Random(seed).sample(inside, 2))
    with concurrent.futures.ThreadPoolExecutor(ABREAST) as pool:
        rounds = pool.map(lambda number: worker_round(loaded, digest, stops[number], f"trial_{number}"), range(len(stops)))
        return sum(rounds, CaseResult(0))


SIDE_PLAN = '<plan name="Side" billed-by="side"><recurring name="side" fee="3.00"/></plan>'
EVERY_SECOND = '<schedule cron="* * * * * ?" time-zone="UTC" missed="skip"/>'


@case("I3", "two engines bill the same customers: a daemon every second, and runs started by hand", seconds=20, short=False)
def two_engines(seed, options):
    loaded = Loaded(seed, options.pick(200, 60), options.pick(1000, 300), batch_size=3, workers=2, engines={"side": EVERY_SECOND},
                    files={"pricing/side.xml": rp.pricing("side", SIDE_PLAN, "EUR")})
    both = [customer for customer in loaded.world.customers if customer.currency == "EUR" and not customer.discount]
    expected = sums(loaded.world.customers)
    for customer in both:
        for day in customer.bounds()[:2]:
            expected[customer.key, f"{day:%Y-%m}", "side", "standard"] = 300
    result = CaseResult(0)
    for number in range(options.pick(5, 1)):
        conninfo, reckoner = loaded.copy("engines")
        path = rp.write_csv(loaded.directory / f"side-{number}.csv", ["key", "customer", "plan", "starts-on", "ends-on"],
                            [["side", customer.key, "Side", customer.bounds()[0], customer.bounds()[2]] for customer in both])
        reckoner.ok("import", "subscriptions", path)
        daemon = reckoner.start("serve", "--roles", "scheduler,engine")
        runs = [reckoner.start("run", engine) for engine in ("monthly", "side", "monthly", "side")]
        loaded.ingest_late(reckoner)
        runs += [reckoner.start(*SECOND), reckoner.start("run", "side")]
        for run in runs:
            if run.wait().code != 0:
                result.violated.append(f"{run.wait()}")
        reckoner.ok(*SECOND)
        daemon.send(signal.SIGTERM)
        daemon.wait()
        reckoner.ok("run", "side")
        result += judge_sums(conninfo, expected, len(runs)) + sound(conninfo, reckoner)
        holes = rp.psql(conninfo, "select customer_id from document group by 1 having max(ordinal) <> count(*)")
        result.violated += [f"the ordinals of customer {row[0]} have a hole" for row in holes]
        loaded.cluster.drop("engines")
    return result


class Meddler(threading.Thread):
    """Runs commands on one database again and again. `next_command` gives one, or None for a pause."""

    def __init__(self, name, until, reckoner, next_command, codes=(0, 1)):
        super().__init__(name=name, daemon=True)
        self._until, self._reckoner, self._next, self._codes = until, reckoner, next_command, codes
        self.commands, self.failure = 0, None

    def run(self):
        try:
            while time.monotonic() < self._until:
                command = self._next()
                if command is None:
                    time.sleep(0.05)
                    continue
                result = self._reckoner.run(*command)
                self.commands += 1
                if result.code not in self._codes:
                    raise AssertionError(f"{result}")
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = f"{self.name}: {failure}"


def meddle(meddlers):
    """Lets them work and gives what went wrong."""
    for meddler in meddlers:
        meddler.start()
    for meddler in meddlers:
        meddler.join()
    return [meddler.failure for meddler in meddlers if meddler.failure]


@case("I1", "interim, runs, voids, late usage and payments for the same customers at the same time", seconds=45)
def all_at_once(seed, options):
    seeded = random.Random(seed)
    loaded = Loaded(seed, 8, 80, options.pick(400, 60), batch_size=1)
    plain = [customer for customer in loaded.world.customers if not (customer.coupon or customer.prepaid)][:3]
    for customer in loaded.world.customers:
        if customer not in plain:
            customer.late = []
    conninfo, reckoner = loaded.copy("meddled")
    reckoner.ok(*FIRST)
    events = [event for customer in plain for event in customer.late]
    seeded.shuffle(events)
    until = time.monotonic() + options.pick(35, 8)
    paid = []
    keys = ", ".join(f"'{customer.key}'" for customer in plain)

    def late_event():
        if not events:
            return None
        event = events.pop()
        path = rp.write_csv(loaded.directory / f"{event.id}.csv", ["id", "subject", "time", "type", event.member],
                            [[event.id, event.subject, event.at.isoformat(), event.type, event.value]])
        mapping = f"id=id,subject=subject,time=time,type=type,{event.member}={event.member}"
        return "ingest", path, "--source", "world", "--mapping", mapping

    def payment():
        customer = seeded.choice(plain)
        reference = f"M-{len(paid)}"
        amount = "7" if customer.currency == "JPY" else "1.25"
        paid.append((customer.key, amount))
        path = rp.write_csv(loaded.directory / f"{reference}.csv", ["reference", "customer", "amount", "currency", "received-on"],
                            [[reference, customer.key, amount, customer.currency, "2026-05-05"]])
        return "import", "payments", path

    def void():
        numbers = rp.psql(conninfo, f"""
            select number from issued join document using (customer_id, ordinal) join customer c using (customer_id)
             where c.key in ({keys}) and corrects is null and kind = 'invoice'""")
        return ("void", seeded.choice(numbers)[0], "rebill", "--reason", "torture")

    def interim():
        return "interim", seeded.choice(plain).key

    def run():
        return SECOND

    # A document that is voided already, or a credit note that cannot be, is refused.
    meddlers = [Meddler("late usage", until, reckoner, late_event), Meddler("payments", until, reckoner, payment),
                Meddler("voids", until, reckoner, void, codes=(0, 1, 2)), Meddler("interim", until, reckoner, interim),
                Meddler("run", until, reckoner, run), Meddler("another run", until, reckoner, run)]
    violated = meddle(meddlers)
    while events:
        reckoner.ok(*late_event())
    reckoner.ok(*SECOND)
    expected = sums(loaded.world.customers)
    result = judge_sums(conninfo, expected, sum(meddler.commands for meddler in meddlers)) + sound_with_voids(conninfo, reckoner)
    result.violated += violated
    stored_payments = int(rp.psql(conninfo, "select count(*) from payment where reference like 'M-%'")[0][0])
    if stored_payments != len(paid):
        result.violated.append(f"{stored_payments} payments are stored, not {len(paid)}")
    result.remark = ", ".join(f"{meddler.commands} × {meddler.name}" for meddler in meddlers)
    return result


def sound_with_voids(conninfo, reckoner):
    """What was voided is billed a second time, and rightly."""
    result = sound(conninfo, reckoner)
    result.violated = [line for line in result.violated if not line.startswith("more than one document of a customer")]
    return result

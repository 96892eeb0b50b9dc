"""What planted faults break (mutate.py), each brought about in a second or two: who meets whom is arranged by locks that
the case holds in the database (held_locks.py), not left to chance. On the true program every case passes."""

import datetime
import signal
from fractions import Fraction
from zoneinfo import ZoneInfo

import reckoner_process as rp
from case import CaseResult, case
from held_locks import DOCUMENTS, MAILS, NUMBERS, RAW_EVENTS, STARTERS, Gate
from stored import faults
from story import key_of

CUSTOMERS = 12
MONTH, UNTIL = "2026-03-01", "2026-04-01"
PLAN = """<plan name="Planted">
  <recurring name="fee" fee="10.02"/>
  <metered name="traffic" meter="bandwidth" unit="byte" unit-size="1" price="{price}"/>
</plan>"""


class World:
    """A database with customers c00, c01, … who have one month to be billed. `plan` is a pricing file's inside."""

    def __init__(self, plan=PLAN.format(price="0.03"), customers=CUSTOMERS, until=UNTIL, zones=(), batch=2, **pricing):
        self.cluster, self.batch = rp.Cluster(), batch
        self.conninfo = self.cluster.create("planted")
        self.keys = [f"c{number:02}" for number in range(customers)]
        self.config = self.configuration("first", plan, **pricing)
        self.reckoner = self.program()
        directory = rp.new_directory("planted")
        zones = zones or ["UTC"] * customers
        rp.write_csv(directory / "customers.csv", ["key", "name", "email", "time-zone", "anchor-day"],
                     [[key, key, f"{key}@example.com", zone, 1] for key, zone in zip(self.keys, zones)])
        rp.write_csv(directory / "subscriptions.csv", ["key", "customer", "plan", "starts-on", "ends-on"],
                     [["s", key, "Planted", MONTH, until] for key in self.keys])
        self.reckoner.ok("import", "customers", directory / "customers.csv")
        self.reckoner.ok("import", "subscriptions", directory / "subscriptions.csv")

    def configuration(self, name, plan, attributes=""):
        text = rp.pricing("planted", plan).replace('strategy="planted"', f'strategy="planted" {attributes}')
        return rp.copy_of_config(f"config-{name}", run=f'batch-size="{self.batch}" workers="2"',
                                  files={"pricing/planted.xml": text})

    def program(self, **environment):
        # One of the mutants connects by itself.
        return rp.Reckoner(database=self.conninfo, config=self.config,
                           env={"RECKONER_DATABASE": self.conninfo, **environment})

    def sql(self, text):
        return rp.psql(self.conninfo, text)

    def start_ingest(self, events):
        """Of (id, customer, bytes)."""
        path = rp.new_directory("usage") / "usage.csv"
        rp.write_csv(path, ["id", "subject", "time", "bytes"],
                     [[name, key, f"{MONTH[:8]}10T10:00:00Z", value] for name, key, value in events])
        return self.reckoner.start("ingest", path, "--source", "planted", "--mapping",
                                   "id=id,subject=subject,time=time,type:=bandwidth,bytes=bytes")

    def ingest(self, *events):
        result = self.start_ingest(events).wait()
        if result.code != 0:
            raise AssertionError(str(result))

    def billed(self, key):
        """Sum of all lines of a customer."""
        return Fraction(self.sql(f"""select coalesce(sum(amount), 0) from document_line join customer c using (customer_id)
                                      where c.key = '{key}'""")[0][0])

    def judge(self, broken, expected, true_ups=False):
        """The result: `expected` is what each customer, or those named, must have been billed in all; with true-ups by
        more documents than one."""
        if not isinstance(expected, dict):
            expected = dict.fromkeys(self.keys, expected)
        amounts = {key: (self.billed(key), Fraction(amount)) for key, amount in expected.items()}
        found = [f"{what}: {count}" for what, count in faults(self.conninfo)
                 if not (true_ups and what == "more than one document of a customer for a period")]
        found += [f"{key} is parked: {reason}" for key, reason in
                  self.sql("select c.key, reason from parked join customer c using (customer_id)")]
        found += [f"run {run} says that it invoiced {said}, and did {did}" for run, said, did in self.sql("""
            select r.run_id, r.invoiced, count(distinct d.customer_id)
              from engine_run r left join document d using (run_id) group by r.run_id
            having r.invoiced <> count(distinct d.customer_id)""")]
        gaps = int(self.sql("select coalesce(max(seq) - count(*), 0) from issued where series like '%invoice%'")[0][0])
        return CaseResult(faults=broken, gaps=gaps, lost=sum(is_ < due for is_, due in amounts.values()),
                          double=sum(is_ > due for is_, due in amounts.values()),
                          violated=found + [f"{key} was billed {float(is_)}, not {float(due)}"
                                            for key, (is_, due) in amounts.items() if is_ != due])


def finished(*commands):
    """Waits for runs, which must be done well."""
    for command in commands:
        result = command.wait()
        if result.code != 0:
            raise AssertionError(str(result))


@case("M1", "a batch rolls back with its numbers taken; two batches at the counter at once", seconds=4)
def numbers(_, __):
    world = World(batch=1)
    with Gate(world.conninfo, NUMBERS) as gate:
        run = world.reckoner.start("run", "monthly")
        gate.wait_for(2)
        gate.end(gate.wait_for(1, "issued")[0])
        gate.open()
        gate.shut()
        gate.wait_for(2)
    run.wait()
    return world.judge(1, "10.02")


@case("M2", "a batch is lost at its mails", seconds=4)
def mails(_, __):
    world = World(customers=2)
    with Gate(world.conninfo, MAILS) as gate:
        run = world.reckoner.start("run", "monthly")
        gate.end(gate.wait_for(1, "outbox")[0])
    run.wait()
    return world.judge(1, "10.02")


@case("M3", "a worker stands still in its transaction, another one takes its batch over", seconds=16)
def lease(_, __):
    world = World(customers=2)
    with Gate(world.conninfo, "lock table customer_state in exclusive mode") as gate:
        late = world.reckoner.start("run", "monthly")
        held = set(gate.wait_for(1))
        late.send(signal.SIGSTOP)
        other = world.reckoner.start("run", "monthly")
        rp.wait_until(lambda: set(gate.waiting()) - held, "another one has the batch")
    late.send(signal.SIGCONT)
    finished(late, other)
    return world.judge(1, "10.02")


@case("M4", "two runs that know nothing of each other bill the same customers at once", seconds=5)
def two_runs(_, __):
    world = World(customers=2)
    with Gate(world.conninfo, NUMBERS) as numbers_gate:
        with Gate(world.conninfo, STARTERS) as starters_gate:
            runs = [world.reckoner.start("run", "monthly") for _ in range(2)]
            starters_gate.wait_for(2)
        numbers_gate.wait_for(2)
    finished(*runs)
    return world.judge(1, "10.02")


@case("M5", "usage is known while the batch that bills its period is in flight", seconds=5)
def late_usage(_, __):
    world = World(customers=2)
    world.ingest(("early", "c00", 100))
    with Gate(world.conninfo, DOCUMENTS) as gate:
        run = world.reckoner.start("run", "monthly")
        gate.wait_for(1)
        world.ingest(("late", "c00", 200))
        world.reckoner.ok("cut")
    finished(run)
    world.reckoner.ok("run", "monthly", "--true-ups")
    return world.judge(1, {"c00": "19.02", "c01": "10.02"}, true_ups=True)


@case("M6", "months of zones with summer time begin and end where their calendars say", seconds=3)
def zones(_, __):
    names = ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "Africa/Cairo", "America/St_Johns"]
    world = World(customers=len(names), zones=names, until="")
    world.reckoner.ok("run", "monthly")
    found = []
    for key, zone, starts_at, starts_on in world.sql("""
        select c.key, c.time_zone, to_char(starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS'), starts_on
          from billing_period join customer c using (customer_id)"""):
        due = datetime.datetime.fromisoformat(starts_on).replace(tzinfo=ZoneInfo(zone)).astimezone(datetime.timezone.utc)
        if due.replace(tzinfo=None).isoformat() != starts_at:
            found.append(f"{key} in {zone}: {starts_on} begins at {due.isoformat()}, not at {starts_at}")
    return CaseResult(faults=len(names), violated=found)


@case("M7", "cents: halves that binary fractions miss, and a minimum split over three categories of tax", seconds=4)
def cents(_, __):
    world = World(plan="""<plan name="Planted">
      <recurring name="one" fee="1.00" tax="first"/>
      <recurring name="two" fee="1.00" tax="second"/>
      <recurring name="three" fee="1.00" tax="third"/>
      <metered name="traffic" meter="bandwidth" unit="byte" unit-size="1" price="0.0005"/>
    </plan>""", attributes='minimum="10.00"', customers=3)
    quantities = {"c00": 0, "c01": 16_150, "c02": 16_330}  # 8.075 and 8.165
    world.ingest(*((key, key, quantity) for key, quantity in quantities.items() if quantity))
    world.reckoner.ok("run", "monthly")
    rounded = {key: Fraction(quantity * 5, 10_000) * 100 for key, quantity in quantities.items()}
    return world.judge(0, {key: max(Fraction(10), 3 + Fraction(int(exact + Fraction(1, 2)), 100))
                           for key, exact in rounded.items()})


@case("M8", "a price is corrected, then usage of a billed month is late", seconds=5)
def pinned(_, __):
    world = World(customers=2)
    world.ingest(("early", "c00", 1000))
    world.reckoner.ok("run", "monthly")
    world.reckoner.ok("config", "apply", world.configuration("second", PLAN.format(price="0.05")))
    world.ingest(("late", "c00", 1))
    world.reckoner.ok("run", "monthly", "--true-ups")
    return world.judge(0, {"c00": "40.05", "c01": "10.02"}, true_ups=True)


@case("M9", "events are lost on their way in, and sent again", seconds=4)
def sent_again(_, __):
    world = World(customers=2)
    events = [("one", "c00", 100), ("two", "c01", 200)]
    with Gate(world.conninfo, RAW_EVENTS) as gate:
        lost = world.start_ingest(events)
        gate.wait_for(1, "raw_event")
        backend = gate.waiting("raw_event")[0]
        lost.kill()
        gate.end(backend)
    world.ingest(*events)
    world.reckoner.ok("run", "monthly")
    return world.judge(1, {"c00": "13.02", "c01": "16.02"})


@case("M10", "usage that came first is known last", seconds=5)
def known_last(_, __):
    world = World(customers=2)
    # As if somebody else were about to take in the same event: its sender waits in the middle of its transaction.
    taken = f"""insert into event_key (namespace, key, digest, batch_id)
                values ('default', '{key_of("planted", "first")}', gen_random_uuid(), 0)"""
    with Gate(world.conninfo, taken) as gate:
        first = world.start_ingest([("first", "c00", 100)])
        gate.wait_for(1)
        world.ingest(("second", "c01", 200))
        world.reckoner.ok("cut")
    finished(first)
    world.reckoner.ok("run", "monthly")
    return world.judge(1, {"c00": "13.02", "c01": "16.02"})

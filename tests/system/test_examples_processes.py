#!/usr/bin/python3
"""Examples that break billing elsewhere, under several daemons and commands on one database (ARCHITECTURE.md).

Who meets whom is arranged by locks in the database (held_locks.py), what time it is by a clock that is set
(stepped_clock.py): $RECKONER is the program with such a clock, build/release/tests/torture/reckoner_failpoints.
"""

import datetime
import random
import re
import signal
import threading
import time
import unittest
import zoneinfo
from decimal import Decimal

import reckoner_process as rp
from held_locks import DOCUMENTS, NUMBERS, Gate
from stepped_clock import UTC, Clock
from stored import digest, faults

PLANS = rp.pricing("examples", """
  <plan name="Fee"><recurring name="fee" fee="10.00"/></plan>
  <plan name="Units">
    <metered name="used" meter="bandwidth" unit="unit" unit-size="1" price="1"/>
  </plan>
  <plan name="Both">
    <recurring name="fee" fee="10.00"/>
    <metered name="used" meter="bandwidth" unit="unit" unit-size="1" price="1"/>
  </plan>""")
NIGHTLY = "0 0 2 * * ?"
TRUE_UPS = "more than one document of a customer for a period"


def at(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)


def configuration(name, cron=NIGHTLY, grace="PT0S", batch_size=2, workers=2, plans=PLANS):
    directory = rp.copy_of_config(name, run=f'batch-size="{batch_size}" workers="{workers}" grace="{grace}"',
                                  files={"pricing/examples.xml": plans})
    path = directory / "billing-config.xml"
    billing = re.sub(r'\s*<engine id="dunning">.*?</engine>', "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    path.write_text(re.sub(r"<schedule [^>]*/>", f'<schedule cron="{cron}" time-zone="UTC" missed="catch-up"/>', billing),
                    encoding="utf-8")
    return directory


class Processes(unittest.TestCase):
    """A database, a clock and processes that share them."""

    @classmethod
    def setUpClass(cls):
        cls.cluster = rp.Cluster()
        cls.config = configuration(f"config-{cls.__name__}")

    def setUp(self):
        self.database = f"p_{self._testMethodName.removeprefix('test_')}"[:60]
        self.conninfo = self.cluster.create(self.database)
        self.directory = rp.new_directory("processes")
        self.clock = Clock(at("2026-10-20T12:00:00"))
        self.reckoner = self.program(self.config)
        self.daemons = []

    def tearDown(self):
        for daemon in self.daemons:
            daemon.send(signal.SIGCONT)
            daemon.kill()
        self.cluster.drop(self.database)

    def program(self, config, clock=None):
        return rp.Reckoner(database=self.conninfo, config=config, env=(clock or self.clock).environment())

    def serve(self, count=2, roles="scheduler,engine", config=None):
        """Daemons of these roles; they fire by themselves."""
        reckoner = self.program(config or self.config)
        started = [rp.serve_until_up(reckoner, "--roles", roles, "--listen", "none") for _ in range(count)]
        self.daemons += started
        return started

    def customers(self, *rows, plan="Fee", since="2026-09-01", reckoner=None):
        """(key, zone, anchor), each on a plan from a day on."""
        reckoner = reckoner or self.reckoner
        rp.write_csv(self.directory / "customers.csv", ["key", "name", "time-zone", "anchor-day"],
                     [[key, key, zone, anchor] for key, zone, anchor in rows])
        rp.write_csv(self.directory / "subscriptions.csv", ["key", "customer", "plan", "starts-on"],
                     [["s", key, plan, since] for key, _, _ in rows])
        reckoner.ok("import", "customers", self.directory / "customers.csv")
        reckoner.ok("import", "subscriptions", self.directory / "subscriptions.csv")

    def plain(self, count, **how):
        keys = [f"c{number:02}" for number in range(count)]
        self.customers(*[(key, "UTC", 1) for key in keys], **how)
        return keys

    def start_ingest(self, *events):
        """Of (id, subject, units, time)."""
        path = rp.new_directory("usage") / "usage.csv"
        rp.write_csv(path, ["id", "subject", "bytes", "time"], events)
        return self.reckoner.start("ingest", path, "--source", "meter", "--mapping",
                                   "id=id,subject=subject,time=time,type:=bandwidth,bytes=bytes")

    def ingest(self, *events):
        result = self.start_ingest(*events).wait()
        self.assertEqual(result.code, 0, result)

    def sql(self, text):
        return rp.psql(self.conninfo, text)

    def one(self, text):
        return self.sql(text)[0][0]

    def fired(self, until):
        """Waits until the engine has fired for an instant, and nothing is at work."""
        rp.wait_until(lambda: self.one(f"""
            select coalesce(bool_or(last_fires_at >= '{until.isoformat()}'), false)
                   and not exists (select from engine_run where state = 'running') from engine_schedule""") == "t",
                      f"{until} has fired", lambda: "\n".join(d.so_far().err[-1500:] for d in self.daemons), timeout=120)

    def night(self, day):
        """The clock goes on to half past two of a day, and the daemons do what is due."""
        self.clock.set(at(f"{day}T02:30:00"))
        self.fired(at(f"{day}T02:00:00"))

    def schedule_has_begun(self):
        rp.wait_until(lambda: self.one("select count(*) from engine_schedule") != "0", "the schedule has begun")

    def billed(self, key, charge=None):
        """Σ amount by label of the period, over all documents."""
        which = f"and l.charge = '{charge}'" if charge else ""
        return {label: Decimal(amount) for label, amount in self.sql(f"""
            select l.period_label, sum(l.amount) from document_line l join customer c using (customer_id)
             where c.key = '{key}' {which} group by 1 having sum(l.amount) <> 0""")}

    def documents(self, key):
        return int(self.one(f"select count(*) from document join customer c using (customer_id) where c.key = '{key}'"))

    def number_of(self, key, label):
        """Of the first document with lines of a period."""
        return self.one(f"""select i.number from document_line l join customer c using (customer_id)
                              join issued i using (customer_id, ordinal)
                             where c.key = '{key}' and l.period_label = '{label}' order by i.ordinal limit 1""")

    def balance(self, key):
        return Decimal(self.one(f"select coalesce(sum(balance), 0) from customer_balance join customer c using (customer_id)"
                                f" where c.key = '{key}'"))

    def assert_sound(self, but=()):
        self.assertEqual([name for name, _ in faults(self.conninfo) if name not in but], [])
        self.assertEqual(self.sql("select reason from parked"), [])
        self.reckoner.ok("verify")


class Firings(Processes):
    """Example 4."""

    def test_a_run_by_hand_changes_nothing_about_the_firing(self):
        keys = self.plain(6)
        self.reckoner.ok("cut")
        left_alone = self.cluster.create(f"{self.database}_alone", template=self.database)
        told = []
        for conninfo, by_hand in ((left_alone, False), (self.conninfo, True)):
            self.conninfo = conninfo
            self.reckoner = self.program(self.config)
            self.clock.set(at("2026-11-01T00:30:00"))
            self.serve()
            self.schedule_has_begun()
            if by_hand:
                self.reckoner.ok("run", "monthly", "--customer", keys[0])
                self.assertEqual(self.documents(keys[0]), 1)
                self.assertEqual(self.documents(keys[1]), 0)
            self.night("2026-11-01")
            told.append((self.sql("select kind, fires_at from engine_run where kind = 'scheduled' order by run_id"),
                         [self.billed(key) for key in keys]))
            self.assert_sound()
            for daemon in self.daemons:
                daemon.kill()
        self.assertEqual(told[0], told[1])
        self.assertEqual([list(billed) for billed in told[0][1]], [["2026-09", "2026-10"]] * 6)
        self.assertEqual(self.documents(keys[0]), 1)
        self.cluster.drop(f"{self.database}_alone")

    def test_zones_and_anchors_by_one_nightly_schedule(self):
        zones = {"h": "Pacific/Honolulu", "k": "Pacific/Kiritimati", "i": "Asia/Kolkata"}
        customers = [(f"{short}{anchor}", zone, anchor) for short, zone in zones.items() for anchor in (1, 15, 31)]
        self.customers(*customers, since="2026-10-20")
        self.clock.set(at("2026-10-21T03:00:00"))
        self.serve()
        self.schedule_has_begun()
        nights = [datetime.date(2026, 10, 28) + datetime.timedelta(days=n) for n in range(36)]
        for night in nights:
            self.night(night.isoformat())
        for key, zone, anchor in customers:
            boundaries = [day for day in (datetime.date(2026, 9, 30) + datetime.timedelta(days=n) for n in range(70))
                          if day.day == anchor or anchor == 31 and (day + datetime.timedelta(days=1)).day == 1
                          and day.day < 31]
            expected = []
            for ends_on in boundaries:
                ended = datetime.datetime.combine(ends_on, datetime.time(), zoneinfo.ZoneInfo(zone)).astimezone(UTC)
                firing = datetime.datetime.combine(ended.date(), datetime.time(2), UTC)
                firing += datetime.timedelta(days=1) if firing < ended else datetime.timedelta(0)
                if datetime.date(2026, 10, 20) < ends_on and firing.date() <= nights[-1]:
                    expected.append([ends_on.isoformat(), firing.strftime("%Y-%m-%d %H:%M")])
            found = self.sql(f"""
                select p.ends_on, to_char(r.fires_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI')
                  from billing_period p join customer c using (customer_id) join engine_run r on r.run_id = p.billed_by_run
                 where c.key = '{key}' order by 1""")
            self.assertEqual(found, expected, key)
            self.assertEqual(self.documents(key), len(expected), key)
        self.assert_sound()

    def test_a_grace_of_three_days_bills_october_in_november(self):
        config = configuration("config-grace", cron="0 0 2 1 * ?", grace="P3D")
        self.reckoner = self.program(config)
        self.plain(4, plan="Units", since="2026-10-01")
        self.clock.set(at("2026-10-30T12:00:00"))
        self.serve(config=config)
        self.schedule_has_begun()
        self.ingest(("in time", "c00", 5, "2026-10-31T23:00:00Z"))
        self.clock.set(at("2026-11-04T01:59:30"))
        self.ingest(("late", "c00", 7, "2026-10-31T23:30:00Z"), ("november", "c00", 100, "2026-11-01T00:00:00Z"))
        time.sleep(1)
        self.assertEqual(self.one("select count(*) from engine_run"), "0", "it waits for three days")
        self.clock.set(at("2026-11-04T02:00:01"))
        self.fired(at("2026-11-01T02:00:00"))
        self.assertEqual(self.billed("c00"), {"2026-10": 12})
        self.assertEqual(self.sql("select issued_on from document"), [["2026-11-04"]] * 4)
        self.assert_sound()


class Knowledge(Processes):
    """Example 6."""

    def test_usage_that_commits_while_its_batch_is_in_flight(self):
        self.plain(4, plan="Units", since="2026-10-01")
        self.ingest(("first", "c00", 5, "2026-10-10T00:00:00Z"))
        self.clock.set(at("2026-11-01T01:00:00"))
        self.serve()
        self.schedule_has_begun()
        with Gate(self.conninfo, DOCUMENTS) as gate:
            self.clock.set(at("2026-11-01T02:30:00"))
            gate.wait_for(1)
            # Stamped before the run, committed behind its cut; in the cut that is closed while the batch is written.
            self.ingest(("second", "c00", 7, "2026-10-11T00:00:00Z"))
            self.reckoner.ok("cut")
            self.ingest(("third", "c00", 11, "2026-10-12T00:00:00Z"))
        self.fired(at("2026-11-01T02:00:00"))
        self.assertEqual(self.billed("c00"), {"2026-10": 5})
        self.clock.set(at("2026-11-30T12:00:00"))
        self.night("2026-12-01")
        self.assertEqual(self.billed("c00"), {"2026-10": 23})
        self.assertEqual(self.documents("c00"), 2)
        self.assert_sound(but=[TRUE_UPS])

    def test_voids_between_reading_and_commit(self):
        self.plain(2, plan="Both", since="2026-10-01")
        self.ingest(("gone", "c00", 5, "2026-10-10T00:00:00Z"), ("kept", "c00", 3, "2026-10-10T00:00:00Z"))
        self.clock.set(at("2026-11-01T01:00:00"))
        self.serve()
        self.schedule_has_begun()
        with Gate(self.conninfo, DOCUMENTS) as gate:
            self.clock.set(at("2026-11-01T02:30:00"))
            gate.wait_for(1)
            self.reckoner.ok("events", "void", "meter", "gone", "--reason", "never happened")
        self.fired(at("2026-11-01T02:00:00"))
        self.assertEqual(self.billed("c00", "used"), {"2026-10": 8})
        # A document is voided while the next batch of its customer is in flight: it waits, and counts for the next one.
        october = self.number_of("c00", "2026-10")
        with Gate(self.conninfo, DOCUMENTS) as gate:
            self.clock.set(at("2026-12-01T02:30:00"))
            gate.wait_for(1)
            void = self.reckoner.start("void", october, "rebill", "--reason", "wrong address")
            gate.wait_for(2)
        self.assertEqual(void.wait().code, 0, void.wait())
        self.fired(at("2026-12-01T02:00:00"))
        self.clock.set(at("2026-12-02T01:00:00"))
        self.night("2026-12-02")
        self.assertEqual(self.billed("c00", "used"), {"2026-10": 3})
        self.assertEqual(self.billed("c00", "fee"), {"2026-10": 10, "2026-11": 10})
        self.assertEqual(self.balance("c00"), 23)
        self.assert_sound(but=[TRUE_UPS])

    def test_a_device_that_syncs_old_usage_every_day_makes_one_true_up(self):
        self.plain(2, plan="Units", since="2026-10-01")
        self.ingest(("on time", "c00", 5, "2026-10-10T00:00:00Z"))
        self.clock.set(at("2026-10-31T12:00:00"))
        self.serve()
        self.schedule_has_begun()
        self.night("2026-11-01")
        for day in range(2, 31):
            self.ingest((f"day {day}", "c00", 1, f"2026-10-{day:02}T00:00:00Z"))
            self.night(f"2026-11-{day:02}")
        self.assertEqual(self.documents("c00"), 1)
        self.night("2026-12-01")
        self.assertEqual(self.documents("c00"), 2)
        self.assertEqual(self.billed("c00"), {"2026-10": 34})
        self.assertEqual(self.one("select count(*) from document_line where true_up and amount <> 0"), "1")
        self.assert_sound(but=[TRUE_UPS])

    def test_killed_under_constant_ingestion_gives_the_digest_of_an_undisturbed_run(self):
        keys = self.plain(60, plan="Both", since="2026-10-01")
        seeded = random.Random(1)
        self.ingest(*[(number, seeded.choice(keys), number % 9, f"2026-10-{number % 28 + 1:02}T00:00:00Z")
                      for number in range(500)])
        self.clock.stand(at("2026-11-01T03:00:00"))
        self.reckoner.ok("cut")
        undisturbed = self.cluster.create(f"{self.database}_calm", template=self.database)
        rp.Reckoner(database=undisturbed, config=self.config, env=self.clock.environment()).ok("run", "monthly")

        over = threading.Event()
        run = self.reckoner.start("run", "monthly")
        rp.wait_until(lambda: self.one("select count(*) from engine_run") == "1", "the run has its cut")

        def keep_sending():
            number = 0
            while not over.is_set():
                number += 1
                self.ingest((f"late {number}", keys[number % 60], 1, "2026-10-15T00:00:00Z"))
                self.reckoner.ok("cut")

        sender = threading.Thread(target=keep_sending)
        sender.start()
        try:
            for done in (3, 12):
                rp.wait_until(lambda: int(self.one("select count(*) from run_batch where state = 'done'")) >= done or
                              not run.running(), "some batches are done")
                run.kill()
                run = self.reckoner.start("run", "monthly")
            rp.wait_until(lambda: self.one("select state from engine_run order by run_id limit 1") == "done",
                          "the run is finished")
        finally:
            over.set()
            sender.join()
        # The command that finished it went on with a run of its own, which finds nothing due but what is late.
        self.assertEqual(run.wait().code, 0, run.wait())
        self.assertEqual(digest(self.conninfo), digest(undisturbed))
        self.reckoner.ok("run", "monthly", "--true-ups")
        self.assert_sound(but=[TRUE_UPS])
        self.cluster.drop(f"{self.database}_calm")


class Populations(Processes):
    """Example 8; the shares of a cost pool are not part of it yet."""

    def test_the_first_and_the_last_batch_see_the_same_mean(self):
        config = configuration("config-mean", batch_size=1, workers=1)
        self.reckoner = self.program(config)
        keys = self.plain(40, plan="IoT", since="2026-10-01")
        calls = {key: 10_000 for key in keys} | {keys[0]: 60_000, keys[-1]: 60_000, keys[7]: 24_000}

        def count(name, key, number):
            path = rp.new_directory("calls") / "calls.csv"
            rp.write_csv(path, ["id", "subject", "calls", "time"], [[name, key, number, "2026-10-10T00:00:00Z"]])
            self.reckoner.ok("ingest", path, "--source", "gateway", "--mapping",
                             "id=id,subject=subject,time=time,type:=api-calls,calls=calls")

        for key, number in calls.items():
            count(key, key, number)
        self.clock.set(at("2026-10-31T12:00:00"))
        self.serve(config=config)
        self.schedule_has_begun()
        with Gate(self.conninfo, DOCUMENTS) as gate:
            self.clock.set(at("2026-11-01T02:30:00"))
            gate.wait_for(1)
            # The mean would be twice as high now: those who are heavy would not be any more.
            count("late", keys[1], 1_000_000)
            self.reckoner.ok("cut")
        self.fired(at("2026-11-01T02:00:00"))
        mean = sum(calls.values()) / len(calls)
        heavy = {key for key, number in calls.items() if number > 2 * mean}
        self.assertEqual(heavy, {keys[0], keys[-1]})
        surcharged = "select c.key from document_line l join customer c using (customer_id) where l.charge like '%urcharge%'"
        self.assertEqual({key for key, in self.sql(surcharged)}, heavy)
        self.reckoner.ok("run", "monthly", "--true-ups")
        self.assertEqual({key: self.documents(key) for key in keys}, {key: 1 + (key == keys[1]) for key in keys})


class Corrections(Processes):
    """Example 9."""

    def test_october_is_voided_after_november_was_issued(self):
        self.plain(3, plan="Both", since="2026-10-01")
        self.ingest(("october", "c00", 5, "2026-10-10T00:00:00Z"))
        self.clock.set(at("2026-10-31T12:00:00"))
        self.serve()
        self.schedule_has_begun()
        self.night("2026-11-01")
        self.ingest(("late", "c00", 7, "2026-10-11T00:00:00Z"))
        self.night("2026-12-01")
        october, november = self.number_of("c00", "2026-10"), self.number_of("c00", "2026-11")
        self.assertEqual(self.balance("c00"), 32)
        voids = [self.reckoner.start("void", number, "rebill", "--reason", "wrong") for number in (october, november)]
        self.assertEqual([void.wait().code for void in voids], [0, 0])
        self.assertEqual(self.balance("c00"), 0)
        self.assertEqual(self.one("select count(distinct cycle || from_at::text) from reopening where closed_by_run is null"
                                  " and customer_id = (select customer_id from customer where key = 'c00')"), "2")
        self.night("2026-12-02")
        self.assertEqual(self.balance("c00"), 32)
        self.assertEqual(self.billed("c00"), {"2026-10": 22, "2026-11": 10})
        self.assert_sound(but=[TRUE_UPS])

    def test_a_correction_restores_the_grant_and_a_payment_is_credited_once(self):
        self.plain(2, plan="Units", since="2026-10-01")
        self.ingest(("sold", "c00", 80, "2026-10-10T00:00:00Z"))
        self.reckoner.ok("grant", "prepaid", "c00", "promotion", "--amount", "100")
        self.clock.set(at("2026-10-31T12:00:00"))
        self.serve()
        self.schedule_has_begun()
        self.night("2026-11-01")
        self.assertEqual(abs(Decimal(self.one("select amount from credit_movement order by movement desc limit 1"))), 80)
        self.assertEqual(self.balance("c00"), 0)
        line = self.one("select line from document_line l join customer c using (customer_id) where c.key = 'c00' limit 1")
        self.reckoner.ok("credit", self.number_of("c00", "2026-10"), "--line", f"{line}=30", "--as", "correction",
                         "--reason", "counted twice")
        self.assertEqual(self.balance("c00"), 0, "the grant has it back, not the balance")
        shown = self.reckoner.json("customers", "show", "c00")
        self.assertIn("50", str(shown), "100 − 80 + 30")
        # A payment of a closed period comes late, in a file that three imports take in at once while the night bills.
        path = rp.write_csv(self.directory / "payments.csv", ["reference", "customer", "amount", "received-on"],
                            [["P-1", "c00", "12.50", "2026-10-20"]])
        imports = [self.reckoner.start("import", "payments", path) for _ in range(3)]
        self.night("2026-12-01")
        self.assertEqual([command.wait().code for command in imports], [0, 0, 0])
        self.night("2027-01-01")
        self.assertEqual(self.balance("c00"), Decimal("-12.50"))
        self.assertEqual(self.one("select count(*) from payment"), "1")
        self.assert_sound(but=[TRUE_UPS])


class Interims(Processes):
    """Example 11."""

    def test_an_interim_invoice_while_the_run_commits(self):
        keys = self.plain(8, plan="Both", since="2026-10-01")
        self.ingest(*[(key, key, 5, "2026-10-10T00:00:00Z") for key in keys])
        self.clock.set(at("2026-11-01T01:30:00"))
        self.serve()
        self.schedule_has_begun()
        seen, over = [], threading.Event()

        def look():
            number = 0
            while not over.is_set():
                key = keys[number % len(keys)]
                number += 1
                shown = self.reckoner.json("interim", key, "--as-of", "2026-11-01T02:00:00Z")
                documents = [invoice["document"] for invoice in shown["invoices"]]
                october = sum(Decimal(line["amount"]) for document in documents for line in document["lines"]
                              if line["period"]["label"] == "2026-10")
                owed = sum(Decimal(document["carried_forward"]) for document in documents)
                seen.append((key, october, owed))

        watchers = [threading.Thread(target=look) for _ in range(2)]
        with Gate(self.conninfo, NUMBERS) as gate:
            for watcher in watchers:
                watcher.start()
            self.clock.set(at("2026-11-01T02:30:00"))
            gate.wait_for(2)
            rp.wait_until(lambda: len(seen) > 8, "interims are looked at before the commit")
        self.fired(at("2026-11-01T02:00:00"))
        before = len(seen)
        rp.wait_until(lambda: len(seen) > before + 8 or not all(map(threading.Thread.is_alive, watchers)),
                      "interims are looked at behind the commit")
        over.set()
        for watcher in watchers:
            watcher.join()
        self.assertEqual({owed for _, _, owed in seen}, {Decimal("15.00")}, "October is owed once, billed or not")
        self.assertEqual({october for _, october, _ in seen}, {Decimal(0), Decimal("15.00")})
        self.assert_sound()


class Midnights(Processes):
    """Example 12."""

    def test_a_batch_over_the_midnight_of_the_year_has_one_date(self):
        config = configuration("config-midnight", batch_size=1, workers=1)
        self.reckoner = self.program(config)
        self.plain(2, since="2026-11-01")
        self.clock.set(at("2026-12-31T23:59:30"))
        with Gate(self.conninfo, DOCUMENTS) as gate:
            run = self.reckoner.start("run", "monthly")
            gate.wait_for(1)
            self.clock.set(at("2027-01-01T00:00:05"))
        self.assertEqual(run.wait().code, 0, run.wait())
        self.assertEqual(self.sql("""select c.key, issued_on, due_on, number, year from document
                                       join customer c using (customer_id) join issued using (customer_id, ordinal)
                                      order by 1"""),
                         [["c00", "2026-12-31", "2027-01-14", "INV-2026-000001", "2026"],
                          ["c01", "2027-01-01", "2027-01-15", "INV-2027-000001", "2027"]])
        self.assert_sound()

    def test_a_worker_stopped_inside_its_transaction(self):
        keys = self.plain(8)
        self.clock.set(at("2026-11-01T03:00:00"))
        with Gate(self.conninfo, NUMBERS) as gate:
            stopped = self.reckoner.start("run", "monthly")
            gate.wait_for(2)
            stopped.send(signal.SIGSTOP)
        # Its transaction has what it waited for, the counter of the series with it, and hears no more.
        rp.wait_until(lambda: self.one("select count(*) from pg_stat_activity where application_name = 'reckoner' and "
                                       "xact_start is not null and wait_event = 'ClientRead'") != "0",
                      "it stands in its transaction")
        began = time.monotonic()
        self.serve()
        rp.wait_until(lambda: self.one("select state from engine_run") == "done", "others have done its run")
        self.assertLess(time.monotonic() - began, 60)
        self.assertEqual([self.documents(key) for key in keys], [1] * 8)
        before = digest(self.conninfo, with_numbers=True)
        stopped.send(signal.SIGCONT)
        self.assertEqual(stopped.wait().code, 0, stopped.wait())
        self.assertEqual(digest(self.conninfo, with_numbers=True), before, "what it had in hand came too late")
        self.assert_sound()


if __name__ == "__main__":
    rp.main()

"""Every acknowledged event is counted exactly once, whatever is killed (README.md)."""

import collections
import datetime
import os
import queue
import time
from pathlib import Path

import reckoner_process as rp
import story as st
from breaking import Biller, Breaker, Daemon
from case import CaseResult, build_directory, case
from checks import violations
from damage import unseen
from delivery import FileSender, Grants, HttpSender, KafkaSender, Outcome

TRANSPORTS = ["http", "kafka", "file"]
DAEMONS = 2
HTTP_SENDERS = 8
SETTLE_SECONDS = 120

# `events` are distinct, each is delivered about three times; `kills` are SIGKILLs of daemons; `database_restarts` stop
# PostgreSQL at once and start it again; `run_pause` is what the biller waits between runs.
Load = collections.namedtuple("Load", "events kills database_restarts run_pause")


def kafka_mock():
    return Path(os.environ.get("RECKONER_KAFKA_MOCK", build_directory() / "tests/kafka_mock"))


class Torture:
    """One world: a database, daemons, senders."""

    def __init__(self, load, seed):
        self._load, self._seed = load, seed
        month, until = st.billed_month(datetime.date.today())
        self.story = st.Story(seed, load.events, month, TRANSPORTS)
        self._cluster = rp.Cluster()
        self._config = rp.copy_of_config(f"config-{time.monotonic_ns()}",
                                         files={"pricing/torture.xml": rp.pricing("torture", st.PLAN)})
        self.conninfo = self._cluster.create("torture")
        self._outcome, self._grants = Outcome(), Grants()
        work = {transport: [] for transport in TRANSPORTS}
        for transport, number, text in self.story.deliveries:
            work[transport].append((number, text))
        self._kafka = KafkaSender(kafka_mock(), work["kafka"], self._grants, self._outcome, seed)
        self._reckoner = rp.Reckoner(database=self.conninfo, config=self._config)
        self._provide_customers(month, until)
        daemon = rp.Reckoner(database=self.conninfo, config=self._config,
                             env=self._kafka.environment())
        self._daemons = [Daemon(daemon) for _ in range(DAEMONS)]
        key = self._reckoner.json("key", "create", "torture", "--scopes", "ingest,query")["secret"]
        ports = [daemon.port for daemon in self._daemons]
        queued = queue.SimpleQueue()
        for delivery in work["http"]:
            queued.put(delivery)
        self._senders = [HttpSender(n, ports, key, queued, self._grants, self._outcome, seed * 100 + n)
                         for n in range(HTTP_SENDERS)]
        self._files = FileSender(self._reckoner, rp.new_directory("files"), work["file"], self._grants,
                                 self._outcome, seed)
        self._senders += [self._files, self._kafka]
        self._biller = Biller(self._reckoner, self._outcome, load.run_pause, seed)

    def _provide_customers(self, month, until):
        """Without addresses: no mails."""
        directory = rp.new_directory("customers")
        keys = [f"c{c:03}" for c in range(st.CUSTOMERS)]
        subjects = [";".join(f"s{key[1:]}-{s}" for s in range(st.SUBJECTS_EACH)) for key in keys]
        rp.write_csv(directory / "customers.csv", ["key", "name", "time-zone", "anchor-day", "subjects"],
                     [[key, key, "UTC", 1, some] for key, some in zip(keys, subjects)])
        rp.write_csv(directory / "subscriptions.csv", ["key", "customer", "plan", "starts-on", "ends-on"],
                     [[f"{key}-1", key, "Torture", month, until] for key in keys])
        self._reckoner.ok("import", "customers", directory / "customers.csv")
        self._reckoner.ok("import", "subscriptions", directory / "subscriptions.csv")

    def run(self):
        """Gives the CaseResult."""
        for daemon in self._daemons:
            daemon.start()
        for sender in [*self._senders, self._biller]:
            sender.start()
        breaker = Breaker(self._cluster, self._daemons, self._grants, self._outcome, self._seed)
        try:
            breaker.work(len(self.story.deliveries), self._load.kills, self._load.database_restarts)
            self._settle()
            self._biller.stop()
            found = self._judge()
        finally:
            self._grants.close()
            self._kafka.close()
        kills = sum(daemon.kills for daemon in self._daemons) + self._files.kills + self._biller.kills
        lost, double = counted_wrongly(self.conninfo, self.story)
        deliveries = self._outcome.deliveries + self._kafka.messages
        return CaseResult(
            kills + breaker.database_restarts, lost, double, violated=found,
            remark=f"{len(self.story.events)} events in {deliveries} deliveries, {kills} kills, "
                   f"{breaker.database_restarts} crashes of PostgreSQL, {self._biller.runs} runs meanwhile")

    def _settle(self):
        """Waits until everything is acknowledged, then delivers the conflicts."""
        rp.wait_until(lambda: all([daemon.up() for daemon in self._daemons]), "all daemons are up",
                      timeout=SETTLE_SECONDS)
        deadline = time.monotonic() + SETTLE_SECONDS
        for sender in self._senders:
            sender.join(max(0.0, deadline - time.monotonic()))
            self._check_no_failure()
            if sender.is_alive():
                raise AssertionError(f"{sender.name} is not done after {SETTLE_SECONDS} s")
        rp.wait_until(lambda: self._kafka_stored() == self._kafka.messages, "all messages are stored",
                      lambda: f"{self._kafka_stored()} of {self._kafka.messages}", SETTLE_SECONDS)
        self._senders[0].deliver([(None, text) for text in self.story.conflicts])
        self._check_no_failure()

    def _kafka_stored(self):
        return int(rp.psql(self.conninfo, "select coalesce(sum(next_offset), 0) from kafka_position")[0][0])

    def _check_no_failure(self):
        if self._outcome.failure:
            raise AssertionError(self._outcome.failure)

    def _judge(self):
        for daemon in self._daemons:
            result = daemon.stop()
            if result.code != 0:
                return [f"a daemon ended with {result.code}: {result.err[-500:]}"]
        self._reckoner.run("run", "monthly", "--true-ups")
        found = violations(self.conninfo, self.story)
        verified = self._reckoner.run("verify", "--recompute", timeout=300)
        if verified.code != 0:
            found.append(f"verify --recompute: exit {verified.code}: {(verified.out + verified.err)[-800:]}")
        return found

    def unseen_damage(self):
        """After run(): what could be broken in the database without being seen."""
        return unseen(self._cluster, "torture", lambda conninfo: violations(conninfo, self.story))


def counted_wrongly(conninfo, story):
    """(events that are not stored, events stored more than once or that nobody sent)."""
    expected = collections.Counter(story.names())
    found = collections.Counter(tuple(row) for row in rp.psql(conninfo, "select source, event_id from raw_event"))
    return (expected - found).total(), (found - expected).total()


@case("E1", "events sent three times by HTTP, Kafka and files; daemons and PostgreSQL die", seconds=150, short=False)
def deliver(seed, options):
    torture = Torture(Load(options.pick(100_000, 8000), options.pick(50, 12), options.pick(5, 2), 1.0), seed)
    return torture.run()


@case("E1-damage", "what a broken program could leave behind of events is seen", seconds=40)
def damage(seed, _):
    torture = Torture(Load(8000, 12, 2, 1.0), seed)
    result = torture.run()
    if result.passed:
        result.violated = torture.unseen_damage()
    return result

#!/usr/bin/python3
"""Every acknowledged event is counted exactly once, whatever is killed (README.md).

    tests/torture/torture.py [--seed N] [--events 100000] [--kills 50] [--db-restarts 5]
    tests/torture/torture.py --mutants [NAME...]

Exits 0 when nothing is violated (with --mutants: when every planted fault is found out), 1 otherwise.
"""

import argparse
import datetime
import os
import queue
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "system"))

import mutants  # noqa: E402
import reckoner_process as rp  # noqa: E402
import story as st  # noqa: E402
from breaking import Biller, Breaker, Daemon  # noqa: E402
from checks import violations  # noqa: E402
from damage import unseen  # noqa: E402
from delivery import FileSender, Grants, HttpSender, KafkaSender, Outcome  # noqa: E402

TRANSPORTS = ["http", "kafka", "file"]
DAEMONS = 2
HTTP_SENDERS = 8
SETTLE_SECONDS = 120
BUILD = rp.PROGRAM.parent
KAFKA_MOCK = Path(os.environ.get("RECKONER_KAFKA_MOCK", BUILD / "tests/kafka_mock"))


def say(text):
    print(text, flush=True)


class Torture:
    """One world: a database, daemons, senders. `program` is what is tortured."""

    def __init__(self, options, program, seed):
        rp.PROGRAM = program
        self._options, self._seed = options, seed
        month, until = st.billed_month(datetime.date.today())
        self.story = st.Story(seed, options.events, month, options.transports)
        self._cluster = rp.Cluster()
        self._config = rp.copy_of_config(f"config-{time.monotonic_ns()}",
                                         files={"pricing/torture.xml": rp.pricing("torture", st.PLAN)})
        self.conninfo = self._cluster.create("torture")
        self._outcome, self._grants = Outcome(), Grants()
        work = {transport: [] for transport in TRANSPORTS}
        for transport, number, text in self.story.deliveries:
            work[transport].append((number, text))
        self._kafka = None
        if "kafka" in options.transports:
            self._kafka = KafkaSender(KAFKA_MOCK, work["kafka"], self._grants, self._outcome, seed)
        self._reckoner = rp.Reckoner(database=self.conninfo, config=self._config)
        self._provide_customers(month, until)
        daemon = rp.Reckoner(database=self.conninfo, config=self._config,
                             env=self._kafka.environment() if self._kafka else None)
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
        self._senders.append(self._files)
        if self._kafka:
            self._senders.append(self._kafka)
        self._biller = Biller(self._reckoner, self._outcome, options.run_pause, seed)

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
        """Gives what is violated."""
        began = time.monotonic()
        for daemon in self._daemons:
            daemon.start()
        for sender in [*self._senders, self._biller]:
            sender.start()
        breaker = Breaker(self._cluster, self._daemons, self._grants, self._outcome, self._seed)
        try:
            breaker.work(len(self.story.deliveries), self._options.kills, self._options.db_restarts)
            self._settle()
            self._biller.stop()
            found = self._judge()
        finally:
            self._grants.close()
            if self._kafka:
                self._kafka.close()
        deliveries = self._outcome.deliveries + (self._kafka.messages if self._kafka else 0)
        say(f"    {len(self.story.events)} events, {deliveries} deliveries acknowledged"
            f" ({self._files.files} files, {self._kafka.messages if self._kafka else 0} messages), "
            f"{self._outcome.retries} retries; SIGKILL: {sum(d.kills for d in self._daemons)} daemons, "
            f"{self._files.kills} ingest, {self._biller.kills} run of {self._biller.runs}; PostgreSQL restarted "
            f"{breaker.database_restarts} times; {time.monotonic() - began:.0f} s")
        return found

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
        if self._kafka:
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


def options_of(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--events", type=int, default=100_000, help="distinct ones; each is delivered about three times")
    parser.add_argument("--kills", type=int, default=50, help="SIGKILLs of daemons")
    parser.add_argument("--db-restarts", type=int, default=5, help="PostgreSQL stopped at once and started again")
    parser.add_argument("--run-pause", type=float, default=1.0, help="seconds between billing runs")
    parser.add_argument("--transports", type=lambda text: text.split(","), default=TRANSPORTS)
    parser.add_argument("--damage", action="store_true", help="damage the database afterwards, and demand that it is seen")
    parser.add_argument("--mutants", nargs="*", metavar="NAME", help="instead, demand that planted faults are found out")
    return parser.parse_args(arguments)


def main():
    options = options_of(sys.argv[1:])
    if options.mutants is not None:
        return mutants.main(options.mutants)
    say(f"{rp.PROGRAM}, --seed {options.seed} --events {options.events} --kills {options.kills} "
        f"--db-restarts {options.db_restarts}")
    world = Torture(options, rp.PROGRAM, options.seed)
    found = world.run()
    if options.damage and not found:
        found = world.unseen_damage()
    for line in found:
        say(f"VIOLATED: {line}")
    say("nothing is violated" if not found else f"{len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

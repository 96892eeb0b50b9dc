"""Runs whose processes are killed."""

import random
import time

import reckoner_process as rp
from case import CaseResult, case
from judge import judge
from loaded import FIRST, SECOND, Loaded

AT_ONCE = 2  # commands that bill at the same time
LOOK_EVERY = 8  # kills
PATIENCE = 240


class Killer:
    """Bills databases with commands that are killed at random points of their lives, the start of which is about a third."""

    def __init__(self, seeded, reckoner):
        self._seeded = seeded
        began = time.monotonic()
        for _ in range(3):
            reckoner.ok("runs")
        self.start_seconds = (time.monotonic() - began) / 3
        self.kills = 0

    def work(self, conninfo, reckoner, command, documents):
        """Until there are so many documents; then a last command, which nobody kills, finishes what is left."""
        deadline = time.monotonic() + PATIENCE
        running = []
        while True:
            while len(running) < AT_ONCE:
                life = self._seeded.uniform(0.2, 3) * self.start_seconds
                running.append((time.monotonic() + life, reckoner.start(*command)))
            running.sort(key=lambda pair: pair[0])
            dies_at, victim = running.pop(0)
            while victim.running() and time.monotonic() < dies_at:
                time.sleep(0.001)
            if victim.running():
                self.kills += 1
                victim.kill()
            elif victim.wait().code not in (0, 1):
                raise AssertionError(f"a command ended by itself:\n{victim.wait()}")
            if self.kills % LOOK_EVERY == 0 and int(rp.psql(conninfo, "select count(*) from document")[0][0]) >= documents:
                break
            if time.monotonic() > deadline:
                raise AssertionError(f"not billed after {PATIENCE} s and {self.kills} kills")
        for _, other in running:
            self.kills += other.running()
            other.kill()
        reckoner.ok(*command)


def interrupted(conninfo):
    """How many claims of batches came to nothing."""
    return int(rp.psql(conninfo, "select coalesce(sum(token), 0) - count(*) from run_batch")[0][0])


@case("K1", "SIGKILL of two processes of two workers at random points of runs", seconds=90)
def kill_workers(seed, options):
    seeded = random.Random(seed)
    loaded = Loaded(seed, options.pick(400, 60), options.pick(8000, 1200), batch_size=1)
    digest = loaded.bill_undisturbed()
    killer = Killer(seeded, loaded.copy("started")[1])
    result, lost_batches, rounds = CaseResult(0), 0, 0
    first = sum(ordinal == 1 for _, ordinal in loaded.books[0])
    began = time.monotonic()
    while killer.kills < options.pick(1000, 30):
        conninfo, reckoner = loaded.copy("killed")
        killer.work(conninfo, reckoner, FIRST, first)
        loaded.ingest_late(reckoner)
        killer.work(conninfo, reckoner, SECOND, len(loaded.books[0]))
        lost_batches += interrupted(conninfo)
        result += judge(conninfo, loaded.books, reckoner, digest)
        rounds += 1
        loaded.cluster.drop("killed")
    result.faults = killer.kills
    result.remark = (f"{lost_batches} claimed batches lost and done again, {rounds} × 2 runs, "
                     f"{killer.kills / (time.monotonic() - began):.0f} kills/s, a command starts in "
                     f"{killer.start_seconds * 1000:.0f} ms")
    return result

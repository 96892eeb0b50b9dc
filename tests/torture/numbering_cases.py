"""Numbers without gaps, whatever rolls back."""

import datetime
import random
import threading
import time

import reckoner_process as rp
from case import case
from judge import numbers, sound
from loaded import FIRST, SECOND, Loaded
from several_cases import Meddler, meddle
from stepped_clock import Clock

FAILPOINTS = "tests/torture/reckoner_failpoints"
BILLERS = 4  # processes of two workers
BEFORE_MIDNIGHT = 3  # seconds of the old year


class Terminator(threading.Thread):
    """Ends backends that are inside a transaction, so that it rolls back."""

    def __init__(self, conninfo, until, seeded):
        super().__init__(name="terminator", daemon=True)
        self._conninfo, self._until, self._seeded = conninfo, until, seeded
        self.ended = 0

    def run(self):
        while not self._until.wait(self._seeded.uniform(0, 0.05)):
            self.ended += int(rp.psql(self._conninfo, """
                select count(pg_terminate_backend(pid)) from (
                  select pid from pg_stat_activity where xact_start is not null and pid <> pg_backend_pid()
                     and datname = current_database() and backend_type = 'client backend'
                   order by random() limit 1) busy""")[0][0])


def kill_and_void(seeded, conninfo, reckoner, command, billed, until):
    """Runs `command` by several processes until `billed`; some are killed, some documents are voided meanwhile."""
    kills = 0
    running = []
    while not billed():
        if time.monotonic() > until:
            raise AssertionError("not billed in time")
        running = [biller for biller in running if biller.running()]
        while len(running) < BILLERS:
            running.append(reckoner.start(*command))
        time.sleep(seeded.uniform(0, 0.2))
        if seeded.random() < 0.8:
            victim = seeded.choice(running)
            kills += victim.running()
            victim.kill()
    for biller in running:
        biller.wait()
    return kills


@case("N1", "numbers at the turn of a year: 8 workers, rollbacks, voids, SIGKILLs", seconds=40, program=FAILPOINTS)
def numbers_without_gaps(seed, options):
    seeded = random.Random(seed)
    loaded = Loaded(seed, options.pick(600, 80), options.pick(3000, 400), batch_size=2, workers=2)
    conninfo, _ = loaded.copy("numbered")
    clock = Clock()
    now = datetime.datetime.now(datetime.timezone.utc)
    midnight = datetime.datetime(now.year + 1, 1, 1, tzinfo=datetime.timezone.utc)
    clock.be_ahead(int((midnight - now).total_seconds()) - BEFORE_MIDNIGHT)
    reckoner = loaded.program(conninfo, **clock.environment())
    over = threading.Event()
    terminator = Terminator(conninfo, over, seeded)
    terminator.start()
    until = time.monotonic() + 200
    documents = len(loaded.world.customers)

    def ask(sql):
        """Again when the terminator has met it."""
        while True:
            try:
                return rp.psql(conninfo, sql)
            except AssertionError:
                if time.monotonic() > until:
                    raise

    def count(where):
        return int(ask(f"select count(*) from document where {where}")[0][0])

    def void():
        issued = ask("select number from issued join document using (customer_id, ordinal) "
                     "where corrects is null and kind = 'invoice' order by random() limit 1")
        return ("void", issued[0][0], "waive", "--reason", "torture") if issued else None

    kills = kill_and_void(seeded, conninfo, reckoner, FIRST, lambda: count("run_id <> 0") >= documents, until)
    voiders = [Meddler(f"voids {n}", time.monotonic() + options.pick(8, 2), reckoner, void, codes=(0, 1, 2, 3)) for n in range(2)]
    violated = meddle(voiders)
    left = (midnight - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
    clock.be_ahead(int(left) + options.pick(0, 1))  # the second month in the new year, of many customers over its midnight
    kills += kill_and_void(seeded, conninfo, reckoner, SECOND, lambda: count("run_id <> 0") >= 2 * documents, until)
    over.set()
    terminator.join()
    reckoner.run(*SECOND)
    reckoner.ok(*SECOND)
    result = sound(conninfo, reckoner)
    result.gaps, result.double, disorder = numbers(conninfo)
    result.violated += violated + disorder
    series = {(name, int(year)): int(rows) for name, year, rows in
              rp.psql(conninfo, "select series, year, count(*) from issued group by 1, 2")}
    wrong_year = count("exists (select from issued i where i.customer_id = document.customer_id and "
                       "i.ordinal = document.ordinal and i.year <> extract(year from issued_on))")
    if wrong_year:
        result.violated.append(f"{wrong_year} numbers are of another year than their documents")
    if {year for _, year in series} != {now.year, now.year + 1} or len(series) < 3:
        days = ask("select min(issued_on), max(issued_on) from document")[0]
        result.violated.append(f"no turn of the year: {series}, issued from {days[0]} to {days[1]}")
    result.faults = kills + terminator.ended
    result.remark = (f"{sum(series.values())} numbers in {len(series)} series and years, {terminator.ended} rollbacks, "
                     f"{kills} kills")
    return result

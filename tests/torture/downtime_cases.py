"""A daemon that was away, and a database that was taken back."""

import datetime
import random
import signal
import subprocess
import time

import reckoner_process as rp
from case import CaseResult, case
from judge import judge, sound
from loaded import FIRST, SECOND, Loaded
from several_cases import twice_fired
from stepped_clock import Clock

FAILPOINTS = "tests/torture/reckoner_failpoints"
HOUR, DAY = 3600, 86400
AWAY = {"1 hour": HOUR, "1 day": DAY, "3 days": 3 * DAY, "40 days": 40 * DAY, "13 months": 396 * DAY}
HOURLY = '<schedule cron="0 0 * * * ?" time-zone="UTC" missed="catch-up"/>'
NIGHTLY = '<schedule cron="0 0 2 * * ?" time-zone="UTC" missed="catch-up"/>'
PATIENCE = 120


def expected_firings(hourly, after, until):
    """All instants at which the schedule fires in (after, until]."""
    step = datetime.timedelta(hours=1 if hourly else 24)
    at = after.replace(minute=0, second=0, microsecond=0, **({} if hourly else {"hour": 2}))
    while at <= after:
        at += step
    firings = []
    while at <= until:
        firings.append(at)
        at += step
    return firings


def fired(conninfo):
    rows = rp.psql(conninfo, "select to_char(fires_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"+00:00\"') "
                             "from engine_run where kind = 'scheduled' order by run_id")
    return [datetime.datetime.fromisoformat(row[0]) for row in rows]


def serve_until(loaded, conninfo, clock, last):
    daemon = loaded.program(conninfo, **clock.environment()).start("serve", "--roles", "scheduler,engine")
    done = "select count(*) from engine_run where state = 'done' and kind = 'scheduled' and fires_at >= '{}'"
    wanted = done.format(last.isoformat()) if last else "select count(*) from engine_schedule"
    rp.wait_until(lambda: rp.psql(conninfo, wanted) != [["0"]], f"the firing of {last} is done",
                  lambda: daemon.so_far().err[-2000:], PATIENCE)
    daemon.send(signal.SIGTERM)
    ended = daemon.wait()
    if ended.code != 0:
        raise AssertionError(f"{ended}")


@case("C2", "a daemon is away for 1 hour to 13 months; all missed firings come once, in order", seconds=40, short=False,
      program=FAILPOINTS)
def downtime(seed, options):
    result, missed = CaseResult(0), 0
    for name, seconds in AWAY.items():
        if options.short and seconds > 3 * DAY:
            continue
        hourly = seconds <= 3 * DAY
        loaded = Loaded(seed, 6, 60, 0, batch_size=5, schedule=HOURLY if hourly else NIGHTLY)
        conninfo, reckoner = loaded.copy("away")
        clock = Clock()
        began = datetime.datetime.now(datetime.timezone.utc)
        serve_until(loaded, conninfo, clock, None)
        clock.be_ahead(seconds)
        firings = expected_firings(hourly, began, began + datetime.timedelta(seconds=seconds))
        serve_until(loaded, conninfo, clock, firings[-1] if firings else None)
        found = fired(conninfo)
        missed += len(firings)
        # The hour may have turned while the daemon was started.
        if found[:len(firings)] != firings or len(found) > len(firings) + 1:
            result.violated.append(f"away for {name}: fired at {len(found)} instants, from {found[:2]} to {found[-1:]}, "
                                   f"not at {len(firings)} from {firings[:1]} to {firings[-1:]}")
        result.double += twice_fired(conninfo)
        documents = int(rp.psql(conninfo, "select count(*) from document")[0][0])
        if documents != len(loaded.world.customers):
            result.violated.append(f"away for {name}: {documents} documents")
        found = sound(conninfo, reckoner)
        result.violated += [f"away for {name}: {line}" for line in found.violated]
        result.faults += 1
        loaded.cluster.drop("away")
    result.remark = f"{missed} missed firings caught up"
    return result


def restore(cluster, conninfo, name):
    """A dump of a database at this moment, in a new one."""
    target = cluster.create(name)
    dump = subprocess.run([rp.postgres_programs() / "pg_dump", "-d", conninfo, "--no-owner", "--no-acl"],
                          capture_output=True, check=True)
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", target], input=dump.stdout, capture_output=True,
                   check=True)
    return target


@case("B2", "pg_dump in the middle of a run, restored elsewhere: verified, and the run finished there", seconds=30, short=False)
def backup(seed, options):
    seeded = random.Random(seed)
    loaded = Loaded(seed, options.pick(400, 150), options.pick(2000, 600), batch_size=1, workers=1)
    digest = loaded.bill_undisturbed()
    result, halfway = CaseResult(0), []
    for number in range(options.pick(3, 1)):
        conninfo, reckoner = loaded.copy("dumped")
        run = reckoner.start(*FIRST)
        documents = seeded.randrange(1, len(loaded.world.customers) // 2)
        rp.wait_until(lambda: int(rp.psql(conninfo, "select count(*) from document")[0][0]) >= documents or not run.running(),
                      "some documents are issued")
        target = restore(loaded.cluster, conninfo, f"restored_{number}")
        run.wait()
        halfway.append(int(rp.psql(target, "select count(*) from document")[0][0]))
        restored = loaded.program(target)
        result += sound_so_far(target, restored)
        restored.ok(*FIRST)
        loaded.ingest_late(restored)
        restored.ok(*SECOND)
        result += judge(target, loaded.books, restored, digest, faults=1)
        loaded.cluster.drop("dumped")
    result.remark = f"restored with {', '.join(map(str, halfway))} of {len(loaded.world.customers)} documents"
    return result


def sound_so_far(conninfo, reckoner):
    """Of a database with a run that goes on."""
    result = sound(conninfo, reckoner)
    result.violated = [line for line in result.violated if not line.startswith("run ")]
    return result

"""What must be true when everything has been delivered. Each check gives lines that say what is wrong."""

import collections
from fractions import Fraction

import story as st
from reckoner_process import psql

SHOWN = 5


def _some(what, items):
    items = sorted(map(str, items))
    if not items:
        return []
    more = f" and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
    return [f"{what}: {len(items)}: {', '.join(items[:SHOWN])}{more}"]


def _differences(what, expected, found):
    return _some(what, (f"{key}: {found.get(key)}, not {expected.get(key)}"
                        for key in expected.keys() | found.keys() if expected.get(key) != found.get(key)))


def keys(conninfo, story):
    """Every event is in event_key once, and nothing else is."""
    expected = collections.Counter(st.key_of(*name) for name in story.names())
    found = collections.Counter(row[0] for row in psql(conninfo, "select replace(key::text, '-', '') from event_key"))
    yield from _some("without a key", (expected - found).elements())
    yield from _some("keys too many", (found - expected).elements())


def raw_events(conninfo, story):
    """Every event is in raw_event once, and nothing else is."""
    expected = collections.Counter(story.names())
    found = collections.Counter(tuple(row) for row in psql(conninfo, "select source, event_id from raw_event"))
    yield from _some("acknowledged and lost", (expected - found).elements())
    yield from _some("stored too often", (found - expected).elements())


def places(conninfo, _):
    """A key says in which batch its event lies."""
    said = dict(psql(conninfo, "select replace(key::text, '-', ''), batch_id from event_key"))
    lies = {st.key_of(source, event_id): batch
            for source, event_id, batch in psql(conninfo, "select source, event_id, batch_id from raw_event")}
    yield from _differences("batches of keys", said, lies)


def totals(conninfo, story):
    """Stored totals, with what no cut has claimed yet, are the oracle's."""
    folds = {kind: fold for kind, _, fold, _ in st.KINDS}
    found = {}
    for customer, meter, events, total, most in psql(conninfo, """
        select c.key, u.meter, sum(event_count), sum(value_sum), max(value_max)
          from (select customer_id, meter, event_count, value_sum, value_max from usage_total
                union all
                select customer_id, meter, event_count, value_sum, value_max from usage_delta) u
          join customer c using (customer_id) group by c.key, u.meter"""):
        found[customer, meter] = (int(events), Fraction(most if folds[meter] == "max" else total))
    return _differences("totals", story.usage(), found)


def recomputed(conninfo, story):
    """What the raw events say by themselves is the oracle's."""
    members = {kind: member for kind, member, _, _ in st.KINDS}
    folds = {kind: fold for kind, _, fold, _ in st.KINDS}
    cases = " ".join(f"when '{kind}' then data::jsonb ->> '{member}'" for kind, member in members.items())
    found = {}
    for customer, meter, events, total, most in psql(conninfo, f"""
        select c.key, type, count(*), sum(value), max(value)
          from (select customer_id, type, (case type {cases} end)::numeric as value from raw_event) r
          join customer c using (customer_id) group by c.key, type"""):
        found[customer, meter] = (int(events), Fraction(most if folds[meter] == "max" else total))
    return _differences("raw events", story.usage(), found)


def conservation(conninfo, story):
    """received = counted + duplicate + quarantined, in the batches and in the tallies, and counted is what there is."""
    for table in ("ingest_batch", "ingest_tally"):
        rows = psql(conninfo, f"""
            select coalesce(sum(received), 0), coalesce(sum(counted), 0),
                   coalesce(sum(counted + duplicate + quarantined), 0) from {table}""")
        received, counted, together = map(int, rows[0])
        if received != together:
            yield f"{table}: {received} received, {together} counted, duplicate or quarantined"
        if counted != len(story.events):
            yield f"{table}: {counted} counted, not {len(story.events)}"


def quarantine(conninfo, story):
    """What could not be counted is there once, with its reason; nothing else is."""
    found = psql(conninfo, "select subject = 'nobody', count(*) from quarantine where state = 'open' group by 1")
    expected = {"t": len(story.strangers), "f": len(story.conflicts)}
    return _differences("quarantined (t: unknown subjects, f: other content)", expected,
                        {row[0]: int(row[1]) for row in found})


def billed(conninfo, story):
    """After the last run everything is billed, and nothing is open."""
    found = {(customer, charge): int(Fraction(amount) * 100) for customer, charge, amount in psql(conninfo, """
        select c.key, l.charge, sum(l.amount) from document_line l join customer c using (customer_id)
         group by c.key, l.charge""")}
    yield from _differences("billed, in cents", story.billed(), found)
    yield from _some("batches that no cut has claimed",
                     [row[0] for row in psql(conninfo, "select batch_id from ingest_batch where cut is null")])
    yield from _some("batches whose deltas are not in the totals",
                     [row[0] for row in psql(conninfo, "select distinct batch_id from usage_delta")])


CHECKS = [keys, raw_events, places, totals, recomputed, conservation, quarantine, billed]


def violations(conninfo, story):
    """Everything that is wrong, each a line with the name of its check."""
    return [f"{check.__name__}: {line}" for check in CHECKS for line in check(conninfo, story)]

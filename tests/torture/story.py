"""What is sent and what must come out: events, their deliveries, and the oracle.

Written from docs/ingest.md and docs/import.md, not from the program: sums are exact fractions, keys are SHA-256 by hand.
"""

import collections
import datetime
import hashlib
import json
import random
from fractions import Fraction

CUSTOMERS = 40
SUBJECTS_EACH = 3
SOURCES = ["app-eu", "app-us", "gateway/7", "sensor ✓"]

# Type of event, member of its data, how the meter of that name folds, charge of the plan below.
KINDS = [
    ("bandwidth", "bytes", "sum", "traffic"),
    ("storage", "bytes", "max", "room"),
    ("cartridge", "hours", "sum", "hours"),
    ("messages", "messages", "sum", "messages"),
    ("api-calls", "calls", "sum", "calls"),
]
UNITS = {"bandwidth": "byte", "storage": "byte", "cartridge": "hour", "messages": "message", "api-calls": "call"}

PLAN = "\n".join(
    ["""<plan name="Torture">"""]
    + [f"""  <metered name="{charge}" meter="{kind}" unit="{UNITS[kind]}" price="1"/>""" for kind, _, _, charge in KINDS]
    + ["</plan>"])

Event = collections.namedtuple("Event", "source id kind subject customer value texts")
# `texts` are CloudEvents in JSON that are all the same event: the later ones have other time stamps.


def billed_month(today):
    """First day of a month that has certainly ended, and of the one behind it."""
    first = (today.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
    first = (first - datetime.timedelta(days=1)).replace(day=1)
    return first, (first + datetime.timedelta(days=32)).replace(day=1)


def key_of(source, event_id):
    """What event_key holds: the first 16 bytes of SHA-256 over source and id, each behind its length in eight bytes."""
    hashed = hashlib.sha256()
    for text in (source, event_id):
        data = text.encode()
        hashed.update(len(data).to_bytes(8, "big"))
        hashed.update(data)
    return hashed.hexdigest()[:32]


def _quantity(seeded):
    """A JSON literal: decimals that binary floating point does not have, whole numbers, exponents, strings."""
    shape = seeded.randrange(10)
    if shape < 4:
        return seeded.choice(["0.1", "0.2", "0.3", "0.7", "1.1", "2.675"])
    if shape < 7:
        return f"{seeded.randrange(10_000)}.{seeded.randrange(1_000_000):06}"
    if shape < 9:
        return str(seeded.randrange(1_000_000))
    return seeded.choice(["1e3", "25e-2", '"0.1"', '"17.25"'])


def _time(seeded, month):
    at = datetime.datetime(month.year, month.month, 1) + datetime.timedelta(microseconds=seeded.randrange(27 * 86_400 * 10**6))
    return at.isoformat(timespec="milliseconds") + "Z"


def _text(seeded, event_id, source, kind, subject, member, literal, when):
    members = [f'"{member}":{literal}', '"region":"eu"', f'"trace":{json.dumps(event_id[-6:])}']
    seeded.shuffle(members)  # the order of members is no content
    return (f'{{"specversion":"1.0","id":{json.dumps(event_id)},"source":{json.dumps(source, ensure_ascii=False)},'
            f'"type":"{kind}","subject":"{subject}","time":"{when}","data":{{{",".join(members)}}}}}')


class Story:
    """`events` distinct ones, and `deliveries` of them: (transport, number of the event, text), in random order."""

    def __init__(self, seed, events, month, transports):
        seeded = random.Random(seed)
        self.events = [self._event(seeded, number, month) for number in range(events)]
        self.strangers = [self._stranger(seeded, number, month) for number in range(max(1, events // 500))]
        self.deliveries = []
        weights = [8 if transport == "http" else 1 for transport in transports]
        for number, event in enumerate(self.events):
            for _ in range(1 + seeded.choice((0, 1, 2, 2, 3, 4))):
                self.deliveries.append((seeded.choices(transports, weights)[0], number, seeded.choice(event.texts)))
        for text in self.strangers:
            for _ in range(2):
                self.deliveries.append(("http", None, text))
        seeded.shuffle(self.deliveries)
        # The same source and id with another quantity, when the first has been counted: never merged, never counted.
        self.conflicts = [event.texts[0].replace('"region":"eu"', '"region":"us"')
                          for event in seeded.sample(self.events, max(1, events // 1000))]

    @staticmethod
    def _event(seeded, number, month):
        customer = seeded.randrange(CUSTOMERS)
        subject = f"s{customer:03}-{seeded.randrange(SUBJECTS_EACH)}"
        kind, member, _, _ = seeded.choice(KINDS)
        literal = _quantity(seeded)
        source, event_id = seeded.choice(SOURCES), f"{seeded.getrandbits(64):016x}-{number}"
        texts = [_text(seeded, event_id, source, kind, subject, member, literal, _time(seeded, month))
                 for _ in range(1 + (seeded.random() < 0.2))]
        return Event(source, event_id, kind, subject, customer, Fraction(literal.strip('"')), texts)

    @staticmethod
    def _stranger(seeded, number, month):
        return _text(seeded, f"stranger-{number}", "app-eu", "bandwidth", "nobody", "bytes", "1", _time(seeded, month))

    def names(self):
        """(source, id) of every event."""
        return {(event.source, event.id) for event in self.events}

    def usage(self):
        """{(customer, meter): (events, quantity)}."""
        values = collections.defaultdict(list)
        for event in self.events:
            values[f"c{event.customer:03}", event.kind].append(event.value)
        folds = {kind: max if fold == "max" else sum for kind, _, fold, _ in KINDS}
        return {key: (len(some), Fraction(folds[key[1]](some))) for key, some in values.items()}

    def billed(self):
        """{(customer, charge): amount in cents} at a price of 1, rounded half away from zero."""
        charges = {kind: charge for kind, _, _, charge in KINDS}
        return {(customer, charges[kind]): int(quantity * 100 + Fraction(1, 2))
                for (customer, kind), (_, quantity) in self.usage().items()}

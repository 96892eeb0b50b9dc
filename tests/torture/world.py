"""The world W that runs bill under torture: customers, what they are priced by, and their usage.

Three currencies with 2, 0 and 3 digits, zones from Honolulu to Kiritimati, anchors up to 31; fees prorated by days,
seats, graduated and per-unit usage with allowances, a minimum, percentage discounts, coupons, prepaid credit, payments and
taxes; two billing periods (those that begin in March and in April 2026) and usage that comes late. What must come of it is
computed by oracle.py. Everything follows from the seed.
"""

import collections
import dataclasses
import datetime
import random
import shutil
import zoneinfo
from fractions import Fraction

import reckoner_process as rp

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Honolulu", "Pacific/Kiritimati",
         "Australia/Lord_Howe", "America/St_Johns"]
ANCHORS = [1, 1, 15, 28, 29, 30, 31]
DAY = datetime.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class Prices:
    """One pricing strategy, with one plan of the name of its currency."""

    currency: str
    digits: int
    minimum: str  # of a customer in a period
    fee: str
    seat: str  # each, for a whole period
    megabyte: str  # above the allowance
    calls: tuple  # (up to, price) graduated; the last without bound
    room: str  # for each GB of the most held at once

    def xml(self):
        tiers = "".join(f'<tier{f""" up-to="{bound}" """ if bound else " "}price="{price}"/>' for bound, price in self.calls)
        return rp.pricing(f"world-{self.currency.lower()}", f"""
          <plan name="W-{self.currency}">
            <recurring name="base" fee="{self.fee}"/>
            <recurring name="seats" quantity="seats" unit="seat" price="{self.seat}"/>
            <metered name="traffic" meter="bandwidth" unit="MB" unit-size="1048576" allowance="{ALLOWANCE}"
                     price="{self.megabyte}" tax="reduced"/>
            <metered name="calls" meter="api-calls" unit="call"><graduated>{tiers}</graduated></metered>
            <metered name="room" meter="storage" unit="GB" unit-size="1000000000" price="{self.room}"/>
          </plan>""", self.currency).replace("<pricing ", f'<pricing minimum="{self.minimum}" ', 1)


ALLOWANCE = 30  # MB
PRICES = {prices.currency: prices for prices in (
    Prices("EUR", 2, "14.00", "10.02", "1.25", "0.0375", ((100, "0.011"), (None, "0.0047")), "0.31"),
    Prices("JPY", 0, "1900", "1450", "180", "5.4", ((100, "1.6"), (None, "0.7")), "44.5"),
    Prices("KWD", 3, "4.500", "3.105", "0.385", "0.01155", ((100, "0.0034"), (None, "0.00145")), "0.0955"))}

TAXES = """<?xml version="1.0" encoding="UTF-8"?>
<taxes xmlns="urn:reckoner:taxes:1" home="DE" reverse-charge="FR">
  <country code="DE"><rate category="standard" percent="19"/><rate category="reduced" percent="7"/></country>
  <country code="FR"><rate category="standard" percent="20"/><rate category="reduced" percent="5.5"/></country>
</taxes>
"""
RATES = {"DE": {"standard": Fraction(19), "reduced": Fraction(7)}, "FR": {"standard": Fraction(20), "reduced": Fraction(11, 2)}}

HANDLERS = """
      <handler class="SubscriptionFeedingHandler"/>
      <handler class="SubscriptionTreeBuildingHandler"/>
      <handler class="InvoiceCalculationHandler"/>
      <handler class="DiscountHandler"/>
      <handler class="CommitmentHandler"/>
      <handler class="CouponHandler"/>
      <handler class="TaxHandler"/>
      <handler class="CreditHandler"/>"""


FINAL_HANDLERS = """
      <handler class="FinalizingHandler"/>
      <handler class="EmailSendingHandler"><parameter name="template" value="mail/invoice.mustache"/></handler>"""


REMINDERS = """
      <handler class="ReminderHandler">
        <parameter name="step" value="first"/><parameter name="days" value="7"/>
        <parameter name="template" value="mail/reminder.mustache"/>
      </handler>
      <handler class="ReminderHandler">
        <parameter name="step" value="second"/><parameter name="days" value="21"/>
        <parameter name="template" value="mail/second-reminder.mustache"/>
        <parameter name="fees" value="USD 10.00, EUR 10.00"/>
      </handler>"""


def billing_config(batch_size, workers, settings, schedules):
    """`schedules`: engine -> its <schedule>, or nothing."""
    lines = "".join(f'<setting name="{name}" value="{value}"/>' for name, value in settings.items())
    engines = "".join(f"""
  <engine id="{engine}">
    {schedule}
    <run batch-size="{batch_size}" workers="{workers}"/>
    <handlers>{HANDLERS}{FINAL_HANDLERS}
    </handlers>
  </engine>""" for engine, schedule in schedules.items())
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<billing-config xmlns="urn:reckoner:billing-config:1">
  <settings>
    <setting name="billing.legalEntity.name" value="Torture Ltd"/>
    <setting name="billing.currency" value="EUR"/>
    <setting name="billing.bounds.documentsPerDay" value="0"/>{lines}
  </settings>{engines}
  <engine id="interim"><handlers>{HANDLERS}
  </handlers></engine>
  <engine id="dunning">
    <run batch-size="{batch_size}" workers="{workers}"/>
    <handlers>{REMINDERS}
    </handlers>
  </engine>
</billing-config>
"""


def configuration(name, batch_size=50, workers=2, settings=None, schedule="", engines=None, files=None):
    """A directory with the configuration of W, and `files` beside or instead of its own: name -> text. `engines` are further
    ones: id -> schedule."""
    directory = rp.SANDBOX / name
    shutil.copytree(rp.CONFIG, directory)
    for path in (directory / "pricing").iterdir():
        path.unlink()
    for prices in PRICES.values():
        (directory / "pricing" / f"{prices.currency.lower()}.xml").write_text(prices.xml(), encoding="utf-8")
    (directory / "taxes.xml").write_text(TAXES, encoding="utf-8")
    (directory / "billing-config.xml").write_text(
        billing_config(batch_size, workers, settings or {}, {"monthly": schedule, **(engines or {})}), encoding="utf-8")
    for member, text in (files or {}).items():
        (directory / member).write_text(text, encoding="utf-8")
    return directory


Event = collections.namedtuple("Event", "id subject type member value at")  # `value` is text, `at` in UTC


@dataclasses.dataclass
class Customer:
    key: str
    zone: str
    anchor: int
    currency: str
    country: str
    tax_id: str
    exempt: bool
    starts_on: datetime.date
    seats: int
    discount: int  # percent, from the first day on; 0: none
    coupon: str  # an amount that the first document draws whole; "": none, as with a discount
    prepaid: str
    payment: str
    events: list  # known before the first run
    late: list  # of the first period, known before the second run

    def bounds(self):
        """The days on which its periods begin and the last one ends."""
        return [datetime.date(2026, month, min(self.anchor, last)) for month, last in ((3, 31), (4, 30), (5, 31))]

    def instant_of(self, day):
        """When a local day begins."""
        return datetime.datetime.combine(day, datetime.time(), zoneinfo.ZoneInfo(self.zone)).astimezone(datetime.timezone.utc)


class World:
    def __init__(self, seed, customers=1000, events=20_000, late=2_000):
        seeded = random.Random(seed)
        self.customers = [self._customer(seeded, number) for number in range(customers)]
        for number in range(events):
            customer = seeded.choice(self.customers)
            customer.events.append(self._event(seeded, customer, f"e{number}", customer.bounds()[0], customer.bounds()[2]))
        # A coupon moves with the lines it was drawn for; the oracle knows only one that stays where it is.
        without_coupon = [customer for customer in self.customers if not customer.coupon]
        for number in range(late):
            customer = seeded.choice(without_coupon)
            customer.late.append(self._event(seeded, customer, f"l{number}", customer.bounds()[0], customer.bounds()[1]))

    @staticmethod
    def _customer(seeded, number):
        currency = ("EUR", "EUR", "JPY", "KWD")[number % 4]
        digits = PRICES[currency].digits
        country = seeded.choice(["DE", "DE", "DE", "FR", "FR", "CH", ""])

        def amount(fees):
            """Of money, at most so many times the fee."""
            most = fees * Fraction(PRICES[currency].fee) * 10**digits
            units = f"{seeded.randrange(1, int(most)):0{digits + 1}}"
            return f"{units[:-digits]}.{units[-digits:]}" if digits else units

        customer = Customer(
            key=f"c{number:04}", zone=seeded.choice(ZONES), anchor=seeded.choice(ANCHORS), currency=currency, country=country,
            tax_id="FR123" if country == "FR" and seeded.random() < 0.5 else "", exempt=seeded.random() < 0.05,
            starts_on=datetime.date(2026, 3, 1), seats=seeded.randrange(4),
            discount=seeded.choice([0, 0, 0, 0, 0, 10, 33]), coupon=amount(Fraction(1, 4)) if seeded.random() < 0.15 else "",
            prepaid=amount(3) if seeded.random() < 0.15 else "", payment=amount(2) if seeded.random() < 0.2 else "",
            events=[], late=[])
        if customer.discount:
            customer.coupon = ""
        customer.starts_on = customer.bounds()[0] + DAY * (seeded.randrange(1, 20) if seeded.random() < 0.3 else 0)
        return customer

    @staticmethod
    def _event(seeded, customer, event_id, first, end):
        """Somewhere while it is subscribed, now and then in the first or in the last second of a period."""
        starts = [max(day, customer.starts_on) for day in customer.bounds()]
        begin, over = customer.instant_of(max(first, customer.starts_on)), customer.instant_of(end)
        if seeded.random() < 0.2:
            edge = customer.instant_of(seeded.choice([day for day in starts if begin <= customer.instant_of(day) <= over]))
            at = edge + datetime.timedelta(seconds=seeded.choice((-1, 0)))
            at = min(max(at, begin), over - datetime.timedelta(seconds=1))
        else:
            at = begin + datetime.timedelta(seconds=seeded.randrange(int((over - begin).total_seconds())))
        kind, member, value = seeded.choice((
            ("bandwidth", "bytes", str(seeded.randrange(30_000_000))),
            ("api-calls", "calls", seeded.choice(("1", "7", "60", "0.5"))),
            ("storage", "bytes", str(seeded.randrange(9_000_000_000)))))
        return Event(event_id, customer.key, kind, member, value, at)

    def load(self, reckoner, directory):
        """Customers, subscriptions and what belongs to them; no usage yet."""

        def store(kind, header, rows):
            reckoner.ok("import", kind, rp.write_csv(directory / f"{kind}.csv", header, rows))

        store("customers", ["key", "name", "email", "time-zone", "anchor-day", "country", "tax-id", "tax-exempt"],
              [[c.key, f"Customer {c.key}", f"{c.key}@example.com", c.zone, c.anchor, c.country, c.tax_id,
                "true" if c.exempt else ""] for c in self.customers])
        store("subscriptions", ["key", "customer", "plan", "starts-on", "ends-on", "quantities"],
              [["s", c.key, f"W-{c.currency}", c.starts_on, c.bounds()[2], f"seats={c.seats}" if c.seats else ""]
               for c in self.customers])
        store("discounts", ["key", "customer", "percentage", "starts-on"],
              [["d", c.key, c.discount, c.starts_on] for c in self.customers if c.discount])
        store("credits", ["key", "customer", "kind", "amount", "currency"],
              [[kind, c.key, kind, amount, c.currency] for c in self.customers
               for kind, amount in (("coupon", c.coupon), ("prepaid", c.prepaid)) if amount])
        store("payments", ["reference", "customer", "amount", "currency", "received-on"],
              [[f"P-{c.key}", c.key, c.payment, c.currency, "2026-04-04"] for c in self.customers if c.payment])

    def start_ingest(self, reckoner, directory, late):
        """Takes in all usage that is known before the first run, or what comes before the second."""
        events = [event for c in self.customers for event in (c.late if late else c.events)]
        return self.start_ingest_of(reckoner, directory, events, "late" if late else "early")

    @staticmethod
    def start_ingest_of(reckoner, directory, events, name):
        path = rp.write_csv(directory / f"{name}.csv", ["id", "subject", "time", "type", "bytes", "calls"],
                            [[e.id, e.subject, e.at.isoformat(), e.type, e.value if e.member == "bytes" else "",
                              e.value if e.member == "calls" else ""] for e in events])
        return reckoner.start("ingest", path, "--source", "world", "--mapping",
                              "id=id,subject=subject,time=time,type=type,bytes=bytes,calls=calls")

    def ingest(self, reckoner, directory, late):
        result = self.start_ingest(reckoner, directory, late).wait()
        if result.code != 0:
            raise AssertionError(f"{result}")

    def cloud_events(self, late):
        """The same as CloudEvents, under another source: not to be mixed with those of files."""
        return [{"specversion": "1.0", "id": e.id, "source": "world-http", "type": e.type, "subject": e.subject,
                 "time": e.at.isoformat(), "data": {e.member: e.value}}
                for c in self.customers for e in (c.late if late else c.events)]

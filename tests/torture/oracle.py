"""The documents that must come of the world W, computed the slow way.

Written from docs/pricing.md, docs/taxes-and-credits.md and docs/subscriptions.md, not from the program, and sharing nothing
with it: exact fractions, Python's time zones, every period looked at by itself. Amounts are in the currency's smallest unit.
"""

import collections
import zoneinfo
from fractions import Fraction

from world import ALLOWANCE, PRICES, RATES

# `lines`: {(label, true_up, charge, category): (quantity, amount)}; `taxes`: {(category, percent): (base, tax)}
Document = collections.namedtuple(
    "Document", "currency lines taxes subtotal coupons tax total credits payments brought_forward carried_forward")
Line = collections.namedtuple("Line", "quantity amount")


def rounded(value):
    """To a whole number, half away from zero."""
    sign = -1 if value < 0 else 1
    return sign * int(abs(value) + Fraction(1, 2))


def spread(amount, weights):
    """Whole parts in proportion to the weights that sum to the amount: what is left over goes to the largest remainders, of
    equal ones to the first."""
    whole = sum(weights)
    exact = [Fraction(amount * weight, whole) for weight in weights]
    parts = [int(part // 1) for part in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[:amount - sum(parts)]:
        parts[i] += 1
    return parts


class Oracle:
    """What one customer is billed, run by run."""

    def __init__(self, customer):
        self._customer = customer
        self._prices = PRICES[customer.currency]
        self._scale = 10 ** self._prices.digits
        self.billed = {}
        self._left = {kind: self._units(amount or "0") for kind, amount in
                      (("coupon", customer.coupon), ("prepaid", customer.prepaid), ("payment", customer.payment))}
        self.balance = -self._left["payment"]  # in the ledger a payment counts when it is imported

    def _units(self, text):
        value = Fraction(text) * self._scale
        assert value.denominator == 1
        return int(value)

    def _local_day(self, event):
        return event.at.astimezone(zoneinfo.ZoneInfo(self._customer.zone)).date()

    def _statement(self, first, end, events):
        """{(charge, category): Line} that a period deserves."""
        customer, prices = self._customer, self._prices
        covered = Fraction((end - max(first, customer.starts_on)).days, (end - first).days)
        days = (end - max(first, customer.starts_on)).days
        used = {kind: [Fraction(e.value) for e in events if e.type == kind and first <= self._local_day(e) < end]
                for kind in ("bandwidth", "api-calls", "storage")}
        lines = {}

        def line(charge, category, quantity, amount):
            lines[charge, category] = Line(quantity, rounded(amount * self._scale))

        line("base", "standard", days, Fraction(prices.fee) * covered)
        line("seats", "standard", customer.seats * covered, Fraction(prices.seat) * customer.seats * covered)
        megabytes = max(Fraction(0), sum(used["bandwidth"]) / 2**20 - ALLOWANCE * covered)
        line("traffic", "reduced", megabytes, megabytes * Fraction(prices.megabyte))
        calls = sum(used["api-calls"])
        (bound, below), (_, above) = prices.calls
        line("calls", "standard", calls, min(calls, bound) * Fraction(below) + max(calls - bound, 0) * Fraction(above))
        room = max(used["storage"], default=0) / Fraction(10**9)
        line("room", "standard", room, room * Fraction(prices.room))

        sums = collections.Counter()
        for (_, category), entry in lines.items():
            sums[category] += entry.amount
        if customer.discount:
            for category in list(sums):
                taken = rounded(Fraction(sums[category] * customer.discount, 100))
                if sums[category]:
                    lines["discount", category] = Line(None, -taken)
                    sums[category] -= taken
        short = rounded(Fraction(prices.minimum) * covered * self._scale) - sum(sums.values())
        if short > 0:
            categories = [category for category in ("standard", "reduced") if sums[category] > 0]
            parts = spread(short, [sums[category] for category in categories])
            for category, part in zip(categories, parts):
                if part:
                    lines["minimum", category] = Line(1, part)
        return lines

    def bill(self, labels, events):
        """The document of a run over the periods of these labels that knows these events; None when nothing is new."""
        customer = self._customer
        bounds = customer.bounds()
        lines = {}
        for number, first in enumerate(bounds[:2]):
            label = f"{first:%Y-%m}"
            if label not in labels:
                continue
            deserved = self._statement(first, bounds[number + 1], events)
            before = self.billed.get(label)
            for key in deserved.keys() | (before or {}).keys():
                now, was = deserved.get(key, Line(0, 0)), (before or {}).get(key, Line(0, 0))
                if before is None or now != was:
                    quantity = None if None in (now.quantity, was.quantity) else now.quantity - was.quantity
                    lines[(label, before is not None, *key)] = Line(quantity, now.amount - was.amount)
            self.billed[label] = deserved
        if not lines:
            return None
        return self._document(lines)

    def _document(self, lines):
        customer = self._customer
        subtotal = sum(entry.amount for entry in lines.values())
        coupon = min(self._left["coupon"], subtotal)
        self._left["coupon"] -= coupon
        bases = collections.Counter({category: 0 for _, _, _, category in lines})
        # In the order of the document, which decides between equal remainders.
        order = sorted(lines, key=lambda key: (key[0], CHARGES.index(key[2]), key[3] != "standard"))
        for key, part in zip(order, spread(coupon, [lines[key].amount for key in order]) if coupon else [0] * len(order)):
            bases[key[3]] += lines[key].amount - part
        taxes = {}
        for category, base in bases.items():
            percent = self._percent(category)
            taxes[category, percent] = (base, rounded(Fraction(base) * percent / 100))
        tax = sum(tax for _, tax in taxes.values())
        total = subtotal - coupon + tax
        credits = max(0, min(self._left["prepaid"], total))
        self._left["prepaid"] -= credits
        payments, self._left["payment"] = self._left["payment"], 0
        brought = self.balance + payments
        self.balance = brought + total - credits - payments
        return Document(customer.currency, lines, taxes, subtotal, coupon, tax, total, credits, payments, brought, self.balance)

    def _percent(self, category):
        customer = self._customer
        country = customer.country or "DE"
        if customer.exempt or country not in RATES or (country == "FR" and customer.tax_id):
            return Fraction(0)
        return RATES[country][category]


CHARGES = ["base", "seats", "traffic", "calls", "room", "discount", "minimum"]
FIRST, SECOND = ("2026-03",), ("2026-03", "2026-04")


def sums(customers):
    """{(key, label, charge, category): what it comes to in all} once everything is known and billed, by however many
    documents."""
    expected = {}
    for customer in customers:
        oracle = Oracle(customer)
        oracle.bill(SECOND, customer.events + customer.late)
        for label, statement in oracle.billed.items():
            for (charge, category), line in statement.items():
                if line.amount:
                    expected[customer.key, label, charge, category] = line.amount
    return expected


def books(world, runs=2):
    """({(key, ordinal): Document}, {(key, currency): balance}) after the first run (over the period 2026-03) and the second
    one (over everything, with the late usage)."""
    expected, balances = {}, {}
    for customer in world.customers:
        oracle = Oracle(customer)
        issued = [oracle.bill(FIRST, customer.events)]
        if runs == 2:
            issued.append(oracle.bill(SECOND, customer.events + customer.late))
        for ordinal, document in enumerate(filter(None, issued), 1):
            expected[customer.key, ordinal] = document
        balances[customer.key, customer.currency] = oracle.balance
    return expected, balances

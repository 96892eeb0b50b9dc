"""The documents that a database holds, in the oracle's form, and what differs between the two."""

import collections
from fractions import Fraction

from oracle import Document, Line
from reckoner_process import psql
from world import PRICES

SHOWN = 5
DIGITS = 6  # behind the point, of a quantity that has no exact decimal


def _charge(name):
    """Names that contain the name of a strategy or of a discount stand for their kind."""
    for kind in ("minimum", "discount"):
        if name.startswith(kind):
            return kind
    return name


def documents(conninfo):
    """{(key, ordinal): Document}"""
    lines, taxes = collections.defaultdict(dict), collections.defaultdict(dict)
    rows = psql(conninfo, """
        select c.key, ordinal, d.currency, subtotal, coupons_total, tax_total, total, credits_total, payments_total,
               brought_forward, carried_forward from document d join customer c using (customer_id)""")
    scale = {(row[0], int(row[1])): 10 ** PRICES[row[2]].digits for row in rows}
    for key, ordinal, label, true_up, charge, category, quantity, amount in psql(conninfo, """
            select c.key, ordinal, period_label, true_up, charge, tax_category, quantity, amount
              from document_line join customer c using (customer_id)"""):
        document = key, int(ordinal)
        units = Fraction(amount) * scale.get(document, 1)
        name = (label, true_up == "t", _charge(charge), category)
        if name in lines[document]:
            name = (*name, "twice")
        lines[document][name] = Line(Fraction(quantity), units)
    for key, ordinal, category, percent, base, tax in psql(conninfo, """
            select c.key, ordinal, category, percent, base, tax from document_tax join customer c using (customer_id)"""):
        document = key, int(ordinal)
        taxes[document][category, Fraction(percent)] = tuple(Fraction(x) * scale.get(document, 1) for x in (base, tax))
    found = {}
    for key, ordinal, currency, *amounts in rows:
        document = key, int(ordinal)
        units = [Fraction(amount) * scale[document] for amount in amounts]
        found[document] = Document(currency, lines.pop(document, {}), taxes.pop(document, {}), *units)
    for document in lines.keys() | taxes.keys():
        found[document] = Document("lines without document", lines[document], taxes[document], *[0] * 8)
    return found


def sums(conninfo):
    """{(key, label, charge, category): what its lines come to in all}, where that is not nothing."""
    found = collections.Counter()
    for key, currency, label, charge, category, amount in psql(conninfo, """
            select c.key, d.currency, period_label, charge, tax_category, sum(amount)
              from document_line join document d using (customer_id, ordinal) join customer c using (customer_id)
             group by 1, 2, 3, 4, 5"""):
        found[key, label, _charge(charge), category] += Fraction(amount) * 10 ** PRICES[currency].digits
    return {line: amount for line, amount in found.items() if amount}


def balances(conninfo):
    """{(key, currency): balance}"""
    return {(key, currency): Fraction(balance) * 10 ** PRICES[currency].digits for key, currency, balance in psql(conninfo, """
        select c.key, currency, balance from customer_balance join customer c using (customer_id)""")}


def _same_quantity(expected, found):
    return expected is None or abs(expected - found) * 10**DIGITS <= 1


def _line_differences(expected, found):
    for key in sorted(expected.keys() | found.keys()):
        one, other = expected.get(key), found.get(key)
        if one is None or other is None or one.amount != other.amount or not _same_quantity(one.quantity, other.quantity):
            yield f"line {' '.join(map(str, key))}: {_said(other)}, not {_said(one)}"


def _said(line):
    if line is None:
        return "none"
    return f"{'' if line.quantity is None else f'{float(line.quantity):.15g} for '}{line.amount}"


def differences(expected, found):
    """Lines that say what a database holds that the oracle does not give, and the other way round."""
    for document in sorted(expected.keys() & found.keys()):
        one, other = expected[document], found[document]
        wrong = list(_line_differences(one.lines, other.lines))
        for field in Document._fields:
            if field != "lines" and getattr(one, field) != getattr(other, field):
                wrong.append(f"{field}: {_plain(getattr(other, field))}, not {_plain(getattr(one, field))}")
        if wrong:
            yield f"document {document[1]} of {document[0]}: {'; '.join(wrong)}"


def _plain(value):
    if isinstance(value, dict):
        return {f"{category} {float(percent):g}": tuple(map(str, both)) for (category, percent), both in sorted(value.items())}
    return str(value)

"""What is wrong with a database in which the world W was billed."""

import stored
import stored_documents
from case import CaseResult
from reckoner_process import psql

SHOWN = 5


def _shown(lines):
    lines = list(lines)
    return lines[:SHOWN] + ([f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else [])


def numbers(conninfo):
    """(gaps, numbers given twice, lines that say what is wrong with the order): within a series and year the numbers go
    from 1 on, and in their order documents were issued."""
    gaps = doubles = 0
    wrong = []
    for series, year, count, distinct, most, disorder in psql(conninfo, """
            select series, year, count(*), count(distinct seq), max(seq),
                   count(*) filter (where issued_at < earlier or (earlier_ordinal is not null and ordinal <= earlier_ordinal))
              from (select *, lag(issued_at) over (partition by series, year order by seq) as earlier,
                           lag(ordinal) over (partition by series, year, customer_id order by seq) as earlier_ordinal
                      from issued) i
             group by series, year"""):
        gaps += int(most) - int(distinct)
        doubles += int(count) - int(distinct)
        if disorder != "0":
            wrong.append(f"{series} {year}: {disorder} documents have a number lower than an earlier one's")
    return gaps, doubles, wrong


def judge(conninfo, books, reckoner=None, digest=None, faults=0):
    """The CaseResult of a database: `books` as oracle.books() gives them; with `reckoner` its `verify` has its say;
    `digest` is that of an undisturbed run at the same cuts. Customers that are not in the books do not count."""
    expected, balances = books
    known = {key for key, _ in balances}
    found = {document: what for document, what in stored_documents.documents(conninfo).items() if document[0] in known}
    gaps, doubles, violated = numbers(conninfo)
    missing, more = expected.keys() - found.keys(), found.keys() - expected.keys()
    lost = sum(len(expected[document].lines) for document in missing)
    double = doubles + sum(len(found[document].lines) for document in more)
    for document in expected.keys() & found.keys():
        lost += len(expected[document].lines.keys() - found[document].lines.keys())
        double += len(found[document].lines.keys() - expected[document].lines.keys())
    violated += _shown(f"document {ordinal} of {key} is missing" for key, ordinal in sorted(missing))
    violated += _shown(f"nobody expects document {ordinal} of {key}" for key, ordinal in sorted(more))
    violated += _shown(stored_documents.differences(expected, found))
    stands = stored_documents.balances(conninfo)
    violated += _shown(f"balance of {key} in {currency}: {stands.get((key, currency))}, not {balance}"
                       for (key, currency), balance in sorted(balances.items())
                       if stands.get((key, currency), 0) != balance)
    return CaseResult(faults, lost, double, gaps, violated) + sound(conninfo, reckoner, digest)


def judge_sums(conninfo, expected, faults=0):
    """The CaseResult where it does not matter which document bears what: `expected` is what oracle.sums() gives."""
    found = stored_documents.sums(conninfo)
    wrong = {line: (found.get(line, 0), expected.get(line, 0)) for line in expected.keys() | found.keys()
             if found.get(line, 0) != expected.get(line, 0)}
    gaps, doubles, violated = numbers(conninfo)
    violated += _shown(f"{' '.join(line)} came to {now} in all, not to {due}" for line, (now, due) in sorted(wrong.items()))
    return CaseResult(faults, sum(now < due for now, due in wrong.values()),
                      doubles + sum(now > due for now, due in wrong.values()), gaps, violated)


def sound(conninfo, reckoner=None, digest=None, with_cuts=True):
    """The part of judge() that needs no oracle."""
    violated = [f"{name}: {rows}" for name, rows in stored.faults(conninfo)]
    if digest is not None:
        now = stored.digest(conninfo, with_cuts=with_cuts)
        violated += [f"{kind} are not those of an undisturbed run: {now[kind][0]} rows, not {digest[kind][0]}"
                     for kind in digest if now[kind] != digest[kind]]
    if reckoner is not None:
        verified = reckoner.run("verify")
        if verified.code != 0:
            violated.append(f"verify: exit {verified.code}: {(verified.out + verified.err)[-500:]}")
    return CaseResult(0, violated=violated)

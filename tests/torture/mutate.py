#!/usr/bin/python3
"""Plants a bug: copies source files of the program with a small change.

    tests/torture/mutate.py                              names each mutant and the files it changes
    tests/torture/mutate.py MUTANT SOURCE_TREE OUTPUT    writes OUTPUT/FILE for each of them

Fails when the text to be changed is not there exactly once: then the code has moved on, and the mutant must follow it.
README.md says what each bug is, and which case finds it out.
"""

import sys
from pathlib import Path

KEYS, CUT = "src/metering/event_keys.cpp", "src/metering/cut.cpp"
BATCH, BILLING, PERIODS = "src/engine/batch.cpp", "src/engine/billing.cpp", "src/engine/period_records.cpp"
PRESENCE, NUMBERING, COMPUTE = "src/engine/run_presence.cpp", "src/engine/numbering.cpp", "src/engine/compute.cpp"
MONEY, RATIO, ZONE = "src/money/money.cpp", "src/money/ratio.cpp", "src/time/zone.cpp"

CLAIM_BATCHES = "set cut = $1 where cut is null returning batch_id"

# What each changes: file → [(text, text in its place)].
MUTANTS = {
    # Keys are claimed, for good, before what they stand for is written: killed in between, the event is a duplicate for
    # ever and never counted.
    "claim": {KEYS: [
        ("    copy_keys(connection, arrivals, batch_id);\n    return;",
         "    copy_keys(connection, arrivals, batch_id);\n"
         "    connection.run_script({\"claim keys\", \"commit; begin\"});\n    return;"),
        ("    found->second->outcome = Arrival::Outcome::kCounted;\n  }\n}",
         "    found->second->outcome = Arrival::Outcome::kCounted;\n  }\n"
         "  connection.run_script({\"claim keys\", \"commit; begin\"});\n}")]},
    # A cut takes what has a higher number than all that were taken: who commits later with a lower one is lost.
    "id": {CUT: [
        (CLAIM_BATCHES,
         "set cut = $1 where cut is null and batch_id > "
         "(select coalesce(max(batch_id), 0) from ingest_batch where cut is not null) returning batch_id")]},
    # The same by the time of receipt.
    "time": {CUT: [
        (CLAIM_BATCHES,
         "set cut = $1 where cut is null and received_at > "
         "(select coalesce(max(received_at), '-infinity') from ingest_batch where cut is not null) returning batch_id")]},
    # Numbers come from a sequence (one that the cases leave alone): what rolls back leaves a gap.
    "sequence": {NUMBERING: [
        ("returning next_seq - $3 as first_seq",
         "returning setval('api_key_key_id_seq', nextval('api_key_key_id_seq') + $3 - 1) - $3 + 1 as first_seq")]},
    # Numbers are the highest plus one, and the counter's lock is given up at once.
    "max": {NUMBERING: [
        ("const store::Row counter =",
         "connection.run_script({\"come to the counter\", \"savepoint counter\"});\n    const store::Row counter ="),
        ("std::int64_t seq = counter.int64(\"first_seq\");",
         "connection.run_script({\"leave the counter\", \"rollback to counter\"});\n"
         "    std::int64_t seq = connection.query({\"highest plus one\", "
         "\"select coalesce(max(seq), 0) + 1 as seq from issued\"}).only().int64(\"seq\");")]},
    # The counter is moved by a connection of its own: it has moved when the document rolls back.
    "connection": {NUMBERING: [
        ("#include <algorithm>\n", "#include <algorithm>\n#include <cstdlib>\n"),
        ("connection.query(kTakeNumbers,",
         "store::Connection({.conninfo = std::getenv(\"RECKONER_DATABASE\")}).query(kTakeNumbers,")]},
    # Mails are written when the documents are committed.
    "outbox": {
        BILLING: [
            ("namespace reckoner::engine {\n\nnamespace {\n",
             "namespace reckoner::engine {\n\nthread_local std::vector<OutgoingMail> waiting_mails;\n\nnamespace {\n"),
            ("write_outbox(connection_, mails_, now_);", "waiting_mails = mails_;")],
        BATCH: [
            ("namespace reckoner::engine {\n\nnamespace {\n",
             "namespace reckoner::engine {\n\nextern thread_local std::vector<OutgoingMail> waiting_mails;\n\nnamespace {\n"),
            ("  tell_left_alone(run, billing);\n",
             "  store::Transaction second(connection);\n  write_outbox(connection, waiting_mails, now);\n"
             "  second.commit();\n  tell_left_alone(run, billing);\n"),
            ('#include "engine/billing.hpp"\n', '#include "engine/billing.hpp"\n#include "engine/issue.hpp"\n')]},
    # The writing transaction does not look whether the batch is still its own, and who takes over ends nobody.
    "lease": {
        BATCH: [("where run_id = $1 and batch = $2 and token = $3 and state = 'open' for share",
                 "where run_id = $1 and batch = $2 and $3 > 0")],
        PRESENCE: [("select pg_terminate_backend(a.pid, 2000)", "select a.pid")]},
    # Nothing keeps two writers of one customer apart.
    "ordinal": {BILLING: [
        ("#include <algorithm>\n", "#include <algorithm>\n#include <chrono>\n"),
        ("update customer_state set ordinal = ordinal where customer_id = any($1::bigint[])",
         "select from customer_state where customer_id = any($1::bigint[])"),
        ("work.document.ordinal = ++work.customer->ordinal;",
         "work.document.ordinal = std::chrono::steady_clock::now().time_since_epoch().count();")]},
    # Whether usage reopens a period is a flag: whoever bills clears it, also for usage it has not seen.
    "flag": {PERIODS: [
        ("set billed_cut = $5,", "set billed_cut = greatest($5, (select cut from cut_counter)),")]},
    # A zone is an offset.
    "offset": {ZONE: [
        ("return {info.begin, info.end, info.offset};",
         "return {sys_seconds::min(), sys_seconds::max(), info.offset - hours(info.save == minutes(0) ? 0 : 1)};")]},
    # Amounts are rounded in binary floating point.
    "float": {RATIO: [
        ("#include <algorithm>\n", "#include <algorithm>\n#include <cmath>\n"),
        ("  const Decimal& n = exact.numerator();\n  const Decimal& d = exact.denominator();\n  const int shift",
         "  const Decimal& n = exact.numerator();\n  const Decimal& d = exact.denominator();\n"
         "  if (digits >= 0) {\n"
         "    const auto binary = [](const Decimal& value) {\n"
         "      return static_cast<double>(value.coefficient()) / std::pow(10.0, value.scale());\n"
         "    };\n"
         "    const double rounded = std::round(binary(n) / binary(d) * std::pow(10.0, digits));\n"
         "    return Decimal::from_parts(static_cast<Int128>(rounded), digits);\n"
         "  }\n"
         "  const int shift")]},
    # Each part of a split is rounded by itself: parts do not sum to the whole.
    "remainder": {MONEY: [
        ("for (std::size_t i = 0; i < left; ++i) ++shares[order[i]].quotient;",
         "for (Division& share : shares) share.quotient += share.remainder * 2 >= total ? 1 : 0;")]},
    # A billed period is computed again under the version of the run, not under its own.
    "version": {COMPUTE: [
        ("if (!period.billed_before) period.version = active;", "period.version = active;")]},
}


def mutated(name, tree):
    """The changed texts: file → text."""
    texts = {}
    for file, changes in MUTANTS[name].items():
        text = (Path(tree) / file).read_text(encoding="utf-8")
        for old, new in changes:
            if text.count(old) != 1:
                raise SystemExit(f"mutate.py: {name}: {file} has {text.count(old)} times, not once: {old!r}")
            text = text.replace(old, new)
        texts[file] = text
    return texts


def main():
    if len(sys.argv) == 1:
        for name, files in MUTANTS.items():
            print(name, *files)
    elif len(sys.argv) == 4 and sys.argv[1] in MUTANTS:
        for file, text in mutated(sys.argv[1], sys.argv[2]).items():
            path = Path(sys.argv[3]) / Path(file).name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main()

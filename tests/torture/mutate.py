#!/usr/bin/python3
"""Plants a bug: copies a source file of the program with a small change.

    tests/torture/mutate.py MUTANT SOURCE_TREE OUTPUT

Fails when the text to be changed is not there exactly once: then the code has moved on, and the mutant must follow it.
"""

import collections
import sys
from pathlib import Path

Mutant = collections.namedtuple("Mutant", "file changes")

MUTANTS = {
    # Keys are claimed, for good, before what they stand for is written: killed in between, the event is a duplicate for
    # ever and never counted.
    "claim": Mutant("src/metering/event_keys.cpp", [
        ("    copy_keys(connection, arrivals, batch_id);\n    return;",
         "    copy_keys(connection, arrivals, batch_id);\n"
         "    connection.run_script({\"claim keys\", \"commit; begin\"});\n    return;"),
        ("    found->second->outcome = Arrival::Outcome::kCounted;\n  }\n}",
         "    found->second->outcome = Arrival::Outcome::kCounted;\n  }\n"
         "  connection.run_script({\"claim keys\", \"commit; begin\"});\n}")]),
    # A cut takes what has a higher number than all that were taken: who commits later with a lower one is lost.
    "id": Mutant("src/metering/cut.cpp", [
        ("set cut = $1 where cut is null returning batch_id",
         "set cut = $1 where cut is null and batch_id > "
         "(select coalesce(max(batch_id), 0) from ingest_batch where cut is not null) returning batch_id")]),
    # The same by the time of receipt.
    "time": Mutant("src/metering/cut.cpp", [
        ("set cut = $1 where cut is null returning batch_id",
         "set cut = $1 where cut is null and received_at > "
         "(select coalesce(max(received_at), '-infinity') from ingest_batch where cut is not null) returning batch_id")]),
}


def mutated(name, tree):
    """The changed text."""
    mutant = MUTANTS[name]
    path = Path(tree) / mutant.file
    text = path.read_text(encoding="utf-8")
    for old, new in mutant.changes:
        if text.count(old) != 1:
            raise SystemExit(f"mutate.py: {name}: {mutant.file} has {text.count(old)} times, not once: {old!r}")
        text = text.replace(old, new)
    return text


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in MUTANTS:
        raise SystemExit(__doc__)
    Path(sys.argv[3]).write_text(mutated(sys.argv[1], sys.argv[2]), encoding="utf-8")

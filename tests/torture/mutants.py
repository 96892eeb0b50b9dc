#!/usr/bin/python3
"""Demands that every planted fault (mutate.py) is found out, and by what it does, not by chance.

    tests/torture/mutants.py [NAME...]     as torture.py --mutants; they are built by the target torture_mutants

Exits 0 when each is found out, 1 otherwise.
"""

import concurrent.futures
import sys

import case
import mutate

ABREAST = 2

# The case that finds it out, and what that says of it: one of these.
FOUND_OUT_BY = {
    "claim": ("M9", "c00 was billed 10.02, not 13.02"),
    "id": ("M10", "c00 was billed 10.02, not 13.02"),
    "time": ("M10", "c00 was billed 10.02, not 13.02"),
    "sequence": ("M1", "gaps in numbers"),
    "max": ("M1", "already exists"),
    "connection": ("M1", "gaps in numbers"),
    "outbox": ("M2", "due document without mail"),
    # Which of the two sums is wrong depends on which of the two workers is the last to write.
    "lease": ("M3", "says that it invoiced 0, and did 2", "run whose batches do not add up"),
    "ordinal": ("M4", "c00 was billed 20.04, not 10.02"),
    "flag": ("M5", "c00 was billed 13.02, not 19.02"),
    "offset": ("M6", "c00 in Europe/Berlin"),
    "float": ("M7", "c01 was billed 11.07, not 11.08"),
    "remainder": ("M7", "c00 was billed 9.99, not 10.0"),
    "version": ("M8", "c00 was billed 60.07, not 40.05"),
}


def found_out(name):
    """(whether, a line of the report)."""
    program = case.build_directory() / "tests/torture" / f"reckoner_mutant_{name}"
    if not program.exists():
        raise SystemExit(f"{program} is not built: scripts/build release torture_mutants")
    by, *says = FOUND_OUT_BY[name]
    result = case.run_case(case.CASES[by], 1, case.Options(short=True), program)
    telling = [line for line in result.violated if any(words in line for words in says)]
    what = telling[0] if telling else "; ".join(result.violated) or "nothing is violated"
    return bool(telling), f"{name:<10} {by:<3} {result.seconds:5.1f} s  {'' if telling else 'NOT FOUND OUT: '}{what[:300]}"


def main(names):
    case.load_cases()
    unknown = set(names) - mutate.MUTANTS.keys()
    if unknown or mutate.MUTANTS.keys() != FOUND_OUT_BY.keys():
        raise SystemExit(f"mutants.py: there is no mutant {', '.join(sorted(unknown))}" if unknown else
                         "mutants.py: mutants without a case, or cases without their mutant")
    found = 0
    names = names or list(mutate.MUTANTS)
    with concurrent.futures.ThreadPoolExecutor(ABREAST) as pool:
        for is_found, line in pool.map(found_out, names):
            found += is_found
            print(line, flush=True)
    print(f"{found} of {len(names)} planted faults are found out", flush=True)
    return 0 if found == len(names) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

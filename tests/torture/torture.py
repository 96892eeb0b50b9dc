#!/usr/bin/python3
"""The program under everything that can go wrong (README.md).

    tests/torture/torture.py [--seed S] [--case NAME …] [--short] [--report docs/torture.md]
    tests/torture/torture.py --list
    tests/torture/torture.py --mutants [NAME …]

Exits 0 when nothing is lost, double or otherwise violated (with --mutants: when every planted fault is found out), 1 otherwise.
"""

import argparse
import concurrent.futures
import importlib
import os
import platform
import random
import re
import subprocess
import sys
import time
from pathlib import Path

from case import Options, build_directory, load_cases, run_case

LANES = 2


def say(text):
    print(text, flush=True)


def told(result, what):
    """A line for each case, and one for each of its violations."""
    verdict = "ok" if result.passed else "VIOLATED"
    lines = [f"{result.name:10} {verdict:8} {result.faults:6} faults, {result.lost} lost, {result.double} double, "
             f"{result.gaps} gaps, {result.seconds:.1f} s: {what}{f' ({result.remark})' if result.remark else ''}"]
    return "\n".join(lines + [f"    {line}" for line in result.violated])


def run_all(cases, seed, options, lanes):
    """Results by name. The longest start first, so that the lanes end together."""
    results = {}

    def run(chosen):
        result = results[chosen.name] = run_case(chosen, seed, options)
        say(told(result, chosen.what))

    with concurrent.futures.ThreadPoolExecutor(lanes) as pool:
        for future in [pool.submit(run, chosen) for chosen in sorted(cases, key=lambda c: -c.seconds)]:
            future.result()
    return results


def _escaped(text):
    return text.replace("|", "\\|").replace("\n", " ")


def _commit():
    source = Path(__file__).resolve().parent
    done = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=source, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def report(path, command, cases, results, seconds):
    """A table for people."""
    ran = sorted(cases, key=lambda chosen: [int(part) if part.isdigit() else part for part in
                                            re.findall(r"\d+|\D+", chosen.name)])
    total = [sum(getattr(result, field) for result in results.values()) for field in ("faults", "lost", "double", "gaps")]
    failed = [result for result in results.values() if not result.passed]
    rows = "\n".join(
        f"| {chosen.name} | {_escaped(chosen.what)} | {results[chosen.name].faults} | {results[chosen.name].lost} | "
        f"{results[chosen.name].double} | {results[chosen.name].gaps} | "
        f"{'yes' if results[chosen.name].passed else '**no**'} | {results[chosen.name].seconds:.0f} | "
        f"{_escaped(results[chosen.name].remark)} |" for chosen in ran)
    passed = f"{len(ran) - len(failed)} of {len(ran)}"
    violated = "".join(f"- {result.name}: {_escaped(line)}\n" for result in failed for line in result.violated)
    Path(path).write_text(f"""# What the program was put through, and what became of it

Written by

    {command}

at commit {_commit()}, on {os.cpu_count()} cores ({platform.machine()}, Linux {platform.release()}), in {seconds:.0f} s.
What each case does stands in `tests/torture/README.md`; the same seed repeats what is random in it, as far as a machine
repeats itself. A case has passed when nothing was lost, nothing was double, no number is missing, the documents, lines, taxes and
balances are those of the oracle, what is stored has the digest of an undisturbed run, and `reckoner verify` finds nothing.

| case | what happens | faults | lost | double | gaps | passed | seconds | in figures |
|---|---|---|---|---|---|---|---|---|
{rows}
| **all** | | **{total[0]}** | **{total[1]}** | **{total[2]}** | **{total[3]}** | {passed} | {seconds:.0f} | |
{f'''
What was violated:

{violated}''' if violated else ""}""", encoding="utf-8")


def options_of(cases, arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true", help="name the cases")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--case", action="append", choices=sorted(cases), metavar="NAME", help="only these")
    parser.add_argument("--short", action="store_true", help="fewer faults, fewer cases: about a minute")
    parser.add_argument("--mutants", nargs="*", metavar="NAME", help="instead, demand that planted faults are found out")
    parser.add_argument("--lanes", type=int, default=LANES, help="cases at a time")
    parser.add_argument("--report", metavar="FILE", help="write a table for people")
    return parser.parse_args(arguments)


def main():
    cases = load_cases()
    options = options_of(cases, sys.argv[1:])
    if options.list:
        for chosen in cases.values():
            say(f"{chosen.name:10} about {chosen.seconds:3} s{'' if chosen.short else ', not in the short form'}: {chosen.what}")
        return 0
    if options.mutants is not None:
        return importlib.import_module("mutants").main(options.mutants)
    chosen = [cases[name] for name in options.case] if options.case else [
        candidate for candidate in cases.values() if candidate.short or not options.short]
    missing = sorted({candidate.program for candidate in chosen if not (build_directory() / candidate.program).exists()})
    if missing:
        raise SystemExit(f"torture.py: not built: scripts/build release {' '.join(Path(name).name for name in missing)}")
    say(f"{build_directory()}, --seed {options.seed}: {len(chosen)} cases, {options.lanes} at a time")
    began = time.monotonic()
    results = run_all(chosen, options.seed, Options(options.short), options.lanes)
    seconds = time.monotonic() - began
    failed = [name for name, result in results.items() if not result.passed]
    say(f"{len(results)} cases, {sum(r.faults for r in results.values())} faults in {seconds:.0f} s: "
        + (f"violated: {', '.join(sorted(failed))}" if failed else "nothing is violated"))
    if options.report:
        arguments = [f"--seed {options.seed}"] + ["--short"] * options.short + [f"--case {name}" for name in options.case or []]
        command = f"tests/torture/torture.py {' '.join(arguments)} --report docs/torture.md"
        report(options.report, command, chosen, results, seconds)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

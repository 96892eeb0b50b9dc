"""What a torture case is, and how one is run.

A module `*_cases.py` of this folder registers its cases; torture.py finds them by that name:

    @case("K1", "SIGKILL of workers at random points of a run", seconds=40)
    def kill_workers(seed, options):
        ...
        return CaseResult(faults=kills, lost=0, double=0, gaps=0, violated=[...])

Each case runs in a process of its own, with its own sandbox and its own PostgreSQL (reckoner_process.py): nothing of it
is left to the next one, whatever becomes of it. What it reports as lost, double and gaps is counted in the database and
against the oracle, never taken from what the program says.
"""

import dataclasses
import importlib
import json
import os
import random
import subprocess
import sys
import time
import traceback
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "system"), str(FOLDER.parent / "support")]


@dataclasses.dataclass
class CaseResult:
    """What a case found. `name` and `seconds` are filled in by who runs it."""

    faults: int  # kills, cuts, refusals …: how often something was broken
    lost: int = 0  # events, lines or documents that ought to be there and are not
    double: int = 0  # the same that are there twice
    gaps: int = 0  # numbers of a series that nobody has
    violated: list = dataclasses.field(default_factory=list)  # what is wrong, a line each; nothing: the case has passed
    remark: str = ""  # figures worth a word in the report
    name: str = ""
    seconds: float = 0.0

    @property
    def passed(self):
        return not (self.lost or self.double or self.gaps or self.violated)

    def __add__(self, other):
        """Of trials of one case."""
        return CaseResult(self.faults + other.faults, self.lost + other.lost, self.double + other.double,
                          self.gaps + other.gaps, self.violated + other.violated,
                          ", ".join(filter(None, (self.remark, other.remark))), self.name)


@dataclasses.dataclass(frozen=True)
class Options:
    short: bool  # a few seconds instead of the whole number of faults

    def pick(self, full, short):
        """A count of the full and of the short form."""
        return short if self.short else full


@dataclasses.dataclass(frozen=True)
class Case:
    name: str  # as in RELIABILITY.md where it has one there
    what: str  # a line of the report
    seconds: int  # about what the full form takes: the longest start first
    short: bool  # whether it takes part in the short form
    program: str  # of build/release: "reckoner", or "tests/torture/reckoner_failpoints"
    function: object


CASES = {}


def case(name, what, seconds=10, short=True, program="reckoner"):
    """Registers a function (seed, options) -> CaseResult. It may raise: that is a violation too."""

    def register(function):
        if name in CASES:
            raise AssertionError(f"two cases are called {name}")
        CASES[name] = Case(name, what, seconds, short, program, function)
        return function

    return register


def load_cases():
    """All cases by name."""
    for path in sorted(FOLDER.glob("*_cases.py")):
        importlib.import_module(path.stem)
    return CASES


def build_directory():
    """Where the programs are: that of $RECKONER."""
    source = Path(os.environ.get("RECKONER_SOURCE", FOLDER.parents[1]))
    return Path(os.environ.get("RECKONER", source / "build/release/reckoner")).resolve().parent


def run_case(chosen, seed, options, program=None, timeout=600):
    """Runs a case in a process of its own and gives its CaseResult. `program` is what is tortured instead of the case's
    own (a mutant). A case that raises or does not end in time has violated something."""
    began = time.monotonic()
    environment = {**os.environ, "RECKONER": str(program or build_directory() / chosen.program)}
    command = [sys.executable, "-B", str(FOLDER / "case.py"), chosen.name, str(seed), str(int(options.short))]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=timeout, check=False)
        result = CaseResult(**json.loads(done.stdout.splitlines()[-1]))
    except subprocess.TimeoutExpired:
        result = CaseResult(0, violated=[f"not done after {timeout} s"])
    except (IndexError, ValueError, TypeError):
        result = CaseResult(0, violated=[f"ended with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}"])
    result.name, result.seconds = chosen.name, time.monotonic() - began
    return result


def main():
    """As the process of one case: its result is the last line of standard output."""
    name, seed, short = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "1"
    own = sys.modules["case"] = sys.modules["__main__"]  # the modules of cases register here
    random.seed(seed)
    try:
        result = own.load_cases()[name].function(seed, Options(short))
    except Exception as failure:  # pylint: disable=broad-except
        where = traceback.extract_tb(failure.__traceback__)[-1]
        result = CaseResult(0, violated=[f"{type(failure).__name__} at {Path(where.filename).name}:{where.lineno}: "
                                         f"{str(failure)[-2000:]}"])
        traceback.print_exc()
    print(json.dumps(dataclasses.asdict(result)), flush=True)


if __name__ == "__main__":
    main()

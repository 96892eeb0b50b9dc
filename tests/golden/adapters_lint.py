#!/usr/bin/python3
"""Golden adapters carry fields and compute nothing: refuses arithmetic in tests/golden/golden_*.cpp.

    tests/golden/adapters_lint.py [FOLDER]

Prints `file:line: reason` for each finding and exits 1; exits 0 when there is none. Operators are told from pointers
and references by the blanks around them, which clang-format sees to.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tidy"))
from cpp_text import CppText  # noqa: E402

ARITHMETIC = [
    (re.compile(r"(?<=[\w)\]}]) (?P<it>[-+*/%])(?= [\w(])"), "'{}' computes"),
    (re.compile(r"(?P<it>[-+*/%]=)"), "'{}' computes"),
    (re.compile(r"\n\s+(?P<it>[-+/%])(?= [\w(])"), "'{}' computes"),
    (re.compile(r"(?<=[\w)\]}]) (?P<it>[-+*/%])\n"), "'{}' computes"),
    (re.compile(r"(?:(?<=[({,=?:])|(?<=[({,=?:] )|(?<=return ))(?P<it>-)(?=[A-Za-z_(])"), "'{}' turns a sign"),
    (re.compile(r"\b(?P<it>std::(?:ranges::)?(?:accumulate|reduce|transform_reduce|inner_product|plus|minus|multiplies|"
                r"divides|modulus|negate))\b"), "{} computes"),
    (re.compile(r"\b(?P<it>operator\s*[-+*/%]=?)"), "{} computes"),
]


def findings(name, text):
    """(file, line, reason) of every operator on values in the text of one adapter file."""
    cpp = CppText(text)
    for pattern, reason in ARITHMETIC:
        for match in pattern.finditer(cpp.bare):
            yield (name, cpp.line_of(match.start("it")),
                   reason.format(match.group("it")) + ": an adapter only carries what production code computes")


def main(arguments):
    folder = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).resolve().parent)
    files = sorted(folder.glob("golden_*.cpp"))
    if not files:
        print(f"{folder} has no golden_*.cpp", file=sys.stderr)
        return 2
    found = [finding for file in files for finding in findings(file.name, file.read_text(encoding="utf-8"))]
    for file, line, reason in sorted(found):
        print(f"{file}:{line}: {reason}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

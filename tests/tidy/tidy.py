#!/usr/bin/python3
"""Checks the rules of this tree that the compiler does not see.

    tests/tidy/tidy.py [ROOT]

Prints `file:line: reason` for each finding and exits 1; exits 0 when there is none, 2 when ROOT is no checkout.
A rule is a function that takes the Tree and yields findings; tidy_test.py plants a violation of each.
"""

import collections
import fnmatch
import pathlib
import re
import sys

from cpp_text import CppText

# The house (ARCHITECTURE.md): a folder of src/ includes folders on lower floors only.
FLOORS = [
    ["base"],
    ["money", "time", "text"],
    ["domain"],
    ["usage", "pricing", "rules"],
    ["invoicing", "meters", "insight"],
    ["config", "store", "documents", "exports"],
    ["metering", "accounts", "engine", "delivery"],
    ["handlers", "scheduler", "web"],
    ["app"],
]
FLOOR_OF = {folder: floor for floor, folders in enumerate(FLOORS) for folder in folders}

# Third-party headers by their first letters, and the one folder of src/ that may include them. ANY: every folder,
# because base hands the library on. TESTS: no folder of src/. A header that is neither here nor of the standard
# library or the system is refused.
ANY, TESTS = "*", "tests"
LIBRARIES = {
    "spdlog/": "base", "fmt/": ANY, "sodium.h": "base", "openssl/ssl.h": "web", "openssl/bio.h": "web", "openssl/err.h": "web", "openssl/": "base",
    "date/": "time",
    "nlohmann/": "text", "simdjson": "text",
    "pugixml.hpp": "config", "boost/property_tree/": "config",
    "soci/": "store", "libpq": "store", "postgresql/": "store",
    "mustache.hpp": "documents", "kainjow/": "documents", "cairo": "documents", "pango/": "documents",
    "fontconfig/": "documents", "librsvg/": "documents", "qrencode.h": "documents", "unicode/": "documents",
    "librdkafka/": "metering", "zstd.h": "metering",
    "boost/dll": "engine",
    "curl/": "delivery",
    "boost/asio": "scheduler",
    "httplib.h": "web", "zlib.h": "web",
    "CLI/": "app",
    "gtest/": TESTS, "gmock/": TESTS, "rapidcheck": TESTS, "boost/multiprecision/": TESTS,
}
SYSTEM_HEADER = re.compile(
    r"[a-z0-9_]+|(sys|arpa|net|netinet|linux|gnu)/[\w/]+\.h|"
    r"(assert|ctype|errno|inttypes|limits|locale|stdint|stdio|stdlib|string|time|wchar)\.h|"
    r"(dirent|dlfcn|fcntl|ftw|glob|grp|netdb|poll|pthread|pwd|sched|signal|spawn|syslog|termios|unistd|cxxabi)\.h")

EXACT_FOLDERS = {folder for floor in FLOORS[:5] for folder in floor} | {"config", "store", "exports"}
BINARY_FLOAT = re.compile(
    r"\b(?:double|float|float_t|double_t|strtod|strtof|strtold|stod|stof|stold|atof)\b|"
    r"(?<![\w.])(?:\d[\d']*\.[\d']*|\.\d[\d']*|\d[\d']*(?=[eE]))(?:[eE][+-]?\d+)?(?:[fFlL]\b|(?![\w.]))")

# Where the present time may be read: whole folders, and single files each with its reason. Everybody else is given it.
CLOCK_FOLDERS = {"scheduler", "web", "app"}
CLOCK_FILES = {
    "src/store/migrations.cpp": "when a migration was applied, for people to read",
}
CLOCK_CALL = re.compile(
    r"\b(?:system|utc|tai|gps|file|high_resolution)_clock\s*::\s*now\b|\bclock\s*::\s*now\b|"
    r"\bstd\s*::\s*time\s*\(|(?<![\w:.>])(?:::\s*)?time\s*\(\s*(?:nullptr|NULL|0|&\s*\w+)\s*\)|"
    r"\bgettimeofday\b|\bclock_gettime\s*\(\s*CLOCK_(?:REALTIME|TAI)")
SQL_CLOCK = re.compile(
    r"\bnow\s*\(\s*\)|\b(?:clock|statement|transaction)_timestamp\s*\(|\btimeofday\s*\(|"
    r"\b(?:current_timestamp|current_date|current_time|localtimestamp)\b|"
    r"'(?:now|today|tomorrow|yesterday)'", re.IGNORECASE)

BANNED = {
    "GTEST_" + "SKIP": "a test that cannot run fails and says what it needs",
    "DISABLED" + "_": "a test is run or it is deleted",
    "TO" + "DO": "finish it, or open an issue",
    "FIX" + "ME": "finish it, or open an issue",
}
BANNED_WORD = re.compile("|".join(BANNED))

COLUMNS_MAX = 110
FILE_BYTES_MAX = 1_000_000
NOT_OURS = {".git", "build", "__pycache__", "node_modules", "dist"}
CPP_SUFFIXES = {".cpp", ".hpp"}
TEXT_SUFFIXES = CPP_SUFFIXES | {".cmake", ".json", ".md", ".py", ".sh", ".sql", ".yml", ".mustache"}
TEXT_NAMES = {"CMakeLists.txt", ".clang-format", ".clang-tidy", ".gitignore"}

Finding = collections.namedtuple("Finding", "file line reason")


class File:
    """One file of the checkout: `name` is its path from the root with '/', `folder` the folder of src/ it is in."""

    def __init__(self, root, path):
        self.path = path
        self.name = path.relative_to(root).as_posix()
        parts = self.name.split("/")
        self.top = parts[0] if len(parts) > 1 else ""
        self.folder = parts[1] if self.top == "src" and len(parts) > 2 else None
        self.size = path.lstat().st_size
        self.is_cpp = path.suffix in CPP_SUFFIXES
        self.is_text = (path.suffix in TEXT_SUFFIXES or path.name in TEXT_NAMES
                        or (self.top in ("scripts", ".ci") and not path.suffix))
        self.text = path.read_text(encoding="utf-8", errors="replace") if self.is_text or self.is_cpp else None
        self.cpp = CppText(self.text) if self.is_cpp else None

    def lines(self):
        return enumerate(self.text.split("\n"), 1)


class Tree:
    """All files of a checkout, without what git or a build put there."""

    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.files = [File(self.root, path) for path in sorted(self.root.rglob("*"))
                      if path.is_file() and not NOT_OURS & set(path.relative_to(self.root).parts[:-1])]
        self.by_name = {file.name: file for file in self.files}

    def cpp(self, *tops):
        return [file for file in self.files if file.is_cpp and (not tops or file.top in tops)]

    def matching(self, pattern):
        return [file for file in self.files if fnmatch.fnmatch(file.name, pattern)]

    def folders_of_src(self):
        return sorted({file.folder for file in self.files if file.folder})


def floors(tree):
    """A folder includes lower floors only; every folder has a floor."""
    for folder in tree.folders_of_src():
        if folder not in FLOOR_OF:
            yield Finding(f"src/{folder}", 1, "folder without a floor: add it to FLOORS and to ARCHITECTURE.md's table")
    for file in tree.cpp("src"):
        for line, path in file.cpp.includes:
            target = path[1:-1].split("/")[0]
            if target not in FLOOR_OF or file.folder not in FLOOR_OF or target == file.folder:
                continue
            above, below = FLOOR_OF[file.folder], FLOOR_OF[target]
            if above < below:
                yield Finding(file.name, line, f"{file.folder} (floor {above}) includes {path}, which is above it: "
                                               f"{target} is floor {below}")
            elif above == below:
                yield Finding(file.name, line, f"{file.folder} includes {path} of its neighbour on floor {above}")


def includes_exist(tree):
    """Quotes are for our own headers, written from src/ (tests: also tests/ or the file's folder); they exist."""
    for file in tree.cpp():
        own_folder = file.name.rpartition("/")[0] + "/"
        places = {"src": ["src/"], "bench": ["src/", "tests/", own_folder]}.get(
            file.top, ["src/", "tests/", own_folder])
        for line, path in file.cpp.includes:
            header = path[1:-1]
            if path[0] == "<":
                if "src/" + header in tree.by_name:
                    yield Finding(file.name, line, f"our own headers are included with quotes: \"{header}\"")
            elif ".." in header.split("/"):
                yield Finding(file.name, line, f"{path}: headers are named from src/, without ..")
            elif not any(place + header in tree.by_name for place in places):
                yield Finding(file.name, line, f"{path} does not exist under {' or '.join(places)}")


def library_fences(tree):
    """Each third-party library stays in its one folder, and the list of libraries is closed."""
    for file in tree.cpp("src", "examples", "bench", "tests"):
        for line, path in file.cpp.includes:
            header = path[1:-1]
            if path[0] != "<" or SYSTEM_HEADER.fullmatch(header) or "src/" + header in tree.by_name:
                continue
            home = next((home for prefix, home in LIBRARIES.items() if header.startswith(prefix)), None)
            if home is None:
                yield Finding(file.name, line, f"{path}: unknown library; if it is wanted, give it one folder in "
                                               "tests/tidy/tidy.py and a line in cmake/dependencies.cmake")
            elif file.top == "tests" or home == ANY:
                continue
            elif home == TESTS:
                yield Finding(file.name, line, f"{path} is for tests only")
            elif file.top == "src" and file.folder != home:
                yield Finding(file.name, line, f"{path} may be included in src/{home} only")


def no_binary_float(tree):
    """No double or float where amounts are: floors 0-4, config and store. Deleted overloads may name them."""
    for file in tree.cpp("src"):
        if file.folder not in EXACT_FOLDERS:
            continue
        for match in BINARY_FLOAT.finditer(file.cpp.bare):
            if not re.search(r"=\s*delete\s*$", file.cpp.statement_at(match.start()).rstrip()):
                yield Finding(file.name, file.cpp.line_of(match.start()),
                              f"'{match.group()}' is binary floating point: amounts and quantities are money::Decimal")


def _clock_reads(file):
    if file.is_cpp:
        for match in CLOCK_CALL.finditer(file.cpp.bare):
            yield file.cpp.line_of(match.start()), match.group()
        texts = file.cpp.strings
    else:
        texts = [(line, text.split("--")[0]) for line, text in file.lines()]
    for line, text in texts:
        for match in SQL_CLOCK.finditer(text):
            yield line + text.count("\n", 0, match.start()), match.group()


def no_clock_reads(tree):
    """The present time is an argument; it is read in a few named places only, and each of these still needs it."""
    unused = set(CLOCK_FILES)
    for file in tree.files:
        in_question = (file.is_cpp and file.top in ("src", "examples")) or file.path.suffix == ".sql"
        if not in_question or file.folder in CLOCK_FOLDERS or file.top == "tests":
            continue
        allowed = [pattern for pattern in CLOCK_FILES if fnmatch.fnmatch(file.name, pattern)]
        for line, call in _clock_reads(file):
            if not allowed:
                yield Finding(file.name, line, f"'{call}' reads the clock: the time is given by the caller")
            unused.difference_update(allowed)
    for pattern in sorted(unused):
        yield Finding("tests/tidy/tidy.py", 1, f"CLOCK_FILES allows {pattern}, which reads no clock: remove the entry")


def folders_have_readme(tree):
    """Every folder of src/ says what it owns and what it does not."""
    for folder in tree.folders_of_src():
        name = f"src/{folder}/README.md"
        if name not in tree.by_name:
            yield Finding(name, 1, "missing: it says what the folder owns and what it does not")
            continue
        for words in ("Owns", "Does not own"):
            if not re.search(rf"^[#* ]*{words}\b", tree.by_name[name].text, re.MULTILINE):
                yield Finding(name, 1, f"does not say \"{words}\"")


def handlers_in_catalogue(tree):
    """Every handler is a pair of files and is named in handlers/catalogue.cpp."""
    catalogue = tree.by_name.get("src/handlers/catalogue.cpp")
    listed = {path for _, path in catalogue.cpp.includes} if catalogue else set()
    for file in tree.matching("src/handlers/*_handler.cpp"):
        header = file.name[:-len(".cpp")] + ".hpp"
        if header not in tree.by_name:
            yield Finding(file.name, 1, f"has no header {header}")
        if f'"{header[len("src/"):]}"' not in listed:
            yield Finding(file.name, 1, f"is not in src/handlers/catalogue.cpp (#include \"{header[len('src/'):]}\")")


def _without_comments(cmake):
    return re.sub(r"#.*", "", cmake.text) if cmake else ""


def _folders_built(text):
    """What a tests/CMakeLists.txt builds: (folders whose *_test.cpp become a program, folders it enters)."""
    programs, entered = set(), set()
    for folders, body in re.findall(r"foreach\s*\(\s*\w+\s+(?:IN\s+ITEMS\s+)?([^)]*)\)(.*?)endforeach", text,
                                    re.DOTALL):
        (programs if "reckoner_test(" in body else entered).update(folders.split())
    programs.update(re.findall(r"reckoner_test\s*\(\s*(\w+)", text))
    entered.update(re.findall(r"add_subdirectory\s*\(\s*(\w+)", text))
    return programs, entered


def tests_are_built(tree):
    """Every test file is in a program that CTest runs."""
    programs, entered = _folders_built(_without_comments(tree.by_name.get("tests/CMakeLists.txt")))
    for file in tree.matching("tests/*_test.cpp") + tree.matching("tests/*_test.py"):
        folder = file.name.rpartition("/")[0]
        below_tests = folder[len("tests/"):]
        own = tree.by_name.get(f"{folder}/CMakeLists.txt")
        if below_tests in programs and file.is_cpp:
            continue
        if below_tests.split("/")[0] not in programs | entered:
            yield Finding(file.name, 1, f"tests/CMakeLists.txt does not build the folder {folder}")
        elif not own:
            yield Finding(file.name, 1, f"{folder} needs a CMakeLists.txt that names it")
        elif not re.search(rf"\*(?:_test)?\{file.path.suffix}|\b{re.escape(file.path.name)}", _without_comments(own)):
            yield Finding(file.name, 1, f"{own.name} does not name it")


def tests_hold_something(tree):
    """No file under tests/ is empty, and a test file holds tests."""
    for file in tree.files:
        if file.top != "tests":
            continue
        if file.size == 0:
            yield Finding(file.name, 1, "empty file")
        elif file.is_cpp and file.name.endswith("_test.cpp") and not re.search(
                r"\b(?:TEST|TEST_F|TEST_P|TYPED_TEST|TYPED_TEST_P|RC_GTEST_\w+)\s*\(", file.cpp.bare):
            yield Finding(file.name, 1, "holds no test")


STATEMENT = re.compile(r'\bStatement\s+\w+\s*\{\s*"([^"]+)"\s*,\s*(?:R"(\w*)\((.*?)\)\2"|((?:"[^"]*"\s*)+))', re.S)


def statements_have_one_text(tree):
    """A connection keeps its prepared statements by name: two texts of one name fail in whichever is asked second."""
    known = {}
    for file in tree.cpp("src"):
        for match in STATEMENT.finditer(file.text):
            sql = match[3] if match[3] is not None else match[4]
            first, place = known.setdefault(match[1], (sql, file.name))
            if sql != first:
                yield Finding(file.name, file.text.count("\n", 0, match.start()) + 1,
                              f"statement '{match[1]}' has another text in {place}")


def banned_words(tree):
    """Nothing is left for later, and no test is switched off."""
    for file in tree.files:
        if file.is_text:
            for line, text in file.lines():
                for match in BANNED_WORD.finditer(text):
                    yield Finding(file.name, line, f"'{match.group()}': {BANNED[match.group()]}")


def lines_fit(tree):
    """C++ lines fit a screen; no text holds a tab."""
    for file in tree.files:
        if not file.is_text:
            continue
        for line, text in file.lines():
            if file.is_cpp and len(text) > COLUMNS_MAX:
                yield Finding(file.name, line, f"{len(text)} columns, at most {COLUMNS_MAX}")
            if "\t" in text:
                yield Finding(file.name, line, "tab: indent with spaces, write \\t in strings")


def files_are_small(tree):
    """Large data does not belong into the project."""
    for file in tree.files:
        if file.size > FILE_BYTES_MAX:
            yield Finding(file.name, 1, f"{file.size:,} bytes, at most {FILE_BYTES_MAX:,}")


RULES = [floors, includes_exist, library_fences, no_binary_float, no_clock_reads, folders_have_readme,
         handlers_in_catalogue, tests_are_built, tests_hold_something, statements_have_one_text, banned_words,
         lines_fit, files_are_small]


def findings(tree):
    return sorted({finding for rule in RULES for finding in rule(tree)})


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parents[2])
    if not (root / "src").is_dir():
        print(f"tidy: {root} is no checkout: it has no src/", file=sys.stderr)
        return 2
    tree = Tree(root)
    found = findings(tree)
    for finding in found:
        print(f"{finding.file}:{finding.line}: {finding.reason}")
    print(f"tidy: {len(tree.files)} files, {len(RULES)} rules, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

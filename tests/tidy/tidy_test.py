#!/usr/bin/python3
"""Each rule of tidy.py lets a clean tree pass and finds the violation planted in it, at its line."""

import inspect
import pathlib
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import cpp_text
import tidy

README = "# x\n\n## Owns\nx\n\n## Does not own\ny\n"

# A small tree without any finding.
CLEAN = {
    "src/base/README.md": README,
    "src/base/error.hpp": "#pragma once\n#include <spdlog/spdlog.h>\n",
    "src/money/README.md": "# money\n\nOwns: amounts.\n\nDoes not own: prices.\n",
    "src/money/money.hpp": '#include "base/error.hpp"\n#include <string>\nMoney of(double) = delete;\n',
    "src/handlers/README.md": README,
    "src/handlers/rule_handler.hpp": "#pragma once\n",
    "src/handlers/rule_handler.cpp": '#include "handlers/rule_handler.hpp"\n',
    "src/handlers/catalogue.cpp": '#include "handlers/rule_handler.hpp"\n',
    "src/engine/README.md": README,
    "src/engine/clock.cpp": "auto now() { return std::chrono::system_clock::now(); }\n",
    "src/store/README.md": README,
    "tests/CMakeLists.txt": "foreach(folder money)\n  reckoner_test(${folder})\nendforeach()\n"
                            "foreach(folder tidy)\n  add_subdirectory(${folder})\nendforeach()\n",
    "tests/money/money_test.cpp": '#include "money/money.hpp"\n#include <gtest/gtest.h>\nTEST(Money, Adds) {}\n',
}


@mock.patch.object(tidy, "CLOCK_FILES", {"src/engine/clock.*": "the clock itself"})
class TidyTest(unittest.TestCase):

    def check(self, planted, *expected):
        """The clean tree with the planted files has exactly these findings: (file, line, part of the reason)."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**CLEAN, **planted}.items():
                if text is None:
                    continue
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            found = tidy.findings(tidy.Tree(folder))
        self.assertEqual([(finding.file, finding.line) for finding in found],
                         [(file, line) for file, line, _ in expected], found)
        for finding, (_, _, reason) in zip(found, expected):
            self.assertIn(reason, finding.reason)

    def test_clean_tree(self):
        self.check({})

    def test_build_and_git_are_not_looked_at(self):
        self.check({"build/release/x.cpp": "\t", ".git/x.cpp": "\t", "src/base/__pycache__/x.py": "\t"})

    def test_folder_above(self):
        self.check({"src/money/price.cpp": '#include "base/error.hpp"\n#include "engine/clock.hpp"\n',
                    "src/engine/clock.hpp": "\n"},
                   ("src/money/price.cpp", 2, "engine is floor 6"))

    def test_neighbour(self):
        self.check({"src/text/README.md": README, "src/text/json.cpp": '#include "money/money.hpp"\n'},
                   ("src/text/json.cpp", 1, "neighbour on floor 1"))

    def test_folder_without_floor(self):
        self.check({"src/helpers/README.md": README}, ("src/helpers", 1, "without a floor"))

    def test_include_in_comment_or_raw_string_is_no_include(self):
        self.check({"src/money/x.cpp": '// #include "engine/a.hpp"\n/*\n#include "engine/a.hpp"\n*/\n'
                                       'auto s = R"(\n#include "engine/a.hpp"\n)";\n'})

    def test_missing_header(self):
        self.check({"src/money/x.cpp": '\n#include "base/gone.hpp"\n'}, ("src/money/x.cpp", 2, "does not exist"))

    def test_source_includes_no_test_header(self):
        self.check({"tests/support/x.hpp": "\n", "src/money/x.cpp": '#include "support/x.hpp"\n'},
                   ("src/money/x.cpp", 1, "does not exist under src/"))

    def test_tests_include_their_support(self):
        self.check({"tests/support/x.hpp": "\n", "tests/money/near.hpp": "\n",
                    "tests/money/a_test.cpp": '#include "support/x.hpp"\n#include "near.hpp"\nTEST(A, B) {}\n'})

    def test_relative_include(self):
        self.check({"src/money/x.cpp": '#include "../base/error.hpp"\n'}, ("src/money/x.cpp", 1, "without .."))

    def test_own_header_in_angle_brackets(self):
        self.check({"src/money/x.cpp": "#include <base/error.hpp>\n"}, ("src/money/x.cpp", 1, "with quotes"))

    def test_library_outside_its_folder(self):
        for header, home in {"soci/soci.h": "store", "libpq-fe.h": "store", "spdlog/spdlog.h": "base",
                             "sodium.h": "base", "openssl/sha.h": "base", "date/tz.h": "time", "nlohmann/json.hpp": "text",
                             "simdjson.h": "text", "pugixml.hpp": "config",
                             "boost/property_tree/ptree.hpp": "config", "kainjow/mustache.hpp": "documents",
                             "librdkafka/rdkafka.h": "metering", "boost/dll/shared_library.hpp": "engine",
                             "curl/curl.h": "delivery", "boost/asio.hpp": "scheduler", "httplib.h": "web",
                             "CLI/CLI.hpp": "app"}.items():
            with self.subTest(header):
                self.check({"src/money/x.cpp": f"\n#include <{header}>\n"},
                           ("src/money/x.cpp", 2, f"src/{home} only"))

    def test_formatting_is_for_all(self):
        self.check({"src/money/x.cpp": "#include <fmt/format.h>\n"})

    def test_test_libraries_in_tests_only(self):
        for header in ("gtest/gtest.h", "rapidcheck.h", "boost/multiprecision/cpp_int.hpp"):
            with self.subTest(header):
                self.check({"src/money/x.cpp": f"#include <{header}>\n"}, ("src/money/x.cpp", 1, "tests only"))
                self.check({"examples/x.cpp": f"#include <{header}>\n"}, ("examples/x.cpp", 1, "tests only"))

    def test_unknown_library(self):
        self.check({"src/money/x.cpp": "#include <curses.h>\n"}, ("src/money/x.cpp", 1, "unknown library"))

    def test_system_headers(self):
        self.check({"src/money/x.cpp": "#include <cstdint>\n#include <sys/socket.h>\n#include <unistd.h>\n"})

    def test_binary_float(self):
        for text in ("double x;", "float x;", "auto x = std::stod(s);", "auto x = 0.5;", "auto x = 1e9;",
                     "auto x = 1.;", "long double f();", "auto x = 1'000.5;", "auto x = 2.f;"):
            with self.subTest(text):
                self.check({"src/money/x.cpp": "\n" + text + "\n"}, ("src/money/x.cpp", 2, "binary floating"))

    def test_no_binary_float_in_config_and_store(self):
        self.check({"src/store/x.cpp": "double x;\n"}, ("src/store/x.cpp", 1, "'double'"))
        self.check({"src/config/README.md": README, "src/config/x.cpp": "double x;\n"},
                   ("src/config/x.cpp", 1, "'double'"))

    def test_what_is_no_binary_float(self):
        self.check({"src/money/x.cpp": '// a double\nauto s = "0.5 double";\nint x = 1\'000 + 0x1e9;\n'
                                       "Money(float) = delete;\nint double_entry = pair.first;\n",
                    "src/handlers/x.cpp": "double width = 0.5;\n"})

    def test_clock_reads(self):
        for text in ("auto t = std::chrono::system_clock::now();", "auto t = std::time(nullptr);", "time(NULL);",
                     "::time(&t);", "gettimeofday(&tv, nullptr);", "clock_gettime(CLOCK_REALTIME, &ts);",
                     'query("select now()");', 'query("set at = CURRENT_TIMESTAMP");',
                     'query(R"(select clock_timestamp())");', "query(\"select 'today'::date\");"):
            with self.subTest(text):
                self.check({"src/handlers/x.cpp": "\n" + text + "\n"}, ("src/handlers/x.cpp", 2, "reads the clock"))

    def test_clock_read_in_a_long_statement(self):
        self.check({"src/handlers/x.cpp": 'auto s = R"(select\n  now())";\n'},
                   ("src/handlers/x.cpp", 2, "reads the clock"))

    def test_clock_read_in_sql(self):
        self.check({"sql/migrations/1.sql": "-- not now()\ncreate table x (at timestamptz default now());\n"},
                   ("sql/migrations/1.sql", 2, "reads the clock"))

    def test_what_is_no_clock_read(self):
        self.check({"src/handlers/x.cpp": "// system_clock::now()\nauto t = clock.now();\nauto u = zone.time(0);\n"
                                          "auto s = std::chrono::steady_clock::now();\n",
                    "src/app/README.md": README, "src/app/x.cpp": "auto t = std::chrono::system_clock::now();\n"})

    def test_stale_clock_entry(self):
        self.check({"src/engine/clock.cpp": "\n"}, ("tests/tidy/tidy.py", 1, "src/engine/clock.*"))

    def test_missing_readme(self):
        self.check({"src/money/README.md": None}, ("src/money/README.md", 1, "missing"))

    def test_readme_does_not_say_it(self):
        self.check({"src/money/README.md": "# money\nOwns: amounts.\n"},
                   ("src/money/README.md", 1, "Does not own"))

    def test_handler_not_in_catalogue(self):
        self.check({"src/handlers/catalogue.cpp": '// #include "handlers/rule_handler.hpp"\n'},
                   ("src/handlers/rule_handler.cpp", 1, "is not in src/handlers/catalogue.cpp"))

    def test_handler_without_header(self):
        self.check({"src/handlers/catalogue.cpp": CLEAN["src/handlers/catalogue.cpp"]
                                                  + '#include "handlers/x_handler.hpp"\n',
                    "src/handlers/x_handler.cpp": "\n"},
                   ("src/handlers/catalogue.cpp", 2, "does not exist"),
                   ("src/handlers/x_handler.cpp", 1, "has no header"))

    def test_test_folder_not_built(self):
        self.check({"tests/lost/x_test.cpp": "TEST(A, B) {}\n"}, ("tests/lost/x_test.cpp", 1, "does not build"))

    def test_test_folder_named_in_comment_only(self):
        self.check({"tests/lost/x_test.cpp": "TEST(A, B) {}\n",
                    "tests/CMakeLists.txt": CLEAN["tests/CMakeLists.txt"] + "# add_subdirectory(lost)\n"},
                   ("tests/lost/x_test.cpp", 1, "does not build"))

    def test_test_file_not_named_by_its_folder(self):
        self.check({"tests/tidy/CMakeLists.txt": "add_test(a_test.py)\n", "tests/tidy/a_test.py": "a\n",
                    "tests/tidy/b_test.py": "b\n"},
                   ("tests/tidy/b_test.py", 1, "does not name it"))

    def test_test_folder_entered_without_its_own_list(self):
        self.check({"tests/tidy/x_test.cpp": "TEST(A, B) {}\n"}, ("tests/tidy/x_test.cpp", 1, "needs a CMakeLists.txt"))

    def test_test_file_too_deep(self):
        self.check({"tests/money/deep/x_test.cpp": "TEST(A, B) {}\n"},
                   ("tests/money/deep/x_test.cpp", 1, "needs a CMakeLists.txt"))

    def test_empty_files_under_tests(self):
        self.check({"tests/golden/expected.txt": ""}, ("tests/golden/expected.txt", 1, "empty"))

    def test_test_file_without_test(self):
        self.check({"tests/money/x_test.cpp": "// TEST(A, B)\n"}, ("tests/money/x_test.cpp", 1, "holds no test"))

    def test_two_texts_of_one_statement(self):
        self.check({"src/store/a.cpp": 'constexpr store::Statement kA{"x", "select 1"};\n',
                    "src/store/b.cpp": '\nconstexpr store::Statement kB{"x", R"(\n select 2)"};\n'},
                   ("src/store/b.cpp", 2, "another text in src/store/a.cpp"))
        self.check({"src/store/a.cpp": 'constexpr store::Statement kA{"x",\n "select 1"};\n',
                    "src/store/b.cpp": 'constexpr store::Statement kB{"x", "select 1"};\n'})

    def test_banned_words(self):
        for word in tidy.BANNED:
            with self.subTest(word):
                self.check({"src/money/x.cpp": f"\n// {word}\n"}, ("src/money/x.cpp", 2, word))
                self.check({"scripts/run": f"# {word}\n"}, ("scripts/run", 1, word))

    def test_long_line(self):
        self.check({"src/money/x.cpp": "\n//" + "x" * 108 + "\n"})
        self.check({"src/money/x.cpp": "\n//" + "x" * 109 + "\n"}, ("src/money/x.cpp", 2, "111 columns"))
        self.check({"src/money/x.cpp": "//" + "é" * 108 + "\n"})

    def test_tab(self):
        self.check({"src/money/x.cpp": "\n\tint x;\n"}, ("src/money/x.cpp", 2, "tab"))
        self.check({"sql/x.sql": "\tselect 1\n"}, ("sql/x.sql", 1, "tab"))

    def test_large_file(self):
        self.check({"config/x.bin": "x" * 1_000_001}, ("config/x.bin", 1, "1,000,001 bytes"))

    def test_every_rule_is_run(self):
        rules = {function for _, function in inspect.getmembers(tidy, inspect.isfunction)
                 if list(inspect.signature(function).parameters) == ["tree"] and function.__name__[0] != "_"}
        self.assertEqual(rules - {tidy.findings}, set(tidy.RULES))

    def test_exit_codes(self):
        program = str(pathlib.Path(tidy.__file__))
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run([sys.executable, "-B", program, folder], capture_output=True, text=True, check=False)
            self.assertEqual(run.returncode, 2, run)
            pathlib.Path(folder, "src/base").mkdir(parents=True)
            pathlib.Path(folder, "src/base/x.hpp").write_text("\t\n", encoding="utf-8")
            run = subprocess.run([sys.executable, "-B", program, folder], capture_output=True, text=True, check=False)
            self.assertEqual(run.returncode, 1, run)
            self.assertIn("src/base/x.hpp:1: tab", run.stdout)


class CppTextTest(unittest.TestCase):

    def test_blanks_keep_positions(self):
        text = 'int a = 1\'000; // c\nauto b = "x\\"//y"; char c = \'"\'; /* d\n e */ int f;\n'
        source = cpp_text.CppText(text)
        self.assertEqual(len(source.bare), len(text))
        self.assertEqual(source.bare.count("\n"), text.count("\n"))
        self.assertIn("int f;", source.bare)
        self.assertIn("1'000", source.bare)
        self.assertNotIn("//", source.bare)
        self.assertEqual(source.strings, [(2, '"x\\"//y"')])
        self.assertEqual(source.line_of(text.index("int f")), 3)


if __name__ == "__main__":
    unittest.main()

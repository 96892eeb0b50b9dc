#!/usr/bin/python3
"""The lint lets adapters pass that only carry, and finds arithmetic at its line."""

import unittest

from adapters_lint import findings

CARRIES = """\
#include "golden/golden.hpp"  // a - b in a comment
Result run(const Case& item) {
  const Json* weights = member(item.inputs, "a + b");
  const char* name = "x * y";
  for (std::size_t i = 0; i < weights->as_array().size(); ++i) use(*weights, i, -1);
  std::vector<int>* all = &other;
  return {{"amount", price(decimal(item.inputs.at("value")))}};
}
"""


class AdaptersLintTest(unittest.TestCase):

    def check(self, statement, *expected):
        found = [(line, reason.split(": ")[0]) for _, line, reason in findings("golden_x.cpp", CARRIES + statement)]
        self.assertEqual(found, [(CARRIES.count("\n") + 1, reason) for reason in expected])

    def test_carrying_passes(self):
        self.check("")

    def test_binary_operators(self):
        for operator in "+-*/%":
            self.check(f"auto x = price {operator} tax;\n", f"'{operator}' computes")
            self.check(f"auto x = f(1) {operator} (tax);\n", f"'{operator}' computes")
            self.check(f"x {operator}= tax;\n", f"'{operator}=' computes")

    def test_operator_at_the_end_of_a_line(self):
        self.check("auto x = price +\n    tax;\n", "'+' computes")

    def test_sign(self):
        self.check("return -amount;\n", "'-' turns a sign")
        self.check("f(-amount);\n", "'-' turns a sign")
        self.check("const auto x = -amount;\n", "'-' turns a sign")

    def test_functions_that_compute(self):
        self.check("auto x = std::accumulate(a.begin(), a.end(), 0);\n", "std::accumulate computes")
        self.check("auto f = std::minus<>();\n", "std::minus computes")
        self.check("auto x = a.operator+(b);\n", "operator+ computes")


if __name__ == "__main__":
    unittest.main()

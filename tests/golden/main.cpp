#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "golden/golden.hpp"

// golden_cases [--json] FILE.jsonl…
//
// Prints each required case that fails, the cases that are not required, and at last
// `N passed, M failed`. Exit code: 0 none failed, 1 some failed, 2 used wrongly.

namespace reckoner::golden {
namespace {

struct Checked {
  Case item;
  Verdict verdict;
};

Case read_case(const std::string& line) {
  const Json json = text::parse_json(line);
  const Json* must = member(json, "must");
  return {.id = json.at("id").as_string(),
          .area = json.at("area").as_string(),
          .model = json.at("model").as_string(),
          .must = must == nullptr || must->as_boolean(),
          .params = json.at("params"),
          .inputs = json.at("inputs"),
          .expected = json.at("expected")};
}

void run_file(const std::string& path, std::vector<Checked>& checked) {
  std::ifstream file(path);
  if (!file) throw Error(fmt::format("cannot read {}", path));
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty()) continue;
    try {
      Case item = read_case(line);
      Verdict verdict = run(item);
      checked.push_back({std::move(item), std::move(verdict)});
    } catch (Error& error) {
      throw error.in(fmt::format("{}:{}", path, number));
    }
  }
}

std::string json_text(const Json& value) {
  return text::JsonWriter().json(value).finish();
}

std::string_view name_of(Verdict::Outcome outcome) {
  switch (outcome) {
    case Verdict::Outcome::kPassed:
      return "passed";
    case Verdict::Outcome::kFailed:
      return "failed";
    case Verdict::Outcome::kUnknownModel:
      return "unknown model";
  }
  return {};
}

/// Counts of the cases that are required, and of those that are not.
struct Tally {
  int passed = 0;
  int failed = 0;   ///< unknown models among them
  int unknown = 0;  ///< no adapter knows the model
};

Tally tally_of(const std::vector<Checked>& checked, bool must) {
  Tally tally;
  for (const auto& [item, verdict] : checked) {
    if (item.must != must) continue;
    const bool passed = verdict.outcome == Verdict::Outcome::kPassed;
    ++(passed ? tally.passed : tally.failed);
    if (verdict.outcome == Verdict::Outcome::kUnknownModel) ++tally.unknown;
  }
  return tally;
}

void print_text(const std::vector<Checked>& checked) {
  for (const auto& [item, verdict] : checked) {
    if (item.must && verdict.outcome != Verdict::Outcome::kPassed) {
      std::cout << item.id << ": expected " << json_text(item.expected) << " got " << verdict.got
                << '\n';
    }
  }
  const Tally others = tally_of(checked, false);
  std::cout << fmt::format("not required: {} the same, {} otherwise, {} without an adapter\n",
                           others.passed, others.failed - others.unknown, others.unknown);
  const Tally required = tally_of(checked, true);
  std::cout << fmt::format("{} passed, {} failed\n", required.passed, required.failed);
}

void print_json(const std::vector<Checked>& checked) {
  const Tally required = tally_of(checked, true);
  const Tally others = tally_of(checked, false);
  text::JsonWriter json(text::JsonLayout::kIndented);
  json.begin_object().key("passed").number(required.passed).key("failed").number(required.failed);
  json.key("not_required").begin_object();
  json.key("same").number(others.passed);
  json.key("otherwise").number(others.failed - others.unknown);
  json.key("unknown_model").number(others.unknown).end_object();
  json.key("cases").begin_array();
  for (const auto& [item, verdict] : checked) {
    json.begin_object().key("id").string(item.id).key("must").boolean(item.must);
    json.key("outcome").string(name_of(verdict.outcome));
    json.key("expected").json(item.expected);
    if (verdict.outcome != Verdict::Outcome::kPassed) json.key("got").string(verdict.got);
    json.end_object();
  }
  json.end_array().end_object();
  std::cout << json.finish() << '\n';
}

int run_all(const std::vector<std::string_view>& arguments) {
  bool as_json = false;
  std::vector<Checked> checked;
  std::vector<std::string> files;
  for (const std::string_view argument : arguments) {
    if (argument == "--json") {
      as_json = true;
    } else if (argument.starts_with("-")) {
      throw UsageError(fmt::format("unknown option '{}'", argument));
    } else {
      files.emplace_back(argument);
    }
  }
  if (files.empty()) throw UsageError("usage: golden_cases [--json] FILE.jsonl...");
  for (const std::string& file : files) run_file(file, checked);
  as_json ? print_json(checked) : print_text(checked);
  return tally_of(checked, true).failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace reckoner::golden

int main(int count, char** arguments) {
  try {
    return reckoner::golden::run_all({arguments + 1, arguments + count});
  } catch (const std::exception& error) {
    std::cerr << "golden_cases: " << error.what() << '\n';
    return 2;
  }
}

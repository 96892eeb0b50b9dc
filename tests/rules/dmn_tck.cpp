/// Runs the DMN standard's own conformance tests: `dmn_tck DIR…`, where each directory is searched
/// for *-test-*.xml beside a .dmn file. Prints each failure as `folder/case/node: expected … got …`
/// and ends with `N passed, M failed`; exits with 1 when there is a failure or no test at all.
///
/// A decision that the program refuses, when the file is read or when it is evaluated, has the
/// value null, as the standard has it for whatever is in error.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "config/dmn.hpp"
#include "rules/decision_model.hpp"

namespace reckoner {
namespace {

using config::Document;
using config::Element;
using rules::Decimal;
using rules::Type;
using rules::Value;

std::string content_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw Error(fmt::format("{} cannot be read", path.string()));
  return {std::istreambuf_iterator<char>(stream), {}};
}

Value parsed(const Element& element, const std::string& type, const std::string& text) {
  const auto checked = [&](const auto& found) {
    if (!found) element.fail(fmt::format("'{}' is no {}", text, type));
    return Value(*found);
  };
  if (type == "boolean") return text == "true" || text == "1";
  if (type == "date") return checked(rules::date_from(text));
  if (type == "time") return checked(rules::time_from(text));
  if (type == "dateTime") return checked(rules::date_time_from(text));
  if (type == "duration" || type == "dayTimeDuration" || type == "yearMonthDuration") {
    if (const auto days = rules::days_duration_from(text)) return *days;
    return checked(rules::months_duration_from(text));
  }
  for (const char* number : {"decimal", "double", "float", "integer", "int", "long", "short"})
    if (type == number) return checked(Decimal::try_parse(text));
  return text;
}

bool is_nil(const Element& element) {
  const auto nil = element.attribute("xsi:nil");
  return nil == "true" || nil == "1";
}

/// What an inputNode, expected, component or item holds.
Value value_in(const Element& element) {
  Value::Entries entries;
  for (const Element& child : element.children()) {
    if (child.name() == "value") {
      if (is_nil(child)) return {};
      std::string type = child.attribute("xsi:type").value_or("string");
      type.erase(0, type.find(':') + 1);
      return parsed(child, type, child.text());
    }
    if (child.name() == "list") {
      if (is_nil(child)) return {};
      Value::Items items;
      for (const Element& item : child.children("item")) items.push_back(value_in(item));
      return Value::list(std::move(items));
    }
    if (child.name() == "component")
      entries.push_back({child.required("name"), is_nil(child) ? Value() : value_in(child)});
  }
  return entries.empty() ? Value() : Value::context(std::move(entries));
}

/// Numbers may differ in what lies behind the eighth digit behind the point, as for the kit itself.
bool is_expected(const Value& expected, const Value& got) {
  static const Decimal kTolerance = Decimal::parse("0.00000001");
  if (expected.number() != nullptr && got.number() != nullptr)
    return (*expected.number() - *got.number()).abs() < kTolerance;
  if (expected.list() != nullptr && got.list() != nullptr)
    return std::equal(expected.list()->begin(), expected.list()->end(), got.list()->begin(),
                      got.list()->end(), is_expected);
  if (expected.context() != nullptr && got.context() != nullptr) {
    const auto& entries = *expected.context();
    return entries.size() == got.context()->size() &&
           std::all_of(entries.begin(), entries.end(), [&](const rules::ContextEntry& entry) {
             const Value* other = got.entry(entry.name);
             return other != nullptr && is_expected(entry.value, *other);
           });
  }
  if (expected.type() != got.type()) return false;
  return expected == got || rules::compare(rules::Comparison::kEqual, expected, got) == true;
}

/// A model with one decision and those it needs, so that what is refused elsewhere in the file does
/// not matter.
rules::DmnModel part_for(const rules::DmnModel& model, const std::string& decision) {
  std::set<std::string> ids;
  const std::function<void(const rules::DecisionText&)> add = [&](const rules::DecisionText& text) {
    if (!ids.insert(text.id).second) return;
    for (const auto& need : text.decisions)
      for (const auto& other : model.decisions)
        if (other.id == need.id) add(other);
  };
  for (const auto& each : model.decisions)
    if (each.name == decision) add(each);
  rules::DmnModel out = model;
  std::erase_if(out.decisions, [&](const auto& each) { return !ids.contains(each.id); });
  return out;
}

struct Count {
  int passed = 0;
  int failed = 0;
};

class Kit {
 public:
  void run(const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(".xml") && name.find("-test-") != std::string::npos)
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) run_file(file);
  }

  const Count& count() const { return count_; }

 private:
  void run_file(const std::filesystem::path& path) {
    const std::string folder = path.parent_path().filename().string();
    try {
      const Document tests = config::parse_xml(path.filename().string(), content_of(path));
      const auto name = tests.root().required_child("modelName").text();
      const Document file = config::parse_xml(name, content_of(path.parent_path() / name));
      const rules::DmnModel model = config::read_dmn(file.root());
      for (const Element& test : tests.root().children("testCase")) run_case(folder, model, test);
    } catch (const Error& error) {
      report(folder, path.filename().string(), error.what());
    }
  }

  void run_case(const std::string& folder, const rules::DmnModel& model, const Element& test) {
    for (const Element& node : test.children("resultNode")) {
      const std::string decision = node.required("name");
      const auto holder = node.child("expected");
      const Value expected = holder ? value_in(*holder) : Value();
      std::string why;
      const Value got = result(model, decision, test, why);
      const std::string place = test.attribute("id").value_or("?") + "/" + decision;
      if (is_expected(expected, got)) {
        ++count_.passed;
      } else {
        report(folder, place,
               fmt::format("expected {} got {}{}", expected.to_string(), got.to_string(),
                           why.empty() ? "" : " (" + why + ")"));
      }
    }
  }

  static Value result(const rules::DmnModel& model, const std::string& decision,
                      const Element& test, std::string& why) {
    try {
      const rules::FactNames names = rules::facts_of(model);
      rules::Facts facts = names.unknown();
      for (const Element& input : test.children("inputNode"))
        if (const auto slot = names.slot(input.required("name"))) facts[*slot] = value_in(input);
      return rules::DecisionModel::compile(part_for(model, decision), names)
          .evaluate(decision, facts)
          .value;
    } catch (const Error& error) {
      why = error.what();
      return {};
    }
  }

  void report(const std::string& folder, const std::string& place, const std::string& reason) {
    ++count_.failed;
    fmt::print("{}/{}: {}\n", folder, place, reason);
  }

  Count count_;
};

}  // namespace
}  // namespace reckoner

int main(int argc, char** argv) {
  reckoner::Kit kit;
  for (int i = 1; i < argc; ++i) kit.run(argv[i]);
  const auto [passed, failed] = kit.count();
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}

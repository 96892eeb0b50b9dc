#include "rules/model_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "rules/lexer.hpp"

namespace reckoner::rules::model_checks {

namespace {

[[noreturn]] void refuse_at(const Source& source, const std::string& reason) {
  throw Error(reason).in(source.to_string());
}

/// Refuses what comes up a second time.
class Unique {
 public:
  explicit Unique(std::string_view what) : what_(what) {}
  void add(const std::string& text, const Source& source) {
    if (text.empty()) return;
    const auto [first, added] = seen_.emplace(text, source.line);
    if (!added)
      refuse_at(source,
                fmt::format("the {} '{}' is there already on line {}", what_, text, first->second));
  }

 private:
  std::string_view what_;
  std::map<std::string, int> seen_;
};

void check_requirements(const DmnModel& text) {
  std::vector<std::string> inputs;
  std::vector<std::string> decisions;
  std::vector<std::string> functions;
  for (const auto& each : text.inputs) inputs.push_back(each.id);
  for (const auto& each : text.decisions) decisions.push_back(each.id);
  for (const auto& each : text.functions) functions.push_back(each.id);
  const auto check = [](const std::vector<RequirementText>& needs, std::string_view what,
                        const std::vector<std::string>& known) {
    for (const RequirementText& need : needs)
      if (std::find(known.begin(), known.end(), need.id) == known.end())
        refuse_at(need.source, fmt::format("there is no {} with the id '{}'{}", what, need.id,
                                           suggestion(need.id, known)));
  };
  for (const auto& each : text.decisions) {
    check(each.inputs, "input data", inputs);
    check(each.decisions, "decision", decisions);
    check(each.functions, "business knowledge model", functions);
  }
  for (const auto& each : text.functions)
    check(each.functions, "business knowledge model", functions);
}

/// Puts parts behind those they need, depth first.
template <typename Parts, typename NeedsOf>
class Sorter {
 public:
  Sorter(const Parts& parts, std::string_view what, NeedsOf needs_of)
      : parts_(parts), what_(what), needs_of_(needs_of), states_(parts.size()) {}

  std::vector<std::size_t> run() {
    for (std::size_t i = 0; i < parts_.size(); ++i) visit(i);
    return order_;
  }

 private:
  enum class State { kNew, kInWork, kDone };
  static constexpr std::size_t kChainMax = 1'000;

  void visit(std::size_t index) {
    if (states_[index] == State::kDone) return;
    path_.push_back(index);
    if (states_[index] == State::kInWork) refuse_circle();
    if (path_.size() > kChainMax)
      refuse_at(parts_[index].source,
                fmt::format("more than {} {}s need one another in a row", kChainMax, what_));
    states_[index] = State::kInWork;
    for (const RequirementText& need : needs_of_(parts_[index])) {
      const auto found = std::find_if(parts_.begin(), parts_.end(),
                                      [&](const auto& each) { return each.id == need.id; });
      visit(static_cast<std::size_t>(found - parts_.begin()));
    }
    states_[index] = State::kDone;
    path_.pop_back();
    order_.push_back(index);
  }

  [[noreturn]] void refuse_circle() const {
    const std::size_t again = path_.back();
    std::string names;
    for (auto at = std::find(path_.begin(), path_.end(), again); at != path_.end(); ++at)
      names += fmt::format("{}'{}'", names.empty() ? "" : " needs ", parts_[*at].name);
    refuse_at(parts_[again].source, fmt::format("recursion is refused: {} {}", what_, names));
  }

  const Parts& parts_;
  std::string_view what_;
  NeedsOf needs_of_;
  std::vector<State> states_;
  std::vector<std::size_t> path_;
  std::vector<std::size_t> order_;
};

}  // namespace

void check_names(const DmnModel& text) {
  if (text.decisions.empty()) refuse_at(text.source, "there is no decision");
  Unique names("name");
  Unique ids("id");
  const auto add = [&](const auto& parts) {
    for (const auto& each : parts) {
      const std::string name = with_single_blanks(each.name);
      if (!name.empty() && is_keyword(name))
        refuse_at(each.source, fmt::format("'{}' is a word of the language and no name", name));
      names.add(name, each.source);
      ids.add(each.id, each.source);
    }
  };
  add(text.inputs);
  add(text.functions);
  add(text.decisions);
  check_requirements(text);
}

std::vector<std::size_t> order_of_decisions(const DmnModel& text) {
  const auto needs = [](const DecisionText& each) -> const auto& {
    return each.decisions;
  };
  return Sorter(text.decisions, "decision", needs).run();
}

std::vector<std::size_t> order_of_functions(const DmnModel& text) {
  const auto needs = [](const KnowledgeText& each) -> const auto& {
    return each.functions;
  };
  return Sorter(text.functions, "business knowledge model", needs).run();
}

std::vector<std::string> top_decisions(const DmnModel& text) {
  std::vector<std::string> out;
  for (const DecisionText& each : text.decisions) {
    const bool is_needed =
        std::any_of(text.decisions.begin(), text.decisions.end(), [&](const DecisionText& other) {
          return std::any_of(other.decisions.begin(), other.decisions.end(),
                             [&](const RequirementText& need) { return need.id == each.id; });
        });
    if (!is_needed) out.push_back(with_single_blanks(each.name));
  }
  return out;
}

}  // namespace reckoner::rules::model_checks

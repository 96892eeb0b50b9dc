#include "rules/decision_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "rules/logic.hpp"
#include "rules/model_checks.hpp"

namespace reckoner::rules {

namespace {

struct Decision {
  std::string name;
  std::size_t slot;
  Logic logic;
  ItemTypePointer item;
  NodePointer node;                ///< the logic, its value checked
  std::vector<std::size_t> needs;  ///< indices of all decisions to be evaluated before, in order
  Source source;
};

struct Input {
  std::size_t slot;
  std::string what;
  ItemTypePointer item;
  Source source;
};

[[noreturn]] void refuse_at(const Source& source, const std::string& reason) {
  throw Error(reason).in(source.to_string());
}

}  // namespace

struct DecisionModel::Compiled {
  std::vector<Input> inputs;  ///< those with a declared type
  std::vector<Decision> decisions;
  std::size_t locals = 0;
  std::size_t fact_count = 0;
  std::string top;
  std::string several_tops;  ///< why there is none
  Source source;

  const Decision& decision(std::string_view name) const {
    const auto found = std::find_if(decisions.begin(), decisions.end(),
                                    [&](const Decision& each) { return each.name == name; });
    if (found != decisions.end()) return *found;
    std::vector<std::string> known;
    for (const Decision& each : decisions) known.push_back(each.name);
    refuse_at(source, fmt::format("there is no decision '{}'{}", name, suggestion(name, known)));
  }
};

namespace {

/// Compiles the parts of a model, each after those it needs.
class ModelCompiler {
 public:
  ModelCompiler(const DmnModel& text, const FactNames& known)
      : text_(text), known_(known), types_(text.items, layout_), scope_(known, layout_) {
    layout_.types = &types_;
    for (const auto& each : text.functions) collect_members(each.logic, layout_.members);
    for (const auto& each : text.decisions) collect_members(each.logic, layout_.members);
  }

  std::vector<Input> inputs() {
    std::vector<Input> out;
    for (const InputDataText& each : text_.inputs) {
      const std::string what = fmt::format("input data '{}'", each.name);
      const auto slot = known_.slot(with_single_blanks(each.name));
      if (!slot)
        refuse_at(each.source, fmt::format("unknown input data '{}'{}", each.name,
                                           suggestion(each.name, known_.names())));
      const ItemTypePointer item = types_.named(each.type, what, each.source);
      if (item == nullptr) continue;
      const Type fact = known_.type(*slot);
      if (fact != Type::kAny && fact != item->kind)
        refuse_at(each.source, fmt::format("{} is a {}, but the fact is a {}", what,
                                           name_of(item->kind), name_of(fact)));
      scope_.add_fact(known_.name(*slot), *slot, item->kind, item);
      out.push_back({*slot, what, item, each.source});
    }
    return out;
  }

  void functions() {
    for (const std::size_t index : model_checks::order_of_functions(text_))
      compile_function(text_.functions[index]);
  }

  std::vector<Decision> decisions() {
    const std::vector<std::size_t> order = model_checks::order_of_decisions(text_);
    std::vector<Decision> out;
    std::map<std::string, std::size_t> by_id;
    for (const std::size_t index : order) {
      const DecisionText& text = text_.decisions[index];
      std::set<std::size_t> needs;
      const std::size_t mark = scope_.mark();
      for (const RequirementText& need : text.decisions) {
        const std::size_t needed = by_id.at(need.id);
        needs.insert(out[needed].needs.begin(), out[needed].needs.end());
        needs.insert(needed);
        scope_.add_alias(out[needed].name, out[needed].slot, out[needed].node->type(),
                         out[needed].item);
      }
      add_functions(text.functions, scope_);
      Decision decision{
          .name = with_single_blanks(text.name),
          .slot = layout_.locals++,
          .logic = compile_logic(text.logic, with_single_blanks(text.name), scope_, types_),
          .item = {},
          .node = {},
          .needs = {needs.begin(), needs.end()},
          .source = text.source};
      const std::string what = fmt::format("decision '{}'", decision.name);
      decision.item = types_.named(text.type, what, text.source);
      decision.node = make_placed(make_checked(decision.logic.node, what, decision.item),
                                  text.source.to_string());
      scope_.forget(mark);
      by_id[text.id] = out.size();
      out.push_back(std::move(decision));
    }
    return out;
  }

  std::size_t locals() const { return layout_.locals; }

 private:
  void add_functions(const std::vector<RequirementText>& needs, Scope& scope) const {
    for (const RequirementText& need : needs) {
      const auto& function = functions_.at(need.id);
      scope.add_function(function->name, function);
    }
  }

  void compile_function(const KnowledgeText& text) {
    auto out = std::make_shared<Function>();
    out->name = with_single_blanks(text.name);
    Layout layout{.locals = 0, .members = layout_.members, .types = &types_};
    Scope scope(layout);
    for (const KnowledgeText::Parameter& each : text.parameters) {
      const std::string name = with_single_blanks(each.name);
      if (scope.find(name) != nullptr)
        refuse_at(each.source, fmt::format("the parameter '{}' is there twice", name));
      ItemTypePointer item =
          types_.named(each.type, fmt::format("parameter '{}'", name), each.source);
      scope.add(name, item != nullptr ? item->kind : Type::kAny, item);
      out->parameters.push_back({name, std::move(item)});
    }
    add_functions(text.functions, scope);
    for (const RequirementText& need : text.functions)
      out->depth = std::max(out->depth, functions_.at(need.id)->depth + 1);
    if (out->depth > kCallDepthMax)
      refuse_at(text.source,
                fmt::format("functions call one another deeper than {} levels", kCallDepthMax));
    const std::string what = fmt::format("function '{}'", out->name);
    out->body = make_checked(compile_logic(text.logic, out->name, scope, types_).node, what,
                             types_.named(text.type, what, text.source));
    out->locals = layout.locals;
    layout_.members.merge(layout.members);
    functions_.emplace(text.id, std::move(out));
  }

  const DmnModel& text_;
  const FactNames& known_;
  Layout layout_;
  ItemTypes types_;
  Scope scope_;
  std::map<std::string, std::shared_ptr<const Function>> functions_;  ///< by id
};

}  // namespace

DecisionModel DecisionModel::compile(const DmnModel& text, const FactNames& known) {
  model_checks::check_names(text);
  ModelCompiler compiler(text, known);
  Compiled out;
  out.source = text.source;
  out.fact_count = known.size();
  out.inputs = compiler.inputs();
  compiler.functions();
  out.decisions = compiler.decisions();
  out.locals = compiler.locals();
  const std::vector<std::string> tops = model_checks::top_decisions(text);
  if (tops.size() == 1) {
    out.top = tops.front();
  } else {
    out.several_tops = fmt::format("{} decisions are needed by no other: '{}'", tops.size(),
                                   fmt::join(tops, "', '"));
  }
  return DecisionModel(std::make_shared<const Compiled>(std::move(out)));
}

Outcome DecisionModel::evaluate(std::string_view name, const Facts& facts) const {
  const Compiled& model = *compiled_;
  RK_CHECK(facts.size() >= model.fact_count);
  const Decision& decision = model.decision(name);
  for (const Input& input : model.inputs)
    if (const auto reason = misfit(facts[input.slot], *input.item))
      refuse_at(input.source, fmt::format("{} {}", input.what, *reason));
  Budget budget;
  Frame frame(facts, model.locals, budget);
  for (const std::size_t index : decision.needs)
    frame.locals[model.decisions[index].slot] = value_of(*model.decisions[index].node, frame);
  Outcome out;
  if (decision.logic.table && decision.item == nullptr)
    return decision.logic.table->evaluate(frame);
  if (decision.logic.table) {
    out = decision.logic.table->evaluate(frame);
    out.value = value_of(
        *make_checked(make_literal(out.value), fmt::format("decision '{}'", name), decision.item),
        frame);
    return out;
  }
  out.value = value_of(*decision.node, frame);
  if (const Value::Entries* entries = out.value.context()) {
    Result& result = out.results.emplace_back();
    for (const ContextEntry& entry : *entries) result.emplace(entry.name, entry.value);
  } else if (!out.value.is_null()) {
    out.results.push_back({{decision.name, out.value}});
  }
  return out;
}

DecisionModel::DecisionModel(std::shared_ptr<const Compiled> compiled)
    : compiled_(std::move(compiled)) {}

std::vector<std::string> DecisionModel::decisions() const {
  std::vector<std::string> out;
  for (const Decision& each : compiled_->decisions) out.push_back(each.name);
  return out;
}

const std::string& DecisionModel::top_decision() const {
  if (compiled_->top.empty()) refuse_at(compiled_->source, compiled_->several_tops);
  return compiled_->top;
}

const std::vector<std::string>& DecisionModel::output_names(std::string_view decision) const {
  return compiled_->decision(decision).logic.output_names;
}

FactNames facts_of(const DmnModel& text) {
  Layout layout;
  const ItemTypes types(text.items, layout);
  FactNames out;
  for (const InputDataText& each : text.inputs) {
    const ItemTypePointer item =
        types.named(each.type, fmt::format("input data '{}'", each.name), each.source);
    try {
      out.add(each.name, item != nullptr ? item->kind : Type::kAny);
    } catch (Error& error) {
      throw error.in(each.source.to_string());
    }
  }
  return out;
}

}  // namespace reckoner::rules

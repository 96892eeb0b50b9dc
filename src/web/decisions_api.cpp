#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "config/dmn.hpp"
#include "config/file_kind.hpp"
#include "config/xml.hpp"
#include "rules/decision_model.hpp"
#include "rules/expression.hpp"
#include "web/configuration_draft.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

using Kind = text::Json::Kind;

/// A .dmn file, read.
struct DecisionFile {
  std::string name;
  rules::DmnModel model;
};

DecisionFile read_file(const config::Files& files, const std::string& name) {
  const auto file = files.content.find(name);
  if (file == files.content.end() || config::kind_of_file(name) != config::FileKind::kDecisions) {
    throw Problem(404, fmt::format("there are no decisions '{}'", name));
  }
  try {
    return {name, config::read_dmn(config::parse_xml(name, file->second).root())};
  } catch (const Error& error) {
    throw problem_of_draft(error, files);
  }
}

void write_text_or_null(text::JsonWriter& json, std::string_view key,
                        const std::optional<rules::Text>& text) {
  json.key(key);
  text ? json.string(text->text) : json.null();
}

void write_inputs(text::JsonWriter& json, const rules::DecisionTableText& table) {
  json.key("inputs").begin_array();
  for (const rules::DecisionTableText::Input& input : table.inputs) {
    json.begin_object().key("label").string(input.label);
    json.key("expression").string(input.expression.text).key("type").string(input.type);
    write_text_or_null(json, "allowed", input.allowed);
    json.end_object();
  }
  json.end_array();
}

void write_outputs(text::JsonWriter& json, const rules::DecisionTableText& table) {
  json.key("outputs").begin_array();
  for (const rules::DecisionTableText::Output& output : table.outputs) {
    json.begin_object();
    json.key("name").string(output.name.empty() ? table.name : output.name);
    json.key("label").string(output.label).key("type").string(output.type);
    write_text_or_null(json, "allowed", output.allowed);
    write_text_or_null(json, "default", output.default_value);
    json.end_object();
  }
  json.end_array();
}

void write_rules(text::JsonWriter& json, const rules::DecisionTableText& table) {
  const auto cells = [&](std::string_view key, const std::vector<rules::Text>& texts) {
    json.key(key).begin_array();
    for (const rules::Text& text : texts) json.string(text.text);
    json.end_array();
  };
  json.key("rules").begin_array();
  std::size_t number = 0;
  for (const rules::DecisionTableText::Rule& rule : table.rules) {
    json.begin_object().key("number").number(++number).key("id").string(rule.id);
    cells("inputs", rule.inputs);
    cells("outputs", rule.outputs);
    json.key("annotation").string(rule.annotation).key("line").number(rule.source.line);
    json.end_object();
  }
  json.end_array();
}

void write_table(text::JsonWriter& json, const rules::DecisionTableText& table) {
  json.begin_object().key("name").string(table.name);
  json.key("hit_policy").string(rules::name_of(table.hit_policy)).key("aggregation");
  table.aggregation == rules::Aggregation::kNone ? json.null()
                                                 : json.string(rules::name_of(table.aggregation));
  write_inputs(json, table);
  write_outputs(json, table);
  write_rules(json, table);
  json.end_object();
}

std::string_view logic_name(const rules::LogicText& logic) {
  struct Name {
    std::string_view operator()(const rules::Text&) const { return "expression"; }
    std::string_view operator()(const rules::DecisionTableText&) const { return "table"; }
    std::string_view operator()(const rules::InvocationText&) const { return "invocation"; }
    std::string_view operator()(const rules::ContextText&) const { return "context"; }
    std::string_view operator()(const rules::ListText&) const { return "list"; }
  };
  return std::visit(Name{}, logic.content);
}

/// Names of the elements of a model by their ids, and which decisions others need.
class Requirements {
 public:
  explicit Requirements(const rules::DmnModel& model) {
    for (const auto& input : model.inputs) names_[input.id] = input.name;
    for (const auto& function : model.functions) names_[function.id] = function.name;
    for (const auto& decision : model.decisions) {
      names_[decision.id] = decision.name;
      for (const auto& need : decision.decisions) needed_.insert(need.id);
    }
  }
  bool is_needed(const rules::DecisionText& decision) const {
    return needed_.contains(decision.id);
  }
  void write(text::JsonWriter& json, const rules::DecisionText& decision) const {
    json.key("requires").begin_array();
    for (const auto* needs : {&decision.inputs, &decision.decisions, &decision.functions}) {
      for (const rules::RequirementText& need : *needs) {
        const auto name = names_.find(need.id);
        json.string(name == names_.end() ? need.id : name->second);
      }
    }
    json.end_array();
  }

 private:
  std::map<std::string, std::string> names_;
  std::set<std::string> needed_;
};

void write_decision(text::JsonWriter& json, const rules::DecisionText& decision,
                    const Requirements& requirements) {
  json.begin_object().key("id").string(decision.id).key("name").string(decision.name);
  json.key("type").string(decision.type);
  json.key("top").boolean(!requirements.is_needed(decision));
  requirements.write(json, decision);
  json.key("logic").string(logic_name(decision.logic)).key("text");
  const auto* const text = std::get_if<rules::Text>(&decision.logic.content);
  text != nullptr ? json.string(text->text) : json.null();
  json.key("table");
  const auto* const table = std::get_if<rules::DecisionTableText>(&decision.logic.content);
  if (table != nullptr) {
    write_table(json, *table);
  } else {
    json.null();
  }
  json.end_object();
}

Response file_response(const DecisionFile& file) {
  const Requirements requirements(file.model);
  text::JsonWriter json;
  json.begin_object().key("file").string(file.name).key("name").string(file.model.name);
  json.key("inputs").begin_array();
  for (const rules::InputDataText& input : file.model.inputs) {
    json.begin_object().key("name").string(input.name);
    json.key("type").string(input.type).end_object();
  }
  json.end_array().key("decisions").begin_array();
  for (const rules::DecisionText& decision : file.model.decisions) {
    write_decision(json, decision, requirements);
  }
  json.end_array().key("functions").begin_array();
  for (const rules::KnowledgeText& function : file.model.functions) json.string(function.name);
  json.end_array().key("types").begin_array();
  for (const rules::ItemDefinitionText& item : file.model.items) json.string(item.name);
  json.end_array().end_object();
  return json_response(json);
}

/// The active version and a draft on it that need not be right.
struct Draft {
  std::shared_ptr<const engine::CompiledVersion> active;
  config::Files files;
};

Draft draft_of(const ConfigurationApi& api, const config::Edits& edits) {
  auto lease = take_connection(api.pool);
  Draft draft{active_configuration(*lease, api.versions).compiled, {}};
  draft.files = {draft.active->files().content, {}};
  try {
    draft.files = config::edited(draft.active->files(), edits);
  } catch (const Error& error) {
    throw problem_of_draft(error, draft.files);
  }
  return draft;
}

Response show(const ConfigurationApi& api, const Request& request) {
  const Draft draft = draft_of(api, {});
  return file_response(read_file(draft.files, request.path_values.at("file")));
}

std::string file_of(const text::Json& body) {
  const auto file = text_member(body, "file");
  if (!file) throw Problem(400, "file is missing");
  return *file;
}

Response read(const ConfigurationApi& api, const Request& request) {
  const text::Json body = json_body(request);
  allow_members(body, {"files", "file"});
  const Draft draft = draft_of(api, edits_of(body));
  return file_response(read_file(draft.files, file_of(body)));
}

/// The facts there are under the draft; under the active version while the draft is wrong.
rules::FactNames names_under(const ConfigurationApi& api, const Draft& draft) {
  try {
    return api.rules.names(config::parse(draft.files));
  } catch (const Error&) {
    return api.rules.names(draft.active->configuration());
  }
}

rules::Value evaluated(std::string_view name, const std::string& expression) {
  const rules::Text text{expression, {std::string(name), 1}};
  return rules::Expression::compile(text, rules::FactNames()).evaluate(rules::Facts());
}

rules::Value number_of(const std::string& literal) {
  const auto number = money::Decimal::try_parse(literal);
  if (!number) throw Error(fmt::format("'{}' is not a number", literal));
  return *number;
}

/// What a fact of that type is when the request says this.
rules::Value value_of(std::string_view name, const text::Json& json, rules::Type type) {
  switch (json.kind()) {
    case Kind::kNull:
      return {};
    case Kind::kBoolean:
      return json.as_boolean();
    case Kind::kNumber:
      return number_of(json.as_number());
    case Kind::kString:
      break;
    default:
      throw Error(fmt::format("expected a text, number or boolean, found {}",
                              text::to_string(json.kind())));
  }
  switch (type) {
    case rules::Type::kString:
      return json.as_string();
    case rules::Type::kNumber:
      return number_of(json.as_string());
    case rules::Type::kDate:
    case rules::Type::kTime:
    case rules::Type::kDateTime:
    case rules::Type::kDaysDuration:
    case rules::Type::kMonthsDuration:
      return evaluated(name, fmt::format("@\"{}\"", json.as_string()));
    default:
      return evaluated(name, json.as_string());
  }
}

rules::Facts facts_of(const text::Json& body, const rules::FactNames& names) {
  const text::Json* given = member(body, "facts");
  if (given == nullptr || given->kind() != Kind::kObject) {
    throw Problem(400, "facts is missing, or no object of values by name");
  }
  rules::Facts facts = names.unknown();
  for (const text::Json::Member& fact : given->as_object()) {
    const auto slot = names.slot(fact.name);
    if (!slot) throw Problem(400, fmt::format("there is no fact '{}'", fact.name));
    try {
      facts[*slot] = value_of(fact.name, fact.value, names.type(*slot));
    } catch (const Error& error) {
      throw Problem(400, fmt::format("fact '{}': {}", fact.name, error.what()));
    }
    if (!rules::conforms(facts[*slot], names.type(*slot))) {
      throw Problem(400, fmt::format("fact '{}': expected a {}, found {}", fact.name,
                                     rules::name_of(names.type(*slot)), facts[*slot].to_string()));
    }
  }
  return facts;
}

const rules::DecisionTableText* table_of(const rules::DmnModel& model, std::string_view decision) {
  for (const rules::DecisionText& candidate : model.decisions) {
    if (candidate.name != decision) continue;
    return std::get_if<rules::DecisionTableText>(&candidate.logic.content);
  }
  return nullptr;
}

Response outcome_response(const std::string& decision, const rules::Outcome& outcome,
                          const rules::DecisionTableText* table) {
  text::JsonWriter json;
  json.begin_object().key("decision").string(decision).key("rules_fired").begin_array();
  for (const std::size_t number : outcome.rules_fired) {
    const auto* const rule = table == nullptr ? nullptr : &table->rules.at(number - 1);
    json.begin_object().key("number").number(number);
    json.key("id").string(rule == nullptr ? "" : rule->id);
    json.key("annotation").string(rule == nullptr ? "" : rule->annotation).end_object();
  }
  json.end_array().key("results").begin_array();
  for (const rules::Result& result : outcome.results) {
    json.begin_array();
    for (const auto& [output, value] : result) {
      json.begin_object().key("output").string(output);
      json.key("value").string(value.to_string()).end_object();
    }
    json.end_array();
  }
  json.end_array().key("value").string(outcome.value.to_string()).end_object();
  return json_response(json);
}

Response test(const ConfigurationApi& api, const Request& request) {
  const text::Json body = json_body(request);
  allow_members(body, {"files", "file", "decision", "facts"});
  const Draft draft = draft_of(api, edits_of(body));
  const DecisionFile file = read_file(draft.files, file_of(body));
  const rules::FactNames names = names_under(api, draft);
  const rules::Facts facts = facts_of(body, names);
  try {
    const auto model = rules::DecisionModel::compile(file.model, names);
    const std::string decision = text_member(body, "decision").value_or(model.top_decision());
    return outcome_response(decision, model.evaluate(decision, facts),
                            table_of(file.model, decision));
  } catch (const Error& error) {
    throw problem_of_draft(error, draft.files);
  }
}

}  // namespace

std::vector<Route> decision_routes(const ConfigurationApi& api) {
  const auto route = [&api](std::string method, std::string pattern, auto endpoint) {
    return Route{std::move(method), std::move(pattern), Right::kConsole,
                 [api, endpoint](const Request& request) { return endpoint(api, request); }};
  };
  return {
      route("GET", "/api/v1/configuration/decisions/{file}", show),
      route("POST", "/api/v1/configuration/decisions/read", read),
      route("POST", "/api/v1/configuration/decisions/test", test),
  };
}

}  // namespace reckoner::web

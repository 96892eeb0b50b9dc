#include <fmt/format.h>

#include <algorithm>

#include "config/declared_names.hpp"
#include "config/schema_hints.hpp"
#include "config/settings.hpp"
#include "engine/draft_check.hpp"
#include "store/transaction.hpp"
#include "web/configuration_draft.hpp"
#include "web/configuration_json.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

namespace fs = std::filesystem;

template <class Names>
void write_names(text::JsonWriter& json, std::string_view key, const Names& names) {
  json.key(key).begin_array();
  for (const auto& name : names) json.string(name);
  json.end_array();
}

void write_problem(text::JsonWriter& json, const config::PlacedMistake& mistake,
                   std::string_view severity) {
  json.begin_object().key("file").string(mistake.file).key("line").number(mistake.line);
  json.key("column").number(mistake.column).key("end_column").number(mistake.end_column);
  json.key("message").string(mistake.message).key("severity").string(severity).end_object();
}

std::vector<std::string> libraries_of(const ConfigurationApi& api) {
  std::vector<std::string> names;
  const auto& directory = api.versions.plugin_directory();
  std::error_code none;
  if (!directory || !fs::is_directory(*directory, none)) return names;
  for (const fs::directory_entry& entry : fs::directory_iterator(*directory, none)) {
    std::string name = entry.path().filename().string();
    if (name.ends_with(".so") && entry.is_regular_file(none)) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

void write_declared(text::JsonWriter& json, const config::DeclaredNames& names,
                    const std::vector<std::string>& libraries) {
  json.key("names").begin_object();
  write_names(json, "files", names.files);
  write_names(json, "engines", names.engines);
  json.key("meters").begin_array();
  for (const config::DeclaredNames::Meter& meter : names.meters) {
    json.begin_object().key("name").string(meter.name).key("unit").string(meter.unit);
    write_names(json, "dimensions", meter.dimensions);
    json.end_object();
  }
  json.end_array();
  write_names(json, "plans", names.plans);
  write_names(json, "charges", names.charges);
  write_names(json, "strategies", names.strategies);
  write_names(json, "population_facts", names.population_facts);
  write_names(json, "legal_entities", names.legal_entities);
  write_names(json, "libraries", libraries);
  json.end_object();
}

Response check(const ConfigurationApi& api, const Request& request) {
  const text::Json body = json_body(request);
  allow_members(body, {"files"});
  const config::Edits edits = edits_of(body);
  auto lease = take_connection(api.pool);
  const store::Transaction snapshot(*lease, store::TransactionKind::kSnapshotReadOnly);
  const ActiveConfiguration active = active_configuration(*lease, api.versions);
  config::Files draft{active.compiled->files().content, {}};
  engine::DraftCheck found;
  try {
    draft = config::edited(active.compiled->files(), edits);
    found = engine::check_draft(*lease, api.versions, draft, *active.compiled, api.clock());
  } catch (const Mistakes& mistakes) {
    found.errors = config::placed_mistakes(mistakes, draft);
  }
  text::JsonWriter json;
  json.begin_object().key("version").number(active.number.value).key("problems").begin_array();
  for (const config::PlacedMistake& mistake : found.errors) write_problem(json, mistake, "error");
  for (const config::PlacedMistake& mistake : found.warnings) {
    write_problem(json, mistake, "warning");
  }
  json.end_array();
  write_declared(json, config::declared_names(draft), libraries_of(api));
  json.end_object();
  return json_response(json);
}

/// The libraries of a draft, as far as they can be found.
void add_libraries(const ConfigurationApi& api, config::Files& draft, const config::Files& active) {
  try {
    engine::add_library_hashes(draft, api.versions.plugin_directory());
  } catch (const Error&) {
    draft.libraries = active.libraries;
  }
}

Response compare(const ConfigurationApi& api, const Request& request) {
  const std::size_t context = context_of(request);
  const text::Json body = json_body(request);
  allow_members(body, {"files"});
  const config::Edits edits = edits_of(body);
  auto lease = take_connection(api.pool);
  const ActiveConfiguration active = active_configuration(*lease, api.versions);
  const config::Files& files = active.compiled->files();
  config::Files draft{files.content, {}};
  try {
    draft = config::edited(files, edits);
  } catch (const Error& error) {
    throw problem_of_draft(error, draft);
  }
  add_libraries(api, draft, files);
  return difference_response(active.number, std::nullopt, config::changes_between(files, draft),
                             context);
}

void write_attribute(text::JsonWriter& json, const config::AttributeHint& attribute) {
  json.begin_object().key("name").string(attribute.name);
  json.key("required").boolean(attribute.required).key("default");
  attribute.default_value ? json.string(*attribute.default_value) : json.null();
  write_names(json, "values", attribute.values);
  json.key("pattern");
  attribute.pattern ? json.string(*attribute.pattern) : json.null();
  json.key("documentation").string(attribute.documentation).end_object();
}

void write_element(text::JsonWriter& json, const config::ElementHint& element) {
  json.begin_object().key("name").string(element.name);
  write_names(json, "parents", element.parents);
  json.key("documentation").string(element.documentation).key("attributes").begin_array();
  for (const config::AttributeHint& attribute : element.attributes) {
    write_attribute(json, attribute);
  }
  json.end_array().key("children").begin_array();
  for (const config::ChildHint& child : element.children) {
    json.begin_object().key("name").string(child.name);
    json.key("required").boolean(child.required).key("repeats").boolean(child.repeats).end_object();
  }
  json.end_array().end_object();
}

void write_handler(text::JsonWriter& json, const engine::HandlerSpec& spec) {
  json.begin_object().key("class").string(spec.class_name).key("summary").string(spec.summary);
  json.key("phase").string(engine::phase_of(spec));
  json.key("parameters").begin_array();
  for (const engine::ParameterSpec& parameter : spec.parameters) {
    json.begin_object().key("name").string(parameter.name);
    json.key("kind").string(engine::to_string(parameter.kind));
    json.key("help").string(parameter.help).key("default");
    parameter.default_value ? json.string(*parameter.default_value) : json.null();
    json.end_object();
  }
  json.end_array();
  const auto facts = [&](std::string_view name, const std::vector<engine::Fact>& list) {
    json.key(name).begin_array();
    for (const engine::Fact fact : list) json.string(engine::to_string(fact));
    json.end_array();
  };
  facts("needs", spec.needs);
  facts("leaves", spec.leaves);
  facts("uses_up", spec.uses_up);
  json.end_object();
}

void write_setting(text::JsonWriter& json, const config::SettingSpec& spec) {
  json.begin_object().key("name").string(spec.name);
  json.key("kind").string(config::to_string(spec.kind));
  json.key("default").string(spec.default_value).key("help").string(spec.help);
  write_names(json, "values", spec.choices);
  json.key("override").boolean(spec.may_override);
  json.key("editable").boolean(!config::is_of_the_machine(spec)).end_object();
}

void write_elements(text::JsonWriter& json, config::FileKind kind) {
  config::SchemaHints hints;
  if (const auto schema = config::schema_of(kind)) {
    hints = config::read_schema(config::to_string(kind), *schema);
  }
  const auto text_or_null = [&](std::string_view key, const std::string& text) {
    json.key(key);
    text.empty() ? json.null() : json.string(text);
  };
  text_or_null("namespace", hints.namespace_uri);
  text_or_null("root", hints.root);
  json.key("elements").begin_array();
  for (const config::ElementHint& element : hints.elements) write_element(json, element);
  json.end_array();
  write_names(json, "charge_models",
              kind == config::FileKind::kPricing ? config::charge_models(hints)
                                                 : std::vector<std::string>());
}

Response hints(const ConfigurationApi& api, const Request& request) {
  const std::string name = request.parameter("kind").value_or("");
  const auto kind = config::file_kind_named(name);
  if (!kind) {
    throw Problem(
        400, fmt::format(
                 "kind is '{}': it must be one of billing-config, meters, taxes, "
                 "accounts, allocation, suppliers, pricing, decisions, mail, logo, export-template",
                 name));
  }
  const bool chains = kind == config::FileKind::kBillingConfig;
  const bool decisions = kind == config::FileKind::kDecisions;
  text::JsonWriter json;
  json.begin_object().key("kind").string(name);
  write_elements(json, *kind);
  json.key("handlers").begin_array();
  if (chains) {
    for (const engine::HandlerSpec& spec : api.versions.catalogue()) write_handler(json, spec);
  }
  json.end_array().key("settings").begin_array();
  if (chains) {
    for (const config::SettingSpec& spec : config::setting_specs()) write_setting(json, spec);
  }
  json.end_array().key("facts").begin_array();
  for (const RuleLanguage::Name& fact : decisions ? api.rules.facts : decltype(api.rules.facts)()) {
    json.begin_object().key("name").string(fact.name).key("type").string(fact.type);
    json.key("help").string(fact.help).end_object();
  }
  json.end_array().key("outputs").begin_array();
  for (const RuleLanguage::Name& output :
       decisions ? api.rules.outputs : decltype(api.rules.outputs)()) {
    json.begin_object().key("name").string(output.name).key("help").string(output.help);
    json.end_object();
  }
  json.end_array().end_object();
  return json_response(json);
}

Response schema(const ConfigurationApi&, const Request& request) {
  const std::string& name = request.path_values.at("schema");
  const auto text = config::schema_named(name);
  if (!text) throw Problem(404, fmt::format("there is no schema '{}'", name));
  return {200, "application/xml", std::string(*text)};
}

}  // namespace

std::vector<Route> configuration_draft_routes(const ConfigurationApi& api) {
  const auto route = [&api](std::string method, std::string pattern, auto endpoint) {
    return Route{std::move(method), std::move(pattern), Right::kConsole,
                 [api, endpoint](const Request& request) { return endpoint(api, request); }};
  };
  return {
      route("POST", "/api/v1/configuration/check", check),
      route("POST", "/api/v1/configuration/difference", compare),
      route("GET", "/api/v1/configuration/hints", hints),
      route("GET", "/api/v1/configuration/schemas/{schema}", schema),
  };
}

}  // namespace reckoner::web

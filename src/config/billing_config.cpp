#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/mistakes.hpp"
#include "config/attributes.hpp"
#include "config/legal_entities.hpp"
#include "config/readers.hpp"

namespace reckoner::config {

namespace {

void read_setting(const Element& element, std::map<std::string, domain::Place>& seen,
                  Settings& settings) {
  element.allow({"name", "value"});
  const std::string name = element.required("name");
  const std::optional<std::string> value = element.attribute("value");
  if (!value) element.fail("setting needs the attribute 'value'");
  if (const auto [first, added] = seen.emplace(name, element.place()); !added) {
    element.fail(fmt::format("setting '{}' is already set at {}", name, to_string(first->second)));
  }
  try {
    settings.set(name, *value);
  } catch (const Error& error) {
    element.fail(error.what());
  }
}

Settings read_settings(const Element& root) {
  Settings settings;
  const std::optional<Element> section = root.child("settings");
  if (!section) return settings;
  section->allow({}, {"setting"});
  std::map<std::string, domain::Place> seen;
  MistakeCollector mistakes;
  for (const Element& element : section->children()) {
    mistakes.attempt([&] { read_setting(element, seen, settings); });
  }
  mistakes.finish();
  try {
    settings.check();
  } catch (const Error& error) {
    section->fail(error.what());
  }
  return settings;
}

/// What `read` makes of a required attribute; its Error gets the attribute's place.
template <class Read>
auto parsed_attribute(const Element& element, std::string_view name, const Read& read) {
  const std::string value = element.required(name);
  try {
    return read(value);
  } catch (const Error& error) {
    fail_attribute(element, name, error.what());
  }
}

Schedule read_schedule(const Element& element) {
  constexpr std::array<std::string_view, 2> kMissed{"catch-up", "skip"};
  element.allow({"cron", "time-zone", "missed"});
  Schedule schedule{
      parsed_attribute(element, "cron", time::Cron::parse),
      parsed_attribute(element, "time-zone", time::Zone::named),
      choice_attribute(element, "missed", kMissed, 0) == 0 ? Missed::kCatchUp : Missed::kSkip};
  constexpr time::Instant kAnyTime{};
  if (!schedule.cron.next(kAnyTime, schedule.zone)) {
    fail_attribute(element, "cron", fmt::format("'{}' never fires", schedule.cron.expression()));
  }
  return schedule;
}

std::string read_library(const Element& element) {
  if (!element.attribute("library")) return "";
  std::string library = element.required("library");
  const std::size_t stem = library.ends_with(".so") ? library.size() - 3 : 0;
  const bool valid =
      stem > 0 && library.front() != '.' && std::all_of(library.begin(), library.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '.' || c == '-';
      });
  if (!valid) {
    fail_attribute(element, "library",
                   fmt::format("'{}' is not a bare name such as libcarbon-fee.so; libraries come "
                               "from the plug-in directory, never from a path",
                               library));
  }
  return library;
}

Parameter read_parameter(const Element& element) {
  element.allow({"name", "value"});
  const std::string name = name_attribute(element, "name");
  const std::optional<std::string> value = element.attribute("value");
  if (!value) element.fail("parameter needs the attribute 'value'");
  if ((name == "file" || name == "template") && !is_member_name(*value)) {
    element.fail(
        fmt::format("parameter '{}' is '{}'; it names a member of the configuration, "
                    "never a path outside",
                    name, *value));
  }
  return {name, *value, element.place()};
}

HandlerConfig read_handler(const Element& element) {
  element.allow({"class", "library"}, {"parameter"});
  HandlerConfig handler{
      name_attribute(element, "class"), read_library(element), {}, element.place()};
  MistakeCollector mistakes;
  for (const Element& child : element.children()) {
    mistakes.attempt([&] {
      Parameter parameter = read_parameter(child);
      for (const Parameter& other : handler.parameters) {
        if (other.name != parameter.name) continue;
        child.fail(fmt::format("parameter '{}' is already given at {}", parameter.name,
                               to_string(other.place)));
      }
      handler.parameters.push_back(std::move(parameter));
    });
  }
  mistakes.finish();
  return handler;
}

std::vector<EngineConfig::ShownPrices> read_shown_prices(const Element& element) {
  element.allow({}, {"instead"});
  std::vector<EngineConfig::ShownPrices> shown_prices;
  MistakeCollector mistakes;
  for (const Element& child : element.children()) {
    mistakes.attempt([&] {
      child.allow({"plan", "use"});
      EngineConfig::ShownPrices shown{name_attribute(child, "plan"), name_attribute(child, "use"),
                                      child.place()};
      for (const EngineConfig::ShownPrices& other : shown_prices) {
        if (other.plan != shown.plan) continue;
        child.fail(fmt::format("what shows plan '{}' is already given at {}", shown.plan,
                               to_string(other.place)));
      }
      shown_prices.push_back(std::move(shown));
    });
  }
  mistakes.finish();
  return shown_prices;
}

EngineConfig read_engine(const Element& element) {
  constexpr std::array<std::string_view, 2> kDocuments{"invoices", "showback"};
  element.allow({"id", "documents"}, {"schedule", "run", "showback", "handlers"});
  EngineConfig engine;
  engine.only_shows = choice_attribute(element, "documents", kDocuments, 0) == 1;
  if (const auto showback = element.child("showback")) {
    engine.shown_prices = read_shown_prices(*showback);
  }
  engine.id = name_attribute(element, "id");
  engine.place = element.place();
  if (const auto schedule = element.child("schedule")) engine.schedule = read_schedule(*schedule);
  if (const auto run = element.child("run")) {
    run->allow({"batch-size", "workers", "grace"});
    engine.batch_size = integer_attribute(*run, "batch-size", 1, 100'000, engine.batch_size);
    engine.workers = integer_attribute(*run, "workers", 1, 64, engine.workers);
    if (run->attribute("grace")) {
      engine.grace = parsed_attribute(*run, "grace", time::parse_duration);
    }
  }
  const Element handlers = element.required_child("handlers");
  handlers.allow({}, {"handler"});
  MistakeCollector mistakes;
  for (const Element& handler : handlers.children()) {
    mistakes.attempt([&] { engine.handlers.push_back(read_handler(handler)); });
  }
  mistakes.finish();
  if (engine.handlers.empty()) {
    handlers.fail(fmt::format("engine '{}' has no handler", engine.id));
  }
  return engine;
}

PopulationFact read_population_fact(const Element& element) {
  static constexpr std::array<std::string_view, 3> kFigures{"mean", "total", "customers"};
  element.allow({"name", "meter", "figure"});
  PopulationFact fact{name_attribute(element, "name"), {}, {}, element.place()};
  fact.figure = static_cast<PopulationFigure>(choice_attribute(element, "figure", kFigures, 0));
  if (fact.figure != PopulationFigure::kCustomers) {
    fact.meter = element.required("meter");
  } else if (element.attribute("meter")) {
    fail_attribute(element, "meter", "the number of customers needs no meter");
  }
  return fact;
}

std::vector<PopulationFact> read_population_facts(const Element& root) {
  std::vector<PopulationFact> facts;
  const auto element = root.child("population-facts");
  if (!element) return facts;
  element->allow({}, {"population-fact"});
  MistakeCollector mistakes;
  for (const Element& child : element->children()) {
    mistakes.attempt([&] {
      PopulationFact fact = read_population_fact(child);
      for (const PopulationFact& other : facts) {
        if (other.name != fact.name) continue;
        child.fail(fmt::format("population fact '{}' is already declared at {}", fact.name,
                               to_string(other.place)));
      }
      facts.push_back(std::move(fact));
    });
  }
  mistakes.finish();
  return facts;
}

}  // namespace

BillingConfig read_billing_config(const Element& root) {
  root.expect("urn:reckoner:billing-config:1", "billing-config");
  root.allow({}, {"settings", "legal-entities", "population-facts", "engine"});
  BillingConfig config;
  MistakeCollector mistakes;
  mistakes.attempt([&] { config.settings = read_settings(root); });
  mistakes.attempt([&] { config.population_facts = read_population_facts(root); });
  if (!mistakes.any()) {
    mistakes.attempt([&] { config.legal_entities = read_legal_entities(root, config.settings); });
  }
  for (const Element& element : root.children("engine")) {
    mistakes.attempt([&] {
      EngineConfig engine = read_engine(element);
      for (const EngineConfig& other : config.engines) {
        if (other.id != engine.id) continue;
        element.fail(fmt::format("engine '{}' is already declared at {}", engine.id,
                                 to_string(other.place)));
      }
      config.engines.push_back(std::move(engine));
    });
  }
  mistakes.finish();
  if (config.engines.empty()) root.fail("there is no engine");
  return config;
}

}  // namespace reckoner::config

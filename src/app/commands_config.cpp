#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "app/commands.hpp"
#include "app/config_meters.hpp"
#include "config/file_changes.hpp"
#include "engine/configuration_change.hpp"
#include "engine/price_effect.hpp"
#include "handlers/catalogue.hpp"
#include "store/migrations.hpp"
#include "store/transaction.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

std::string chosen_directory(const CommonOptions& options, const std::string& directory) {
  return directory.empty() ? config_directory(options).string() : directory;
}

void report_applied(const Console& console, VersionId version, bool changed) {
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("configuration_version").number(version.value);
    json.key("changed").boolean(changed).end_object();
    console.result(json);
  } else if (changed) {
    console.result(fmt::format("configuration version {} is active", version.value));
  } else {
    console.result(
        fmt::format("configuration version {} was active already; nothing changed", version.value));
  }
}

}  // namespace

int config_check_command(const CommonOptions& options, const Console& console,
                         const std::string& directory) {
  const std::string path = chosen_directory(options, directory);
  const engine::Versions versions(handlers::catalogue(), plugin_directory(options));
  config::Files files = config::read_directory(path);
  engine::add_library_hashes(files, plugin_directory(options));
  const auto compiled = versions.compile(files);
  const config::Configuration& configuration = compiled->configuration();
  const std::string hash = to_hex(config::hash(files));
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("directory").string(path).key("sha256").string(hash);
    json.key("engines").number(configuration.engines.size());
    json.key("meters").number(configuration.meters.size());
    json.key("plans").number(configuration.plans.size()).end_object();
    console.result(json);
  } else {
    console.result(fmt::format("{} is good: {} engines, {} meters, {} plans; SHA-256 {}", path,
                               configuration.engines.size(), configuration.meters.size(),
                               configuration.plans.size(), hash));
  }
  return 0;
}

namespace {

/// "2026-10-01" or "2026-10-01..2026-12-31".
std::optional<engine::RepriceRange> parse_range(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::size_t dots = text.find("..");
  engine::RepriceRange range{time::parse_date(text.substr(0, dots)), std::nullopt};
  if (dots != std::string::npos) range.to = time::parse_date(text.substr(dots + 2));
  if (range.to && *range.to < range.from) {
    throw UsageError(fmt::format("--reprice {}: the last day lies before the first", text));
  }
  return range;
}

/// The lines of a changed file that come or go: "12: text". Of a file that is there whole or not at
/// all its name says enough.
std::vector<std::string> numbered(const config::FileChange& change, text::LineChange wanted) {
  std::vector<std::string> lines;
  if (change.kind != config::FileChange::Kind::kChanged) return lines;
  for (const text::DifferentLine& line : change.lines) {
    if (line.change != wanted) continue;
    const std::size_t number = wanted == text::LineChange::kAdded ? line.after : line.before;
    lines.push_back(fmt::format("{}: {}", number, line.text));
  }
  return lines;
}

void write_change(text::JsonWriter& json, const config::FileChange& change) {
  json.begin_object().key("file").string(change.name);
  json.key("kind").string(config::to_string(change.kind)).key("removed").begin_array();
  for (const std::string& line : numbered(change, text::LineChange::kRemoved)) json.string(line);
  json.end_array().key("added").begin_array();
  for (const std::string& line : numbered(change, text::LineChange::kAdded)) json.string(line);
  json.end_array().end_object();
}

void write_effect(text::JsonWriter& json, const engine::PriceEffect& effect) {
  const auto amounts = [&](const money::Money& now, const money::Money& then) {
    json.key("currency").string(now.currency().code());
    json.key("now").string(now.to_string()).key("then").string(then.to_string());
    json.key("difference").string((then - now).to_string());
  };
  json.begin_object().key("customers").number(effect.customers);
  json.key("changed").begin_array();
  for (const engine::CustomerEffect& changed : effect.changed) {
    json.begin_object().key("customer").string(changed.customer);
    amounts(changed.now, changed.then);
    json.end_object();
  }
  json.end_array().key("charges").begin_array();
  for (const engine::PriceEffect::OfCharge& charge : effect.charges) {
    json.begin_object().key("plan").string(charge.plan).key("charge").string(charge.charge);
    amounts(charge.now, charge.then);
    json.end_object();
  }
  json.end_array().key("parked").begin_array();
  for (const auto& [customer, reason] : effect.parked) json.string(customer + ": " + reason);
  json.end_array().end_object();
}

std::string effect_text(const engine::PriceEffect& effect, bool billed) {
  constexpr std::size_t kShown = 20;
  std::string text = fmt::format("effect on the {} periods of {} customers, before tax: ",
                                 billed ? "billed" : "open", effect.customers);
  if (effect.changed.empty() && effect.parked.empty()) return text + "none\n";
  text += fmt::format("{} change\n", effect.changed.size());
  const auto amounts = [](const money::Money& now, const money::Money& then) {
    return std::array{now.to_string(), then.to_string(), (then - now).to_string(),
                      std::string(now.currency().code())};
  };
  text::Table charges({{"plan"},
                       {"charge"},
                       {"now", text::Align::kRight},
                       {"then", text::Align::kRight},
                       {"difference", text::Align::kRight},
                       {""}});
  for (const engine::PriceEffect::OfCharge& charge : effect.charges) {
    const auto [now, then, difference, currency] = amounts(charge.now, charge.then);
    charges.add({charge.plan, charge.charge, now, then, difference, currency});
  }
  text += charges.to_string();
  text::Table customers({{"customer"},
                         {"now", text::Align::kRight},
                         {"then", text::Align::kRight},
                         {"difference", text::Align::kRight},
                         {""}});
  for (std::size_t i = 0; i < std::min(kShown, effect.changed.size()); ++i) {
    const engine::CustomerEffect& changed = effect.changed[i];
    const auto [now, then, difference, currency] = amounts(changed.now, changed.then);
    customers.add({changed.customer, now, then, difference, currency});
  }
  text += customers.to_string();
  if (effect.changed.size() > kShown) {
    text += fmt::format("and {} more\n", effect.changed.size() - kShown);
  }
  for (const auto& [customer, reason] : effect.parked) {
    text += fmt::format("would be parked: {}: {}\n", customer, reason);
  }
  return text;
}

}  // namespace

int config_plan_command(System& system, const Console& console, const std::string& directory,
                        const std::string& reprice_range) {
  const auto range = parse_range(reprice_range);
  config::Files files = config::read_directory(directory);
  const auto planned = system.versions().compile(files);
  const auto active = system.active();
  const auto changes = config::changes_between(active->files(), planned->files());
  const auto meters =
      meters_between(active->configuration().meters, planned->configuration().meters);
  engine::PriceEffect effect;
  if (!changes.empty() || range) {
    auto connection = system.connection();
    const auto over = range ? engine::EffectOver::kIssued : engine::EffectOver::kOpen;
    effect = engine::effect_of(*connection, system.versions(),
                               {planned, over, range.value_or(engine::RepriceRange{}), {}},
                               system.clock()());
  }
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("changes").begin_array();
    for (const config::FileChange& change : changes) write_change(json, change);
    json.end_array().key("meters").begin_array();
    for (const MeterPlan& meter : meters) {
      json.begin_object().key("meter").string(meter.name).key("kind").string(meter.kind);
      json.end_object();
    }
    json.end_array().key("effect");
    write_effect(json, effect);
    json.end_object();
    console.result(json);
    return 0;
  }
  if (changes.empty()) console.result("no difference to the active configuration");
  for (const config::FileChange& change : changes) {
    console.result(fmt::format("{} {}", config::to_string(change.kind), change.name));
    for (const std::string& line : numbered(change, text::LineChange::kRemoved)) {
      console.result("  - " + line);
    }
    for (const std::string& line : numbered(change, text::LineChange::kAdded)) {
      console.result("  + " + line);
    }
  }
  for (const MeterPlan& meter : meters) {
    console.result(fmt::format("meter {} is {}", meter.name, meter.kind));
  }
  if (!changes.empty() || range) console.result(effect_text(effect, range.has_value()));
  return 0;
}

int config_apply_command(System& system, const Console& console, const ApplyArguments& arguments) {
  const auto range = parse_range(arguments.reprice);
  if (range && arguments.comment.empty()) {
    throw UsageError("--reprice changes what was billed: say why with --comment");
  }
  engine::ConfigurationChange change{.files = config::read_directory(arguments.directory),
                                     .author = user_name(),
                                     .comment = arguments.comment,
                                     .dropped_meters = arguments.dropped_meters,
                                     .reprice = range};
  const time::Instant now = system.clock()();
  const auto applied = system.change([&](store::Connection& connection) {
    store::Transaction transaction(connection);
    auto made = engine::apply_change(connection, system.versions(), change, now);
    transaction.commit();
    return made;
  });
  report_applied(console, applied.version, applied.changed);
  if (range && !console.json()) {
    console.result(fmt::format("{} billed sides of periods are priced again at the next run",
                               applied.repriced));
  }
  return 0;
}

int config_activate_command(System& system, const Console& console, std::int64_t version) {
  const auto applied = system.change([&](store::Connection& connection) {
    store::Transaction transaction(connection);
    auto made =
        system.versions().activate(connection, {version}, user_name(),
                                   fmt::format("back to version {}", version), system.clock()());
    transaction.commit();
    return made;
  });
  report_applied(console, applied.version, applied.changed);
  return 0;
}

int config_history_command(System& system, const Console& console) {
  auto connection = system.connection();
  const auto history = system.versions().history(*connection);
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("history").begin_array();
    for (const engine::Activation& activation : history) {
      json.begin_object().key("configuration_version").number(activation.version.value);
      json.key("sha256").string(activation.sha256);
      json.key("activated_at").string(time::to_string(activation.activated_at));
      json.key("activated_by").string(activation.activated_by);
      json.key("comment").string(activation.comment).end_object();
    }
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  text::Table table(
      {{"version", text::Align::kRight}, {"activated at"}, {"by"}, {"comment"}, {"SHA-256"}});
  for (const engine::Activation& activation : history) {
    table.add({std::to_string(activation.version.value), time::to_string(activation.activated_at),
               activation.activated_by, activation.comment, activation.sha256.substr(0, 16)});
  }
  console.result(table.to_string());
  return 0;
}

int handlers_command(const Console& console) {
  const engine::Catalogue catalogue = handlers::catalogue();
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("handlers").begin_array();
    for (const engine::HandlerSpec& spec : catalogue) {
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
        for (engine::Fact fact : list) json.string(engine::to_string(fact));
        json.end_array();
      };
      facts("needs", spec.needs);
      facts("leaves", spec.leaves);
      facts("uses_up", spec.uses_up);
      json.end_object();
    }
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  for (const engine::HandlerSpec& spec : catalogue) {
    console.result(
        fmt::format("{} ({} phase)\n  {}", spec.class_name, engine::phase_of(spec), spec.summary));
    for (const engine::ParameterSpec& parameter : spec.parameters) {
      console.result(fmt::format("  {} ({}{}): {}", parameter.name,
                                 engine::to_string(parameter.kind),
                                 parameter.default_value ? ", default " + *parameter.default_value
                                                         : std::string(", required"),
                                 parameter.help));
    }
    std::vector<std::string_view> needs;
    std::vector<std::string_view> leaves;
    for (engine::Fact fact : spec.needs) needs.push_back(engine::to_string(fact));
    for (engine::Fact fact : spec.leaves) leaves.push_back(engine::to_string(fact));
    if (!needs.empty()) console.result(fmt::format("  needs {}", fmt::join(needs, ", ")));
    if (!leaves.empty()) console.result(fmt::format("  leaves {}", fmt::join(leaves, ", ")));
  }
  return 0;
}

}  // namespace reckoner::app

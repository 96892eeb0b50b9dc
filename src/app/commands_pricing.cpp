#include "app/commands_pricing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/presentation.hpp"
#include "documents/document_json.hpp"
#include "documents/invoice_text.hpp"
#include "engine/explanation_json.hpp"
#include "engine/quote.hpp"
#include "handlers/catalogue.hpp"
#include "invoicing/cost_facts.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

using engine::notes_of;
using engine::shown;
using engine::words;

std::string steps_table(const pricing::Trace& steps) {
  text::Table table({{"step"},
                     {"quantity", text::Align::kRight},
                     {"price", text::Align::kRight},
                     {"amount", text::Align::kRight}});
  for (const pricing::Step& step : steps) {
    table.add({step.label, shown(step.quantity), step.price.to_string(), shown(step.amount)});
  }
  return table.to_string();
}

std::string charge_text(const engine::Explanation::OfCharge& charge) {
  const invoicing::ChargeFacts& facts = charge.facts;
  std::string text = fmt::format("plan {}, charge {} ({})\n", charge.plan_title,
                                 charge.charge_title, charge.model);
  if (!facts.environment.empty()) {
    text +=
        fmt::format("environment {}: {} %\n", facts.environment, facts.share.percent.to_string());
  }
  text += fmt::format("subscribed {} of {} parts of the period\n", facts.coverage.part,
                      facts.coverage.whole);
  for (const std::string& note : notes_of(facts)) text += note + "\n";
  text += fmt::format("used {}, ", shown(charge.priced.used));
  text += charge.priced.allowance ? fmt::format("included {}, ", shown(*charge.priced.allowance))
                                  : std::string("without limit, ");
  text += fmt::format("billable {}\n\n", shown(charge.priced.billable));
  text += steps_table(charge.steps);
  text += fmt::format("\nin all {}, rounded {} to {} {}\n", shown(charge.priced.amount),
                      words(charge.rounding), charge.rounded.to_string(),
                      charge.rounded.currency().code());
  return text;
}

std::string usage_text(const engine::Explanation& explanation) {
  text::Table days({{"day"}, {"events", text::Align::kRight}, {"sum", text::Align::kRight}});
  for (const engine::UsageOfDay& day : explanation.usage) {
    days.add({time::to_string(day.day), std::to_string(day.events), day.sum.to_string()});
  }
  std::string text = fmt::format("\n{}", days.to_string());
  text::Table events({{"occurred at"}, {"source"}, {"id"}, {"data"}});
  for (const engine::EventBehind& event : explanation.events) {
    events.add({time::to_string(event.position.occurred_at), event.position.source,
                event.position.id, event.data});
  }
  text += fmt::format("\n{}{} of {} events\n", events.to_string(), explanation.events.size(),
                      explanation.event_count);
  return text;
}

std::string explanation_text(const engine::Explanation& explanation) {
  const domain::StatementLine& line = explanation.billed.line;
  std::string text = fmt::format(
      "{} line {}: {}  {} {}\nperiod {}, {} to {}; configuration version {}\n", explanation.number,
      explanation.line, line.description, line.amount.to_string(), line.amount.currency().code(),
      explanation.billed.period_label, time::to_string(line.starts_on),
      time::to_string(line.ends_on), explanation.version.value);
  if (explanation.charge) {
    text += charge_text(*explanation.charge);
  } else if (line.charge.starts_with(domain::charge_of_pool(""))) {
    const auto facts =
        invoicing::parse_cost_facts(text::parse_json(line.facts), line.amount.currency());
    for (const std::string& words : invoicing::words_of(facts)) text += words + "\n";
  } else {
    text += fmt::format("facts {}\n", line.facts);
  }
  if (explanation.billed_before) {
    text += fmt::format("billed before {}, so this line is {}\n",
                        explanation.billed_before->to_string(), line.amount.to_string());
  }
  if (!explanation.usage.empty()) text += usage_text(explanation);
  return text;
}

/// "NAME=QTY" at the last '='.
std::pair<std::string, money::Decimal> split_quantity(std::string_view option,
                                                      const std::string& text) {
  const std::size_t equals = text.rfind('=');
  const auto value = equals == std::string::npos
                         ? std::nullopt
                         : money::Decimal::try_parse(std::string_view(text).substr(equals + 1));
  if (!value || equals == 0) {
    throw UsageError(fmt::format("{} is '{}', not NAME=NUMBER", option, text));
  }
  return {text.substr(0, equals), *value};
}

/// "storage[class=hot]@2026-10-03T22:00:00Z=5".
engine::QuotedUsage parse_usage(const std::string& text) {
  auto [name, quantity] = split_quantity("--usage", text);
  engine::QuotedUsage usage{{}, {}, std::nullopt, quantity};
  if (const std::size_t at = name.find('@'); at != std::string::npos) {
    usage.at = time::parse_instant(name.substr(at + 1));
    name.resize(at);
  }
  if (const std::size_t open = name.find('['); open != std::string::npos) {
    if (name.back() != ']') throw UsageError(fmt::format("--usage '{}': ']' is missing", text));
    usage.dimensions = name.substr(open + 1, name.size() - open - 2);
    name.resize(open);
  }
  usage.meter = name;
  return usage;
}

std::optional<time::Date> parse_day(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(time::parse_date(text));
}

engine::QuoteRequest request_of(const QuoteArguments& arguments) {
  engine::QuoteRequest request;
  request.plan = arguments.plan;
  if (!arguments.currency.empty()) request.currency = money::Currency::of(arguments.currency);
  request.zone = time::Zone::named(arguments.time_zone);
  request.month = arguments.month.empty() ? request.zone.date_of(system_now())
                                          : time::parse_date(arguments.month + "-01");
  request.subscribe_on = parse_day(arguments.subscribe_on);
  request.until = parse_day(arguments.until);
  request.environment = arguments.environment;
  request.country = arguments.country;
  request.tax_id = arguments.tax_id;
  for (const std::string& text : arguments.quantities) {
    request.quantities.insert(split_quantity("--quantity", text));
  }
  for (const std::string& text : arguments.usage) request.usage.push_back(parse_usage(text));
  return request;
}

}  // namespace

int explain_command(System& system, const Console& console, const ExplainArguments& arguments) {
  auto connection = system.connection();
  const engine::Explanation explanation =
      engine::explain(*connection, system.versions(), arguments.number, arguments.line,
                      {.limit = arguments.events});
  if (console.json()) {
    text::JsonWriter json;
    engine::write_json(json, explanation);
    console.result(json);
  } else {
    console.result(explanation_text(explanation));
  }
  return 0;
}

int quote_command(const CommonOptions& options, const Console& console,
                  const QuoteArguments& arguments) {
  const engine::Versions versions(handlers::catalogue(), plugin_directory(options));
  config::Files files = config::read_directory(config_directory(options));
  engine::add_library_hashes(files, plugin_directory(options));
  const auto compiled = versions.compile(std::move(files));
  const domain::Document document = engine::quote(*compiled, request_of(arguments));
  if (console.json()) {
    text::JsonWriter json;
    documents::write_json(json, document);
    console.result(json);
    return 0;
  }
  text::Table table(
      {{"line"}, {"quantity", text::Align::kRight}, {"unit"}, {"amount", text::Align::kRight}});
  for (const domain::DocumentLine& line : document.lines) {
    table.add({line.line.description, line.line.quantity.to_string(), line.line.unit,
               line.line.amount.to_string()});
  }
  for (const domain::TaxTotal& tax : document.taxes) {
    table.add({fmt::format("{} {} {} %", tax.included ? "includes tax" : "Tax", tax.country,
                           tax.percent.to_string()),
               "", "", tax.tax.to_string()});
  }
  table.add({"Total", "", std::string(document.currency.code()), document.total.to_string()});
  console.result(table.to_string());
  return 0;
}

}  // namespace reckoner::app

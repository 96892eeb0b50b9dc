#include "engine/handler.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reckoner::engine {

StatementContext::StatementContext(const config::Configuration& configuration,
                                   const meters::MeterReader& reader, FactSource& facts,
                                   std::vector<PeriodWork*> periods)
    : configuration_(configuration),
      meter_reader_(reader),
      facts_(facts),
      periods_(std::move(periods)) {
  for (PeriodWork* period : periods_) {
    if (std::find(customers_.rbegin(), customers_.rend(), period->customer) == customers_.rend()) {
      customers_.push_back(period->customer);
    }
  }
}

void StatementContext::park(PeriodWork& period, Error& error) {
  error.in(fmt::format("period {}", period.bounds.label));
  period.customer->parked = error.what();
}

std::string_view to_string(Fact fact) {
  switch (fact) {
    case Fact::kSubscriptions:
      return "the subscriptions";
    case Fact::kDraftStatements:
      return "the draft statements";
    case Fact::kStatementLines:
      return "the statement lines";
    case Fact::kDocuments:
      return "the documents";
    case Fact::kIssuedDocuments:
      return "the issued documents";
  }
  return "";
}

std::string_view phase_of(const HandlerSpec& spec) {
  if (std::holds_alternative<StatementFactory>(spec.create)) return "statement";
  return std::holds_alternative<DocumentFactory>(spec.create) ? "document" : "dunning";
}

std::string_view to_string(ParameterKind kind) {
  switch (kind) {
    case ParameterKind::kText:
      return "text";
    case ParameterKind::kDecimal:
      return "decimal";
    case ParameterKind::kMember:
      return "member";
  }
  return "";
}

HandlerSettings::HandlerSettings(std::vector<config::Parameter> parameters, domain::Place place,
                                 const config::Configuration& configuration, std::set<Fact> present)
    : parameters_(std::move(parameters)),
      place_(std::move(place)),
      configuration_(&configuration),
      present_(std::move(present)) {}

const std::string& HandlerSettings::text(std::string_view name) const {
  for (const config::Parameter& parameter : parameters_) {
    if (parameter.name == name) return parameter.value;
  }
  throw Bug(fmt::format("the handler has no parameter '{}' in its spec", name));
}

money::Decimal HandlerSettings::decimal(std::string_view name) const {
  return money::Decimal::parse(text(name));
}

}  // namespace reckoner::engine

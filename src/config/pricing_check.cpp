#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/mistakes.hpp"
#include "base/suggest.hpp"
#include "config/attributes.hpp"
#include "config/readers.hpp"
#include "text/utf8.hpp"

namespace reckoner::config {

namespace {

[[noreturn]] void fail_at(const domain::Place& place, std::string_view reason) {
  throw Error(fmt::format("{}: {}", to_string(place), text::printable(reason)));
}

void check_strategies(const std::vector<PricingFile>& files) {
  std::map<std::string_view, const PricingFile*> seen;
  for (const PricingFile& file : files) {
    const auto [first, added] = seen.emplace(file.strategy, &file);
    if (added) continue;
    fail_at(file.place, fmt::format("strategy '{}' is already declared at {}", file.strategy,
                                    to_string(first->second->place)));
  }
}

void check_names(const std::vector<domain::Plan>& plans) {
  std::map<std::pair<std::string, money::Currency>, const domain::Plan*> seen;
  for (const domain::Plan& plan : plans) {
    const auto [first, added] = seen.emplace(std::pair(plan.name, plan.currency), &plan);
    if (added) continue;
    fail_at(plan.place, fmt::format("plan '{}' in {} is already declared at {}", plan.name,
                                    plan.currency.code(), to_string(first->second->place)));
  }
}

/// Refuses a matrix over a dimension that the charge's meter does not have.
void check_dimensions(const domain::Charge& charge, const domain::Meter& meter) {
  for (const domain::Terms& terms : charge.terms) {
    const auto* const matrix = std::get_if<domain::Matrix>(&terms.model);
    if (matrix == nullptr) continue;
    for (const std::string& name : matrix->dimensions) {
      std::vector<std::string> known;
      for (const domain::Meter::Dimension& dimension : meter.group_by) {
        known.push_back(dimension.name);
      }
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      fail_at(charge.place, fmt::format("charge '{}' is priced by '{}', by which meter '{}' does "
                                        "not group{}",
                                        charge.name, name, meter.name, suggestion(name, known)));
    }
  }
}

/// Refuses a model that divides usage in a way in which the meter's quantity cannot be divided.
void check_model(const domain::Charge& charge, const domain::Meter& meter) {
  using domain::Aggregation;
  const bool adds_up =
      domain::is_folded(meter.aggregation) || meter.aggregation == Aggregation::kTimeWeighted ||
      meter.aggregation == Aggregation::kHeartbeat || meter.aggregation == Aggregation::kCounter;
  for (const domain::Terms& terms : charge.terms) {
    if (std::holds_alternative<domain::Percentage>(terms.model) &&
        !domain::is_folded(meter.aggregation)) {
      fail_at(charge.place,
              fmt::format("charge '{}' is a percentage of single events, and meter '{}' of "
                          "aggregation '{}' makes no amounts of them",
                          charge.name, meter.name, to_string(meter.aggregation)));
    }
    if (std::holds_alternative<domain::Calendar>(terms.model) && !adds_up) {
      fail_at(charge.place,
              fmt::format("charge '{}' is priced by a calendar, and what meter '{}' of aggregation "
                          "'{}' measures is no sum of parts of the day",
                          charge.name, meter.name, to_string(meter.aggregation)));
    }
  }
}

void check_billed_by(const domain::Plan& plan, const std::vector<std::string>& engines) {
  if (std::find(engines.begin(), engines.end(), plan.billed_by) != engines.end()) return;
  fail_at(plan.place, fmt::format("plan '{}' is billed by engine '{}', which does not exist{}",
                                  plan.name, plan.billed_by, suggestion(plan.billed_by, engines)));
}

void check_metering(const domain::Charge& charge, const std::vector<domain::Meter>& meters) {
  const domain::OfMeters* const metering = domain::metering_of(charge);
  if (metering == nullptr) return;
  for (const std::string& name : metering->meters) {
    const auto meter = std::find_if(meters.begin(), meters.end(),
                                    [&](const auto& other) { return other.name == name; });
    if (meter == meters.end()) {
      std::vector<std::string> names;
      for (const domain::Meter& other : meters) names.push_back(other.name);
      fail_at(charge.place, fmt::format("charge '{}' measures meter '{}', which does not exist{}",
                                        charge.name, name, suggestion(name, names)));
    }
    check_dimensions(charge, *meter);
    check_model(charge, *meter);
  }
}

}  // namespace

std::vector<domain::Plan> join_plans(const std::vector<PricingFile>& files) {
  std::vector<domain::Plan> plans;
  for (const PricingFile& file : files) {
    plans.insert(plans.end(), file.plans.begin(), file.plans.end());
  }
  check_names(plans);
  check_strategies(files);
  return plans;
}

void check_plans(const std::vector<domain::Plan>& plans, const std::vector<EngineConfig>& engines,
                 const std::vector<domain::Meter>& meters) {
  std::vector<std::string> engine_names;
  for (const EngineConfig& engine : engines) engine_names.push_back(engine.id);
  MistakeCollector mistakes;
  for (const domain::Plan& plan : plans) {
    mistakes.attempt([&] { check_billed_by(plan, engine_names); });
    for (const domain::Charge& charge : plan.charges) {
      mistakes.attempt([&] { check_metering(charge, meters); });
    }
  }
  mistakes.finish();
}

}  // namespace reckoner::config

#include <fmt/format.h>

#include "base/error.hpp"
#include "golden/golden_documents.hpp"
#include "golden/golden_lines.hpp"
#include "golden/golden_offers.hpp"
#include "golden/golden_spend.hpp"
#include "usage/fold.hpp"

namespace reckoner::golden {
namespace {

std::string_view without(std::string_view name, std::string_view ending) {
  if (name.ends_with(ending)) name.remove_suffix(ending.size());
  return name;
}

/// The usage line with the recurring fee beside it and what was billed before, where the case has
/// them.
Figure billed(const Case& item, const money::Ratio& exact) {
  const Json* recurring = member(item.params, "recurring");
  const Json* already = member(item.inputs, "already_billed");
  if (recurring == nullptr && already == nullptr) return amount(item, "amount", exact);
  std::vector<money::Money> lines{rounded(item, exact)};
  if (recurring != nullptr) lines.push_back(rounded(item, decimal(*recurring)));
  const money::Money all = subtotal(lines, currency(item.params));
  if (already == nullptr) return all;
  return line_after(rounded(item, decimal(*already)), all);
}

/// One tier of several: those below it and above it cost nothing.
Result run_single_tier(const Case& item, const Json& tier) {
  const bool percentage = item.model == "graduated_percentage";
  const money::Decimal below = end_below(decimal(tier.at("from")));
  const Json* up_to = member(tier, "up_to");
  domain::Tiers tiers;
  if (!below.is_zero()) tiers.tiers.push_back({below, 0, 0});
  tiers.tiers.push_back({up_to == nullptr ? std::nullopt : number_if_any(*up_to),
                         decimal(tier.at(percentage ? "rate_percent" : "unit")),
                         decimal(tier.at("flat"))});
  const std::size_t place = tiers.tiers.size();
  if (tiers.tiers.back().up_to) tiers.tiers.push_back({});

  const domain::Rate rate = percentage ? domain::Rate(domain::GraduatedPercentage{tiers})
                                       : domain::Rate(domain::Graduated{tiers});
  const money::Decimal units = decimal(item.inputs.at("units"));
  pricing::Trace trace;
  const money::Ratio exact = pricing::price(rate, units, &trace);
  const Figure reached =
      trace.size() < place ? Figure(0) : Figure(trace.at(below.is_zero() ? 0 : 1).quantity);
  return {{"tier_units", reached}, {"tier_amount", amount(item, "tier_amount", exact)}};
}

/// Each line bills what had come together by then, less the lines before it.
Result run_lines(const Case& item, const Offer& offer, const Json& cumulative) {
  std::vector<money::Money> totals;
  for (const money::Decimal& units : decimals(cumulative)) {
    totals.push_back(rounded(item, priced(offer, units).amount));
  }
  return {{"amounts", running_lines(totals)}};
}

Result run_rate(const Case& item) {
  if (const Json* tier = member(item.params, "tier")) return run_single_tier(item, *tier);
  const Offer charge = offer(rate_of(item.params, item.model), item.params);
  if (const Json* cumulative = member(item.inputs, "cumulative_units_per_line")) {
    return run_lines(item, charge, *cumulative);
  }
  const pricing::Priced all = priced(charge, decimal(item.inputs.at("units")));
  return {{"amount", billed(item, all.amount)}, {"billed_units", all.used}};
}

Result run_delta(const Case& item) {
  const Offer charge = offer(rate_of(item.params, without(item.model, "-delta")), item.params);
  if (const Json* transactions = member(item.inputs, "transactions")) {
    usage::Fold fold;
    std::vector<money::Money> totals;
    for (const money::Decimal& transaction : decimals(*transactions)) {
      fold.add(transaction);
      totals.push_back(rounded(item, priced(charge, fold.sum).amount));
    }
    return {{"increments", running_lines(totals)}};
  }
  const auto total_at = [&](std::string_view name) {
    return rounded(item, priced(charge, decimal(item.inputs.at(name))).amount);
  };
  return {{"amount", line_after(total_at("cumulative_before"), total_at("cumulative_after"))}};
}

/// Each bucket of time is a window.
Result run_bucketed(const Case& item) {
  const std::string_view model = std::string_view(item.model).substr(9);
  const Offer charge = offer(domain::Windowed{.rate = rate_of(item.params, model)}, item.params);
  pricing::Measure measure;
  for (const money::Decimal& value : decimals(item.inputs.at("bucket_values"))) {
    measure.groups.push_back({measure.groups.size(), "bucket", value});
  }
  return {{"amount", billed(item, priced(charge, measure).amount)}};
}

/// Blocks of several units: a matrix with a row a unit.
Result run_units_in_blocks(const Case& item, const Json& units) {
  std::vector<std::string> columns;
  for (const Json& column : item.params.at("tier_columns").as_array()) {
    columns.push_back(column.as_string());
  }
  if (columns != std::vector<std::string>{"block_size", "max_blocks", "price"}) {
    throw Error("other columns of tiers");
  }
  const bool top = item.params.at("mode").as_string() == "TOP_TIER";
  domain::Matrix matrix{{"unit"}, {}};
  pricing::Measure measure;
  for (const auto& [unit, tiers] : units.as_object()) {
    domain::Blocks blocks{top ? domain::BlockMode::kTopTier : domain::BlockMode::kAllTiers, {}};
    for (const Json& tier : tiers.as_array()) {
      const std::vector<Json>& figures = tier.as_array();
      blocks.tiers.push_back(
          {decimal(figures.at(0)), number_if_any(figures.at(1)), decimal(figures.at(2))});
    }
    measure.groups.push_back({matrix.rows.size(), unit, decimal(item.inputs.at(unit))});
    matrix.rows.push_back({{unit}, std::move(blocks)});
  }
  return {{"amount", billed(item, priced(offer(matrix, item.params), measure).amount)}};
}

Result run_blocks(const Case& item) {
  const Json* units = member(item.params, "units");
  return units == nullptr ? run_rate(item) : run_units_in_blocks(item, *units);
}

std::optional<money::Decimal> if_there(const Json& object, std::string_view name) {
  const Json* found = member(object, name);
  return found == nullptr ? std::nullopt : number_if_any(*found);
}

Result run_percentage(const Case& item) {
  domain::Percentage model{.percent = decimal(item.params.at("rate_percent")),
                           .fixed = if_there(item.params, "fixed_per_txn").value_or(0),
                           .free_count = if_there(item.params, "free_events"),
                           .free_amount = if_there(item.params, "free_amount"),
                           .transaction_minimum = if_there(item.params, "min_per_txn"),
                           .transaction_maximum = if_there(item.params, "max_per_txn")};
  pricing::Measure measure;
  measure.transactions = decimals(item.inputs.at("transactions"));
  return {{"amount", billed(item, priced(offer(model, item.params), measure).amount)}};
}

/// One figure, or one a meter.
std::vector<Json> one_or_more(const Json& value) {
  return value.kind() == Json::Kind::kArray ? value.as_array() : std::vector<Json>{value};
}

Result run_capacity(const Case& item) {
  const Json* one = member(item.inputs, "max_usage");
  pricing::Measure measure;
  for (const Json& used :
       one_or_more(one == nullptr ? item.inputs.at("max_usage_per_unit") : *one)) {
    measure.quantities.push_back(decimal(used));
  }
  domain::Capacity model;
  for (const Json& tier : item.params.at("tiers").as_array()) {
    domain::CapacityTier& added = model.tiers.emplace_back();
    for (const Json& limit : one_or_more(tier.at("max"))) {
      added.limits.push_back(number_if_any(limit));
    }
    added.limits.resize(measure.quantities.size());
    added.price = decimal(tier.at("price"));
  }
  return {{"amount", billed(item, priced(offer(model, item.params), measure).amount)}};
}

/// The amounts of events in minor units: a unit of the charge is one major unit.
Offer of_minor_units(const Case& item) {
  Offer made = offer(rate_of(item.params, "dynamic"), item.params);
  made.metering.unit_size =
      money::Decimal::parse(fmt::format("1e{}", currency(item.params).minor_digits()));
  return made;
}

Result run_dynamic(const Case& item) {
  if (const Json* groups = member(item.inputs, "groups_minor")) {
    Result result;
    for (const auto& [group, minor] : groups->as_object()) {
      result[group] = amount(item, group, priced(of_minor_units(item), decimal(minor)).amount);
    }
    return result;
  }
  if (const Json* sum = member(item.inputs, "event_amounts_minor_total")) {
    return {{"amount", amount(item, "amount", priced(of_minor_units(item), decimal(*sum)).amount)}};
  }
  if (const Json* events = member(item.inputs, "event_amounts_minor")) {
    usage::Fold fold;
    for (const money::Decimal& event : decimals(*events)) fold.add(event);
    return {{"amount", amount(item, "amount", priced(of_minor_units(item), fold.sum).amount)}};
  }
  if (member(item.params, "max_spend") || member(item.params, "min_spend")) {
    return run_limited_line(item);
  }
  return run_rate(item);
}

/// A fee stands once in its period: in advance on the first line, in arrears on the last.
Result run_flat(const Case& item) {
  const money::Money fee = rounded(
      item, pricing::price(domain::Flat{decimal(item.params.at("amount"))}, money::Decimal(1)));
  const Json* payment = member(item.params, "payment");
  const bool in_advance = payment != nullptr && payment->as_string() == "in_advance";
  const Json* named = member(item.inputs, "line");
  const std::string line = named == nullptr ? "" : named->as_string();
  const bool mid = line.find("mid") != std::string::npos;
  const bool first = line.starts_with("first");
  const bool last = line.starts_with("last");
  if (in_advance) return {{"amount", mid || last ? line_after(fee, fee) : line_after({}, fee)}};
  const money::Money nothing(fee.currency());
  return {{"amount", line_after({}, mid || first ? nothing : fee)}};
}

const Adapters kCharge("charge", {{"unit", run_rate},
                                  {"graduated", run_rate},
                                  {"volume", run_rate},
                                  {"graduated_percentage", run_rate},
                                  {"package", run_rate},
                                  {"unit-delta", run_delta},
                                  {"graduated-delta", run_delta},
                                  {"volume-delta", run_delta},
                                  {"graduated_percentage-delta", run_delta},
                                  {"package-delta", run_delta},
                                  {"bucketed-unit", run_bucketed},
                                  {"bucketed-graduated", run_bucketed},
                                  {"bucketed-volume", run_bucketed},
                                  {"bucketed-package", run_bucketed},
                                  {"block-tiers", run_blocks},
                                  {"block-tiers-multi-unit", run_blocks},
                                  {"percentage", run_percentage},
                                  {"capacity", run_capacity},
                                  {"dynamic", run_dynamic},
                                  {"flat", run_flat}});

}  // namespace
}  // namespace reckoner::golden

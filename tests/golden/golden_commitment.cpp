#include "base/error.hpp"
#include "golden/golden_documents.hpp"
#include "golden/golden_lines.hpp"
#include "golden/golden_offers.hpp"
#include "golden/golden_spend.hpp"
#include "invoicing/commitment.hpp"
#include "pricing/commitment.hpp"
#include "time/cycle.hpp"

namespace reckoner::golden {
namespace {

/// The days of the case; the whole period where it names none.
pricing::Coverage coverage_of(const Json& inputs) {
  const Json* days = member(inputs, "days");
  if (days == nullptr) return {1, 1};
  return {integer(*days), integer(inputs.at("period_days"))};
}

Result run_charge_minimum(const Case& item) {
  const money::Decimal minimum = decimal(item.params.at("minimum"));
  const money::Money charged = rounded(item, decimal(item.inputs.at("charged")));
  const money::Money top_up = rounded(
      item, pricing::minimum_top_up(charged.amount(), coverage_of(item.inputs).of(minimum)));
  Result result{{"true_up", top_up}};
  if (const Json* percent = member(item.params, "tax_percent")) {
    const domain::Document document = document_of({top_up}, top_up.currency(), decimal(*percent));
    result["tax"] = document.taxes.at(0).tax;
  }
  return result;
}

Result run_min_max_spend(const Case& item) {
  return member(item.inputs, "gross_to_date") ? run_limited_total(item) : run_limited_line(item);
}

/// The fee and the usage are lines by themselves; what they lack of the minimum is a third.
Result run_minimum_commitment(const Case& item) {
  const pricing::Coverage coverage = coverage_of(item.inputs);
  const Json* after_trial = member(item.inputs, "plan_fee_after_trial");
  const money::Ratio fee = after_trial != nullptr
                               ? money::Ratio(decimal(*after_trial))
                               : coverage.of(decimal(item.params.at("plan_price")));
  const std::vector<domain::StatementLine> lines{
      line("fee", rounded(item, fee)),
      line("usage", rounded(item, decimal(item.inputs.at("usage_total"))))};
  const money::Ratio missing = invoicing::missing_from(
      lines, {decimal(item.params.at("minimum_commitment")), std::nullopt}, coverage);
  return {{"true_up", rounded(item, missing)}};
}

Result run_true_up(const Case& item) {
  const std::vector<domain::StatementLine> lines{
      line("usage", rounded(item, decimal(item.inputs.at("used"))))};
  const money::Ratio missing =
      invoicing::missing_from(lines, {decimal(item.params.at("commitment")), std::nullopt}, {1, 1});
  return {{"true_up", rounded(item, missing)}};
}

/// The part of its first month that a subscription covers.
Result run_coefficient(const Case& item) {
  if (item.params.at("interval").as_string() != "monthly calendar") {
    throw Error("only calendar months");
  }
  const time::Date started = date(item.inputs.at("started"));
  const time::CyclePeriod month = time::period_containing({}, time::Zone::utc().start_of(started));
  const invoicing::DayStretch subscribed{started, month.ends_on};
  const pricing::Coverage covered =
      invoicing::days_covered({month.starts_on, month.ends_on}, {&subscribed, 1});
  return {{"coefficient", covered.fraction()}};
}

const Adapters kCommitment("commitment", {{"charge-minimum", run_charge_minimum},
                                          {"min-max-spend", run_min_max_spend},
                                          {"minimum-commitment-true-up", run_minimum_commitment},
                                          {"true-up", run_true_up},
                                          {"coefficient", run_coefficient}});

}  // namespace
}  // namespace reckoner::golden

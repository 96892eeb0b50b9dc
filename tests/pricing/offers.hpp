#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "domain/charge.hpp"
#include "money/money.hpp"
#include "pricing/charge.hpp"

/// Charges and measures for the tests of this folder.
namespace reckoner::pricing {

inline money::Decimal decimal(std::string_view text) {
  return money::Decimal::parse(text);
}

inline money::Ratio ratio(std::string_view numerator, std::string_view denominator = "1") {
  return {decimal(numerator), decimal(denominator)};
}

template <class Model>
Model tiers(std::vector<domain::Tier> list, bool fee_at_zero = true) {
  Model model;
  model.tiers = std::move(list);
  model.fee_at_zero = fee_at_zero;
  return model;
}

/// A charge on usage in its own unit, with one set of terms.
struct Offer {
  explicit Offer(domain::ChargeModel model, std::optional<money::Decimal> allowance = 0) {
    charge.name = "usage";
    charge.terms.push_back({std::nullopt, std::move(model), allowance, std::nullopt, std::nullopt});
  }
  domain::Terms& terms() { return charge.terms.front(); }

  Priced metered(const Measure& measure, const Coverage& coverage = {1, 1},
                 const EnvironmentShare& environment = {}, Trace* trace = nullptr) const {
    const MeteredStretch all{&charge.terms.front(), {}, measure};
    return price_metered(charge, metering, {&all, 1}, coverage, environment, trace);
  }
  Priced recurring(const money::Decimal& quantity, const Coverage& coverage = {1, 1},
                   const EnvironmentShare& environment = {}, Trace* trace = nullptr) const {
    const RecurringStretch all{&charge.terms.front(), quantity, coverage};
    return price_recurring(charge, {&all, 1}, environment, trace);
  }

  domain::Charge charge;
  domain::OfMeters metering;
};

inline Measure of_quantity(const money::Decimal& quantity) {
  Measure measure;
  measure.quantity = quantity;
  return measure;
}
inline Measure of_groups(std::vector<Group> groups) {
  Measure measure;
  measure.groups = std::move(groups);
  return measure;
}
inline Measure of_transactions(std::vector<money::Decimal> transactions) {
  Measure measure;
  measure.transactions = std::move(transactions);
  return measure;
}

/// What the steps come to; each is checked to be quantity × price.
inline money::Ratio sum_of(const Trace& trace) {
  money::Ratio sum = money::Decimal(0);
  for (const Step& step : trace) {
    if (step.quantity * step.price != step.amount) throw std::logic_error(step.label);
    sum = sum + step.amount;
  }
  return sum;
}

inline std::vector<std::string> labels_of(const Trace& trace) {
  std::vector<std::string> labels;
  for (const Step& step : trace) labels.push_back(step.label);
  return labels;
}

/// The message of the Error that the function throws; "" when it throws none.
template <class Function>
std::string refusal(const Function& function) {
  try {
    function();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace reckoner::pricing

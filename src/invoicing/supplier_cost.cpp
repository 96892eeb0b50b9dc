#include "invoicing/supplier_cost.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "pricing/charge.hpp"

namespace reckoner::invoicing {

namespace {

money::Decimal quantity_of(const pricing::Measure& measure, std::size_t meter) {
  if (!measure.quantities.empty()) {
    return meter < measure.quantities.size() ? measure.quantities[meter] : money::Decimal(0);
  }
  money::Decimal sum = measure.quantity;
  if (sum.is_zero()) {
    for (const pricing::Group& group : measure.groups) sum += group.quantity;
    for (const money::Decimal& transaction : measure.transactions) sum += transaction;
  }
  return sum;
}

const domain::Terms& terms_on(const domain::Charge& charge, time::Date day) {
  const domain::Terms* found = &charge.terms.front();
  for (const domain::Terms& terms : charge.terms) {
    if (!terms.effective || *terms.effective <= day) found = &terms;
  }
  return *found;
}

}  // namespace

money::Decimal measured_quantity(const ChargeFacts& facts, std::size_t meter) {
  if (facts.stretches.empty()) return 0;
  const money::Decimal measured = quantity_of(facts.stretches.back().through, meter) -
                                  quantity_of(facts.stretches.front().before, meter);
  return std::max(measured, money::Decimal(0));
}

std::vector<money::Money> supplier_cost(const domain::SupplierPrice& price, time::Date month,
                                        std::span<const money::Decimal> quantities,
                                        money::Rounding rounding) {
  money::Decimal sum;
  for (const money::Decimal& quantity : quantities) {
    RK_CHECK(quantity.sign() >= 0);
    sum += quantity;
  }
  if (sum.is_zero()) {
    return std::vector<money::Money>(quantities.size(), money::Money(price.currency));
  }
  const domain::OfMeters* metering = domain::metering_of(price.charge);
  RK_CHECK(metering != nullptr);
  pricing::MeteredStretch stretch;
  stretch.terms = &terms_on(price.charge, month);
  stretch.through.quantity = sum;
  try {
    const pricing::Priced priced =
        pricing::price_metered(price.charge, *metering, std::span(&stretch, 1),
                               pricing::Coverage{1, 1}, pricing::EnvironmentShare());
    return money::allocate(money::round_to_currency(priced.amount, price.currency, rounding),
                           quantities);
  } catch (Error& error) {
    error.in(fmt::format("supplier {}, {}", price.supplier, price.charge.name));
    throw;
  }
}

}  // namespace reckoner::invoicing

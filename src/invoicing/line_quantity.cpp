#include "invoicing/line_quantity.hpp"

namespace reckoner::invoicing {

money::Decimal shown_quantity(const money::Ratio& exact) {
  const money::Decimal precise = money::round(exact, 20, money::Rounding::kHalfAwayFromZero);
  if (money::Ratio(precise) == exact) return precise;
  return money::round(exact, 6, money::Rounding::kHalfAwayFromZero);
}

std::optional<money::Decimal> line_quantity(const domain::Charge& charge, const ChargeFacts& facts,
                                            const pricing::Priced& priced) {
  if (domain::metering_of(charge) != nullptr) return shown_quantity(priced.billable);
  if (std::holds_alternative<domain::OfCharges>(charge.source)) {
    return facts.stretches.front().quantity;
  }
  if (std::holds_alternative<domain::OfSubscription>(charge.source)) {
    money::Ratio quantity = money::Decimal(0);
    for (const ChargeFacts::Stretch& stretch : facts.stretches) {
      quantity = quantity + money::Ratio(stretch.quantity) * stretch.coverage.fraction();
    }
    return shown_quantity(quantity);
  }
  if (charge.proration != domain::Proration::kDays) return std::nullopt;
  std::int64_t days = 0;
  for (const ChargeFacts::Stretch& stretch : facts.stretches) days += stretch.coverage.part;
  return money::Decimal(days);
}

}  // namespace reckoner::invoicing

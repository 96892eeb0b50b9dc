#include "pricing/price.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace reckoner::pricing {

money::Ratio price_flat(const money::Decimal& fee, const Coverage& coverage) {
  RK_CHECK(coverage.days >= 0 && coverage.days <= coverage.period_days);
  return money::Ratio(fee) * coverage.fraction();
}

Overage overage_of(const domain::Metering& metering, const money::Decimal& quantity,
                   const Coverage& coverage) {
  const money::Ratio used(quantity, metering.unit_size);
  if (!metering.allowance) return {used, std::nullopt, money::Decimal(0)};
  const bool prorated =
      metering.allowance_on_change == domain::AllowanceOnChange::kProrated && !coverage.whole();
  const money::Ratio whole(*metering.allowance);
  const money::Ratio allowance = prorated ? whole * coverage.fraction() : whole;
  const money::Ratio over = used > allowance ? used - allowance : money::Ratio(money::Decimal(0));
  return {used, allowance, over};
}

money::Ratio price_per_unit(const domain::PerUnit& model, const money::Ratio& over) {
  return over * money::Ratio(model.price);
}

}  // namespace reckoner::pricing

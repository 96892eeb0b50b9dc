#include "engine/credit_rows.hpp"

#include <sstream>

namespace reckoner::engine {

std::vector<std::string> charges_of(const store::Row& row) {
  std::vector<std::string> charges;
  std::istringstream lines(row.text("charges"));
  for (std::string line; std::getline(lines, line);) charges.push_back(line);
  return charges;
}

domain::Credit granted_credit(const store::Row& row) {
  return {.number = row.int64("credit"),
          .key = row.text("external_key"),
          .title = row.text("title"),
          .kind = row.text("kind") == "coupon" ? domain::CreditKind::kCoupon
                                               : domain::CreditKind::kPrepaid,
          .currency = money::Currency::of(row.text("currency")),
          .amount_left = std::nullopt,
          .percent = row.optional_decimal("percent"),
          .documents_left = row.optional_int64("documents"),
          .priority = static_cast<int>(row.int64("priority")),
          .starts_on = row.optional_date("starts_on"),
          .expires_on = row.optional_date("expires_on"),
          .charges = charges_of(row)};
}

}  // namespace reckoner::engine

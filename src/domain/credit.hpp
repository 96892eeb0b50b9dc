#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "money/decimal.hpp"
#include "money/money.hpp"
#include "time/time.hpp"

namespace reckoner::domain {

enum class CreditKind {
  kCoupon,   ///< lowers what is taxed
  kPrepaid,  ///< pays what is due, tax included
};

/// A coupon or prepaid credit of one customer, with what is left of it when a document is made.
/// One of `amount_left` and `percent` is set.
struct Credit {
  std::int64_t number = 0;  ///< counts from 1 within the customer
  std::string key;          ///< the owner's own name for it; unique within the customer
  std::string title;        ///< for the reader of the invoice
  CreditKind kind = CreditKind::kCoupon;
  money::Currency currency;
  std::optional<money::Decimal> amount_left;
  std::optional<money::Decimal> percent;  ///< above 0, at most 100
  std::optional<std::int64_t>
      documents_left;                    ///< how many more documents may draw; none: any number
  int priority = 0;                      ///< smaller is drawn first
  std::optional<time::Date> starts_on;   ///< first day of issue it may be drawn
  std::optional<time::Date> expires_on;  ///< first day it may not be drawn any more
  std::vector<std::string> charges;      ///< scope: names of charges; empty: all
};

}  // namespace reckoner::domain

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/id.hpp"
#include "money/money.hpp"
#include "time/cycle.hpp"
#include "time/time.hpp"

namespace reckoner::domain {

/// Who is billed; also the isolation boundary.
struct Customer {
  CustomerId id;
  std::string key;  ///< the owner's own name for the customer; unique, never changes
  std::string name;
  std::string email;  ///< empty: no mail
  time::Zone zone = time::Zone::utc();
  int anchor_day = 1;  ///< day of the month on which its periods begin, 1 to 31
};

/// A customer on a plan. A plan change ends one and starts another.
struct Subscription {
  std::int64_t number = 0;  ///< counts from 1 within the customer
  std::int64_t cycle = 0;   ///< the cycle it is billed in
  std::string plan;
  money::Currency currency;
  time::Instant starts_at;               ///< a local midnight of the customer's zone
  std::optional<time::Instant> ends_at;  ///< none: goes on
};

/// A percentage off everything a customer is billed while it holds.
struct Discount {
  std::int64_t number = 0;    ///< counts from 1 within the customer
  money::Decimal percentage;  ///< above 0, at most 100
  time::Instant starts_at;
  std::optional<time::Instant> ends_at;  ///< none: goes on
};

}  // namespace reckoner::domain

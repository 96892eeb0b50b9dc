#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "money/decimal.hpp"
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
  int anchor_day = 1;   ///< day of the month on which its periods begin, 1 to 31
  std::string country;  ///< ISO 3166-1, two letters, where it is taxed; empty: not known
  std::string tax_id;   ///< makes it a business to the tax rules; empty: none
  bool tax_exempt = false;
  std::string legal_entity = {};  ///< id of the one that bills it; empty: the default one
};

/// A quantity of a subscription ("seats", "dashboards") from a time on, until the next of its name.
struct SubscribedQuantity {
  std::string name;
  money::Decimal value;  ///< at least 0
  time::Instant starts_at;
};

/// A stretch in which a subscription rests: its fees and allowances do not count.
struct Pause {
  time::Instant starts_at;
  std::optional<time::Instant> ends_at;  ///< none: until it is resumed
};

/// A figure of a plan's charge as agreed with one customer, for as long as it is in force.
struct AgreedFigure {
  std::string plan;
  std::string charge;
  std::string figure;  ///< "fee", "price", "tier-2-price", … (pricing/figures.hpp)
  std::optional<money::Decimal> value;  ///< none: "unlimited", of an allowance
  time::Date starts_on;
  std::optional<time::Date> ends_on;  ///< the first day it does not hold any more; none: goes on
};

/// Why a subscription ended.
enum class Ending { kCancelled, kChanged };

/// A charge typed in by hand, such as hours worked.
struct ManualCharge {
  std::int64_t number = 0;  ///< counts from 1 within the customer
  std::int64_t cycle = 0;
  time::Date on;  ///< the local day it falls on
  std::string title;
  money::Decimal quantity;
  std::string unit;
  money::Decimal price;  ///< a unit
  std::string tax;       ///< category in taxes.xml
};

/// A customer on a plan. A plan change ends one and starts another.
struct Subscription {
  std::int64_t number = 0;  ///< counts from 1 within the customer
  std::int64_t cycle = 0;   ///< the cycle it is billed in
  std::string plan;
  money::Currency currency;
  time::Instant starts_at;                     ///< a local midnight of the customer's zone
  std::optional<time::Instant> ends_at;        ///< none: goes on
  Ending ending = Ending::kCancelled;          ///< meaningful where it ends
  std::optional<time::Instant> trial_ends_at;  ///< none: no trial
  std::string environment;                     ///< name in the strategy; empty: "production"
  std::vector<SubscribedQuantity> quantities;  ///< by time
  std::vector<Pause> pauses;                   ///< by time, apart from each other
};

/// A percentage off what a customer is billed while it holds.
struct Discount {
  std::int64_t number = 0;    ///< counts from 1 within the customer
  money::Decimal percentage;  ///< above 0, at most 100
  time::Instant starts_at;
  std::optional<time::Instant> ends_at;  ///< none: goes on
  std::vector<std::string> charges;      ///< scope: names of charges; empty: all
};

}  // namespace reckoner::domain

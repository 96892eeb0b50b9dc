#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/versions.hpp"
#include "insight/budget.hpp"

namespace reckoner::engine {

/// What a month costs a customer in one currency, before coupons and taxes: its periods so
/// labelled, what was billed of them and what is still to be billed.
struct MonthSpending {
  CustomerId customer;
  money::Currency currency;
  std::string month;  ///< "2026-10"
  insight::Spending spending;
};

struct SpendingOfMonths {
  std::vector<MonthSpending> months;  ///< of open periods; by customer, currency and month
  struct NotKnown {
    CustomerId customer;
    std::string reason;
  };
  std::vector<NotKnown> not_known;  ///< who cannot be billed at present
  std::int64_t cut = 0;             ///< up to which usage is known
};

/// Of many customers at once, one query a kind of row, in the snapshot that the connection has
/// open. With `forecast` also what months that `as_of` lies in are forecast to cost at their end
/// (usage_forecast.hpp). Throws Error where no configuration is active or facts cannot be read.
SpendingOfMonths spending_of(store::Connection& connection, Versions& versions,
                             std::span<const std::int64_t> customers, time::Instant as_of,
                             bool forecast);

/// What documents bill of months whose periods begin at `since` or later, open or not; nothing is
/// forecast of them.
std::vector<MonthSpending> billed_months(store::Connection& connection,
                                         std::span<const std::int64_t> customers,
                                         time::Instant since);

}  // namespace reckoner::engine

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/versions.hpp"
#include "invoicing/charge_facts.hpp"
#include "store/connection.hpp"

namespace reckoner::engine {

/// Usage of the charge's first meter on one local day.
struct UsageOfDay {
  time::Date day;
  std::int64_t events = 0;
  money::Decimal sum;  ///< of the values, in meter units; 0 of a meter that counts
};

/// An event behind a line.
struct EventBehind {
  time::Instant occurred_at;
  std::string source;
  std::string id;
  std::string data;  ///< canonical JSON
};

/// How a line of an issued document came about: its facts priced again by the configuration version
/// that its period is pinned to.
struct Explanation {
  std::string number;
  std::int64_t line = 0;  ///< from 1
  domain::DocumentLine billed;
  VersionId version;  ///< of the period's side
  /// Of charges. Lines of discounts, minimums, rules and charges by hand have their facts alone.
  struct OfCharge {
    std::string plan_title;
    std::string charge_title;
    std::string model;  ///< as in pricing files
    invoicing::ChargeFacts facts;
    pricing::Priced priced;
    pricing::Trace steps;  ///< sum to priced.amount
    money::Money rounded;
    money::Rounding rounding = money::Rounding::kHalfAwayFromZero;
  };
  std::optional<OfCharge> charge;
  /// Of a true-up: what had been billed before; amount now less this is the line.
  std::optional<money::Money> billed_before;
  std::vector<UsageOfDay> usage;    ///< of the charge's meters, by day
  std::vector<EventBehind> events;  ///< the first ones, in the order they occurred
  std::int64_t event_count = 0;     ///< of all
};

/// Reads the line and what it came from; at most `events` events. Reads only. Throws Error when
/// there is no such document or line, or its version does not load here.
Explanation explain(store::Connection& connection, Versions& versions, const std::string& number,
                    std::int64_t line, std::int64_t events);

}  // namespace reckoner::engine

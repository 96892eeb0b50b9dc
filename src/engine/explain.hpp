#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/interim.hpp"
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

/// Where an event stands among those behind a line: they are in the order in which they occurred.
struct EventPosition {
  time::Instant occurred_at;
  std::string source;
  std::string id;
  friend auto operator<=>(const EventPosition&, const EventPosition&) = default;
};

/// An event behind a line.
struct EventBehind {
  EventPosition position;
  std::string subject;
  std::string data;  ///< canonical JSON
};

/// The document has no line of that number.
class NoSuchLine : public Error {
  using Error::Error;
};

/// Which of the events behind a line are wanted.
struct EventsWanted {
  std::int64_t limit = 0;                             ///< at most so many
  std::optional<EventPosition> after = std::nullopt;  ///< only those behind it
};

/// How a line of a document came about: its facts priced again by the configuration version that
/// its period is pinned to.
struct Explanation {
  std::string number;     ///< "" of an interim invoice
  std::int64_t line = 0;  ///< from 1
  domain::DocumentLine billed;
  VersionId version;  ///< of the period's side
  /// Of charges. Lines of discounts, minimums, rules and charges by hand have their facts alone.
  struct OfCharge {
    std::string plan_title;
    std::string charge_title;
    std::string model;          ///< as in pricing files
    std::string model_summary;  ///< in words
    std::string unit;           ///< of quantities and prices; "" of a fee
    bool is_usage = false;
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
  std::vector<EventBehind> events;  ///< those wanted, in the order they occurred
  std::int64_t event_count = 0;     ///< of all
  bool more_events = false;         ///< behind the last of `events`
};

/// Reads the line of an issued document and what it came from. Reads only. Throws Error when there
/// is no such document or line, or its version does not load here.
Explanation explain(store::Connection& connection, Versions& versions, const std::string& number,
                    std::int64_t line, const EventsWanted& events);

/// The same of a line of an interim invoice, in the snapshot that it was computed in.
Explanation explain(store::Connection& connection, Versions& versions,
                    const InterimInvoice& invoice, std::int64_t line, const EventsWanted& events);

}  // namespace reckoner::engine

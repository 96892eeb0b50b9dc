#pragma once

// Inside of replay: the lines of a run's document.

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/replay_history.hpp"
#include "engine/replay_versions.hpp"

namespace reckoner::engine {

/// What documents billed, as a later one of the same customer saw it.
class BilledSoFar {
 public:
  explicit BilledSoFar(const CustomerHistory& history) : history_(history) {}

  /// Documents in the order of their ordinals.
  void add(const store::ScannedDocument& document);

  struct Sum {
    money::Decimal quantity;
    money::Decimal amount;
  };
  /// By the documents before `ordinal`, without those that were void for billing again by then.
  Sum of_key(const domain::PeriodKey& period, const std::string& key, std::int64_t ordinal) const;
  /// The same over all keys that a handler made together.
  Sum of_charge(const domain::DocumentLine& line, std::int64_t ordinal) const;
  /// The documents with a line of the key, whether it counts or not.
  const std::vector<std::int64_t>& documents_of(const domain::PeriodKey& period,
                                                const std::string& key) const;

 private:
  struct Entry {
    std::int64_t ordinal;
    money::Decimal quantity;
    money::Decimal amount;
  };
  using Charge = std::tuple<domain::PeriodKey, std::optional<std::int64_t>, std::string>;
  Sum sum(const std::vector<Entry>& entries, std::int64_t ordinal) const;

  const CustomerHistory& history_;
  std::map<std::pair<domain::PeriodKey, std::string>, std::vector<Entry>> by_key_;
  std::map<Charge, std::vector<Entry>> by_charge_;
  std::map<std::pair<domain::PeriodKey, std::string>, std::vector<std::int64_t>> documents_;
};

/// What became of the lines.
struct ReplayedLines {
  std::vector<domain::DocumentLine> lines;
  std::vector<std::string> differences;
  std::vector<std::string> taken;
};

/// Prices the lines of a run's document again.
ReplayedLines replay_lines(const CustomerHistory& history, const BilledSoFar& billed,
                           const store::ScannedDocument& document, PricingVersions& versions,
                           const UsageReach& reach);

}  // namespace reckoner::engine

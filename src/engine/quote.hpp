#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/chain.hpp"

namespace reckoner::engine {

/// Usage to price: as if it had happened in one quarter hour.
struct QuotedUsage {
  std::string meter;
  std::string dimensions;           ///< "class=hot;region=eu", sorted, or ""
  std::optional<time::Instant> at;  ///< none: when period and subscription have begun
  money::Decimal quantity;          ///< in meter units
};

/// What would it cost: one subscription in one calendar month.
struct QuoteRequest {
  std::string plan;
  std::optional<money::Currency> currency;  ///< none: the first the plan is priced in
  time::Zone zone = time::Zone::utc();
  time::Date month;                        ///< any day of it
  std::optional<time::Date> subscribe_on;  ///< none: since the month before, without a trial
  std::optional<time::Date> until;         ///< none: goes on
  std::string environment;
  std::string country;  ///< of the customer, for tax
  std::string tax_id;
  std::map<std::string, money::Decimal> quantities;
  std::vector<QuotedUsage> usage;
};

/// The document that the month would bring, both sides of the period, by the chain that bills the
/// plan: the same code as an invoice. Needs no database; population facts are unknown. Throws Error
/// for an unknown plan, meter, quantity or environment, and where the customer would be parked.
domain::Document quote(const CompiledVersion& version, const QuoteRequest& request);

}  // namespace reckoner::engine

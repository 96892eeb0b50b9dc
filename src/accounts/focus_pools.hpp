#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "accounts/pool_amounts.hpp"
#include "exports/focus_reader.hpp"

namespace reckoner::accounts {

/// Which costs of a FOCUS file make up a pool.
struct FocusPart {
  exports::FocusMetric metric = exports::FocusMetric::kBilled;
  exports::FocusMonth month = exports::FocusMonth::kBilling;
  std::vector<std::string> services = {};      ///< ServiceName; none: all
  std::vector<std::string> sub_accounts = {};  ///< SubAccountId; none: all
};

/// "billed", "effective"; "billing", "charge". Throw Error for others.
exports::FocusMetric focus_metric_named(std::string_view name);
exports::FocusMonth focus_month_named(std::string_view name);

/// What that part of a FOCUS file comes to, by month, the earliest first: the sum of exact costs,
/// rounded once to whole minor units (half away from zero). Throws Error for what read_focus()
/// refuses, a service or sub-account that the file does not have, with a suggestion, and costs in
/// another currency than the pool's.
std::vector<PoolAmount> focus_pool_amounts(std::istream& file, const domain::CostPool& pool,
                                           const FocusPart& part, const std::string& note);

/// As the audit log tells amounts that were set together, by month: {"2026-10":{…}}.
std::string to_json(const std::vector<PoolAmount>& amounts);

}  // namespace reckoner::accounts

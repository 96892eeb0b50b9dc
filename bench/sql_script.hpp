#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "billing_database.hpp"

namespace reckoner::bench {

/// What a team would write instead of a billing engine: a set-based SQL script.
struct SqlScript {
  double seconds = 0.0;
  std::int64_t rows = 0;  ///< inserted
};

/// Bills the month of the load once more, from the same usage, by one connection a processor, each
/// over its share of the customers in one transaction: invoices with lines, numbers, postings,
/// mails, balances and next periods, into tables of its own with primary keys and nothing else. No
/// locks, no run that could be continued, no knowledge by cuts, no versions, no facts, no hashes,
/// no checks. Then compares its invoices with those of the run, line by line: throws Error when one
/// differs. `conninfo` is the owner's. Throws Error.
SqlScript bill_by_sql_script(const std::string& conninfo, const Load& load, unsigned connections,
                             const std::function<void()>& before);

}  // namespace reckoner::bench

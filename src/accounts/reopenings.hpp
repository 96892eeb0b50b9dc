#pragma once

// Inside of accounts: making billed periods due again.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::accounts {

/// A change of what a stretch of a cycle deserves.
struct Reopening {
  CustomerId customer;
  std::int64_t cycle = 0;
  time::Instant from_at;
  std::optional<time::Instant> until_at;  ///< none: for ever
  std::string cause;                      ///< for people, one line
  bool at_once = false;                   ///< its difference does not wait for the next document
};

/// Writes those that touch a billed period, numbered within their customers, in the transaction of
/// the change. The customers are locked.
void write_reopenings(store::Connection& connection, const std::vector<Reopening>& reopenings,
                      time::Instant now);

/// The labels of the billed periods that they touch, by time, each once.
std::vector<std::string> reopened_labels(store::Connection& connection,
                                         const std::vector<Reopening>& reopenings);

}  // namespace reckoner::accounts

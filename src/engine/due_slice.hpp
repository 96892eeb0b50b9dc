#pragma once

#include <exception>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/compute.hpp"
#include "store/connection.hpp"

namespace reckoner::engine {

// What looks at customers without billing them share: dry runs and previews.

/// Calls `work(span of customers)` for all of them; where it throws, for halves of them, as a run
/// splits a batch, until the culprit is alone: `alone(customer, reason)`. What the database refuses
/// is thrown.
template <class Work, class Alone>
void in_halves(std::span<const std::int64_t> customers, const Work& work, const Alone& alone) {
  if (customers.empty()) return;
  try {
    work(customers);
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const std::exception& error) {
    if (customers.size() == 1) return alone(customers.front(), std::string(error.what()));
    const std::size_t middle = customers.size() / 2;
    in_halves(customers.first(middle), work, alone);
    in_halves(customers.subspan(middle), work, alone);
  }
}

/// For whoever cannot even be read.
std::string key_of_customer(store::Connection& connection, std::int64_t customer);

/// Whom a run would hold, with the reason, by the customer's key: as if the documents had been
/// issued at `now`, which they are not.
std::vector<std::pair<std::string, std::string>> would_be_held(store::Connection& connection,
                                                               const CompiledVersion& version,
                                                               time::Instant now,
                                                               const Computation& computation);

}  // namespace reckoner::engine

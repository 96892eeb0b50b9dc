#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/held.hpp"
#include "engine/versions.hpp"

namespace reckoner::engine {

/// What came of approving one held customer.
struct Approval {
  std::string key;
  std::vector<std::string> issued;     ///< numbers of the documents
  std::optional<std::string> changed;  ///< what is another now: nothing was issued, it stays held
};

/// Computes the held customer again, at the cut and under the version of its run, and issues its
/// documents, with today's day of issue, when its statements and differences are those that were
/// held. In a transaction of its own, with the customer locked. None when somebody has decided
/// meanwhile. `now` is read once by the caller.
std::optional<Approval> approve_held(store::Connection& connection, Versions& versions,
                                     const RunFacts& run, CustomerId customer, std::string_view who,
                                     std::string_view why, time::Instant now);

/// Drops what was held: the customer is due again for the next run. False when somebody has decided
/// meanwhile. In a transaction of its own.
bool reject_held(store::Connection& connection, RunId run, CustomerId customer,
                 std::string_view who, std::string_view why, time::Instant now);

}  // namespace reckoner::engine

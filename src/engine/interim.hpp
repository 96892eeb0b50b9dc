#pragma once

#include <optional>
#include <string>

#include "engine/compute.hpp"

namespace reckoner::engine {

struct InterimInvoice {
  domain::Document document;  ///< without ordinal, number and dates of issue
  time::Instant as_of;
  std::int64_t cut = 0;  ///< what is known: this cut, and what was acknowledged since
  VersionId version;
  bool what_if =
      false;  ///< as_of lies in a period that was issued: shown as if it ended there, billed or not
  money::Money
      expected_total;  ///< the same with the fees of the whole periods, from the usage so far
};

/// What the customer owes as of an instant, on one read-only snapshot: PostgreSQL itself refuses to
/// store anything. One invoice for each currency. Throws Error when there is no such
/// customer or it cannot be billed.
std::vector<InterimInvoice> interim_invoices(store::Connection& connection, Versions& versions,
                                             const std::string& customer_key, time::Instant as_of);

}  // namespace reckoner::engine

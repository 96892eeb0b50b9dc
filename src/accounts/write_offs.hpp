#pragma once

#include <optional>
#include <string>
#include <vector>

#include "accounts/rules.hpp"
#include "store/connection.hpp"
#include "text/json.hpp"

namespace reckoner::accounts {

/// A document that dunning proposed to give up (docs/dunning.md), and what people decided.
struct WriteOff {
  CustomerId customer_id;
  std::int64_t ordinal = 0;
  std::string customer;  ///< key
  std::string document;  ///< number
  time::Date due_on{};
  time::Date proposed_on{};
  money::Money amount;  ///< as proposed; accepted: given up
  std::string state;    ///< "open", "accepted", "refused"; "ended": it was settled before
  std::string decided_by;
  std::optional<time::Instant> decided_at;
  std::string reason;     ///< of the decision; of an end: "paid", "credited", "void"
  std::string reference;  ///< of the payment that books it; empty: none
};

/// Where a list goes on: behind this one.
struct WriteOffPlace {
  CustomerId customer;
  std::int64_t ordinal = 0;
};
/// Of that state, or all: by customer and document, at most `limit`.
std::vector<WriteOff> list_write_offs(store::Connection& connection,
                                      const std::optional<std::string>& state,
                                      const std::optional<WriteOffPlace>& behind,
                                      std::int64_t limit);
/// By number of the document; none where it was not proposed.
std::optional<WriteOff> find_write_off(store::Connection& connection, const std::string& document);

// Each in a transaction of its own, or as a part of one that encloses it. Throw Error where nothing
// is proposed or it was decided, and for an empty reason.

/// Gives up what is open of the document now: a payment "write-off:NUMBER" lowers it, and the
/// ledger has it as less revenue of "write-off" (invoicing::write_off_entry). Throws Error where
/// something of it is disputed, or nothing is open any more.
WriteOff accept_write_off(store::Connection& connection, const ChangeRules& rules,
                          const std::string& document, const std::string& reason,
                          const std::string& who);
/// The customer goes on owing it.
WriteOff refuse_write_off(store::Connection& connection, const std::string& document,
                          const std::string& reason, const std::string& who, time::Instant now);

/// As the API and --json have it.
void write_write_off(text::JsonWriter& json, const WriteOff& write_off);

}  // namespace reckoner::accounts

#pragma once

// Inside of engine: the table of disputes.

#include "engine/disputes.hpp"

namespace reckoner::engine {

struct NewDisputeRow {
  std::int64_t ordinal = 0;
  std::optional<std::int64_t> line;
  money::Money amount;
  money::Money held;
  std::string message;
};
/// Gives its number. The customer is locked.
std::int64_t insert_dispute_row(store::Connection& connection, CustomerId customer,
                                const NewDisputeRow& row, const std::string& who,
                                time::Instant now);

struct DisputeSettlement {
  std::string state;
  std::string reason;
  std::string who;
  std::optional<std::int64_t> credit_note;  ///< ordinal
};
void settle_dispute_row(store::Connection& connection, const Dispute& dispute,
                        const DisputeSettlement& settlement, time::Instant now);

}  // namespace reckoner::engine

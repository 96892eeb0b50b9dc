#pragma once

// Inside of the audit: claims that one statement proves.

#include <span>
#include <string_view>

#include "engine/audit.hpp"

namespace reckoner::engine {

/// A claim about stored rows. `wrong` gives those for which it does not hold: `customer_id` and
/// `ordinal` (of the document; either may be null) and in words `what` is wrong there.
struct RowCheck {
  std::string_view name;
  std::string_view invariant;
  std::string_view claim;
  std::string_view unit;
  store::Statement count;  ///< gives `rows`: how many are looked at
  store::Statement wrong;
  /// The values of the statement's $1, $2 …; null where it has none.
  store::Params (*params)(store::Connection& connection, Versions& versions) = nullptr;
};

store::CheckOutcome run_check(store::Connection& connection, Versions& versions,
                              const RowCheck& check);

/// V1, V2, V19: the ledger, balances, coupons and prepaid credits.
std::span<const RowCheck> ledger_checks();
/// V3, V13, V17: what documents say of themselves and of each other.
std::span<const RowCheck> document_checks();
/// V10, V12: numbers and chains.
std::span<const RowCheck> series_checks();
/// V8, V9, V22, V23: billing periods, and what of cost pools falls on them.
std::span<const RowCheck> period_checks();
/// V14, V15, V21: runs, mails, positions in topics.
std::span<const RowCheck> run_checks();
/// V18: whose rows are whose.
std::span<const RowCheck> owner_checks();

/// A document as people name it: its number and its customer's key, or what stands for them where
/// they have gone.
std::string name_of_document(store::Connection& connection, std::optional<std::int64_t> customer,
                             std::optional<std::int64_t> ordinal);

}  // namespace reckoner::engine

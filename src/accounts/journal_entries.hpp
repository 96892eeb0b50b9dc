#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "exports/entry.hpp"
#include "store/connection.hpp"

namespace reckoner::accounts {

/// Which entries of the ledger. Empty members take everything.
struct EntrySelection {
  std::optional<time::Date> from = std::nullopt;
  std::optional<time::Date> to = std::nullopt;             ///< this day included
  std::string customer = {};                               ///< its key
  std::optional<std::string> legal_entity = std::nullopt;  ///< id; "" is the default one
  std::optional<std::int64_t> after = std::nullopt;        ///< position in the journal, excluded
  std::optional<std::int64_t> through = std::nullopt;      ///< included
};

/// Gives every entry that matches to `take`, whole, by day, customer and name, and says how many
/// there were. A long ledger needs the memory of a page. Inside the caller's transaction; `take`
/// makes no statements. Throws Error for a customer that there is not.
std::int64_t for_each_entry(store::Connection& connection, const EntrySelection& selection,
                            const std::function<void(const exports::Entry&)>& take);

}  // namespace reckoner::accounts

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "config/configuration.hpp"
#include "exports/entry.hpp"
#include "store/connection.hpp"

namespace reckoner::accounts {

/// Which issued documents. Empty members take everything.
struct FocusSelection {
  std::optional<time::Date> from = std::nullopt;  ///< day of issue
  std::optional<time::Date> to = std::nullopt;    ///< this day included
  std::optional<CustomerId> customer = std::nullopt;
  std::optional<std::string> legal_entity = std::nullopt;  ///< id; "" is the default one
  std::optional<std::int64_t> after = std::nullopt;        ///< position in the journal, excluded
  std::optional<std::int64_t> through = std::nullopt;      ///< included
};

/// A version of the configuration: what was read from its files, and the files.
struct VersionView {
  std::shared_ptr<const config::Configuration> configuration;
  std::shared_ptr<const config::Files> files;
};
/// Gives a version; may ask the database over that connection. Throws Error where there is none of
/// that number.
using VersionOf = std::function<VersionView(store::Connection&, VersionId)>;

/// Writes the cost and usage file of the documents (exports/focus_row.hpp), by customer and
/// ordinal, and says how many rows it has. Issuers and service category are those of `names`,
/// charges those of the versions that documents were billed by. Needs the memory of a page of
/// documents. Inside the caller's transaction.
std::int64_t write_focus(store::Connection& connection, const FocusSelection& selection,
                         const config::Configuration& names, const VersionOf& version_of,
                         const exports::Sink& sink);

/// The customer of that key; throws Error where there is none.
CustomerId customer_of_key(store::Connection& connection, const std::string& key);

}  // namespace reckoner::accounts

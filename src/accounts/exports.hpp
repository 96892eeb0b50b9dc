#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/focus_source.hpp"
#include "config/configuration.hpp"
#include "exports/entry.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::accounts {

/// What exports of the ledger and of documents hand over, and in which form.
enum class ExportKind {
  kJournal,  ///< formats are those of exports/journal_writer.hpp
  kFocus,    ///< format "focus-1.0"
  kErp,      ///< formats are the export templates of the configuration, by name
};
/// "journal", "focus", "erp".
std::string_view to_string(ExportKind kind);
/// Throws Error for another word.
ExportKind parse_export_kind(std::string_view word);

inline constexpr std::string_view kFocusFormat = "focus-1.0";

/// What exports of one chain have in common: each begins where the one before it ended.
struct ExportDefinition {
  ExportKind kind = ExportKind::kJournal;
  std::string format = {};
  std::string customer = {};      ///< key; empty: all
  std::string legal_entity = {};  ///< as people write it ("default"); empty: all

  friend bool operator==(const ExportDefinition&, const ExportDefinition&) = default;
};

/// Throws Error for a format that the kind does not have, and for a customer and a legal entity
/// that there is not. "ledger" becomes "hledger", and an empty format of kFocus the only one.
ExportDefinition checked(store::Connection& connection, ExportDefinition definition,
                         const VersionView& active);

/// An export as it is kept, for ever. Its bytes are made again when they are wanted.
struct ExportRecord {
  std::int64_t id = 0;  ///< rises
  ExportDefinition definition;
  std::int64_t number = 0;   ///< within the chain, from 1
  std::int64_t after = 0;    ///< position in the journal that it begins behind
  std::int64_t through = 0;  ///< the last position that it has; equal to `after`: nothing is in it
  VersionId version;         ///< of the configuration that its names and templates are from
  std::vector<std::string> declared;  ///< accounts that it declares, as the first of its chain
  std::int64_t rows = 0;              ///< entries of the ledger; rows of a FOCUS file
  std::int64_t bytes = 0;
  std::string sha256;  ///< hexadecimal, of the bytes
  time::Instant made_at;
  std::string made_by;
};

/// Makes the next export of the definition's chain: it takes what was booked and issued since the
/// last one, up to the last closed position. Whoever wants everything up to now closes a position
/// first (store::close_journal_position), in a transaction of its own. In the caller's transaction,
/// READ COMMITTED; another export of the chain waits until it ends.
ExportRecord make_export(store::Connection& connection, const ExportDefinition& definition,
                         VersionId version, const VersionOf& version_of, std::string_view by,
                         time::Instant now);

/// The latest first, at most `limit`; with `below`, only those with smaller ids.
std::vector<ExportRecord> list_exports(store::Connection& connection,
                                       std::optional<std::int64_t> below, std::int64_t limit);
std::optional<ExportRecord> find_export(store::Connection& connection, std::int64_t id);

/// Writes the bytes of an export, the same as ever. Throws Error behind the last of them where they
/// are others: what was booked has been changed behind the program's back, or a later program
/// writes the format otherwise.
void write_export(store::Connection& connection, const ExportRecord& record,
                  const VersionOf& version_of, const exports::Sink& sink);

/// "export-7-hledger.journal".
std::string file_name_of(const ExportRecord& record);
/// What its bytes are served as.
std::string_view content_type_of(const ExportRecord& record);

}  // namespace reckoner::accounts

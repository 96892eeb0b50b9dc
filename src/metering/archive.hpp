#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metering/archive_file.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

/// A month of raw events that was moved to a file.
struct ArchivedMonth {
  ArchiveManifest manifest;
  std::filesystem::path file;
  time::Instant archived_at;
  std::string archived_by;
  std::optional<time::Instant> restored_at;  ///< its events are in the database again
};

/// By month.
std::vector<ArchivedMonth> archived_months(store::Connection& connection);

enum class ArchiveStep {
  kWritten,   ///< the file and its manifest are there, nothing is deleted yet
  kVerified,  ///< the file was read back and is complete
  kDeleted,   ///< the events are deleted, and it is not committed yet
};
/// Is told each step, and while the file is written how many events. What it throws ends the work
/// as if the program had died there.
struct ArchiveProgress {
  std::function<void(ArchiveStep)> step = {};
  std::function<void(std::int64_t)> events = {};
};

/// Moves the raw events that were received in a month (UTC) to the file events-MONTH.jsonl.zst in a
/// directory, which is made where it is missing: written, made durable and read back, and only then
/// are they deleted, in one transaction that notes the month as archived. Killed at any point, it
/// is done or it can be repeated. Keys, digests, totals, points and voids stay. The connection must
/// be that of the tables' owner. Throws Error, having deleted nothing, for a month that is not over
/// or has a batch in no cut yet, was archived before, or has no events.
ArchivedMonth archive_month(store::Connection& connection, std::string_view month,
                            const std::filesystem::path& directory, std::string_view by,
                            time::Instant now, const ArchiveProgress& progress = {});

/// Brings the events of an archived month back, in one transaction. `file` says where the file is
/// now; empty: where it was written. Throws Error, with nothing stored, when the month is not
/// archived, is back already, or the file is not the one that was written.
ArchivedMonth restore_month(store::Connection& connection, std::string_view month,
                            const std::filesystem::path& file, time::Instant now);

/// The batches of a month, by when they were received: "2026-10". Throws Error when it is none.
struct MonthOfReceipt {
  time::Instant starts_at;
  time::Instant ends_at;
};
MonthOfReceipt month_of_receipt(std::string_view month);

/// Copies the events of an archived month into a table with the columns of raw_event, in the
/// caller's transaction; `name` is that of the COPY. Throws Error for a file that was changed.
void copy_archive(store::Connection& connection, const ArchivedMonth& archived,
                  std::string_view name, std::string_view table);

}  // namespace reckoner::metering

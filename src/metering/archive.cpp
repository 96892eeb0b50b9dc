#include "metering/archive.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "store/copy.hpp"
#include "store/cursor.hpp"
#include "store/transaction.hpp"

namespace reckoner::metering {

namespace {
constexpr store::Statement kMonths{"metering.archived_months", R"(
  select month, file, sha256, first_batch, last_batch, events, archived_at, archived_by, restored_at
    from archived_month where $1 = '' or month = $1 order by month)"};

constexpr store::Statement kBatches{"metering.batches_of_month", R"(
  select min(batch_id) as first_batch, max(batch_id) as last_batch,
         min(batch_id) filter (where cut is null) as open_batch
    from ingest_batch where received_at >= $1 and received_at < $2)"};

// Two months' batches may lie between one another where transactions ran at midnight.
constexpr store::Statement kEvents{"metering.events_of_month", R"(
  select e.customer_id, e.batch_id, e.seq, e.namespace, e.source, e.event_id, e.type, e.subject,
         e.occurred_at, e.data
    from raw_event e join ingest_batch b using (batch_id)
   where b.received_at >= $1 and b.received_at < $2 and e.batch_id between $3 and $4
   order by e.batch_id, e.seq)"};

constexpr store::Statement kMayDelete{"metering.may_archive", R"(
  select pg_has_role(current_user, relowner, 'usage') as may
    from pg_class where oid = 'raw_event'::regclass)"};

constexpr store::Statement kAllowDeletion{"metering.allow_archive",
                                          "select set_config('reckoner.archive', 'on', true)"};

constexpr store::Statement kDelete{"metering.delete_archived", R"(
  delete from raw_event e using ingest_batch b
   where b.batch_id = e.batch_id and b.received_at >= $1 and b.received_at < $2
     and e.batch_id between $3 and $4)"};

constexpr store::Statement kNote{"metering.note_archive", R"(
  insert into archived_month (month, file, sha256, first_batch, last_batch, events, archived_at,
                              archived_by)
  values ($1, $2, $3, $4, $5, $6, $7, $8)
  on conflict (month) do update
     set file = excluded.file, sha256 = excluded.sha256, first_batch = excluded.first_batch,
         last_batch = excluded.last_batch, events = excluded.events,
         archived_at = excluded.archived_at, archived_by = excluded.archived_by,
         restored_at = null
   where archived_month.restored_at is not null)"};

constexpr store::Statement kRestored{"metering.note_restored", R"(
  update archived_month set restored_at = $2, file = $3
   where month = $1 and restored_at is null)"};

ArchivedMonth archived_month(const store::Row& row) {
  return {.manifest = {.month = row.text("month"),
                       .sha256 = to_hex(row.bytes("sha256")),
                       .events = row.int64("events"),
                       .bytes = 0,
                       .first_batch = row.int64("first_batch"),
                       .last_batch = row.int64("last_batch"),
                       .made_at = time::to_string(row.instant("archived_at")),
                       .made_by = row.text("archived_by")},
          .file = row.text("file"),
          .archived_at = row.instant("archived_at"),
          .archived_by = row.text("archived_by"),
          .restored_at = row.optional_instant("restored_at")};
}

std::optional<ArchivedMonth> find_month(store::Connection& connection, std::string_view month) {
  const auto row = connection.query(kMonths, {month}).at_most_one();
  if (!row) return std::nullopt;
  return archived_month(*row);
}

struct Batches {
  std::int64_t first;
  std::int64_t last;
};

Batches closed_batches(store::Connection& connection, std::string_view month,
                       const MonthOfReceipt& receipt) {
  const store::Row row = connection.query(kBatches, {receipt.starts_at, receipt.ends_at}).only();
  if (row.is_null("first_batch")) {
    throw Error(fmt::format("nothing was received in {}", month));
  }
  if (!row.is_null("open_batch")) {
    throw Error(fmt::format("batch {} of {} is in no cut yet: reckoner cut closes one",
                            row.int64("open_batch"), month));
  }
  return {row.int64("first_batch"), row.int64("last_batch")};
}

void delete_events(store::Connection& connection, const ArchivedMonth& archived,
                   const MonthOfReceipt& receipt) {
  const ArchiveManifest& manifest = archived.manifest;
  connection.query(kAllowDeletion);
  const std::int64_t deleted = connection.execute(
      kDelete, {receipt.starts_at, receipt.ends_at, manifest.first_batch, manifest.last_batch});
  if (deleted != manifest.events) {
    throw Error(fmt::format("{} has {} events, not the {} that were written: nothing was deleted",
                            manifest.month, deleted, manifest.events));
  }
  const std::string sha256 = from_hex(manifest.sha256);
  const std::int64_t noted = connection.execute(
      kNote, {manifest.month, archived.file.string(), store::Bytes(sha256), manifest.first_batch,
              manifest.last_batch, manifest.events, archived.archived_at, archived.archived_by});
  if (noted != 1) throw Error(fmt::format("{} was archived by somebody else", manifest.month));
}
}  // namespace

MonthOfReceipt month_of_receipt(std::string_view month) {
  try {
    if (month.size() != 7) throw Error("wrong length");
    const time::Date first = time::parse_date(fmt::format("{}-01", month));
    return {time::Zone::utc().start_of(first),
            time::Zone::utc().start_of(time::month_day(first, 1, 1))};
  } catch (const Error&) {
    throw Error(fmt::format("'{}' is not a month such as 2026-10", month));
  }
}

std::vector<ArchivedMonth> archived_months(store::Connection& connection) {
  std::vector<ArchivedMonth> months;
  for (const store::Row& row : connection.query(kMonths, {""})) {
    months.push_back(archived_month(row));
  }
  return months;
}

ArchivedMonth archive_month(store::Connection& connection, std::string_view month,
                            const std::filesystem::path& directory, std::string_view by,
                            time::Instant now, const ArchiveProgress& progress) {
  const MonthOfReceipt receipt = month_of_receipt(month);
  if (!connection.query(kMayDelete).only().boolean("may")) {
    throw Error("only the owner of the tables may archive: use the connection of that user");
  }
  if (receipt.ends_at > now) throw Error(fmt::format("{} is not over yet", month));
  const auto before = find_month(connection, month);
  if (before && !before->restored_at) {
    throw Error(fmt::format("{} was archived at {} to {}", month,
                            time::to_string(before->archived_at), before->file.string()));
  }
  const Batches batches = closed_batches(connection, month, receipt);

  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) throw Error(fmt::format("{}: {}", directory.string(), error.message()));
  ArchivedMonth archived{
      .manifest = {.month = std::string(month),
                   .sha256 = "",
                   .events = 0,
                   .bytes = 0,
                   .first_batch = batches.first,
                   .last_batch = batches.last,
                   .made_at = time::to_string(now),
                   .made_by = std::string(by)},
      .file = std::filesystem::absolute(directory) / fmt::format("events-{}.jsonl.zst", month),
      .archived_at = now,
      .archived_by = std::string(by),
      .restored_at = std::nullopt};
  const auto tell = [&](ArchiveStep step) {
    if (progress.step) progress.step(step);
  };
  {
    store::Transaction transaction(connection);
    ArchiveWriter writer(archived.file);
    store::Cursor events(connection, kEvents,
                         {receipt.starts_at, receipt.ends_at, batches.first, batches.last});
    std::int64_t written = 0;
    for (store::Rows page = events.next(); !page.empty(); page = events.next()) {
      for (const store::Row& row : page) writer.add(stored_event(row));
      written += static_cast<std::int64_t>(page.size());
      if (progress.events) progress.events(written);
    }
    if (written == 0) throw Error(fmt::format("{} has no raw events", month));
    archived.manifest = writer.finish(archived.manifest);
  }
  tell(ArchiveStep::kWritten);
  read_archive(archived.file, archived.manifest, [](const StoredEvent&) {});
  tell(ArchiveStep::kVerified);
  store::Transaction transaction(connection);
  delete_events(connection, archived, receipt);
  tell(ArchiveStep::kDeleted);
  transaction.commit();
  return archived;
}

ArchivedMonth restore_month(store::Connection& connection, std::string_view month,
                            const std::filesystem::path& file, time::Instant now) {
  store::Transaction transaction(connection);
  auto archived = find_month(connection, month);
  if (!archived) throw Error(fmt::format("{} was never archived", month));
  if (archived->restored_at) {
    throw Error(
        fmt::format("{} was brought back at {}", month, time::to_string(*archived->restored_at)));
  }
  if (!file.empty()) archived->file = std::filesystem::absolute(file);
  if (connection.execute(kRestored, {month, now, archived->file.string()}) != 1) {
    throw Error(fmt::format("{} was brought back by somebody else", month));
  }
  copy_archive(connection, *archived, "metering.copy_restored", "raw_event");
  transaction.commit();
  archived->restored_at = now;
  return *archived;
}

void copy_archive(store::Connection& connection, const ArchivedMonth& archived,
                  std::string_view name, std::string_view table) {
  store::Copy copy(connection, name, table,
                   {"customer_id", "batch_id", "seq", "namespace", "source", "event_id", "type",
                    "subject", "occurred_at", "data"});
  read_archive(archived.file, archived.manifest, [&](const StoredEvent& event) {
    copy.row()
        .add(event.customer)
        .add(event.batch)
        .add(event.seq)
        .add(event.namespace_name)
        .add(event.source)
        .add(event.id)
        .add(event.type)
        .add(event.subject)
        .add(event.occurred_at)
        .add(event.data)
        .end();
  });
  copy.finish();
}

}  // namespace reckoner::metering

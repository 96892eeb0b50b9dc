#include <fmt/format.h>

#include <set>

#include "base/error.hpp"
#include "metering/cloud_event.hpp"
#include "metering/ingest.hpp"
#include "metering/quarantine.hpp"
#include "store/transaction.hpp"

namespace reckoner::metering {

namespace {
/// Rows of one transaction. Quarantined rows carry whole events, which may be long.
constexpr std::int64_t kPage = 1'000;

constexpr store::Statement kList{"metering.list_quarantine", R"(
  select namespace, key, digest, source, event_id, subject, reason, content, bytes, first_at,
         last_at, deliveries, state, settled_by, settled_at, settled_why
    from quarantine
   where ($1 = '' or state = $1) and ($2 = '' or source = $2) and ($3 = '' or event_id = $3)
     and ($4 = '' or position(lower($4) in lower(reason)) > 0) and ($5 = '' or subject = $5)
     and ($6::uuid is null or (key, namespace, digest) = ($6, $7, $8::uuid))
     and ($9::timestamptz is null or last_at < $9
          or last_at = $9 and (key, namespace, digest) > ($10::uuid, $11, $12::uuid))
   order by last_at desc, key, namespace, digest limit $13)"};

// In the order of the primary key, behind the row that was the last of the page before.
constexpr store::Statement kPageOfOpen{"metering.page_of_quarantine", R"(
  select namespace, key, digest, source, event_id, subject, reason, content, bytes, first_at,
         last_at, deliveries, state, settled_by, settled_at, settled_why
    from quarantine
   where state = 'open' and ($1 = '' or source = $1) and ($2 = '' or event_id = $2)
     and ($3 = '' or position(lower($3) in lower(reason)) > 0)
     and ($4::uuid is null or (key, namespace, digest) > ($4, $5, $6))
     and ($8 = '' or subject = $8)
     and ($9::uuid is null or (key, namespace, digest) = ($9, $10, $11::uuid))
   order by key, namespace, digest limit $7)"};

constexpr store::Statement kStillOpen{"metering.still_in_quarantine", R"(
  select q.namespace, q.key, q.digest, q.reason
    from quarantine q join unnest($1::text[], $2::uuid[], $3::uuid[]) wanted (namespace, key, digest)
                      using (namespace, key, digest)
   where q.state = 'open')"};

constexpr store::Statement kReplayedPoison{"metering.replayed_poison", R"(
  update quarantine q set state = 'replayed', settled_at = $4
    from unnest($1::text[], $2::uuid[], $3::uuid[]) wanted (namespace, key, digest)
   where q.namespace = wanted.namespace and q.key = wanted.key and q.digest = wanted.digest)"};

constexpr store::Statement kDrop{"metering.drop_quarantined", R"(
  update quarantine set state = 'dropped', settled_by = $4, settled_at = $5, settled_why = $6
   where state = 'open' and ($1 = '' or source = $1) and ($2 = '' or event_id = $2)
     and ($3 = '' or position(lower($3) in lower(reason)) > 0) and ($7 = '' or subject = $7)
     and ($8::uuid is null or (key, namespace, digest) = ($8, $9, $10::uuid)))"};

constexpr store::Statement kSettleRepaired{"metering.settle_repaired", R"(
  update quarantine set state = 'replayed', settled_by = $4, settled_at = $5, settled_why = $6
   where key = $1 and namespace = $2 and digest = $3)"};

constexpr store::Statement kLock{"metering.lock_quarantined", R"(
  select state from quarantine where key = $1 and namespace = $2 and digest = $3 for update)"};

/// A row's id as three parameters, or three times NULL.
struct RowParams {
  explicit RowParams(const std::optional<QuarantineId>& row) {
    if (!row) return;
    key = store::Uuid{row->key};
    namespace_name = row->namespace_name;
    digest = store::Uuid{row->digest};
  }
  std::optional<store::Uuid> key, digest;
  std::optional<std::string> namespace_name;
};

/// What names a row.
using RowKey = std::tuple<std::string, EventKey, EventDigest>;
RowKey key_of(const QuarantinedEvent& row) {
  return {row.namespace_name, row.key, row.digest};
}

struct RowKeys {
  std::vector<std::string> namespaces;
  std::vector<store::Uuid> keys, digests;
  void add(const QuarantinedEvent& row) {
    namespaces.push_back(row.namespace_name);
    keys.push_back({row.key});
    digests.push_back({row.digest});
  }
};

QuarantinedEvent quarantined_event(const store::Row& row) {
  return {.namespace_name = row.text("namespace"),
          .source = row.text("source"),
          .id = row.text("event_id"),
          .subject = row.text("subject"),
          .reason = row.text("reason"),
          .content = row.text("content"),
          .first_at = row.instant("first_at"),
          .last_at = row.instant("last_at"),
          .deliveries = row.int64("deliveries"),
          .state = row.text("state"),
          .bytes = row.optional_bytes("bytes"),
          .key = row.uuid("key"),
          .digest = row.uuid("digest"),
          .settled_by = row.text("settled_by"),
          .settled_at = row.optional_instant("settled_at"),
          .settled_why = row.text("settled_why")};
}

/// The events in a text: one CloudEvent, or an array of them. Throws Error where it is neither.
std::vector<UsageEvent> events_in(std::string_view content, const std::string& namespace_name) {
  const text::Json json = text::parse_json(content);
  std::vector<UsageEvent> events;
  if (json.kind() == text::Json::Kind::kArray) {
    for (const text::Json& item : json.as_array()) events.push_back(from_cloud_event(item));
    if (events.empty()) throw Error("the array has no events");
  } else {
    events.push_back(from_cloud_event(json));
  }
  for (UsageEvent& event : events) event.namespace_name = namespace_name;
  return events;
}

/// Delivers the rows of one command again.
class Replaying {
 public:
  Replaying(store::Connection& connection, const meters::MeterReader& meters, time::Instant now)
      : connection_(connection), meters_(meters), now_(now) {}

  void replay(const std::vector<QuarantinedEvent>& page) {
    std::vector<UsageEvent> events;
    RowKeys delivered, poison_read;
    std::map<RowKey, const QuarantinedEvent*> rows;
    for (const QuarantinedEvent& row : page) {
      if (made_here_.contains(key_of(row))) continue;
      ++done_.tried;
      if (!read(row, events)) continue;
      (row.bytes ? poison_read : delivered).add(row);
      if (!row.bytes) rows.emplace(key_of(row), &row);
    }
    if (events.empty()) return;
    ingest(connection_, meters_, "replay", events, now_);
    if (!poison_read.keys.empty()) {
      connection_.execute(kReplayedPoison,
                          {poison_read.namespaces, poison_read.keys, poison_read.digests, now_});
    }
    tell(delivered, rows);
    done_.counted += static_cast<std::int64_t>(poison_read.keys.size());
  }

  Replayed finish() { return std::move(done_); }

 private:
  /// Whether the row is made of events, which are appended.
  bool read(const QuarantinedEvent& row, std::vector<UsageEvent>& events) {
    try {
      const std::string& content = row.bytes ? *row.bytes : row.content;
      std::vector<UsageEvent> read = events_in(content, row.namespace_name);
      if (row.bytes) {
        for (const UsageEvent& event : read) {
          made_here_.emplace(event.namespace_name, metering::key_of(event.source, event.id),
                             digest_of(event));
        }
      }
      std::move(read.begin(), read.end(), std::back_inserter(events));
      return true;
    } catch (const Error& error) {
      ++done_.unreadable;
      stays(row, error.what());
      return false;
    }
  }

  void tell(const RowKeys& delivered, const std::map<RowKey, const QuarantinedEvent*>& rows) {
    std::int64_t refused = 0;
    for (const store::Row& row :
         connection_.query(kStillOpen, {delivered.namespaces, delivered.keys, delivered.digests})) {
      ++refused;
      const auto found = rows.find({row.text("namespace"), row.uuid("key"), row.uuid("digest")});
      RK_CHECK(found != rows.end());
      stays(*found->second, row.text("reason"));
    }
    done_.refused += refused;
    done_.counted += static_cast<std::int64_t>(rows.size()) - refused;
  }

  void stays(QuarantinedEvent row, std::string reason) {
    if (done_.stayed.size() == kStayedShown) return;
    row.reason = std::move(reason);
    done_.stayed.push_back(std::move(row));
  }

  store::Connection& connection_;
  const meters::MeterReader& meters_;
  const time::Instant now_;
  /// Events that were read from bytes: where one was refused, its row is of this replay.
  std::set<RowKey> made_here_;
  Replayed done_;
};
}  // namespace

QuarantineId id_of(const QuarantinedEvent& event) {
  return {event.namespace_name, event.key, event.digest};
}

std::vector<QuarantinedEvent> list_quarantine(store::Connection& connection,
                                              const QuarantineFilter& filter, std::int64_t limit,
                                              const std::optional<QuarantinePlace>& behind) {
  const RowParams only(filter.row);
  const RowParams last(behind ? std::optional(behind->id) : std::nullopt);
  const auto last_at = behind ? std::optional(behind->last_at) : std::nullopt;
  std::vector<QuarantinedEvent> events;
  for (const store::Row& row :
       connection.query(kList, {filter.state, filter.source, filter.id, filter.reason,
                                filter.subject, only.key, only.namespace_name, only.digest, last_at,
                                last.key, last.namespace_name, last.digest, limit})) {
    events.push_back(quarantined_event(row));
  }
  return events;
}

std::optional<QuarantinedEvent> find_quarantined(store::Connection& connection,
                                                 const QuarantineId& id) {
  auto found = list_quarantine(connection, {.state = "", .row = id}, 1);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Repaired repair_quarantined(store::Connection& connection, const meters::MeterReader& meters,
                            const QuarantineId& row, UsageEvent event, std::string_view by,
                            std::string_view why, time::Instant now) {
  event.namespace_name = row.namespace_name;
  check(event);
  store::Transaction whole(connection, store::TransactionKind::kEnclosing);
  const RowParams wanted(row);
  const auto locked =
      connection.query(kLock, {wanted.key, wanted.namespace_name, wanted.digest}).at_most_one();
  if (!locked || locked->text("state") != "open") throw Error("it is not in quarantine any more");
  const IngestCounts counts = ingest(connection, meters, "repair", std::span(&event, 1), now);
  if (counts.quarantined > 0) {
    const auto refused = find_quarantined(
        connection, {row.namespace_name, key_of(event.source, event.id), digest_of(event)});
    RK_CHECK(refused.has_value());
    return {.reason = refused->reason};  // takes the delivery back
  }
  connection.execute(kSettleRepaired,
                     {wanted.key, wanted.namespace_name, wanted.digest, by, now, why});
  whole.commit();
  return {.counted = counts.counted > 0, .duplicate = counts.duplicate > 0, .reason = {}};
}

Replayed replay_quarantine(store::Connection& connection, const meters::MeterReader& meters,
                           const QuarantineFilter& filter, time::Instant now,
                           const std::function<void(std::int64_t)>& progress) {
  Replaying replaying(connection, meters, now);
  std::optional<store::Uuid> key, digest;
  std::optional<std::string> namespace_name;
  const RowParams only(filter.row);
  std::int64_t seen = 0;
  while (true) {
    std::vector<QuarantinedEvent> page;
    for (const store::Row& row : connection.query(
             kPageOfOpen, {filter.source, filter.id, filter.reason, key, namespace_name, digest,
                           kPage, filter.subject, only.key, only.namespace_name, only.digest})) {
      page.push_back(quarantined_event(row));
    }
    if (page.empty()) return replaying.finish();
    replaying.replay(page);
    key = store::Uuid{page.back().key};
    digest = store::Uuid{page.back().digest};
    namespace_name = page.back().namespace_name;
    seen += static_cast<std::int64_t>(page.size());
    if (progress) progress(seen);
  }
}

std::int64_t drop_quarantined(store::Connection& connection, const QuarantineFilter& filter,
                              std::string_view by, std::string_view why, time::Instant now) {
  if (why.find_first_not_of(" \t\r\n") == why.npos) throw Error("dropping needs a reason");
  RK_CHECK(!by.empty());
  const RowParams only(filter.row);
  store::Transaction transaction(connection);
  const std::int64_t dropped =
      connection.execute(kDrop, {filter.source, filter.id, filter.reason, by, now, why,
                                 filter.subject, only.key, only.namespace_name, only.digest});
  transaction.commit();
  return dropped;
}

}  // namespace reckoner::metering

#include "metering/event_list.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "metering/cloud_event.hpp"

namespace reckoner::metering {

namespace {

constexpr std::int64_t kPage = 500;
/// The first stretch of time looked at, from the newest back; each next is four times as long.
constexpr std::chrono::hours kFirstStretch{1};
constexpr time::Instant kBegin =
    time::Instant(std::chrono::sys_days(std::chrono::year(1900) / 1 / 1));
constexpr time::Instant kEnd =
    time::Instant(std::chrono::sys_days(std::chrono::year(9999) / 12 / 31));

// In the order of EventCursor, newest first. $7 to $9 are the cursor, whose digest is $10.
constexpr store::Statement kCounted{"metering.list_counted_events", R"(
  select e.namespace, e.source, e.event_id, e.type, e.subject, e.occurred_at, e.data,
         coalesce(c.key, '') as customer_key, b.received_at
    from raw_event e
    join ingest_batch b on b.batch_id = e.batch_id
    left join customer c on c.customer_id = e.customer_id
   where e.occurred_at >= $1 and e.occurred_at < $2
     and b.received_at >= $3 and b.received_at < $4
     and strpos(e.event_id, $5) > 0 and strpos(e.subject, $6) > 0
     and ($11::bigint[] is null or e.customer_id = any($11::bigint[]))
     and ($7::timestamptz is null
          or (e.occurred_at, e.source collate "C", e.event_id collate "C", '') < ($7, $8, $9, $10))
     and not exists (select from event_void v
                      where v.customer_id = e.customer_id and v.event_batch = e.batch_id
                        and v.event_seq = e.seq)
   order by e.occurred_at desc, e.source collate "C" desc, e.event_id collate "C" desc
   limit $12)"};

// The content is a CloudEvent as to_cloud_event writes it: quotes inside of its texts are escaped,
// so that the first "time" is the attribute.
constexpr store::Statement kQuarantined{"metering.list_quarantined_events", R"(
  select q.namespace, q.content, q.reason, q.last_at, encode(uuid_send(q.digest), 'hex') as digest,
         coalesce((select c.key from subject s join customer_key c on c.customer_id = s.customer_id
                    where s.namespace = q.namespace and s.subject = q.subject
                      and s.starts_at <= q.at and (s.ends_at is null or s.ends_at > q.at)
                    order by s.starts_at desc limit 1), '') as customer_key
    from (select *, substring(content from '"time":"([^"]*)')::timestamptz as at
            from quarantine where state = 'open' and bytes is null) q
   where q.at >= $1 and q.at < $2 and q.last_at >= $3 and q.last_at < $4
     and strpos(q.event_id, $5) > 0 and strpos(q.subject, $6) > 0
     and ($11::bigint[] is null
          or exists (select from subject s
                      where s.namespace = q.namespace and s.subject = q.subject
                        and s.customer_id = any($11::bigint[])))
     and ($7::timestamptz is null
          or (q.at, q.source collate "C", q.event_id collate "C",
              encode(uuid_send(q.digest), 'hex') collate "C") < ($7, $8, $9, $10))
   order by q.at desc, q.source collate "C" desc, q.event_id collate "C" desc, digest desc
   limit $12)"};

struct Found {
  EventCursor cursor;
  ListedEvent event;
};

Found counted(const store::Row& row) {
  Found found;
  UsageEvent& event = found.event.event;
  event.namespace_name = row.text("namespace");
  event.source = row.text("source");
  event.id = row.text("event_id");
  event.type = row.text("type");
  event.subject = row.text("subject");
  event.occurred_at = row.instant("occurred_at");
  event.data = text::parse_json(row.text("data"));
  found.event.customer_key = row.text("customer_key");
  found.event.received_at = row.instant("received_at");
  found.cursor = {event.occurred_at, event.source, event.id, ""};
  return found;
}

Found quarantined(const store::Row& row) {
  Found found;
  UsageEvent& event = found.event.event;
  event = from_cloud_event(text::parse_json(row.text("content")));
  event.namespace_name = row.text("namespace");
  found.event.customer_key = row.text("customer_key");
  found.event.problem = row.text("reason");
  found.event.received_at = row.instant("last_at");
  found.cursor = {event.occurred_at, event.source, event.id, row.text("digest")};
  return found;
}

/// The newest `kPage` of one stretch behind the cursor, of both kinds.
std::vector<Found> read_page(store::Connection& connection, const EventFilter& filter,
                             const time::Period& stretch,
                             const std::optional<EventCursor>& behind) {
  std::optional<time::Instant> at;
  if (behind) at = behind->occurred_at;
  const EventCursor none{};
  const EventCursor& cursor = behind ? *behind : none;
  const store::Params params{stretch.starts_at,
                             stretch.ends_at,
                             filter.received_from.value_or(kBegin),
                             filter.received_to.value_or(kEnd),
                             filter.id_part,
                             filter.subject_part,
                             at,
                             cursor.source,
                             cursor.event_id,
                             cursor.digest,
                             filter.customers,
                             kPage};
  std::vector<Found> page;
  for (const store::Row& row : connection.query(kCounted, params)) page.push_back(counted(row));
  for (const store::Row& row : connection.query(kQuarantined, params)) {
    page.push_back(quarantined(row));
  }
  std::sort(page.begin(), page.end(),
            [](const Found& a, const Found& b) { return b.cursor < a.cursor; });
  if (page.size() > static_cast<std::size_t>(kPage)) page.resize(static_cast<std::size_t>(kPage));
  return page;
}

/// The time between the first and the last event there is.
std::optional<time::Period> extent(store::Connection& connection) {
  constexpr store::Statement kExtent{"metering.extent_of_events", R"(
    select min(at) as first_at, max(at) as last_at from (
      select min(occurred_at) as at from raw_event union all select max(occurred_at) from raw_event
      union all
      select substring(content from '"time":"([^"]*)')::timestamptz
        from quarantine where state = 'open' and bytes is null) known)"};
  const store::Row row = connection.query(kExtent).only();
  const auto first = row.optional_instant("first_at");
  if (!first) return std::nullopt;
  return time::Period{*first, row.instant("last_at") + std::chrono::microseconds(1)};
}

}  // namespace

EventPage list_events(store::Connection& connection, const EventFilter& filter,
                      const std::optional<EventCursor>& behind, std::size_t limit) {
  time::Period time{filter.from.value_or(kBegin), filter.to.value_or(kEnd)};
  if (behind)
    time.ends_at = std::min(time.ends_at, behind->occurred_at + std::chrono::microseconds(1));
  if (!filter.from || !filter.to) {
    const auto there = extent(connection);
    if (!there) return {};
    time = time::intersection(time, *there);
  }
  EventPage page;
  std::optional<EventCursor> cursor = behind;
  auto length = std::chrono::duration_cast<std::chrono::microseconds>(kFirstStretch);
  for (time::Instant end = time.ends_at; end > time.starts_at; length *= 4) {
    const time::Period stretch{std::max(time.starts_at, end - length), end};
    for (;;) {
      const std::vector<Found> found = read_page(connection, filter, stretch, cursor);
      for (const Found& one : found) {
        cursor = one.cursor;
        if (filter.also && !filter.also(one.event)) continue;
        page.events.push_back(one.event);
        if (page.events.size() < limit) continue;
        page.next = cursor;
        return page;
      }
      if (found.size() < static_cast<std::size_t>(kPage)) break;
    }
    end = stretch.starts_at;
  }
  return page;
}

}  // namespace reckoner::metering

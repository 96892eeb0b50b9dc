#include "metering/stored_event.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace reckoner::metering {

namespace {
constexpr store::Statement kFindKey{"metering.find_key", R"(
  select batch_id from event_key where key = $1 and namespace = $2)"};

// Batch 0: counted before batches were kept with keys, and not found among the raw events then.
constexpr store::Statement kFindRaw{"metering.find_raw_event", R"(
  select customer_id, batch_id, seq, namespace, source, event_id, type, subject, occurred_at, data
    from raw_event
   where ($1::bigint = 0 or batch_id = $1) and namespace = $2 and source = $3 and event_id = $4)"};

constexpr store::Statement kFindQuarantined{"metering.find_quarantined", R"(
  select reason from quarantine where key = $1 and namespace = $2
   order by last_at desc limit 1)"};

constexpr store::Statement kFindArchive{"metering.find_archive_of_batch", R"(
  select month, file from archived_month
   where restored_at is null
     and month = (select to_char(received_at at time zone 'UTC', 'YYYY-MM')
                    from ingest_batch where batch_id = $1))"};

constexpr store::Statement kFindCustomer{"metering.find_customer",
                                         "select customer_id from customer_key where key = $1"};

// $1 the batch where a key is known, $2..$6 texts, empty for any.
constexpr store::Statement kFind{"metering.find_events", R"(
  select e.customer_id, e.batch_id, e.seq, e.namespace, e.source, e.event_id, e.type, e.subject,
         e.occurred_at, e.data, coalesce(k.key, '') as customer_key, b.received_at, b.cut,
         v.successor_id, v.reason, v.voided_by, v.voided_at
    from raw_event e
    join ingest_batch b on b.batch_id = e.batch_id
    left join customer_key k on k.customer_id = e.customer_id
    left join event_void v on v.customer_id = e.customer_id and v.event_batch = e.batch_id
                          and v.event_seq = e.seq
   where ($1::bigint is null or e.batch_id = $1) and ($2 = '' or e.namespace = $2)
     and ($3 = '' or e.source = $3) and ($4 = '' or e.event_id = $4)
     and ($5 = '' or e.subject = $5) and ($6 = '' or e.type = $6)
     and ($7::bigint is null or e.customer_id = $7)
     and e.occurred_at >= coalesce($8, '-infinity'::timestamptz)
     and e.occurred_at < coalesce($9, 'infinity'::timestamptz)
   order by e.occurred_at desc, e.batch_id desc, e.seq desc limit $10)"};

std::optional<std::int64_t> batch_of(store::Connection& connection, const EventName& name) {
  const auto row =
      connection.query(kFindKey, {store::Uuid{key_of(name.source, name.id)}, name.namespace_name})
          .at_most_one();
  if (!row) return std::nullopt;
  return row->int64("batch_id");
}

FoundEvent found_event(const store::Row& row) {
  FoundEvent found{.event = stored_event(row),
                   .customer_key = row.text("customer_key"),
                   .received_at = row.instant("received_at"),
                   .cut = row.optional_int64("cut"),
                   .voided = std::nullopt};
  if (!row.is_null("reason")) {
    found.voided = {row.text("successor_id"), row.text("reason"), row.text("voided_by"),
                    row.instant("voided_at")};
  }
  return found;
}
}  // namespace

StoredEvent stored_event(const store::Row& row) {
  return {.customer = CustomerId{row.int64("customer_id")},
          .batch = row.int64("batch_id"),
          .seq = row.int64("seq"),
          .namespace_name = row.text("namespace"),
          .source = row.text("source"),
          .id = row.text("event_id"),
          .type = row.text("type"),
          .subject = row.text("subject"),
          .occurred_at = row.instant("occurred_at"),
          .data = row.text("data")};
}

std::optional<StoredEvent> find_stored(store::Connection& connection, const EventName& name) {
  const auto batch = batch_of(connection, name);
  if (!batch) return std::nullopt;
  const auto row =
      connection.query(kFindRaw, {*batch, name.namespace_name, name.source, name.id}).at_most_one();
  if (!row) return std::nullopt;
  return stored_event(*row);
}

std::string why_not_stored(store::Connection& connection, const EventName& name) {
  const std::string event = fmt::format("event '{}' of source '{}'", name.id, name.source);
  const auto batch = batch_of(connection, name);
  if (!batch) {
    const auto quarantined =
        connection
            .query(kFindQuarantined,
                   {store::Uuid{key_of(name.source, name.id)}, name.namespace_name})
            .at_most_one();
    if (!quarantined) return fmt::format("there is no {}", event);
    return fmt::format("{} was never counted, it is in quarantine: {}", event,
                       quarantined->text("reason"));
  }
  const auto archive = connection.query(kFindArchive, {*batch}).at_most_one();
  if (!archive) return fmt::format("{} was counted, but its content is missing", event);
  return fmt::format(
      "{} lies in the archive of {} ({}): reckoner archive restore {} brings it back", event,
      archive->text("month"), archive->text("file"), archive->text("month"));
}

std::vector<FoundEvent> find_events(store::Connection& connection, const EventFilter& filter,
                                    std::int64_t limit) {
  std::optional<CustomerId> customer;
  if (!filter.customer_key.empty()) {
    const auto row = connection.query(kFindCustomer, {filter.customer_key}).at_most_one();
    if (!row) throw Error(fmt::format("there is no customer '{}'", filter.customer_key));
    customer = CustomerId{row->int64("customer_id")};
  }
  std::optional<std::int64_t> batch;
  if (!filter.source.empty() && !filter.id.empty() && !filter.namespace_name.empty()) {
    batch = batch_of(connection, {filter.source, filter.id, filter.namespace_name});
    if (!batch) return {};
    if (*batch == 0) batch.reset();
  }
  std::vector<FoundEvent> events;
  for (const store::Row& row : connection.query(
           kFind, {batch, filter.namespace_name, filter.source, filter.id, filter.subject,
                   filter.type, customer, filter.from, filter.until, limit})) {
    events.push_back(found_event(row));
  }
  return events;
}

}  // namespace reckoner::metering

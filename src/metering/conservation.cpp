#include "metering/conservation.hpp"

#include <fmt/format.h>

#include <array>

#include "metering/conservation_usage.hpp"

namespace reckoner::metering {

namespace {
using store::CheckOutcome;

constexpr store::Statement kDeliveries{"metering.check_deliveries", R"(
  with tally as (
    select namespace, sum(received)::bigint as received, sum(counted)::bigint as counted,
           sum(duplicate)::bigint as duplicate, sum(quarantined)::bigint as refused
      from ingest_tally group by namespace
  ), kept as (
    select namespace, coalesce(sum(deliveries) filter (where state <> 'dropped'), 0)::bigint as kept,
           coalesce(sum(deliveries) filter (where state = 'dropped'), 0)::bigint as dropped
      from quarantine group by namespace
  )
  select coalesce(t.namespace, k.namespace) as namespace, coalesce(received, 0) as received,
         coalesce(counted, 0) as counted, coalesce(duplicate, 0) as duplicate,
         coalesce(kept, 0) as quarantined, coalesce(dropped, 0) as dropped,
         coalesce(refused, 0) as refused
    from tally t full join kept k on k.namespace = t.namespace order by 1)"};

// Where deliveries of before days were kept are in quarantine, a day may have fewer there than
// came.
constexpr store::Statement kDays{"metering.check_days", R"(
  with tally as (
    select namespace, (received_at at time zone 'UTC')::date as day, sum(received)::bigint as received,
           sum(counted)::bigint as counted, sum(duplicate)::bigint as duplicate,
           sum(quarantined)::bigint as refused
      from ingest_tally group by 1, 2
  ), kept as (
    select d.namespace, d.day,
           coalesce(sum(d.deliveries) filter (where q.state <> 'dropped'), 0)::bigint as kept,
           coalesce(sum(d.deliveries) filter (where q.state = 'dropped'), 0)::bigint as dropped
      from quarantine_day d join quarantine q using (namespace, key, digest)
     group by 1, 2
  ), dayless as (
    select namespace from kept where day is null
  )
  select coalesce(t.namespace, k.namespace) as namespace, coalesce(t.day, k.day)::text as day,
         coalesce(received, 0) as received, coalesce(counted, 0) as counted,
         coalesce(duplicate, 0) as duplicate, coalesce(kept, 0) as quarantined,
         coalesce(dropped, 0) as dropped, coalesce(refused, 0) as refused,
         coalesce(t.namespace, k.namespace) in (select namespace from dayless) as may_lack
    from tally t full join (select * from kept where day is not null) k
                        on k.namespace = t.namespace and k.day = t.day
   order by 1, 2)"};

constexpr store::Statement kRowsDays{"metering.check_days_of_quarantine", R"(
  select q.namespace, q.source, q.event_id, q.deliveries, coalesce(d.deliveries, 0)::bigint as by_day
    from quarantine q
    left join (select namespace, key, digest, sum(deliveries) as deliveries from quarantine_day
                group by 1, 2, 3) d using (namespace, key, digest)
   where d.deliveries is distinct from q.deliveries
   order by 1, 2, 3)"};

constexpr store::Statement kCountBatches{"metering.count_batches",
                                         "select count(*) as rows from ingest_batch"};

constexpr store::Statement kBatches{"metering.check_batches", R"(
  with tally as (
    select batch_id, sum(received) as received, sum(counted) as counted,
           sum(duplicate) as duplicate, sum(quarantined) as quarantined
      from ingest_tally group by batch_id
  ), keys as (
    select batch_id, count(*) as keys from event_key where batch_id <> 0 group by batch_id
  ), events as (
    select batch_id, count(*) as events from raw_event group by batch_id
  ), archived as (
    select b.batch_id from ingest_batch b join archived_month m
        on b.batch_id between m.first_batch and m.last_batch and m.restored_at is null
       and to_char(b.received_at at time zone 'UTC', 'YYYY-MM') = m.month
  )
  select coalesce(b.batch_id, t.batch_id, k.batch_id, e.batch_id) as batch_id,
         b.batch_id is not null as is_there, coalesce(b.source, '') as source,
         coalesce(b.received, 0) as received, coalesce(b.counted, 0) as counted,
         coalesce(b.duplicate, 0) as duplicate, coalesce(b.quarantined, 0) as quarantined,
         coalesce(t.received, 0)::bigint as tally_received,
         coalesce(t.counted, 0)::bigint as tally_counted, coalesce(k.keys, 0) as keys,
         case when a.batch_id is null then coalesce(e.events, 0) end as events
    from ingest_batch b
    full join tally t on t.batch_id = b.batch_id
    full join keys k on k.batch_id = coalesce(b.batch_id, t.batch_id)
    full join events e on e.batch_id = coalesce(b.batch_id, t.batch_id, k.batch_id)
    left join archived a on a.batch_id = b.batch_id
   where b.batch_id is null
      or (b.received, b.counted, b.duplicate, b.quarantined)
           is distinct from (coalesce(t.received, 0), coalesce(t.counted, 0),
                             coalesce(t.duplicate, 0), coalesce(t.quarantined, 0))
      or b.counted <> coalesce(k.keys, 0)
      or (a.batch_id is null and b.counted <> coalesce(e.events, 0))
   order by 1)"};

// Key and digest as key_of() and digest_of() make them: textsend gives the text's bytes in the
// session's encoding, which is UTF-8. `offset 0` keeps the planner from hashing anew wherever they
// are compared.
constexpr store::Statement kEvents{"metering.check_events", R"(
  with raw as (
    select namespace, batch_id, source, event_id,
           substring(sha256(int8send(octet_length(source)) || textsend(source)
                         || int8send(octet_length(event_id)) || textsend(event_id))
                     from 1 for 16) as key,
           substring(sha256(int8send(octet_length(type)) || textsend(type)
                         || int8send(octet_length(subject)) || textsend(subject)
                         || int8send(octet_length(data)) || textsend(data))
                     from 1 for 16) as digest
      from raw_event offset 0
  ), archived as (
    select b.batch_id from ingest_batch b join archived_month m
        on b.batch_id between m.first_batch and m.last_batch and m.restored_at is null
       and to_char(b.received_at at time zone 'UTC', 'YYYY-MM') = m.month
  )
  select coalesce(r.namespace, k.namespace) as namespace, r.source, r.event_id, k.key::text as key,
         r.batch_id, k.batch_id as key_batch
    from event_key k
    full join raw r on r.key = uuid_send(k.key) and r.namespace = k.namespace
    left join archived a on a.batch_id = k.batch_id
   where k.key is null or (r.key is null and a.batch_id is null)
      or (k.batch_id <> 0 and k.batch_id <> r.batch_id) or uuid_send(k.digest) <> r.digest)"};

constexpr store::Statement kCountKeys{"metering.count_keys",
                                      "select count(*) as rows from event_key"};

constexpr store::Statement kVoids{"metering.check_voids", R"(
  with archived as materialized (
    select b.batch_id from ingest_batch b join archived_month m
        on b.batch_id between m.first_batch and m.last_batch and m.restored_at is null
       and to_char(b.received_at at time zone 'UTC', 'YYYY-MM') = m.month
  ), voids as materialized (
    select v.batch_id, v.event_batch, v.source, v.event_id, v.successor_id,
           e.batch_id is not null as has_event
      from event_void v
      left join raw_event e on e.customer_id = v.customer_id and e.batch_id = v.event_batch
                           and e.seq = v.event_seq and e.source = v.source
                           and e.event_id = v.event_id
  ), successors as materialized (
    select batch_id, source, event_id from raw_event
     where batch_id in (select batch_id from voids where successor_id <> '')
  )
  select * from (
    select v.source, v.event_id, v.successor_id,
           not v.has_event and v.event_batch not in (select batch_id from archived)
             as event_missing,
           v.successor_id <> '' and s.batch_id is null
             and v.batch_id not in (select batch_id from archived) as successor_missing,
           b.batch_id is null as batch_missing
      from voids v
      left join successors s on s.batch_id = v.batch_id and s.source = v.source
                            and s.event_id = v.successor_id
      left join ingest_batch b on b.batch_id = v.batch_id) c
   where event_missing or successor_missing or batch_missing
   order by 1, 2)"};

constexpr store::Statement kCountVoids{"metering.count_voids",
                                       "select count(*) as rows from event_void"};

constexpr store::Statement kCuts{"metering.check_cuts", R"(
  select d.batch_id, b.cut, count(*) as rows
    from usage_delta d left join ingest_batch b using (batch_id)
   where b.batch_id is null or b.cut is not null
   group by 1, 2 order by 1)"};
constexpr store::Statement kCutNumbers{"metering.check_cut_numbers", R"(
  select 'batch ' || batch_id as what, cut from ingest_batch where cut > (select cut from cut_counter)
   union all
  select 'a total of customer number ' || customer_id, cut from usage_total
   where cut > (select cut from cut_counter)
   limit 1000)"};
constexpr store::Statement kCountCuts{"metering.count_cuts", "select count(*) as rows from cut"};

std::int64_t count(store::Connection& connection, const store::Statement& statement) {
  return connection.query(statement).only().int64("rows");
}

std::string sums(const store::Row& row) {
  return fmt::format("{} received = {} counted + {} duplicate + {} quarantined + {} dropped",
                     row.int64("received"), row.int64("counted"), row.int64("duplicate"),
                     row.int64("quarantined"), row.int64("dropped"));
}

/// Deliveries that were counted as refused and are not in quarantine; below 0: too many are.
std::int64_t lacking(const store::Row& row) {
  return row.int64("received") - row.int64("counted") - row.int64("duplicate") -
         row.int64("quarantined") - row.int64("dropped");
}

CheckOutcome check_deliveries(store::Connection& connection, const config::Configuration&) {
  CheckOutcome outcome{.name = "deliveries",
                       .claim = "received = counted + duplicate + quarantined + dropped",
                       .unit = "namespaces"};
  for (const store::Row& row : connection.query(kDeliveries)) {
    ++outcome.checked;
    const std::string said = fmt::format("namespace {}: {}", row.text("namespace"), sums(row));
    outcome.remarks.push_back(said);
    if (lacking(row) != 0) outcome.add_wrong(fmt::format("{} + {}", said, lacking(row)));
  }
  return outcome;
}

CheckOutcome check_days(store::Connection& connection, const config::Configuration&) {
  CheckOutcome outcome{.name = "days",
                       .claim = "received = counted + duplicate + quarantined + dropped, by day",
                       .unit = "days of receipt"};
  for (const store::Row& row : connection.query(kDays)) {
    ++outcome.checked;
    const std::int64_t lack = lacking(row);
    if (lack == 0 || (lack > 0 && row.boolean("may_lack"))) continue;
    outcome.add_wrong(fmt::format("namespace {}, {}: {} + {}", row.text("namespace"),
                                  row.text("day"), sums(row), lack));
  }
  for (const store::Row& row : connection.query(kRowsDays)) {
    outcome.add_wrong(
        fmt::format("namespace {}, source {}, event {}: {} deliveries in quarantine, {} by day",
                    row.text("namespace"), row.text("source"), row.text("event_id"),
                    row.int64("deliveries"), row.int64("by_day")));
  }
  return outcome;
}

std::string about_batch(const store::Row& row) {
  if (!row.boolean("is_there")) {
    return fmt::format("batch {} is not there, but {} tallied, {} keys and {} events are of it",
                       row.int64("batch_id"), row.int64("tally_received"), row.int64("keys"),
                       row.optional_int64("events").value_or(0));
  }
  const auto events = row.optional_int64("events");
  return fmt::format(
      "batch {} of {}: {} received, {} counted; tallied: {} and {}; {} keys, {} raw events",
      row.int64("batch_id"), row.text("source"), row.int64("received"), row.int64("counted"),
      row.int64("tally_received"), row.int64("tally_counted"), row.int64("keys"),
      events ? std::to_string(*events) : "archived");
}

CheckOutcome check_batches(store::Connection& connection, const config::Configuration&) {
  CheckOutcome outcome{.name = "batches",
                       .claim = "what a batch counted has its keys and raw events",
                       .unit = "batches",
                       .checked = count(connection, kCountBatches)};
  for (const store::Row& row : connection.query(kBatches)) outcome.add_wrong(about_batch(row));
  return outcome;
}

std::string about_event(const store::Row& row) {
  if (row.is_null("batch_id")) {
    return fmt::format("key {} in namespace {}, of batch {}, has no raw event", row.text("key"),
                       row.text("namespace"), row.int64("key_batch"));
  }
  const std::string event =
      fmt::format("event '{}' of source '{}' in batch {}", row.text("event_id"), row.text("source"),
                  row.int64("batch_id"));
  if (row.is_null("key_batch")) return fmt::format("{} has no key", event);
  if (row.int64("key_batch") != 0 && row.int64("key_batch") != row.int64("batch_id")) {
    return fmt::format("{}: its key says batch {}", event, row.int64("key_batch"));
  }
  return fmt::format("{} is not the content that its key was taken for", event);
}

CheckOutcome check_events(store::Connection& connection, const config::Configuration&) {
  CheckOutcome outcome{.name = "events",
                       .claim = "each key has one raw event of its content",
                       .unit = "keys",
                       .checked = count(connection, kCountKeys)};
  for (const store::Row& row : connection.query(kEvents)) outcome.add_wrong(about_event(row));
  return outcome;
}

CheckOutcome check_voids(store::Connection& connection, const config::Configuration&) {
  CheckOutcome outcome{.name = "voids",
                       .claim = "each void has its event, each amendment its successor",
                       .unit = "voids",
                       .checked = count(connection, kCountVoids)};
  for (const store::Row& row : connection.query(kVoids)) {
    const std::string_view what = row.boolean("event_missing")       ? "the event"
                                  : row.boolean("successor_missing") ? "its successor"
                                                                     : "its batch";
    outcome.add_wrong(fmt::format("void of event '{}' of source '{}': {} is missing",
                                  row.text("event_id"), row.text("source"), what));
  }
  return outcome;
}

CheckOutcome check_cuts(store::Connection& connection, const config::Configuration&) {
  CheckOutcome outcome{.name = "cuts",
                       .claim = "what a batch adds waits for a cut, or is in its totals",
                       .unit = "cuts",
                       .checked = count(connection, kCountCuts)};
  for (const store::Row& row : connection.query(kCuts)) {
    const auto cut = row.optional_int64("cut");
    outcome.add_wrong(fmt::format(
        "{} deltas of batch {}: {}", row.int64("rows"), row.int64("batch_id"),
        cut ? fmt::format("cut {} was closed without them", *cut) : "there is no such batch"));
  }
  for (const store::Row& row : connection.query(kCutNumbers)) {
    outcome.add_wrong(
        fmt::format("{} is of cut {}, which was not closed", row.text("what"), row.int64("cut")));
  }
  return outcome;
}
}  // namespace

std::span<const ConservationCheck> conservation_checks() {
  static const std::array kChecks{
      ConservationCheck{"deliveries", "V7", check_deliveries},
      ConservationCheck{"days", "V7", check_days},
      ConservationCheck{"batches", "V7", check_batches},
      ConservationCheck{"events", "V7 V20", check_events},
      ConservationCheck{"voids", "V6", check_voids},
      ConservationCheck{"cuts", "V6", check_cuts},
      ConservationCheck{"totals", "V6", check_usage_totals},
      ConservationCheck{"billed", "V6", check_billed},
  };
  return kChecks;
}

}  // namespace reckoner::metering

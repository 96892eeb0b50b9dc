#include "metering/correction.hpp"

#include <fmt/format.h>

#include <set>

#include "base/error.hpp"
#include "metering/arrival.hpp"
#include "metering/cut.hpp"
#include "metering/meter_life.hpp"
#include "metering/meter_reach.hpp"
#include "metering/subject_owners.hpp"
#include "metering/usage_deltas.hpp"
#include "metering/usage_points.hpp"
#include "store/copy.hpp"
#include "store/transaction.hpp"
#include "usage/bucket.hpp"
#include "usage/series.hpp"

namespace reckoner::metering {

namespace {
// As for every batch of events: meters do not change until the transaction ends.
constexpr store::Statement kLockMeters{"metering.lock_meters_to_correct",
                                       "select pg_advisory_xact_lock_shared($1)"};

constexpr store::Statement kLockCounter{"metering.lock_counter_to_correct",
                                        "select cut from cut_counter for update"};

constexpr store::Statement kFindVoid{"metering.find_void", R"(
  select successor_id, reason, voided_by, voided_at from event_void
   where customer_id = $1 and event_batch = $2 and event_seq = $3)"};

constexpr store::Statement kOpenBatch{"metering.open_correction", R"(
  insert into ingest_batch (source, received_at, received, counted, duplicate, quarantined)
  values ('void', $1, $2, $2, 0, 0) returning batch_id)"};

constexpr store::Statement kTally{"metering.tally_correction", R"(
  insert into ingest_tally (batch_id, namespace, received_at, received, counted, duplicate,
                            quarantined)
  values ($1, $2, $3, 1, 1, 0, 0))"};

constexpr store::Statement kWriteVoid{"metering.write_void", R"(
  insert into event_void (customer_id, event_batch, event_seq, batch_id, namespace, key, source,
                          event_id, type, subject, occurred_at, successor_id, reason, voided_by,
                          voided_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15))"};

constexpr store::Statement kTakeKey{"metering.take_successor_key", R"(
  insert into event_key (namespace, key, digest, batch_id) values ($1, $2, $3, $4)
  on conflict do nothing returning key)"};

constexpr store::Statement kWriteRaw{"metering.write_successor", R"(
  insert into raw_event (customer_id, batch_id, seq, namespace, source, event_id, type, subject,
                         occurred_at, data)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10))"};

// The event that a successor stands for.
constexpr store::Statement kFindAmended{"metering.find_amended", R"(
  select event_id from event_void
   where batch_id = $1 and namespace = $2 and source = $3 and successor_id = $4)"};

constexpr store::Statement kStoredCount{"metering.count_in_total", R"(
  select coalesce(sum(event_count), 0)::bigint as events from (
    select event_count from usage_total
     where customer_id = $1 and bucket = $2 and meter = $3 and subject = $4 and dimensions = $5
    union all
    select event_count from usage_delta
     where customer_id = $1 and bucket = $2 and meter = $3 and subject = $4 and dimensions = $5
  ) known)"};

void require_reason(const CorrectionReason& why) {
  if (why.reason.find_first_not_of(" \t\r\n") == why.reason.npos) {
    throw Error("a correction needs a reason");
  }
  RK_CHECK(!why.by.empty());
}

std::string quoted(const StoredEvent& event) {
  return fmt::format("event '{}' of source '{}'", event.id, event.source);
}

/// The work of one transaction.
class Correcting {
 public:
  Correcting(store::Connection& connection, const meters::MeterReader& meters,
             const EventName& name, const CorrectionReason& why)
      : connection_(connection), meters_(meters), why_(why) {
    connection_.query(kLockMeters, {kMetersLock});
    connection_.query(kLockCounter);
    auto event = find_stored(connection_, name);
    if (!event) throw Error(why_not_stored(connection_, name));
    done_.event = std::move(*event);
    refuse_voided();
    find_meters();
  }

  Corrected without_successor() {
    done_.batch = open_batch(0);
    return finish();
  }

  Corrected with_successor(const Amendment& amendment) {
    UsageEvent successor = amended(amendment);
    refuse_ended_meters();
    const CustomerId customer = customer_of(successor);
    const auto reading = meters_.read(successor.type, successor.subject, successor.data);
    if (!reading.problem.empty()) {
      throw Error(fmt::format("the amended event could not be counted: {}", reading.problem));
    }
    done_.batch = open_batch(1);
    take_key(successor);
    store_successor(successor, customer);
    constexpr std::int32_t kSeq = 0;
    UsageDeltas deltas;
    UsagePoints points;
    for (const meters::MeterValue& value : reading.values) {
      deltas.add(customer, successor, value);
      points.add(customer, successor, kSeq, value);
      done_.counted_meters.push_back(value.meter->name);
    }
    deltas.store(connection_, done_.batch);
    points.store(connection_, done_.batch);
    connection_.execute(kTally, {done_.batch, successor.namespace_name, why_.at});
    return finish();
  }

 private:
  void refuse_voided() {
    const StoredEvent& event = done_.event;
    const auto row =
        connection_.query(kFindVoid, {event.customer, event.batch, event.seq}).at_most_one();
    if (!row) return;
    const std::string successor = row->text("successor_id");
    throw Error(fmt::format(
        "{} was {} by {} at {}: {}{}", quoted(event), successor.empty() ? "voided" : "amended",
        row->text("voided_by"), time::to_string(row->instant("voided_at")), row->text("reason"),
        successor.empty() ? "" : fmt::format(" (what counts since is '{}')", successor)));
  }

  /// What each meter that counted the event read from it.
  void find_meters() {
    const StoredEvent& event = done_.event;
    const MeterReaches reaches = MeterReaches::load_and_hold(connection_);
    data_ = text::parse_json(event.data);
    for (const domain::Meter& meter : meters_.meters()) {
      if (!reaches.of(meter.name).counts(event.batch, event.occurred_at)) continue;
      auto value = meters_.read_one(meter, event.type, event.subject, data_);
      if (!value || !is_in_totals(*value)) continue;
      done_.meters.push_back(meter.name);
      values_.push_back(std::move(*value));
    }
  }

  bool is_in_totals(const meters::MeterValue& value) {
    const StoredEvent& event = done_.event;
    return connection_
               .query(kStoredCount, {event.customer, usage::bucket_of(event.occurred_at),
                                     value.meter->name, event.subject, value.dimensions})
               .only()
               .int64("events") > 0;
  }

  std::int64_t open_batch(std::int64_t counted) {
    return connection_.query(kOpenBatch, {why_.at, counted}).only().int64("batch_id");
  }

  UsageEvent amended(const Amendment& amendment) const {
    const StoredEvent& event = done_.event;
    UsageEvent successor;
    successor.namespace_name = event.namespace_name;
    successor.source = event.source;
    successor.id = event.id;
    successor.type = event.type;
    successor.subject = amendment.subject.value_or(event.subject);
    successor.occurred_at = amendment.occurred_at.value_or(event.occurred_at);
    successor.data = amendment.data.value_or(data_);
    check(successor);
    if (successor.subject == event.subject && successor.occurred_at == event.occurred_at &&
        text::canonical(successor.data) == event.data) {
      throw Error(fmt::format("the amendment of {} changes nothing", quoted(event)));
    }
    return successor;
  }

  void refuse_ended_meters() const {
    for (const meters::MeterValue& value : values_) {
      if (!value.meter->ends_at) continue;
      throw Error(
          fmt::format("{} was counted by meter {}, which has ended and would not count its "
                      "successor: it can only be voided",
                      quoted(done_.event), value.meter->name));
    }
  }

  CustomerId customer_of(const UsageEvent& successor) {
    const StoredEvent& event = done_.event;
    if (successor.subject == event.subject && successor.occurred_at == event.occurred_at) {
      return event.customer;
    }
    Arrival arrival;
    arrival.event = &successor;
    Arrival* const arrivals[] = {&arrival};
    SubjectOwners owners(connection_);
    owners.load(arrivals);
    const auto owner = owners.owner(successor);
    if (!owner) {
      throw Error(fmt::format("no customer has the subject '{}' at {}", successor.subject,
                              time::to_string(successor.occurred_at)));
    }
    return *owner;
  }

  /// Gives the successor the first free id.
  void take_key(UsageEvent& successor) {
    const EventDigest digest = digest_of(successor);
    const std::string first = first_id();
    for (int number = 1;; ++number) {
      successor.id = fmt::format("{}~{}", first, number);
      const auto taken = connection_.query(
          kTakeKey, {successor.namespace_name, store::Uuid{key_of(successor.source, successor.id)},
                     store::Uuid{digest}, done_.batch});
      if (!taken.empty()) return;
    }
  }

  /// Of what a source delivered, where the event is a successor itself.
  std::string first_id() {
    const StoredEvent& event = done_.event;
    const std::size_t tilde = event.id.rfind('~');
    const bool is_successor =
        tilde != event.id.npos &&
        !connection_
             .query(kFindAmended, {event.batch, event.namespace_name, event.source, event.id})
             .empty();
    return is_successor ? event.id.substr(0, tilde) : event.id;
  }

  void store_successor(const UsageEvent& successor, CustomerId customer) {
    done_.successor = StoredEvent{.customer = customer,
                                  .batch = done_.batch,
                                  .seq = 0,
                                  .namespace_name = successor.namespace_name,
                                  .source = successor.source,
                                  .id = successor.id,
                                  .type = successor.type,
                                  .subject = successor.subject,
                                  .occurred_at = successor.occurred_at,
                                  .data = text::canonical(successor.data)};
    const StoredEvent& row = *done_.successor;
    connection_.execute(kWriteRaw,
                        {row.customer, row.batch, row.seq, row.namespace_name, row.source, row.id,
                         row.type, row.subject, row.occurred_at, row.data});
  }

  Corrected finish() {
    const StoredEvent& event = done_.event;
    connection_.execute(
        kWriteVoid,
        {event.customer, event.batch, event.seq, done_.batch, event.namespace_name,
         store::Uuid{key_of(event.source, event.id)}, event.source, event.id, event.type,
         event.subject, event.occurred_at, done_.successor ? done_.successor->id : std::string(),
         why_.reason, why_.by, why_.at});
    take_back();
    done_.cut = close_cut_within(connection_, why_.at);
    return std::move(done_);
  }

  /// Count and sum; the extremes need a look at the raw events that are left.
  void take_back() {
    if (values_.empty()) return;
    const StoredEvent& event = done_.event;
    store::Copy copy(
        connection_, "metering.copy_take_back", "usage_delta",
        {"customer_id", "batch_id", "meter", "subject", "dimensions", "bucket", "event_count",
         "value_sum", "value_min", "value_max", "carries", "reach_seconds"});
    for (const meters::MeterValue& value : values_) {
      copy.row()
          .add(event.customer)
          .add(done_.batch)
          .add(value.meter->name)
          .add(event.subject)
          .add(value.dimensions)
          .add(usage::bucket_of(event.occurred_at))
          .add(-1)
          .add(-value.value)
          .add(std::nullopt)
          .add(std::nullopt)
          .add(domain::carries_over(value.meter->aggregation))
          .add(std::int64_t{usage::reach_of(*value.meter).count()})
          .end();
    }
    copy.finish();
  }

  store::Connection& connection_;
  const meters::MeterReader& meters_;
  const CorrectionReason& why_;
  Corrected done_;
  text::Json data_;
  std::vector<meters::MeterValue> values_;  ///< of the meters that counted the event
};
}  // namespace

Corrected void_event(store::Connection& connection, const meters::MeterReader& meters,
                     const EventName& name, const CorrectionReason& why) {
  require_reason(why);
  store::Transaction transaction(connection);
  Corrected done = Correcting(connection, meters, name, why).without_successor();
  transaction.commit();
  return done;
}

Corrected amend_event(store::Connection& connection, const meters::MeterReader& meters,
                      const EventName& name, const Amendment& amendment,
                      const CorrectionReason& why) {
  require_reason(why);
  store::Transaction transaction(connection);
  Corrected done = Correcting(connection, meters, name, why).with_successor(amendment);
  transaction.commit();
  return done;
}

}  // namespace reckoner::metering

#include "metering/meter_computing.hpp"

#include <fmt/format.h>

#include <deque>
#include <set>

#include "base/error.hpp"
#include "metering/archive.hpp"
#include "metering/meter_life.hpp"
#include "metering/meter_reach.hpp"
#include "metering/stored_event.hpp"
#include "metering/usage_deltas.hpp"
#include "metering/usage_points.hpp"
#include "store/cursor.hpp"
#include "store/distribution.hpp"
#include "store/transaction.hpp"

namespace reckoner::metering {

namespace {
constexpr store::Statement kLockMeters{"metering.lock_meters_to_compute",
                                       "select pg_advisory_xact_lock_shared($1)"};

// Whoever voids an event shares this row, and is so before all of the computation or behind it.
constexpr store::Statement kHoldMeter{"metering.hold_meter_to_compute", R"(
  select since_batch, until_batch, computed_from from meter_life where meter = $1 for update)"};

constexpr store::Statement kMoveReach{"metering.move_reach", R"(
  update meter_life set since_batch = $2, computed_from = $3, updated_at = $4 where meter = $1)"};

constexpr store::Statement kOpenBatch{"metering.open_computation", R"(
  insert into ingest_batch (source, received_at, received, counted, duplicate, quarantined)
  values ('compute', $1, 0, 0, 0, 0) returning batch_id)"};

constexpr store::Statement kOlderEvents{"metering.older_events", R"(
  select e.customer_id, e.batch_id, e.seq, e.namespace, e.source, e.event_id, e.type, e.subject,
         e.occurred_at, e.data
    from raw_event e
   where e.type = $1 and e.batch_id <= $2
     and not exists (select from event_void v
                      where v.customer_id = e.customer_id and v.event_batch = e.batch_id
                        and v.event_seq = e.seq)
   order by e.batch_id, e.seq)"};

constexpr store::Statement kVoids{"metering.voids_of_batches", R"(
  select event_batch, event_seq from event_void where event_batch between $1 and $2)"};

/// The work of one transaction.
class Computing {
 public:
  Computing(store::Connection& connection, const meters::MeterReader& meters,
            const domain::Meter& meter, time::Instant now,
            const std::function<void(std::int64_t)>& progress)
      : connection_(connection), meters_(meters), meter_(meter), now_(now), progress_(progress) {}

  ComputedMeter compute(std::optional<time::Instant> from) {
    connection_.query(kLockMeters, {kMetersLock});
    store::await_second_phases(connection_);  // of the batches it is to be computed over
    const auto row = connection_.query(kHoldMeter, {meter_.name}).at_most_one();
    if (!row) return {};  // it counts from the beginning
    before_ = {row->int64("since_batch"), row->optional_int64("until_batch"),
               row->optional_instant("computed_from")};
    after_ = before_;
    if (!from) {
      after_.since_batch = 0;
      after_.computed_from.reset();
    } else if (!before_.computed_from || *from < *before_.computed_from) {
      after_.computed_from = from;
    }
    if (before_.since_batch == 0 || (after_.since_batch == before_.since_batch &&
                                     after_.computed_from == before_.computed_from)) {
      return {};
    }
    done_.batch = connection_.query(kOpenBatch, {now_}).only().int64("batch_id");
    take_stored();
    take_archived();
    store();
    connection_.execute(kMoveReach, {meter_.name, after_.since_batch, after_.computed_from, now_});
    return done_;
  }

 private:
  void take_stored() {
    store::Cursor events(connection_, kOlderEvents, {meter_.event_type, before_.since_batch});
    for (store::Rows page = events.next(); !page.empty(); page = events.next()) {
      for (const store::Row& row : page) take(stored_event(row));
      if (progress_) progress_(done_.read);
    }
  }

  void take_archived() {
    for (const ArchivedMonth& month : archived_months(connection_)) {
      const ArchiveManifest& manifest = month.manifest;
      if (month.restored_at || manifest.first_batch > before_.since_batch) continue;
      std::set<std::pair<std::int64_t, std::int64_t>> voids;
      for (const store::Row& row :
           connection_.query(kVoids, {manifest.first_batch, manifest.last_batch})) {
        voids.emplace(row.int64("event_batch"), row.int64("event_seq"));
      }
      read_archive(month.file, manifest, [&](const StoredEvent& event) {
        if (event.type != meter_.event_type || event.batch > before_.since_batch) return;
        if (!voids.contains({event.batch, event.seq})) take(event);
      });
    }
  }

  void take(const StoredEvent& event) {
    ++done_.read;
    const bool is_new = after_.counts(event.batch, event.occurred_at) &&
                        !before_.counts(event.batch, event.occurred_at);
    if (!is_new) return;
    auto value = meters_.read_one(meter_, event.type, event.subject, text::parse_json(event.data));
    if (!value) return;
    ++done_.counted;
    values_.push_back(std::move(*value));
    UsageEvent& kept = events_.emplace_back();
    kept.subject = event.subject;
    kept.occurred_at = event.occurred_at;
    deltas_.add(event.customer, kept, values_.back());
    if (points_batch_ != event.batch) store_points();
    points_batch_ = event.batch;
    points_.add(event.customer, kept, static_cast<std::int32_t>(event.seq), values_.back());
    if (events_.size() == store::Cursor::kPageRows) store();
  }

  /// A point stays one of its event's batch, by which a void finds it.
  void store_points() { points_.store(connection_, points_batch_); }

  /// Deltas of one batch add up, however many rows they are.
  void store() {
    store_points();
    deltas_.store(connection_, *done_.batch);
    deltas_ = {};
    events_.clear();
    values_.clear();
  }

  store::Connection& connection_;
  const meters::MeterReader& meters_;
  const domain::Meter& meter_;
  const time::Instant now_;
  const std::function<void(std::int64_t)>& progress_;
  MeterReach before_, after_;
  std::deque<UsageEvent> events_;          ///< what deltas_ refers to
  std::deque<meters::MeterValue> values_;  ///< likewise
  UsageDeltas deltas_;
  UsagePoints points_;
  std::int64_t points_batch_ = 0;  ///< of what is in points_
  ComputedMeter done_;
};
}  // namespace

ComputedMeter compute_meter(store::Connection& connection, const meters::MeterReader& meters,
                            const std::string& name, std::optional<time::Instant> from,
                            time::Instant now, const std::function<void(std::int64_t)>& progress) {
  const domain::Meter* meter = meters.find(name);
  if (meter == nullptr) throw Error(fmt::format("there is no meter '{}'", name));
  store::Transaction transaction(connection);
  const ComputedMeter done = Computing(connection, meters, *meter, now, progress).compute(from);
  transaction.commit();
  return done;
}

}  // namespace reckoner::metering

#include "metering/recompute.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "base/error.hpp"
#include "metering/archive.hpp"
#include "metering/meter_reach.hpp"
#include "store/cursor.hpp"
#include "store/transaction.hpp"
#include "usage/bucket.hpp"
#include "usage/fold.hpp"

namespace reckoner::metering {

namespace {
constexpr store::Statement kMakeRoom{"metering.make_room_for_archives", R"(
  create temporary table if not exists archived_event (like raw_event))"};
constexpr store::Statement kClearRoom{"metering.clear_room_of_archives",
                                      "drop table if exists archived_event"};

constexpr store::Statement kRaw{"metering.raw_by_bucket", R"(
  select e.customer_id, e.batch_id, e.type, e.subject, e.occurred_at, e.data,
         v.customer_id is not null as voided
    from (select customer_id, batch_id, seq, type, subject, occurred_at, data from raw_event
          union all
          select customer_id, batch_id, seq, type, subject, occurred_at, data from archived_event) e
    left join event_void v on v.customer_id = e.customer_id and v.event_batch = e.batch_id
                          and v.event_seq = e.seq
   order by e.customer_id, date_bin('15 minutes', e.occurred_at, '2000-01-01T00:00:00Z'))"};

constexpr store::Statement kStored{"metering.totals_by_bucket", R"(
  select t.customer_id, t.bucket, t.meter, t.subject, t.dimensions,
         sum(t.event_count)::bigint as event_count, sum(t.value_sum) as value_sum,
         case when count(t.value_min) = count(*) then min(t.value_min) end as value_min,
         case when count(t.value_max) = count(*) then max(t.value_max) end as value_max
    from (select customer_id, bucket, meter, subject, dimensions, event_count, value_sum,
                 value_min, value_max from usage_total
          union all
          select customer_id, bucket, meter, subject, dimensions, event_count, value_sum,
                 value_min, value_max from usage_delta) t
   group by t.customer_id, t.bucket, t.meter, t.subject, t.dimensions
   order by t.customer_id, t.bucket)"};

constexpr store::Statement kCustomerKey{"metering.key_of_customer",
                                        "select key from customer_key where customer_id = $1"};

/// The quarter hour of a customer.
using Place = std::pair<CustomerId, time::Instant>;
/// meter, subject, dimensions
using TotalKey = std::tuple<std::string, std::string, std::string>;

/// Count and sum, and the extremes where they are known. A sum of more digits than a Decimal has is
/// not known.
struct Total {
  std::int64_t count = 0;
  std::optional<money::Decimal> sum = money::Decimal(0);
  std::optional<money::Decimal> min;
  std::optional<money::Decimal> max;

  void add(const money::Decimal& value) {
    ++count;
    if (!min || value < *min) min = value;
    if (!max || value > *max) max = value;
    try {
      if (sum) *sum += value;
    } catch (const Error&) {
      sum.reset();
    }
  }
};
using Totals = std::map<TotalKey, Total>;

/// Rows of a cursor, one by one.
class RowStream {
 public:
  RowStream(store::Connection& connection, const store::Statement& statement)
      : cursor_(connection, statement) {
    advance();
  }
  const std::optional<store::Row>& row() const { return row_; }
  void advance() {
    if (page_ && at_ + 1 < page_->size()) {
      row_ = (*page_)[++at_];
      return;
    }
    page_ = cursor_.next();
    at_ = 0;
    row_ = page_->empty() ? std::nullopt : std::optional((*page_)[0]);
  }

 private:
  store::Cursor cursor_;
  std::optional<store::Rows> page_;
  std::size_t at_ = 0;
  std::optional<store::Row> row_;
};

std::optional<Place> place_of(const RowStream& stream, const char* time_column) {
  if (!stream.row()) return std::nullopt;
  return Place{CustomerId{stream.row()->int64("customer_id")},
               usage::bucket_of(stream.row()->instant(time_column))};
}

std::string shown(const std::optional<money::Decimal>& value) {
  return value ? value->to_string() : "beyond 38 digits";
}

/// Brings what lies in archives into the temporary table; gives the months that were left out.
std::vector<std::string> bring_archives(store::Connection& connection) {
  std::vector<std::string> left_out;
  for (const ArchivedMonth& month : archived_months(connection)) {
    if (month.restored_at) continue;
    try {
      read_archive(month.file, month.manifest, [](const StoredEvent&) {});
    } catch (const Error& error) {
      left_out.push_back(fmt::format("{} is left out: {}", month.manifest.month, error.what()));
      continue;
    }
    copy_archive(connection, month, "metering.copy_archived", "archived_event");
  }
  return left_out;
}

/// Goes through raw events and stored totals side by side.
class Comparison {
 public:
  Comparison(store::Connection& connection, const meters::MeterReader& meters,
             const std::function<void(std::int64_t)>& progress)
      : connection_(connection), progress_(progress), reaches_(MeterReaches::load(connection)) {
    for (const domain::Meter& meter : meters.meters()) {
      by_type_[meter.event_type].push_back(&meter);
      known_meters_.insert(meter.name);
    }
    reader_ = &meters;
    done_.totals = {.name = "recomputed-totals",
                    .claim = "stored totals are what the raw events give",
                    .unit = "totals"};
    done_.events = {.name = "recomputed-events",
                    .claim = "counted = in totals + voided + passed by filters",
                    .unit = "events"};
  }

  Recomputed compare(std::vector<std::string> left_out) {
    incomplete_ = !left_out.empty();
    done_.totals.remarks = std::move(left_out);
    RowStream raw(connection_, kRaw);
    RowStream stored(connection_, kStored);
    while (raw.row() || stored.row()) {
      const auto raw_place = place_of(raw, "occurred_at");
      const auto stored_place = place_of(stored, "bucket");
      const bool raw_first = raw_place && (!stored_place || *raw_place <= *stored_place);
      const Place place = raw_first ? *raw_place : *stored_place;
      Totals recomputed;
      for (; place_of(raw, "occurred_at") == place; raw.advance()) add(*raw.row(), recomputed);
      for (; place_of(stored, "bucket") == place; stored.advance()) {
        compare(place, *stored.row(), recomputed);
      }
      for (const auto& [key, total] : recomputed) differ(place, key, std::nullopt, total);
      done_.totals.checked += static_cast<std::int64_t>(recomputed.size());
    }
    remark();
    return std::move(done_);
  }

 private:
  void add(const store::Row& row, Totals& totals) {
    ++done_.events.checked;
    if (progress_ && done_.events.checked % store::Cursor::kPageRows == 0) {
      progress_(done_.events.checked);
    }
    if (row.boolean("voided")) {
      ++voided_;
      return;
    }
    const std::string type = row.text("type");
    const auto meters = by_type_.find(type);
    bool is_counted = false;
    if (meters != by_type_.end()) {
      const std::string subject = row.text("subject");
      const time::Instant occurred_at = row.instant("occurred_at");
      const std::int64_t batch = row.int64("batch_id");
      const text::Json data = text::parse_json(row.text("data"));
      for (const domain::Meter* meter : meters->second) {
        if (!reaches_.of(meter->name).counts(batch, occurred_at)) continue;
        const auto value = reader_->read_one(*meter, type, subject, data);
        if (!value) continue;
        totals[{meter->name, subject, value->dimensions}].add(value->value);
        is_counted = true;
      }
    }
    ++(is_counted ? in_totals_ : passed_);
  }

  void compare(const Place& place, const store::Row& row, Totals& recomputed) {
    ++done_.totals.checked;
    const TotalKey key{row.text("meter"), row.text("subject"), row.text("dimensions")};
    if (!known_meters_.contains(std::get<0>(key))) {
      ++of_unknown_meters_[std::get<0>(key)];
      return;
    }
    Total stored;
    stored.count = row.int64("event_count");
    try {
      stored.sum = row.decimal("value_sum");
    } catch (const Error&) {
      stored.sum.reset();
    }
    stored.min = row.optional_decimal("value_min");
    stored.max = row.optional_decimal("value_max");
    Total other;
    if (const auto found = recomputed.find(key); found != recomputed.end()) {
      other = found->second;
      recomputed.erase(found);
    }
    if (!agree(stored, other)) differ(place, key, stored, other);
  }

  bool agree(const Total& stored, const Total& recomputed) const {
    if (incomplete_ && stored.count > recomputed.count) return true;
    if (stored.count != recomputed.count || stored.sum != recomputed.sum) return false;
    const auto same = [](const auto& a, const auto& b) { return !a || !b || *a == *b; };
    return same(stored.min, recomputed.min) && same(stored.max, recomputed.max);
  }

  void differ(const Place& place, const TotalKey& key, const std::optional<Total>& stored,
              const Total& recomputed) {
    const auto& [meter, subject, dimensions] = key;
    const auto said = [](const Total& total) {
      return fmt::format("{} events, sum {}{}", total.count, shown(total.sum),
                         total.min && total.max ? fmt::format(", {} to {}", total.min->to_string(),
                                                              total.max->to_string())
                                                : std::string());
    };
    done_.totals.add_wrong(fmt::format(
        "customer {}, meter {}, subject '{}'{}, {}: stored {}; raw events give {}",
        customer_key(place.first), meter, subject,
        dimensions.empty() ? "" : fmt::format(" [{}]", dimensions), time::to_string(place.second),
        stored ? said(*stored) : "nothing", said(recomputed)));
  }

  std::string customer_key(CustomerId customer) {
    const auto row = connection_.query(kCustomerKey, {customer}).at_most_one();
    return row ? row->text("key") : fmt::format("number {}", customer.value);
  }

  void remark() {
    done_.events.remarks.push_back(fmt::format("{} counted = {} in totals + {} voided + {} passed",
                                               done_.events.checked, in_totals_, voided_, passed_));
    for (const auto& [meter, totals] : of_unknown_meters_) {
      done_.totals.remarks.push_back(
          fmt::format("meter {} is not in the configuration any more: its {} totals are left out",
                      meter, totals));
    }
  }

  store::Connection& connection_;
  const std::function<void(std::int64_t)>& progress_;
  const MeterReaches reaches_;
  const meters::MeterReader* reader_ = nullptr;
  std::map<std::string, std::vector<const domain::Meter*>, std::less<>> by_type_;
  std::set<std::string> known_meters_;
  std::map<std::string, std::int64_t> of_unknown_meters_;
  bool incomplete_ = false;
  std::int64_t in_totals_ = 0, voided_ = 0, passed_ = 0;
  Recomputed done_;
};
}  // namespace

Recomputed recompute_totals(store::Connection& connection, const meters::MeterReader& meters,
                            const std::function<void(std::int64_t)>& progress) {
  connection.execute(kMakeRoom);
  Recomputed done;
  {
    store::Transaction transaction(connection, store::TransactionKind::kSnapshotReadOnly);
    std::vector<std::string> left_out = bring_archives(connection);
    done = Comparison(connection, meters, progress).compare(std::move(left_out));
  }
  connection.execute(kClearRoom);
  return done;
}

}  // namespace reckoner::metering

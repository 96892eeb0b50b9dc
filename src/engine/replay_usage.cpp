#include "engine/replay_usage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "usage/fold.hpp"
#include "usage/series.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kEvents{"replay events", R"(
  select e.customer_id, e.batch_id, e.seq, e.type, e.subject, e.occurred_at, e.data, b.cut,
         v.customer_id is not null as voided, vb.cut as void_cut
    from raw_event e
    join ingest_batch b on b.batch_id = e.batch_id
    left join event_void v on v.customer_id = e.customer_id and v.event_batch = e.batch_id
                          and v.event_seq = e.seq
    left join ingest_batch vb on vb.batch_id = v.batch_id
   where $1::bigint is null or e.customer_id = $1
   order by e.customer_id, e.occurred_at, e.source, e.event_id)"};

constexpr store::Statement kReaches{"replay reach of meters", R"(
  select meter, since_batch, until_batch, computed_from from meter_life)"};

constexpr store::Statement kArchived{"replay archived months", R"(
  select max(month) as month from archived_month where restored_at is null)"};

/// As engine/raw_usage has it: what a month of receipt holds may have occurred a day behind its
/// end.
constexpr std::chrono::days kArchiveSlack{1};

KnownEvent event_of(const store::Row& row) {
  return {.batch = row.int64("batch_id"),
          .seq = static_cast<std::int32_t>(row.int64("seq")),
          .type = row.text("type"),
          .subject = row.text("subject"),
          .occurred_at = row.instant("occurred_at"),
          .data = row.text("data"),
          .cut = row.optional_int64("cut"),
          .void_cut = row.optional_int64("void_cut"),
          .voided = row.boolean("voided")};
}

/// What the events of one charge say, read once each.
class Measuring {
 public:
  Measuring(const std::vector<KnownEvent>& events, const UsageReach& reach,
            const meters::MeterReader& reader, const time::Period& period, std::int64_t cut)
      : events_(events), reach_(reach), reader_(reader), period_(period), cut_(cut) {}

  money::Decimal quantity(const domain::Meter& meter) const {
    if (!domain::is_folded(meter.aggregation)) {
      return usage::quantity_of(usage::value_of(meter, period_, series(meter)));
    }
    usage::Fold fold;
    for_each(meter, period_,
             [&](const KnownEvent&, const meters::MeterValue& value) { fold.add(value.value); });
    return fold.count == 0 ? money::Decimal(0) : usage::quantity_of(fold, meter.aggregation);
  }

  std::vector<money::Decimal> transactions(const domain::Meter& meter) const {
    std::vector<money::Decimal> values;
    for_each(meter, period_, [&](const KnownEvent&, const meters::MeterValue& value) {
      values.push_back(value.value);
    });
    return values;
  }

 private:
  template <class Take>
  void for_each(const domain::Meter& meter, const time::Period& period, const Take& take) const {
    auto event = std::lower_bound(
        events_.begin(), events_.end(), period.starts_at,
        [](const KnownEvent& each, time::Instant at) { return each.occurred_at < at; });
    for (; event != events_.end() && event->occurred_at < period.ends_at; ++event) {
      if (event->type != meter.event_type || !event->is_known_at(cut_)) continue;
      if (!reach_.counts(meter.name, *event)) continue;
      const auto value =
          reader_.read_one(meter, event->type, event->subject, text::parse_json(event->data));
      if (value) take(*event, *value);
    }
  }

  /// With all that lies before where the meter looks at it; more changes nothing.
  std::vector<usage::Series> series(const domain::Meter& meter) const {
    const bool looks_back = usage::needs_last_before(meter) || usage::needs_sum_before(meter);
    const std::chrono::seconds reach = usage::reach_of(meter);
    const time::Period wanted{looks_back ? time::Instant::min() : period_.starts_at - reach,
                              period_.ends_at + reach};
    std::map<std::pair<std::string, std::string>, usage::Series> found;
    for_each(meter, wanted, [&](const KnownEvent& event, const meters::MeterValue& value) {
      usage::Series& one = found[{event.subject, value.dimensions}];
      one.points.push_back({event.occurred_at, event.batch, event.seq, value.value, value.item});
    });
    std::vector<usage::Series> all;
    for (auto& [key, one] : found) {
      std::tie(one.subject, one.dimensions) = key;
      std::sort(one.points.begin(), one.points.end(), usage::comes_before);
      all.push_back(std::move(one));
    }
    return all;
  }

  const std::vector<KnownEvent>& events_;
  const UsageReach& reach_;
  const meters::MeterReader& reader_;
  const time::Period period_;
  const std::int64_t cut_;
};

const domain::Meter& meter_named(const meters::MeterReader& reader, const std::string& name) {
  const domain::Meter* meter = reader.find(name);
  RK_CHECK(meter != nullptr);
  return *meter;
}

}  // namespace

EventsByCustomer::EventsByCustomer(store::Connection& connection,
                                   std::optional<CustomerId> customer)
    : cursor_(connection, kEvents, {customer}) {}

bool EventsByCustomer::advance() {
  if (page_ && at_ < page_->size()) return true;
  if (page_ && page_->empty()) return false;
  page_ = cursor_.next();
  at_ = 0;
  return !page_->empty();
}

std::vector<KnownEvent> EventsByCustomer::of(CustomerId customer) {
  std::vector<KnownEvent> events;
  for (; advance(); ++at_) {
    const store::Row row = (*page_)[at_];
    const std::int64_t owner = row.int64("customer_id");
    if (owner > customer.value) break;
    if (owner == customer.value) events.push_back(event_of(row));
  }
  return events;
}

UsageReach::UsageReach(store::Connection& connection) {
  for (const store::Row& row : connection.query(kReaches)) {
    by_meter_[row.text("meter")] = {row.int64("since_batch"), row.optional_int64("until_batch"),
                                    row.optional_instant("computed_from")};
  }
  const auto month = connection.query(kArchived).only().optional_text("month");
  if (!month) return;
  last_archived_ = *month;
  const time::Date first = time::parse_date(*month + "-01");
  complete_from_ = time::Zone::utc().start_of(time::month_day(first, 1, 1)) + kArchiveSlack;
}

bool UsageReach::counts(const std::string& meter, const KnownEvent& event) const {
  const auto found = by_meter_.find(meter);
  if (found == by_meter_.end()) return true;
  const Reach& reach = found->second;
  if (reach.until_batch && event.batch > *reach.until_batch) return false;
  return event.batch > reach.since_batch ||
         (reach.computed_from && event.occurred_at >= *reach.computed_from);
}

std::optional<std::string> UsageReach::missing_from(time::Instant instant) const {
  if (!complete_from_ || instant >= *complete_from_) return std::nullopt;
  return fmt::format("events received until the end of {} are archived", last_archived_);
}

pricing::Measure measure_again(const std::vector<KnownEvent>& events, const UsageReach& reach,
                               const meters::MeterReader& reader, const domain::OfMeters& metering,
                               const domain::ChargeModel& model, const time::Period& period,
                               std::int64_t cut) {
  const Measuring measuring(events, reach, reader, period, cut);
  const domain::Meter& first = meter_named(reader, metering.meters.front());
  pricing::Measure measure;
  if (std::holds_alternative<domain::Percentage>(model) && domain::is_folded(first.aggregation)) {
    measure.transactions = measuring.transactions(first);
    for (const money::Decimal& value : measure.transactions) measure.quantity += value;
    return measure;
  }
  measure.quantity = measuring.quantity(first);
  if (std::holds_alternative<domain::Capacity>(model)) {
    for (const std::string& name : metering.meters) {
      measure.quantities.push_back(measuring.quantity(meter_named(reader, name)));
    }
  }
  return measure;
}

}  // namespace reckoner::engine

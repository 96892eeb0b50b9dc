#include "metering/meter_query.hpp"

namespace reckoner::metering {

namespace {

constexpr store::Statement kFolded{"metering.subjects_of_meter", R"(
  select subject from (
    select subject, event_count from usage_total
     where meter = $1 and ($2::bigint[] is null or customer_id = any($2::bigint[]))
    union all
    select d.subject, d.event_count
      from ingest_batch b join usage_delta d on d.batch_id = b.batch_id
     where b.cut is null and d.meter = $1
       and ($2::bigint[] is null or d.customer_id = any($2::bigint[]))) known
   group by subject having sum(event_count) > 0 order by subject collate "C")"};

constexpr store::Statement kPoints{"metering.subjects_of_points", R"(
  select distinct subject collate "C" as subject from usage_point p
   where meter = $1 and ($2::bigint[] is null or customer_id = any($2::bigint[]))
     and not exists (select from event_void v
                      where v.customer_id = p.customer_id and v.event_batch = p.batch_id
                        and v.event_seq = p.seq)
   order by 1)"};

}  // namespace

std::vector<std::string> subjects_of_meter(
    store::Connection& connection, const domain::Meter& meter,
    const std::optional<std::vector<CustomerId>>& customers) {
  std::vector<std::string> subjects;
  for (const store::Row& row : connection.query(
           domain::is_folded(meter.aggregation) ? kFolded : kPoints, {meter.name, customers})) {
    subjects.push_back(row.text("subject"));
  }
  return subjects;
}

}  // namespace reckoner::metering

#include "metering/meter_life.hpp"

#include <fmt/format.h>

#include <set>

#include "base/error.hpp"

namespace reckoner::metering {

namespace {

constexpr store::Statement kShare{"metering.share_meters",
                                  "select pg_advisory_xact_lock_shared($1)"};
constexpr store::Statement kLock{"metering.lock_meters", "select pg_advisory_xact_lock($1)"};
constexpr store::Statement kLives{"metering.meter_lives", R"(
  select meter, since_batch, until_batch, computed_from, definition, created_at, updated_at,
         ended_at
    from meter_life)"};
constexpr store::Statement kSettled{"metering.meters_settled",
                                    "select exists (select from meter_life) as settled"};
// A statement behind the lock: every batch that was counted under other meters has been committed.
constexpr store::Statement kLastBatch{
    "metering.last_batch", "select coalesce(max(batch_id), 0) as last from ingest_batch"};
constexpr store::Statement kBegin{"metering.begin_meter", R"(
  insert into meter_life (meter, since_batch, definition, created_at, updated_at)
  values ($1, $2, $3, $4, $4)
  on conflict (meter) do update
     set since_batch = excluded.since_batch, until_batch = null, computed_from = null,
         definition = excluded.definition,
         created_at = excluded.created_at, updated_at = excluded.updated_at, ended_at = null)"};
constexpr store::Statement kUpdate{"metering.update_meter", R"(
  update meter_life set definition = $2, updated_at = $3 where meter = $1)"};
constexpr store::Statement kEnd{"metering.end_meter", R"(
  update meter_life set until_batch = $2, ended_at = $3, updated_at = $3 where meter = $1)"};

struct Known {
  MeterLife life;
  std::string definition;
};

std::map<std::string, Known, std::less<>> known_meters(store::Connection& connection) {
  std::map<std::string, Known, std::less<>> known;
  for (const store::Row& row : connection.query(kLives)) {
    known.emplace(row.text("meter"), Known{{.since_batch = row.int64("since_batch"),
                                            .until_batch = row.optional_int64("until_batch"),
                                            .computed_from = row.optional_instant("computed_from"),
                                            .created_at = row.instant("created_at"),
                                            .updated_at = row.instant("updated_at"),
                                            .ended_at = row.optional_instant("ended_at")},
                                           row.bytes("definition")});
  }
  return known;
}

}  // namespace

Sha256 definition_of(const domain::Meter& meter) {
  Sha256Stream stream;
  stream.field(meter.event_type).field(meter.value).field(meter.expression).field(meter.unit);
  stream.field(meter.title).field(meter.description);
  stream.field(std::to_string(static_cast<int>(meter.aggregation)));
  stream.field(std::to_string(meter.group_by.size()));
  for (const domain::Meter::Dimension& dimension : meter.group_by) {
    stream.field(dimension.name).field(dimension.path);
  }
  stream.field(std::to_string(meter.filters.size()));
  for (const domain::Meter::Filter& filter : meter.filters) {
    stream.field(filter.path).field(std::to_string(static_cast<int>(filter.test)));
    stream.field(std::to_string(filter.values.size()));
    for (const std::string& value : filter.values) stream.field(value);
  }
  for (const auto& [key, value] : meter.metadata) stream.field(key).field(value);
  stream.field(fmt::format("{} {} {} {}", meter.percentile.to_string(), meter.per.count(),
                           meter.gap.count(), meter.reports_change));
  return stream.finish();
}

void lock_meters_shared(store::Connection& connection) {
  RK_CHECK(connection.in_transaction());
  connection.query(kShare, {kMetersLock});
}

void settle_meters(store::Connection& connection, const std::vector<domain::Meter>& meters,
                   time::Instant now) {
  RK_CHECK(connection.in_transaction());
  connection.query(kLock, {kMetersLock});
  const auto known = known_meters(connection);
  const std::int64_t last_batch = connection.query(kLastBatch).only().int64("last");
  const std::int64_t since_batch = known.empty() ? 0 : last_batch;
  std::set<std::string, std::less<>> in_force;
  for (const domain::Meter& meter : meters) {
    in_force.insert(meter.name);
    const Sha256 definition = definition_of(meter);
    const std::string_view bytes(reinterpret_cast<const char*>(definition.data()),
                                 definition.size());
    const auto found = known.find(meter.name);
    const bool was_over = found != known.end() && found->second.life.ended_at.has_value();
    if (found == known.end() || (was_over && !meter.ends_at)) {
      connection.execute(kBegin, {meter.name, since_batch, store::Bytes(definition), now});
    } else if (found->second.definition != bytes) {
      connection.execute(kUpdate, {meter.name, store::Bytes(definition), now});
    }
    if (meter.ends_at && !was_over) connection.execute(kEnd, {meter.name, last_batch, now});
  }
  for (const auto& [name, meter] : known) {
    if (in_force.contains(name) || meter.life.ended_at) continue;
    connection.execute(kEnd, {name, last_batch, now});
  }
}

bool meters_settled(store::Connection& connection) {
  return connection.query(kSettled).only().boolean("settled");
}

std::map<std::string, MeterLife, std::less<>> meter_lives(store::Connection& connection) {
  std::map<std::string, MeterLife, std::less<>> lives;
  for (const auto& [name, meter] : known_meters(connection)) lives.emplace(name, meter.life);
  return lives;
}

}  // namespace reckoner::metering

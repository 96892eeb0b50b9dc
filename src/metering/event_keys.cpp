#include "metering/event_keys.hpp"

#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "store/copy.hpp"
#include "store/database_error.hpp"

namespace reckoner::metering {

namespace {

// Waits for another transaction that has inserted one of the keys and not committed yet.
constexpr store::Statement kTakeKeys{"metering.take_keys", R"(
  insert into event_key (namespace, key, digest, batch_id)
  select taken.*, $4::bigint from unnest($1::text[], $2::uuid[], $3::uuid[]) taken
  on conflict do nothing returning namespace, key)"};

// A statement behind the one that took keys, so that its snapshot has the keys that one waited for.
constexpr store::Statement kReadKeys{"metering.read_keys", R"(
  select k.namespace, k.key, k.digest
    from unnest($1::text[], $2::uuid[]) wanted (namespace, key)
    join event_key k on k.key = wanted.key and k.namespace = wanted.namespace)"};

constexpr std::string_view kUniqueViolation = "23505";
constexpr std::string_view kInternalError = "XX000";  // what sharded tables make of it in a COPY

struct FullKey {
  EventKey key;
  std::string_view namespace_name;
  friend auto operator<=>(const FullKey&, const FullKey&) = default;
};

FullKey full_key(const Arrival& arrival) {
  return {arrival.key, arrival.event->namespace_name};
}

/// The columns of arrivals.
struct Columns {
  std::vector<std::string_view> namespaces;
  std::vector<store::Uuid> keys;
  std::vector<store::Uuid> digests;

  explicit Columns(std::span<Arrival* const> arrivals) {
    namespaces.reserve(arrivals.size());
    keys.reserve(arrivals.size());
    digests.reserve(arrivals.size());
    for (const Arrival* arrival : arrivals) {
      namespaces.push_back(arrival->event->namespace_name);
      keys.push_back({arrival->key});
      digests.push_back({arrival->digest});
    }
  }
};

void copy_keys(store::Connection& connection, std::span<Arrival* const> arrivals,
               std::int64_t batch_id) {
  try {
    store::BinaryCopy copy(connection, "metering.copy_keys", "event_key",
                           {"key", "namespace", "digest", "batch_id"});
    for (const Arrival* arrival : arrivals) {
      copy.row()
          .add(store::Uuid{arrival->key})
          .add(arrival->event->namespace_name)
          .add(store::Uuid{arrival->digest})
          .add(batch_id)
          .end();
    }
    copy.finish();
  } catch (const store::DatabaseError& error) {
    if (error.sqlstate() == kUniqueViolation || error.sqlstate() == kInternalError) {
      throw KnownKey(error.what());
    }
    throw;
  }
  for (Arrival* arrival : arrivals) arrival->outcome = Arrival::Outcome::kCounted;
}

}  // namespace

bool comes_before(const Arrival& a, const Arrival& b) {
  return full_key(a) < full_key(b);
}

bool has_same_key(const Arrival& a, const Arrival& b) {
  return full_key(a) == full_key(b);
}

void take_keys(store::Connection& connection, std::span<Arrival* const> arrivals,
               std::int64_t batch_id, KeyPath path) {
  if (arrivals.empty()) return;
  if (path == KeyPath::kFresh) {
    copy_keys(connection, arrivals, batch_id);
    return;
  }
  std::map<FullKey, Arrival*> by_key;
  for (Arrival* arrival : arrivals) by_key.emplace(full_key(*arrival), arrival);
  const Columns columns(arrivals);
  for (const auto row :
       connection.query(kTakeKeys, {columns.namespaces, columns.keys, columns.digests, batch_id})) {
    const std::string namespace_name = row.text("namespace");
    const auto found = by_key.find({row.uuid("key"), namespace_name});
    RK_CHECK(found != by_key.end());
    found->second->outcome = Arrival::Outcome::kCounted;
  }
}

void settle_by_known_keys(store::Connection& connection, std::span<Arrival* const> arrivals) {
  if (arrivals.empty()) return;
  const Columns columns(arrivals);
  std::map<std::pair<EventKey, std::string>, EventDigest, std::less<>> known;
  for (const auto row : connection.query(kReadKeys, {columns.namespaces, columns.keys})) {
    known[{row.uuid("key"), row.text("namespace")}] = row.uuid("digest");
  }
  for (Arrival* arrival : arrivals) {
    const auto found = known.find({arrival->key, arrival->event->namespace_name});
    if (found != known.end() && found->second == arrival->digest) {
      arrival->outcome = Arrival::Outcome::kDuplicate;
      continue;
    }
    arrival->outcome = Arrival::Outcome::kQuarantined;
    if (found != known.end()) arrival->reading.problem = kOtherContent;
    RK_CHECK(!arrival->reading.problem.empty());
  }
}

}  // namespace reckoner::metering

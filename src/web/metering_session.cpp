#include "web/metering_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "store/isolation.hpp"
#include "web/active_configuration.hpp"
#include "web/resource_id.hpp"

namespace reckoner::web {

namespace {

constexpr std::chrono::milliseconds kConnectionWait{1'500};

constexpr store::Statement kCustomersOfKeys{"api.customers_of_keys", R"(
  select k.key, k.customer_id from customer_key k where k.key = any($1::text[]))"};
constexpr store::Statement kKeysOfCustomers{"api.keys_of_customers", R"(
  select customer_id, key from customer where customer_id = any($1::bigint[]))"};

/// As OpenMeter writes them, in the order of domain::Aggregation.
constexpr std::array<std::string_view, 11> kAggregations{
    "SUM",    "COUNT",         "MIN",       "MAX",     "AVG",       "UNIQUE_COUNT",
    "LATEST", "TIME_WEIGHTED", "HEARTBEAT", "COUNTER", "PERCENTILE"};

/// "tokens" and "$.tokens" name the same member.
std::string json_path(const std::string& path) {
  return path.starts_with('$') ? path : "$." + path;
}

// Deltas come and go every second, so statistics about them are never right: a look at the whole
// table would read what was deleted in the last minute.
constexpr store::Statement kLookUpByKey{"web.look_up_by_key", R"(
  select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
         set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true))"};

}  // namespace

store::Pool::Lease take_connection(store::Pool& pool) {
  return pool.take(kConnectionWait);
}

void look_up_by_key(store::Connection& connection) {
  connection.query(kLookUpByKey);
}

MeteringSession::MeteringSession(const MeteringApi& api, const Principal& principal)
    : lease_(
          take_connection(principal.customer && api.tenants != nullptr ? *api.tenants : api.pool)),
      snapshot_(*lease_, store::TransactionKind::kSnapshotReadOnly) {
  if (principal.customer) store::read_for(*lease_, *principal.customer);
  look_up_by_key(*lease_);
  version_ = active_configuration(*lease_, api.versions).compiled;
  lives_ = metering::meter_lives(*lease_);
}

const std::vector<domain::Meter>& MeteringSession::meters() const {
  return version_->configuration().meters;
}

metering::MeterLife MeteringSession::life_of(const domain::Meter& meter) const {
  const auto found = lives_.find(meter.name);
  return found == lives_.end() ? metering::MeterLife{} : found->second;
}

const domain::Meter& MeteringSession::meter(std::string_view id_or_slug) const {
  for (const domain::Meter& meter : meters()) {
    if (meter.name == id_or_slug && !meter.ends_at) return meter;
    if (resource_id("meter", meter.name) == id_or_slug) return meter;
  }
  throw Problem(404, fmt::format("there is no meter '{}'", id_or_slug));
}

std::vector<CustomerId> MeteringSession::customers(const std::vector<std::string>& keys,
                                                   const Principal& principal) {
  std::map<std::string, CustomerId> found;
  for (const store::Row& row : connection().query(kCustomersOfKeys, {keys})) {
    const CustomerId customer{row.int64("customer_id")};
    if (!principal.customer || *principal.customer == customer) {
      found.emplace(row.text("key"), customer);
    }
  }
  std::vector<CustomerId> customers;
  for (const std::string& key : keys) {
    const auto at = found.find(key);
    if (at == found.end()) throw Problem(404, fmt::format("there is no customer '{}'", key));
    customers.push_back(at->second);
  }
  return customers;
}

std::map<CustomerId, std::string> MeteringSession::customer_keys(
    const std::vector<CustomerId>& customers) {
  std::map<CustomerId, std::string> keys;
  for (const store::Row& row : connection().query(kKeysOfCustomers, {customers})) {
    keys.emplace(CustomerId{row.int64("customer_id")}, row.text("key"));
  }
  return keys;
}

void write_meter(text::JsonWriter& json, const domain::Meter& meter,
                 const metering::MeterLife& life) {
  json.begin_object().key("id").string(resource_id("meter", meter.name));
  json.key("slug").string(meter.name);
  json.key("name").string(meter.title.empty() ? meter.name : meter.title);
  if (!meter.description.empty()) json.key("description").string(meter.description);
  json.key("aggregation").string(kAggregations.at(static_cast<std::size_t>(meter.aggregation)));
  json.key("eventType").string(meter.event_type);
  if (!meter.value.empty()) json.key("valueProperty").string(json_path(meter.value));
  if (!meter.group_by.empty()) {
    json.key("groupBy").begin_object();
    for (const domain::Meter::Dimension& dimension : meter.group_by) {
      json.key(dimension.name).string(json_path(dimension.path));
    }
    json.end_object();
  }
  json.key("unit").string(meter.unit);
  if (!meter.metadata.empty()) {
    json.key("metadata").begin_object();
    for (const auto& [key, value] : meter.metadata) json.key(key).string(value);
    json.end_object();
  }
  json.key("createdAt").string(time::to_string(life.created_at));
  json.key("updatedAt").string(time::to_string(life.updated_at));
  if (life.ended_at) json.key("deletedAt").string(time::to_string(*life.ended_at));
  json.end_object();
}

time::Instant parse_time(std::string_view name, const std::string& text) {
  try {
    return time::parse_instant(text);
  } catch (const Error& error) {
    throw Problem(400, fmt::format("{}: {}", name, error.what()));
  }
}

std::optional<time::Instant> time_parameter(const Request& request, std::string_view name) {
  const auto text = request.parameter(name);
  if (!text || text->empty()) return std::nullopt;
  // An offset's plus that was not escaped came as a blank.
  std::string written = *text;
  const std::size_t blank = written.rfind(' ');
  if (blank != std::string::npos && blank + 6 == written.size()) written[blank] = '+';
  return parse_time(name, written);
}

std::int64_t number_parameter(const Request& request, std::string_view name, std::int64_t min,
                              std::int64_t max, std::int64_t fallback) {
  const auto text = request.parameter(name);
  if (!text) return fallback;
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (problem != std::errc() || end != text->data() + text->size() || number < min ||
      number > max) {
    throw Problem(400, fmt::format("{} is '{}': it must be a whole number from {} to {}", name,
                                   *text, min, max));
  }
  return number;
}

bool flag_parameter(const Request& request, std::string_view name) {
  const auto text = request.parameter(name);
  if (!text || *text == "false") return false;
  if (*text == "true") return true;
  throw Problem(400, fmt::format("{} is '{}': it must be true or false", name, *text));
}

text::Json json_body(const Request& request) {
  try {
    text::Json json = text::parse_json(request.body);
    if (json.kind() != text::Json::Kind::kObject) {
      throw Error(fmt::format("expected an object, found {}", text::to_string(json.kind())));
    }
    return json;
  } catch (const Error& error) {
    throw Problem(400, fmt::format("the body: {}", error.what()));
  }
}

const text::Json* member(const text::Json& object, std::string_view name) {
  const text::Json* found = object.find(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::optional<std::string> text_member(const text::Json& object, std::string_view name) {
  const text::Json* found = member(object, name);
  if (found == nullptr) return std::nullopt;
  if (found->kind() != text::Json::Kind::kString) {
    throw Problem(400, fmt::format("{} is {}, not a string", name, text::to_string(found->kind())));
  }
  return found->as_string();
}

Response json_response(text::JsonWriter& json, int status) {
  return {status, "application/json", json.finish()};
}

}  // namespace reckoner::web

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/files.hpp"
#include "config/meter_edit.hpp"
#include "engine/version_lock.hpp"
#include "web/active_configuration.hpp"
#include "web/audit_record.hpp"
#include "web/idempotency.hpp"
#include "web/metering_session.hpp"
#include "web/resource_id.hpp"

namespace reckoner::web {

namespace {

using domain::Meter;
using Kind = text::Json::Kind;

constexpr std::size_t kSlugMax = 64;
constexpr std::size_t kNameMax = 256;
constexpr std::size_t kDescriptionMax = 1024;
constexpr std::int64_t kPageSizeMax = 1000;

/// What OpenMeter's clients may ask for, with what it is called here.
constexpr std::array<std::pair<std::string_view, domain::Aggregation>, 7> kAggregations{{
    {"SUM", domain::Aggregation::kSum},
    {"COUNT", domain::Aggregation::kCount},
    {"UNIQUE_COUNT", domain::Aggregation::kUniqueCount},
    {"AVG", domain::Aggregation::kAverage},
    {"MIN", domain::Aggregation::kMin},
    {"MAX", domain::Aggregation::kMax},
    {"LATEST", domain::Aggregation::kLatest},
}};

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// ^[a-z0-9]+(?:_[a-z0-9]+)*$
bool is_slug(std::string_view text) {
  if (text.empty() || text.size() > kSlugMax) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_lower_or_digit(text[i])) continue;
    const bool between = i > 0 && i + 1 < text.size() && text[i - 1] != '_';
    if (text[i] != '_' || !between) return false;
  }
  return true;
}

/// ^[a-zA-Z_][a-zA-Z0-9_]*$
bool is_group_key(std::string_view text) {
  const auto is_sign = [](char c) {
    return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && !(text.front() >= '0' && text.front() <= '9') &&
         std::all_of(text.begin(), text.end(), is_sign);
}

std::string required_text(const text::Json& body, std::string_view name) {
  auto text = text_member(body, name);
  if (!text || text->empty()) throw Problem(400, fmt::format("{} is missing", name));
  return std::move(*text);
}

std::string limited_text(const text::Json& body, std::string_view name, std::size_t max) {
  std::string text = text_member(body, name).value_or("");
  if (text.size() > max) throw Problem(400, fmt::format("{} is longer than {} bytes", name, max));
  return text;
}

std::string json_path(std::string_view name, std::string path) {
  if (!path.starts_with('$')) {
    throw Problem(400,
                  fmt::format("{} is '{}': it must be a JSONPath such as $.tokens", name, path));
  }
  return path;
}

std::map<std::string, std::string> text_map(const text::Json& json, std::string_view name) {
  if (json.kind() != Kind::kObject) {
    throw Problem(
        400, fmt::format("{}: expected an object, found {}", name, text::to_string(json.kind())));
  }
  std::map<std::string, std::string> map;
  for (const auto& [key, value] : json.as_object()) {
    if (value.kind() != Kind::kString) {
      throw Problem(
          400, fmt::format("{}: {} is {}, not a string", name, key, text::to_string(value.kind())));
    }
    map.emplace(key, value.as_string());
  }
  return map;
}

std::vector<Meter::Dimension> group_by_of(const text::Json& json) {
  std::vector<Meter::Dimension> dimensions;
  for (auto& [key, path] : text_map(json, "groupBy")) {
    if (!is_group_key(key) || key == "subject" || key == "customer_id") {
      throw Problem(400, fmt::format("groupBy: '{}' cannot be a key: letters, digits and '_', not "
                                     "subject or customer_id",
                                     key));
    }
    dimensions.push_back({key, json_path("groupBy", path)});
  }
  return dimensions;
}

domain::Aggregation aggregation_of(const text::Json& body) {
  const std::string name = required_text(body, "aggregation");
  std::vector<std::string_view> names;
  for (const auto& [known, aggregation] : kAggregations) {
    if (known == name) return aggregation;
    names.push_back(known);
  }
  throw Problem(
      400, fmt::format("aggregation is '{}': it must be one of {}", name, fmt::join(names, ", ")));
}

Meter meter_of_body(const text::Json& body) {
  Meter meter;
  meter.name = required_text(body, "slug");
  if (!is_slug(meter.name)) {
    throw Problem(400,
                  fmt::format("slug is '{}': it must match ^[a-z0-9]+(?:_[a-z0-9]+)*$ and have "
                              "{} characters at most",
                              meter.name, kSlugMax));
  }
  meter.title = limited_text(body, "name", kNameMax);
  meter.description = limited_text(body, "description", kDescriptionMax);
  meter.aggregation = aggregation_of(body);
  meter.event_type = required_text(body, "eventType");
  if (member(body, "eventFrom") != nullptr) {
    throw Problem(400,
                  "eventFrom is not supported: a new meter counts events from now on, and "
                  "earlier ones with `reckoner meters compute`");
  }
  if (meter.aggregation != domain::Aggregation::kCount) {
    meter.value = json_path("valueProperty", required_text(body, "valueProperty"));
  }
  const std::string default_unit =
      meter.aggregation == domain::Aggregation::kCount ? "event" : "unit";
  meter.unit = text_member(body, "unit").value_or(default_unit);
  if (const text::Json* json = member(body, "groupBy")) meter.group_by = group_by_of(*json);
  if (const text::Json* json = member(body, "metadata")) {
    meter.metadata = text_map(*json, "metadata");
  }
  return meter;
}

Response shown(const Meter& meter, const metering::MeterLife& life, int status) {
  text::JsonWriter json;
  write_meter(json, meter, life);
  return json_response(json, status);
}

/// A change of meters as a new configuration version, from its beginning to the commit.
class MeterChangeTransaction {
 public:
  MeterChangeTransaction(const MeteringApi& api, store::Connection& connection)
      : api_(api), connection_(connection), transaction_(connection) {
    engine::lock_versions(connection);
    const ActiveConfiguration active = active_configuration(connection, api.versions);
    files_ = api.versions.files(connection, active.number);
    version_ = active.compiled;
  }

  const config::Configuration& configuration() const { return version_->configuration(); }
  std::string& text() { return files_.content[std::string(config::kMetersFile)]; }

  /// A meter that has not ended; throws Problem 404.
  const Meter& meter(std::string_view id_or_slug) const {
    for (const Meter& meter : configuration().meters) {
      if (meter.ends_at) continue;
      if (meter.name == id_or_slug || resource_id("meter", meter.name) == id_or_slug) return meter;
    }
    throw Problem(404, fmt::format("there is no meter '{}'", id_or_slug));
  }

  /// Gives the meter as it is now.
  Response commit(const Request& request, std::string_view meter, std::string_view what,
                  int status) {
    const time::Instant now = api_.clock();
    try {
      // Not by its number, which it has for good only when this is committed.
      version_ = api_.versions.compile(files_);
      api_.versions.apply(connection_, std::move(files_), request.principal.author(),
                          fmt::format("meter {} {} through the API", meter, what), now);
    } catch (const store::DatabaseError&) {
      throw;
    } catch (const Error& error) {
      throw Problem(400, error.what());
    }
    metering::settle_meters(connection_, configuration().meters, now);
    record(connection_, request,
           {.action = fmt::format("meter.{}", what), .subject = fmt::format("meter {}", meter)},
           now);
    const auto lives = metering::meter_lives(connection_);
    transaction_.commit();
    const auto changed = std::find_if(configuration().meters.begin(), configuration().meters.end(),
                                      [&](const Meter& known) { return known.name == meter; });
    const auto life = lives.find(meter);
    return shown(*changed, life == lives.end() ? metering::MeterLife() : life->second, status);
  }

 private:
  const MeteringApi& api_;
  store::Connection& connection_;
  store::Transaction transaction_;
  config::Files files_;
  std::shared_ptr<const engine::CompiledVersion> version_;
};

Response show_meter(const MeteringApi& api, const Request& request) {
  MeteringSession session(api);
  const Meter& meter = session.meter_of(request);
  return shown(meter, session.life_of(meter), 200);
}

Response create_meter(const MeteringApi& api, const Request& request) {
  const Meter meter = meter_of_body(json_body(request));
  return once(api.pool, request, api.clock(), [&](store::Connection& connection) {
    MeterChangeTransaction change(api, connection);
    for (const Meter& other : change.configuration().meters) {
      if (other.name != meter.name) continue;
      throw Problem(409, fmt::format("meter '{}' {}", meter.name,
                                     other.ends_at ? "has been there and has ended: its name stays "
                                                     "with its usage"
                                                   : "exists already"));
    }
    change.text() = config::with_meter(change.text(), meter);
    return change.commit(request, meter.name, "made", 201);
  });
}

Response update_meter(const MeteringApi& api, const Request& request) {
  const text::Json body = json_body(request);
  config::MeterChange edit;
  if (body.find("name") != nullptr) edit.title = limited_text(body, "name", kNameMax);
  if (body.find("description") != nullptr) {
    edit.description = limited_text(body, "description", kDescriptionMax);
  }
  if (const text::Json* json = body.find("metadata")) {
    edit.metadata.emplace();
    if (!json->is_null()) edit.metadata = text_map(*json, "metadata");
  }
  if (const text::Json* json = body.find("groupBy")) {
    edit.group_by.emplace();
    if (!json->is_null()) edit.group_by = group_by_of(*json);
  }
  const auto lease = take_connection(api.pool);
  MeterChangeTransaction change(api, *lease);
  const std::string name = change.meter(request.path_values.at("meter")).name;
  change.text() = config::with_changed_meter(change.text(), name, edit);
  return change.commit(request, name, "changed", 200);
}

void refuse_measured(const config::Configuration& configuration, const std::string& meter) {
  for (const domain::Plan& plan : configuration.plans) {
    for (const domain::Charge& charge : plan.charges) {
      const domain::OfMeters* metering = domain::metering_of(charge);
      if (metering == nullptr) continue;
      if (std::count(metering->meters.begin(), metering->meters.end(), meter) == 0) continue;
      throw Problem(409, fmt::format("meter '{}' is measured by charge '{}' of plan '{}'", meter,
                                     charge.name, plan.name));
    }
  }
  for (const config::PopulationFact& fact : configuration.population_facts) {
    if (fact.meter != meter) continue;
    throw Problem(
        409, fmt::format("meter '{}' is measured by the population fact '{}'", meter, fact.name));
  }
}

Response delete_meter(const MeteringApi& api, const Request& request) {
  const auto lease = take_connection(api.pool);
  MeterChangeTransaction change(api, *lease);
  const std::string name = change.meter(request.path_values.at("meter")).name;
  refuse_measured(change.configuration(), name);
  config::MeterChange edit;
  edit.ends_at = std::chrono::floor<std::chrono::seconds>(api.clock());
  change.text() = config::with_changed_meter(change.text(), name, edit);
  change.commit(request, name, "ended", 204);
  return {204, "", ""};
}

/// What meters are listed by: a text of each that sorts as asked.
std::string sort_key(std::string_view order_by, const Meter& meter,
                     const metering::MeterLife& life) {
  if (order_by == "key" || order_by == "slug") return meter.name;
  if (order_by == "name") return meter.title.empty() ? meter.name : meter.title;
  if (order_by == "aggregation") return std::to_string(static_cast<int>(meter.aggregation));
  if (order_by == "createdAt") return time::to_string(life.created_at);
  if (order_by == "updatedAt") return time::to_string(life.updated_at);
  throw Problem(400, fmt::format("orderBy is '{}': it must be one of key, name, aggregation, "
                                 "createdAt, updatedAt",
                                 order_by));
}

Response list_meters(const MeteringApi& api, const Request& request) {
  const std::int64_t page = number_parameter(request, "page", 1, 1'000'000, 1);
  const std::int64_t page_size =
      number_parameter(request, "pageSize", 1, kPageSizeMax, kPageSizeMax);
  const bool include_ended = flag_parameter(request, "includeDeleted");
  const auto order_by = request.parameter("orderBy");
  const std::string order = request.parameter("order").value_or("ASC");
  if (order != "ASC" && order != "DESC") {
    throw Problem(400, fmt::format("order is '{}': it must be ASC or DESC", order));
  }
  MeteringSession session(api);
  std::vector<std::pair<std::string, const Meter*>> found;
  for (const Meter& meter : session.meters()) {
    if (meter.ends_at && !include_ended) continue;
    found.emplace_back(order_by ? sort_key(*order_by, meter, session.life_of(meter)) : "", &meter);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (order == "DESC") std::reverse(found.begin(), found.end());
  const std::size_t begin =
      std::min(found.size(), static_cast<std::size_t>((page - 1) * page_size));
  const std::size_t end = std::min(found.size(), begin + static_cast<std::size_t>(page_size));
  text::JsonWriter json;
  json.begin_array();
  for (std::size_t i = begin; i < end; ++i) {
    write_meter(json, *found[i].second, session.life_of(*found[i].second));
  }
  json.end_array();
  return json_response(json);
}

}  // namespace

std::vector<Route> meter_routes(const MeteringApi& api) {
  return {
      {"GET", "/api/v1/meters", Right::kQuery,
       [api](const Request& request) { return list_meters(api, request); }},
      {"POST", "/api/v1/meters", Right::kManageMeters,
       [api](const Request& request) { return create_meter(api, request); }},
      {"GET", "/api/v1/meters/{meter}", Right::kQuery,
       [api](const Request& request) { return show_meter(api, request); }},
      {"PUT", "/api/v1/meters/{meter}", Right::kManageMeters,
       [api](const Request& request) { return update_meter(api, request); }},
      {"DELETE", "/api/v1/meters/{meter}", Right::kManageMeters,
       [api](const Request& request) { return delete_meter(api, request); }},
  };
}

std::vector<Route> metering_routes(const MeteringApi& api) {
  std::vector<Route> routes;
  for (const auto& part :
       {meter_routes(api), query_routes(api), subject_routes(api), event_routes(api)}) {
    routes.insert(routes.end(), part.begin(), part.end());
  }
  return routes;
}

}  // namespace reckoner::web

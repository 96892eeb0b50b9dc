#include "web/query_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace reckoner::web {

namespace {

using Kind = text::Json::Kind;
using metering::TextCondition;

constexpr std::size_t kListMax = 100;
constexpr std::size_t kClientIdMax = 36;

void check_list(std::string_view name, const std::vector<std::string>& list) {
  if (list.size() <= kListMax) return;
  throw Problem(400, fmt::format("{} has {} values: {} at most", name, list.size(), kListMax));
}

void check_client_id(const std::optional<std::string>& id) {
  if (!id || (!id->empty() && id->size() <= kClientIdMax)) return;
  throw Problem(400, fmt::format("clientId must have 1 to {} characters", kClientIdMax));
}

std::optional<std::vector<std::string>> list_parameter(const Request& request,
                                                       std::string_view name) {
  std::vector<std::string> list = request.parameters(name);
  if (list.empty()) return std::nullopt;
  check_list(name, list);
  return list;
}

std::vector<std::string> texts_of(std::string_view name, const text::Json& json) {
  // One value may stand without its list.
  if (json.kind() == Kind::kString) return {json.as_string()};
  std::vector<std::string> list;
  try {
    for (const text::Json& item : json.as_array()) list.push_back(item.as_string());
  } catch (const Error& error) {
    throw Problem(400, fmt::format("{}: {}", name, error.what()));
  }
  check_list(name, list);
  return list;
}

std::optional<std::vector<std::string>> list_member(const text::Json& body, std::string_view name) {
  const text::Json* found = member(body, name);
  if (found == nullptr) return std::nullopt;
  std::vector<std::string> list = texts_of(name, *found);
  if (list.empty()) return std::nullopt;
  return list;
}

void read_advanced(const text::Json& json, QueryRequest& request) {
  constexpr std::string_view kName = "advancedMeterGroupByFilters";
  if (json.kind() != Kind::kObject) {
    throw Problem(
        400, fmt::format("{}: expected an object, found {}", kName, text::to_string(json.kind())));
  }
  for (const auto& [key, condition] : json.as_object()) {
    try {
      request.filters.emplace(key, TextCondition::parse(condition));
    } catch (const Error& error) {
      throw Problem(400, fmt::format("{}: {}: {}", kName, key, error.what()));
    }
  }
}

void read_advanced_text(const std::string& text, QueryRequest& request) {
  text::Json json;
  try {
    json = text::parse_json(text);
  } catch (const Error& error) {
    throw Problem(400, fmt::format("advancedMeterGroupByFilters: {}", error.what()));
  }
  read_advanced(json, request);
}

/// The simple filters: a list of values a key.
void read_simple(const std::map<std::string, std::vector<std::string>>& filters,
                 QueryRequest& request) {
  if (filters.empty()) return;
  if (!request.filters.empty()) {
    throw Problem(400, "advancedMeterGroupByFilters and filterGroupBy cannot be used together");
  }
  for (const auto& [key, values] : filters) {
    check_list("filterGroupBy", values);
    if (!values.empty()) request.filters.emplace(key, TextCondition::one_of(values));
  }
}

std::optional<metering::WindowSize> window_of(const std::string& name) {
  constexpr std::array<std::string_view, 4> kNames{"MINUTE", "HOUR", "DAY", "MONTH"};
  if (name.empty()) return std::nullopt;
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) {
    throw Problem(400, fmt::format("windowSize is '{}': it must be one of {}", name,
                                   fmt::join(kNames, ", ")));
  }
  return static_cast<metering::WindowSize>(found - kNames.begin());
}

time::Zone zone_of(const std::string& name) {
  if (name.empty()) return time::Zone::utc();
  try {
    return time::Zone::named(name);
  } catch (const Error& error) {
    throw Problem(400, fmt::format("windowTimeZone: {}", error.what()));
  }
}

void check_times(const QueryRequest& request) {
  if (!request.from || !request.to) return;
  const auto second = [](time::Instant at) { return std::chrono::floor<std::chrono::seconds>(at); };
  if (second(*request.from) < second(*request.to)) return;
  throw Problem(400, fmt::format("from {} is not before to {}", time::to_string(*request.from),
                                 time::to_string(*request.to)));
}

}  // namespace

QueryRequest read_query_parameters(const Request& request) {
  QueryRequest query;
  check_client_id(request.parameter("clientId"));
  query.from = time_parameter(request, "from");
  query.to = time_parameter(request, "to");
  query.window_size = request.parameter("windowSize").value_or("");
  query.zone = request.parameter("windowTimeZone").value_or("");
  query.subjects = list_parameter(request, "subject");
  query.customers = list_parameter(request, "filterCustomerId");
  query.group_by = list_parameter(request, "groupBy").value_or(std::vector<std::string>());
  if (const auto text = request.parameter("advancedMeterGroupByFilters")) {
    read_advanced_text(*text, query);
  }
  std::map<std::string, std::vector<std::string>> simple;
  constexpr std::string_view kBegin = "filterGroupBy[";
  for (const auto& [name, value] : request.query) {
    if (!name.starts_with(kBegin) || !name.ends_with(']')) continue;
    simple[name.substr(kBegin.size(), name.size() - kBegin.size() - 1)].push_back(value);
  }
  read_simple(simple, query);
  check_times(query);
  return query;
}

QueryRequest read_query_body(const Request& request) {
  const text::Json body = request.body.empty() ? text::Json::object({}) : json_body(request);
  QueryRequest query;
  check_client_id(text_member(body, "clientId"));
  if (const auto from = text_member(body, "from")) query.from = parse_time("from", *from);
  if (const auto to = text_member(body, "to")) query.to = parse_time("to", *to);
  query.window_size = text_member(body, "windowSize").value_or("");
  query.zone = text_member(body, "windowTimeZone").value_or("");
  query.subjects = list_member(body, "subject");
  query.customers = list_member(body, "filterCustomerId");
  query.group_by = list_member(body, "groupBy").value_or(std::vector<std::string>());
  if (const text::Json* advanced = member(body, "advancedMeterGroupByFilters")) {
    advanced->kind() == Kind::kString ? read_advanced_text(advanced->as_string(), query)
                                      : read_advanced(*advanced, query);
  }
  std::map<std::string, std::vector<std::string>> simple;
  if (const text::Json* filters = member(body, "filterGroupBy")) {
    if (filters->kind() != Kind::kObject) {
      throw Problem(400, fmt::format("filterGroupBy: expected an object, found {}",
                                     text::to_string(filters->kind())));
    }
    for (const auto& [key, values] : filters->as_object()) {
      simple[key] = texts_of("filterGroupBy", values);
    }
  }
  read_simple(simple, query);
  check_times(query);
  return query;
}

metering::MeterQuery meter_query(MeteringSession& session, const domain::Meter& meter,
                                 const QueryRequest& request, const Principal& principal) {
  metering::MeterQuery query;
  query.from = request.from;
  query.to = request.to;
  query.window = window_of(request.window_size);
  query.zone = zone_of(request.zone);
  query.subjects = request.subjects;
  query.by_subject = request.subjects.has_value();
  query.filters = request.filters;
  const auto has = [&](std::string_view name) {
    return std::any_of(meter.group_by.begin(), meter.group_by.end(),
                       [&](const auto& dimension) { return dimension.name == name; });
  };
  for (const std::string& name : request.group_by) {
    if (name == "subject") {
      query.by_subject = true;
    } else if (name == "customer_id") {
      if (!request.customers && !principal.customer) {
        throw Problem(400, "group by customer_id needs filterCustomerId");
      }
      query.by_customer = true;
    } else if (!has(name)) {
      throw Problem(400, fmt::format("invalid group by: {}", name));
    } else if (std::count(query.group_by.begin(), query.group_by.end(), name) == 0) {
      query.group_by.push_back(name);
    }
  }
  for (const auto& [name, condition] : request.filters) {
    if (!has(name)) throw Problem(400, fmt::format("invalid group by filter: {}", name));
  }
  if (request.customers) {
    query.customers = session.customers(*request.customers, principal);
    query.by_customer = true;
  } else if (principal.customer) {
    query.customers = {*principal.customer};
  }
  return query;
}

}  // namespace reckoner::web

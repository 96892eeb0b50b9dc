#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "metering/meter_query.hpp"
#include "text/csv.hpp"
#include "web/query_request.hpp"
#include "web/resource_id.hpp"

namespace reckoner::web {

namespace {

constexpr int kCsvDigits = 6;
constexpr std::chrono::hours kGroupByValuesSince{24};

constexpr store::Statement kDisplayNames{"api.display_names_of_subjects", R"(
  select key, display_name from subject_profile
   where key = any($1::text[]) and deleted_at is null)"};

/// A query with its answer and how things in it are called.
struct Answer {
  const domain::Meter& meter;
  QueryRequest asked;
  metering::MeterQuery query;
  std::vector<metering::UsageRow> rows;
  std::map<CustomerId, std::string> customer_keys;

  std::string customer_of(const metering::UsageRow& row) const {
    const auto found = customer_keys.find(*row.customer);
    return found == customer_keys.end() ? std::to_string(row.customer->value) : found->second;
  }
};

Answer answer(MeteringSession& session, const domain::Meter& meter, QueryRequest asked,
              const Principal& principal) {
  Answer answer{meter, std::move(asked), {}, {}, {}};
  answer.query = meter_query(session, meter, answer.asked, principal);
  try {
    answer.rows =
        metering::query_meter(session.connection(), meter, session.life_of(meter), answer.query);
  } catch (const metering::TooManyRows& error) {
    throw Problem(400, error.what());
  } catch (const metering::EventsArchived& error) {
    throw Problem(400, error.what());
  }
  if (answer.query.by_customer) {
    std::vector<CustomerId> customers;
    for (const metering::UsageRow& row : answer.rows) customers.push_back(*row.customer);
    std::sort(customers.begin(), customers.end());
    customers.erase(std::unique(customers.begin(), customers.end()), customers.end());
    answer.customer_keys = session.customer_keys(customers);
  }
  return answer;
}

void write_row(text::JsonWriter& json, const Answer& answer, const metering::UsageRow& row) {
  json.begin_object().key("value").number(row.value.to_string());
  json.key("windowStart").string(time::to_string(row.window.starts_at));
  json.key("windowEnd").string(time::to_string(row.window.ends_at));
  json.key("subject");
  row.subject ? json.string(*row.subject) : json.null();
  if (row.customer) json.key("customerId").string(answer.customer_of(row));
  json.key("groupBy").begin_object();
  for (std::size_t i = 0; i < row.dimensions.size(); ++i) {
    json.key(answer.query.group_by[i]).string(row.dimensions[i]);
  }
  json.end_object().end_object();
}

Response as_json(const Answer& answer) {
  text::JsonWriter json;
  json.begin_object();
  if (answer.asked.from) json.key("from").string(time::to_string(*answer.asked.from));
  if (answer.asked.to) json.key("to").string(time::to_string(*answer.asked.to));
  if (!answer.asked.window_size.empty()) {
    json.key("windowSize").string(answer.asked.window_size);
  }
  json.key("data").begin_array();
  for (const metering::UsageRow& row : answer.rows) write_row(json, answer, row);
  json.end_array().end_object();
  return json_response(json);
}

std::map<std::string, std::string> display_names(MeteringSession& session, const Answer& answer) {
  std::vector<std::string> subjects;
  for (const metering::UsageRow& row : answer.rows) subjects.push_back(*row.subject);
  std::sort(subjects.begin(), subjects.end());
  subjects.erase(std::unique(subjects.begin(), subjects.end()), subjects.end());
  std::map<std::string, std::string> names;
  for (const store::Row& row : session.connection().query(kDisplayNames, {subjects})) {
    names.emplace(row.text("key"), row.text("display_name"));
  }
  return names;
}

Response as_csv(MeteringSession& session, const Answer& answer) {
  std::map<std::string, std::string> names;
  if (answer.query.by_subject) names = display_names(session, answer);
  std::ostringstream out;
  text::CsvWriter csv(out);
  csv.text("window_start").text("window_end");
  if (answer.query.by_subject) csv.text("subject");
  if (!names.empty()) csv.text("subject_display_name");
  if (answer.query.by_customer) csv.text("customer_id");
  for (const std::string& name : answer.query.group_by) csv.text(name);
  csv.text("value").end_row();
  for (const metering::UsageRow& row : answer.rows) {
    csv.text(time::to_string(row.window.starts_at)).text(time::to_string(row.window.ends_at));
    if (row.subject) csv.text(*row.subject);
    if (!names.empty()) csv.text(names.contains(*row.subject) ? names.at(*row.subject) : "");
    if (row.customer) csv.text(answer.customer_of(row));
    for (const std::string& dimension : row.dimensions) csv.text(dimension);
    const money::Decimal rounded =
        money::round(row.value, kCsvDigits, money::Rounding::kHalfAwayFromZero);
    csv.number(rounded.to_fixed(kCsvDigits)).end_row();
  }
  return {
      200,
      "text/csv",
      out.str(),
      {{"Content-Disposition", fmt::format("attachment; filename=\"{}.csv\"", answer.meter.name)}}};
}

/// JSON where the caller takes both alike.
bool wants_csv(const Request& request) {
  const std::string accept = request.header("accept");
  const std::size_t csv = accept.find("text/csv");
  return csv != std::string::npos && csv < accept.find("application/json");
}

Response query(const MeteringApi& api, const Request& request, QueryRequest asked) {
  MeteringSession session(api);
  const Answer found =
      answer(session, session.meter_of(request), std::move(asked), request.principal);
  return wants_csv(request) ? as_csv(session, found) : as_json(found);
}

std::optional<std::vector<CustomerId>> customers_of(const Principal& principal) {
  if (!principal.customer) return std::nullopt;
  return std::vector<CustomerId>{*principal.customer};
}

Response list_meter_subjects(const MeteringApi& api, const Request& request) {
  MeteringSession session(api);
  const domain::Meter& meter = session.meter_of(request);
  text::JsonWriter json;
  json.begin_array();
  for (const std::string& subject :
       metering::subjects_of_meter(session.connection(), meter, customers_of(request.principal))) {
    json.string(subject);
  }
  json.end_array();
  return json_response(json);
}

std::string in_lower_case(std::string text) {
  for (char& sign : text) {
    if (sign >= 'A' && sign <= 'Z') sign = static_cast<char>(sign - 'A' + 'a');
  }
  return text;
}

Response list_group_by_values(const MeteringApi& api, const Request& request) {
  QueryRequest asked;
  asked.from = time_parameter(request, "from");
  asked.to = time_parameter(request, "to");
  if (!asked.from) asked.from = asked.to.value_or(api.clock()) - kGroupByValuesSince;
  const std::string& key = request.path_values.at("key");
  asked.group_by = {key};
  if (key == "subject" || key == "customer_id") {
    throw Problem(400, fmt::format("invalid group by: {}", key));
  }
  if (asked.to && *asked.from >= *asked.to) {
    throw Problem(400, fmt::format("from {} is not before to {}", time::to_string(*asked.from),
                                   time::to_string(*asked.to)));
  }
  const std::string search = in_lower_case(request.parameter("search").value_or(""));
  MeteringSession session(api);
  const Answer found =
      answer(session, session.meter_of(request), std::move(asked), request.principal);
  text::JsonWriter json;
  json.begin_array();
  for (const metering::UsageRow& row : found.rows) {
    const std::string& value = row.dimensions.front();
    if (value.empty() || in_lower_case(value).find(search) == std::string::npos) continue;
    json.string(value);
  }
  json.end_array();
  return json_response(json);
}

}  // namespace

std::vector<Route> query_routes(const MeteringApi& api) {
  return {
      {"GET", "/api/v1/meters/{meter}/query", Scope::kQuery,
       [api](const Request& request) {
         return query(api, request, read_query_parameters(request));
       }},
      {"POST", "/api/v1/meters/{meter}/query", Scope::kQuery,
       [api](const Request& request) { return query(api, request, read_query_body(request)); }},
      {"GET", "/api/v1/meters/{meter}/subjects", Scope::kQuery,
       [api](const Request& request) { return list_meter_subjects(api, request); }},
      {"GET", "/api/v1/meters/{meter}/group-by/{key}/values", Scope::kQuery,
       [api](const Request& request) { return list_group_by_values(api, request); }},
  };
}

}  // namespace reckoner::web

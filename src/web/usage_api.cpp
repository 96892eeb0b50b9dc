#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "metering/meter_query.hpp"
#include "web/csv_file.hpp"
#include "web/customer_documents.hpp"
#include "web/customers_api.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

constexpr std::size_t kGroupsMax = 10;
constexpr std::size_t kFilterValuesMax = 100;
constexpr std::string_view kSubject = "subject";

constexpr store::Statement kPlans{"api.plans_charging_customer", R"(
  select distinct plan, currency from subscription where customer_id = $1 order by plan, currency)"};
// $2: meters that no plan of the customer charges for.
constexpr store::Statement kMeasured{"api.meters_that_measured", R"(
  select m.meter
    from unnest($2::text[]) as m(meter)
   where exists (select from usage_total t where t.customer_id = $1 and t.meter = m.meter)
      or exists (select from usage_point p where p.customer_id = $1 and p.meter = m.meter))"};

struct ChargedBy {
  const domain::Plan* plan;
  const domain::Charge* charge;
  const domain::OfMeters* metering;
};

/// The charges of the customer's plans, by meter.
std::map<std::string, std::vector<ChargedBy>> charges_by_meter(CustomerSession& session) {
  std::map<std::string, std::vector<ChargedBy>> charges;
  const config::Configuration& configuration = session.active().configuration();
  for (const store::Row& row : session.connection().query(kPlans, {session.customer()})) {
    const std::string name = row.text("plan");
    const std::string currency = row.text("currency");
    for (const domain::Plan& plan : configuration.plans) {
      if (plan.name != name || plan.currency.code() != currency) continue;
      for (const domain::Charge& charge : plan.charges) {
        const domain::OfMeters* metering = domain::metering_of(charge);
        if (metering == nullptr) continue;
        for (const std::string& meter : metering->meters) {
          charges[meter].push_back({&plan, &charge, metering});
        }
      }
    }
  }
  return charges;
}

std::string title_of(const domain::Meter& meter) {
  return meter.title.empty() ? meter.name : meter.title;
}

void write_meter(text::JsonWriter& json, const domain::Meter& meter,
                 const std::vector<ChargedBy>& charges) {
  json.begin_object().key("meter").string(meter.name).key("title").string(title_of(meter));
  json.key("description").string(meter.description).key("unit").string(meter.unit);
  json.key("aggregation").string(domain::to_string(meter.aggregation));
  json.key("dimensions").begin_array();
  for (const auto& dimension : meter.group_by) json.string(dimension.name);
  json.end_array().key("charges").begin_array();
  for (const ChargedBy& by : charges) {
    json.begin_object().key("plan").string(by.plan->name);
    json.key("charge").string(by.charge->name).key("title").string(by.charge->title);
    json.key("unit").string(by.metering->unit);
    json.key("unit_size").string(by.metering->unit_size.to_string()).end_object();
  }
  json.end_array().end_object();
}

Response list_meters(CustomerSession& session, const Request&) {
  look_up_by_key(session.connection());
  const std::vector<domain::Meter>& meters = session.active().configuration().meters;
  const auto charges = charges_by_meter(session);
  std::vector<std::string> others;
  for (const domain::Meter& meter : meters) {
    if (!charges.contains(meter.name)) others.push_back(meter.name);
  }
  std::set<std::string> measured;
  for (const store::Row& row :
       session.connection().query(kMeasured, {session.customer(), others})) {
    measured.insert(row.text("meter"));
  }
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const domain::Meter& meter : meters) {
    const auto charged = charges.find(meter.name);
    if (charged != charges.end()) write_meter(json, meter, charged->second);
  }
  for (const domain::Meter& meter : meters) {
    if (measured.contains(meter.name)) write_meter(json, meter, {});
  }
  json.end_array().end_object();
  return json_response(json);
}

const domain::Meter& meter_of(CustomerSession& session, const Request& request) {
  const auto name = request.parameter("meter");
  if (!name) throw Problem(400, "meter is missing");
  for (const domain::Meter& meter : session.active().configuration().meters) {
    if (meter.name == *name) return meter;
  }
  throw Problem(404, fmt::format("there is no meter '{}'", *name));
}

std::optional<metering::WindowSize> window_of(const Request& request) {
  const auto text = request.parameter("window");
  if (!text || text->empty()) return std::nullopt;
  if (*text == "HOUR") return metering::WindowSize::kHour;
  if (*text == "DAY") return metering::WindowSize::kDay;
  if (*text == "MONTH") return metering::WindowSize::kMonth;
  throw Problem(400, fmt::format("window is '{}': it must be one of HOUR, DAY, MONTH", *text));
}

time::Zone zone_of(const Request& request, const time::Zone& otherwise) {
  const auto name = request.parameter("zone");
  if (!name || name->empty()) return otherwise;
  try {
    return time::Zone::named(*name);
  } catch (const Error& error) {
    throw Problem(400, fmt::format("zone: {}", error.what()));
  }
}

/// The parameters filter[NAME]=VALUE.
std::map<std::string, std::vector<std::string>> filters_of(const Request& request) {
  constexpr std::string_view kBegin = "filter[";
  std::map<std::string, std::vector<std::string>> filters;
  for (const auto& [name, value] : request.query) {
    if (!name.starts_with(kBegin) || !name.ends_with(']')) continue;
    std::vector<std::string>& values =
        filters[name.substr(kBegin.size(), name.size() - kBegin.size() - 1)];
    values.push_back(value);
    if (values.size() > kFilterValuesMax) {
      throw Problem(400, fmt::format("{} has more than {} values", name, kFilterValuesMax));
    }
  }
  return filters;
}

bool has_dimension(const domain::Meter& meter, std::string_view name) {
  return std::any_of(meter.group_by.begin(), meter.group_by.end(),
                     [&](const auto& dimension) { return dimension.name == name; });
}

/// What is asked, and in which order the groups of a row are shown.
struct UsageQuestion {
  const domain::Meter& meter;
  metering::MeterQuery query;
  std::vector<std::string> group_by;
  std::string window;
};

UsageQuestion question_of(CustomerSession& session, const Request& request) {
  UsageQuestion question{meter_of(session, request),
                         {},
                         request.parameters("group_by"),
                         request.parameter("window").value_or("")};
  metering::MeterQuery& query = question.query;
  query.zone = zone_of(request, session.zone());
  query.from = day_or_instant(request, "from", query.zone);
  query.to = day_or_instant(request, "to", query.zone);
  query.window = window_of(request);
  query.customers = std::vector<CustomerId>{session.customer()};
  if (query.from && query.to && *query.from >= *query.to) {
    throw Problem(400, fmt::format("from {} is not before to {}", time::to_string(*query.from),
                                   time::to_string(*query.to)));
  }
  if (question.group_by.size() > kGroupsMax) {
    throw Problem(400, fmt::format("group_by has more than {} names", kGroupsMax));
  }
  for (const std::string& name : question.group_by) {
    if (name == kSubject) {
      query.by_subject = true;
    } else if (!has_dimension(question.meter, name)) {
      throw Problem(400, fmt::format("group_by: the meter has no dimension '{}'", name));
    } else if (std::count(query.group_by.begin(), query.group_by.end(), name) == 0) {
      query.group_by.push_back(name);
    }
  }
  for (auto& [name, values] : filters_of(request)) {
    if (name == kSubject) {
      query.subjects = values;
    } else if (has_dimension(question.meter, name)) {
      query.filters.emplace(name, metering::TextCondition::one_of(values));
    } else {
      throw Problem(400, fmt::format("filter: the meter has no dimension '{}'", name));
    }
  }
  return question;
}

std::vector<metering::UsageRow> answer(CustomerSession& session, const UsageQuestion& question) {
  look_up_by_key(session.connection());
  const auto lives = metering::meter_lives(session.connection());
  const auto life = lives.find(question.meter.name);
  try {
    return metering::query_meter(session.connection(), question.meter,
                                 life == lives.end() ? metering::MeterLife{} : life->second,
                                 question.query);
  } catch (const metering::TooManyRows& error) {
    throw Problem(400, error.what());
  } catch (const metering::EventsArchived& error) {
    throw Problem(400, error.what());
  }
}

std::string value_of(const UsageQuestion& question, const metering::UsageRow& row,
                     const std::string& name) {
  if (name == kSubject) return row.subject.value_or("");
  const auto& names = question.query.group_by;
  const auto at = std::find(names.begin(), names.end(), name) - names.begin();
  return row.dimensions.at(static_cast<std::size_t>(at));
}

Response as_csv(const UsageQuestion& question, const std::vector<metering::UsageRow>& rows) {
  return csv_file(fmt::format("usage-{}", question.meter.name), [&](text::CsvWriter& csv) {
    csv.text("starts_at").text("ends_at");
    for (const std::string& name : question.group_by) csv.text(name);
    csv.text("quantity").text("unit").end_row();
    for (const metering::UsageRow& row : rows) {
      csv.text(time::to_string(row.window.starts_at)).text(time::to_string(row.window.ends_at));
      for (const std::string& name : question.group_by) csv.text(value_of(question, row, name));
      csv.number(row.value.to_string()).text(question.meter.unit).end_row();
    }
  });
}

Response show_usage(CustomerSession& session, const Request& request) {
  const UsageQuestion question = question_of(session, request);
  const std::vector<metering::UsageRow> rows = answer(session, question);
  if (wants_csv(request)) return as_csv(question, rows);
  text::JsonWriter json;
  const auto instant_or_null = [&](const std::optional<time::Instant>& instant) {
    instant ? json.string(time::to_string(*instant)) : json.null();
  };
  json.begin_object().key("meter").string(question.meter.name);
  json.key("title").string(title_of(question.meter)).key("unit").string(question.meter.unit);
  json.key("from");
  instant_or_null(question.query.from);
  json.key("to");
  instant_or_null(question.query.to);
  json.key("window");
  question.window.empty() ? json.null() : json.string(question.window);
  json.key("zone").string(question.query.zone.name()).key("group_by").begin_array();
  for (const std::string& name : question.group_by) json.string(name);
  json.end_array().key("rows").begin_array();
  for (const metering::UsageRow& row : rows) {
    json.begin_object().key("starts_at").string(time::to_string(row.window.starts_at));
    json.key("ends_at").string(time::to_string(row.window.ends_at)).key("group").begin_array();
    for (const std::string& name : question.group_by) json.string(value_of(question, row, name));
    json.end_array().key("quantity").string(row.value.to_string()).end_object();
  }
  json.end_array().end_object();
  return json_response(json);
}

}  // namespace

std::vector<Route> usage_routes(const CustomerApi& api) {
  return {
      customer_route(api, "GET", "/meters", Right::kQuery, list_meters),
      customer_route(api, "GET", "/usage", Right::kQuery, show_usage),
  };
}

}  // namespace reckoner::web

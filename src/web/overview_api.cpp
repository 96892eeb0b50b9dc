#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "web/customer_balances.hpp"
#include "web/customer_costs.hpp"
#include "web/customer_settings.hpp"
#include "web/customers_api.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

constexpr int kTrendMonths = 12;
constexpr std::size_t kDocumentsShown = 20;
constexpr std::array kCosts{"so_far",    "same_day",      "expected",
                            "projected", "projected_low", "projected_high"};

/// The period that an instant lies in, and the instant of the one before it that compares.
struct MonthSoFar {
  time::CyclePeriod period;
  std::string label_before;
  time::Instant same_day;
  std::int64_t day = 1;  ///< of the period, from 1
};

MonthSoFar month_so_far(const time::CycleRule& rule, time::Instant now) {
  MonthSoFar month{
      .period = time::period_containing(rule, now), .label_before = {}, .same_day = {}};
  const time::CyclePeriod before =
      time::period_containing(rule, month.period.period.starts_at - std::chrono::microseconds(1));
  const time::Date today = rule.zone.date_of(now);
  const std::int64_t passed = time::days_between(month.period.starts_on, today);
  const time::Date day = time::add_days(before.starts_on, passed);
  const auto since_midnight = now - rule.zone.start_of(today);
  const time::Instant last = before.period.ends_at - std::chrono::seconds(1);
  month.label_before = before.label;
  month.same_day = std::min(rule.zone.start_of(day) + since_midnight, last);
  month.day = passed + 1;
  return month;
}

struct Overview {
  money::Currency currency;
  MonthSoFar month;
  BilledCosts billed;
  std::optional<engine::Interim::Outlook> outlook;  ///< none: see `unavailable`
  std::string unavailable;

  const std::string& label() const { return month.period.label; }
  std::string amount(const money::Decimal& decimal) const {
    return money::Money(decimal, currency).to_string();
  }
};

/// What the label's periods cost by charge: lines billed, and those of the documents.
std::map<std::string, money::Decimal> costs_by_charge(
    money::Currency currency, const BilledCosts& billed,
    const std::vector<domain::Document>& documents, const std::string& label) {
  std::map<std::string, money::Decimal> costs;
  if (const auto* month = billed.find(label)) {
    for (const auto& [charge, cost] : month->charges) costs[charge] += cost.amount;
  }
  if (const domain::Document* document = document_in(documents, currency)) {
    for (const ChargeLines& charge : charges_of(*document, label)) {
      costs[charge.charge] += charge.amount;
    }
  }
  return costs;
}

money::Decimal sum_of(const std::map<std::string, money::Decimal>& costs) {
  money::Decimal sum;
  for (const auto& [charge, cost] : costs) sum += cost;
  return sum;
}

/// Of this month's periods.
std::map<std::string, money::Decimal> present_costs(
    const Overview& overview, const std::vector<domain::Document>& documents) {
  return costs_by_charge(overview.currency, overview.billed, documents, overview.label());
}

/// Of last month's periods as they stood. A look at periods that were issued is whole by itself.
std::map<std::string, money::Decimal> costs_before(const Overview& overview) {
  const BilledCosts nothing{};
  return costs_by_charge(overview.currency,
                         overview.outlook->before_is_open ? overview.billed : nothing,
                         overview.outlook->before, overview.month.label_before);
}

void write_cost(text::JsonWriter& json, std::string_view name, const Overview& overview,
                const std::vector<domain::Document>& documents) {
  const domain::Document* document = document_in(documents, overview.currency);
  json.key(name).begin_object();
  json.key("subtotal").string(overview.amount(sum_of(present_costs(overview, documents))));
  json.key("total").string(document != nullptr ? document->total.to_string() : overview.amount(0));
  json.end_object();
}

void write_costs(text::JsonWriter& json, const Overview& overview) {
  if (!overview.outlook) {
    for (const char* name : kCosts) json.key(name).null();
    return;
  }
  const engine::Interim::Outlook& outlook = *overview.outlook;
  write_cost(json, "so_far", overview, outlook.so_far);
  json.key("same_day");
  const domain::Document* before = document_in(outlook.before, overview.currency);
  if (before == nullptr) {
    json.null();
  } else {
    json.begin_object().key("as_of").string(time::to_string(overview.month.same_day));
    json.key("subtotal").string(overview.amount(sum_of(costs_before(overview))));
    json.key("total").string(before->total.to_string()).end_object();
  }
  write_cost(json, "expected", overview, outlook.expected);
  // Cheaper with more usage, where a price falls for all of it.
  const bool turned = sum_of(present_costs(overview, outlook.projected_high)) <
                      sum_of(present_costs(overview, outlook.projected_low));
  const auto& low = turned ? outlook.projected_high : outlook.projected_low;
  const auto& high = turned ? outlook.projected_low : outlook.projected_high;
  write_cost(json, "projected", overview, outlook.projected);
  write_cost(json, "projected_low", overview, low);
  write_cost(json, "projected_high", overview, high);
}

struct ChargeRow {
  std::string charge;
  std::string title;
  money::Decimal amount;
  std::vector<std::int64_t> lines;
};

std::vector<ChargeRow> charge_rows(const Overview& overview, const ChargeTitles& titles) {
  std::vector<ChargeRow> rows;
  const auto add = [&](const std::string& charge, std::optional<std::int64_t> subscription,
                       const std::string& description, const money::Decimal& amount) -> auto& {
    auto found = std::find_if(rows.begin(), rows.end(),
                              [&](const ChargeRow& row) { return row.charge == charge; });
    if (found == rows.end()) {
      found = rows.insert(rows.end(),
                          ChargeRow{charge, titles.of(charge, subscription, description), {}, {}});
    }
    found->amount += amount;
    return *found;
  };
  if (const auto* month = overview.billed.find(overview.label())) {
    for (const auto& [charge, cost] : month->charges) {
      add(charge, cost.subscription, cost.description, cost.amount);
    }
  }
  if (const domain::Document* document = document_in(overview.outlook->so_far, overview.currency)) {
    for (const ChargeLines& charge : charges_of(*document, overview.label())) {
      add(charge.charge, charge.subscription, charge.description, charge.amount).lines =
          charge.lines;
    }
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const ChargeRow& a, const ChargeRow& b) { return a.amount > b.amount; });
  return rows;
}

void write_charges(text::JsonWriter& json, CustomerSession& session, const Overview& overview) {
  json.key("charges").begin_array();
  if (overview.outlook) {
    const auto before = costs_before(overview);
    const auto projected = present_costs(overview, overview.outlook->projected);
    const auto write = [&](std::string_view name, const auto& costs, const std::string& charge) {
      const auto found = costs.find(charge);
      json.key(name);
      found == costs.end() ? json.null() : json.string(overview.amount(found->second));
    };
    for (const ChargeRow& row : charge_rows(overview, ChargeTitles(session))) {
      json.begin_object().key("charge").string(row.charge).key("title").string(row.title);
      json.key("amount").string(overview.amount(row.amount));
      write("same_day", before, row.charge);
      write("projected", projected, row.charge);
      json.key("lines").begin_array();
      for (const std::int64_t line : row.lines) json.number(line);
      json.end_array().end_object();
    }
  }
  json.end_array();
}

void write_trend(text::JsonWriter& json, CustomerSession& session, const Overview& overview) {
  std::vector<std::int64_t> ordinals;
  for (const auto& [label, month] : overview.billed.months) {
    const std::size_t shown = std::min(month.documents.size(), kDocumentsShown);
    ordinals.insert(ordinals.end(), month.documents.begin(),
                    month.documents.begin() + static_cast<std::ptrdiff_t>(shown));
  }
  const auto numbers = document_numbers(session, ordinals);
  std::set<std::string> interim;
  if (overview.outlook) {
    if (const auto* document = document_in(overview.outlook->so_far, overview.currency)) {
      for (const domain::DocumentLine& line : document->lines) interim.insert(line.period_label);
    }
  }
  json.key("trend").begin_array();
  for (int i = kTrendMonths - 1; i >= 0; --i) {
    const std::string label = month_after(overview.label(), -i);
    const auto* month = overview.billed.find(label);
    const std::vector<domain::Document> nothing;
    const money::Decimal subtotal =
        sum_of(costs_by_charge(overview.currency, overview.billed,
                               overview.outlook ? overview.outlook->so_far : nothing, label));
    json.begin_object().key("month").string(label);
    json.key("subtotal").string(overview.amount(subtotal));
    json.key("interim").boolean(interim.contains(label)).key("documents").begin_array();
    if (month != nullptr) {
      for (std::size_t at = 0; at < std::min(month->documents.size(), kDocumentsShown); ++at) {
        json.string(numbers.at(month->documents[at]));
      }
    }
    json.end_array().end_object();
  }
  json.end_array();
}

Overview read_overview(CustomerSession& session, money::Currency currency,
                       const time::CycleRule& rule) {
  session.active();
  Overview overview{.currency = currency,
                    .month = month_so_far(rule, session.now()),
                    .billed = {},
                    .outlook = std::nullopt,
                    .unavailable = {}};
  const time::Date first =
      time::parse_date(month_after(overview.label(), 1 - kTrendMonths) + "-01");
  overview.billed = read_billed_costs(session, currency,
                                      {time::Zone::utc().start_of(first) - std::chrono::days(1),
                                       overview.month.period.period.ends_at});
  try {
    overview.outlook = engine::Interim(session.connection(), session.versions(), session.customer())
                           .outlook(session.now(), overview.month.same_day);
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const Error& error) {
    overview.unavailable = error.what();
  }
  return overview;
}

money::Currency currency_asked(const Request& request,
                               const std::vector<money::Currency>& currencies) {
  const auto asked = request.parameter("currency");
  if (!asked) return currencies.front();
  for (const money::Currency& currency : currencies) {
    if (currency.code() == *asked) return currency;
  }
  throw Problem(400, fmt::format("currency: the customer is not billed in '{}'", *asked));
}

void write_month(text::JsonWriter& json, const MonthSoFar& month) {
  json.key("month").begin_object().key("label").string(month.period.label);
  json.key("starts_on").string(time::to_string(month.period.starts_on));
  json.key("ends_on").string(time::to_string(month.period.ends_on));
  json.key("days").number(month.period.days()).key("day").number(month.day).end_object();
}

void write_frame(text::JsonWriter& json, CustomerSession& session,
                 const std::vector<money::Currency>& currencies) {
  json.key("as_of").string(time::to_string(session.now()));
  json.key("today").string(time::to_string(session.today()));
  json.key("zone").string(session.zone().name());
  json.key("currencies").begin_array();
  for (const money::Currency& currency : currencies) json.string(currency.code());
  json.end_array();
}

Response nothing_yet(CustomerSession& session) {
  text::JsonWriter json;
  json.begin_object();
  write_frame(json, session, {});
  for (const char* name : kCosts) json.key(name).null();
  for (const char* name : {"currency", "month", "budget", "unavailable", "balance"}) {
    json.key(name).null();
  }
  json.key("charges").begin_array().end_array().key("trend").begin_array().end_array();
  json.end_object();
  return json_response(json);
}

Response show_overview(CustomerSession& session, const Request& request) {
  const std::vector<money::Currency> currencies = currencies_of(session);
  if (currencies.empty()) return nothing_yet(session);
  const money::Currency currency = currency_asked(request, currencies);
  const auto rule = cycle_of(session, currency);
  RK_CHECK(rule.has_value());
  const Overview overview = read_overview(session, currency, *rule);
  text::JsonWriter json;
  json.begin_object();
  write_frame(json, session, currencies);
  json.key("currency").string(currency.code());
  write_month(json, overview.month);
  write_costs(json, overview);
  json.key("budget");
  const CustomerSettings settings = read_settings(session);
  const auto budget = std::find_if(settings.budgets.begin(), settings.budgets.end(),
                                   [&](const insight::Budget& one) {
                                     return one.charge.empty() && one.amount.currency() == currency;
                                   });
  budget == settings.budgets.end() ? json.null() : json.string(budget->amount.to_string());
  json.key("unavailable");
  overview.unavailable.empty() ? json.null() : json.string(overview.unavailable);
  write_charges(json, session, overview);
  write_trend(json, session, overview);
  json.key("balance");
  const auto receivables = read_receivables(session);
  const auto found = receivables.find(std::string(currency.code()));
  found == receivables.end() ? void(json.null())
                             : write_balance(json, found->second, session.today());
  json.end_object();
  return json_response(json);
}

}  // namespace

std::vector<Route> overview_routes(const CustomerApi& api) {
  return {customer_route(api, "GET", "/overview", Right::kSee, show_overview)};
}

}  // namespace reckoner::web

#include <fmt/format.h>

#include <sstream>

#include "accounts/closings.hpp"
#include "accounts/focus_pools.hpp"
#include "accounts/values.hpp"
#include "engine/pool_report.hpp"
#include "store/transaction.hpp"
#include "web/active_configuration.hpp"
#include "web/audit_record.hpp"
#include "web/console_api.hpp"
#include "web/csv_file.hpp"
#include "web/etag.hpp"
#include "web/idempotency.hpp"
#include "web/metering_session.hpp"
#include "web/pages.hpp"
#include "web/request_object.hpp"

namespace reckoner::web {

namespace {

using accounts::PoolMonth;
using engine::ReportedShare;

/// The pool and the month that a path names.
struct Named {
  const domain::CostPool& pool;
  std::string month;
};

const domain::CostPool& pool_in_path(const Request& request,
                                     const config::Configuration& configuration) {
  return *refused_as(
      404, [&] { return &accounts::require_pool(configuration, request.path_values.at("pool")); });
}

Named named_in_path(const Request& request, const config::Configuration& configuration) {
  return {pool_in_path(request, configuration), refused_as(404, [&] {
            return accounts::month_label(accounts::parse_month(request.path_values.at("month")));
          })};
}

void write_money_or_null(text::JsonWriter& json, std::string_view name,
                         const std::optional<money::Money>& amount) {
  json.key(name);
  amount ? json.string(amount->to_string()) : json.null();
}

void write_month(text::JsonWriter& json, const domain::CostPool& pool, const std::string& label,
                 const std::optional<PoolMonth>& month) {
  json.begin_object().key("month").string(label);
  json.key("currency")
      .string(month ? month->entered.amount.currency().code() : pool.currency.code());
  write_money_or_null(json, "amount", month ? std::optional(month->entered.amount) : std::nullopt);
  write_text_or_null(json, "note", month ? month->entered.note : "");
  write_instant(json, "entered_at", month ? std::optional(month->entered_at) : std::nullopt);
  write_money_or_null(json, "divided", month ? month->divided : std::nullopt);
  json.key("customers").number(month ? month->customers : 0);
  write_instant(json, "divided_at", month ? month->divided_at : std::nullopt);
  write_text_or_null(json, "problem", month ? month->problem : "");
  write_instant(json, "problem_since", month ? month->problem_since : std::nullopt);
  json.end_object();
}

std::string month_json(const Named& named, const std::optional<PoolMonth>& month) {
  text::JsonWriter json;
  write_month(json, named.pool, named.month, month);
  return json.finish();
}

std::optional<PoolMonth> read_month(store::Connection& connection, const Named& named) {
  auto months = accounts::list_pool_months(connection, named.pool.name, named.month);
  if (months.empty()) return std::nullopt;
  return std::move(months.front());
}

void write_pool(text::JsonWriter& json, const domain::CostPool& pool) {
  json.begin_object().key("name").string(pool.name).key("title").string(pool.title);
  json.key("currency").string(pool.currency.code()).key("time_zone").string(pool.zone.name());
  json.key("engine").string(pool.engine).key("tax").string(pool.tax);
  json.key("minimum_percent").string(pool.minimum_percent.to_string());
  json.key("meters").begin_array();
  for (const domain::CostPool::Driver& driver : pool.drivers) {
    json.begin_object().key("meter").string(driver.meter);
    json.key("weight").string(driver.weight.to_string()).end_object();
  }
  json.end_array().key("given").begin_array();
  for (const domain::CostPool::Given& given : pool.given) {
    json.begin_object();
    write_text_or_null(json, "customer", given.customer);
    write_text_or_null(json, "cost_centre", given.cost_centre);
    json.key("percent").string(given.percent.to_string()).end_object();
  }
  json.end_array();
  json.key("over").begin_object();
  write_texts(json, "cost_centres", pool.cost_centres);
  write_texts(json, "customers", pool.customers);
  write_texts(json, "plans", pool.plans);
  write_texts(json, "environments", pool.environments);
  json.end_object().key("except").begin_object();
  write_texts(json, "customers", pool.excluded_customers);
  write_texts(json, "plans", pool.excluded_plans);
  json.end_object().end_object();
}

Response list_pools(const ConsoleApi& api, const Request&) {
  const auto lease = take_connection(api.pool());
  const auto version = active_configuration(*lease, api.versions()).compiled;
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const domain::CostPool& pool : version->configuration().allocation.pools) {
    write_pool(json, pool);
  }
  json.end_array();
  write_next(json, std::nullopt);
  json.end_object();
  return json_response(json);
}

Response list_months(const ConsoleApi& api, const Request& request) {
  const auto lease = take_connection(api.pool());
  const auto version = active_configuration(*lease, api.versions()).compiled;
  const domain::CostPool& pool = pool_in_path(request, version->configuration());
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const PoolMonth& month : accounts::list_pool_months(*lease, pool.name)) {
    write_month(json, pool, month.entered.month, month);
  }
  json.end_array();
  write_next(json, std::nullopt);
  json.end_object();
  return json_response(json);
}

Response get_month(const ConsoleApi& api, const Request& request) {
  const auto lease = take_connection(api.pool());
  const auto version = active_configuration(*lease, api.versions()).compiled;
  const Named named = named_in_path(request, version->configuration());
  const std::string json = month_json(named, read_month(*lease, named));
  return with_etag(request, {200, "application/json", json}, etag_of(json));
}

Response put_month(const ConsoleApi& api, const Request& request) {
  const RequestObject body(request, {"amount", "note"});
  const money::Decimal figure = body.parsed("amount", money::Decimal::parse);
  const std::string note = body.optional_parsed("note", accounts::parse_text).value_or("");
  const auto lease = take_connection(api.pool());
  store::Transaction transaction(*lease, store::TransactionKind::kEnclosing);
  const auto version = active_configuration(*lease, api.versions()).compiled;
  const config::Configuration& active = version->configuration();
  const Named named = named_in_path(request, active);
  accounts::lock_pool_amounts(*lease);
  const std::optional<PoolMonth> before = read_month(*lease, named);
  require_match(request, etag_of(month_json(named, before)));
  const accounts::PoolAmount amount = refused_as(422, [&] {
    return accounts::PoolAmount{named.pool.name, named.month, {figure, named.pool.currency}, note};
  });
  accounts::set_pool_amount(*lease, active, amount, api.now());
  record(*lease, request,
         {.action = "allocation.set",
          .subject = accounts::subject_of(amount),
          .before = before ? accounts::to_json(before->entered) : "",
          .after = accounts::to_json(amount)},
         api.now());
  const std::string json = month_json(named, read_month(*lease, named));
  transaction.commit();
  return with_etag(request, {200, "application/json", json}, etag_of(json));
}

Response post_focus(const ConsoleApi& api, const Request& request) {
  accounts::FocusPart part{.services = request.parameters("service"),
                           .sub_accounts = request.parameters("sub_account")};
  if (const auto cost = request.parameter("cost")) {
    part.metric = at("cost", [&] { return accounts::focus_metric_named(*cost); });
  }
  if (const auto month = request.parameter("month")) {
    part.month = at("month", [&] { return accounts::focus_month_named(*month); });
  }
  const std::string note =
      at("note", [&] { return accounts::parse_text(request.parameter("note").value_or("")); });
  return once(api.pool(), request, api.now(), [&](store::Connection& connection) {
    const auto version = active_configuration(connection, api.versions()).compiled;
    const config::Configuration& active = version->configuration();
    const domain::CostPool& pool = pool_in_path(request, active);
    std::istringstream file(request.body);
    const auto amounts =
        refused_as(422, [&] { return accounts::focus_pool_amounts(file, pool, part, note); });
    accounts::set_pool_amounts(connection, active, amounts, api.now());
    record(connection, request,
           {.action = "allocation.focus",
            .subject = fmt::format("cost pool '{}'", pool.name),
            .after = accounts::to_json(amounts)},
           api.now());
    text::JsonWriter json;
    json.begin_object().key("items").begin_array();
    for (const accounts::PoolAmount& amount : amounts) {
      const Named named{pool, amount.month};
      write_month(json, pool, amount.month, read_month(connection, named));
    }
    json.end_array();
    write_next(json, std::nullopt);
    json.end_object();
    return json_response(json);
  });
}

void write_share(text::JsonWriter& json, const ReportedShare& one) {
  json.begin_object().key("customer").string(one.customer_key);
  json.key("name").string(one.customer_name);
  json.key("amount").string(one.share.amount.to_string());
  json.key("billed").string(one.billed.to_string());
  write_day(json, "falls_on", one.share.falls_on);
  json.key("description").string(one.share.description);
  json.key("facts").json(text::parse_json(one.share.facts)).end_object();
}

Response list_shares(const ConsoleApi& api, const Request& request) {
  const PageRequest page = page_request(request, 1);
  const auto lease = take_connection(api.pool());
  const auto version = active_configuration(*lease, api.versions()).compiled;
  const Named named = named_in_path(request, version->configuration());
  const auto limit = static_cast<std::int64_t>(page.limit);
  auto shares = engine::list_pool_shares(*lease, named.pool.name, named.month,
                                         page.behind ? page.behind->front() : "", limit + 1);
  const bool more = std::ssize(shares) > limit;
  if (more) shares.pop_back();
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const ReportedShare& one : shares) write_share(json, one);
  json.end_array();
  write_next(json, more ? std::optional(cursor_of({shares.back().customer_key})) : std::nullopt);
  json.end_object();
  return json_response(json);
}

Response export_shares(const ConsoleApi& api, const Request& request) {
  const auto lease = std::make_shared<store::Pool::Lease>(take_connection(api.pool()));
  const auto version = active_configuration(**lease, api.versions()).compiled;
  const Named named = named_in_path(request, version->configuration());
  return csv_stream(
      fmt::format("{}-{}", named.pool.name, named.month),
      [lease, pool = named.pool.name, month = named.month](text::CsvWriter& csv,
                                                           const PassOn& pass_on) {
        for (const char* title : {"pool", "month", "customer", "name", "currency", "amount",
                                  "billed", "falls_on", "description"}) {
          csv.text(title);
        }
        csv.end_row();
        const store::Transaction snapshot(**lease, store::TransactionKind::kSnapshotReadOnly);
        engine::for_each_pool_share(
            **lease, pool, month,
            [&](const ReportedShare& one) {
              csv.text(pool).text(month).text(one.customer_key).text(one.customer_name);
              csv.text(one.share.amount.currency().code()).number(one.share.amount.to_string());
              csv.number(one.billed.to_string()).text(time::to_string(one.share.falls_on));
              csv.text(one.share.description).end_row();
            },
            pass_on);
      });
}

}  // namespace

std::vector<Route> allocation_routes(const ConsoleApi& api) {
  const std::string pools = "/api/v1/allocation/pools";
  const std::string month = pools + "/{pool}/months/{month}";
  return {
      staff_route("GET", pools, Right::kConsole,
                  [api](const Request& request) { return list_pools(api, request); }),
      staff_route("GET", pools + "/{pool}/months", Right::kConsole,
                  [api](const Request& request) { return list_months(api, request); }),
      staff_route("POST", pools + "/{pool}/focus", Right::kBill,
                  [api](const Request& request) { return post_focus(api, request); }),
      staff_route("GET", month, Right::kConsole,
                  [api](const Request& request) { return get_month(api, request); }),
      staff_route("PUT", month, Right::kBill,
                  [api](const Request& request) { return put_month(api, request); }),
      staff_route("GET", month + "/shares", Right::kConsole,
                  [api](const Request& request) { return list_shares(api, request); }),
      staff_route("GET", month + "/shares.csv", Right::kConsole,
                  [api](const Request& request) { return export_shares(api, request); }),
  };
}

}  // namespace reckoner::web

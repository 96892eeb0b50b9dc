#include "app/commands_allocation.hpp"

#include <fmt/format.h>

#include <fstream>
#include <limits>

#include "accounts/closings.hpp"
#include "accounts/focus_pools.hpp"
#include "accounts/values.hpp"
#include "app/recorded.hpp"
#include "engine/pool_report.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

using accounts::PoolMonth;
using engine::ReportedShare;

std::string state_of(const PoolMonth& month) {
  if (!month.problem.empty()) return "cannot be divided: " + month.problem;
  if (!month.divided) return "not divided yet";
  return *month.divided == month.entered.amount ? "divided" : "to be divided again";
}

void write_amount_or_null(text::JsonWriter& json, std::string_view name,
                          const std::optional<money::Money>& amount) {
  json.key(name);
  amount ? json.string(amount->to_string()) : json.null();
}

void write_month(text::JsonWriter& json, const PoolMonth& month) {
  json.key("pool").string(month.entered.pool).key("month").string(month.entered.month);
  json.key("currency").string(month.entered.amount.currency().code());
  json.key("amount").string(month.entered.amount.to_string());
  json.key("note").string(month.entered.note);
  json.key("entered_at").string(time::to_string(month.entered_at));
  write_amount_or_null(json, "divided", month.divided);
  json.key("customers").number(month.customers);
  json.key("divided_at");
  month.divided_at ? json.string(time::to_string(*month.divided_at)) : json.null();
  json.key("problem");
  month.problem.empty() ? json.null() : json.string(month.problem);
  json.key("problem_since");
  month.problem_since ? json.string(time::to_string(*month.problem_since)) : json.null();
}

std::optional<PoolMonth> month_of(store::Connection& connection, const std::string& pool,
                                  const std::string& month) {
  auto months = accounts::list_pool_months(connection, pool, month);
  if (months.empty()) return std::nullopt;
  return std::move(months.front());
}

std::string percent_of(const money::Money& part, const money::Money& whole) {
  if (whole.is_zero()) return "0";
  return money::round(money::Ratio(part.amount() * money::Decimal(100), whole.amount()), 4,
                      money::Rounding::kHalfAwayFromZero)
      .to_string();
}

void show_shares(const Console& console, const PoolMonth& month, bool is_preview,
                 const std::vector<ReportedShare>& shares) {
  const money::Money whole = month.divided.value_or(month.entered.amount);
  money::Money sum(whole.currency());
  text::Table table({{"customer"},
                     {"name"},
                     {"%", text::Align::kRight},
                     {"share", text::Align::kRight},
                     {"billed", text::Align::kRight},
                     {"falls on"}});
  for (const ReportedShare& one : shares) {
    sum += one.share.amount;
    table.add({one.customer_key, one.customer_name, percent_of(one.share.amount, whole),
               one.share.amount.to_string(), one.billed.to_string(),
               time::to_string(one.share.falls_on)});
  }
  console.result(table.to_string());
  console.result(fmt::format("{} {} in all, {}\n", sum.to_string(), whole.currency().code(),
                             is_preview ? "as it would be divided now" : state_of(month)));
}

}  // namespace

int list_pools_command(System& system, const Console& console) {
  const auto version = system.active();
  const auto connection = system.connection();
  const std::vector<PoolMonth> months = accounts::list_pool_months(*connection, "");
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("pools").begin_array();
    for (const domain::CostPool& pool : version->configuration().allocation.pools) {
      json.begin_object().key("name").string(pool.name).key("title").string(pool.title);
      json.key("currency").string(pool.currency.code()).key("months").begin_array();
      for (const PoolMonth& month : months) {
        if (month.entered.pool != pool.name) continue;
        json.begin_object();
        write_month(json, month);
        json.end_object();
      }
      json.end_array().end_object();
    }
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  text::Table table({{"pool"},
                     {"title"},
                     {"month"},
                     {"amount", text::Align::kRight},
                     {"currency"},
                     {"state"},
                     {"customers", text::Align::kRight}});
  for (const domain::CostPool& pool : version->configuration().allocation.pools) {
    bool any = false;
    for (const PoolMonth& month : months) {
      if (month.entered.pool != pool.name) continue;
      any = true;
      table.add({pool.name, pool.title, month.entered.month, month.entered.amount.to_string(),
                 std::string(month.entered.amount.currency().code()), state_of(month),
                 std::to_string(month.customers)});
    }
    if (any) continue;
    table.add({pool.name, pool.title, "", "", std::string(pool.currency.code()), "no amount", ""});
  }
  console.result(table.to_string());
  return 0;
}

int set_pool_command(System& system, const Console& console, const AllocationArguments& arguments) {
  const auto version = system.active();
  const config::Configuration& active = version->configuration();
  const domain::CostPool& pool = accounts::require_pool(active, arguments.pool);
  const accounts::PoolAmount amount{
      .pool = pool.name,
      .month = accounts::month_label(accounts::parse_month(arguments.month)),
      .amount = {money::Decimal::parse(arguments.amount), pool.currency},
      .note = accounts::parse_text(arguments.note)};
  std::string before;
  const accounts::PoolEntry entry = recorded(
      system,
      [&](store::Connection& connection) {
        const auto month = month_of(connection, amount.pool, amount.month);
        if (month) before = accounts::to_json(month->entered);
        return accounts::set_pool_amount(connection, active, amount, system.clock()());
      },
      [&](accounts::PoolEntry) {
        return accounts::AuditEntry{.action = "allocation.set",
                                    .subject = accounts::subject_of(amount),
                                    .before = before,
                                    .after = accounts::to_json(amount)};
      });
  const bool changed = entry != accounts::PoolEntry::kUnchanged;
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("pool").string(amount.pool).key("month").string(amount.month);
    json.key("currency").string(pool.currency.code());
    json.key("amount").string(amount.amount.to_string()).key("changed").boolean(changed);
    json.end_object();
    console.result(json);
  } else {
    console.result(fmt::format("{} of {} is {} {}{}\n", amount.month, pool.name,
                               amount.amount.to_string(), pool.currency.code(),
                               changed ? "" : ", as it was"));
  }
  return 0;
}

int read_focus_pool_command(System& system, const Console& console,
                            const FocusPoolArguments& arguments) {
  const auto version = system.active();
  const config::Configuration& active = version->configuration();
  const domain::CostPool& pool = accounts::require_pool(active, arguments.pool);
  const accounts::FocusPart part{.metric = accounts::focus_metric_named(arguments.metric),
                                 .month = accounts::focus_month_named(arguments.month),
                                 .services = arguments.services,
                                 .sub_accounts = arguments.sub_accounts};
  const std::string note = accounts::parse_text(arguments.note);
  std::ifstream in(arguments.file, std::ios::binary);
  if (!in) throw Error(fmt::format("{}: cannot be read", arguments.file));
  std::vector<accounts::PoolAmount> amounts;
  try {
    amounts = accounts::focus_pool_amounts(in, pool, part, note);
  } catch (Error& error) {
    error.in(arguments.file);
    throw;
  }
  const std::vector<accounts::PoolEntry> entries = recorded(
      system,
      [&](store::Connection& connection) {
        return accounts::set_pool_amounts(connection, active, amounts, system.clock()());
      },
      [&](const std::vector<accounts::PoolEntry>&) {
        return accounts::AuditEntry{.action = "allocation.focus",
                                    .subject = fmt::format("cost pool '{}'", pool.name),
                                    .after = accounts::to_json(amounts)};
      });
  text::JsonWriter json;
  json.begin_object().key("pool").string(pool.name).key("months").begin_array();
  text::Table table({{"month"}, {"amount", text::Align::kRight}, {"currency"}, {""}});
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    const bool changed = entries[i] != accounts::PoolEntry::kUnchanged;
    json.begin_object().key("month").string(amounts[i].month);
    json.key("amount").string(amounts[i].amount.to_string());
    json.key("currency").string(pool.currency.code()).key("changed").boolean(changed).end_object();
    table.add({amounts[i].month, amounts[i].amount.to_string(), std::string(pool.currency.code()),
               changed ? "" : "as it was"});
  }
  json.end_array().end_object();
  console.json() ? console.result(json) : console.result(table.to_string());
  return 0;
}

int show_pool_command(System& system, const Console& console,
                      const AllocationArguments& arguments) {
  const auto version = system.active();
  const domain::CostPool* pool = version->configuration().allocation.pool(arguments.pool);
  const std::string label = accounts::month_label(accounts::parse_month(arguments.month));
  auto connection = system.patient_connection();
  const store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  const auto month = month_of(connection, arguments.pool, label);
  if (!month) {
    accounts::require_pool(version->configuration(), arguments.pool);
    throw Error(
        fmt::format("cost pool '{}' has no amount of {}: reckoner allocation set {} {} "
                    "AMOUNT",
                    arguments.pool, label, arguments.pool, label));
  }
  const bool is_preview = !month->divided;
  if (is_preview) accounts::require_pool(version->configuration(), arguments.pool);
  const std::vector<ReportedShare> shares =
      is_preview ? engine::preview_pool_shares(connection, system.versions(), *pool, label,
                                               month->entered.amount)
                 : engine::list_pool_shares(connection, arguments.pool, label, "",
                                            std::numeric_limits<std::int64_t>::max());
  if (!console.json()) {
    show_shares(console, *month, is_preview, shares);
    return 0;
  }
  text::JsonWriter json;
  json.begin_object();
  write_month(json, *month);
  json.key("preview").boolean(is_preview).key("shares").begin_array();
  for (const ReportedShare& one : shares) {
    json.begin_object().key("customer").string(one.customer_key);
    json.key("amount").string(one.share.amount.to_string());
    json.key("billed").string(one.billed.to_string());
    json.key("falls_on").string(time::to_string(one.share.falls_on));
    json.key("facts").json(text::parse_json(one.share.facts)).end_object();
  }
  json.end_array().end_object();
  console.result(json);
  return 0;
}

}  // namespace reckoner::app

#include "app/commands_structure.hpp"

#include <fmt/format.h>

#include "accounts/customers.hpp"
#include "accounts/hierarchy.hpp"
#include "app/csv_result.hpp"
#include "store/transaction.hpp"
#include "text/table.hpp"
#include "web/analytics_report.hpp"
#include "web/collective_statement.hpp"
#include "web/margin_report.hpp"

namespace reckoner::app {

namespace {

std::optional<std::string> typed(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

/// Throws Error where there is none.
domain::Customer require_customer(System& system, store::Connection& connection,
                                  const std::string& key) {
  const auto found = accounts::read_customer(connection, key, system.clock()());
  if (!found) throw Error(fmt::format("there is no customer '{}'", key));
  return found->customer;
}

const web::LookAt kLookAtAll = [](const accounts::Below&) {};

void show(const Console& console, const web::RollUpReport& report) {
  text::Table table({{"node"},
                     {"below"},
                     {"month"},
                     {"charge"},
                     {"billed", text::Align::kRight},
                     {"shown", text::Align::kRight},
                     {"with below", text::Align::kRight},
                     {"shown with below", text::Align::kRight},
                     {"currency"}});
  for (const insight::RolledUp& row : report.rows) {
    const web::RollUpReport::Node& node = report.nodes[row.own.node];
    table.add({node.customer.empty() ? node.cost_centre : node.customer, node.parent, row.own.month,
               row.own.charge, row.own.billed.to_string(), row.own.shown.to_string(),
               row.billed_with_below.to_string(), row.shown_with_below.to_string(),
               std::string(row.own.billed.currency().code())});
  }
  console.result(table.to_string());
}

void show(const Console& console, const web::CollectiveStatement& statement, time::Date today) {
  for (const web::CollectiveStatement::Sum& sum : statement.sums) {
    text::Table table({{"customer"},
                       {"document"},
                       {"issued"},
                       {"due"},
                       {"state"},
                       {"total", text::Align::kRight},
                       {"open", text::Align::kRight}});
    for (const auto& [customer, document] : sum.documents) {
      table.add({customer, document.number, time::to_string(document.issued_on),
                 time::to_string(document.due_on), std::string(web::state_of(document, today)),
                 document.total.to_string(), document.open.to_string()});
    }
    console.result(table.to_string());
    console.result(fmt::format("{} {} in all, {} to pay\n", sum.total.to_string(),
                               sum.total.currency().code(), sum.to_pay.to_string()));
  }
  if (statement.sums.empty()) console.result("no document was issued in that month\n");
}

void show(const Console& console, const std::vector<engine::MarginRow>& rows) {
  text::Table table({{"customer"},
                     {"plan"},
                     {"charge"},
                     {"billed", text::Align::kRight},
                     {"shown", text::Align::kRight},
                     {"cost", text::Align::kRight},
                     {"margin", text::Align::kRight},
                     {"%", text::Align::kRight},
                     {"currency"}});
  for (const engine::MarginRow& row : rows) {
    table.add({row.customer, row.plan, row.charge, row.billed.to_string(), row.shown.to_string(),
               row.cost.to_string(), row.margin().to_string(), web::margin_percent(row),
               std::string(row.billed.currency().code())});
  }
  console.result(table.to_string());
}

web::Report report_of(System& system, store::Connection& connection,
                      const domain::Customer& customer, const AnalyticsArguments& arguments) {
  const web::MonthRange months = web::month_range(typed(arguments.from), typed(arguments.to),
                                                  customer.zone.date_of(system.clock()()));
  engine::Versions& versions = system.versions();
  if (arguments.what == "trend") return web::trend_report(connection, customer.id, months);
  if (arguments.what == "dearest") return web::dearest_report(connection, customer.id, months);
  if (arguments.what == "allowances") {
    return web::allowances_report(connection, versions, customer.id, months);
  }
  if (arguments.what == "unit") {
    return web::unit_report(connection, versions, customer.id, arguments.unit, months);
  }
  if (arguments.what == "plans") {
    return web::plans_report(connection, versions, customer.id, arguments.subscription,
                             std::nullopt);
  }
  return web::benchmark_report(connection, customer.id, months.to);
}

}  // namespace

int roll_up_command(System& system, const Console& console, const RollUpArguments& arguments) {
  const auto version = system.active();
  auto connection = system.patient_connection();
  const store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  const auto months = [&](const time::Zone& zone) {
    return web::month_range(typed(arguments.from), typed(arguments.to),
                            zone.date_of(system.clock()()));
  };
  web::RollUpReport report;
  if (arguments.customer.empty()) {
    report = web::cost_centre_costs(connection, version->configuration().allocation,
                                    months(time::Zone::utc()));
  } else {
    const domain::Customer customer = require_customer(system, connection, arguments.customer);
    report = web::subtree_costs(connection,
                                accounts::read_subtree(connection, customer.id, customer.key),
                                months(customer.zone), kLookAtAll);
  }
  if (arguments.csv)
    return csv_result(console, [&](text::CsvWriter& csv) { web::write_csv(csv, report); });
  if (!console.json()) {
    show(console, report);
    return 0;
  }
  text::JsonWriter json;
  web::write_json(json, report);
  console.result(json);
  return 0;
}

int analytics_command(System& system, const Console& console, const AnalyticsArguments& arguments) {
  auto connection = system.patient_connection();
  const store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  const domain::Customer customer = require_customer(system, connection, arguments.customer);
  const web::Report report = report_of(system, connection, customer, arguments);
  if (arguments.csv) {
    return csv_result(console, [&](text::CsvWriter& csv) { web::write_csv(csv, report); });
  }
  if (!console.json()) {
    console.result(web::to_table(report));
    return 0;
  }
  text::JsonWriter json;
  web::write_json(json, report);
  console.result(json);
  return 0;
}

int margin_command(System& system, const Console& console, const MarginArguments& arguments) {
  auto connection = system.patient_connection();
  const store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  const std::string month = web::month_range(typed(arguments.month), typed(arguments.month),
                                             time::Zone::utc().date_of(system.clock()()))
                                .to;
  const auto by = web::margin_by(arguments.by);
  const auto rows = engine::margins_by(engine::margins(connection, system.versions(), month), by);
  if (arguments.csv) {
    return csv_result(console, [&](text::CsvWriter& csv) { web::write_csv(csv, month, rows); });
  }
  if (!console.json()) {
    show(console, rows);
    return 0;
  }
  text::JsonWriter json;
  web::write_json(json, month, rows);
  console.result(json);
  return 0;
}

int collective_command(System& system, const Console& console,
                       const CollectiveArguments& arguments) {
  auto connection = system.patient_connection();
  const store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  const domain::Customer customer = require_customer(system, connection, arguments.customer);
  const time::Date today = customer.zone.date_of(system.clock()());
  const std::string month =
      web::month_range(typed(arguments.month), typed(arguments.month), today).to;
  const web::CollectiveStatement statement = web::collective_statement(
      connection, accounts::read_subtree(connection, customer.id, customer.key), month, kLookAtAll);
  if (arguments.csv)
    return csv_result(console,
                      [&](text::CsvWriter& csv) { web::write_csv(csv, statement, today); });
  if (!console.json()) {
    show(console, statement, today);
    return 0;
  }
  text::JsonWriter json;
  web::write_json(json, statement, today);
  console.result(json);
  return 0;
}

}  // namespace reckoner::app

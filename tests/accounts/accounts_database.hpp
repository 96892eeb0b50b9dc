#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/import.hpp"
#include "store/migrations.hpp"
#include "support/database.hpp"

namespace reckoner::accounts {

/// An empty database with the schema of sql/migrations.
inline std::string fresh_database() {
  static test::TestDatabase database([](store::Connection& connection) {
    std::vector<std::filesystem::path> paths;
    const std::string folder = std::string(RECKONER_SOURCE_DIR) + "/sql/migrations";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".sql") paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    std::vector<std::pair<std::string, std::string>> texts;
    for (const auto& path : paths) {
      std::ifstream in(path, std::ios::binary);
      texts.emplace_back(path.filename(), std::string(std::istreambuf_iterator<char>(in), {}));
    }
    std::vector<EmbeddedFile> files;
    for (const auto& [name, content] : texts) files.push_back({name, content});
    store::migrate(connection, files);
  });
  return database.fresh();
}

/// A database of its own for each test, used in the writer's role.
class AccountsTest : public testing::Test {
 protected:
  AccountsTest() {
    for (const auto& [name, currency] :
         {std::pair("SMB", "USD"), std::pair("Professional", "USD"), std::pair("Zurich", "CHF")}) {
      active.plans.push_back(plan(name, currency));
    }
  }

  /// A plan without charges.
  static domain::Plan plan(const std::string& name, std::string_view currency) {
    return {.name = name,
            .title = name,
            .currency = money::Currency::of(currency),
            .strategy = nullptr,
            .trial = std::nullopt,
            .minimum = std::nullopt,
            .maximum = std::nullopt,
            .charges = {},
            .place = {}};
  }
  /// A fee of 100.
  static domain::Charge fee(const std::string& name) {
    domain::Charge charge;
    charge.name = charge.title = name;
    charge.terms.push_back({.effective = std::nullopt,
                            .model = domain::Rate(domain::Flat{money::Decimal(100)}),
                            .minimum = std::nullopt,
                            .maximum = std::nullopt});
    return charge;
  }
  domain::Plan& plan_named(std::string_view name) {
    const auto found = std::find_if(active.plans.begin(), active.plans.end(),
                                    [&](const auto& known) { return known.name == name; });
    RK_CHECK(found != active.plans.end());
    return *found;
  }

  ChangeRules rules() const { return {active, now, plan_in_version}; }

  std::string conninfo(store::Role role = store::Role::kWriter) const {
    return test::as_role(database_, role);
  }
  store::Connection connect(store::Role role = store::Role::kWriter) const {
    return store::Connection({.conninfo = conninfo(role)});
  }

  /// The kind's name with .csv is the file's.
  ImportResult import(ImportKind kind, std::string_view content) {
    return import(kind, std::string(to_string(kind)) + ".csv", content);
  }
  ImportResult import(ImportKind kind, const std::string& name, std::string_view content) {
    return import_file(connection, kind, name, content, rules());
  }
  ImportResult customers(std::string_view content) {
    return import(ImportKind::kCustomers, content);
  }
  /// A customer named by its key.
  ImportResult customer(std::string_view key, std::string_view zone, int anchor_day) {
    return customers("key,name,time-zone,anchor-day\n" + std::string(key) + "," + std::string(key) +
                     "," + std::string(zone) + "," + std::to_string(anchor_day) + "\n");
  }
  /// Rows of key,customer,plan,starts-on,ends-on.
  ImportResult subscriptions(std::string_view rows) {
    return import(ImportKind::kSubscriptions,
                  "key,customer,plan,starts-on,ends-on\n" + std::string(rows));
  }
  ImportResult payments(std::string_view content) { return import(ImportKind::kPayments, content); }
  ImportResult discounts(std::string_view rows) {
    return import(ImportKind::kDiscounts,
                  "key,customer,percentage,starts-on,ends-on\n" + std::string(rows));
  }

  /// What is wrong with a file, in its order; nothing when it is imported.
  std::vector<std::string> problems(ImportKind kind, const std::string& name,
                                    std::string_view content) {
    try {
      import(kind, name, content);
    } catch (const ImportError& error) {
      return error.problems();
    }
    return {};
  }
  std::vector<std::string> problems(ImportKind kind, std::string_view content) {
    return problems(kind, std::string(to_string(kind)) + ".csv", content);
  }

  /// A query's rows: values joined by blanks, instants and dates as PostgreSQL writes them (UTC).
  std::vector<std::string> rows(const std::string& columns_and_from) {
    const std::string sql = "select concat_ws(' ', " + columns_and_from;
    const std::string name = "read" + std::to_string(++statements_);
    std::vector<std::string> texts;
    for (const store::Row& row : connection.query({name, sql})) texts.push_back(row.text(0));
    return texts;
  }
  std::string row(const std::string& columns_and_from) {
    const auto texts = rows(columns_and_from);
    return texts.size() == 1 ? texts.front() : std::to_string(texts.size()) + " rows";
  }
  std::vector<std::string> periods(const std::string& side = "arrears") {
    return rows(
        "cycle, starts_at at time zone 'UTC', ends_at at time zone 'UTC', label) "
        "from billing_period where side = '" +
        side + "' order by customer_id, cycle, starts_at");
  }
  std::vector<std::string> reopenings() {
    return rows(
        "reopening, cycle, from_at at time zone 'UTC', coalesce((until_at at time zone "
        "'UTC')::text, '-'), at_once, cause) from reopening order by customer_id, reopening");
  }
  /// Marks every stored period as billed that ends until then, as a run does.
  void bill_until(std::string_view until) {
    connection.execute({"bill",
                        "update billing_period set billed_cut = 1, version_id = 1, "
                        "billed_by_run = 1 where ends_at <= $1"},
                       {time::parse_instant(until)});
  }

  config::Configuration active;
  PlanInVersion plan_in_version;
  time::Instant now = time::parse_instant("2026-11-02T08:00:00Z");

 private:
  const std::string database_ = fresh_database();
  int statements_ = 0;

 protected:
  store::Connection connection = connect();
};

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

MATCHER_P4(Counts, rows, created, changed, unchanged, "") {
  *result_listener << arg.rows << " rows: " << arg.created << " created, " << arg.changed
                   << " changed, " << arg.unchanged << " unchanged";
  return arg.rows == rows && arg.created == created && arg.changed == changed &&
         arg.unchanged == unchanged;
}

}  // namespace reckoner::accounts

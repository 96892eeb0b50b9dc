#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/import.hpp"
#include "engine/interim.hpp"
#include "engine/run.hpp"
#include "engine/versions.hpp"
#include "metering/event.hpp"
#include "store/pool.hpp"
#include "support/database.hpp"

namespace reckoner::test {

/// The files of the project's config directory.
config::Files shipped_configuration();

/// The same files with every `from` in the member replaced; fails the program when there is none.
config::Files edited(config::Files files, const std::string& member, std::string_view from,
                     std::string_view to);

/// The files with the setting at that value, whatever they said before.
config::Files with_setting(config::Files files, std::string_view name, std::string_view value);

/// The shipped configuration and a file of more plans (XML), priced in the currency.
config::Files with_plans(std::string_view plans, std::string_view currency = "USD");

/// A plan (XML) with a fee, and nothing else.
std::string flat_plan(std::string_view name, std::string_view fee);

/// The shipped chains with `steps` (XML) put behind InvoiceCalculationHandler in both.
config::Files with_statement_steps(config::Files files, std::string_view steps);

/// A statement handler for tests that does what it is told, at every call.
using StatementStep = std::function<void(engine::StatementContext&)>;
engine::HandlerSpec statement_step(std::string class_name, StatementStep step);

/// The handlers of the program and those of the test.
engine::Catalogue catalogue_with(std::vector<engine::HandlerSpec> more);

/// A fresh database with the shipped configuration, a clock that stands where it is put, and
/// everything that bills, in the writer's role: stories read like sentences.
class BillingWorld {
 public:
  struct Setup {
    config::Files files = shipped_configuration();
    std::vector<engine::HandlerSpec> handlers = {};
    std::optional<std::filesystem::path> plugins = std::nullopt;
  };

  BillingWorld() : BillingWorld(Setup{}) {}
  explicit BillingWorld(Setup setup);

  // The clock, and the files in force.
  void set_clock(std::string_view instant) { now_ = time::parse_instant(instant); }
  time::Instant now() const { return now_; }
  const config::Files& files() const { return files_; }
  /// Applies other files as a new version.
  VersionId apply(config::Files files);

  // What is known about customers. Imports happen at the clock's time and must succeed.
  accounts::ImportResult import(accounts::ImportKind kind, std::string_view csv);
  /// Also changes zone and anchor of a customer who is there.
  void customer(std::string_view key, std::string_view zone = "UTC", int anchor_day = 1);
  /// The subscription's key is "customer-plan-start"; said again with an end, it ends.
  void subscribe(std::string_view customer, std::string_view plan, std::string_view starts_on,
                 std::string_view ends_on = "");
  /// Another subscription in the customer's last cycle, unchecked: imports refuse what overlaps.
  void subscribe_twice(std::string_view customer, std::string_view plan,
                       std::string_view starts_on);
  void pay(std::string_view customer, std::string_view amount, std::string_view received_on,
           std::string_view reference);

  // What is known about usage. Each call is a batch of one event.
  void bandwidth(std::string_view customer, std::string_view megabytes, std::string_view at);
  void storage(std::string_view customer, std::string_view megabytes, std::string_view at);
  void cartridge(std::string_view customer, std::string_view hours, std::string_view at);

  // Runs of the monthly engine.
  /// The firing at that instant, with the clock there (it does not go back), worked to its end.
  engine::RunSummary run(std::string_view fires_at);
  struct ByHand {
    std::string period_label = {};
    std::string customer_key = {};
    bool retry_parked = false;
    bool true_ups = false;
  };
  /// At the clock's time.
  engine::RunSummary run_by_hand() { return run_by_hand(ByHand()); }
  engine::RunSummary run_by_hand(const ByHand& request);
  engine::RunSummary work(RunId run);
  /// Whom a run parked, and why: "acme: reason".
  std::vector<std::string> parked();

  std::vector<engine::InterimInvoice> interim(std::string_view customer, std::string_view as_of);
  /// The only interim invoice.
  engine::InterimInvoice one_interim(std::string_view customer, std::string_view as_of);

  /// Issued documents, oldest first.
  std::vector<domain::Document> documents(std::string_view customer);
  domain::Document last_document(std::string_view customer);
  /// The stored periods: "2026-10 2026-10-01..2026-11-01 billed" with instants in UTC.
  std::vector<std::string> periods(std::string_view customer);
  /// The balance, as the ledger and the running balance agree on it.
  std::string balance(std::string_view customer, std::string_view currency = "USD");

  /// A digest of every row of every table and of every sequence.
  std::string digest();
  /// Content hashes of all documents by customer and ordinal.
  std::vector<std::string> content_hashes();
  /// A number or a text that an SQL expression gives.
  std::int64_t number(std::string_view sql);
  std::string text(std::string_view sql);

  /// What holds in every world: numbers without gaps in the order of issue, chains
  /// and content hashes that can be computed again, ordinals without gaps, books that balance,
  /// periods that tile and are each billed once; whatever engine::audit looks at, and every
  /// document computed again.
  void expect_books_in_order();

  store::Pool& pool() { return *pool_; }
  engine::Versions& versions() { return *versions_; }
  engine::Runner& runner() { return *runner_; }
  /// Another connection in the writer's role, or the owner's, who may change the schema.
  store::Connection connect(store::Role role = store::Role::kWriter) const;
  const std::string& connect_string() const { return database_; }

 private:
  void ingest(std::string_view customer, std::string type, std::string_view member,
              const money::Decimal& quantity, std::string_view at);
  std::shared_ptr<const engine::CompiledVersion> active();
  void expect_chain(std::string_view series, std::string_view pattern);
  void expect_ordinals_and_hashes();
  void expect_ledger();
  void expect_books_of_entities();
  void expect_periods_tile();
  void expect_proofs();

  const std::string database_;
  config::Files files_;
  std::atomic<time::Instant> now_;
  std::unique_ptr<store::Pool> pool_;
  std::unique_ptr<engine::Versions> versions_;
  std::unique_ptr<engine::Runner> runner_;
  store::Connection connection_;
  int events_ = 0;
  int statements_ = 0;
};

/// A story in a world of its own; in the end its books must be in order.
class BillingTest : public testing::Test {
 protected:
  void TearDown() override { world.expect_books_in_order(); }
  BillingWorld world;
};

/// The lines that cost something: "2026-10 bandwidth 13.92", "2026-10 true-up bandwidth 0.30".
std::vector<std::string> charged(const domain::Document& document);
/// All lines, likewise.
std::vector<std::string> all_lines(const domain::Document& document);
/// "40.00 + 113.92 - 100.00 = 53.92": brought forward, total, payments, carried forward.
std::string sums(const domain::Document& document);

/// The message of the Error that `action` throws; "" when it throws none.
std::string error_of(const std::function<void()>& action);

}  // namespace reckoner::test

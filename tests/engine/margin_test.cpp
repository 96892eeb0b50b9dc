// Margins on a real database, beside what a second simple computation gives: usage from the raw
// events, each event once.

#include "engine/margin.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/corrections.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {
namespace {

using testing::HasSubstr;

/// A fee by traffic, and a levy on the same traffic.
constexpr std::string_view kTwice = R"(
  <plan name="Twice" title="Twice">
    <metered name="traffic" title="Traffic" meter="bandwidth" unit="MB" unit-size="1048576"
             price="0.05"/>
    <metered name="levy" title="Levy" meter="bandwidth" unit="MB" unit-size="1048576" price="0.01"/>
  </plan>)";

/// 0.01 a MB up to 3,000 of all customers together, then 0.005.
constexpr std::string_view kSuppliers = R"(<suppliers xmlns="urn:reckoner:suppliers:1">
  <supplier name="cloud" title="Cloud" currency="USD">
    <metered name="transit" meter="bandwidth" unit="MB" unit-size="1048576">
      <graduated><tier up-to="3000" price="0.01"/><tier price="0.005"/></graduated>
    </metered>
  </supplier></suppliers>)";

config::Files files() {
  config::Files files = test::with_plans(std::string(kTwice) + test::flat_plan("Flat", "10"));
  files.content["suppliers.xml"] = kSuppliers;
  return files;
}

class MarginTest : public testing::Test {
 protected:
  MarginTest() : world({.files = files()}) {
    world.set_clock("2026-10-01T00:00:00Z");
    for (const char* key : {"a", "b"}) {
      world.customer(key);
      world.subscribe(key, "Twice", "2026-10-01");
    }
    world.bandwidth("a", "1000", "2026-10-05T10:00:00Z");
    world.bandwidth("b", "3000", "2026-10-06T10:00:00Z");
    world.run("2026-11-01T02:00:00Z");
    world.set_clock("2026-11-02T00:00:00Z");
  }

  std::vector<MarginRow> rows(const std::string& month = "2026-10") {
    auto connection = world.connect();
    const store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
    return margins(connection, world.versions(), month);
  }
  MarginRow sum(const std::string& month = "2026-10") {
    const auto sums = margins_by(rows(month), {});
    EXPECT_EQ(sums.size(), 1U);
    return sums.at(0);
  }
  /// What the supplier asks for the raw events of October.
  std::string supplier_asks() {
    return world.text(R"(
      select round(case when mb <= 3000 then mb * 0.01 else 30 + (mb - 3000) * 0.005 end, 2)::text
        from (select sum((e.data::json ->> 'bytes')::numeric) / 1048576 as mb
                from raw_event e
               where e.occurred_at >= '2026-10-01' and e.occurred_at < '2026-11-01') u)");
  }
  std::string billed() {
    return world.text(R"(
      select sum(amount)::numeric(20, 2)::text from document_line where period_label = '2026-10')");
  }

  test::BillingWorld world;
};

TEST_F(MarginTest, UsageThatTwoChargesPriceCostsOnce) {
  EXPECT_EQ(supplier_asks(), "35.00");
  const MarginRow all = sum();
  EXPECT_EQ(all.cost.to_string(), "35.00");
  EXPECT_EQ(all.billed.to_string(), billed());
  std::map<std::string, std::string> costs;
  for (const MarginRow& row : rows()) costs[row.customer + " " + row.charge] = row.cost.to_string();
  EXPECT_EQ(costs["a levy"], "4.38") << "half of a quarter, with the odd cent";
  EXPECT_EQ(costs["a traffic"], "4.37");
  EXPECT_EQ(costs["b levy"], "13.13");
  EXPECT_EQ(costs["b traffic"], "13.12");
}

TEST_F(MarginTest, CorrectedLinesCostWhatWasUsedInTheEnd) {
  world.bandwidth("a", "500", "2026-10-20T10:00:00Z");
  world.run_by_hand({.true_ups = true});
  EXPECT_EQ(sum().cost.to_string(), supplier_asks());
  EXPECT_EQ(sum().billed.to_string(), billed());
  world.bandwidth("a", "-1500", "2026-10-21T10:00:00Z");
  world.run_by_hand({.true_ups = true});
  EXPECT_EQ(sum().cost.to_string(), "30.00");
  EXPECT_EQ(sum().billed.to_string(), billed());
}

TEST_F(MarginTest, AVoidThatIsBilledAgainChangesNothing) {
  const std::string before = sum().cost.to_string();
  const std::string number = world.text("select min(number) from issued");
  {
    auto connection = world.connect();
    void_document(connection, world.versions(), {.number = number, .reason = "wrong"}, world.now());
  }
  world.run_by_hand({.true_ups = true});
  EXPECT_EQ(sum().cost.to_string(), before);
  EXPECT_EQ(sum().billed.to_string(), "240.00");
}

TEST_F(MarginTest, AMonthIsFoundByAnIndexAndWhereverItsCustomersAre) {
  world.customer("kiritimati", "Pacific/Kiritimati");
  world.customer("honolulu", "Pacific/Honolulu");
  for (const char* key : {"kiritimati", "honolulu"}) world.subscribe(key, "Flat", "2026-10-01");
  world.run_by_hand({});
  EXPECT_EQ(sum().billed.to_string(), "260.00");
  auto owner = world.connect(store::Role::kOwner);
  // So few rows are found by any index; the key's begins with the customer.
  const store::Transaction rolled_back(owner);
  owner.run_script({"no other way", R"(
    set enable_seqscan = off; alter table document_line drop constraint document_line_pkey)"});
  std::string plan;
  for (const store::Row& row : owner.query({"explain", R"(
         explain select sum(amount) from document_line
          where period_starts_at >= '2026-10-01' and period_starts_at < '2026-11-01')"})) {
    plan += row.text("QUERY PLAN") + "\n";
  }
  EXPECT_THAT(plan, HasSubstr("document_line_month"));
}

}  // namespace
}  // namespace reckoner::engine

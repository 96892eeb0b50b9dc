#include <gmock/gmock.h>

#include <set>

#include "engine/compute.hpp"
#include "handlers/catalogue.hpp"
#include "metering/cut.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::handlers {

namespace {

TEST(ReadOnlyTest, EveryShippedHandlerRunsWhereNothingCanBeWritten) {
  test::BillingWorld world;
  world.customer("acme", "Asia/Kolkata");
  world.subscribe("acme", "SMB", "2026-09-01", "2026-10-15");
  world.subscribe("acme", "Professional", "2026-10-15");
  world.run("2026-10-01T02:00:00Z");
  world.bandwidth("acme", "2000", "2026-09-05T10:00:00Z");
  world.bandwidth("acme", "2000", "2026-10-25T10:00:00Z");
  world.pay("acme", "10.00", "2026-10-20", "some");

  store::Connection connection = world.connect();
  const std::int64_t cut = metering::close_cut(connection, world.now());
  const VersionId active = world.versions().active(connection).value();
  const auto version = world.versions().load(connection, active);
  std::set<std::string> in_chain;
  for (const auto& step : version->engine("monthly").handlers) in_chain.insert(step.class_name);
  // What is done about overdue documents computes nothing (dunning_test.cpp).
  for (const auto& step : version->engine("dunning").handlers) in_chain.insert(step.class_name);
  for (const engine::HandlerSpec& spec : catalogue()) {
    EXPECT_TRUE(in_chain.contains(spec.class_name)) << spec.class_name << " is not looked at here";
  }

  const store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  const std::array<std::int64_t, 1> customers{
      connection.query({"who", "select customer_id from customer"}).only().int64(0)};
  engine::FactReader facts(connection, {cut, /*tail=*/false});
  engine::Computation computation =
      engine::compute(facts, connection, world.versions(),
                      {customers,
                       {.engine = "monthly",
                        .until = time::parse_instant("2026-11-01T02:00:00Z"),
                        .accrue = false,
                        .label = {}},
                       "monthly",
                       active});
  ASSERT_EQ(computation.documents.size(), 1U);
  std::vector<engine::OutgoingMail> mails;
  engine::DocumentContext context{version->configuration(), facts, computation.documents, mails,
                                  engine::IssueDays(time::parse_date("2026-11-01"))};
  version->chain("monthly").run_document_phase(context, engine::DocumentSteps::kAll);
  EXPECT_TRUE(computation.documents.front().issue);
  EXPECT_EQ(mails.size(), 1U);
}

}  // namespace

}  // namespace reckoner::handlers

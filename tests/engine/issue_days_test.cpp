// Days of issue: the clock, the calendar of a series, months that are closed.

#include "engine/issue_days.hpp"

#include <gmock/gmock.h>

#include "accounts/closings.hpp"
#include "engine/corrections.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using test::error_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class IssueDaysTest : public test::BillingTest {
 protected:
  IssueDaysTest() {
    world.set_clock("2026-10-01T00:00:00Z");
    world.customer("acme");
    world.subscribe("acme", "SMB", "2026-10-01");
    world.customer("beta");
    world.subscribe("beta", "SMB", "2026-10-15");
  }

  void close(const std::string& month) {
    store::Connection connection = world.connect();
    const auto version = world.versions().load(connection, *world.versions().active(connection));
    accounts::close_month(connection, version->configuration(), {"", accounts::parse_month(month)},
                          "anna", world.now());
  }
};

TEST_F(IssueDaysTest, AClockBehindTheLastNumberIssuesNothing) {
  world.set_clock("2026-11-10T12:00:00Z");
  world.run_by_hand({.customer_key = "acme"});
  world.set_clock("2026-11-09T23:59:59Z");
  EXPECT_THAT(error_of([&] { world.run_by_hand(); }),
              HasSubstr("nothing is issued on 2026-11-09: series billing.invoice.number has issued "
                        "on 2026-11-10 already; is the clock wrong?"));
  EXPECT_EQ(world.number("select count(*) from issued"), 1);
  EXPECT_THAT(world.parked(), IsEmpty());
  // The run is still there, and done once the clock is right.
  world.set_clock("2026-11-10T00:00:00Z");
  for (const RunId run : world.runner().unfinished("monthly")) world.work(run);
  EXPECT_EQ(world.last_document("beta").number, "INV-2026-000002");
}

TEST_F(IssueDaysTest, LastYearsSeriesDoesNotGoOnEither) {
  world.set_clock("2027-01-01T00:00:00Z");
  world.run_by_hand({.customer_key = "acme"});
  world.set_clock("2026-12-31T23:00:00Z");
  EXPECT_THAT(error_of([&] { world.run_by_hand(); }),
              HasSubstr("has issued on 2027-01-01 already"));
}

TEST_F(IssueDaysTest, AVoidIsRefusedLikewise) {
  world.set_clock("2026-11-10T12:00:00Z");
  world.run_by_hand();
  store::Connection connection = world.connect();
  void_document(connection, world.versions(), {"INV-2026-000001", VoidMode::kRebill, "wrong"},
                world.now());
  world.set_clock("2026-11-09T12:00:00Z");
  EXPECT_THAT(error_of([&] {
                void_document(connection, world.versions(),
                              {"INV-2026-000002", VoidMode::kRebill, "wrong"}, world.now());
              }),
              HasSubstr("series billing.creditNote.number has issued on 2026-11-10 already"));
}

TEST_F(IssueDaysTest, NothingIsIssuedInAClosedMonth) {
  world.set_clock("2026-12-02T12:00:00Z");
  close("2026-10");
  close("2026-11");
  world.set_clock("2026-11-15T12:00:00Z");
  EXPECT_THAT(error_of([&] { world.run_by_hand(); }),
              HasSubstr("nothing is issued on 2026-11-15: the books of legal entity 'default' are "
                        "closed up to 2026-11-30"));
  EXPECT_EQ(world.number("select count(*) from document"), 0);
  EXPECT_THAT(world.parked(), IsEmpty());
}

/// While a batch is in flight midnight passes, and another process issues on the new day.
TEST(IssueDays, ABatchThatMidnightOvertookIsDoneAgainWithTheNewDay) {
  std::function<void()> overtake;
  const auto step = [&](StatementContext&) {
    if (overtake) std::exchange(overtake, nullptr)();
  };
  test::BillingWorld world(
      test::BillingWorld::Setup{.handlers = {test::statement_step("OvertakeHandler", step)}});
  world.apply(test::with_statement_steps(world.files(), R"(<handler class="OvertakeHandler"/>)"));
  for (const char* customer : {"acme", "beta"}) {
    world.customer(customer);
    world.subscribe(customer, "SMB", "2026-10-01");
  }
  world.set_clock("2026-11-10T12:00:00Z");
  world.run_by_hand({.customer_key = "acme"});
  world.set_clock("2026-11-10T23:59:59Z");
  overtake = [&] {
    store::Connection other = world.connect();
    other.run_script({"overtake", "update series set last_issued_on = '2026-11-11'"});
    world.set_clock("2026-11-11T00:00:00Z");
  };
  const RunSummary run = world.run_by_hand();
  EXPECT_EQ(run.counts.invoiced, 1);
  EXPECT_EQ(run.counts.parked, 0);
  EXPECT_EQ(world.last_document("beta").issued_on, time::parse_date("2026-11-11"));
  world.expect_books_in_order();
}

TEST_F(IssueDaysTest, TheDatabaseRefusesASeriesThatGoesBack) {
  world.set_clock("2026-11-10T12:00:00Z");
  world.run_by_hand();
  store::Connection connection = world.connect();
  EXPECT_THAT(error_of([&] {
                connection.run_script({"back", "update series set last_issued_on = '2026-11-09'"});
              }),
              HasSubstr("would go back"));
  EXPECT_THAT(error_of([&] {
                connection.run_script({"back", "update series set next_seq = next_seq - 1"});
              }),
              HasSubstr("would go back"));
}

}  // namespace

}  // namespace reckoner::engine

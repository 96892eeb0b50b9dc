#include "accounts/advance_sides.hpp"

#include "accounts/periods.hpp"
#include "accounts_database.hpp"
#include "store/transaction.hpp"

namespace reckoner::accounts {
namespace {

class AdvanceSidesTest : public AccountsTest {
 protected:
  AdvanceSidesTest() {
    active.plans.push_back(plan("Ahead", "USD"));
    make_advance("Ahead");
    customer("acme", "UTC", 1);
  }
  void make_advance(std::string_view name) {
    domain::Plan& changed = plan_named(name);
    changed.charges = {fee("base")};
    changed.charges.front().side = domain::Side::kAdvance;
  }
  std::int64_t add() {
    store::Transaction transaction(connection);
    const std::int64_t count = add_advance_sides(connection, active);
    transaction.commit();
    return count;
  }
  /// Bills one side of the period that begins on that day, and adds the one behind it.
  void bill(const std::string& side, const std::string& starts_on) {
    connection.run_script(
        {"bill side", "update billing_period set billed_cut = 1, version_id = 1 where side = '" +
                          side + "' and starts_on = '" + starts_on +
                          "'; insert into billing_period select customer_id, cycle, side, ends_at, "
                          "(ends_on + interval '1 month') at time zone 'UTC', ends_on, (ends_on + "
                          "interval '1 month')::date, time_zone, to_char(ends_on, 'YYYY-MM') from "
                          "billing_period where side = '" +
                          side + "' and starts_on = '" + starts_on + "'"});
  }
};

constexpr std::string_view kOctober = "1 2026-10-01 00:00:00 2026-11-01 00:00:00 2026-10";
constexpr std::string_view kNovember = "1 2026-11-01 00:00:00 2026-12-01 00:00:00 2026-11";
constexpr std::string_view kDecember = "1 2026-12-01 00:00:00 2027-01-01 00:00:00 2026-12";

TEST_F(AdvanceSidesTest, MirrorTheArrears) {
  subscriptions("a,acme,Ahead,2026-10-05,\n");
  EXPECT_THAT(periods(), ElementsAre(kOctober));
  EXPECT_THAT(periods("advance"), ElementsAre(kOctober));
  EXPECT_EQ(row("starts_on, ends_on, time_zone, billed_cut) from billing_period where side = "
                "'advance'"),
            "2026-10-01 2026-11-01 UTC");
  subscriptions("a,acme,Ahead,2026-10-05,\nb,acme,Ahead,2026-12-05,\n");
  EXPECT_THAT(periods("advance"), ElementsAre(kOctober));
}

TEST_F(AdvanceSidesTest, BeginInThePeriodOfTheSubscription) {
  subscriptions("a,acme,SMB,2026-08-01,\n");
  bill("arrears", "2026-08-01");
  bill("arrears", "2026-09-01");
  bill("arrears", "2026-10-01");
  EXPECT_THAT(periods("advance"), IsEmpty());
  subscriptions("b,acme,Ahead,2026-10-15,\n");
  EXPECT_THAT(periods("advance"), ElementsAre(kOctober, kNovember));
  EXPECT_THAT(reopenings(),
              ElementsAre("1 1 2026-10-15 00:00:00 - f subscription 'b' added from 2026-10-15"));
}

TEST_F(AdvanceSidesTest, BeginInTheLastPeriodForALaterSubscription) {
  subscriptions("a,acme,SMB,2026-10-01,\nb,acme,Ahead,2027-03-15,\n");
  EXPECT_THAT(periods("advance"), ElementsAre(kOctober));
}

TEST_F(AdvanceSidesTest, GoBackWithoutOverlapWhereOneLiesAhead) {
  subscriptions("a,acme,Ahead,2026-10-05,\n");
  bill("advance", "2026-10-01");
  EXPECT_THAT(periods("advance"), ElementsAre(kOctober, kNovember));
  subscriptions("b,acme,Ahead,2026-10-20,\n");
  EXPECT_THAT(periods("advance"), ElementsAre(kOctober, kNovember));
  subscriptions("c,acme,Ahead,2026-08-20,\n");
  EXPECT_THAT(periods("advance"), ElementsAre("1 2026-08-01 00:00:00 2026-09-01 00:00:00 2026-08",
                                              "1 2026-09-01 00:00:00 2026-10-01 00:00:00 2026-09",
                                              kOctober, kNovember));
  EXPECT_EQ(periods().size(), 3U);
}

TEST_F(AdvanceSidesTest, WakeWhereTheyEnded) {
  subscriptions("a,acme,Ahead,2026-10-05,2026-10-20\n");
  bill_until("2026-11-01T00:00:00Z");
  subscriptions("a,acme,Ahead,2026-10-05,2026-11-20\n");
  EXPECT_THAT(periods(), ElementsAre(kOctober, kNovember));
  EXPECT_THAT(periods("advance"), ElementsAre(kOctober, kNovember));
}

TEST_F(AdvanceSidesTest, AddedWhenAConfigurationBeginsToBillInAdvance) {
  subscriptions("a,acme,SMB,2026-10-05,\nb,acme,Professional,2026-10-05,\n");
  customer("globex", "UTC", 1);
  subscriptions("a,globex,Professional,2026-10-05,\n");
  bill("arrears", "2026-10-01");
  EXPECT_EQ(add(), 0);
  make_advance("SMB");
  EXPECT_EQ(add(), 1);
  EXPECT_THAT(periods("advance"), ElementsAre(kNovember));
  EXPECT_EQ(add(), 0);
  bill("advance", "2026-11-01");
  EXPECT_EQ(add(), 0);
  EXPECT_THAT(periods("advance"), ElementsAre(kNovember, kDecember));
}

TEST(MissingAdvancePeriods, EndWhereTheStoredOnesBegin) {
  const auto at = [](std::string_view text) { return time::parse_instant(text); };
  const time::CycleRule rule{.anchor_day = 1};
  const time::Zone utc = time::Zone::utc();
  const std::vector<ZonedPeriod> arrears = {
      {time::period_containing(rule, at("2026-09-10T00:00:00Z")), utc},
      {time::period_containing(rule, at("2026-10-10T00:00:00Z")), utc}};
  // The stored ones began in another zone, inside October.
  const StoredPeriods stored{at("2026-10-01T04:00:00Z"), at("2026-11-01T04:00:00Z"), true};
  const auto missing = missing_advance_periods(rule, arrears, stored,
                                               {at("2026-09-15T00:00:00Z"), time::Instant::max()});
  ASSERT_EQ(missing.size(), 3U);
  EXPECT_EQ(missing[0].bounds.period, arrears[0].bounds.period);
  EXPECT_EQ(missing[1].bounds.period.starts_at, at("2026-10-01T00:00:00Z"));
  EXPECT_EQ(missing[1].bounds.period.ends_at, stored.first_starts_at);
  EXPECT_EQ(missing[2].bounds.period.starts_at, stored.last_ends_at);
}

}  // namespace
}  // namespace reckoner::accounts

#include "accounts_database.hpp"
#include "time/cycle.hpp"

namespace reckoner::accounts {
namespace {

class SubscriptionImportTest : public AccountsTest {
 protected:
  std::vector<std::string> stored() {
    return rows(
        "external_key, subscription, cycle, plan, currency, starts_at at time zone 'UTC', ends_at "
        "at time zone 'UTC') from subscription order by customer_id, subscription");
  }
};

TEST_F(SubscriptionImportTest, DaysAreLocalAndPeriodsFollowTheAnchor) {
  customer("kolkata", "Asia/Kolkata", 1);
  customer("zurich", "Europe/Zurich", 31);
  EXPECT_THAT(subscriptions("a,kolkata,SMB,2026-10-01,\n"
                            "b,zurich,SMB,2026-02-28,2026-03-05\n"),
              Counts(2, 2, 0, 0));
  EXPECT_THAT(stored(), ElementsAre("a 1 1 SMB USD 2026-09-30 18:30:00",
                                    "b 1 1 SMB USD 2026-02-27 23:00:00 2026-03-04 23:00:00"));
  EXPECT_THAT(periods(), ElementsAre("1 2026-09-30 18:30:00 2026-10-31 18:30:00 2026-10",
                                     "1 2026-02-27 23:00:00 2026-03-30 22:00:00 2026-02"));
  EXPECT_THAT(rows("engine, currency, months, anchor_day, time_zone) from cycle "
                   "order by customer_id"),
              ElementsAre("monthly USD 1 1 Asia/Kolkata", "monthly USD 1 31 Europe/Zurich"));
  EXPECT_THAT(rows("starts_on, ends_on, side, time_zone, billed_cut, version_id) from "
                   "billing_period order by customer_id"),
              ElementsAre("2026-10-01 2026-11-01 arrears Asia/Kolkata",
                          "2026-02-28 2026-03-31 arrears Europe/Zurich"));
  EXPECT_THAT(reopenings(), IsEmpty());
}

TEST_F(SubscriptionImportTest, SeveralAtOnceShareACycleByCurrency) {
  customer("acme", "UTC", 1);
  subscriptions(
      "late,acme,SMB,2026-12-10,\nearly,acme,SMB,2026-10-05,\nchf,acme,Zurich,2026-11-05,\n");
  EXPECT_THAT(stored(), ElementsAre("late 1 1 SMB USD 2026-12-10 00:00:00",
                                    "early 2 1 SMB USD 2026-10-05 00:00:00",
                                    "chf 3 2 Zurich CHF 2026-11-05 00:00:00"));
  EXPECT_THAT(periods(), ElementsAre("1 2026-10-01 00:00:00 2026-11-01 00:00:00 2026-10",
                                     "2 2026-11-01 00:00:00 2026-12-01 00:00:00 2026-11"));
  subscriptions("next,acme,Professional,2026-12-10,\n");
  EXPECT_THAT(stored(), SizeIs(4));
  EXPECT_THAT(periods(), SizeIs(2));
}

TEST_F(SubscriptionImportTest, ImportedTwiceChangesNothing) {
  customer("acme", "America/New_York", 15);
  const std::string file = "a,acme,SMB,2026-10-01,2026-10-20\nb,acme,Professional,2026-10-20,\n";
  subscriptions(file);
  bill_until("2027-01-01T00:00:00Z");
  EXPECT_THAT(subscriptions(file), Counts(2, 0, 0, 2));
  EXPECT_THAT(import(ImportKind::kSubscriptions, "s.jsonl",
                     "{\"key\":\"a\",\"customer\":\"acme\",\"plan\":\"SMB\",\"currency\":\"USD\","
                     "\"starts-on\":\"2026-10-01\",\"ends-on\":\"2026-10-20\"}\n"),
              Counts(1, 0, 0, 1));
  EXPECT_THAT(reopenings(), IsEmpty());
  EXPECT_THAT(periods(), SizeIs(1));
}

TEST_F(SubscriptionImportTest, ABackdatedStartGetsEarlierPeriodsAndReopensBilledOnes) {
  customer("acme", "UTC", 1);
  subscriptions("a,acme,SMB,2026-10-01,\n");
  bill_until("2026-11-01T00:00:00Z");
  subscriptions("b,acme,SMB,2026-08-17,\n");
  EXPECT_THAT(periods(), ElementsAre("1 2026-08-01 00:00:00 2026-09-01 00:00:00 2026-08",
                                     "1 2026-09-01 00:00:00 2026-10-01 00:00:00 2026-09",
                                     "1 2026-10-01 00:00:00 2026-11-01 00:00:00 2026-10",
                                     "1 2026-11-01 00:00:00 2026-12-01 00:00:00 2026-11"));
  EXPECT_THAT(reopenings(),
              ElementsAre("1 1 2026-08-17 00:00:00 - f subscription 'b' added from 2026-08-17"));
}

TEST_F(SubscriptionImportTest, ABackdatedStartInAnOpenPeriodReopensNothing) {
  customer("acme", "UTC", 1);
  subscriptions("a,acme,SMB,2026-10-10,\n");
  subscriptions("b,acme,SMB,2026-10-02,\nc,acme,SMB,2026-09-30,\n");
  EXPECT_THAT(reopenings(), IsEmpty());
  EXPECT_THAT(periods(), SizeIs(2));
}

TEST_F(SubscriptionImportTest, AnEndInABilledPeriodReopensItAtOnce) {
  customer("acme", "America/New_York", 1);
  subscriptions("a,acme,SMB,2026-10-01,\n");
  bill_until("2026-12-01T00:00:00Z");
  EXPECT_THAT(subscriptions("a,acme,SMB,2026-10-01,2026-10-11\n"
                            "b,acme,Professional,2026-10-11,\n"),
              Counts(2, 1, 1, 0));
  EXPECT_THAT(stored(), ElementsAre("a 1 1 SMB USD 2026-10-01 04:00:00 2026-10-11 04:00:00",
                                    "b 2 1 Professional USD 2026-10-11 04:00:00"));
  EXPECT_THAT(reopenings(),
              ElementsAre("1 1 2026-10-11 04:00:00 - t subscription 'a' ends on 2026-10-11",
                          "2 1 2026-10-11 04:00:00 - f subscription 'b' added from 2026-10-11"));
}

TEST_F(SubscriptionImportTest, AnEndMayMoveAndReopensWhatItMovesOver) {
  customer("acme", "UTC", 1);
  subscriptions("a,acme,SMB,2026-10-01,2026-10-11\n");
  bill_until("2026-12-01T00:00:00Z");
  EXPECT_THAT(subscriptions("a,acme,SMB,2026-10-01,2026-10-21\n"), Counts(1, 0, 1, 0));
  EXPECT_THAT(subscriptions("a,acme,SMB,2026-10-01,2026-10-05\n"), Counts(1, 0, 1, 0));
  EXPECT_THAT(subscriptions("a,acme,SMB,2026-10-01,2026-10-01\n"), Counts(1, 0, 1, 0));
  EXPECT_THAT(
      reopenings(),
      ElementsAre(
          "1 1 2026-10-11 00:00:00 2026-10-21 00:00:00 f subscription 'a' ends on 2026-10-21",
          "2 1 2026-10-05 00:00:00 2026-10-21 00:00:00 t subscription 'a' ends on 2026-10-05",
          "3 1 2026-10-01 00:00:00 2026-10-05 00:00:00 t subscription 'a' ends on 2026-10-01"));
  EXPECT_THAT(periods(), SizeIs(1));
}

TEST_F(SubscriptionImportTest, ADormantCycleGoesOnWhereItEnded) {
  customer("acme", "UTC", 1);
  subscriptions("a,acme,SMB,2026-05-01,2026-05-11\n");
  bill_until("2026-12-01T00:00:00Z");
  subscriptions("b,acme,SMB,2026-09-15,\n");
  EXPECT_THAT(periods(), ElementsAre("1 2026-05-01 00:00:00 2026-06-01 00:00:00 2026-05",
                                     "1 2026-06-01 00:00:00 2026-07-01 00:00:00 2026-06"));
  EXPECT_THAT(reopenings(), IsEmpty());
}

TEST_F(SubscriptionImportTest, AnEndMovedBehindADormantCycleWakesIt) {
  customer("acme", "UTC", 1);
  subscriptions("a,acme,SMB,2026-05-01,2026-05-11\n");
  bill_until("2026-12-01T00:00:00Z");
  subscriptions("a,acme,SMB,2026-05-01,2026-06-11\n");
  EXPECT_THAT(periods(), ElementsAre("1 2026-05-01 00:00:00 2026-06-01 00:00:00 2026-05",
                                     "1 2026-06-01 00:00:00 2026-07-01 00:00:00 2026-06"));
  EXPECT_THAT(
      reopenings(),
      ElementsAre(
          "1 1 2026-05-11 00:00:00 2026-06-11 00:00:00 f subscription 'a' ends on 2026-06-11"));
}

TEST_F(SubscriptionImportTest, AnEmptySubscriptionNeedsNoPeriod) {
  customer("acme", "UTC", 1);
  subscriptions("a,acme,SMB,2026-05-10,2026-05-10\n");
  EXPECT_THAT(periods(), IsEmpty());
  subscriptions("a,acme,SMB,2026-05-10,2026-05-12\n");
  EXPECT_THAT(periods(), ElementsAre("1 2026-05-01 00:00:00 2026-06-01 00:00:00 2026-05"));
}

TEST_F(SubscriptionImportTest, AChangeOfZoneTakesEffectAtTheNextBoundary) {
  customer("acme", "America/New_York", 1);
  subscriptions("a,acme,SMB,2026-09-01,2026-10-11\nb,acme,SMB,2026-09-01,\n");
  const auto before = periods();
  EXPECT_THAT(customer("acme", "UTC", 1), Counts(1, 0, 1, 0));
  EXPECT_EQ(periods(), before);
  EXPECT_EQ(row("anchor_day, time_zone) from cycle"), "1 UTC");

  // The same file means the same days still, and changes nothing.
  EXPECT_THAT(subscriptions("a,acme,SMB,2026-09-01,2026-10-11\nb,acme,SMB,2026-09-01,\n"),
              Counts(2, 0, 0, 2));

  // New York's September, then UTC: no hour lost, none twice.
  bill_until("2026-10-01T04:00:00Z");
  subscriptions("c,acme,SMB,2026-10-15,\n");
  EXPECT_THAT(periods(), ElementsAre("1 2026-09-01 04:00:00 2026-10-01 04:00:00 2026-09",
                                     "1 2026-10-01 04:00:00 2026-11-01 00:00:00 2026-10"));
  EXPECT_EQ(row("string_agg(time_zone, ' ' order by starts_at)) from billing_period"),
            "America/New_York UTC");
}

TEST_F(SubscriptionImportTest, EveryProblemIsNamedAndNothingIsKept) {
  customer("acme", "UTC", 1);
  subscriptions("a,acme,SMB,2026-10-01,\nb,acme,SMB,2026-10-01,2026-10-20\n");
  const auto before = stored();
  EXPECT_THAT(
      problems(ImportKind::kSubscriptions,
               "key,customer,plan,starts-on,ends-on,currency\n"
               "good,acme,SMB,2026-10-01,,\n"
               "c,acme,Profesional,2026-10-01,,\n"
               "d,nobody,SMB,2026-10-01,,\n"
               "e,acme,SMB,2026-10-32,,\n"
               "f,acme,SMB,2026-10-02,2026-10-01,\n"
               "g,acme,SMB,2026-10-02,,EUR\n"
               "h,acme,SMB,2026-10-02,,EUX\n"
               "good,acme,SMB,2026-10-01,,\n"
               "a,acme,Professional,2026-10-01,,\n"
               ",,,,,\n"
               "b,acme,SMB,2026-10-02,2026-10-20,\n"
               "b,acme,SMB,2026-10-01,,\n"),
      ElementsAre(
          "subscriptions.csv:3: unknown plan 'Profesional'; did you mean 'Professional'?",
          "subscriptions.csv:4: there is no customer 'nobody'",
          "subscriptions.csv:5: '2026-10-32' is not a date such as 2026-10-31",
          "subscriptions.csv:6: ends-on 2026-10-01 lies before starts-on 2026-10-02",
          "subscriptions.csv:7: plan 'SMB' is priced in USD, not in EUR",
          "subscriptions.csv:8: unknown currency 'EUX'; did you mean 'EUR'?",
          "subscriptions.csv:9: subscription 'good' of customer 'acme' stands in line 2 already",
          "subscriptions.csv:10: subscription 'a' of customer 'acme' is stored with plan 'SMB': "
          "only its end changes; end it and start another",
          "subscriptions.csv:11: key is missing", "subscriptions.csv:11: customer is missing",
          "subscriptions.csv:11: plan is missing", "subscriptions.csv:11: starts-on is missing",
          "subscriptions.csv:12: subscription 'b' of customer 'acme' is stored with starts-on "
          "2026-10-01: only its end changes; end it and start another",
          "subscriptions.csv:13: subscription 'b' of customer 'acme' stands in line 12 already"));
  EXPECT_THAT(problems(ImportKind::kSubscriptions,
                       "key,customer,plan,starts-on,currency\n"
                       "a,acme,SMB,2026-10-01,CHF\nb,acme,SMB,2026-10-01,\n"),
              ElementsAre("subscriptions.csv:2: subscription 'a' of customer 'acme' is stored with "
                          "currency USD: only its end changes; end it and start another",
                          "subscriptions.csv:3: subscription 'b' of customer 'acme' ends on "
                          "2026-10-20: an end may change, but not go away"));
  EXPECT_EQ(stored(), before);
  EXPECT_THAT(periods(), SizeIs(1));
}

class DiscountImportTest : public AccountsTest {
 protected:
  DiscountImportTest() {
    customer("acme", "Asia/Kolkata", 1);
    subscriptions("a,acme,SMB,2026-10-01,\nchf,acme,Zurich,2026-10-01,\n");
  }
};

TEST_F(DiscountImportTest, DiscountsAreStoredOnce) {
  EXPECT_THAT(discounts("d,acme,12.5,2026-10-01,2027-01-01\ne,acme,100,2026-10-05,\n"),
              Counts(2, 2, 0, 0));
  EXPECT_THAT(discounts("d,acme,12.50,2026-10-01,2027-01-01\ne,acme,100,2026-10-05,\n"),
              Counts(2, 0, 0, 2));
  EXPECT_THAT(rows("discount, external_key, percentage, starts_at at time zone 'UTC', ends_at at "
                   "time zone 'UTC') from discount order by discount"),
              ElementsAre("1 d 12.5 2026-09-30 18:30:00 2026-12-31 18:30:00",
                          "2 e 100 2026-10-04 18:30:00"));
  EXPECT_THAT(reopenings(), IsEmpty());
}

TEST_F(DiscountImportTest, ABackdatedOneReopensBilledPeriodsOfEveryCycle) {
  bill_until("2026-12-01T00:00:00Z");
  discounts("d,acme,10,2026-10-05,2026-10-20\nlater,acme,10,2027-10-05,\n");
  discounts("d,acme,10,2026-10-05,2026-10-10\n");
  EXPECT_THAT(
      reopenings(),
      ElementsAre(
          "1 1 2026-10-04 18:30:00 2026-10-19 18:30:00 f discount 'd' added from 2026-10-05",
          "2 2 2026-10-04 18:30:00 2026-10-19 18:30:00 f discount 'd' added from 2026-10-05",
          "3 1 2026-10-09 18:30:00 2026-10-19 18:30:00 f discount 'd' ends on 2026-10-10",
          "4 2 2026-10-09 18:30:00 2026-10-19 18:30:00 f discount 'd' ends on 2026-10-10"));
}

TEST_F(DiscountImportTest, EveryProblemIsNamed) {
  discounts("d,acme,10,2026-10-01,2026-11-01\n");
  EXPECT_THAT(
      problems(ImportKind::kDiscounts,
               "key,customer,percentage,starts-on,ends-on\n"
               "a,acme,0,2026-10-01,\n"
               "b,acme,100.01,2026-10-01,\n"
               "c,acme,10%,2026-10-01,\n"
               "e,acme,10,2026-10-01,2026-10-01\n"
               "f,nobody,10,2026-10-01,\n"
               "d,acme,11,2026-10-01,2026-11-01\n"
               "g,acme,,,\n"
               "d,acme,10,2026-10-01,\n"),
      ElementsAre("discounts.csv:2: percentage 0 is not above 0 and at most 100",
                  "discounts.csv:3: percentage 100.01 is not above 0 and at most 100",
                  "discounts.csv:4: '10%' is not a decimal number",
                  "discounts.csv:5: ends-on 2026-10-01 does not lie behind starts-on 2026-10-01",
                  "discounts.csv:6: there is no customer 'nobody'",
                  "discounts.csv:7: discount 'd' of customer 'acme' is stored with 10 % from "
                  "2026-10-01: only its end changes; end it and start another",
                  "discounts.csv:8: percentage is missing", "discounts.csv:8: starts-on is missing",
                  "discounts.csv:9: discount 'd' of customer 'acme' stands in line 7 already"));
  EXPECT_THAT(
      problems(ImportKind::kDiscounts, "key,customer,percentage,starts-on\nd,acme,10,2026-10-01\n"),
      ElementsAre("discounts.csv:2: discount 'd' of customer 'acme' ends on 2026-11-01: an "
                  "end may change, but not go away"));
}

}  // namespace
}  // namespace reckoner::accounts

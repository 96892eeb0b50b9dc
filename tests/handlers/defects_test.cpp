// The defects of the original system, by their numbers in its list, and what happens here instead.

#include <gmock/gmock.h>

#include <thread>

#include "invoicing/content_hash.hpp"
#include "support/billing.hpp"

namespace reckoner::handlers {

namespace {

using test::charged;
using test::flat_plan;
using test::sums;
using test::with_plans;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class DefectsTest : public test::BillingTest {
 protected:
  /// The fee line of a customer who has SMB on so many days of June, which has 30.
  std::string fee_of_days(int days) {
    const std::string key = "days" + std::to_string(days);
    world.customer(key);
    world.subscribe(key, "SMB",
                    time::to_string(time::add_days(time::parse_date("2026-07-01"), -days)));
    world.run("2026-07-01T0" + std::to_string(++runs_) + ":00:00Z");
    return charged(world.last_document(key)).front();
  }
  int runs_ = 0;
};

TEST_F(DefectsTest, Defect1ProrationLosesNoCent) {
  EXPECT_EQ(fee_of_days(21), "2026-06 subscription 70.00");
  EXPECT_EQ(fee_of_days(27), "2026-06 subscription 90.00");
  EXPECT_EQ(fee_of_days(1), "2026-06 subscription 3.33");
  EXPECT_EQ(fee_of_days(14), "2026-06 subscription 46.67");
}

TEST_F(DefectsTest, Defect2NegativeLinesAndLargeAmountsAreExact) {
  world.apply(with_plans(flat_plan("Huge", "30000000.01")));
  world.customer("acme");
  world.subscribe("acme", "Huge", "2026-06-01");
  world.run("2026-07-01T02:00:00Z");
  EXPECT_EQ(sums(world.last_document("acme")), "0.00 + 30000000.01 - 0.00 = 30000000.01");
  world.subscribe("acme", "Huge", "2026-06-01", "2026-06-16");
  world.run("2026-07-02T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-06 true-up fee -15000000.00"));
  EXPECT_EQ(sums(world.last_document("acme")), "30000000.01 + -15000000.00 - 0.00 = 15000000.01");
}

TEST_F(DefectsTest, Defect3PricesHaveAnyNumberOfDigitsAndCurrenciesTheirOwn) {
  config::Files files = with_plans(
      R"(<plan name="Fine"><recurring name="fee" fee="1234.50"/>
         <metered name="hours" meter="cartridge" unit="hour" allowance="0" price="0.0005"/></plan>)");
  files.content["pricing/yen.xml"] =
      with_plans(flat_plan("Yen", "1000"), "JPY").content.at("pricing/more-JPY.xml");
  files.content["pricing/dinar.xml"] =
      with_plans(flat_plan("Dinar", "1.005"), "BHD").content.at("pricing/more-BHD.xml");
  world.apply(files);
  for (const char* plan : {"Fine", "Yen", "Dinar"}) {
    world.customer(plan);
    world.subscribe(plan, plan, "2026-06-16");
  }
  world.cartridge("Fine", "130", "2026-06-20T00:00:00Z");
  world.run("2026-07-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("Fine")),
              ElementsAre("2026-06 fee 617.25", "2026-06 hours 0.07"));
  EXPECT_THAT(charged(world.last_document("Yen")), ElementsAre("2026-06 fee 500"));
  EXPECT_THAT(charged(world.last_document("Dinar")), ElementsAre("2026-06 fee 0.503"));
}

TEST_F(DefectsTest, Defect4MoneyIsNumericInTheDatabase) {
  EXPECT_EQ(
      world.number("select count(*) from information_schema.columns where table_schema = 'public'"
                   " and column_name in ('amount', 'balance', 'total', 'brought_forward',"
                   " 'payments_total', 'carried_forward', 'credit_limit', 'percentage')"
                   " and data_type <> 'numeric'"),
      0);
  EXPECT_EQ(
      world.number("select count(*) from information_schema.columns where table_schema = 'public'"
                   " and data_type in ('real', 'double precision', 'money')"),
      0);
}

TEST_F(DefectsTest, Defect5AChangeOfPlanBillsEveryDayOnceAndAMissedRunBillsEveryMonth) {
  world.apply(with_plans(flat_plan("A", "310.00") + flat_plan("B", "310.00")));
  world.customer("acme");
  world.subscribe("acme", "A", "2026-07-01", "2026-07-29");
  world.subscribe("acme", "B", "2026-07-29");
  world.run("2026-10-01T02:00:00Z");  // August's and September's firings were missed
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-07 fee 280.00", "2026-07 fee 30.00", "2026-08 fee 310.00",
                          "2026-09 fee 310.00"));
  EXPECT_THAT(world.documents("acme"), SizeIs(1));
}

TEST_F(DefectsTest, Defect6ASecondRunInTheMonthDoesNotBillOverUsageAgain) {
  world.customer("acme");
  world.subscribe("acme", "Professional", "2026-10-01");
  world.bandwidth("acme", "2000", "2026-10-05T10:00:00Z");
  world.run("2026-11-01T02:00:00Z");
  world.bandwidth("acme", "2000", "2026-11-05T10:00:00Z");
  EXPECT_EQ(world.run("2026-11-20T02:00:00Z").due, 0);
  EXPECT_EQ(world.balance("acme"), "513.92");
  world.run("2026-12-01T02:00:00Z");
  EXPECT_EQ(world.balance("acme"), "1027.84");
}

TEST_F(DefectsTest, Defect7ARunOnTheFirstBillsTheMonthThatHasEnded) {
  world.customer("acme");
  world.subscribe("acme", "Professional", "2026-10-01");
  world.bandwidth("acme", "2000", "2026-10-31T23:00:00Z");
  world.bandwidth("acme", "9000", "2026-11-01T00:00:00Z");
  world.run("2026-11-01T00:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 subscription 500.00", "2026-10 bandwidth 13.92"));
}

TEST_F(DefectsTest, Defect8OverUsageIsSetAgainstThePlanOfItsDayAndStorageIsItsPeak) {
  world.apply(with_plans(R"(<plan name="Stored"><metered name="storage" meter="storage" unit="MB"
      unit-size="1048576" allowance="100" price="0.1"/></plan>)"));
  world.customer("upgrader");
  world.subscribe("upgrader", "Professional", "2026-10-01", "2026-10-31");
  world.subscribe("upgrader", "Enterprise", "2026-10-31");
  world.customer("leaver");
  world.subscribe("leaver", "Professional", "2026-10-01", "2026-10-31");
  for (const char* key : {"upgrader", "leaver"}) {
    world.bandwidth(key, "2486.4516129032", "2026-10-30T10:00:00Z");
  }
  world.customer("tidy");
  world.subscribe("tidy", "Stored", "2026-10-01");
  world.storage("tidy", "300", "2026-10-10T10:00:00Z");
  world.storage("tidy", "1", "2026-10-31T23:50:00Z");
  world.run("2026-11-01T02:00:00Z");
  // 30 of 31 days of Professional: fee 483.87, allowance 1486.4516…, so 1000 MB over.
  EXPECT_THAT(charged(world.last_document("leaver")),
              ElementsAre("2026-10 subscription 483.87", "2026-10 bandwidth 30.00"));
  EXPECT_THAT(charged(world.last_document("upgrader")),
              ElementsAre("2026-10 subscription 483.87", "2026-10 bandwidth 30.00",
                          "2026-10 subscription 64.52"));
  EXPECT_THAT(charged(world.last_document("tidy")), ElementsAre("2026-10 storage 20.00"));
}

TEST_F(DefectsTest, Defect9UnlimitedIsNeverOver) {
  world.apply(with_plans(R"(<plan name="Open"><recurring name="fee" fee="5.00"/>
      <metered name="bandwidth" meter="bandwidth" unit="MB" unit-size="1048576"
               allowance="unlimited" price="0.03"/></plan>)"));
  world.customer("acme");
  world.subscribe("acme", "Open", "2026-10-01");
  world.bandwidth("acme", "999999", "2026-10-05T10:00:00Z");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")), ElementsAre("2026-10 fee 5.00"));
}

TEST_F(DefectsTest, Defect10AnotherCustomersRunHidesNobodysEndedSubscription) {
  world.customer("ended");
  world.subscribe("ended", "SMB", "2026-10-01", "2026-10-16");
  world.customer("other");
  world.subscribe("other", "SMB", "2026-10-01");
  world.customer("never");
  world.subscribe("never", "SMB", "2026-10-10", "2026-10-10");
  world.set_clock("2026-12-05T00:00:00Z");
  EXPECT_EQ(world.run_by_hand({.customer_key = "other"}).counts.invoiced, 1);
  EXPECT_THAT(world.documents("ended"), IsEmpty());
  EXPECT_EQ(world.run("2026-12-06T02:00:00Z").counts.invoiced, 1);
  EXPECT_THAT(charged(world.last_document("ended")), ElementsAre("2026-10 subscription 48.39"));
  EXPECT_THAT(world.documents("never"), IsEmpty());
  EXPECT_EQ(world.run("2027-02-06T02:00:00Z").counts.invoiced, 1) << "only 'other' goes on";
}

TEST_F(DefectsTest, Defect11NoPaymentFallsBetweenTwoPeriods) {
  world.customer("acme", "Asia/Kolkata");
  world.subscribe("acme", "SMB", "2026-09-01");
  world.run("2026-10-01T02:00:00Z");
  world.pay("acme", "30.00", "2026-09-30", "the last day");
  world.pay("acme", "70.00", "2026-10-01", "the first day");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(sums(world.last_document("acme")), "100.00 + 100.00 - 100.00 = 100.00");
  EXPECT_THAT(world.last_document("acme").payments, SizeIs(2));
}

TEST_F(DefectsTest, Defect12APaymentIsCreditedAlsoWhenAllPlansHaveEnded) {
  world.customer("acme");
  world.subscribe("acme", "SMB", "2026-09-01", "2026-10-01");
  world.run("2026-10-01T02:00:00Z");
  world.pay("acme", "100.00", "2026-12-24", "at last");
  EXPECT_EQ(world.balance("acme"), "0.00");
  // On a document it stands when there is one again.
  world.set_clock("2027-01-01T00:00:00Z");
  world.subscribe("acme", "SMB", "2027-01-01");
  world.run("2027-02-01T02:00:00Z");
  EXPECT_EQ(sums(world.last_document("acme")), "100.00 + 100.00 - 100.00 = 100.00");
}

TEST_F(DefectsTest, Defect13ADiscountHoldsFromItsStartIsTakenOffOnceAndShrinksNever) {
  for (const char* key : {"acme", "free", "switcher"}) world.customer(key);
  world.subscribe("acme", "SMB", "2026-09-01");
  world.subscribe("free", "Demo", "2026-09-01");
  world.subscribe("switcher", "SMB", "2026-10-01", "2026-10-16");
  world.subscribe("switcher", "Professional", "2026-10-16");
  world.import(accounts::ImportKind::kDiscounts,
               "key,customer,percentage,starts-on\nd,acme,30,2026-10-01\nd,free,30,2026-10-01\n"
               "d,switcher,10,2026-10-01\n");
  world.run("2026-10-01T02:00:00Z");
  EXPECT_EQ(sums(world.last_document("acme")), "0.00 + 100.00 - 0.00 = 100.00");
  for (int view = 0; view < 3; ++view) {
    EXPECT_EQ(world.one_interim("acme", "2026-11-01T00:00:00Z").document.total.to_string(),
              "70.00");
  }
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 subscription 100.00", "2026-10 discount-1 -30.00"));
  EXPECT_THAT(charged(world.last_document("free")), IsEmpty());
  EXPECT_THAT(charged(world.last_document("switcher")),
              ElementsAre("2026-10 subscription 48.39", "2026-10 subscription 258.06",
                          "2026-10 discount-1 -4.84", "2026-10 discount-1 -25.81"));
  EXPECT_EQ(world.run_by_hand({.true_ups = true}).counts.invoiced, 0);
}

TEST_F(DefectsTest, Defect14OneBadCustomerAbortsNobodyAndMailsExistOnlyForCommittedInvoices) {
  for (const char* key : {"good", "bad", "fine"}) {
    world.customer(key);
    world.subscribe(key, "SMB", "2026-10-01");
  }
  store::Connection owner = world.connect(store::Role::kOwner);
  owner.run_script({"refuse", R"(
    create function refuse_bad() returns trigger language plpgsql as $$
    begin
      if new.customer_name = 'bad Ltd' then
        raise exception 'no document for bad' using errcode = 'check_violation';
      end if;
      return new;
    end $$;
    create trigger refuse_bad before insert on document for each row execute function refuse_bad())"});
  const engine::RunSummary run = world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(run.counts.invoiced, 2);
  EXPECT_EQ(run.counts.parked, 1);
  EXPECT_THAT(world.parked(), ElementsAre(HasSubstr("no document for bad")));
  EXPECT_EQ(world.text("select string_agg(recipient, ' ' order by recipient) from outbox "
                       "where customer_id <> 0"),
            "billing@fine.example billing@good.example");
  // Defect 15: what refused the batch harms no connection.
  owner.run_script({"relent", "drop trigger refuse_bad on document"});
  EXPECT_EQ(world.run_by_hand({.retry_parked = true}).counts.invoiced, 1);
}

TEST_F(DefectsTest, Defect17WhenUsageCannotBeReadNobodyIsBilledForNoUsage) {
  world.customer("acme");
  world.subscribe("acme", "Professional", "2026-10-01");
  world.bandwidth("acme", "1000", "2026-10-05T01:00:00Z");
  world.bandwidth("acme", "1000", "2026-10-05T13:00:00Z");
  world.set_clock("2026-11-01T02:00:00Z");
  const RunId run = world.runner()
                        .start({.engine = "monthly", .scheduled = true, .fires_at = world.now()})
                        .value();
  store::Connection owner = world.connect(store::Role::kOwner);
  owner.run_script({"hide", "revoke select on usage_total from reckoner_writer"});
  world.work(run);
  EXPECT_EQ(world.runner().summary(run).counts.parked, 1);
  EXPECT_THAT(world.parked(), ElementsAre(HasSubstr("usage_total")));
  EXPECT_THAT(world.documents("acme"), IsEmpty());
  owner.run_script({"show", "grant select on usage_total to reckoner_writer"});
  world.run_by_hand({.retry_parked = true});
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 subscription 500.00", "2026-10 bandwidth 13.92"));
}

TEST_F(DefectsTest, Defect18NothingOfOneCustomerOrRunReachesAnother) {
  for (int i = 0; i < 20; ++i) {
    const std::string key = "c" + std::to_string(i);
    world.customer(key);
    world.subscribe(key, "SMB", "2026-10-01");
  }
  world.run("2026-11-01T02:00:00Z");
  world.run("2026-12-01T02:00:00Z");
  EXPECT_EQ(world.number("select count(*) from document where total = 100"), 40);

  const auto hash_now = [this](store::Connection& connection, const std::string& key) {
    const auto invoices = engine::interim_invoices(connection, world.versions(), key,
                                                   time::parse_instant("2026-12-11T00:00:00Z"));
    return to_hex(invoicing::content_hash(invoices.at(0).document));
  };
  store::Connection connection = world.connect();
  std::vector<std::string> alone;
  for (int i = 0; i < 20; ++i) alone.push_back(hash_now(connection, "c" + std::to_string(i)));
  std::vector<std::string> together(20);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        store::Connection own = world.connect();
        for (int i = t; i < 20; i += 4) {
          together[static_cast<std::size_t>(i)] = hash_now(own, "c" + std::to_string(i));
        }
      });
    }
  }
  EXPECT_EQ(together, alone);
}

}  // namespace

}  // namespace reckoner::handlers

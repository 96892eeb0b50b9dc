// Issued documents computed again, long after, and what is found when something behind them was
// changed.

#include "engine/replay.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/corrections.hpp"
#include "engine/recompute_periods.hpp"
#include "metering/correction.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<Replayed> replayed_all(store::Connection& connection, Versions& versions) {
  std::vector<Replayed> all;
  Replay(connection, versions).all(std::nullopt, [&](Replayed&& replayed) {
    all.push_back(std::move(replayed));
  });
  return all;
}

/// "INV-2026-000001 (data behind it was changed): line 2 …".
std::vector<std::string> differences(const std::vector<Replayed>& all) {
  std::vector<std::string> texts;
  for (const Replayed& replayed : all) {
    for (const std::string& difference : replayed.differences) {
      texts.push_back(
          fmt::format("{} ({}): {}", replayed.number, to_string(replayed.cause), difference));
    }
  }
  return texts;
}

class ReplayTest : public testing::Test {
 protected:
  /// A story in which everything changes behind documents that were issued.
  static void SetUpTestSuite() {
    world_ = std::make_unique<test::BillingWorld>(
        test::BillingWorld::Setup{.files = test::edited(test::shipped_configuration(), "taxes.xml",
                                                        "home=\"\"", "home=\"DE\"")});
    test::BillingWorld& world = *world_;
    world.set_clock("2026-10-01T08:00:00Z");
    world.customer("acme", "America/New_York");
    world.customer("bolt", "Asia/Kolkata", 15);
    world.customer("core");
    world.subscribe("acme", "Professional", "2026-10-01");
    world.subscribe("bolt", "SMB", "2026-09-20");
    world.subscribe("core", "Professional", "2026-10-11");
    world.import(accounts::ImportKind::kDiscounts,
                 "key,customer,percentage,starts-on\nd1,core,10,2026-10-15\n");
    world.import(accounts::ImportKind::kCharges,
                 "key,customer,on,title,quantity,unit,price\n"
                 "c1,acme,2026-10-09,Consulting,1.5,hour,99.99\n");
    world.import(accounts::ImportKind::kCredits,
                 "key,customer,kind,amount,percent,documents,charges,expires-on,priority\n"
                 "welcome,acme,coupon,50,,,,2027-01-01,\nfund,acme,prepaid,580,,,,,\n"
                 "tenth,core,coupon,,10,3,,,\n");
    world.bandwidth("acme", "2536", "2026-10-05T10:00:00Z");
    world.bandwidth("acme", "70", "2026-10-07T10:00:00Z");
    world.cartridge("bolt", "30.5", "2026-09-25T10:07:00Z");
    world.pay("acme", "20.00", "2026-10-20", "bank-1");
    world.run("2026-11-02T02:00:00Z");
    world.set_clock("2026-11-09T09:00:00Z");
    before_ = issued();

    // Everything that may come in between.
    auto connection = world.connect();
    world.bandwidth("acme", "100", "2026-10-20T10:00:00Z");
    world.cartridge("bolt", "9", "2026-09-26T10:00:00Z");
    const auto active =
        world.versions().load(connection, world.versions().active(connection).value());
    metering::void_event(connection, active->meter_reader(), {"story", "2"},
                         {"twice", "test", world.now()});
    world.apply(test::edited(world.files(), "pricing/stratoslive.xml",
                             R"(allowance="1536" price="0.03")",
                             R"(allowance="1000" price="0.05")"));
    world.subscribe("core", "Professional", "2026-10-11", "2026-11-21");
    world.subscribe("core", "SMB", "2026-11-21");
    world.pay("bolt", "30.00", "2026-11-20", "bank-2");
    credit_note(connection, world.versions(),
                {.number = world.last_document("bolt").number,
                 .lines = {{1, money::Decimal(10)}},
                 .nature = invoicing::CreditNature::kConcession,
                 .reason = "sorry"},
                world.now());
    void_document(connection, world.versions(),
                  {world.last_document("core").number, VoidMode::kRebill, "wrong address"},
                  world.now());
    world.import(accounts::ImportKind::kCredits,
                 "key,customer,kind,amount,percent,documents,charges,expires-on,priority\n"
                 "later,acme,coupon,5,,,,,-5\n");
    world.run("2026-12-02T02:00:00Z");
    world.bandwidth("acme", "1", "2026-11-20T10:00:00Z");
    world.run("2027-01-02T02:00:00Z");
  }
  static void TearDownTestSuite() { world_.reset(); }

  static std::vector<std::string> issued() { return world_->content_hashes(); }

  static std::vector<std::string> differences_after(const std::string& sql) {
    store::Connection superuser = world_->connect(store::Role::kSuperuser);
    store::Transaction transaction(superuser);
    superuser.run_script({"damage", "set local session_replication_role = replica; " + sql});
    return differences(replayed_all(superuser, world_->versions()));
  }

  static std::unique_ptr<test::BillingWorld> world_;
  static std::vector<std::string> before_;
};

std::unique_ptr<test::BillingWorld> ReplayTest::world_;
std::vector<std::string> ReplayTest::before_;

TEST_F(ReplayTest, LaterUsageVoidsPricesAndPlansChangeNoByte) {
  auto connection = world_->connect();
  store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  const std::vector<Replayed> all = replayed_all(connection, world_->versions());
  EXPECT_GE(all.size(), 10U);
  EXPECT_THAT(differences(all), IsEmpty());
  std::vector<std::string> hashes;
  std::int64_t true_ups = 0;
  for (const Replayed& replayed : all) {
    EXPECT_THAT(replayed.taken, IsEmpty()) << replayed.number;
    hashes.push_back(
        fmt::format("{} {} {}", replayed.customer_key, replayed.id.ordinal, replayed.content_hash));
    for (const domain::DocumentLine& line : replayed.document.value().lines)
      true_ups += line.true_up;
  }
  EXPECT_THAT(hashes, testing::UnorderedElementsAreArray(issued()));
  EXPECT_THAT(hashes, testing::IsSupersetOf(before_));
  EXPECT_GE(true_ups, 4);
}

TEST_F(ReplayTest, OneDocumentIsTheSameAsInAll) {
  auto connection = world_->connect();
  store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  const Replayed replayed = Replay(connection, world_->versions())
                                .one(world_->text("select number from issued where customer_id = 3 "
                                                  "and ordinal = 2"));
  EXPECT_TRUE(replayed.is_same());
  EXPECT_EQ(replayed.customer_key, "core");
  EXPECT_EQ(test::error_of([&] { Replay(connection, world_->versions()).one("INV-0"); }),
            "there is no document 'INV-0'");
}

TEST_F(ReplayTest, AChangedFactLineOrEventIsNamed) {
  const std::string of_acme = " where customer_id = 1 and ordinal = 1";
  // A fact.
  EXPECT_THAT(
      differences_after("update document_line set facts = replace(facts, '\"rule_fee\":500', "
                        "'\"rule_fee\":1000')" +
                        of_acme + " and charge = 'subscription'"),
      Contains(AllOf(HasSubstr("its rows were changed"),
                     HasSubstr("line 1 (2026-10 subscription): 500.00 was issued, its facts "
                               "less what was billed before come to 1000.00"))));
  EXPECT_THAT(differences_after("update document_line set amount = amount + 1" + of_acme +
                                " and charge = 'bandwidth'"),
              Contains(HasSubstr("(2026-10 bandwidth): 33.10 was issued, its facts less what was "
                                 "billed before come to 32.10")));
  EXPECT_THAT(differences_after("update document_line set quantity = 3" + of_acme +
                                " and charge = 'subscription'"),
              Contains(HasSubstr("a quantity of 3 was issued, its facts give 31")));
  // An event, and one that came to nothing.
  EXPECT_THAT(
      differences_after("update raw_event set data = replace(data, 'bytes\":', 'bytes\":1') where "
                        "event_id = '1'"),
      Contains(AllOf(HasSubstr("data behind it was changed"),
                     HasSubstr("(2026-10 bandwidth): the events known at cut 1 measure"))));
  EXPECT_THAT(differences_after("delete from event_void"),
              Contains(HasSubstr("(2026-10 bandwidth): the events known at cut")));
  // What an earlier document billed.
  EXPECT_THAT(
      differences_after("update document_line set amount = amount - 0.10" + of_acme +
                        " and charge = 'bandwidth'"),
      Contains(AllOf(HasSubstr("data behind it was changed"), HasSubstr("2026-10 bandwidth"))));
  // Prices, tax, credits and the balance.
  EXPECT_THAT(
      differences_after("update config_file set content = "
                        "convert_to(replace(convert_from(content, 'UTF8'), 'price=\"0.03\"', "
                        "'price=\"0.04\"'), 'UTF8') where name = 'pricing/stratoslive.xml'"),
      Contains(AllOf(HasSubstr("data behind it was changed"),
                     HasSubstr("32.10 was issued, its facts less what was billed before come to "
                               "42.80"))));
  EXPECT_THAT(differences_after("update document_tax set tax = tax + 0.01" + of_acme),
              Contains(HasSubstr("tax 1: ")));
  EXPECT_THAT(
      differences_after("delete from credit_movement where customer_id = 1 and ordinal = 1 and "
                        "credit = 1"),
      Contains(HasSubstr("coupons: others are drawn")));
  EXPECT_THAT(
      differences_after("delete from document_line where customer_id = 3 and ordinal = 1; delete "
                        "from document where customer_id = 3 and ordinal = 1"),
      Contains(HasSubstr("what it corrects is not there")));
}

TEST_F(ReplayTest, AnotherProgramIsSaid) {
  store::Connection superuser = world_->connect(store::Role::kSuperuser);
  store::Transaction transaction(superuser);
  superuser.run_script(
      {"damage",
       "set local session_replication_role = replica; update document set program = "
       "'reckoner 0.0.1', tzdata = '1999a' where customer_id = 1 and ordinal = 1; "
       "delete from raw_event where event_id = '1'"});
  const std::vector<Replayed> all = replayed_all(superuser, world_->versions());
  EXPECT_EQ(all.front().cause, Replayed::Cause::kProgram);
  EXPECT_THAT(all.front().changed,
              ElementsAre(HasSubstr("issued by reckoner 0.0.1, computed again by reckoner"),
                          HasSubstr("issued with time zones 1999a")));
}

TEST_F(ReplayTest, WhatIsArchivedIsSaid) {
  store::Connection superuser = world_->connect(store::Role::kSuperuser);
  store::Transaction transaction(superuser);
  superuser.run_script(
      {"damage",
       "set local session_replication_role = replica; insert into archived_month values "
       "('2026-10', 'x', sha256(''), 1, 9, 1, '2026-12-01Z', 'test', null); delete from "
       "raw_event"});
  const std::vector<Replayed> all = replayed_all(superuser, world_->versions());
  EXPECT_TRUE(all.front().is_same());
  EXPECT_THAT(
      all.front().taken,
      Contains(HasSubstr("(2026-10 bandwidth): its usage: events received until the end of 2026-10 "
                         "are archived")));
}

class RecomputeTest : public ReplayTest {
 protected:
  static store::CheckOutcome recomputed_after(const std::string& sql,
                                              const RecomputeRequest& request = {}) {
    store::Connection superuser = world_->connect(store::Role::kSuperuser);
    store::Transaction transaction(superuser);
    superuser.run_script({"damage", "set local session_replication_role = replica; " + sql});
    return recompute_periods(superuser, world_->versions(), request, {});
  }
};

TEST_F(RecomputeTest, BilledPeriodsComeOutAsBilled) {
  const store::CheckOutcome sound = recomputed_after("select 1");
  EXPECT_TRUE(sound.holds()) << testing::PrintToString(sound.wrong);
  EXPECT_GE(sound.checked, 9);
  EXPECT_EQ(recomputed_after("select 1", {.sample = 4}).checked, 4);
}

TEST(RecomputeCorrections, ACorrectionByHandAnnouncesItsDifference) {
  test::BillingWorld world;
  world.customer("acme");
  world.subscribe("acme", "SMB", "2026-10-01");
  world.run("2026-11-01T02:00:00Z");
  store::Connection connection = world.connect();
  const std::string number = world.last_document("acme").number;
  const auto credited = [&](invoicing::CreditNature nature) {
    credit_note(connection, world.versions(),
                {number, {{1, money::Decimal(1)}}, nature, "as they say"}, world.now());
    store::Transaction transaction(connection);
    return recompute_periods(connection, world.versions(), {}, {});
  };
  EXPECT_EQ(credited(invoicing::CreditNature::kConcession).checked, 1) << "it does not count";
  const store::CheckOutcome corrected = credited(invoicing::CreditNature::kCorrection);
  EXPECT_TRUE(corrected.holds()) << testing::PrintToString(corrected.wrong);
  EXPECT_EQ(corrected.checked, 0);
}

TEST_F(RecomputeTest, ADifferenceThatNothingAnnouncedIsNamed) {
  EXPECT_THAT(
      recomputed_after("update usage_total set value_sum = value_sum + 104857600 where "
                       "customer_id = 1 and bucket = '2026-10-05T10:00Z'")
          .wrong,
      ElementsAre(HasSubstr("customer acme, 2026-10, line 'sub:1|bandwidth||arrears': what is "
                            "known gives 3.00 more than was billed, in quantity 100")));
  EXPECT_THAT(
      recomputed_after("update subscription set starts_at = starts_at + interval '2 days' where "
                       "customer_id = 2")
          .wrong,
      Contains(HasSubstr("customer bolt, 2026-09")));
  const store::CheckOutcome announced = recomputed_after(
      "update subscription set starts_at = starts_at + interval '2 days' where customer_id = 2; "
      "insert "
      "into reopening (customer_id, reopening, cycle, from_at, cause, at_once, created_at) values "
      "(2, 99, "
      "1, '2026-09-01Z', 'told', false, '2027-01-02Z')");
  EXPECT_TRUE(announced.holds()) << testing::PrintToString(announced.wrong);
  EXPECT_THAT(announced.remarks, ElementsAre(HasSubstr("sides have announced")));
}

}  // namespace

}  // namespace reckoner::engine

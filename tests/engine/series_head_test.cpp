// A head that was exported, against what became of the series.

#include "engine/series_head.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/audit.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SeriesHeadTest : public test::BillingTest {
 protected:
  void SetUp() override {
    for (const char* customer : {"acme", "bolt"}) {
      world.customer(customer);
      world.subscribe(customer, "SMB", "2026-10-01");
    }
    world.run("2026-11-01T02:00:00Z");
    world.run("2026-12-01T02:00:00Z");
  }
  /// What is wrong with the database after such a change, seen from the head; and that the audit
  /// has nothing to say of the series.
  std::vector<std::string> after(const std::string& sql, const std::vector<SeriesHead>& heads) {
    store::Connection superuser = world.connect(store::Role::kSuperuser);
    store::Transaction transaction(superuser);
    superuser.run_script({"damage", "set local session_replication_role = replica; " + sql});
    audit(superuser, world.versions(), {.outcome = [](const store::CheckOutcome& outcome) {
            EXPECT_THAT(outcome.wrong, IsEmpty()) << outcome.name;
          }});
    return check_continuation(superuser, heads).wrong;
  }
};

TEST_F(SeriesHeadTest, IsReadAsItWasWritten) {
  auto connection = world.connect();
  const std::vector<SeriesHead> heads = series_heads(connection);
  ASSERT_EQ(heads.size(), 1U);
  EXPECT_EQ(heads.front().series, "billing.invoice.number");
  EXPECT_EQ(heads.front().year, 2026);
  EXPECT_EQ(heads.front().count, 4);
  EXPECT_EQ(heads.front().last_number, "INV-2026-000004");
  text::JsonWriter json;
  write_json(json, heads);
  EXPECT_EQ(parse_series_heads(json.finish()), heads);
  EXPECT_NE(test::error_of([] { parse_series_heads("{}"); }), "");
  EXPECT_NE(
      test::error_of([] {
        parse_series_heads(
            R"({"series":[{"series":"a","year":0,"count":1,"last_number":"1","chain_hash":"00"}]})");
      }),
      "");
}

TEST_F(SeriesHeadTest, WhatGoesOnIsAContinuation) {
  auto connection = world.connect();
  const std::vector<SeriesHead> heads = series_heads(connection);
  EXPECT_TRUE(check_continuation(connection, heads).holds());
  world.run("2027-01-01T02:00:00Z");
  EXPECT_TRUE(check_continuation(connection, heads).holds());
  EXPECT_EQ(series_heads(connection).size(), 2U);
}

/// With everything that belongs to them, so that nothing else can tell.
TEST_F(SeriesHeadTest, ACutTailIsFound) {
  auto connection = world.connect();
  const std::vector<SeriesHead> heads = series_heads(connection);
  const std::string cut = R"(
    delete from outbox where message_key = 'document:2';
    update customer_balance b set balance = balance - d.total from document d
     where d.customer_id = b.customer_id and d.ordinal = 2;
    delete from posting where entry = 'document:2';
    delete from document_line where ordinal = 2;
    delete from document where ordinal = 2;
    delete from issued where ordinal = 2;
    delete from billing_period where billed_cut is null;
    update billing_period set billed_cut = null, version_id = null, billed_by_run = null
     where billed_by_run = 2;
    delete from run_batch where run_id = 2;
    delete from engine_run where run_id = 2;
    update customer_state set ordinal = 1;
    update series s set next_seq = 3, last_hash = i.chain_hash, last_issued_at = i.issued_at
      from issued i where i.seq = 2;)";
  EXPECT_THAT(
      after(cut, heads),
      ElementsAre("billing.invoice.number 2026: 4 numbers had been issued, to INV-2026-000004; "
                  "there are 2, to INV-2026-000002: its tail is cut"));
}

TEST_F(SeriesHeadTest, AChainWrittenAnewIsFound) {
  auto connection = world.connect();
  const std::vector<SeriesHead> heads = series_heads(connection);
  // Two documents of one amount change their places, and all is linked again.
  std::string anew = "update issued i set customer_id = 3 - customer_id where seq in (1, 2);";
  for (int seq = 1; seq <= 4; ++seq) {
    anew += fmt::format(
        "update issued i set chain_hash = sha256(int8send(32) || coalesce((select chain_hash from "
        "issued "
        "where seq = {0} - 1), decode(repeat('00', 32), 'hex')) || int8send(32) || d.content_hash "
        "|| "
        "int8send(octet_length(i.number)) || convert_to(i.number, 'UTF8')) from document d where "
        "i.seq = "
        "{0} and d.customer_id = i.customer_id and d.ordinal = i.ordinal;",
        seq);
  }
  anew += "update series set last_hash = (select chain_hash from issued where seq = 4);";
  EXPECT_THAT(after(anew, heads),
              ElementsAre(HasSubstr("what was issued to INV-2026-000004 has been written anew")));
}

}  // namespace

}  // namespace reckoner::engine

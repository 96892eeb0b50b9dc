// What the database itself guards of issued documents.

#include <gmock/gmock.h>

#include "store/copy.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using testing::HasSubstr;

class IssuedTest : public test::BillingTest {
 protected:
  IssuedTest() {
    world.customer("acme");
    world.subscribe("acme", "Professional", "2026-10-01");
    world.run("2026-11-01T02:00:00Z");
  }

  /// What the database says to the owner, who may do more than the program.
  std::string refusal(const std::string& sql) {
    store::Connection owner = world.connect(store::Role::kOwner);
    return test::error_of([&] { owner.run_script({"try", sql}); });
  }
};

TEST_F(IssuedTest, NothingIssuedOrBookedCanBeChangedOrDeleted) {
  for (const char* table : {"document", "document_line", "issued", "posting"}) {
    EXPECT_THAT(refusal(std::string("delete from ") + table), HasSubstr("is immutable")) << table;
    EXPECT_THAT(refusal(std::string("update ") + table + " set customer_id = customer_id"),
                HasSubstr("is immutable"))
        << table;
    store::Connection writer = world.connect();
    EXPECT_THAT(test::error_of([&] {
                  writer.run_script({"try", std::string("delete from ") + table});
                }),
                HasSubstr("permission denied"))
        << table;
  }
}

TEST_F(IssuedTest, LinesThatDoNotSumToTheirDocumentAreRefused) {
  const std::string document =
      "insert into document (customer_id, ordinal, kind, run_id, currency, issued_on, due_on, "
      "customer_name, email, time_zone, line_count, brought_forward, subtotal, total, "
      "payments_total, carried_forward, version_id, cut, program, tzdata, content_hash) "
      "select customer_id, 2, kind, run_id, currency, issued_on, due_on, "
      "customer_name, email, time_zone, LINES, 0, 10, 10, 0, 10, version_id, cut, program, "
      "tzdata, "
      "content_hash from document;";
  const std::string line =
      "insert into document_line select customer_id, period_starts_at, 2, 1, cycle, side, "
      "period_label, true_up, key, subscription, charge, description, starts_on, ends_on, "
      "quantity, "
      "unit, AMOUNT, facts from document_line where line = 1;";
  const auto filled = [&](const std::string& lines, const std::string& amount) {
    std::string sql = "begin;" + document + line + "rollback;";
    sql.replace(sql.find("LINES"), 5, lines);
    sql.replace(sql.find("AMOUNT"), 6, amount);
    return sql;
  };
  EXPECT_EQ(refusal(filled("1", "10")), "");
  EXPECT_THAT(refusal(filled("1", "10.01")), HasSubstr("do not sum to it"));
  EXPECT_THAT(refusal(filled("2", "10")), HasSubstr("do not sum to it"));
  EXPECT_THAT(refusal("begin;" + line.substr(0, line.find("AMOUNT")) + "1" +
                      line.substr(line.find("AMOUNT") + 6) + "rollback;"),
              HasSubstr("do not sum to it"))
      << "lines of no document";
}

TEST_F(IssuedTest, AnEntryThatDoesNotBalanceIsRefused) {
  const std::string entry =
      "insert into posting values (1, 'x', 'receivable', 'USD', 5, '2026-11-01')";
  EXPECT_THAT(refusal(entry), HasSubstr("does not balance"));
  EXPECT_THAT(refusal(entry + ", (1, 'x', 'revenue', 'EUR', -5, '2026-11-01')"),
              HasSubstr("does not balance"));
}

TEST_F(IssuedTest, ADocumentCarriesWhatItWasMadeWith) {
  EXPECT_EQ(world.text("select program from document"), "reckoner " RECKONER_VERSION);
  EXPECT_EQ(world.text("select tzdata from document"), time::Zone::database_version());
  EXPECT_EQ(world.number("select d.cut - r.cut from document d join engine_run r using (run_id)"),
            0);
  EXPECT_EQ(
      world.text("select string_agg(account || ' ' || amount, ', ' order by account) from posting"),
      "receivable 500, revenue -500");
}

TEST_F(IssuedTest, NumbersFollowTheOrderOfCommitsAlsoBetweenRuns) {
  for (int i = 0; i < 25; ++i) {
    const std::string key = "c" + std::to_string(i);
    world.customer(key);
    world.subscribe(key, "SMB", "2026-11-01");
  }
  world.run("2026-12-01T02:00:00Z");
  EXPECT_EQ(world.text("select max(number) from issued"), "INV-2026-000027");
  EXPECT_EQ(world.number("select count(distinct number) from issued"), 27);
}

}  // namespace

}  // namespace reckoner::engine

#include "accounts/audit_log.hpp"

#include "accounts_database.hpp"
#include "store/transaction.hpp"

namespace reckoner::accounts {

namespace {

using testing::ElementsAre;

class AuditLog : public AccountsTest {
 protected:
  void note(AuditEntry entry, std::string_view at = "2026-11-01T10:00:00Z") {
    store::Transaction transaction(connection);
    record(connection, entry, time::parse_instant(at));
    transaction.commit();
  }
  std::vector<std::string> found(const AuditFilter& filter,
                                 std::optional<std::int64_t> below = std::nullopt,
                                 std::int64_t limit = 100) {
    std::vector<std::string> subjects;
    for (const AuditRow& row : list_audit_log(connection, filter, below, limit)) {
      subjects.push_back(row.entry.subject);
    }
    return subjects;
  }
};

TEST_F(AuditLog, KeepsWhatWasDoneTheLatestFirst) {
  customer("acme", "UTC", 1);
  const CustomerId acme{std::stoll(row("customer_id) from customer_key"))};
  note({.who = "anna", .action = "run.start", .subject = "run 1"});
  note({.who = "bert",
        .action = "customer.pay",
        .subject = "payment 7",
        .customer = acme,
        .before = R"({"balance": "10.00"})",
        .after = R"({"balance": "0.00"})",
        .request = "r-1"},
       "2026-11-02T10:00:00Z");

  const std::vector<AuditRow> rows = list_audit_log(connection, {}, std::nullopt, 10);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].entry.who, "bert");
  EXPECT_EQ(rows[0].customer_key, "acme");
  EXPECT_EQ(rows[0].entry.before, R"({"balance":"10.00"})");
  EXPECT_EQ(rows[0].entry.request, "r-1");
  EXPECT_EQ(time::to_string(rows[0].at), "2026-11-02T10:00:00Z");
  EXPECT_EQ(rows[1].entry.before, "");
  EXPECT_THAT(found({}, rows[0].number), ElementsAre("run 1"));
  EXPECT_THAT(found({}, std::nullopt, 1), ElementsAre("payment 7"));
}

TEST_F(AuditLog, IsFilteredByWhoWhatWhomAndWhen) {
  note({.who = "anna", .action = "run.start", .subject = "a"}, "2026-11-01T10:00:00Z");
  note({.who = "bert", .action = "run.cancel", .subject = "b"}, "2026-11-02T10:00:00Z");
  note({.who = "bert", .action = "runner", .subject = "c"}, "2026-11-03T10:00:00Z");
  EXPECT_THAT(found({.who = "bert"}), ElementsAre("c", "b"));
  EXPECT_THAT(found({.action = "run"}), ElementsAre("b", "a"));
  EXPECT_THAT(found({.action = "run.start"}), ElementsAre("a"));
  EXPECT_THAT(found({.customer = "nobody"}), ElementsAre());
  EXPECT_THAT(found({.from = time::parse_instant("2026-11-02T10:00:00Z"),
                     .to = time::parse_instant("2026-11-03T10:00:00Z")}),
              ElementsAre("b"));
}

TEST_F(AuditLog, IsNeverChangedNotEvenByTheTablesOwner) {
  note({.who = "anna", .action = "run.start", .subject = "a"});
  for (const store::Role role : {store::Role::kWriter, store::Role::kOwner}) {
    store::Connection whoever = connect(role);
    for (const char* sql : {"update audit_log set who = 'bert'", "delete from audit_log"}) {
      EXPECT_THROW(whoever.execute({sql, sql}), store::DatabaseError) << sql;
    }
  }
  EXPECT_THAT(found({.who = "anna"}), ElementsAre("a"));
}

TEST_F(AuditLog, RefusesWhatIsNoJson) {
  store::Transaction transaction(connection);
  EXPECT_THROW(record(connection, {.who = "anna", .action = "a", .subject = "", .after = "{"},
                      time::parse_instant("2026-11-01T10:00:00Z")),
               Error);
}

}  // namespace

}  // namespace reckoner::accounts

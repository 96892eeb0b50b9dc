#include "store/connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/hash.hpp"
#include "store/shared_snapshot.hpp"
#include "store/silence.hpp"
#include "store/transaction.hpp"
#include "support/database.hpp"

namespace reckoner::store {
namespace {

using money::Decimal;
using testing::HasSubstr;
using testing::Not;

std::string fresh_database() {
  static test::TestDatabase database([](Connection& connection) {
    connection.run_script({"make_tables",
                           "create table customer (id bigint primary key, key text not null"
                           "  constraint customer_key unique, secret text check (secret <> 'x'));"
                           "create table later (id bigint constraint later_once unique"
                           "  deferrable initially deferred)"});
  });
  return database.fresh();
}

class ConnectionTest : public testing::Test {
 protected:
  std::string conninfo_ = fresh_database();
  Connection connection_{{.conninfo = conninfo_}};
};

DatabaseError error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const DatabaseError& error) {
    return error;
  }
  throw std::logic_error("no DatabaseError was thrown");
}

TEST_F(ConnectionTest, ScalarsComeBackAsTheyWent) {
  const auto instant = time::parse_instant("2026-10-31T23:59:59.000001Z");
  const auto date = time::parse_date("2028-02-29");
  const auto amount = Decimal::parse("-12345678901234567890123456789012345.678");
  const std::string odd = "tab\t newline\n 'quote' \"double\" back\\slash {brace},comma ü 漢 NULL";
  const std::string raw("\0\x01\xff\\x", 5);
  const Row row = connection_
                      .query({"scalars",
                              "select $1::bigint as whole, $2::boolean as yes, $3::boolean as no,"
                              " $4::text as odd, $5::numeric as amount, $6::timestamptz as instant,"
                              " $7::date as date, $8::bytea as raw, $9::text as empty"},
                             {std::int64_t{-9223372036854775807LL - 1}, true, false, odd, amount,
                              instant, date, Bytes(raw), ""})
                      .only();
  EXPECT_EQ(row.int64("whole"), std::numeric_limits<std::int64_t>::min());
  EXPECT_TRUE(row.boolean("yes"));
  EXPECT_FALSE(row.boolean("no"));
  EXPECT_EQ(row.text(3), odd);
  EXPECT_EQ(row.decimal("amount"), amount);
  EXPECT_EQ(row.instant("instant"), instant);
  EXPECT_EQ(row.date("date"), date);
  EXPECT_EQ(row.bytes("raw"), raw);
  EXPECT_EQ(row.text("empty"), "");
  EXPECT_EQ(row.optional_int64("whole"), row.int64("whole"));
  EXPECT_EQ(row.optional_boolean("yes"), true);
  EXPECT_EQ(row.optional_text("odd"), odd);
  EXPECT_EQ(row.optional_decimal("amount"), amount);
  EXPECT_EQ(row.optional_instant("instant"), instant);
  EXPECT_EQ(row.optional_date("date"), date);
  EXPECT_EQ(row.optional_bytes("raw"), raw);
}

TEST_F(ConnectionTest, NullsAreOptionals) {
  const Row row = connection_
                      .query({"nulls",
                              "select $1::bigint as a, $2::text as b, $3::numeric as c,"
                              " $4::timestamptz as d, $5::date as e, $6::boolean as f,"
                              " $7::bytea as g, $8::text as h"},
                             {std::nullopt, std::optional<std::string>(), std::optional<Decimal>(),
                              std::optional<time::Instant>(), std::optional<time::Date>(),
                              std::optional<bool>(), std::optional<Bytes>(),
                              std::optional<std::string>("here")})
                      .only();
  EXPECT_TRUE(row.is_null("a"));
  EXPECT_EQ(row.optional_int64("a"), std::nullopt);
  EXPECT_EQ(row.optional_text("b"), std::nullopt);
  EXPECT_EQ(row.optional_decimal("c"), std::nullopt);
  EXPECT_EQ(row.optional_instant("d"), std::nullopt);
  EXPECT_EQ(row.optional_date("e"), std::nullopt);
  EXPECT_EQ(row.optional_boolean("f"), std::nullopt);
  EXPECT_EQ(row.optional_bytes("g"), std::nullopt);
  EXPECT_EQ(row.optional_text("h"), "here");
  EXPECT_THROW(row.int64("a"), Bug);
}

TEST_F(ConnectionTest, ArraysServeAWholeBatch) {
  const std::vector<std::optional<std::string>> odd{
      "",  "NULL", "null",        std::nullopt,       "{}",
      ",", "\"",   "back\\slash", " blanks ",         "a\tb\nc",
      "'", "ü 漢", "\\\"\\",      "{\"a\":[1,\"b\"]}"};
  const Rows texts = connection_.query(
      {"texts", "select v from unnest($1::text[]) with ordinality as u(v, n) order by n"}, {odd});
  ASSERT_EQ(texts.size(), odd.size());
  for (std::size_t i = 0; i < odd.size(); ++i) EXPECT_EQ(texts[i].optional_text("v"), odd[i]);

  const std::vector<std::int64_t> ids{3, -1, 9000000000};
  const std::vector<Decimal> amounts{Decimal::parse("0.10"), Decimal::parse("-5"), Decimal(0)};
  const std::vector<time::Instant> instants{time::parse_instant("1999-12-31T23:59:59Z"),
                                            time::parse_instant("2026-01-01T00:00:00.5Z"),
                                            time::parse_instant("2100-06-30T12:00:00+05:30")};
  const Sha256 hash = sha256("a");
  const std::vector<Bytes> keys{Bytes(hash), Bytes(""), Bytes("\\")};
  const std::vector<CustomerId> customers{{7}, {8}, {9}};
  std::size_t n = 0;
  for (const Row row : connection_.query(
           {"columns",
            "select * from unnest($1::bigint[], $2::numeric[], $3::timestamptz[], $4::bytea[],"
            " $5::bigint[]) as u(id, amount, instant, key, customer)"},
           {ids, std::span(amounts), instants, keys, customers})) {
    EXPECT_EQ(row.int64("id"), ids[n]);
    EXPECT_EQ(row.decimal("amount"), amounts[n]);
    EXPECT_EQ(row.instant("instant"), instants[n]);
    EXPECT_EQ(row.bytes("key"), keys[n].value);
    EXPECT_EQ(row.int64("customer"), customers[n].value);
    ++n;
  }
  EXPECT_EQ(n, 3U);
  EXPECT_TRUE(
      connection_.query({"nothing", "select unnest($1::bigint[])"}, {std::vector<std::int64_t>()})
          .empty());
}

TEST_F(ConnectionTest, TimesDoNotDependOnTheServersSettings) {
  connection_.run_script({"odd_settings",
                          "do $$ begin execute format('alter database %I set timezone ="
                          " ''Asia/Kolkata''', current_database()); execute format('alter database"
                          " %I set datestyle = ''SQL, DMY''', current_database()); end $$"});
  Connection other({.conninfo = conninfo_});
  const Row row = other
                      .query({"time",
                              "select timestamptz '2026-03-04 05:06:07+00' as t,"
                              " date '2026-03-04' as d"})
                      .only();
  EXPECT_EQ(time::to_string(row.instant("t")), "2026-03-04T05:06:07Z");
  EXPECT_EQ(time::to_string(row.date("d")), "2026-03-04");
}

TEST_F(ConnectionTest, AZeroByteIsRefusedInsteadOfCuttingTheText) {
  const std::string text("ab\0cd", 5);
  EXPECT_THROW(connection_.query({"text", "select $1::text"}, {text}), Error);
  EXPECT_THROW(connection_.query({"texts", "select $1::text[]"}, {std::vector{text}}), Error);
}

TEST_F(ConnectionTest, WrongReadingIsABug) {
  const Rows rows = connection_.query({"two", "select 'x' as a union all select 'y'"});
  EXPECT_THROW(rows[0].int64("a"), Bug);
  EXPECT_THROW(rows[0].boolean("a"), Bug);
  EXPECT_THROW(rows[0].bytes("a"), Bug);
  EXPECT_THROW(rows[0].text("b"), Bug);
  EXPECT_THROW(rows[0].text(1), Bug);
  EXPECT_THROW(rows.only(), Bug);
  EXPECT_THROW(rows.at_most_one(), Bug);
  EXPECT_THROW(rows[2], Bug);
  EXPECT_EQ(connection_.query({"none", "select 1 where false"}).at_most_one().has_value(), false);
}

TEST_F(ConnectionTest, ANumberOutsideOurRangeIsAnErrorThatNamesItsPlace) {
  const Row row = connection_.query({"big", "select 1e60::numeric as amount"}).only();
  try {
    row.decimal("amount");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("statement big, column amount: "));
  }
}

TEST_F(ConnectionTest, ARowOutlivesItsRows) {
  const Row row = connection_.query({"one", "select 'kept' as a"}).only();
  connection_.query({"two", "select 'other' as a"});
  EXPECT_EQ(row.text("a"), "kept");
}

constexpr Statement kInsert{"insert_customer", "insert into customer values ($1, $2, $3)"};

TEST_F(ConnectionTest, ExecuteGivesTheRowsAffected) {
  EXPECT_EQ(connection_.execute(kInsert, {1, "a", std::nullopt}), 1);
  EXPECT_EQ(connection_.execute(kInsert, {2, "b", std::nullopt}), 1);
  EXPECT_EQ(connection_.execute({"touch", "update customer set secret = 'y'"}), 2);
  EXPECT_EQ(connection_.execute({"clear", "delete from customer where id > $1"}, {5}), 0);
}

TEST_F(ConnectionTest, StatementsAreCountedByName) {
  const auto before = connection_.statements_executed();
  connection_.execute(kInsert, {1, "a", std::nullopt});
  EXPECT_THROW(connection_.execute(kInsert, {1, "a", std::nullopt}), DatabaseError);
  connection_.query({"one", "select 1"});
  EXPECT_EQ(connection_.statements_executed(), before + 3);
  EXPECT_EQ(connection_.statements_executed("insert_customer"), 2);
  EXPECT_EQ(connection_.statements_executed("never"), 0);
}

TEST_F(ConnectionTest, OneNameHasOneText) {
  connection_.query({"same", "select 1"});
  EXPECT_THROW(connection_.query({"same", "select 2"}), Bug);
}

TEST_F(ConnectionTest, AConstraintErrorSaysWhichAndWhere) {
  connection_.execute(kInsert, {1, "acme", std::nullopt});
  const auto error = error_of([&] { connection_.execute(kInsert, {2, "acme", std::nullopt}); });
  EXPECT_EQ(error.sqlstate(), "23505");
  EXPECT_EQ(error.constraint(), "customer_key");
  EXPECT_EQ(error.statement(), "insert_customer");
  EXPECT_STREQ(error.what(),
               "statement insert_customer: duplicate key value violates unique constraint "
               "\"customer_key\": Key (key)=(acme) already exists. (23505)");
  EXPECT_FALSE(error.retryable());
  EXPECT_FALSE(error.connection_lost());
  EXPECT_EQ(connection_.query({"count", "select count(*) from customer"}).only().int64(0), 1);
}

TEST_F(ConnectionTest, AFailingRowIsNotShown) {
  const auto error = error_of([&] { connection_.execute(kInsert, {2, "topsecret", "x"}); });
  EXPECT_EQ(error.sqlstate(), "23514");
  EXPECT_THAT(error.what(), Not(HasSubstr("topsecret")));
}

TEST_F(ConnectionTest, AFailedConnectNamesNoPassword) {
  const auto error = error_of([&] {
    Connection({.conninfo = "postgresql://someone:hush@127.0.0.1:1/none?connect_timeout=2"});
  });
  EXPECT_EQ(error.sqlstate(), "08001");
  EXPECT_TRUE(error.retryable());
  EXPECT_THAT(error.what(), Not(HasSubstr("hush")));
  try {
    Connection({.conninfo = "host=x password=ab hush"});
    FAIL();
  } catch (const Error& error2) {
    EXPECT_THAT(error2.what(), Not(HasSubstr("hush")));
  }
}

TEST_F(ConnectionTest, SlowStatementsAndSilentTransactionsEnd) {
  Connection hurried({.conninfo = conninfo_,
                      .statement_timeout = std::chrono::milliseconds(50),
                      .idle_in_transaction_timeout = std::chrono::milliseconds(50)});
  const auto slow = error_of([&] { hurried.query({"slow", "select pg_sleep(5)"}); });
  EXPECT_EQ(slow.sqlstate(), "57014");
  EXPECT_TRUE(slow.retryable());
  Transaction transaction(hurried);
  connection_.query({"wait", "select pg_sleep(0.2)"});
  const auto silent = error_of([&] { hurried.query({"late", "select 1"}); });
  EXPECT_EQ(silent.sqlstate(), "25P03");
  EXPECT_TRUE(silent.connection_lost());
  EXPECT_TRUE(silent.retryable());
}

TEST_F(ConnectionTest, ALostConnectionIsSaid) {
  Connection victim({.conninfo = conninfo_, .application_name = "victim"});
  const Row seen = connection_
                       .query({"find_backend",
                               "select application_name, backend_start from pg_stat_activity"
                               " where pid = $1"},
                              {victim.backend_pid()})
                       .only();
  EXPECT_EQ(seen.text("application_name"), "victim");
  EXPECT_EQ(seen.instant("backend_start"), victim.backend_start());
  EXPECT_TRUE(victim.is_alive());
  Transaction transaction(victim);
  connection_.query({"end_backend", "select pg_terminate_backend($1, 5000)"},
                    {victim.backend_pid()});
  const auto error = error_of([&] { victim.query({"one", "select 1"}); });
  EXPECT_TRUE(error.connection_lost());
  EXPECT_TRUE(error.retryable());
  EXPECT_EQ(error.sqlstate(), "57P01");
  EXPECT_FALSE(victim.is_alive());
  EXPECT_TRUE(error_of([&] { victim.query({"one", "select 1"}); }).connection_lost());
  EXPECT_TRUE(error_of([&] { transaction.commit(); }).connection_lost());
}

TEST_F(ConnectionTest, TheRoleIsTakenOn) {
  Connection superuser({.conninfo = test::as_role(conninfo_, Role::kSuperuser)});
  superuser.run_script({"let", "grant reckoner_reader to reckoner_owner"});
  Connection reader({.conninfo = conninfo_, .role = "reckoner_reader"});
  EXPECT_EQ(reader.query({"who", "select current_user"}).only().text(0), "reckoner_reader");
  EXPECT_EQ(
      error_of([&] { Connection({.conninfo = conninfo_, .role = "nobody-knows"}); }).sqlstate(),
      "22023");
}

TEST_F(ConnectionTest, TransactionsKeepOrRollBack) {
  {
    Transaction transaction(connection_);
    connection_.execute(kInsert, {1, "a", std::nullopt});
    transaction.commit();
  }
  try {
    Transaction transaction(connection_);
    connection_.execute(kInsert, {2, "b", std::nullopt});
    throw std::runtime_error("half way");
  } catch (const std::runtime_error&) {
  }
  {
    Transaction transaction(connection_);
    connection_.execute(kInsert, {3, "c", std::nullopt});
    transaction.rollback();
  }
  EXPECT_FALSE(connection_.in_transaction());
  EXPECT_EQ(connection_.query({"ids", "select array_agg(id) from customer"}).only().text(0), "{1}");
}

TEST_F(ConnectionTest, ACommitThatKeepsNothingIsAnError) {
  Transaction failed(connection_);
  EXPECT_THROW(connection_.query({"bad", "select 1 / 0"}), DatabaseError);
  EXPECT_EQ(error_of([&] { failed.commit(); }).sqlstate(), "25P02");
  failed.rollback();

  Transaction deferred(connection_);
  connection_.execute({"twice", "insert into later values (1), (1)"});
  const auto error = error_of([&] { deferred.commit(); });
  EXPECT_EQ(error.sqlstate(), "23505");
  EXPECT_EQ(error.statement(), "commit");
  EXPECT_FALSE(connection_.in_transaction());
}

TEST_F(ConnectionTest, ASnapshotReadsOnly) {
  Connection other({.conninfo = conninfo_});
  Transaction transaction(connection_, TransactionKind::kSnapshotReadOnly);
  constexpr Statement kCount{"count", "select count(*) from customer"};
  EXPECT_EQ(connection_.query(kCount).only().int64(0), 0);
  other.execute(kInsert, {1, "a", std::nullopt});
  EXPECT_EQ(connection_.query(kCount).only().int64(0), 0);
  EXPECT_EQ(error_of([&] {
              connection_.execute(kInsert, {2, "b", std::nullopt});
            }).sqlstate(),
            "25006");
}

TEST_F(ConnectionTest, SharesASnapshotWithAnother) {
  Connection writer({.conninfo = conninfo_});
  Connection other({.conninfo = conninfo_});
  constexpr Statement kCount{"count", "select count(*) from customer"};
  Transaction transaction(connection_, TransactionKind::kSnapshotReadOnly);
  const std::string snapshot = share_snapshot(connection_);
  writer.execute(kInsert, {1, "a", std::nullopt});
  Transaction shared(other, TransactionKind::kSnapshotReadOnly);
  take_snapshot(other, snapshot);
  EXPECT_EQ(other.query(kCount).only().int64(0), 0);
  EXPECT_EQ(connection_.query(kCount).only().int64(0), 0);
  EXPECT_EQ(writer.query(kCount).only().int64(0), 1);
}

TEST_F(ConnectionTest, ATransactionThatIsSilentForTooLongIsEnded) {
  Transaction transaction(connection_);
  limit_silence(connection_, std::chrono::milliseconds(200));
  connection_.execute(kInsert, {1, "a", std::nullopt});
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  constexpr Statement kCount{"count", "select count(*) from customer"};
  EXPECT_TRUE(error_of([&] { connection_.query(kCount); }).connection_lost());
  EXPECT_EQ(Connection({.conninfo = conninfo_}).query(kCount).only().int64(0), 0);
}

TEST_F(ConnectionTest, MovesWithItsStatements) {
  connection_.query({"one", "select 1"});
  Connection moved = std::move(connection_);
  EXPECT_EQ(moved.query({"one", "select 1"}).only().int64(0), 1);
  EXPECT_EQ(moved.statements_executed("one"), 2);
  connection_ = std::move(moved);
}

}  // namespace
}  // namespace reckoner::store

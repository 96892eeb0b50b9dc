#include "store/copy.hpp"

#include <gtest/gtest.h>

#include "store/transaction.hpp"
#include "support/database.hpp"

namespace reckoner::store {
namespace {

std::string fresh_database() {
  static test::TestDatabase database([](Connection& connection) {
    connection.run_script(
        {"make_tables",
         "create schema \"odd \"\"one\";"
         "create table \"odd \"\"one\".\"Line\" (id bigint primary key, note text,"
         " amount numeric, at timestamptz, on_day date, open boolean, key bytea)"});
  });
  return database.fresh();
}

class CopyTest : public testing::Test {
 protected:
  std::int64_t count() {
    return connection_.query({"count", "select count(*) from \"odd \"\"one\".\"Line\""})
        .only()
        .int64(0);
  }
  static constexpr std::string_view kTable = "odd \"one.Line";
  Connection connection_{{.conninfo = fresh_database()}};
};

TEST_F(CopyTest, EveryTypeAndOddTextsArrive) {
  const std::vector<std::optional<std::string>> notes{
      "tab\tnewline\nreturn\r", "back\\slash \\N \\. \\t", "\\N", "\\.", "", std::nullopt, "ü 漢"};
  const auto instant = time::parse_instant("2026-10-31T23:59:59.25Z");
  const auto date = time::parse_date("2026-10-31");
  const std::string key("\0\xff\\", 3);
  const auto before = connection_.statements_executed();
  Copy copy(connection_, "copy_lines", kTable,
            {"id", "note", "amount", "at", "on_day", "open", "key"});
  std::int64_t id = 0;
  for (const auto& note : notes) {
    copy.row()
        .add(id++)
        .add(note)
        .add(money::Decimal::parse("-0.005"))
        .add(instant)
        .add(date)
        .add(true)
        .add(Bytes(key))
        .end();
  }
  EXPECT_EQ(copy.finish(), static_cast<std::int64_t>(notes.size()));
  EXPECT_EQ(connection_.statements_executed(), before + 1);
  const Rows rows =
      connection_.query({"lines", "select * from \"odd \"\"one\".\"Line\" order by id"});
  for (std::size_t i = 0; i < notes.size(); ++i) {
    EXPECT_EQ(rows[i].optional_text("note"), notes[i]);
    EXPECT_EQ(rows[i].decimal("amount"), money::Decimal::parse("-0.005"));
    EXPECT_EQ(rows[i].instant("at"), instant);
    EXPECT_EQ(rows[i].date("on_day"), date);
    EXPECT_TRUE(rows[i].boolean("open"));
    EXPECT_EQ(rows[i].bytes("key"), key);
  }
}

TEST_F(CopyTest, ManyPieces) {
  constexpr std::int64_t kRows = 50'000;
  Copy copy(connection_, "copy_lines", kTable, {"id", "note"});
  for (std::int64_t id = 0; id < kRows; ++id) copy.row().add(id).add("a note of some length").end();
  EXPECT_EQ(copy.finish(), kRows);
  EXPECT_EQ(count(), kRows);
}

TEST_F(CopyTest, NoRowsAreFine) {
  Copy copy(connection_, "copy_lines", kTable, {"id"});
  EXPECT_EQ(copy.finish(), 0);
}

TEST_F(CopyTest, AnUnfinishedCopyIsTakenBack) {
  {
    Copy copy(connection_, "copy_lines", kTable, {"id"});
    for (int id = 0; id < 100'000; ++id) copy.row().add(id).end();
    EXPECT_THROW(connection_.query({"one", "select 1"}), Bug);
  }
  EXPECT_EQ(count(), 0);
}

TEST_F(CopyTest, AnUnfinishedCopyFailsItsTransaction) {
  Transaction transaction(connection_);
  try {
    Copy copy(connection_, "copy_lines", kTable, {"id"});
    copy.row().add(1).end();
    throw std::runtime_error("half way");
  } catch (const std::runtime_error&) {
  }
  EXPECT_THROW(transaction.commit(), DatabaseError);
}

TEST_F(CopyTest, ErrorsNameTheStatementAndLeaveTheConnectionUsable) {
  Copy copy(connection_, "copy_lines", kTable, {"id"});
  copy.row().add(1).end();
  copy.row().add(1).end();
  try {
    copy.finish();
    FAIL();
  } catch (const DatabaseError& error) {
    EXPECT_EQ(error.sqlstate(), "23505");
    EXPECT_EQ(error.statement(), "copy_lines");
  }
  EXPECT_EQ(count(), 0);
  EXPECT_THROW(Copy(connection_, "copy_lines", "no_such_table", {"id"}), DatabaseError);
  EXPECT_EQ(count(), 0);
}

TEST_F(CopyTest, ALostConnectionIsSaid) {
  Connection other({.conninfo = test::cluster().conninfo(Role::kSuperuser)});
  Copy copy(connection_, "copy_lines", kTable, {"id"});
  other.query({"end_backend", "select pg_terminate_backend($1, 5000)"},
              {connection_.backend_pid()});
  try {
    for (int id = 0; id < 1'000'000; ++id) copy.row().add(id).end();
    copy.finish();
    FAIL();
  } catch (const DatabaseError& error) {
    EXPECT_TRUE(error.connection_lost());
  }
}

TEST_F(CopyTest, ARowHasAValueForEachColumn) {
  Copy copy(connection_, "copy_lines", kTable, {"id", "note"});
  EXPECT_THROW(copy.row().add(1).end(), Bug);
}

TEST_F(CopyTest, BinaryValuesArriveAsTheyWere) {
  connection_.run_script(
      {"make",
       "create table hot (id bigint primary key, seq int, name text, key uuid, at timestamptz)"});
  const Uuid key{{0, 1, 2, 0x7f, 0x80, 0xff, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}};
  const std::vector<std::string> names{"", "tab\t\\ \\N", "\xc3\xbc 漢", std::string(300'000, 'x')};
  const std::vector<time::Instant> instants{time::parse_instant("2026-10-31T23:59:59.25Z"),
                                            time::parse_instant("1999-12-31T23:59:59.999999Z"),
                                            time::parse_instant("1900-01-01T00:00:00Z"),
                                            time::parse_instant("9999-12-31T23:59:59Z")};
  BinaryCopy copy(connection_, "copy_hot", "hot", {"id", "seq", "name", "key", "at"});
  for (std::size_t i = 0; i < names.size(); ++i) {
    copy.row()
        .add(static_cast<std::int64_t>(i) - 2'000'000'000'000)
        .add(-2 + static_cast<int>(i))
        .add(names[i])
        .add(key)
        .add(instants[i])
        .end();
  }
  EXPECT_EQ(copy.finish(), 4);
  const Rows rows = connection_.query({"hot", "select * from hot order by id"});
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(rows[i].int64("id"), static_cast<std::int64_t>(i) - 2'000'000'000'000);
    EXPECT_EQ(rows[i].int64("seq"), static_cast<std::int64_t>(i) - 2);
    EXPECT_EQ(rows[i].text("name"), names[i]);
    EXPECT_EQ(rows[i].uuid("key"), key.bytes);
    EXPECT_EQ(rows[i].instant("at"), instants[i]);
  }
}

TEST_F(CopyTest, BinaryDecimalsAreWhatTheirTextSays) {
  connection_.run_script({"make", "create table hot (id bigint primary key, amount numeric)"});
  std::vector<money::Decimal> decimals{0,      1,      -1,           10,       9'999,
                                       10'000, 10'001, -100'000'000, INT64_MIN};
  for (const char* text :
       {"0.1", "0.01", "0.001", "0.0001", "0.00001", "-0.00000001", "1.5", "100.10", "12345.6789",
        "10000.0001", "123456789012345678901234567890.12345678",
        "-99999999999999999999999999999999999999", "0.00000000000000000000000000000000000001",
        "9.9999999999999999999999999999999999999", "100000000000000000000000000000000000.00"}) {
    decimals.push_back(money::Decimal::parse(text));
  }
  for (int scale = 0; scale <= money::Decimal::kDigitsMax; ++scale) {
    decimals.push_back(money::Decimal::from_parts(1'000'200'030'004, scale));
  }
  decimals.push_back(money::Decimal::from_parts(1'000, 2));  // zeros behind the point are not kept
  BinaryCopy copy(connection_, "copy_hot", "hot", {"id", "amount"});
  for (std::size_t i = 0; i < decimals.size(); ++i) {
    copy.row().add(static_cast<std::int64_t>(i)).add(decimals[i]).end();
  }
  copy.finish();
  const Rows rows = connection_.query({"hot", "select amount::text as text from hot order by id"});
  ASSERT_EQ(rows.size(), decimals.size());
  for (std::size_t i = 0; i < decimals.size(); ++i) {
    EXPECT_EQ(rows[i].text("text"), decimals[i].to_string());
  }
}

TEST_F(CopyTest, BinaryTextsDaysBytesAndNullsArrive) {
  connection_.run_script(
      {"make", "create table hot (id bigint, open boolean, key bytea, on_day date, note text)"});
  const std::string key("\0\xff\\", 3);
  BinaryCopy copy(connection_, "copy_hot", "hot", {"id", "open", "key", "on_day", "note"});
  copy.row()
      .add(std::int64_t{1})
      .add(true)
      .add(Bytes(key))
      .add(time::parse_date("1999-12-31"))
      .add("a")
      .end();
  copy.row()
      .add(std::optional<std::int64_t>())
      .add(false)
      .add(Bytes(std::string_view()))
      .add(std::optional(time::parse_date("2026-10-31")))
      .add(std::nullopt)
      .end();
  EXPECT_EQ(copy.finish(), 2);
  const Rows rows = connection_.query({"hot", "select * from hot order by on_day"});
  EXPECT_EQ(rows[0].int64("id"), 1);
  EXPECT_TRUE(rows[0].boolean("open"));
  EXPECT_EQ(rows[0].bytes("key"), key);
  EXPECT_EQ(rows[0].date("on_day"), time::parse_date("1999-12-31"));
  EXPECT_EQ(rows[0].text("note"), "a");
  EXPECT_TRUE(rows[1].is_null("id"));
  EXPECT_FALSE(rows[1].boolean("open"));
  EXPECT_EQ(rows[1].bytes("key"), "");
  EXPECT_EQ(rows[1].date("on_day"), time::parse_date("2026-10-31"));
  EXPECT_TRUE(rows[1].is_null("note"));
}

TEST_F(CopyTest, ABinaryRowThatClashesTakesTheCopyBack) {
  connection_.run_script({"make", "create table hot (id bigint primary key)"});
  BinaryCopy copy(connection_, "copy_hot", "hot", {"id"});
  copy.row().add(std::int64_t{1}).end();
  copy.row().add(std::int64_t{1}).end();
  EXPECT_THROW(copy.finish(), DatabaseError);
  EXPECT_EQ(connection_.query({"hot", "select count(*) from hot"}).only().int64(0), 0);
  EXPECT_THROW(
      BinaryCopy(connection_, "copy_hot", "hot", {"id"}).row().add(std::string_view("a\0b", 3)),
      Error);
}

}  // namespace
}  // namespace reckoner::store

#include "store/distribution.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "store/placement.hpp"
#include "support/database.hpp"
#include "support/issued_documents.hpp"

namespace reckoner::store {
namespace {

// A real cluster is tried in tests/citus; this is what a plain PostgreSQL makes of the same calls.
class DistributionTest : public testing::Test {
 protected:
  std::int64_t number(std::string_view sql) {
    const std::string name = "number " + std::to_string(++numbers_);
    return connection_.query({name, sql}).only().int64(0);
  }
  int numbers_ = 0;
  Connection connection_{{.conninfo = test::fresh_schema()}};
};

TEST_F(DistributionTest, IsRefusedWithoutCitus) {
  try {
    distribute(connection_, 8);
    FAIL() << "a plain PostgreSQL was spread";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("this PostgreSQL has no Citus"));
  }
  EXPECT_EQ(number("select count(*) from pg_trigger where tgname = 'commit_in_two_phases'"), 0);
  EXPECT_EQ(number("select count(*) from pg_db_role_setting"), 0);
}

TEST_F(DistributionTest, NothingIsDoneOnPlainPostgresql) {
  allow_placed_schema(connection_);
  place_new_tables(connection_);
  await_second_phases(connection_);
  EXPECT_EQ(number("select count(*) from pg_class where relname = 'two_phase_anchor'"), 0);
}

TEST_F(DistributionTest, EveryTableHasOneKind) {
  std::set<std::string> placed;
  for (const TablePlacement& placement : placements()) {
    EXPECT_TRUE(placed.insert(std::string(placement.table)).second) << placement.table;
  }
  std::set<std::string> tables;
  for (const Row& row :
       connection_.query({"tables",
                          "select relname from pg_class where relkind in ('r', 'p')"
                          " and relnamespace = current_schema()::regnamespace"})) {
    tables.insert(row.text(0));
  }
  EXPECT_EQ(placed, tables);
}

TEST_F(DistributionTest, TablesStandBehindThoseTheyReferTo) {
  std::set<std::string> before;
  for (const TablePlacement& placement : placements()) {
    for (const Row& row : connection_.query(
             {"referred",
              "select p.relname from pg_constraint c join pg_class p on p.oid = confrelid"
              " where contype = 'f' and conrelid = $1::text::regclass"},
             {placement.table})) {
      EXPECT_TRUE(before.contains(row.text(0))) << placement.table << " refers to " << row.text(0);
    }
    before.insert(std::string(placement.table));
  }
}

}  // namespace
}  // namespace reckoner::store

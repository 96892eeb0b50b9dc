#include "store/isolation.hpp"

#include <gmock/gmock.h>

#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::store {

namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Statement kTables{"tables of customers the reader may read", R"(
  select c.relname as name from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'customer_id' and not a.attisdropped
   where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
     and has_table_privilege(c.oid, 'select') order by 1)"};

class IsolationTest : public testing::Test {
 protected:
  IsolationTest() {
    for (const char* name : {"acme", "globex"}) {
      world.customer(name);
      world.subscribe(name, "Professional", "2026-09-01");
      world.bandwidth(name, "2000", "2026-09-10T00:00:00Z");
      world.pay(name, "10.00", "2026-09-20", std::string("ref-") + name);
    }
    world.run("2026-10-01T02:00:00Z");
  }

  CustomerId id_of(const std::string& key) {
    return {world.number("select customer_id from customer_key where key = '" + key + "'")};
  }
  /// What the reader counts for acme.
  std::int64_t count(const std::string& sql) {
    Transaction snapshot(reader, TransactionKind::kSnapshotReadOnly);
    read_for(reader, id_of("acme"));
    const std::string name = "count " + std::to_string(++counts_);
    return reader.query({name, "select count(*) as n from " + sql}).only().int64("n");
  }
  std::string refusal(const std::string& sql) {
    try {
      Transaction transaction(reader);
      read_for(reader, id_of("acme"));
      reader.run_script({"try", sql});
    } catch (const DatabaseError& error) {
      return error.sqlstate();
    }
    return "";
  }
  void as_superuser(const std::string& sql) {
    Connection({.conninfo = test::as_role(world.connect_string(), Role::kSuperuser)})
        .run_script({"as superuser", sql});
  }

  test::BillingWorld world;
  Connection reader = world.connect(Role::kReader);
  Connection owner = world.connect(Role::kOwner);

 private:
  int counts_ = 0;
};

TEST_F(IsolationTest, TheCatalogueHasNothingAgainstIt) {
  EXPECT_THAT(isolation_faults(owner), IsEmpty());
  Connection writer = world.connect();
  EXPECT_EQ(isolation_gap(writer), "");
  EXPECT_EQ(isolation_gap(owner), "");
}

TEST_F(IsolationTest, EachTableShowsTheRowsOfOneCustomerAlone) {
  const auto acme = std::to_string(id_of("acme").value);
  std::vector<std::string> with_rows;
  std::size_t tables = 0;
  for (const Row& row : reader.query(kTables)) {
    const std::string table = row.text("name");
    ++tables;
    EXPECT_EQ(count(table + " where customer_id <> " + acme), 0) << table;
    EXPECT_EQ(count(table),
              world.number("select count(*) from " + table + " where customer_id = " + acme))
        << table;
    if (count(table) > 0) with_rows.push_back(table);
  }
  EXPECT_GT(tables, 30U);
  for (const char* table : {"customer", "subscription", "document", "document_line", "posting",
                            "payment", "raw_event", "usage_total", "issued", "customer_key"}) {
    EXPECT_THAT(with_rows, Contains(table));
  }
}

TEST_F(IsolationTest, WithoutACustomerNothingIsAnsweredNotEvenNoRows) {
  const auto ask = [&] {
    Transaction snapshot(reader, TransactionKind::kSnapshotReadOnly);
    return reader.query({"unset", "select count(*) from customer"}).size();
  };
  EXPECT_THROW(ask(), DatabaseError);  // it was never set on this connection
  EXPECT_EQ(count("customer"), 1);
  EXPECT_THROW(ask(), DatabaseError);  // it ended with its transaction, and is '' now
  EXPECT_THROW(reader.query({"bare", "select count(*) from document"}), DatabaseError);
  EXPECT_EQ(count("customer"), 1);
}

TEST_F(IsolationTest, TheReaderReachesNothingElse) {
  for (const char* table : {"api_key", "app_user", "user_session", "quarantine", "event_key",
                            "engine_run", "outbox", "imported_file"}) {
    EXPECT_EQ(refusal(std::string("select from ") + table), "42501") << table;
  }
  for (const char* sql :
       {"update customer set name = 'x'", "delete from payment",
        "insert into customer_state values (1)", "truncate payment", "set role reckoner_writer",
        "set role reckoner_owner", "create table mine (x int)",
        "alter table customer disable row level security"}) {
    EXPECT_EQ(refusal(sql), "42501") << sql;
  }
  EXPECT_EQ(refusal("set row_security = off; select count(*) from customer"), "42501");
}

TEST_F(IsolationTest, WhatTheReaderWritesIsItsCustomers) {
  const std::string insert = R"(
    insert into customer_setting (customer_id, changed_at, changed_by)
    values ({}, '2026-10-01T00:00:00Z', 'test'))";
  const auto of = [&](const std::string& key) {
    std::string sql = insert;
    return sql.replace(sql.find("{}"), 2, std::to_string(id_of(key).value));
  };
  EXPECT_EQ(refusal(of("globex")), "42501");
  EXPECT_EQ(refusal(of("acme")), "");
}

TEST_F(IsolationTest, ATableThatComesLaterIsGuardedToo) {
  owner.run_script({"new", "create table later (customer_id bigint primary key, secret text)"});
  EXPECT_THAT(isolation_faults(owner), Contains(HasSubstr("later: has rows of customers")));
  EXPECT_THAT(isolation_gap(owner), HasSubstr("later"));
  settle_isolation(owner);
  EXPECT_THAT(isolation_faults(owner), IsEmpty());
  const std::int64_t statements = owner.statements_executed();
  settle_isolation(owner);
  EXPECT_LE(owner.statements_executed() - statements, 3);
}

TEST_F(IsolationTest, EachWayAroundIsFound) {
  const auto faults_after = [&](const char* sql) {
    owner.run_script({"plant", sql});
    return isolation_faults(owner);
  };
  EXPECT_THAT(faults_after("create view all_documents as select * from document"),
              Contains(HasSubstr("all_documents: a view")));
  EXPECT_THAT(faults_after("create materialized view kept as select * from document"),
              Contains(HasSubstr("kept: a materialised view")));
  EXPECT_THAT(faults_after("create function leak() returns bigint language sql security definer as "
                           "'select count(*) from document'"),
              Contains(HasSubstr("leak: a function")));
  EXPECT_THAT(faults_after("alter table document no force row level security"),
              Contains(HasSubstr("document: has rows")));
  EXPECT_THAT(faults_after("create policy all_of_it on payment using (true)"),
              Contains(HasSubstr("payment: policy all_of_it")));
  EXPECT_THAT(faults_after("grant select on api_key to reckoner_reader"),
              Contains(HasSubstr("api_key: the reader may select")));
  EXPECT_THAT(faults_after("grant truncate on payment to reckoner_reader"),
              Contains(HasSubstr("payment: the reader may truncate")));
  EXPECT_THAT(faults_after("create table item (customer_id bigint, number bigint primary key);"
                           "create table part (customer_id bigint, of bigint references item)"),
              Contains(HasSubstr("refers to another customer's rows too")));
}

TEST_F(IsolationTest, AWriterThatPoliciesWouldApplyToLeavesThemOut) {
  as_superuser("grant reckoner_writer to reckoner_owner; alter role reckoner_writer nobypassrls");
  const std::string gap = isolation_gap(owner);
  as_superuser("alter role reckoner_writer bypassrls; revoke reckoner_writer from reckoner_owner");
  EXPECT_THAT(gap, HasSubstr("reckoner_writer has not BYPASSRLS"));
}

}  // namespace

}  // namespace reckoner::store

#include "store/distribution.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <thread>

#include "store/placement.hpp"
#include "store/transaction.hpp"

namespace reckoner::store {

namespace {

constexpr std::string_view kFirstTable = "customer";

constexpr Statement kHasCitus{"has citus", "select 1 from pg_extension where extname = 'citus'"};
constexpr Statement kIsAvailable{"citus is available",
                                 "select 1 from pg_available_extensions where name = 'citus'"};
constexpr Statement kIsWorker{"is a worker",
                              "select groupid <> 0 as worker from pg_dist_local_group"};
constexpr Statement kNodes{"nodes with shards", R"(
  select count(*) as nodes from pg_dist_node
   where isactive and shouldhaveshards and noderole = 'primary')"};
constexpr Statement kKnowsItself{"coordinator is a node",
                                 "select 1 from pg_dist_node where groupid = 0"};
constexpr Statement kCannotPrepare{"nodes that cannot prepare", R"(
  select nodeid from run_command_on_all_nodes('show max_prepared_transactions')
   where not success or result = '0')"};
constexpr Statement kOfOthers{"tables of another owner", R"(
  select relname from pg_class
   where relnamespace = current_schema()::regnamespace and relname = any($1::text[])
     and not pg_has_role(relowner, 'usage') order by relname)"};
constexpr Statement kOwnsDatabase{"owns the database", R"(
  select pg_has_role(datdba, 'usage') as owns from pg_database where datname = current_database())"};

// The lock of migrations: both change the schema.
constexpr Statement kLock{"lock placing", "select pg_advisory_xact_lock(5277210814000002)"};
constexpr Statement kPlaced{"placed tables", R"(
  select relname from pg_dist_partition join pg_class on oid = logicalrelid
   where relnamespace = current_schema()::regnamespace
  union
  select relname from pg_trigger join pg_class c on c.oid = tgrelid
   where tgname = 'commit_in_two_phases' and relnamespace = current_schema()::regnamespace)"};
constexpr Statement kTransactionSettings{"settings of placing", R"(
  select set_config('citus.multi_shard_modify_mode', 'sequential', true),
         set_config('citus.shard_count', $1, true),
         set_config('client_min_messages', 'warning', true))"};
constexpr Statement kAllow{"allow placed schema", R"(
  select set_config('citus.enable_unsafe_triggers', 'on', false),
         set_config('citus.enable_local_reference_table_foreign_keys', 'off', false))"};

constexpr Statement kPlaceReference{"place reference table",
                                    "select create_reference_table($1::text::regclass)"};
constexpr Statement kPlaceApart{"place table apart", R"(
  select create_distributed_table($1::text::regclass, $2, colocate_with => 'none'))"};
constexpr Statement kPlaceBeside{"place table beside another", R"(
  select create_distributed_table($1::text::regclass, 'customer_id', colocate_with => $2))"};
// A transaction over one node only commits there first and here afterwards, unless Citus is given a
// reason for two phases: a write to a table of the coordinator that it knows. Nothing is ever in
// this one.
constexpr Statement kAnchor{"anchor of two phases", R"(
  create table if not exists two_phase_anchor (only_row boolean primary key);
  do $$ begin
    if not exists (select from pg_dist_partition where logicalrelid = 'two_phase_anchor'::regclass) then
      perform citus_add_local_table_to_metadata('two_phase_anchor');
    end if;
  end $$;
  create or replace function commit_in_two_phases() returns trigger language plpgsql as $$
  begin
    delete from two_phase_anchor where only_row;
    return null;
  end $$;
  do $$ begin
    if exists (select from pg_roles where rolname = 'reckoner_writer') then
      grant select, delete on two_phase_anchor to reckoner_writer;
    end if;
  end $$)"};

constexpr Statement kFreeLocalRows{"free rows left behind", R"(
  select truncate_local_data_after_distributing_table($1::text::regclass))"};

// One connection to a node for each transaction: it prepares and commits there once. A literal SET
// LOCAL reaches the nodes.
constexpr Statement kDatabaseSettings{"settings of a placed database", R"(
  do $$ begin
    execute format('alter database %I set citus.multi_shard_modify_mode = sequential', current_database());
    execute format('alter database %I set citus.max_cached_conns_per_worker = 4', current_database());
    execute format('alter database %I set citus.propagate_set_commands = local', current_database());
  end $$)"};

constexpr Statement kPrepared{"prepared transactions", R"(
  select success, result from run_command_on_workers(
    $$select coalesce(string_agg(gid, ','), '') from pg_prepared_xacts
       where gid like 'citus\_%' and database = current_database()$$))"};
constexpr std::chrono::milliseconds kPause{2};

/// The transactions that wait for their second phase, on all nodes together.
std::set<std::string> prepared(Connection& connection) {
  std::set<std::string> names;
  for (const Row& node : connection.query(kPrepared)) {
    const std::string found = node.text("result");
    if (!node.boolean("success")) {
      throw DatabaseError({.statement = std::string(kPrepared.name),
                           .sqlstate = "57P03",
                           .message = "a node of the Citus cluster cannot be asked: " + found,
                           .connection_lost = false});
    }
    for (std::size_t begin = 0; begin < found.size();) {
      const std::size_t end = std::min(found.find(',', begin), found.size());
      names.insert(found.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return names;
}

std::set<std::string> placed_tables(Connection& connection) {
  std::set<std::string> tables;
  for (const Row& row : connection.query(kPlaced)) tables.insert(row.text("relname"));
  return tables;
}

void require_citus(Connection& connection) {
  if (!connection.query(kHasCitus).empty()) return;
  throw Error(connection.query(kIsAvailable).empty()
                  ? "this PostgreSQL has no Citus: install it on every node, put citus first in "
                    "shared_preload_libraries, and create the extension (docs/citus.md)"
                  : "the database lacks the extension: a superuser says 'create extension citus' "
                    "in it, on every node (docs/citus.md)");
}

std::int64_t require_nodes(Connection& connection) {
  if (connection.query(kKnowsItself).empty()) {
    throw Error(
        "the coordinator does not know its own address: a superuser calls "
        "citus_set_coordinator_host in the database (docs/citus.md)");
  }
  const std::int64_t nodes = connection.query(kNodes).only().int64("nodes");
  if (nodes == 0) {
    throw Error(
        "the Citus cluster has no node that holds shards: a superuser calls citus_add_node in the "
        "database (docs/citus.md)");
  }
  if (const Rows failing = connection.query(kCannotPrepare); !failing.empty()) {
    throw Error(fmt::format(
        "{} of the Citus cluster's nodes cannot be reached or have max_prepared_transactions = 0, "
        "so that no transaction over several nodes could be committed",
        failing.size()));
  }
  return nodes;
}

std::vector<std::string> all_tables() {
  std::vector<std::string> tables;
  for (const TablePlacement& placement : placements()) tables.emplace_back(placement.table);
  return tables;
}

void require_ownership(Connection& connection) {
  std::vector<std::string> foreign;
  for (const Row& row : connection.query(kOfOthers, {all_tables()})) {
    foreign.push_back(row.text("relname"));
  }
  if (!foreign.empty()) {
    throw Error(fmt::format("only their owner may spread the tables, and another user owns {}",
                            fmt::join(foreign, ", ")));
  }
  if (!connection.query(kOwnsDatabase).only().boolean("owns")) {
    throw Error("only the database's owner may give it the settings that it needs on Citus");
  }
}

void place(Connection& connection, const TablePlacement& table) {
  switch (table.placement) {
    case Placement::kReference:
      connection.query(kPlaceReference, {table.table});
      return;
    case Placement::kByKey:
      connection.query(kPlaceApart, {table.table, "key"});
      return;
    case Placement::kByCustomer:
      if (table.table == kFirstTable) {
        connection.query(kPlaceApart, {table.table, "customer_id"});
      } else {
        connection.query(kPlaceBeside, {table.table, kFirstTable});
      }
      return;
    case Placement::kLocal:
      connection.run_script(
          {"anchor local table",
           fmt::format("create trigger commit_in_two_phases"
                       " after insert or update or delete on {}"
                       " for each statement execute function commit_in_two_phases()",
                       table.table)});
      return;
  }
}

/// Within a transaction that holds the lock.
std::vector<std::string> place_all(Connection& connection) {
  connection.run_script(kAnchor);
  const std::set<std::string> placed = placed_tables(connection);
  std::vector<std::string> now;
  for (const TablePlacement& table : placements()) {
    if (placed.contains(std::string(table.table))) continue;
    place(connection, table);
    now.emplace_back(table.table);
  }
  for (const TablePlacement& table : placements()) {
    if (table.placement == Placement::kLocal || placed.contains(std::string(table.table))) continue;
    connection.query(kFreeLocalRows, {table.table});
  }
  return now;
}

}  // namespace

void require_coordinator(Connection& connection) {
  if (connection.query(kHasCitus).empty()) return;
  if (connection.query(kIsWorker).only().boolean("worker")) {
    throw Error("this is a worker of the Citus cluster: --database must name the coordinator");
  }
}

void allow_placed_schema(Connection& connection) {
  connection.query(kAllow);
}

Distribution distribute(Connection& connection, int shards) {
  require_citus(connection);
  require_coordinator(connection);
  require_ownership(connection);
  Distribution result;
  result.nodes = require_nodes(connection);
  allow_placed_schema(connection);
  Transaction transaction(connection);
  connection.query(kLock);
  connection.query(kTransactionSettings, {std::to_string(shards)});
  result.placed = place_all(connection);
  connection.run_script(kDatabaseSettings);
  transaction.commit();
  return result;
}

void place_new_tables(Connection& connection) {
  if (connection.query(kHasCitus).empty()) return;
  const std::set<std::string> placed = placed_tables(connection);
  if (!placed.contains(std::string(kFirstTable))) return;
  const auto is_placed = [&](const TablePlacement& table) {
    return placed.contains(std::string(table.table));
  };
  if (std::all_of(placements().begin(), placements().end(), is_placed)) return;
  Transaction transaction(connection);
  connection.query(kLock);
  connection.query(kTransactionSettings, {"1"});  // beside the tables that are placed
  place_all(connection);
  transaction.commit();
}

void await_second_phases(Connection& connection, std::chrono::milliseconds patience) {
  if (connection.query(kHasCitus).empty()) return;
  std::set<std::string> awaited = prepared(connection);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!awaited.empty()) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw DatabaseError(
          {.statement = std::string(kPrepared.name),
           .sqlstate = "55P03",
           .message = fmt::format("{} waits for its second phase, which Citus finishes after "
                                  "citus.recover_2pc_interval",
                                  *awaited.begin()),
           .connection_lost = false});
    }
    std::this_thread::sleep_for(kPause);
    const std::set<std::string> now = prepared(connection);
    std::erase_if(awaited, [&](const std::string& name) { return !now.contains(name); });
  }
}

}  // namespace reckoner::store

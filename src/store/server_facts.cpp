#include "store/server_facts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reckoner::store {

namespace {

constexpr Statement kFacts{"server facts", R"(
  select split_part(current_setting('server_version'), ' ', 1) as version,
         current_setting('server_version_num')::bigint as version_number,
         current_setting('fsync')::boolean as fsync,
         current_setting('full_page_writes')::boolean as full_page_writes,
         current_setting('synchronous_commit') as synchronous_commit,
         current_setting('synchronous_standby_names') as synchronous_standby_names,
         current_user::text as "user",
         exists (select from pg_roles where rolsuper and rolname in (current_user, session_user))
           as superuser,
         (select extversion from pg_extension where extname = 'citus') as citus,
         (select count(*) from pg_stat_activity where backend_type = 'client backend'
             or backend_type is null) as connections,
         current_setting('max_connections')::bigint
           - current_setting('superuser_reserved_connections')::bigint as connections_max,
         (select count(*) from pg_prepared_xacts where database = current_database())
           as prepared_transactions,
         pg_database_size(current_database()) as database_bytes)"};

constexpr Statement kStandbys{"standbys", R"(
  select coalesce(application_name, '') as name, sync_state from pg_stat_replication
   where application_name is distinct from 'pg_basebackup' order by application_name)"};

bool waits_for_standbys(std::string_view synchronous_commit) {
  return synchronous_commit == "on" || synchronous_commit == "remote_write" ||
         synchronous_commit == "remote_apply";
}

bool is_synchronous(const Standby& standby) {
  return standby.sync_state == "sync" || standby.sync_state == "quorum";
}

}  // namespace

ServerFacts read_server_facts(Connection& connection) {
  const Row row = connection.query(kFacts).only();
  ServerFacts facts{.version = row.text("version"),
                    .version_number = row.int64("version_number"),
                    .fsync = row.boolean("fsync"),
                    .full_page_writes = row.boolean("full_page_writes"),
                    .synchronous_commit = row.text("synchronous_commit"),
                    .synchronous_standby_names = row.text("synchronous_standby_names"),
                    .standbys = {},
                    .user = row.text("user"),
                    .superuser = row.boolean("superuser"),
                    .citus = row.optional_text("citus"),
                    .connections = row.int64("connections"),
                    .connections_max = row.int64("connections_max"),
                    .prepared_transactions = row.int64("prepared_transactions"),
                    .database_bytes = row.int64("database_bytes")};
  for (const Row& standby : connection.query(kStandbys)) {
    facts.standbys.push_back({standby.text("name"), standby.optional_text("sync_state")});
  }
  return facts;
}

std::vector<std::string> dangers_of(const ServerFacts& facts) {
  std::vector<std::string> dangers;
  if (!facts.fsync) dangers.emplace_back("fsync is off");
  if (!facts.full_page_writes) dangers.emplace_back("full_page_writes is off");
  return dangers;
}

std::vector<std::string> doubts_about(const ServerFacts& facts) {
  std::vector<std::string> doubts;
  const bool waits = waits_for_standbys(facts.synchronous_commit);
  if (facts.synchronous_commit == "off") {
    doubts.emplace_back(
        "synchronous_commit is off: what was acknowledged in the last second is lost when the "
        "server crashes");
  } else if (!waits) {
    doubts.push_back(fmt::format("synchronous_commit is {}: commits wait for no standby",
                                 facts.synchronous_commit));
  }
  if (facts.standbys.empty()) {
    if (waits && !facts.synchronous_standby_names.empty()) {
      doubts.push_back(fmt::format("commits wait for a standby ({}), but none is connected",
                                   facts.synchronous_standby_names));
    }
    return doubts;
  }
  const bool hidden = std::ranges::all_of(
      facts.standbys, [](const Standby& standby) { return !standby.sync_state.has_value(); });
  const bool none_synchronous = hidden ? facts.synchronous_standby_names.empty()
                                       : std::ranges::none_of(facts.standbys, is_synchronous);
  if (none_synchronous) {
    doubts.push_back(
        fmt::format("{} connected, but asynchronous: a failover loses the latest commits "
                    "(synchronous_standby_names is '{}')",
                    facts.standbys.size() == 1 ? "a standby is" : "standbys are",
                    facts.synchronous_standby_names));
  }
  return doubts;
}

}  // namespace reckoner::store

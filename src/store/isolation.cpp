#include "store/isolation.hpp"

#include <fmt/format.h>

#include "store/embedded.hpp"
#include "store/placement.hpp"
#include "store/transaction.hpp"

namespace reckoner::store {

namespace {

// The lock of migrations: both change the schema.
constexpr Statement kLock{"lock isolating", "select pg_advisory_xact_lock(5277210814000002)"};

// $1: the writer's role, $2: the reader's. The user of the connection string owns the tables where
// the role of the session does not.
constexpr Statement kRoles{"roles of isolation", R"(
  select coalesce((select rolsuper or rolbypassrls from pg_roles where rolname = o.owner), false)
           as owner_passes,
         exists (select from pg_roles where rolname = $1
                    and pg_has_role(session_user, oid, 'member')) as has_writer,
         coalesce((select rolsuper or rolbypassrls from pg_roles where rolname = $1), false) as writer_passes,
         exists (select from pg_roles where rolname = $2) as has_reader,
         coalesce((select rolsuper or rolbypassrls from pg_roles where rolname = $2), false) as reader_passes,
         exists (select from pg_roles r where r.rolname = $2 and pg_has_role(r.oid, o.owner, 'member'))
           as reader_owns,
         exists (select from pg_extension where extname = 'citus') as sharded
    from (select tableowner as owner from pg_tables
           where schemaname = current_schema() and tablename = 'customer') o)"};

// $1: whether the owner is bound too.
constexpr Statement kUnsettled{"tables without isolation", R"(
  select c.relname as name, not c.relrowsecurity as unguarded, $1 and not c.relforcerowsecurity as unforced,
         p.polname is null as without_policy
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'customer_id' and not a.attisdropped
    left join pg_policy p on p.polrelid = c.oid and p.polname = 'of_customer'
   where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
     and (not c.relrowsecurity or $1 and not c.relforcerowsecurity or p.polname is null)
   order by c.relname)"};

// $1: the reader's role; $2 and $3: tables, and what it may do to them.
constexpr Statement kUngranted{"rights that the reader lacks", R"(
  select c.relname as name, w.what
    from unnest($2::text[], $3::text[]) as w(name, what)
    join pg_class c on c.relname = w.name and c.relnamespace = current_schema()::regnamespace
   where not has_table_privilege($1, c.oid, w.what)
   order by c.relname, w.what)"};

constexpr Statement kReadFor{"read for a customer",
                             "select set_config('reckoner.customer', $1, true)"};

constexpr Statement kTablesLaidBare{"tables without row security", R"(
  select c.relname || ': has rows of customers, and row-level security is not enabled, forced and with'
           || ' its policy' as fault
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'customer_id' and not a.attisdropped
   where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
     and not (c.relrowsecurity and (c.relforcerowsecurity or not $1)
              and exists (select from pg_policy p where p.polrelid = c.oid))
   order by 1)"};
constexpr Statement kOtherPolicies{"other policies", R"(
  select c.relname || ': policy ' || p.polname || ' is not the one of its customer' as fault
    from pg_policy p join pg_class c on c.oid = p.polrelid
   where c.relnamespace = current_schema()::regnamespace
     and (not p.polpermissive or p.polcmd <> '*' or p.polroles <> '{0}'
          or pg_get_expr(p.polqual, p.polrelid)
               is distinct from '(customer_id = (current_setting(''reckoner.customer''::text))::bigint)'
          or p.polwithcheck is not null and pg_get_expr(p.polwithcheck, p.polrelid)
               is distinct from pg_get_expr(p.polqual, p.polrelid))
   order by 1)"};
// $1: the reader's role; $2 and $3: tables, and what it may do to them.
constexpr Statement kRights{"rights of the reader", R"(
  select c.relname || ': the reader may ' || r.what || ' it' as fault
    from pg_class c
    cross join (values ('select'), ('insert'), ('update'), ('delete'), ('truncate'), ('references'),
                       ('trigger')) as r(what)
   where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
     and has_table_privilege($1, c.oid, r.what)
     and not exists (select from unnest($2::text[], $3::text[]) as w(name, what)
                      where w.name = c.relname and w.what = r.what)
   order by 1)"};
constexpr Statement kPassages{"ways around row security", R"(
  select relname || ': a view reads with its owner''s rights' as fault from pg_class
   where relnamespace = current_schema()::regnamespace and relkind = 'v'
     and not coalesce(reloptions @> '{security_invoker=true}', false)
  union all
  select relname || ': a materialised view keeps rows of customers' from pg_class
   where relnamespace = current_schema()::regnamespace and relkind = 'm'
  union all
  select proname || ': a function with its owner''s rights' from pg_proc
   where pronamespace = current_schema()::regnamespace and prosecdef
   order by 1)"};
// A reference between tables of customers that does not carry the customer would tell whether a
// foreign row exists; so would a key that is unique over all customers.
constexpr Statement kReferences{"references without the customer", R"(
  select c.conrelid::regclass || ': ' || c.conname || ' refers to another customer''s rows too' as fault
    from pg_constraint c
   where c.contype = 'f' and c.connamespace = current_schema()::regnamespace
     and exists (select from pg_attribute a where a.attrelid = c.conrelid and a.attname = 'customer_id')
     and exists (select from pg_attribute a where a.attrelid = c.confrelid and a.attname = 'customer_id')
     and not exists (select from pg_attribute a
                      where a.attrelid = c.conrelid and a.attname = 'customer_id'
                        and a.attnum = any(c.conkey))
   order by 1)"};
constexpr Statement kReader{"role of the reader", R"(
  select rolname || ': ' || problem as fault
    from pg_roles r
    cross join lateral (values
      (rolsuper, 'is a superuser'), (rolbypassrls, 'passes row-level security by'),
      (rolcreaterole, 'may make roles'), (rolcreatedb, 'may make databases'),
      (rolreplication, 'may replicate'),
      (exists (select from pg_auth_members m where m.member = r.oid), 'is a member of another role'),
      (exists (select from pg_class c where c.relowner = r.oid), 'owns tables'),
      (has_schema_privilege(r.oid, current_schema(), 'create'), 'may make tables')) as p(so, problem)
   where rolname = $1 and so)"};

struct Roles {
  bool owner_passes = false;
  bool has_writer = false;
  bool writer_passes = false;
  bool has_reader = false;
  bool reader_passes = false;
  bool reader_owns = false;
  bool sharded = false;
};

Roles roles_of(Connection& connection) {
  const Row row =
      connection.query(kRoles, {role_name(Role::kWriter), role_name(Role::kReader)}).only();
  return {row.boolean("owner_passes"), row.boolean("has_writer"),    row.boolean("writer_passes"),
          row.boolean("has_reader"),   row.boolean("reader_passes"), row.boolean("reader_owns"),
          row.boolean("sharded")};
}

std::string obstacle(const Roles& roles) {
  if (roles.sharded) return "the database has Citus, whose machines know no role for one customer";
  if (!roles.has_reader) return "there is no role reckoner_reader";
  if (roles.reader_passes || roles.reader_owns) {
    return "the role reckoner_reader passes row-level security by, or owns tables";
  }
  if (roles.has_writer && !roles.writer_passes) {
    return "the role reckoner_writer has not BYPASSRLS, without which nothing can be written";
  }
  return "";
}

/// What the reader may do: read what belongs to a customer, apart from mails on their way, and the
/// shared tables that reckoning needs; write what a customer's people set, and that they did.
struct Rights {
  std::vector<std::string> tables;
  std::vector<std::string> what;

  Rights() {
    for (const char* table : {"customer_key", "subject", "issued", "config_version", "config_file",
                              "config_activation", "cut_counter", "cut", "ingest_batch",
                              "meter_life", "archived_month", "population_fact"}) {
      add(table, "select");
    }
    for (const TablePlacement& table : placements()) {
      const bool has_customers = table.placement == Placement::kByCustomer;
      if (has_customers && table.table != "outbox") add(table.table, "select");
    }
    add("customer_setting", "insert");
    add("customer_setting", "update");
    add("audit_log", "insert");
  }

  void add(std::string_view table, std::string_view right) {
    tables.emplace_back(table);
    what.emplace_back(right);
  }
};

std::string guarding(const Row& table) {
  const std::string name = table.text("name");
  std::string sql;
  if (table.boolean("without_policy")) {
    sql += fmt::format(
        "create policy of_customer on {} using "
        "(customer_id = current_setting('reckoner.customer')::bigint);\n",
        name);
  }
  if (table.boolean("unguarded")) {
    sql += fmt::format("alter table {} enable row level security;\n", name);
  }
  if (table.boolean("unforced")) {
    sql += fmt::format("alter table {} force row level security;\n", name);
  }
  return sql;
}

}  // namespace

void settle_isolation(Connection& connection) {
  const Roles roles = roles_of(connection);
  if (!obstacle(roles).empty()) return;
  const auto missing = [&] {
    std::string sql;
    for (const Row& table : connection.query(kUnsettled, {roles.owner_passes})) {
      sql += guarding(table);
    }
    const Rights rights;
    const Rows ungranted =
        connection.query(kUngranted, {role_name(Role::kReader), rights.tables, rights.what});
    for (const Row& right : ungranted) {
      sql += fmt::format("grant {} on {} to {};\n", right.text("what"), right.text("name"),
                         role_name(Role::kReader));
    }
    if (!ungranted.empty()) {
      sql += fmt::format("grant usage on schema public to {};\n", role_name(Role::kReader));
    }
    return sql;
  };
  if (missing().empty()) return;
  Transaction transaction(connection);
  connection.query(kLock);
  if (const std::string sql = missing(); !sql.empty()) {
    connection.run_script({"isolate customers", sql});
  }
  transaction.commit();
}

std::string isolation_gap(Connection& connection) {
  const Roles roles = roles_of(connection);
  if (std::string reason = obstacle(roles); !reason.empty()) return reason;
  const Rows bare = connection.query(kTablesLaidBare, {roles.owner_passes});
  return bare.empty() ? "" : bare[0].text("fault");
}

void read_for(Connection& connection, CustomerId customer) {
  connection.query(kReadFor, {std::to_string(customer.value)});
}

std::vector<std::string> isolation_faults(Connection& connection) {
  std::vector<std::string> faults;
  const auto take = [&](const Rows& rows) {
    for (const Row& row : rows) faults.push_back(row.text("fault"));
  };
  const std::string_view reader = role_name(Role::kReader);
  take(connection.query(kTablesLaidBare, {roles_of(connection).owner_passes}));
  take(connection.query(kOtherPolicies));
  const Rights rights;
  take(connection.query(kRights, {reader, rights.tables, rights.what}));
  take(connection.query(kPassages));
  take(connection.query(kReferences));
  take(connection.query(kReader, {reader}));
  return faults;
}

}  // namespace reckoner::store

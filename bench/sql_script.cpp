#include "sql_script.hpp"

#include <fmt/format.h>

#include <exception>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "machine.hpp"
#include "store/connection.hpp"
#include "store/transaction.hpp"

namespace reckoner::bench {

namespace {

constexpr std::string_view kTables = R"(
  create schema script;
  create table script.charge (charge text primary key, title text not null, meter text not null,
    unit text not null, allowance numeric not null, price numeric not null);
  create table script.invoice (invoice_id bigint primary key, number text not null unique,
    customer_id bigint not null, period text not null, issued_on date not null, due_on date not null,
    currency text not null, customer_name text not null, email text not null,
    brought_forward numeric not null, total numeric not null, carried_forward numeric not null);
  create table script.invoice_line (invoice_id bigint not null, line int not null, charge text not null,
    description text not null, quantity numeric not null, unit text not null, amount numeric not null,
    primary key (invoice_id, line));
  create table script.posting (invoice_id bigint not null, account text not null,
    currency text not null, amount numeric not null, booked_on date not null,
    primary key (invoice_id, account));
  create table script.mail (invoice_id bigint primary key, recipient text not null, template text not null,
    state text not null, created_at timestamptz not null);
  create table script.balance (customer_id bigint not null, currency text not null,
    balance numeric not null, primary key (customer_id, currency));
  create table script.period (customer_id bigint not null, starts_at timestamptz not null,
    ends_at timestamptz not null, label text not null, time_zone text not null, billed boolean not null,
    primary key (customer_id, starts_at));
  insert into script.period
  select customer_id, starts_at, ends_at, label, time_zone, false from billing_period
   where label = '2026-10' order by customer_id;
  insert into script.charge
  select 'charge-' || n, 'Charge ' || n, 'meter-' || n, 'unit', 300, 0.0125
    from generate_series(1, {metered}) n;
  analyze script.period, script.charge)";

// A share of the customers: ids above {after}, up to {until}. They number from {after} + 1, as
// every customer is billed once.
constexpr std::string_view kBill = R"(
  create temporary table bill on commit drop as
  select {after} + row_number() over (order by c.customer_id) as invoice_id, c.customer_id, c.name,
         c.email, p.starts_at, p.ends_at, p.label, p.time_zone, s.currency,
         coalesce(b.balance, 0) as brought_forward
    from script.period p
    join customer c using (customer_id)
    join subscription s using (customer_id)
    left join script.balance b on b.customer_id = c.customer_id and b.currency = s.currency
   where not p.billed and p.ends_at <= '2026-11-03T02:00:00Z'
     and p.customer_id > {after} and p.customer_id <= {until};
  analyze bill;

  insert into script.invoice_line (invoice_id, line, charge, description, quantity, unit, amount)
  select invoice_id, 1, 'subscription', 'Subscription, 31 of 31 days', 31, 'day', 20.00 from bill;

  insert into script.invoice_line (invoice_id, line, charge, description, quantity, unit, amount)
  select b.invoice_id, 1 + row_number() over (partition by b.invoice_id order by c.charge), c.charge,
         c.title || ', ' || coalesce(u.quantity, 0) || ' ' || c.unit || ', ' || c.allowance || ' included',
         greatest(coalesce(u.quantity, 0) - c.allowance, 0), c.unit,
         round(greatest(coalesce(u.quantity, 0) - c.allowance, 0) * c.price, 2)
    from bill b
    cross join script.charge c
    left join (
      select t.customer_id, t.meter, sum(t.value_sum) as quantity
        from usage_total t join bill on bill.customer_id = t.customer_id
                                    and t.bucket >= bill.starts_at and t.bucket < bill.ends_at
       where t.customer_id > {after} and t.customer_id <= {until}
       group by t.customer_id, t.meter) u on u.customer_id = b.customer_id and u.meter = c.meter;

  insert into script.invoice (invoice_id, number, customer_id, period, issued_on, due_on, currency,
                              customer_name, email, brought_forward, total, carried_forward)
  select b.invoice_id, 'SQL-2026-' || lpad(b.invoice_id::text, 8, '0'), b.customer_id, b.label,
         '2026-11-03', '2026-11-17', b.currency, b.name, b.email, b.brought_forward, l.total,
         b.brought_forward + l.total
    from bill b
    join (select invoice_id, sum(amount) as total from script.invoice_line
           where invoice_id > {after} and invoice_id <= {until}
           group by invoice_id) l using (invoice_id);

  insert into script.posting (invoice_id, account, currency, amount, booked_on)
  select invoice_id, account, currency, case account when 'receivable' then total else -total end,
         issued_on
    from script.invoice cross join (values ('receivable'), ('revenue')) a(account)
   where invoice_id > {after} and invoice_id <= {until} and total <> 0;

  insert into script.balance (customer_id, currency, balance)
  select customer_id, currency, total from script.invoice
   where invoice_id > {after} and invoice_id <= {until}
  on conflict (customer_id, currency) do update set balance = balance.balance + excluded.balance;

  insert into script.mail (invoice_id, recipient, template, state, created_at)
  select invoice_id, email, 'mail/invoice.mustache', 'pending', '2026-11-03T02:00:00Z'
    from script.invoice where invoice_id > {after} and invoice_id <= {until};

  update script.period p set billed = true
    from bill b where p.customer_id = b.customer_id and p.starts_at = b.starts_at;
  insert into script.period (customer_id, starts_at, ends_at, label, time_zone, billed)
  select customer_id, ends_at, (ends_at at time zone time_zone + interval '1 month') at time zone time_zone,
         to_char(ends_at at time zone time_zone, 'YYYY-MM'), time_zone, false from bill)";

constexpr store::Statement kRows{"script.rows", R"(
  select (select count(*) from script.invoice) + (select count(*) from script.invoice_line)
       + (select count(*) from script.posting) + (select count(*) from script.mail)
       + (select count(*) from script.balance)
       + (select count(*) from script.period where not billed) as rows)"};

constexpr store::Statement kDifferences{"script.differences", R"(
  select count(*) as differences
    from (select i.customer_id, l.charge, l.quantity, l.amount, i.total, i.carried_forward
            from script.invoice i join script.invoice_line l using (invoice_id)) s
    full join (select d.customer_id, l.charge, l.quantity, l.amount, d.total, d.carried_forward
                 from document d join document_line l using (customer_id, ordinal)) r
      using (customer_id, charge)
   where s.amount is distinct from r.amount or s.quantity is distinct from r.quantity
      or s.total is distinct from r.total or s.carried_forward is distinct from r.carried_forward)"};

void bill_share(const std::string& conninfo, std::int64_t after, std::int64_t until) {
  store::Connection connection({.conninfo = conninfo});
  connection.run_script({"script.settings", "set jit = off; set work_mem = '64MB'"});
  store::Transaction transaction(connection);
  connection.run_script(
      {"script.bill", fmt::format(kBill, fmt::arg("after", after), fmt::arg("until", until))});
  transaction.commit();
}

}  // namespace

SqlScript bill_by_sql_script(const std::string& conninfo, const Load& load, unsigned connections,
                             const std::function<void()>& before) {
  store::Connection owner({.conninfo = conninfo});
  owner.run_script(
      {"script.tables", fmt::format(kTables, fmt::arg("metered", load.metered_charges()))});
  before();

  SqlScript script;
  std::exception_ptr failure;
  std::mutex mutex;
  const Stopwatch watch;
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < connections; ++i) {
      threads.emplace_back([&, i] {
        try {
          bill_share(conninfo, load.customers * i / connections,
                     load.customers * (i + 1) / connections);
        } catch (...) {
          const std::lock_guard lock(mutex);
          failure = std::current_exception();
        }
      });
    }
  }
  script.seconds = watch.seconds();
  if (failure) std::rethrow_exception(failure);

  script.rows = owner.query(kRows).only().int64("rows");
  const std::int64_t differences = owner.query(kDifferences).only().int64("differences");
  if (differences != 0) {
    throw Error(fmt::format("the SQL script bills {} lines unlike the run", differences));
  }
  owner.run_script({"script.drop", "drop schema script cascade"});
  return script;
}

}  // namespace reckoner::bench

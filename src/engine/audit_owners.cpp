#include <array>

#include "engine/audit_rows.hpp"

namespace reckoner::engine {

namespace {

// Local tables have a customer as an attribute (sql/README.md); they refer to none.
constexpr store::Statement kCountTables{"audit count tables of customers", R"(
  select count(*) as rows from pg_attribute a join pg_class c on c.oid = a.attrelid
   where a.attname = 'customer_id' and c.relkind in ('r', 'p')
     and c.relnamespace = 'public'::regnamespace)"};

constexpr store::Statement kIsolation{"audit isolation", R"(
  with owned as (
    select c.oid, c.relname, a.attnum
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'customer_id'
     where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
       and c.relname not in ('customer_key', 'subject', 'over_limit', 'issued', 'api_key',
                             'app_user', 'audit_log')
  )
  select null::bigint as customer_id, null::bigint as ordinal, what from (
    select format('table %s: its key %s does not start with customer_id', o.relname, k.conname) as what
      from owned o join pg_constraint k on k.conrelid = o.oid and k.contype in ('p', 'u')
     where k.conkey[1] <> o.attnum
     union all
    select format('table %s has no key', o.relname)
      from owned o
     where o.relname not in ('raw_event', 'usage_delta')
       and not exists (select from pg_constraint k where k.conrelid = o.oid and k.contype = 'p')
     union all
    select format('table %s: %s refers to %s without the customer', o.relname, k.conname, p.relname)
      from owned o
      join pg_constraint k on k.conrelid = o.oid and k.contype = 'f'
      join owned p on p.oid = k.confrelid
     where not exists (select from unnest(k.conkey, k.confkey) c (own, other)
                        where c.own = o.attnum and c.other = p.attnum)
     union all
    select format('%s refers to %s, though a customer''s tables and the others have nothing of each other',
                  k.conrelid::regclass, k.confrelid::regclass)
      from pg_constraint k
     where k.contype = 'f' and k.connamespace = 'public'::regnamespace
       and (k.conrelid in (select oid from owned)) <> (k.confrelid in (select oid from owned))
  ) found order by what)"};

constexpr store::Statement kCountCustomers{"audit count owners",
                                           "select count(*) as rows from customer"};

// Every row of a customer lies with what it belongs to.
constexpr store::Statement kOwners{"audit owners", R"(
  with owned as (
    select 'customer_state' as place, customer_id from customer_state
     union all select 'customer_balance', customer_id from customer_balance
     union all select 'cycle', customer_id from cycle
     union all select 'subscription', customer_id from subscription
     union all select 'agreed_figure', customer_id from agreed_figure
     union all select 'manual_charge', customer_id from manual_charge
     union all select 'discount', customer_id from discount
     union all select 'credit', customer_id from credit
     union all select 'payment', customer_id from payment
     union all select 'billing_period', customer_id from billing_period
     union all select 'reopening', customer_id from reopening
     union all select 'parked', customer_id from parked
     union all select 'document', customer_id from document
     union all select 'document_void', customer_id from document_void
     union all select 'outbox', customer_id from outbox where customer_id <> 0
     union all select 'customer_key', customer_id from customer_key
     union all select 'subject', customer_id from subject
     union all select 'over_limit', customer_id from over_limit
  )
  select o.customer_id, null::bigint as ordinal,
         format('%s rows of %s are of no customer', count(*), o.place) as what
    from owned o left join customer c on c.customer_id = o.customer_id
   where c.customer_id is null group by o.customer_id, o.place
   union all
  select c.customer_id, null,
         case when s.customer_id is null then 'has no state' else 'cannot be found by its key' end
    from customer c
    left join customer_state s on s.customer_id = c.customer_id
    left join customer_key k on k.customer_id = c.customer_id and k.key = c.key
   where s.customer_id is null or k.customer_id is null
   union all
  select s.customer_id, null, format('subscription %s: cycle %s is another''s or none', s.subscription,
                                     s.cycle)
    from subscription s left join cycle c on c.customer_id = s.customer_id and c.cycle = s.cycle
   where c.currency is distinct from s.currency
   union all
  select p.customer_id, null, format('period %s: cycle %s is another''s or none', p.label, p.cycle)
    from billing_period p
    left join cycle c on c.customer_id = p.customer_id and c.cycle = p.cycle
   where c.cycle is null
   union all
  select q.customer_id, null, format('%s of subscription %s, which is another''s or none', q.place,
                                     q.subscription)
    from (select 'a quantity' as place, customer_id, subscription from subscription_quantity
           union all
          select 'a pause', customer_id, subscription from subscription_pause) q
    left join subscription s on s.customer_id = q.customer_id and s.subscription = q.subscription
   where s.subscription is null
   union all
  select o.customer_id, o.ordinal, format('run %s notes its limit, but it is not there', o.run_id)
    from over_limit o
    left join document d on d.customer_id = o.customer_id and d.ordinal = o.ordinal
                        and d.run_id = o.run_id
   where d.ordinal is null)"};

constexpr store::Statement kCountParents{"audit count parents",
                                         "select count(*) as rows from customer_parent"};

// What is below whom, as the parents say it, is what is stored.
constexpr store::Statement kTrees{"audit trees", R"(
  with recursive parents as materialized (
    select customer_id, parent, parent_key from customer_parent
  ), stored as materialized (
    select customer_id, below, parent_key, depth from customer_below
  ), above as (
    select customer_id as below, parent as customer_id, parent_key, 1 as depth from parents
    union all
    select a.below, p.parent, a.parent_key, a.depth + 1
      from above a join parents p on p.customer_id = a.customer_id
     where a.depth < 20
  )
  select coalesce(a.below, b.below) as customer_id, null::bigint as ordinal,
         case when a.customer_id = a.below then 'is below itself'
              when b.below is null
                then format('is %s below customer %s, and not in its tree', a.depth, a.customer_id)
              when a.below is null
                then format('is in the tree of customer %s, and not below it', b.customer_id)
              else format('is %s below customer %s, and stored %s below it', a.depth, a.customer_id,
                          b.depth) end as what
    from above a
    full join stored b on b.customer_id = a.customer_id and b.below = a.below
   where a.customer_id = a.below or a.below is null or b.below is null
      or (a.depth, a.parent_key) <> (b.depth, b.parent_key)
   order by 1)"};

constexpr std::array kChecks{
    RowCheck{"isolation", "V18", "keys and references between customers' tables carry the customer",
             "tables", kCountTables, kIsolation},
    RowCheck{"owners", "V18", "every row lies with what it belongs to, of the same customer",
             "customers", kCountCustomers, kOwners},
    RowCheck{"trees", "V25", "who is below whom is as the parents say it, and nobody below itself",
             "parents", kCountParents, kTrees},
};

}  // namespace

std::span<const RowCheck> owner_checks() {
  return kChecks;
}

}  // namespace reckoner::engine

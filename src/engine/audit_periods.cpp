#include <array>

#include "engine/audit_rows.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kCountPeriods{"audit count periods",
                                         "select count(*) as rows from billing_period"};

constexpr store::Statement kPeriods{"audit periods", R"(
  select customer_id, null::bigint as ordinal,
         format('cycle %s, %s: %s from %s ends at %s, the next begins at %s', cycle, side, label,
                starts_at, ends_at, next_starts_at) as what
    from (select customer_id, cycle, side, label, starts_at, ends_at,
                 lead(starts_at) over (partition by customer_id, cycle, side order by starts_at)
                   as next_starts_at
            from billing_period) p
   where next_starts_at <> ends_at
   order by customer_id, cycle, side, starts_at)"};

// A side is billed for the first time once, by the run that its row says; later lines are true-ups.
constexpr store::Statement kBilledOnce{"audit billed once", R"(
  with side_billed as (
    select l.customer_id, l.cycle, l.side, l.period_starts_at, max(l.period_label) as label,
           min(l.ordinal) filter (where not l.true_up) as first, min(l.ordinal) as earliest,
           max(l.ordinal) filter (where not l.true_up) as last
      from document_line l
     group by l.customer_id, l.cycle, l.side, l.period_starts_at
  )
  select b.customer_id, coalesce(b.last, b.earliest) as ordinal,
         case when p.customer_id is null
                then format('cycle %s, %s: it bills %s from %s, which is no period', b.cycle, b.side,
                            b.label, b.period_starts_at)
              when p.billed_cut is null
                then format('cycle %s, %s: it bills %s, which is not billed', b.cycle, b.side, b.label)
              when b.first <> b.last
                then format('cycle %s, %s: it bills %s, as document %s did', b.cycle, b.side, b.label,
                            b.first)
              when b.earliest < b.first
                then format('cycle %s, %s: it bills %s, which document %s corrected before', b.cycle,
                            b.side, b.label, b.earliest)
              else format('cycle %s, %s: it bills %s in run %s, its period was billed in run %s at cut %s',
                          b.cycle, b.side, b.label, d.run_id, p.billed_by_run, p.billed_cut) end as what
    from side_billed b
    left join billing_period p on p.customer_id = b.customer_id and p.cycle = b.cycle
                              and p.side = b.side and p.starts_at = b.period_starts_at
    left join document d on d.customer_id = b.customer_id and d.ordinal = b.first
   where p.billed_cut is null or b.first <> b.last or b.earliest < b.first
      or d.run_id <> p.billed_by_run or d.cut > p.billed_cut
   order by 1, 2)"};

constexpr store::Statement kCountCustomers{"audit count customers",
                                           "select count(*) as rows from customer_state"};

// Each document took the customer's next ordinal under its lock.
constexpr store::Statement kOrdinals{"audit ordinals", R"(
  select coalesce(d.customer_id, s.customer_id) as customer_id, null::bigint as ordinal,
         format('%s documents, numbered %s to %s; the state says %s', coalesce(d.documents, 0),
                d.first, d.last, s.ordinal) as what
    from (select customer_id, count(*) as documents, min(ordinal) as first, max(ordinal) as last
            from document group by customer_id) d
    full join customer_state s on s.customer_id = d.customer_id
   where s.ordinal is distinct from coalesce(d.documents, 0)
      or d.first <> 1 or d.last <> d.documents
   order by 1)"};

// A cycle that somebody is subscribed to has one open period, its last. What ended before a firing
// that went over everybody was billed by it, unless the customer is parked or came to know of it
// later.
constexpr store::Statement kSchedule{"audit schedule", R"(
  with fired as (
    select engine, max(fires_at) as fires_at, max(started_at) as started_at
      from engine_run
     where kind = 'scheduled' and state = 'done' and period_label = '' and customer_key = ''
     group by engine
  ), cycle_state as (
    select p.customer_id, p.cycle, p.side,
           count(*) filter (where p.billed_cut is null) as open,
           max(p.starts_at) filter (where p.billed_cut is null) as open_from,
           max(p.starts_at) filter (where p.billed_cut is not null) as billed_from,
           min(case when p.side = 'advance' then p.starts_at else p.ends_at end)
             filter (where p.billed_cut is null) as due_at
      from billing_period p group by p.customer_id, p.cycle, p.side
  ), subscribed as (
    select customer_id, cycle, bool_or(ends_at is null) as goes_on, max(created_at) as known_at,
           max(ends_at) as last_end
      from subscription group by customer_id, cycle
  )
  select s.customer_id, null::bigint as ordinal,
         case when c.customer_id is null or c.open = 0
                then format('cycle %s goes on, and has no period to be billed next', s.cycle)
              when c.open_from < c.billed_from
                then format('cycle %s, %s: the period from %s is open, a later one is billed', c.cycle,
                            c.side, c.open_from)
              else format('cycle %s, %s: due at %s, and the firing of %s went past it', c.cycle, c.side,
                          c.due_at, f.fires_at) end as what
    from subscribed s
    left join cycle_state c on c.customer_id = s.customer_id and c.cycle = s.cycle
    left join cycle y on y.customer_id = s.customer_id and y.cycle = s.cycle
    left join fired f on f.engine = y.engine
    left join parked k on k.customer_id = s.customer_id
   where (s.goes_on and (c.customer_id is null or c.open = 0 and c.side = 'arrears'))
      or c.open_from < c.billed_from
      or (c.due_at <= f.fires_at and s.known_at < f.started_at and k.customer_id is null
          and not exists (select from held h
                           where h.customer_id = s.customer_id
                             and (h.state = 'open'
                                  or h.state = 'rejected' and h.decided_at >= f.started_at)))
   order by 1)"};

constexpr store::Statement kCountDivisions{"audit count pool divisions",
                                           "select count(*) as rows from pool_division"};

constexpr store::Statement kPoolShares{"audit pool shares", R"(
  select null::bigint as customer_id, null::bigint as ordinal,
         format('cost pool %s, %s: its shares sum to %s, and %s are divided', d.pool, d.month,
                coalesce(s.amount, 0), d.amount) as what
    from pool_division d
    left join (select pool, month, sum(amount) as amount from pool_share group by pool, month) s
           on s.pool = d.pool and s.month = d.month
   where coalesce(s.amount, 0) <> d.amount
   order by d.pool, d.month)"};

// The kind of a document is settled with the period at the first issue; true-ups keep to it.
constexpr store::Statement kShownOrBilled{"audit shown or billed", R"(
  select d.customer_id, d.ordinal,
         format('cycle %s, %s: its kind is %s, and %s is %s', l.cycle, l.side, d.kind, l.label,
                case when p.showback then 'shown' else 'billed' end) as what
    from (select customer_id, ordinal, cycle, side, period_starts_at, max(period_label) as label
            from document_line group by customer_id, ordinal, cycle, side, period_starts_at) l
    join document d on d.customer_id = l.customer_id and d.ordinal = l.ordinal
    join billing_period p on p.customer_id = l.customer_id and p.cycle = l.cycle
                         and p.side = l.side and p.starts_at = l.period_starts_at
   where (d.kind = 'showback') <> p.showback
   order by 1, 2)"};

constexpr std::array kChecks{
    RowCheck{"periods", "V8", "each period begins where the one before ended", "periods",
             kCountPeriods, kPeriods},
    RowCheck{"billed-once", "V9", "a side of a period is billed for the first time once", "periods",
             kCountPeriods, kBilledOnce},
    RowCheck{"ordinals", "V9", "a customer's documents are numbered from 1, the last in its state",
             "customers", kCountCustomers, kOrdinals},
    RowCheck{"schedule", "V22", "what goes on has a next period, and no firing went past one",
             "periods", kCountPeriods, kSchedule},
    RowCheck{"pool-shares", "V23", "the shares of each cost pool sum to what is divided",
             "divisions", kCountDivisions, kPoolShares},
    RowCheck{"shown-or-billed", "V24", "a period is shown or billed, never both", "periods",
             kCountPeriods, kShownOrBilled},
};

}  // namespace

std::span<const RowCheck> period_checks() {
  return kChecks;
}

}  // namespace reckoner::engine

#include <array>

#include "engine/audit_rows.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kCountEntries{"audit count postings",
                                         "select count(*) as rows from posting"};

constexpr store::Statement kEntries{"audit entries", R"(
  select customer_id, null::bigint as ordinal,
         format('entry %s: postings in %s sum to %s', entry, currency, sum(amount)) as what
    from posting group by customer_id, entry, currency having sum(amount) <> 0
   order by customer_id, entry)"};

constexpr store::Statement kCountBalances{"audit count balances",
                                          "select count(*) as rows from customer_balance"};

// What the customer owes, as four tables say it.
constexpr store::Statement kBalances{"audit balances", R"(
  select customer_id, null::bigint as ordinal,
         format('balance in %s is %s; the ledger''s receivable says %s, documents less payments %s',
                currency, sum(balance), sum(ledger), sum(documents)) as what
    from (select customer_id, currency, balance, 0 as ledger, 0 as documents
            from customer_balance
          union all
          select customer_id, currency, 0, sum(amount), 0
            from posting where account = 'receivable' group by customer_id, currency
          union all
          select customer_id, currency, 0, 0, sum(total - credits_total)
            from document group by customer_id, currency
          union all
          select customer_id, currency, 0, 0, -sum(amount)
            from payment group by customer_id, currency) figures
   group by customer_id, currency
  having sum(balance) <> sum(ledger) or sum(balance) <> sum(documents)
   order by customer_id, currency)"};

// What an entry moves on the receivable is what its document or payment says; without a row of
// either it has none.
constexpr store::Statement kPosted{"audit posted", R"(
  with source as (
    select customer_id, 'document:' || ordinal as entry, ordinal, currency,
           total - credits_total as amount from document
    union all
    select customer_id, 'payment:' || payment, null, currency, -amount from payment
  ), posted as (
    select customer_id, entry, currency,
           coalesce(sum(amount) filter (where account = 'receivable'), 0) as amount
      from posting where entry like 'document:%' or entry like 'payment:%'
     group by customer_id, entry, currency
  )
  select coalesce(s.customer_id, p.customer_id) as customer_id, s.ordinal,
         case when s.entry is null
              then format('entry %s is posted, but there is no such thing', p.entry)
              else format('%s comes to %s %s, the ledger''s receivable has %s', s.entry, s.amount,
                          s.currency, coalesce(p.amount, 0)) end as what
    from source s
    full join posted p on p.customer_id = s.customer_id and p.entry = s.entry
                      and p.currency = s.currency
   where s.entry is null or s.amount <> coalesce(p.amount, 0)
   order by 1, 2)"};

constexpr store::Statement kCountDocuments{"audit count documents",
                                           "select count(*) as rows from document"};

// A showback document brings nothing forward. A run's document brings forward what all before it
// left, with payments as they were shown. (One by hand claims no payments and brings forward what
// the ledger says at that moment.)
constexpr store::Statement kBroughtForward{"audit brought forward", R"(
  select customer_id, ordinal, format('brings forward %s, those before it leave %s',
                                      brought_forward, left_before) as what
    from (select customer_id, ordinal, run_id, brought_forward,
                 coalesce(sum(total - credits_total - payments_total)
                            over (partition by customer_id, currency order by ordinal
                                  rows between unbounded preceding and 1 preceding), 0)
                   as left_before
            from document where kind <> 'showback') d
   where run_id > 0 and brought_forward <> left_before
   order by customer_id, ordinal)"};

constexpr store::Statement kCountMovements{"audit count movements",
                                           "select count(*) as rows from credit_movement"};

constexpr store::Statement kCredits{"audit credits", R"(
  select customer_id, ordinal, format('credit %s, movement %s: %s', credit, movement, what) as what
    from (select m.customer_id, m.ordinal, m.credit, m.movement,
                 case when c.credit is null then 'there is no such credit'
                      when m.movement <> m.position
                        then format('is no. %s of them', m.position)
                      when c.percent is null and m.left_over < 0
                        then format('leaves %s', m.left_over)
                      when (m.kind in ('draw', 'lapse')) <> (m.amount < 0)
                        then format('a %s of %s', m.kind, m.amount)
                      when m.ordinal is not null and d.ordinal is null
                        then format('there is no document %s', m.ordinal)
                      when d.currency <> c.currency
                        then format('%s of a document in %s', c.currency, d.currency) end as what
            from (select customer_id, credit, movement, kind, amount, ordinal,
                         sum(amount) over credits as left_over,
                         row_number() over credits as position
                    from credit_movement
                  window credits as (partition by customer_id, credit order by movement)) m
            left join credit c on c.customer_id = m.customer_id and c.credit = m.credit
            left join document d on d.customer_id = m.customer_id and d.ordinal = m.ordinal) found
   where what is not null
   union all
  select customer_id, max(ordinal), format('credit %s: document %s has drawn less than it gave back',
                                           credit, coalesce(reverses, ordinal))
    from credit_movement where kind in ('draw', 'reverse')
   group by customer_id, credit, coalesce(reverses, ordinal) having sum(amount) > 0
   union all
  select c.customer_id, null, format('credit %s is for %s documents and was drawn by %s', c.credit,
                                     c.documents, count(*))
    from credit c
    join (select customer_id, credit from credit_movement where kind in ('draw', 'reverse')
           group by customer_id, credit, coalesce(reverses, ordinal) having sum(amount) < 0) m
      on m.customer_id = c.customer_id and m.credit = c.credit
   group by c.customer_id, c.credit having count(*) > c.documents)"};

constexpr std::array kChecks{
    RowCheck{"entries", "V1", "the postings of an entry sum to zero in each currency", "postings",
             kCountEntries, kEntries},
    RowCheck{"balances", "V2", "balance = receivable = documents - payments", "balances",
             kCountBalances, kBalances},
    RowCheck{"posted", "V2", "each document and payment is in the ledger as it is", "documents",
             kCountDocuments, kPosted},
    RowCheck{"brought-forward", "V2", "each document brings forward what those before it left",
             "documents", kCountDocuments, kBroughtForward},
    RowCheck{"credits", "V19",
             "what is left of a credit is the sum of its movements, never below zero", "movements",
             kCountMovements, kCredits},
};

}  // namespace

std::span<const RowCheck> ledger_checks() {
  return kChecks;
}

}  // namespace reckoner::engine

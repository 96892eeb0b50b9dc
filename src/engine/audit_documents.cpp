#include <array>
#include <vector>

#include "engine/audit_rows.hpp"
#include "money/money.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kCountDocuments{"audit count summed documents",
                                           "select count(*) as rows from document"};

constexpr store::Statement kSums{"audit sums", R"(
  with lines as (
    select customer_id, ordinal, count(*) as lines, sum(line) as numbers, min(line) as first,
           sum(amount) as amount
      from document_line group by customer_id, ordinal
  ), taxes as (
    select customer_id, ordinal, count(*) as taxes, sum(position) as numbers,
           coalesce(sum(tax) filter (where not included), 0) as added
      from document_tax group by customer_id, ordinal
  ), draws as (
    select m.customer_id, m.ordinal,
           coalesce(-sum(m.amount) filter (where c.kind = 'coupon'), 0) as coupons,
           coalesce(-sum(m.amount) filter (where c.kind = 'prepaid'), 0) as credits
      from credit_movement m
      join credit c on c.customer_id = m.customer_id and c.credit = m.credit
     where m.ordinal is not null and m.kind in ('draw', 'reverse', 'grant')
     group by m.customer_id, m.ordinal
  ), paid as (
    select customer_id, claimed_by as ordinal, sum(amount) as amount,
           count(distinct currency) as currencies, min(currency) as currency
      from payment where claimed_by is not null group by customer_id, claimed_by
  ), document_parts as (
    select coalesce(d.customer_id, l.customer_id, t.customer_id, p.customer_id) as customer_id,
           coalesce(d.ordinal, l.ordinal, t.ordinal, p.ordinal) as ordinal,
           concat_ws('; ',
             case when d.ordinal is null then 'there is no such document, but parts of it' end,
             case when d.line_count <> coalesce(l.lines, 0)
                  then format('%s lines of %s', coalesce(l.lines, 0), d.line_count) end,
             case when l.first <> 1 or l.numbers <> l.lines * (l.lines + 1) / 2
                  then 'its lines are not numbered from 1' end,
             case when d.subtotal <> coalesce(l.amount, 0)
                  then format('lines sum to %s, not %s', coalesce(l.amount, 0), d.subtotal) end,
             case when d.tax_total <> coalesce(t.added, 0)
                  then format('taxes sum to %s, not %s', coalesce(t.added, 0), d.tax_total) end,
             case when t.numbers <> t.taxes * (t.taxes + 1) / 2
                  then 'its taxes are not numbered from 1' end,
             case when d.coupons_total <> coalesce(m.coupons, 0)
                  then format('coupons drawn are %s, not %s', coalesce(m.coupons, 0),
                              d.coupons_total) end,
             case when d.kind = 'showback' and d.credits_total <> d.total
                  then format('asks for %s, as a showback', d.total - d.credits_total)
                  when d.kind <> 'showback' and d.credits_total <> coalesce(m.credits, 0)
                  then format('credits drawn are %s, not %s', coalesce(m.credits, 0),
                              d.credits_total) end,
             case when d.payments_total <> coalesce(p.amount, 0)
                  then format('payments shown are %s, not %s', coalesce(p.amount, 0),
                              d.payments_total) end,
             case when p.currencies > 1 or p.currency <> d.currency
                  then format('shows payments not in %s', d.currency) end) as what
      from document d
      full join lines l on l.customer_id = d.customer_id and l.ordinal = d.ordinal
      full join taxes t on t.customer_id = coalesce(d.customer_id, l.customer_id)
                       and t.ordinal = coalesce(d.ordinal, l.ordinal)
      full join paid p on p.customer_id = coalesce(d.customer_id, l.customer_id, t.customer_id)
                      and p.ordinal = coalesce(d.ordinal, l.ordinal, t.ordinal)
      left join draws m on m.customer_id = d.customer_id and m.ordinal = d.ordinal
  )
  select customer_id, ordinal, what from document_parts where what <> ''
   order by customer_id, ordinal)"};

constexpr store::Statement kCountCorrections{
    "audit count corrections", "select count(*) as rows from document where corrects is not null"};

constexpr store::Statement kCorrections{"audit corrections", R"(
  select d.customer_id, d.ordinal,
         case when d.corrects is null then 'is by hand and corrects nothing'
              when c.ordinal is null then format('corrects document %s, which is not there', d.corrects)
              when c.ordinal >= d.ordinal then format('corrects document %s, a later one', d.corrects)
              else format('in %s corrects one in %s', d.currency, c.currency) end as what
    from document d
    left join document c on c.customer_id = d.customer_id and c.ordinal = d.corrects
   where (d.run_id = 0 or d.corrects is not null)
     and (c.ordinal is null or c.ordinal >= d.ordinal or c.currency <> d.currency)
   union all
  select v.customer_id, v.ordinal,
         case when d.ordinal is null then 'is void, but not there'
              when n.ordinal is null then format('is void by document %s, which is not there',
                                                 v.by_ordinal)
              when n.corrects is distinct from v.ordinal
                then format('is void by document %s, which corrects %s', v.by_ordinal,
                            coalesce(n.corrects::text, 'nothing'))
              else format('of %s is void by one of %s', d.subtotal, n.subtotal) end
    from document_void v
    left join document d on d.customer_id = v.customer_id and d.ordinal = v.ordinal
    left join document n on n.customer_id = v.customer_id and n.ordinal = v.by_ordinal
   where d.ordinal is null or n.corrects is distinct from v.ordinal or n.subtotal <> -d.subtotal
   union all
  select customer_id, max(ordinal) filter (where by_hand),
         format('credits of %s on line %s of %s, which was billed with %s',
                -sum(amount) filter (where by_hand), key, period_label,
                coalesce(sum(amount) filter (where counts and not by_hand), 0))
    from (select l.customer_id, l.ordinal, l.period_starts_at, l.cycle, l.side, l.key, l.period_label,
                 l.amount, l.counts, d.corrects is not null as by_hand
            from (select distinct n.customer_id, n.period_starts_at, n.cycle, n.side, n.key
                    from document_line n
                    join document d on d.customer_id = n.customer_id and d.ordinal = n.ordinal
                   where d.corrects is not null) k
            join document_line l on l.customer_id = k.customer_id
                                and l.period_starts_at = k.period_starts_at
                                and l.cycle = k.cycle and l.side = k.side and l.key = k.key
            join document d on d.customer_id = l.customer_id and d.ordinal = l.ordinal
           where not exists (select from document_void v
                              where v.customer_id = l.customer_id
                                and (v.ordinal = l.ordinal or v.by_ordinal = l.ordinal))) credited
   group by customer_id, period_starts_at, cycle, side, key, period_label
  having -sum(amount) filter (where by_hand)
           > abs(coalesce(sum(amount) filter (where counts and not by_hand), 0)))"};

constexpr store::Statement kCountAmounts{"audit count amounts",
                                         "select count(*) as rows from document_line"};

// Beyond 38 digits lie infinity and what is no number.
constexpr store::Statement kAmounts{"audit amounts", R"(
  with currency as (
    select * from unnest($1::text[], $2::int[]) c (currency, digits)
  )
  select d.customer_id, d.ordinal,
         format('an amount that is none in %s: %s', d.currency, a.amount) as what
    from document d
    left join currency c on c.currency = d.currency
    cross join lateral unnest(array[brought_forward, subtotal, coupons_total, tax_total, total,
                                    credits_total, payments_total, carried_forward,
                                    credit_limit]) as a (amount)
   where c.digits is null or min_scale(a.amount) > c.digits or abs(a.amount) >= 1e38
   union all
  select l.customer_id, l.ordinal,
         format('line %s has an amount that is none in %s, or a quantity that is none: %s of %s',
                l.line, d.currency, l.amount, l.quantity)
    from document_line l
    join document d on d.customer_id = l.customer_id and d.ordinal = l.ordinal
    join currency c on c.currency = d.currency
   where min_scale(l.amount) > c.digits or abs(l.amount) >= 1e38 or abs(l.quantity) >= 1e38
   union all
  select t.customer_id, t.ordinal,
         format('tax %s has an amount that is none in %s: %s on %s', t.position, d.currency, t.tax,
                t.base)
    from document_tax t
    join document d on d.customer_id = t.customer_id and d.ordinal = t.ordinal
    join currency c on c.currency = d.currency
   where min_scale(t.base) > c.digits or min_scale(t.tax) > c.digits
      or abs(t.base) >= 1e38 or abs(t.tax) >= 1e38
   union all
  select p.customer_id, null, format('payment %s is no amount in %s: %s', p.payment, p.currency,
                                     p.amount)
    from payment p left join currency c on c.currency = p.currency
   where c.digits is null or min_scale(p.amount) > c.digits or abs(p.amount) >= 1e38
   union all
  select p.customer_id, null, format('entry %s has an amount that is none in %s: %s', p.entry,
                                     p.currency, p.amount)
    from posting p left join currency c on c.currency = p.currency
   where c.digits is null or min_scale(p.amount) > c.digits or abs(p.amount) >= 1e38
   union all
  select m.customer_id, m.ordinal, format('credit %s has a movement that is none in %s: %s', m.credit,
                                          k.currency, m.amount)
    from credit_movement m
    join credit k on k.customer_id = m.customer_id and k.credit = m.credit
    left join currency c on c.currency = k.currency
   where c.digits is null or min_scale(m.amount) > c.digits or abs(m.amount) >= 1e38)"};

constexpr store::Statement kCurrencies{"audit currencies", R"(
  select currency from document union select currency from payment
   union select currency from posting union select currency from credit)"};

/// The currencies there are in the database that are money, and their digits.
store::Params currencies(store::Connection& connection, Versions&) {
  std::vector<std::string> codes;
  std::vector<std::int64_t> digits;
  for (const store::Row& row : connection.query(kCurrencies)) {
    const auto currency = money::Currency::find(row.text("currency"));
    if (!currency) continue;
    codes.emplace_back(currency->code());
    digits.push_back(currency->minor_digits());
  }
  return {codes, digits};
}

constexpr std::array kChecks{
    RowCheck{"sums", "V3", "lines, taxes, draws and payments sum to their document", "documents",
             kCountDocuments, kSums},
    RowCheck{
        "corrections", "V13",
        "voids and credit notes name a document before them, and give back no more than was billed",
        "corrections", kCountCorrections, kCorrections},
    RowCheck{"amounts", "V17", "every amount is one of its currency", "lines", kCountAmounts,
             kAmounts, currencies},
};

}  // namespace

std::span<const RowCheck> document_checks() {
  return kChecks;
}

}  // namespace reckoner::engine

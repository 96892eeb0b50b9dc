#include <array>

#include "engine/audit_rows.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kCountNumbers{"audit count numbers",
                                         "select count(*) as rows from issued"};

constexpr store::Statement kNumbers{"audit numbers", R"(
  with numbered as (
    select customer_id, ordinal, number, series, year, seq, issued_at,
           lag(seq) over in_series as before, lag(issued_at) over in_series as issued_before
      from issued window in_series as (partition by series, year order by seq, number)
  ), counted as (
    select series, year, count(*) as numbers, max(seq) as last_seq, max(issued_at) as last_at
      from issued group by series, year
  )
  select customer_id, ordinal,
         case when before is null then format('is the first of %s %s, but no. %s', series, year, seq)
              when seq = before then format('%s %s has no. %s twice', series, year, seq)
              when seq <> before + 1
                then format('%s %s lacks what comes behind no. %s', series, year, before)
              else format('was issued at %s, before the one in front of it', issued_at) end as what
    from numbered
   where seq <> coalesce(before, 0) + 1 or issued_at < issued_before
   union all
  select null, null,
         format('%s %s: the counter stands before %s, %s numbers go to %s',
                coalesce(s.series, c.series), coalesce(s.year, c.year),
                coalesce(s.next_seq::text, 'nothing'), coalesce(c.numbers, 0),
                coalesce(c.last_seq, 0))
    from series s full join counted c on c.series = s.series and c.year = s.year
   where s.next_seq is distinct from coalesce(c.last_seq, 0) + 1
      or s.last_issued_at is distinct from c.last_at
   union all
  select coalesce(d.customer_id, i.customer_id), coalesce(d.ordinal, i.ordinal),
         case when d.ordinal is null then format('number %s has no document', i.first_number)
              when i.ordinal is null then 'has no number'
              else format('has %s numbers', i.numbers) end
    from document d
    full join (select customer_id, ordinal, count(*) as numbers, min(number) as first_number
                 from issued group by customer_id, ordinal) i
           on i.customer_id = d.customer_id and i.ordinal = d.ordinal
   where d.ordinal is null or i.ordinal is null or i.numbers <> 1)"};

// As invoicing::chain_hash links.
constexpr store::Statement kChain{"audit chain", R"(
  with linked as (
    select i.customer_id, i.ordinal, i.series, i.year, i.seq, i.chain_hash,
           sha256(int8send(32)
                  || coalesce(lag(i.chain_hash) over in_series, decode(repeat('00', 32), 'hex'))
                  || int8send(32) || d.content_hash
                  || int8send(octet_length(i.number)) || convert_to(i.number, 'UTF8')) as link
      from issued i left join document d on d.customer_id = i.customer_id and d.ordinal = i.ordinal
    window in_series as (partition by i.series, i.year order by i.seq, i.number)
  )
  select customer_id, ordinal,
         'its link is not that of its content behind the number before it' as what
    from linked where link is distinct from chain_hash
   union all
  select l.customer_id, l.ordinal, format('%s %s: the head is not its link', s.series, s.year)
    from series s
    left join (select distinct on (series, year) * from linked
                order by series, year, seq desc) l
           on l.series = s.series and l.year = s.year
   where l.chain_hash is distinct from s.last_hash)"};

constexpr std::array kChecks{
    RowCheck{"numbers", "V10",
             "numbers run from 1 without gap or double, in the order of issue, one a document",
             "numbers", kCountNumbers, kNumbers},
    RowCheck{"chain", "V12", "each number is linked to the one before, the last is the head",
             "links", kCountNumbers, kChain},
};

}  // namespace

std::span<const RowCheck> series_checks() {
  return kChecks;
}

}  // namespace reckoner::engine

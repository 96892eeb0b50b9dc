#include <array>
#include <vector>

#include "engine/audit_rows.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kCountRuns{"audit count runs",
                                      "select count(*) as rows from engine_run"};

// What became of the customers of a run is told in `settled`, once.
constexpr store::Statement kRuns{"audit runs", R"(
  with run as (
    select run_id, state, due, invoiced, cut, version_id,
           invoiced + held + parked + nothing_due as settled
      from engine_run
  ), batch as (
    select run_id, count(*) filter (where state = 'open') as open, sum(invoiced) as invoiced,
           count(*) filter (where state = 'done'
                              and cardinality(customer_ids)
                                  <> invoiced + held + parked + nothing_due)
             as unsettled
      from run_batch group by run_id
  ), done_by as (
    select run_id, customer_id, cut, version_id from document where run_id > 0
    union all
    select run_id, customer_id, null, version_id from dunning_step
    union all
    select run_id, customer_id, null, null from dunning_end
    union all
    select run_id, customer_id, null, null from dunning_undo
  ), issued_by as (
    select d.run_id, count(distinct d.customer_id) as customers,
           count(*) filter (where r.run_id is null or r.cut <> d.cut or r.version_id <> d.version_id)
             as strangers
      from done_by d left join run r on r.run_id = d.run_id
     group by d.run_id
  )
  select null::bigint as customer_id, null::bigint as ordinal,
         case when r.run_id is null
                then format('run %s is not there, documents of %s customers are', d.run_id, d.customers)
              when d.strangers > 0
                then format('run %s: %s documents have another cut or version', r.run_id, d.strangers)
              when r.state = 'done' and b.open > 0
                then format('run %s is done, with %s open batches', r.run_id, b.open)
              when b.unsettled > 0
                then format('run %s: the customers of %s batches do not add up', r.run_id, b.unsettled)
              when r.state <> 'running' and r.invoiced <> coalesce(b.invoiced, 0)
                then format('run %s says it invoiced %s customers, its batches %s', r.run_id,
                            r.invoiced, coalesce(b.invoiced, 0))
              when r.state <> 'running' and r.invoiced <> coalesce(d.customers, 0)
                then format('run %s invoiced %s customers, and %s have its documents or steps', r.run_id,
                            r.invoiced, coalesce(d.customers, 0))
              else format('run %s: %s of %s customers due are settled', r.run_id, r.settled, r.due)
         end as what
    from run r
    full join issued_by d on d.run_id = r.run_id
    left join batch b on b.run_id = r.run_id
   where r.run_id is null or d.strangers > 0 or b.unsettled > 0
      or (r.state = 'done' and (b.open > 0 or r.settled <> r.due))
      or (r.state <> 'running' and (r.invoiced <> coalesce(b.invoiced, 0)
                                    or r.invoiced <> coalesce(d.customers, 0)))
   order by coalesce(r.run_id, d.run_id))"};

constexpr store::Statement kCountParked{"audit count parked",
                                        "select count(*) as rows from parked"};

constexpr store::Statement kParked{"audit parked", R"(
  select p.customer_id, null::bigint as ordinal,
         case when r.run_id is null then format('was parked by run %s, which is not there', p.run_id)
              else 'is parked without a reason' end as what
    from parked p left join engine_run r on r.run_id = p.run_id
   where r.run_id is null or p.reason = '' or p.attempts < 1 order by 1)"};

constexpr store::Statement kCountMails{"audit count mails", "select count(*) as rows from outbox"};

// $1 and $2: configuration versions and those of their engines that mail documents. Who is mailed:
// whoever has an address and something to pay on a document that is not of 0.00.
constexpr store::Statement kMails{"audit mails", R"(
  with mailing as (
    select * from unnest($1::bigint[], $2::text[]) m (version_id, engine)
  ), mail as (
    select customer_id, message_key, recipient, state, message_id, sent_at, rendered,
           case when message_key like 'document:%' and customer_id <> 0
                then substr(message_key, 10)::bigint end as ordinal,
           count(*) over (partition by message_id) as alike
      from outbox
  )
  select coalesce(m.customer_id, d.customer_id) as customer_id,
         coalesce(m.ordinal, d.ordinal) as ordinal,
         case when d.ordinal is null and m.ordinal is not null
                then 'has a mail, but is not there'
              when m.message_key is null then format('has no mail to %s', d.email)
              when m.alike > 1
                then format('mail %s shares its message id %s with another', m.message_key,
                            m.message_id)
              when m.state = 'sent' and (m.sent_at is null or m.rendered is null)
                then format('mail %s is sent, without its time and content', m.message_key)
              else format('mail %s to %s: its address or its message id is another', m.message_key,
                          m.recipient) end as what
    from mail m
    full join (select d.customer_id, d.ordinal, d.email,
                      d.email <> '' and d.total <> 0 and d.carried_forward > 0
                        and exists (select from mailing g
                                     where g.version_id = d.version_id and g.engine = r.engine)
                        as wants_mail
                 from document d left join engine_run r on r.run_id = d.run_id) d
           on d.customer_id = m.customer_id and d.ordinal = m.ordinal
   where (m.message_key is null and d.wants_mail)
      or (m.ordinal is not null and (d.ordinal is null or d.email <> m.recipient))
      or m.alike > 1
      or (m.state = 'sent' and (m.sent_at is null or m.rendered is null))
      or (m.ordinal is not null
          and m.message_id <> substr(encode(sha256(
                int8send(octet_length(m.customer_id::text)) || convert_to(m.customer_id::text, 'UTF8')
             || int8send(octet_length(m.message_key)) || convert_to(m.message_key, 'UTF8')
             || int8send(octet_length(m.recipient)) || convert_to(m.recipient, 'UTF8')), 'hex'),
                1, 40) || '@reckoner')
   order by 1, 2)"};

constexpr store::Statement kVersionsUsed{"audit versions of runs",
                                         "select distinct version_id from engine_run order by 1"};

store::Params mailing_engines(store::Connection& connection, Versions& versions) {
  std::vector<VersionId> used;
  std::vector<std::string> engines;
  for (const store::Row& row : connection.query(kVersionsUsed)) {
    const VersionId version{row.int64("version_id")};
    const config::Configuration configuration = config::parse(versions.files(connection, version));
    for (const config::EngineConfig& engine : configuration.engines) {
      for (const config::HandlerConfig& handler : engine.handlers) {
        if (handler.class_name != "EmailSendingHandler") continue;
        used.push_back(version);
        engines.push_back(engine.id);
      }
    }
  }
  return {used, engines};
}

constexpr store::Statement kCountPositions{"audit count positions",
                                           "select count(*) as rows from kafka_position"};

// A message whose content is no event is known by its place in its partition.
constexpr store::Statement kPositions{"audit positions", R"(
  with known as (
    select m.topic, m.partition, max(m.message_offset) as last
      from (select substr(source, 7) as topic,
                   (regexp_match(event_id, '/(\d{1,9})/(\d{1,18})$'))[1]::int as partition,
                   (regexp_match(event_id, '/(\d{1,9})/(\d{1,18})$'))[2]::bigint as message_offset
              from quarantine
             where source like 'kafka:%'
               and starts_with(event_id, substr(source, 7) || '/')) m
     where m.partition is not null
     group by m.topic, m.partition
  )
  select null::bigint as customer_id, null::bigint as ordinal,
         case when k.topic is null then format('topic %s, partition %s: next is %s', p.topic,
                                               p.partition, p.next_offset)
              else format('topic %s, partition %s: message %s is stored, next is %s', k.topic,
                          k.partition, k.last, coalesce(p.next_offset::text, 'not known')) end as what
    from known k
    full join kafka_position p on p.topic = k.topic and p.partition = k.partition
   where p.next_offset < 0 or (k.topic is not null and (k.last >= p.next_offset) is not false))"};

constexpr std::array kChecks{
    RowCheck{"runs", "V15", "invoiced + held + parked + nothing due = due, of each run and batch",
             "runs", kCountRuns, kRuns},
    RowCheck{"parked", "V15", "who is parked is so by a run, for a reason", "customers",
             kCountParked, kParked},
    RowCheck{"mails", "V14",
             "each document that asks for money has its mail, each mail its document", "mails",
             kCountMails, kMails, mailing_engines},
    RowCheck{"positions", "V21", "what is stored of a topic lies before its next position",
             "partitions", kCountPositions, kPositions},
};

}  // namespace

std::span<const RowCheck> run_checks() {
  return kChecks;
}

}  // namespace reckoner::engine

#include "billing_database.hpp"

#include <fmt/format.h>

#include "handlers/catalogue.hpp"
#include "store/isolation.hpp"
#include "store/migrations.hpp"
#include "store/schema.hpp"
#include "store/transaction.hpp"

namespace reckoner::bench {

namespace {

constexpr std::chrono::seconds kPoolWait{10};
/// One for each worker, one for the progress of the run and one to spare.
constexpr std::size_t kOtherConnections = 2;

constexpr std::string_view kBillingConfig = R"(<?xml version="1.0" encoding="UTF-8"?>
<billing-config xmlns="urn:reckoner:billing-config:1">
  <engine id="monthly">
    <run batch-size="{batch_size}" workers="{workers}"/>
    <handlers>
      {statement_handlers}
      <handler class="FinalizingHandler"/>
      <handler class="EmailSendingHandler">
        <parameter name="template" value="mail/invoice.mustache"/>
      </handler>
    </handlers>
  </engine>
  <engine id="interim">
    <handlers>
      {statement_handlers}
    </handlers>
  </engine>
</billing-config>)";

constexpr std::string_view kStatementHandlers = R"(<handler class="SubscriptionFeedingHandler"/>
      <handler class="SubscriptionTreeBuildingHandler"/>
      <handler class="RuleHandler">
        <parameter name="file" value="pricing/fee.dmn"/>
      </handler>
      <handler class="InvoiceCalculationHandler"/>)";

constexpr std::string_view kFeeTable = R"(<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
             id="fee" name="Fee" namespace="urn:reckoner:rules:bench">
  <inputData id="plan-name" name="plan.name">
    <variable name="plan.name" typeRef="string"/>
  </inputData>
  <decision id="fee-of-plan" name="Fee of plan">
    <variable name="Fee of plan"/>
    <informationRequirement id="needs-plan-name">
      <requiredInput href="#plan-name"/>
    </informationRequirement>
    <decisionTable id="fees" hitPolicy="UNIQUE">
      <input id="plan" label="Plan">
        <inputExpression id="plan-expression" typeRef="string">
          <text>plan.name</text>
        </inputExpression>
      </input>
      <output id="fee" name="fee" label="Fee" typeRef="number"/>
      <output id="credit-limit" name="credit limit" label="Credit limit" typeRef="number"/>
      <rule id="bench">
        <inputEntry id="bench-plan"><text>"Bench"</text></inputEntry>
        <outputEntry id="bench-fee"><text>20</text></outputEntry>
        <outputEntry id="bench-credit-limit"><text>100000</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>)";

constexpr std::string_view kMailTemplate = R"(--- subject
{{title}} {{number}}
--- text
{{document_text}}
--- html
<pre>{{document_text}}</pre>
)";

constexpr std::string_view kCustomers = R"(
  create temporary table bench_customer on commit drop as
  select n as customer_id, 'customer-' || n as key,
         (array['UTC', 'Europe/Zurich', 'America/New_York', 'Asia/Kolkata'])[1 + n % 4] as zone
    from generate_series(1, {customers}::bigint) n;

  insert into customer (customer_id, key, name, email, time_zone, anchor_day, created_at)
  select customer_id, key, 'Customer ' || customer_id || ' Ltd', 'billing@' || key || '.example',
         zone, 1, '2026-09-15T00:00:00Z' from bench_customer;
  insert into customer_key (key, customer_id) select key, customer_id from bench_customer;
  insert into customer_state (customer_id) select customer_id from bench_customer;
  insert into cycle (customer_id, cycle, engine, currency, anchor_day, time_zone)
  select customer_id, 1, 'monthly', 'USD', 1, zone from bench_customer;
  insert into subscription (customer_id, subscription, external_key, cycle, plan, currency,
                            starts_at, created_at)
  select customer_id, 1, key || '-bench', 1, 'Bench', 'USD',
         timestamp '2026-10-01' at time zone zone, '2026-09-15T00:00:00Z' from bench_customer;
  insert into billing_period (customer_id, cycle, side, starts_at, ends_at, starts_on, ends_on,
                              time_zone, label)
  select customer_id, 1, 'arrears', timestamp '2026-10-01' at time zone zone,
         timestamp '2026-11-01' at time zone zone, '2026-10-01', '2026-11-01', zone, '2026-10'
    from bench_customer;

  -- Sorted by what becomes its key: an index over many rows is built faster than it grows.
  alter table usage_total drop constraint usage_total_pkey;
  insert into usage_total (customer_id, bucket, meter, subject, dimensions, cut, event_count,
                           value_sum, value_min, value_max)
  select customer_id, bucket, 'meter-' || meter, key, '', 1, {events}, value * {events}, value, value
    from (select customer_id, key from bench_customer order by customer_id) c
    cross join (select timestamptz '2026-10-03T12:00:00Z' + week * interval '7 days' as bucket, meter
                  from generate_series(0, {quarter_hours} - 1) week,
                       generate_series(1, {metered}) meter order by bucket, meter) u
    cross join lateral (select trim_scale((100 + (customer_id * 31 + meter * 7) % 1000)
                                            / {events}::numeric) as value) v;
  set local maintenance_work_mem = '512MB';
  alter table usage_total add primary key (customer_id, bucket, meter, subject, dimensions, cut);
  insert into cut (cut, closed_at) values (1, '2026-11-02T00:00:00Z');
  update cut_counter set cut = 1;
  insert into cut_touch (customer_id, cut, first_at, last_at)
  select customer_id, 1, '2026-10-03T12:00:00Z', '2026-10-24T12:00:00Z' from bench_customer)";

// The events that the totals are of, a thousand a batch, as ingestion stores them.
constexpr std::string_view kRawEvents = R"(
  insert into subject (namespace, subject, starts_at, customer_id)
  select 'default', subject, '2026-09-01T00:00:00Z', customer_id
    from (select distinct customer_id, subject from usage_total) s;
  insert into raw_event (customer_id, batch_id, seq, namespace, source, event_id, type, subject,
                         occurred_at, data)
  select customer_id, 1 + n / 1000, n % 1000, 'default', 'bench', 'event-' || n,
         'event-' || substr(meter, 7), subject, bucket + interval '1 second',
         format('{{"amount":%s}}', value_min)
    from (select *, row_number() over (order by bucket, customer_id, meter, event) - 1 as n
            from usage_total, generate_series(1, event_count) event) e
   order by n;
  insert into event_key (namespace, key, digest, batch_id)
  select namespace,
         encode(substring(sha256(int8send(octet_length(source)) || convert_to(source, 'UTF8')
                              || int8send(octet_length(event_id)) || convert_to(event_id, 'UTF8'))
                          from 1 for 16), 'hex')::uuid as key,
         encode(substring(sha256(int8send(octet_length(type)) || convert_to(type, 'UTF8')
                              || int8send(octet_length(subject)) || convert_to(subject, 'UTF8')
                              || int8send(octet_length(data)) || convert_to(data, 'UTF8'))
                          from 1 for 16), 'hex')::uuid, batch_id
    from raw_event order by batch_id, key;
  insert into ingest_batch (batch_id, source, received_at, received, counted, duplicate, quarantined, cut)
  overriding system value
  select batch_id, 'bench', '2026-11-01T00:00:00Z', count(*), count(*), 0, 0, 1 from raw_event
   group by batch_id order by batch_id;
  insert into ingest_tally (batch_id, namespace, received_at, received, counted, duplicate, quarantined)
  select batch_id, 'default', received_at, received, counted, duplicate, quarantined from ingest_batch)";

std::string meters_of(const Load& load) {
  std::string xml = R"(<meters xmlns="urn:reckoner:meters:1">)";
  for (int i = 1; i <= load.metered_charges(); ++i) {
    xml += fmt::format(R"(<meter name="meter-{0}" event-type="event-{0}" )", i);
    xml += R"(aggregation="sum" value="amount" unit="unit"/>)";
  }
  return xml + "</meters>";
}

std::string plan_of(const Load& load) {
  std::string xml = R"(<pricing xmlns="urn:reckoner:pricing:1" strategy="bench" currency="USD">)";
  xml += R"(<plan name="Bench"><recurring name="subscription" title="Subscription" fee="rule"/>)";
  for (int i = 1; i <= load.metered_charges(); ++i) {
    xml += fmt::format(R"(<metered name="charge-{0}" title="Charge {0}" meter="meter-{0}" )", i);
    xml += R"(unit="unit" allowance="300" price="0.0125"/>)";
  }
  return xml + "</plan></pricing>";
}

}  // namespace

config::Files configuration(const Load& load) {
  config::Files files;
  files.content["billing-config.xml"] = fmt::format(
      kBillingConfig, fmt::arg("batch_size", kBatchSize), fmt::arg("workers", load.workers),
      fmt::arg("statement_handlers", kStatementHandlers));
  files.content["meters.xml"] = meters_of(load);
  files.content["pricing/bench.xml"] = plan_of(load);
  files.content["pricing/fee.dmn"] = kFeeTable;
  files.content["mail/invoice.mustache"] = kMailTemplate;
  return files;
}

BillingDatabase::BillingDatabase(const std::filesystem::path& directory, const Load& load)
    : cluster_(store::EmbeddedCluster::open(directory)),
      pool_({.conninfo = cluster_.conninfo(store::Role::kWriter)},
            static_cast<std::size_t>(load.workers) + kOtherConnections),
      versions_(handlers::catalogue(), std::nullopt) {
  fill(load);
  auto connection = pool_.take(kPoolWait);
  store::Transaction transaction(*connection);
  versions_.apply(*connection, configuration(load), "bench", "", after_period());
  transaction.commit();
}

void BillingDatabase::fill(const Load& load) {
  store::Connection owner({.conninfo = owner_conninfo()});
  store::migrate(owner, store::schema::embedded_files());
  store::settle_isolation(owner);
  store::Transaction transaction(owner);
  owner.run_script({"fill", fmt::format(kCustomers, fmt::arg("customers", load.customers),
                                        fmt::arg("metered", load.metered_charges()),
                                        fmt::arg("quarter_hours", load.quarter_hours),
                                        fmt::arg("events", load.events))});
  if (load.raw_events) owner.run_script({"fill raw events", fmt::format(kRawEvents)});
  transaction.commit();
  vacuum();
}

void BillingDatabase::vacuum() {
  store::Connection superuser({.conninfo = cluster_.conninfo(store::Role::kSuperuser)});
  superuser.run_script({"vacuum", "vacuum analyze"});
}

std::string BillingDatabase::server_setting(std::string_view name) {
  return pool_.take(kPoolWait)
      ->query({"server setting", "select current_setting($1)"}, {name})
      .only()
      .text(0);
}

void BillingDatabase::checkpoint() {
  store::Connection superuser({.conninfo = cluster_.conninfo(store::Role::kSuperuser)});
  superuser.run_script({"checkpoint", "checkpoint"});
}

time::Instant BillingDatabase::during_period() {
  return time::parse_instant("2026-10-20T10:00:00Z");
}

time::Instant BillingDatabase::after_period() {
  return time::parse_instant("2026-11-03T02:00:00Z");
}

time::Instant BillingDatabase::after_next_period() {
  return time::parse_instant("2026-12-03T02:00:00Z");
}

std::string BillingDatabase::customer_key(std::int64_t number) {
  return fmt::format("customer-{}", number);
}

}  // namespace reckoner::bench

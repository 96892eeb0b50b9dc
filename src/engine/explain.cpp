#include "engine/explain.hpp"

#include <fmt/format.h>

#include "pricing/models.hpp"
#include "store/document_rows.hpp"
#include "text/json.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kPeriod{"period of a line", R"(
  select p.ends_at, p.time_zone, p.version_id, d.cut
    from billing_period p join document d on d.customer_id = p.customer_id and d.ordinal = $5
   where p.customer_id = $1 and p.cycle = $2 and p.side = $3 and p.starts_at = $4)"};

constexpr store::Statement kBilledBefore{"billed before a line", R"(
  select coalesce(sum(l.amount), 0) as amount
    from document_line l
   where l.customer_id = $1 and l.period_starts_at = $2 and l.cycle = $3 and l.side = $4
     and l.key = $5 and l.ordinal < $6 and l.counts
     and not exists (select from document_void v
                      where v.customer_id = l.customer_id and v.ordinal = l.ordinal
                        and v.mode = 'rebill'))"};

constexpr store::Statement kUsage{"usage behind a line", R"(
  select (e.occurred_at at time zone $7)::date as day, count(*) as events,
         coalesce(sum((e.data::jsonb #>> string_to_array($6, '.'))::numeric), 0) as value_sum
    from raw_event e join ingest_batch b on b.batch_id = e.batch_id and b.cut <= $4
   where e.customer_id = $1 and e.occurred_at >= $2 and e.occurred_at < $3 and e.type = $5
   group by day order by day)"};

constexpr store::Statement kEvents{"events behind a line", R"(
  select e.occurred_at, e.source, e.event_id, e.data, count(*) over () as event_count
    from raw_event e join ingest_batch b on b.batch_id = e.batch_id and b.cut <= $4
   where e.customer_id = $1 and e.occurred_at >= $2 and e.occurred_at < $3
     and e.type = any($5::text[])
   order by e.occurred_at, e.source, e.event_id limit $6)"};

const domain::Charge* charge_of(const config::Configuration& configuration,
                                const domain::Document& document,
                                const invoicing::ChargeFacts& facts, std::string& plan_title) {
  for (const domain::Plan& plan : configuration.plans) {
    if (plan.name != facts.plan || plan.currency != document.currency) continue;
    for (const domain::Charge& charge : plan.charges) {
      if (charge.name != facts.charge) continue;
      plan_title = plan.title;
      return &charge;
    }
  }
  return nullptr;
}

bool has_charge_facts(const std::string& facts) {
  return text::parse_json(facts).find("stretches") != nullptr;
}

/// The stretch whose usage the line measured.
time::Period measured(const domain::StatementLine& line, const time::Zone& zone) {
  return {zone.start_of(line.starts_on), zone.start_of(line.ends_on)};
}

void add_usage(store::Connection& connection, const config::Configuration& configuration,
               const domain::Charge& charge, const store::DocumentId& id, const store::Row& period,
               std::int64_t limit, Explanation& explanation) {
  const domain::OfMeters* metering = domain::metering_of(charge);
  if (metering == nullptr) return;
  const time::Zone zone = time::Zone::named(period.text("time_zone"));
  const time::Period stretch = measured(explanation.billed.line, zone);
  const std::int64_t cut = period.int64("cut");
  const domain::Meter* first = nullptr;
  std::vector<std::string> types;
  for (const domain::Meter& meter : configuration.meters) {
    if (meter.name == metering->meters.front()) first = &meter;
    for (const std::string& name : metering->meters) {
      if (meter.name == name) types.push_back(meter.event_type);
    }
  }
  RK_CHECK(first != nullptr);
  for (const store::Row& row :
       connection.query(kUsage, {id.customer, stretch.starts_at, stretch.ends_at, cut,
                                 first->event_type, first->value, zone.name()})) {
    explanation.usage.push_back({row.date("day"), row.int64("events"), row.decimal("value_sum")});
  }
  for (const store::Row& row : connection.query(
           kEvents, {id.customer, stretch.starts_at, stretch.ends_at, cut, types, limit})) {
    explanation.event_count = row.int64("event_count");
    explanation.events.push_back(
        {row.instant("occurred_at"), row.text("source"), row.text("event_id"), row.text("data")});
  }
}

}  // namespace

Explanation explain(store::Connection& connection, Versions& versions, const std::string& number,
                    std::int64_t line, std::int64_t events) {
  const auto id = store::find_document(connection, number);
  if (!id) throw Error(fmt::format("there is no document '{}'", number));
  const domain::Document document = store::load_document(connection, *id);
  const auto count = static_cast<std::int64_t>(document.lines.size());
  if (line < 1 || line > count) {
    throw Error(fmt::format("{} has lines 1 to {}, not {}", number, count, line));
  }
  const domain::DocumentLine& billed = document.lines[static_cast<std::size_t>(line - 1)];
  const auto period =
      connection
          .query(kPeriod, {id->customer, billed.period.cycle, domain::to_string(billed.period.side),
                           billed.period.starts_at, id->ordinal})
          .at_most_one();
  if (!period) throw Error(fmt::format("{} line {}: its period has no row", number, line));
  Explanation explanation{.number = number,
                          .line = line,
                          .billed = billed,
                          .version = {period->int64("version_id")},
                          .charge = std::nullopt,
                          .billed_before = std::nullopt,
                          .usage = {},
                          .events = {},
                          .event_count = 0};
  if (billed.true_up) {
    const store::Row before =
        connection
            .query(kBilledBefore,
                   {id->customer, billed.period.starts_at, billed.period.cycle,
                    domain::to_string(billed.period.side), billed.line.key, id->ordinal})
            .only();
    explanation.billed_before = money::Money(before.decimal("amount"), document.currency);
  }
  if (!has_charge_facts(billed.line.facts)) return explanation;

  const auto compiled = versions.load(connection, explanation.version);
  const config::Configuration& configuration = compiled->configuration();
  Explanation::OfCharge of{.plan_title = {},
                           .charge_title = {},
                           .model = {},
                           .facts = invoicing::parse_charge_facts(billed.line.facts),
                           .priced = {},
                           .steps = {},
                           .rounded = money::Money(document.currency),
                           .rounding = configuration.settings.rounding()};
  const domain::Charge* charge = charge_of(configuration, document, of.facts, of.plan_title);
  if (charge == nullptr) {
    throw Error(fmt::format("{} line {}: configuration version {} has no charge '{}' on plan '{}'",
                            number, line, explanation.version.value, of.facts.charge,
                            of.facts.plan));
  }
  of.charge_title = charge->title;
  of.model =
      pricing::model_of(invoicing::terms_of(*charge, of.facts.stretches.back().terms).model).name;
  of.priced = invoicing::price(*charge, of.facts, &of.steps);
  of.rounded = money::round_to_currency(of.priced.amount, document.currency, of.rounding);
  explanation.charge = std::move(of);
  add_usage(connection, configuration, *charge, *id, *period, events, explanation);
  return explanation;
}

}  // namespace reckoner::engine

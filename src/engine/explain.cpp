#include "engine/explain.hpp"

#include <fmt/format.h>

#include <map>

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

// Without those voided, as far as the document knew.
constexpr store::Statement kEvents{"events behind a line", R"(
  select e.type, e.subject, e.occurred_at, e.source, e.event_id, e.data
    from raw_event e join ingest_batch b on b.batch_id = e.batch_id and b.cut <= $4
   where e.customer_id = $1 and e.occurred_at >= $2 and e.occurred_at < $3
     and e.type = any($5::text[])
     and not exists (select from event_void v join ingest_batch vb on vb.batch_id = v.batch_id
                      where v.customer_id = e.customer_id and v.event_batch = e.batch_id
                        and v.event_seq = e.seq and vb.cut <= $4)
   order by e.occurred_at, e.source, e.event_id)"};

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

bool has_values(const domain::Meter& meter) {
  return meter.aggregation != domain::Aggregation::kCount &&
         meter.aggregation != domain::Aggregation::kUniqueCount &&
         meter.aggregation != domain::Aggregation::kHeartbeat;
}

void add_usage(store::Connection& connection, const meters::MeterReader& reader,
               const domain::Charge& charge, const store::DocumentId& id, const store::Row& period,
               std::int64_t limit, Explanation& explanation) {
  const domain::OfMeters* metering = domain::metering_of(charge);
  if (metering == nullptr) return;
  const time::Zone zone = time::Zone::named(period.text("time_zone"));
  const time::Period stretch = measured(explanation.billed.line, zone);
  const std::int64_t cut = period.int64("cut");
  std::vector<const domain::Meter*> meters;
  std::vector<std::string> types;
  for (const std::string& name : metering->meters) {
    meters.push_back(reader.find(name));
    RK_CHECK(meters.back() != nullptr);
    types.push_back(meters.back()->event_type);
  }
  std::map<time::Date, UsageOfDay> days;
  for (const store::Row& row :
       connection.query(kEvents, {id.customer, stretch.starts_at, stretch.ends_at, cut, types})) {
    const std::string data = row.text("data");
    const text::Json json = text::parse_json(data);
    bool counts = false;
    for (const domain::Meter* meter : meters) {
      const auto value = reader.read_one(*meter, row.text("type"), row.text("subject"), json);
      if (!value) continue;
      counts = true;
      if (meter != meters.front()) continue;
      UsageOfDay& day = days[zone.date_of(row.instant("occurred_at"))];
      ++day.events;
      if (has_values(*meter)) day.sum += value->value;
    }
    if (!counts) continue;
    if (explanation.event_count++ >= limit) continue;
    explanation.events.push_back(
        {row.instant("occurred_at"), row.text("source"), row.text("event_id"), data});
  }
  for (auto& [date, day] : days) {
    day.day = date;
    explanation.usage.push_back(day);
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
  add_usage(connection, compiled->meter_reader(), *charge, *id, *period, events, explanation);
  return explanation;
}

}  // namespace reckoner::engine

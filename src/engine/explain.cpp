#include "engine/explain.hpp"

#include <fmt/format.h>

#include <limits>
#include <map>

#include "engine/charge_of_line.hpp"
#include "pricing/models.hpp"
#include "pricing/published.hpp"
#include "store/document_rows.hpp"
#include "text/json.hpp"
#include "usage/bucket.hpp"

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

constexpr store::Statement kSubscriptionEnds{"end of a line's subscription", R"(
  select ends_at from subscription where customer_id = $1 and subscription = $2)"};

// Without those voided, as far as the document knew; with $6 what is in no cut yet too.
constexpr store::Statement kEvents{"events behind a line", R"(
  select e.type, e.subject, e.occurred_at, e.source, e.event_id, e.data
    from raw_event e join ingest_batch b on b.batch_id = e.batch_id and (b.cut <= $4 or $6 and b.cut is null)
   where e.customer_id = $1 and e.occurred_at >= $2 and e.occurred_at < $3
     and e.type = any($5::text[])
     and not exists (select from event_void v join ingest_batch vb on vb.batch_id = v.batch_id
                      where v.customer_id = e.customer_id and v.event_batch = e.batch_id
                        and v.event_seq = e.seq
                        and (vb.cut <= $4 or $6 and vb.cut is null))
   order by e.occurred_at, e.source, e.event_id)"};

/// A line with where it comes from.
struct Origin {
  std::string number;  ///< of its document; "" of an interim invoice
  std::int64_t line;
  const domain::DocumentLine& billed;
  CustomerId customer;
  money::Currency currency;
  VersionId version;
  time::Zone zone;
  time::Period measured;  ///< whose usage it is
  Knowledge knowledge;
  std::optional<money::Money> billed_before;
};

bool has_values(const domain::Meter& meter) {
  return meter.aggregation != domain::Aggregation::kCount &&
         meter.aggregation != domain::Aggregation::kUniqueCount &&
         meter.aggregation != domain::Aggregation::kHeartbeat;
}

void add_usage(store::Connection& connection, const meters::MeterReader& reader,
               const domain::Charge& charge, const Origin& origin, const EventsWanted& wanted,
               Explanation& explanation) {
  const domain::OfMeters* metering = domain::metering_of(charge);
  if (metering == nullptr) return;
  std::vector<const domain::Meter*> meters;
  std::vector<std::string> types;
  for (const std::string& name : metering->meters) {
    meters.push_back(reader.find(name));
    RK_CHECK(meters.back() != nullptr);
    types.push_back(meters.back()->event_type);
  }
  std::map<time::Date, UsageOfDay> days;
  for (const store::Row& row : connection.query(
           kEvents, {origin.customer, origin.measured.starts_at, origin.measured.ends_at,
                     origin.knowledge.cut, types, origin.knowledge.tail})) {
    const std::string data = row.text("data");
    const text::Json json = text::parse_json(data);
    bool counts = false;
    for (const domain::Meter* meter : meters) {
      const auto value = reader.read_one(*meter, row.text("type"), row.text("subject"), json);
      if (!value) continue;
      counts = true;
      if (meter != meters.front()) continue;
      UsageOfDay& day = days[origin.zone.date_of(row.instant("occurred_at"))];
      ++day.events;
      if (has_values(*meter)) day.sum += value->value;
    }
    if (!counts) continue;
    ++explanation.event_count;
    EventPosition position{row.instant("occurred_at"), row.text("source"), row.text("event_id")};
    if (wanted.after && position <= *wanted.after) continue;
    if (static_cast<std::int64_t>(explanation.events.size()) >= wanted.limit) {
      explanation.more_events = true;
      continue;
    }
    explanation.events.push_back({std::move(position), row.text("subject"), data});
  }
  for (auto& [date, day] : days) {
    day.day = date;
    explanation.usage.push_back(day);
  }
}

Explanation::OfCharge explain_charge(const config::Configuration& configuration,
                                     const Origin& origin, const domain::Charge*& charge) {
  Explanation::OfCharge of{.plan_title = {},
                           .charge_title = {},
                           .model = {},
                           .model_summary = {},
                           .unit = {},
                           .facts = invoicing::parse_charge_facts(origin.billed.line.facts),
                           .priced = {},
                           .steps = {},
                           .rounded = money::Money(origin.currency),
                           .rounding = configuration.settings.rounding()};
  const auto priced = priced_by(configuration, origin.currency, of.facts);
  if (!priced) {
    throw Error(fmt::format("{} line {}: configuration version {} has no charge '{}' on plan '{}'",
                            origin.number, origin.line, origin.version.value, of.facts.charge,
                            of.facts.plan));
  }
  charge = &priced->charge;
  of.plan_title = priced->plan.title;
  of.charge_title = charge->title;
  const pricing::ModelInfo& model =
      pricing::model_of(invoicing::terms_of(*charge, of.facts.stretches.back().terms).model);
  of.model = model.name;
  of.model_summary = model.summary;
  of.unit = pricing::unit_of(*charge);
  of.is_usage = domain::metering_of(*charge) != nullptr;
  of.priced = invoicing::price(*charge, of.facts, &of.steps);
  of.rounded = money::round_to_currency(of.priced.amount, origin.currency, of.rounding);
  return of;
}

Explanation explain(store::Connection& connection, Versions& versions, const Origin& origin,
                    const EventsWanted& events) {
  Explanation explanation{.number = origin.number,
                          .line = origin.line,
                          .billed = origin.billed,
                          .version = origin.version,
                          .charge = std::nullopt,
                          .billed_before = origin.billed_before,
                          .usage = {},
                          .events = {},
                          .event_count = 0,
                          .more_events = false};
  if (!has_charge_facts(origin.billed.line.facts)) return explanation;
  const auto compiled = versions.load(connection, origin.version);
  const domain::Charge* charge = nullptr;
  explanation.charge = explain_charge(compiled->configuration(), origin, charge);
  add_usage(connection, compiled->meter_reader(), *charge, origin, events, explanation);
  return explanation;
}

const domain::DocumentLine& line_of(const domain::Document& document, std::int64_t line,
                                    std::string_view name) {
  const auto count = static_cast<std::int64_t>(document.lines.size());
  if (line < 1 || line > count) {
    throw NoSuchLine(fmt::format("{} has lines 1 to {}, not {}", name, count, line));
  }
  return document.lines[static_cast<std::size_t>(line - 1)];
}

/// Of a true-up of the document with that ordinal.
std::optional<money::Money> billed_before(store::Connection& connection, CustomerId customer,
                                          std::int64_t ordinal, const domain::DocumentLine& line,
                                          money::Currency currency) {
  if (!line.true_up) return std::nullopt;
  const store::Row before =
      connection
          .query(kBilledBefore, {customer, line.period.starts_at, line.period.cycle,
                                 domain::to_string(line.period.side), line.line.key, ordinal})
          .only();
  return money::Money(before.decimal("amount"), currency);
}

/// The usage of an interim line goes on to the end of the quarter hour that it was computed in,
/// unless its subscription had ended.
time::Period measured(store::Connection& connection, CustomerId customer,
                      const InterimPeriod& period, const domain::StatementLine& line) {
  time::Period usage{period.zone.start_of(line.starts_on), period.zone.start_of(line.ends_on)};
  if (!period.as_of || !line.subscription) return usage;
  usage.ends_at = std::min(period.ends_at, usage::bucket_end(*period.as_of));
  const auto ends_at = connection.query(kSubscriptionEnds, {customer, *line.subscription})
                           .only()
                           .optional_instant("ends_at");
  if (ends_at) usage.ends_at = std::min(usage.ends_at, *ends_at);
  return usage;
}

}  // namespace

Explanation explain(store::Connection& connection, Versions& versions, const std::string& number,
                    std::int64_t line, const EventsWanted& events) {
  const auto id = store::find_document(connection, number);
  if (!id) throw Error(fmt::format("there is no document '{}'", number));
  const domain::Document document = store::load_document(connection, *id);
  const domain::DocumentLine& billed = line_of(document, line, number);
  const auto period =
      connection
          .query(kPeriod, {id->customer, billed.period.cycle, domain::to_string(billed.period.side),
                           billed.period.starts_at, id->ordinal})
          .at_most_one();
  if (!period) throw Error(fmt::format("{} line {}: its period has no row", number, line));
  const time::Zone zone = time::Zone::named(period->text("time_zone"));
  return explain(
      connection, versions,
      Origin{.number = number,
             .line = line,
             .billed = billed,
             .customer = id->customer,
             .currency = document.currency,
             .version = {period->int64("version_id")},
             .zone = zone,
             .measured = {zone.start_of(billed.line.starts_on), zone.start_of(billed.line.ends_on)},
             .knowledge = {.cut = period->int64("cut"), .tail = false},
             .billed_before =
                 billed_before(connection, id->customer, id->ordinal, billed, document.currency)},
      events);
}

Explanation explain(store::Connection& connection, Versions& versions,
                    const InterimInvoice& invoice, std::int64_t line, const EventsWanted& events) {
  constexpr std::int64_t kAfterAll = std::numeric_limits<std::int64_t>::max();
  const domain::Document& document = invoice.document;
  const domain::DocumentLine& billed = line_of(document, line, "the interim invoice");
  const InterimPeriod& period = invoice.periods.at(billed.period);
  const std::optional<money::Money> before =
      billed_before(connection, document.customer, kAfterAll, billed, document.currency);
  return explain(connection, versions,
                 Origin{.number = {},
                        .line = line,
                        .billed = billed,
                        .customer = document.customer,
                        .currency = document.currency,
                        .version = period.version,
                        .zone = period.zone,
                        .measured = measured(connection, document.customer, period, billed.line),
                        .knowledge = {.cut = invoice.cut, .tail = true},
                        .billed_before = before},
                 events);
}

}  // namespace reckoner::engine

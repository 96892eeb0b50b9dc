// What happens to customers in a story, verb by verb.

#include <fmt/format.h>

#include <array>

#include "accounts/changes.hpp"
#include "accounts/values.hpp"
#include "base/error.hpp"
#include "engine/corrections.hpp"
#include "golden/bill_world.hpp"
#include "metering/ingest.hpp"
#include "text/json.hpp"

namespace reckoner::bill {

namespace {

money::Decimal decimal(const std::string& text) {
  return money::Decimal::parse(text);
}

std::optional<money::Currency> currency_in(Words& words) {
  const auto code = words.option("currency");
  return code ? std::optional(money::Currency::of(*code)) : std::nullopt;
}

std::map<std::string, money::Decimal> quantities_in(Words& words) {
  std::map<std::string, money::Decimal> quantities;
  for (const auto& [name, value] : words.pairs()) quantities.emplace(name, decimal(value));
  return quantities;
}

std::string text_of(const std::optional<time::Date>& day) {
  return day ? time::to_string(*day) : "";
}

/// What a quantity of the unit is in units of the meter.
money::Decimal in_meter_units(const money::Decimal& quantity, const std::string& unit,
                              const domain::Meter& meter) {
  struct Unit {
    std::string_view name;
    std::int64_t size;
  };
  constexpr std::array<Unit, 4> kUnits{
      {{"MB", 1LL << 20}, {"GB", 1LL << 30}, {"TB", 1LL << 40}, {"million", 1'000'000}}};
  for (const Unit& known : kUnits) {
    if (unit == known.name) return quantity * money::Decimal(known.size);
  }
  if (unit.empty() || unit == meter.unit || unit == meter.unit + "s") return quantity;
  throw Error(fmt::format("meter '{}' counts in {}, not in {}", meter.name, meter.unit, unit));
}

}  // namespace

const std::map<std::string_view, World::Verb> World::kVerbs{{"customer", &World::customer},
                                                            {"subscribe", &World::subscribe},
                                                            {"change", &World::change},
                                                            {"quantity", &World::quantity},
                                                            {"pause", &World::pause},
                                                            {"resume", &World::resume},
                                                            {"cancel", &World::cancel},
                                                            {"agree", &World::agree},
                                                            {"charge", &World::charge},
                                                            {"discount", &World::discount},
                                                            {"coupon", &World::coupon},
                                                            {"prepaid", &World::prepaid},
                                                            {"top-up", &World::top_up},
                                                            {"pay", &World::pay},
                                                            {"usage", &World::usage},
                                                            {"void", &World::void_document},
                                                            {"credit-note", &World::credit_note},
                                                            {"close", &World::close},
                                                            {"true-ups", &World::true_ups},
                                                            {"retry", &World::retry},
                                                            {"expect", &World::expect}};

/// The subscription that `of` names, or the customer's last one.
std::string World::subscription_of(Words& words, const std::string& customer) {
  const auto named = words.option("of");
  return named ? *named : customer_of(customer).last_subscription;
}

/// "on DAY", "at period-end", or the day of the line.
accounts::When World::when_of(Words& words, const Step& step) {
  if (const auto day = words.date("on")) return *day;
  if (const auto at = words.option("at")) {
    if (*at != "period-end") throw Error("write 'at period-end' or 'on DAY'");
    return accounts::AtPeriodEnd{};
  }
  return step.day.value();
}

/// customer KEY [zone ZONE] [anchor DAY] [country CC] [tax-id ID] [exempt | taxed]
void World::customer(const Step& step) {
  Words words(step.words);
  const std::string key = words.next("the customer");
  Customer& known = customers_[key];
  known.zone = words.option("zone").value_or(known.zone);
  known.anchor = words.option("anchor").value_or(known.anchor);
  known.country = words.option("country").value_or(known.country);
  known.tax_id = words.option("tax-id").value_or(known.tax_id);
  if (words.flag("exempt")) known.exempt = true;
  if (words.flag("taxed")) known.exempt = false;
  words.done();
  world().import(accounts::ImportKind::kCustomers,
                 fmt::format("key,name,time-zone,anchor-day,country,tax-id,tax-exempt\n"
                             "{0},{0} Ltd,{1},{2},{3},{4},{5}\n",
                             key, known.zone, known.anchor, known.country, known.tax_id,
                             known.exempt ? "true" : "false"));
}

/// subscribe KEY PLAN [from DAY] [until DAY] [as NAME] [environment E] [currency C]
/// [trial-until DAY | no-trial] [QUANTITY=N]…
void World::subscribe(const Step& step) {
  Words words(step.words);
  accounts::SubscribeRequest request;
  request.customer = words.next("the customer");
  request.plan = words.next("the plan");
  request.from = words.date("from").value_or(step.day.value());
  request.until = words.date("until");
  request.key = words.option("as").value_or(
      fmt::format("{}-{}", request.plan, time::to_string(request.from)));
  request.currency = currency_in(words);
  request.environment = words.option("environment").value_or("");
  request.trial_until = words.date("trial-until");
  request.no_trial = words.flag("no-trial");
  request.quantities = quantities_in(words);
  words.done();
  accounts::subscribe(connection(), rules(), request);
  customer_of(request.customer).last_subscription = request.key;
}

/// change KEY PLAN [on DAY | at period-end] [of NAME] [as NAME] [environment E] [currency C]
/// [QUANTITY=N]…
void World::change(const Step& step) {
  Words words(step.words);
  accounts::ChangePlanRequest request;
  request.customer = words.next("the customer");
  request.plan = words.next("the plan");
  request.key = subscription_of(words, request.customer);
  request.when = when_of(words, step);
  request.new_key = words.option("as").value_or(fmt::format("{}-{}", request.plan, ++numbers_));
  request.currency = currency_in(words);
  request.environment = words.option("environment");
  request.quantities = quantities_in(words);
  words.done();
  accounts::change_plan(connection(), rules(), request);
  customer_of(request.customer).last_subscription = request.new_key;
}

/// quantity KEY NAME=N… [on DAY | at period-end] [of NAME]
void World::quantity(const Step& step) {
  Words words(step.words);
  accounts::ChangeQuantitiesRequest request;
  request.customer = words.next("the customer");
  request.key = subscription_of(words, request.customer);
  request.when = when_of(words, step);
  request.quantities = quantities_in(words);
  words.done();
  accounts::change_quantities(connection(), rules(), request);
}

/// pause KEY [on DAY | at period-end] [until DAY] [of NAME]
void World::pause(const Step& step) {
  Words words(step.words);
  const std::string key = words.next("the customer");
  const accounts::SubscriptionRequest request{key, subscription_of(words, key),
                                              when_of(words, step)};
  const auto until = words.date("until");
  words.done();
  accounts::pause(connection(), rules(), request, until);
}

/// resume KEY [on DAY] [of NAME]
void World::resume(const Step& step) {
  Words words(step.words);
  const std::string key = words.next("the customer");
  const accounts::SubscriptionRequest request{key, subscription_of(words, key),
                                              when_of(words, step)};
  words.done();
  accounts::resume(connection(), rules(), request);
}

/// cancel KEY [on DAY | at period-end] [of NAME]
void World::cancel(const Step& step) {
  Words words(step.words);
  const std::string key = words.next("the customer");
  const accounts::SubscriptionRequest request{key, subscription_of(words, key),
                                              when_of(words, step)};
  words.done();
  accounts::cancel(connection(), rules(), request);
}

/// agree KEY PLAN CHARGE FIGURE VALUE [from DAY] [until DAY]
void World::agree(const Step& step) {
  Words words(step.words);
  const std::string key = words.next("the customer");
  domain::AgreedFigure agreed;
  agreed.plan = words.next("the plan");
  agreed.charge = words.next("the charge");
  agreed.figure = words.next("the figure");
  agreed.value = accounts::parse_agreed_value(words.next("the value"));
  agreed.starts_on = words.date("from").value_or(step.day.value());
  agreed.ends_on = words.date("until");
  words.done();
  accounts::agree(connection(), rules(), key, agreed);
}

/// charge KEY QUANTITY [UNIT] at PRICE [on DAY] [tax CATEGORY] [currency C]
void World::charge(const Step& step) {
  Words words(step.words);
  const std::string key = words.next("the customer");
  accounts::KeyedCharge charge;
  charge.key = fmt::format("charge {}", ++numbers_);
  charge.currency = currency_in(words);
  charge.charge.price = decimal(words.option("at").value());
  charge.charge.on = words.date("on").value_or(step.day.value());
  charge.charge.tax = words.option("tax").value_or(std::string(accounts::kStandardTax));
  charge.charge.title = "By hand";
  charge.charge.quantity = decimal(words.next("the quantity"));
  if (!words.empty()) charge.charge.unit = words.next("the unit");
  words.done();
  accounts::charge(connection(), rules(), key, charge);
}

/// discount KEY NAME PERCENT% [from DAY] [until DAY]
void World::discount(const Step& step) {
  Words words(step.words);
  const std::string key = words.next("the customer");
  const std::string name = words.next("the discount's name");
  std::string percent = words.next("the percentage");
  if (!percent.ends_with('%')) throw Error(fmt::format("'{}' is no percentage", percent));
  percent.pop_back();
  const auto from = words.date("from").value_or(step.day.value());
  const auto until = words.date("until");
  words.done();
  world().import(accounts::ImportKind::kDiscounts,
                 fmt::format("key,customer,percentage,starts-on,ends-on\n{},{},{},{},{}\n", name,
                             key, percent, time::to_string(from), text_of(until)));
}

/// coupon KEY NAME AMOUNT|PERCENT% …
void World::coupon(const Step& step) {
  grant(step, domain::CreditKind::kCoupon);
}

/// prepaid KEY NAME AMOUNT …
void World::prepaid(const Step& step) {
  grant(step, domain::CreditKind::kPrepaid);
}

/// … [documents N] [priority N] [from DAY] [expires DAY] [currency C] [charges A;B]
void World::grant(const Step& step, domain::CreditKind kind) {
  Words words(step.words);
  const std::string key = words.next("the customer");
  accounts::CreditGrant grant;
  grant.kind = kind;
  grant.key = words.next("the name");
  std::string worth = words.next("an amount or a percentage");
  if (worth.ends_with('%')) {
    worth.pop_back();
    grant.percent = decimal(worth);
  } else {
    grant.amount = decimal(worth);
  }
  if (const auto documents = words.option("documents")) grant.documents = std::stoll(*documents);
  if (const auto priority = words.option("priority")) grant.priority = std::stoll(*priority);
  grant.starts_on = words.date("from");
  grant.expires_on = words.date("expires");
  grant.currency = currency_in(words);
  if (const auto charges = words.option("charges")) {
    grant.charges = accounts::parse_list(*charges, "charge", "charges");
  }
  words.done();
  accounts::grant(connection(), rules(), key, grant);
}

/// top-up KEY NAME AMOUNT
void World::top_up(const Step& step) {
  Words words(step.words);
  const std::string key = words.next("the customer");
  const std::string name = words.next("the name");
  const money::Decimal amount = decimal(words.next("the amount"));
  words.done();
  accounts::top_up(connection(), rules(), key, name, amount);
}

/// pay KEY AMOUNT [received DAY] [currency C]
void World::pay(const Step& step) {
  Words words(step.words);
  const std::string key = words.next("the customer");
  const std::string amount = words.next("the amount");
  const auto received = words.date("received").value_or(step.day.value());
  const std::string currency = words.option("currency").value_or("");
  words.done();
  world().import(
      accounts::ImportKind::kPayments,
      fmt::format("reference,customer,amount,currency,received-on\npayment {},{},{},{},{}\n",
                  ++numbers_, key, amount, currency, time::to_string(received)));
}

/// The number of the document that the customer and its place among the customer's name.
std::string World::number_of(Words& words) {
  const std::string key = words.next("the customer");
  const auto documents = world().documents(key);
  const std::size_t place = std::stoul(words.next("which document"));
  if (place < 1 || place > documents.size()) {
    throw Error(fmt::format("{} has {} documents", key, documents.size()));
  }
  return documents[place - 1].number;
}

/// void KEY N rebill|waive
void World::void_document(const Step& step) {
  Words words(step.words);
  engine::VoidRequest request;
  request.number = number_of(words);
  request.reason = "By hand";
  const std::string mode = words.next("rebill or waive");
  if (mode != "rebill" && mode != "waive") throw Error("write 'rebill' or 'waive'");
  if (mode == "waive") request.mode = engine::VoidMode::kWaive;
  words.done();
  remember_documents();
  engine::void_document(connection(), world().versions(), request, world().now());
}

/// credit-note KEY N line M [AMOUNT] correction|concession
void World::credit_note(const Step& step) {
  Words words(step.words);
  engine::CreditNoteRequest request;
  request.number = number_of(words);
  request.reason = "By hand";
  engine::CreditedLine line;
  line.line = std::stoll(words.option("line").value_or("1"));
  const bool corrects = words.flag("correction");
  if (!corrects && !words.flag("concession")) throw Error("write 'correction' or 'concession'");
  if (corrects) request.nature = invoicing::CreditNature::kCorrection;
  if (!words.empty()) line.amount = decimal(words.next("the amount"));
  words.done();
  request.lines.push_back(line);
  remember_documents();
  engine::credit_note(connection(), world().versions(), request, world().now());
}

/// usage KEY METER QUANTITY [UNIT] [on DAY] [at TIME] [DIMENSION=VALUE]…
void World::usage(const Step& step) {
  if (delivery_ == Delivery::kLate) {
    late_usage_.push_back(&step);
  } else {
    deliver(step);
  }
}

void World::deliver(const Step& step) {
  Words words(step.words);
  const std::string key = words.next("the customer");
  const std::string name = words.next("the meter");
  const money::Decimal quantity = decimal(words.next("the quantity"));
  const auto day = words.date("on").value_or(step.day.value());
  const bool is_of_the_day = day == *step.day;
  const std::string time_of_day = words.option("at").value_or(
      is_of_the_day && !step.time_of_day.empty() ? step.time_of_day : "12:00");
  const auto dimensions = words.pairs();
  const std::string unit = words.empty() ? "" : words.next("the unit");
  words.done();

  const auto& meters = configuration().meters;
  const auto meter = std::find_if(meters.begin(), meters.end(),
                                  [&](const domain::Meter& known) { return known.name == name; });
  if (meter == meters.end()) throw Error(fmt::format("there is no meter '{}'", name));
  metering::UsageEvent event;
  event.source = "story";
  event.type = meter->event_type;
  event.subject = key;
  event.occurred_at = instant_of(key, day, time_of_day);
  std::vector<text::Json::Member> data;
  for (const auto& [dimension, value] : dimensions) {
    data.push_back({dimension, text::Json::string(value)});
  }
  if (!meter->value.empty()) {
    data.push_back(
        {meter->value, text::Json::number(in_meter_units(quantity, unit, *meter).to_string())});
  }
  event.data = text::Json::object(std::move(data));
  // A meter that counts gets as many events.
  const std::size_t count = meter->value.empty() ? std::stoul(quantity.to_string()) : 1;
  std::vector<metering::UsageEvent> events(count, event);
  for (metering::UsageEvent& each : events) each.id = std::to_string(++numbers_);
  const auto counts =
      metering::ingest(connection(), meters::MeterReader(meters), "story", events, world().now());
  if (counts.counted != counts.received) throw Error("the usage was not counted");
}

}  // namespace reckoner::bill

#include "engine/quote.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/suggest.hpp"
#include "engine/compute.hpp"
#include "engine/usage_series.hpp"
#include "usage/bucket.hpp"

namespace reckoner::engine {

namespace {

/// One customer with one subscription, and the usage that was asked for.
class QuotedFacts : public FactSource {
 public:
  QuotedFacts(const config::Configuration& configuration, domain::Subscription subscription,
              const QuoteRequest& request, time::Instant begins)
      : subscription_(std::move(subscription)) {
    for (const QuotedUsage& usage : request.usage) {
      usage_.push_back(
          {usage.meter, usage.dimensions,
           usage::bucket_of(usage.at.value_or(std::max(begins, subscription_.starts_at))),
           fold_of(meter_of(configuration, usage.meter), usage.quantity)});
    }
    std::stable_sort(usage_.begin(), usage_.end(), [](const UsageDetail& a, const UsageDetail& b) {
      return std::tie(a.bucket, a.dimensions) < std::tie(b.bucket, b.dimensions);
    });
  }

  void subscriptions(std::span<CustomerWork* const> customers) override {
    for (CustomerWork* customer : customers) customer->subscriptions = {subscription_};
  }
  std::map<CustomerId, std::vector<domain::Discount>> discounts(
      std::span<CustomerWork* const>) override {
    return {};
  }
  std::map<CustomerId, std::vector<domain::ManualCharge>> manual_charges(
      std::span<CustomerWork* const>) override {
    return {};
  }
  std::vector<UsageByMeter> usage(std::span<const UsageQuery> queries,
                                  const std::vector<std::string>&,
                                  const meters::MeterReader&) override {
    std::vector<UsageByMeter> results;
    for (const UsageQuery& query : queries) {
      UsageByMeter& by_meter = results.emplace_back();
      for (const UsageDetail& detail : usage_) {
        if (query.period.contains(detail.bucket)) by_meter[detail.meter].merge(detail.fold);
      }
    }
    return results;
  }
  std::vector<std::vector<UsageDetail>> usage_details(std::span<const UsageQuery> queries,
                                                      const std::vector<std::string>& meters,
                                                      const meters::MeterReader&) override {
    std::vector<std::vector<UsageDetail>> results;
    for (const UsageQuery& query : queries) {
      std::vector<UsageDetail>& details = results.emplace_back();
      for (const UsageDetail& detail : usage_) {
        const bool asked = std::count(meters.begin(), meters.end(), detail.meter) > 0;
        if (asked && query.period.contains(detail.bucket)) details.push_back(detail);
      }
    }
    return results;
  }
  std::vector<std::vector<money::Decimal>> transactions(std::span<const UsageQuery> queries,
                                                        const domain::Meter& meter,
                                                        const meters::MeterReader&) override {
    std::vector<std::vector<money::Decimal>> results;
    for (const UsageQuery& query : queries) {
      std::vector<money::Decimal>& values = results.emplace_back();
      for (const UsageDetail& detail : usage_) {
        if (detail.meter != meter.name || !query.period.contains(detail.bucket)) continue;
        values.push_back(detail.fold.sum);
      }
    }
    return results;
  }
  /// What was asked for is the quantity, whatever the meter makes it of.
  std::vector<Quantities> quantities(std::span<const QuantityQuery> queries) override {
    std::vector<Quantities> results;
    for (const QuantityQuery& query : queries) {
      Quantities& quantities = results.emplace_back();
      std::map<std::pair<std::vector<std::string>, std::size_t>, money::Decimal> groups;
      for (const UsageDetail& detail : usage_) {
        if (detail.meter != query.meter->name) continue;
        for (std::size_t window = 0; window < query.windows.size(); ++window) {
          if (!query.windows[window].contains(detail.bucket)) continue;
          quantities.total += detail.fold.sum;
          groups[{dimension_values(detail.dimensions, query.by), window}] += detail.fold.sum;
        }
      }
      for (auto& [group, quantity] : groups) {
        quantities.groups.push_back({group.first, group.second, quantity});
      }
    }
    return results;
  }
  std::map<CustomerId, CreditFacts> credits(std::span<const std::int64_t>) override { return {}; }
  std::map<PeriodOfCustomer, time::Date> first_issued_on(
      std::span<const PeriodOfCustomer>) override {
    return {};
  }
  PopulationByMonth population_facts(const std::vector<std::string>&) override { return {}; }
  PoolShares pool_shares(std::span<CustomerWork* const>, time::Date, time::Date) override {
    return {};
  }

 private:
  static const domain::Meter& meter_of(const config::Configuration& configuration,
                                       const std::string& name) {
    std::vector<std::string> names;
    for (const domain::Meter& meter : configuration.meters) {
      if (meter.name == name) return meter;
      names.push_back(meter.name);
    }
    throw Error(fmt::format("unknown meter '{}'{}", name, suggestion(name, names)));
  }

  /// Of a meter that counts, the quantity is the number of events.
  static usage::Fold fold_of(const domain::Meter& meter, const money::Decimal& quantity) {
    usage::Fold fold;
    if (meter.aggregation == domain::Aggregation::kCount) {
      const std::string digits = quantity.to_string();
      constexpr std::size_t kDigitsMax = 18;
      if (!quantity.is_whole() || quantity.sign() < 0 || digits.size() > kDigitsMax) {
        throw Error(fmt::format("meter '{}' counts events: {} is not a number of them", meter.name,
                                digits));
      }
      fold.count = std::stoll(digits);
      return fold;
    }
    fold.add(quantity);
    return fold;
  }

  const domain::Subscription subscription_;
  std::vector<UsageDetail> usage_;
};

const domain::Plan& plan_of(const config::Configuration& configuration,
                            const QuoteRequest& request) {
  std::vector<std::string> names;
  std::vector<std::string_view> currencies;
  for (const domain::Plan& plan : configuration.plans) {
    names.push_back(plan.name);
    if (plan.name != request.plan) continue;
    if (!request.currency || *request.currency == plan.currency) return plan;
    currencies.push_back(plan.currency.code());
  }
  if (currencies.empty()) {
    throw Error(fmt::format("unknown plan '{}'{}", request.plan, suggestion(request.plan, names)));
  }
  throw Error(fmt::format("plan '{}' has no prices in {}, but in {}", request.plan,
                          request.currency->code(), fmt::join(currencies, ", ")));
}

void check_quantities(const domain::Plan& plan, const QuoteRequest& request) {
  std::set<std::string> known;
  for (const domain::Charge& charge : plan.charges) {
    if (charge.option) known.insert(*charge.option);
    if (const auto* of = std::get_if<domain::OfSubscription>(&charge.source)) {
      known.insert(of->quantity);
    }
  }
  const std::vector<std::string> names(known.begin(), known.end());
  for (const auto& [name, value] : request.quantities) {
    if (known.contains(name)) continue;
    throw Error(
        fmt::format("plan '{}' has no quantity '{}'{}", plan.name, name, suggestion(name, names)));
  }
}

domain::Subscription subscription_of(const domain::Plan& plan, const QuoteRequest& request,
                                     const time::CyclePeriod& bounds) {
  const auto start_of = [&](time::Date day) { return request.zone.start_of(day); };
  domain::Subscription subscription{
      .number = 1,
      .cycle = 1,
      .plan = plan.name,
      .currency = plan.currency,
      .starts_at =
          start_of(request.subscribe_on.value_or(time::month_day(bounds.starts_on, -1, 1))),
      .ends_at = std::nullopt,
      .ending = domain::Ending::kCancelled,
      .trial_ends_at = std::nullopt,
      .environment = request.environment,
      .quantities = {},
      .pauses = {}};
  if (request.subscribe_on && plan.trial) {
    subscription.trial_ends_at = start_of(time::add(*request.subscribe_on, *plan.trial));
  }
  if (request.until) subscription.ends_at = start_of(*request.until);
  for (const auto& [name, value] : request.quantities) {
    subscription.quantities.push_back({name, value, subscription.starts_at});
  }
  return subscription;
}

}  // namespace

domain::Document quote(const CompiledVersion& version, const QuoteRequest& request) {
  const config::Configuration& configuration = version.configuration();
  const domain::Plan& plan = plan_of(configuration, request);
  check_quantities(plan, request);
  const time::CycleRule rule{.anchor_day = 1, .months = 1, .zone = request.zone};
  const time::CyclePeriod bounds =
      time::period_containing(rule, request.zone.start_of(request.month));

  CustomerWork customer;
  customer.customer.id = {1};
  customer.customer.key = "quote";
  customer.customer.name = "Quote";
  customer.customer.zone = request.zone;
  customer.customer.country = request.country;
  customer.customer.tax_id = request.tax_id;
  customer.cycles.push_back({.number = 1,
                             .engine = plan.billed_by,
                             .currency = plan.currency,
                             .rule = rule,
                             .subscribed_until = std::nullopt});
  std::vector<PeriodWork> periods(2);
  periods[0].key.side = domain::Side::kAdvance;
  periods[1].key.side = domain::Side::kArrears;
  std::vector<PeriodWork*> works;
  for (PeriodWork& period : periods) {
    period.customer = &customer;
    period.cycle = &customer.cycles.front();
    period.key.starts_at = bounds.period.starts_at;
    period.key.cycle = 1;
    period.bounds = bounds;
    period.zone = request.zone;
    works.push_back(&period);
  }
  QuotedFacts facts(configuration, subscription_of(plan, request, bounds), request,
                    bounds.period.starts_at);
  const Chain& chain = version.chain(plan.billed_by);
  StatementContext statement(configuration, version.meter_reader(), facts, works);
  chain.run_statement_phase(statement);
  if (customer.parked) throw Error(*customer.parked);

  std::vector<DocumentWork> documents(1, new_document_work(customer, plan.currency, {}));
  if (version.engine(plan.billed_by).only_shows) {
    documents.front().document.kind = domain::DocumentKind::kShowback;
  }
  for (const PeriodWork& period : periods) {
    for (domain::DocumentLine& line : invoicing::difference(
             {period.key, period.bounds.label, period.lines}, /*billed_before=*/false, {})) {
      documents.front().document.lines.push_back(std::move(line));
    }
  }
  domain::add_up(documents.front().document);
  std::vector<OutgoingMail> mails;
  DocumentContext context{configuration, facts, documents, mails, IssueDays(bounds.ends_on)};
  chain.run_document_phase(context, DocumentSteps::kComputing);
  if (customer.parked) throw Error(*customer.parked);
  return std::move(documents.front().document);
}

}  // namespace reckoner::engine

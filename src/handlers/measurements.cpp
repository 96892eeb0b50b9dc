#include "handlers/measurements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "handlers/usage_groups.hpp"

namespace reckoner::handlers {

namespace {

/// The stretches of a metered charge with its terms: those in which its option stands.
std::vector<invoicing::TermsInForce> measured_terms(const engine::PeriodWork& period,
                                                    const engine::Segment& segment,
                                                    const domain::Charge& charge) {
  const auto agreed = agreed_for(*period.customer, *segment.plan, charge);
  if (!charge.option) return invoicing::terms_in_force(charge, agreed, segment.days);
  std::vector<invoicing::TermsInForce> terms;
  for (const invoicing::Days& days : segment.lifetime->option_days(charge, segment.days)) {
    for (invoicing::TermsInForce& part : invoicing::terms_in_force(charge, agreed, days)) {
      terms.push_back(std::move(part));
    }
  }
  return terms;
}

/// An instant of the segment's usage: the day begins, but no further than the usage goes.
time::Instant instant_of(const engine::PeriodWork& period, const engine::Segment& segment,
                         time::Date day) {
  if (day <= segment.days.starts_on) return segment.usage_period.starts_at;
  if (day >= segment.days.ends_on) return segment.usage_period.ends_at;
  return period.zone.start_of(day);
}

}  // namespace

std::vector<const domain::AgreedFigure*> agreed_for(const engine::CustomerWork& customer,
                                                    const domain::Plan& plan,
                                                    const domain::Charge& charge) {
  std::vector<const domain::AgreedFigure*> found;
  for (const domain::AgreedFigure& agreed : customer.agreed) {
    if (agreed.plan == plan.name && agreed.charge == charge.name) found.push_back(&agreed);
  }
  return found;
}

Measurements::Measurements(engine::StatementContext& context) : reader_(context.meter_reader()) {
  context.for_each_period([&](engine::PeriodWork& period) {
    if (period.key.side == domain::Side::kAdvance) return;
    for (const engine::Segment& segment : period.segments) {
      for (const engine::ChargeDraft& draft : segment.charges) {
        if (domain::metering_of(*draft.charge)) want(period, segment, *draft.charge);
      }
    }
  });
  read(context.facts());
}

void Measurements::want(const engine::PeriodWork& period, const engine::Segment& segment,
                        const domain::Charge& charge) {
  const auto terms = measured_terms(period, segment, charge);
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const domain::ChargeModel& model =
        invoicing::plain_terms(charge, terms[i].used.effective).model;
    // The model prices what had been measured at both ends of its stretch.
    if (i > 0)
      want_key(key_of(period, segment, terms, terms[i].days.starts_on), period, charge, model);
    want_key(key_of(period, segment, terms, terms[i].days.ends_on), period, charge, model);
  }
}

Measurements::Key Measurements::key_of(const engine::PeriodWork& period,
                                       const engine::Segment& segment,
                                       const std::vector<invoicing::TermsInForce>& terms,
                                       time::Date until) {
  return {&segment, instant_of(period, segment, terms.front().days.starts_on),
          until >= segment.days.ends_on ? segment.usage_period.ends_at
                                        : instant_of(period, segment, until)};
}

void Measurements::want_key(const Key& key, const engine::PeriodWork& period,
                            const domain::Charge& charge, const domain::ChargeModel& model) {
  const engine::UsageQuery query{period.customer->customer.id,
                                 {std::get<1>(key), std::get<2>(key)}};
  const auto ask = [&](OfFolds& folds) {
    if (folds.at.try_emplace(key, folds.queries.size()).second) folds.queries.push_back(query);
  };
  for (const std::string& name : domain::metering_of(charge)->meters) {
    const domain::Meter& measured = meter(name);
    if (!domain::is_folded(measured.aggregation)) {
      const auto [place, added] =
          quantities_at_.try_emplace(quantity_key(key, name, model), quantity_queries_.size());
      if (!added) continue;
      quantity_queries_.push_back(
          query_for(model, measured, query.customer, query.period, period.zone));
    } else if (std::holds_alternative<domain::Percentage>(model)) {
      ask(transactions_[name].asked);
    } else if (needs_details(model)) {
      ask(details_asked_);
      detail_meters_.insert(name);
    } else {
      ask(folds_asked_);
      fold_meters_.insert(name);
    }
  }
}

Measurements::QuantityKey Measurements::quantity_key(const Key& key, const std::string& meter,
                                                     const domain::ChargeModel& model) {
  return {key, meter, needs_details(model) ? &model : nullptr};
}

void Measurements::read(engine::FactSource& facts) {
  folds_ = facts.usage(folds_asked_.queries, {fold_meters_.begin(), fold_meters_.end()}, reader_);
  details_ = facts.usage_details(details_asked_.queries,
                                 {detail_meters_.begin(), detail_meters_.end()}, reader_);
  for (auto& [name, transactions] : transactions_) {
    transactions.values = facts.transactions(transactions.asked.queries, meter(name), reader_);
  }
  quantities_ = facts.quantities(quantity_queries_);
}

std::vector<invoicing::ChargeFacts::Stretch> Measurements::stretches(
    const engine::PeriodWork& period, const engine::Segment& segment,
    const domain::Charge& charge) const {
  auto terms = measured_terms(period, segment, charge);
  std::vector<invoicing::ChargeFacts::Stretch> stretches;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const domain::Terms& model = invoicing::plain_terms(charge, terms[i].used.effective);
    invoicing::ChargeFacts::Stretch stretch;
    if (i > 0) {
      stretch.before =
          measure(period, charge, model, key_of(period, segment, terms, terms[i].days.starts_on));
    }
    stretch.through =
        measure(period, charge, model, key_of(period, segment, terms, terms[i].days.ends_on));
    stretch.terms = std::move(terms[i].used);
    stretches.push_back(std::move(stretch));
  }
  return stretches;
}

pricing::Measure Measurements::measure(const engine::PeriodWork& period,
                                       const domain::Charge& charge, const domain::Terms& terms,
                                       const Key& key) const {
  const std::vector<std::string>& meters = domain::metering_of(charge)->meters;
  const domain::Meter& first = meter(meters.front());
  pricing::Measure measure;
  if (!domain::is_folded(first.aggregation) && needs_details(terms.model)) {
    const std::size_t at = quantities_at_.at(quantity_key(key, first.name, terms.model));
    measure.quantity = quantities_[at].total;
    measure.groups =
        groups_of_quantities(terms.model, quantity_queries_[at], period.zone, quantities_[at]);
    return measure;
  }
  if (std::holds_alternative<domain::Percentage>(terms.model)) {
    const Transactions& transactions = transactions_.at(first.name);
    measure.transactions = transactions.values[transactions.asked.at.at(key)];
    for (const money::Decimal& value : measure.transactions) measure.quantity += value;
    return measure;
  }
  if (needs_details(terms.model)) {
    const std::vector<engine::UsageDetail>& details = details_[details_asked_.at.at(key)];
    usage::Fold all;
    for (const engine::UsageDetail& detail : details) {
      if (detail.meter == first.name) all.merge(detail.fold);
    }
    measure.groups = groups_of_folds(terms.model, first, period.zone, details);
    measure.quantity = usage::quantity_of(all, first.aggregation);
    return measure;
  }
  const auto quantity_of = [&](const std::string& name) {
    const domain::Meter& measured = meter(name);
    if (!domain::is_folded(measured.aggregation)) {
      return quantities_[quantities_at_.at(quantity_key(key, name, terms.model))].total;
    }
    const engine::UsageByMeter& usage = folds_[folds_asked_.at.at(key)];
    const auto fold = usage.find(name);
    return fold == usage.end() ? money::Decimal(0)
                               : usage::quantity_of(fold->second, measured.aggregation);
  };
  measure.quantity = quantity_of(first.name);
  if (std::holds_alternative<domain::Capacity>(terms.model)) {
    for (const std::string& name : meters) measure.quantities.push_back(quantity_of(name));
  }
  return measure;
}

const domain::Meter& Measurements::meter(const std::string& name) const {
  const domain::Meter* found = reader_.find(name);
  if (found == nullptr) {
    throw Bug(fmt::format("config::parse let a charge of meter '{}' pass", name));
  }
  return *found;
}

}  // namespace reckoner::handlers

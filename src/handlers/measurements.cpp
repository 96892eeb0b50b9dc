#include "handlers/measurements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "pricing/calendar.hpp"
#include "usage/bucket.hpp"

namespace reckoner::handlers {

namespace {

bool needs_details(const domain::ChargeModel& model) {
  return std::holds_alternative<domain::Matrix>(model) ||
         std::holds_alternative<domain::Calendar>(model) ||
         std::holds_alternative<domain::Windowed>(model);
}

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

/// "class=hot;region=eu" by the names of the matrix, '\\' before a sign that belongs to a name or
/// value; "" for a dimension the usage does not have.
std::vector<std::string> values_of(const std::string& dimensions,
                                   const std::vector<std::string>& names) {
  std::vector<std::string> values(names.size());
  std::string name;
  std::string text;
  const auto end_pair = [&] {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (name == names[i]) values[i] = text;
    }
    name.clear();
    text.clear();
  };
  for (std::size_t i = 0; i < dimensions.size(); ++i) {
    const char sign = dimensions[i];
    if (sign == '\\' && i + 1 < dimensions.size()) {
      text += dimensions[++i];
    } else if (sign == '=') {
      name = std::exchange(text, {});
    } else if (sign == ';') {
      end_pair();
    } else {
      text += sign;
    }
  }
  end_pair();
  return values;
}

/// Usage folded by the place it has in a model.
class Groups {
 public:
  void add(std::size_t index, std::string label, const usage::Fold& fold) {
    groups_[{index, std::move(label)}].merge(fold);
  }
  std::vector<pricing::Group> measured(domain::Aggregation aggregation) const {
    std::vector<pricing::Group> measured;
    for (const auto& [place, fold] : groups_) {
      measured.push_back({place.first, place.second, usage::quantity_of(fold, aggregation)});
    }
    return measured;
  }

 private:
  std::map<std::pair<std::size_t, std::string>, usage::Fold> groups_;
};

void add_to(Groups& groups, const domain::Matrix& matrix, const engine::UsageDetail& detail) {
  const std::vector<std::string> values = values_of(detail.dimensions, matrix.dimensions);
  const std::optional<std::size_t> row = pricing::row_of(matrix, values);
  if (!row) {
    throw Error(fmt::format("no price for {}", detail.dimensions.empty()
                                                   ? "usage without dimensions"
                                                   : detail.dimensions));
  }
  groups.add(*row, fmt::format("{}", fmt::join(values, " ")), detail.fold);
}

void add_to(Groups& groups, const domain::Calendar& calendar, const time::Zone& zone,
            const engine::UsageDetail& detail) {
  const std::size_t band = pricing::band_of(calendar, zone.local(detail.bucket));
  groups.add(band, calendar.bands[band].title, detail.fold);
}

void add_to(Groups& groups, const domain::Windowed& windowed, const time::Zone& zone,
            const engine::UsageDetail& detail) {
  const pricing::WindowOfTime window = pricing::window_of(windowed.window, detail.bucket, zone);
  groups.add(static_cast<std::size_t>(window.starts_at.time_since_epoch() / usage::kBucket),
             window.label, detail.fold);
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

Measurements::Measurements(engine::StatementContext& context)
    : configuration_(context.configuration()) {
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
  const auto ask = [&](std::map<Key, std::size_t>& at, std::vector<engine::UsageQuery>& queries) {
    if (at.try_emplace(key, queries.size()).second) queries.push_back(query);
  };
  const std::string& meter = domain::metering_of(charge)->meters.front();
  if (std::holds_alternative<domain::Percentage>(model)) {
    ask(transactions_[meter].at, transactions_[meter].queries);
  } else if (needs_details(model)) {
    ask(details_at_, detail_queries_);
    if (std::count(detail_meters_.begin(), detail_meters_.end(), meter) == 0) {
      detail_meters_.push_back(meter);
    }
  } else {
    ask(folds_at_, fold_queries_);
  }
}

void Measurements::read(engine::FactSource& facts) {
  folds_ = facts.usage(fold_queries_);
  details_ = facts.usage_details(detail_queries_, detail_meters_);
  for (auto& [name, transactions] : transactions_) {
    transactions.values = facts.transactions(transactions.queries, meter(name));
  }
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
  if (std::holds_alternative<domain::Percentage>(terms.model)) {
    const Transactions& transactions = transactions_.at(first.name);
    measure.transactions = transactions.values[transactions.at.at(key)];
    for (const money::Decimal& value : measure.transactions) measure.quantity += value;
    return measure;
  }
  if (needs_details(terms.model)) {
    Groups groups;
    usage::Fold all;
    for (const engine::UsageDetail& detail : details_[details_at_.at(key)]) {
      if (detail.meter != first.name) continue;
      all.merge(detail.fold);
      if (const auto* matrix = std::get_if<domain::Matrix>(&terms.model)) {
        add_to(groups, *matrix, detail);
      } else if (const auto* calendar = std::get_if<domain::Calendar>(&terms.model)) {
        add_to(groups, *calendar, period.zone, detail);
      } else {
        add_to(groups, std::get<domain::Windowed>(terms.model), period.zone, detail);
      }
    }
    measure.groups = groups.measured(first.aggregation);
    measure.quantity = usage::quantity_of(all, first.aggregation);
    return measure;
  }
  const engine::UsageByMeter& usage = folds_[folds_at_.at(key)];
  const auto quantity_of = [&](const std::string& name) {
    const auto fold = usage.find(name);
    return fold == usage.end() ? money::Decimal(0)
                               : usage::quantity_of(fold->second, meter(name).aggregation);
  };
  measure.quantity = quantity_of(first.name);
  if (std::holds_alternative<domain::Capacity>(terms.model)) {
    for (const std::string& name : meters) measure.quantities.push_back(quantity_of(name));
  }
  return measure;
}

const domain::Meter& Measurements::meter(const std::string& name) const {
  for (const domain::Meter& meter : configuration_.meters) {
    if (meter.name == name) return meter;
  }
  throw Bug(fmt::format("config::parse let a charge of meter '{}' pass", name));
}

}  // namespace reckoner::handlers

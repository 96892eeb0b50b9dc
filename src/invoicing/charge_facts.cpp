#include "invoicing/charge_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "pricing/figures.hpp"

namespace reckoner::invoicing {

namespace {

const domain::Terms& terms_on(const domain::Charge& charge, time::Date day) {
  const domain::Terms* found = nullptr;
  for (const domain::Terms& terms : charge.terms) {
    if (!terms.effective || *terms.effective <= day) found = &terms;
  }
  if (found == nullptr) {
    throw Error(fmt::format("charge {} has no price before {}", charge.name,
                            time::to_string(*charge.terms.front().effective)));
  }
  return *found;
}

bool holds_on(const domain::AgreedFigure& agreed, time::Date day) {
  return agreed.starts_on <= day && (!agreed.ends_on || day < *agreed.ends_on);
}

bool is_plain(const TermsUsed& used) {
  return used.agreed.empty() && !used.rule_fee;
}

/// The terms of each stretch: those of the charge where nothing stands in for a figure.
class Resolved {
 public:
  Resolved(const domain::Charge& charge, const ChargeFacts& facts) {
    own_.reserve(facts.stretches.size());
    for (const ChargeFacts::Stretch& stretch : facts.stretches) {
      if (is_plain(stretch.terms)) {
        terms_.push_back(&plain_terms(charge, stretch.terms.effective));
      } else {
        terms_.push_back(&own_.emplace_back(terms_of(charge, stretch.terms)));
      }
    }
  }
  const domain::Terms* operator[](std::size_t index) const { return terms_[index]; }

 private:
  std::vector<domain::Terms> own_;
  std::vector<const domain::Terms*> terms_;
};

}  // namespace

std::vector<TermsInForce> terms_in_force(const domain::Charge& charge,
                                         std::span<const domain::AgreedFigure* const> agreed,
                                         const Days& days) {
  if (agreed.empty() && charge.terms.size() == 1) {
    return {{days, {terms_on(charge, days.starts_on).effective, {}, std::nullopt, {}}}};
  }
  std::set<time::Date> cuts{days.starts_on};
  const auto cut = [&](const std::optional<time::Date>& day) {
    if (day && days.contains(*day)) cuts.insert(*day);
  };
  for (const domain::Terms& terms : charge.terms) cut(terms.effective);
  for (const domain::AgreedFigure* figure : agreed) {
    cut(figure->starts_on);
    cut(figure->ends_on);
  }
  std::vector<TermsInForce> found;
  for (time::Date from : cuts) {
    if (!found.empty()) found.back().days.ends_on = from;
    TermsUsed used{terms_on(charge, from).effective, {}, std::nullopt, {}};
    for (const domain::AgreedFigure* figure : agreed) {
      if (!holds_on(*figure, from)) continue;
      std::erase_if(used.agreed,
                    [&](const AgreedValue& earlier) { return earlier.figure == figure->figure; });
      used.agreed.push_back({figure->figure, figure->value});
    }
    found.push_back({{from, days.ends_on}, std::move(used)});
  }
  return found;
}

const domain::Terms& plain_terms(const domain::Charge& charge,
                                 const std::optional<time::Date>& effective) {
  for (const domain::Terms& terms : charge.terms) {
    if (terms.effective == effective) return terms;
  }
  throw Error(fmt::format("charge {} has no terms from {}", charge.name,
                          effective ? time::to_string(*effective) : "the beginning"));
}

domain::Terms terms_of(const domain::Charge& charge, const TermsUsed& used) {
  domain::Terms terms = plain_terms(charge, used.effective);
  if (used.rule_fee) terms.model = domain::Rate(domain::Flat{*used.rule_fee});
  for (const AgreedValue& agreed : used.agreed) {
    pricing::set_figure(terms, agreed.figure, agreed.value);
  }
  return terms;
}

pricing::Priced price(const domain::Charge& charge, const ChargeFacts& facts,
                      pricing::Trace* trace) {
  const Resolved terms(charge, facts);
  if (const domain::OfMeters* metering = domain::metering_of(charge)) {
    std::vector<pricing::MeteredStretch> stretches;
    stretches.reserve(facts.stretches.size());
    for (std::size_t i = 0; i < facts.stretches.size(); ++i) {
      stretches.push_back({terms[i], facts.stretches[i].before, facts.stretches[i].through});
    }
    return pricing::price_metered(charge, *metering, stretches, facts.coverage, facts.share, trace);
  }
  std::vector<pricing::RecurringStretch> stretches;
  stretches.reserve(facts.stretches.size());
  for (std::size_t i = 0; i < facts.stretches.size(); ++i) {
    const ChargeFacts::Stretch& stretch = facts.stretches[i];
    stretches.push_back({terms[i], stretch.quantity, stretch.coverage});
  }
  return pricing::price_recurring(charge, stretches, facts.share, trace);
}

}  // namespace reckoner::invoicing

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/customer.hpp"
#include "domain/plan.hpp"
#include "invoicing/lifetime.hpp"
#include "pricing/charge.hpp"

namespace reckoner::invoicing {

/// A figure as agreed with the customer.
struct AgreedValue {
  std::string figure;
  std::optional<money::Decimal> value;  ///< none: unlimited
};

/// Which of a charge's terms were in force, and what stood in for their figures.
struct TermsUsed {
  std::optional<time::Date> effective;  ///< names the terms of the charge
  std::vector<AgreedValue> agreed;
  std::optional<money::Decimal> rule_fee;  ///< of a fee that the plan leaves to a rule
  std::string rule;                        ///< which one: "pricing/fee.dmn rule 2"
};

/// Everything that one charge's amount in one period came from, except the charge itself, which the
/// configuration version keeps. Stored with the line: pricing the facts again is the explanation.
struct ChargeFacts {
  std::string plan;
  std::string charge;
  std::string environment;  ///< empty: production
  pricing::EnvironmentShare share;
  std::string share_rule;            ///< which rule set the percentage; empty: the strategy
  pricing::Coverage coverage{1, 1};  ///< the days subscribed of the period

  /// A recurring charge has quantity and coverage of each stretch, a metered one its measures, a
  /// share of other charges their amount as quantity.
  struct Stretch {
    TermsUsed terms;
    money::Decimal quantity;
    pricing::Coverage coverage{1, 1};
    pricing::Measure before;
    pricing::Measure through;
  };
  std::vector<Stretch> stretches;
};

/// A stretch of days under the same terms.
struct TermsInForce {
  Days days;
  TermsUsed used;
};
/// The terms of the charge from day to day, cut where they or an agreed figure change. `agreed`
/// holds figures of this charge only; of two on the same figure the later one counts.
std::vector<TermsInForce> terms_in_force(const domain::Charge& charge,
                                         std::span<const domain::AgreedFigure* const> agreed,
                                         const Days& days);

/// The terms as the plan has them, without what stands in for their figures; throws Error where the
/// charge has none that begin on that day.
const domain::Terms& plain_terms(const domain::Charge& charge,
                                 const std::optional<time::Date>& effective);

/// The terms themselves. Throws Error where the charge has none of that day, or lacks a figure.
domain::Terms terms_of(const domain::Charge& charge, const TermsUsed& used);

/// The amount that the facts make, before its one rounding. Throws Error with the charge's name.
pricing::Priced price(const domain::Charge& charge, const ChargeFacts& facts,
                      pricing::Trace* trace = nullptr);

/// As stored with the line, and back. Reading throws Error for anything else.
std::string to_json(const ChargeFacts& facts);
ChargeFacts parse_charge_facts(std::string_view json);

}  // namespace reckoner::invoicing

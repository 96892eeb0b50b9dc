#include "domain/chart.hpp"

#include "base/error.hpp"
#include "domain/legal_entity.hpp"

namespace reckoner::domain {

namespace {

bool fits(std::string_view condition, std::string_view fact) {
  return condition.empty() || condition == fact;
}

bool matches(const PostingRule& rule, const PostingFacts& facts) {
  return fits(rule.charge, facts.charge) && fits(rule.plan, facts.plan) &&
         (!rule.percent || rule.percent == facts.percent) && fits(rule.category, facts.category) &&
         fits(rule.country, facts.country) && fits(rule.currency, facts.currency) &&
         fits(rule.entity, shown_entity(facts.entity));
}

/// Greater is more specific. Rules of the same rank that both match are the same rule.
int rank(const PostingRule& rule) {
  int rank = 0;
  for (const bool has :
       {!rule.charge.empty(), !rule.plan.empty(), rule.percent.has_value(), !rule.category.empty(),
        !rule.country.empty(), !rule.currency.empty(), !rule.entity.empty()}) {
    rank = 2 * rank + (has ? 1 : 0);
  }
  return rank;
}

PostingRule always(Posted what, std::string account) {
  PostingRule rule;
  rule.what = what;
  rule.account = std::move(account);
  return rule;
}

}  // namespace

std::string_view to_string(Posted what) {
  switch (what) {
    case Posted::kRevenue:
      return "revenue";
    case Posted::kCoupons:
      return "coupons";
    case Posted::kRounding:
      return "rounding";
    case Posted::kTax:
      return "tax";
    case Posted::kPayments:
      return "payments";
    case Posted::kCreditsGranted:
      return "credits-granted";
    case Posted::kCreditsLapsed:
      return "credits-lapsed";
  }
  return "";
}

Chart standard_chart() {
  return {.accounts = {{"cash", "1000", "Bank", {}},
                       {std::string(kReceivableAccount), "1200", "Receivables", {}},
                       {std::string(kBetweenEntitiesAccount), "1400", "Between legal entities", {}},
                       {std::string(kPrepaidAccount), "2100", "Prepaid credit of customers", {}},
                       {"tax", "2200", "Tax", {}},
                       {"revenue", "4000", "Revenue", {}},
                       {"credits-granted", "4900", "Credits granted", {}}},
          .rules = {always(Posted::kRevenue, "revenue"), always(Posted::kCoupons, "revenue"),
                    always(Posted::kRounding, "revenue"), always(Posted::kTax, "tax"),
                    always(Posted::kPayments, "cash"),
                    always(Posted::kCreditsGranted, "credits-granted"),
                    always(Posted::kCreditsLapsed, "credits-granted")}};
}

std::string_view account_for(const Chart& chart, Posted what, const PostingFacts& facts) {
  const PostingRule* best = nullptr;
  int best_rank = -1;
  for (const PostingRule& rule : chart.rules) {
    if (rule.what != what || !matches(rule, facts)) continue;
    const int this_rank = rank(rule);
    if (this_rank <= best_rank) continue;
    best = &rule;
    best_rank = this_rank;
  }
  RK_CHECK(best != nullptr);
  return best->account;
}

bool same_conditions(const PostingRule& a, const PostingRule& b) {
  return a.what == b.what && a.charge == b.charge && a.plan == b.plan && a.percent == b.percent &&
         a.category == b.category && a.country == b.country && a.currency == b.currency &&
         a.entity == b.entity;
}

}  // namespace reckoner::domain

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/place.hpp"
#include "money/decimal.hpp"

namespace reckoner::domain {

/// An account of the ledger. What is booked names it by `name`, which never changes its meaning;
/// number and title are how an accountant knows it.
struct LedgerAccount {
  std::string name;    ///< unique: "revenue"
  std::string number;  ///< unique where it is not empty: "4000"
  std::string title;   ///< "Revenue"
  Place place;
};

// Accounts of every chart; postings of all times name them.
inline constexpr std::string_view kReceivableAccount = "receivable";  ///< what customers owe
inline constexpr std::string_view kPrepaidAccount = "prepaid";  ///< what is left of prepaid credits
inline constexpr std::string_view kBetweenEntitiesAccount =
    "between-entities";  ///< what one legal entity handed over to another with its customer

/// What is posted to an account of the accountant's choice.
enum class Posted {
  kRevenue,
  kCoupons,   ///< what coupons took off
  kRounding,  ///< cents between the lines without their tax and the document without its tax
  kTax,
  kPayments,        ///< money received
  kCreditsGranted,  ///< the other side of prepaid credit
  kCreditsLapsed,   ///< of what lapses of it
};

/// As it is written in accounts.xml: "revenue", "credits-granted", …
std::string_view to_string(Posted what);

/// Which account something is posted to. Empty members match everything.
struct PostingRule {
  Posted what = Posted::kRevenue;
  std::string account;
  std::string charge;  ///< of revenue: name of a charge, or class name of a handler
  std::string plan;    ///< of revenue
  std::optional<money::Decimal> percent;  ///< of tax
  std::string category;                   ///< of tax
  std::string country;                    ///< of tax
  std::string currency;
  std::string entity;  ///< id of a legal entity, "default" for the default one
  Place place;
};

/// A chart of accounts, and what is posted where. Each kind of posting has one rule without
/// conditions, and no two rules have the same conditions.
struct Chart {
  std::vector<LedgerAccount> accounts;
  std::vector<PostingRule> rules;
};

/// The chart of a configuration that has none of its own, and the base of those that have: every
/// account that was ever posted to before charts could be configured.
Chart standard_chart();

/// What a posting shows to the rules. Members that do not belong to its kind are empty.
struct PostingFacts {
  std::string_view charge = {};
  std::string_view plan = {};
  std::optional<money::Decimal> percent = std::nullopt;
  std::string_view category = {};
  std::string_view country = {};
  std::string_view currency = {};
  std::string_view entity = {};  ///< id; empty: the default one
};

/// The account of the most specific rule that matches: one with a charge comes before one without,
/// then likewise plan, percent, category, country, currency, legal entity. The text lives as long
/// as the chart.
std::string_view account_for(const Chart& chart, Posted what, const PostingFacts& facts);

/// Whether both have the same conditions.
bool same_conditions(const PostingRule& a, const PostingRule& b);

}  // namespace reckoner::domain

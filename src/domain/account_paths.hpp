#pragma once

#include <map>
#include <string>
#include <string_view>

#include "domain/chart.hpp"

namespace reckoner::domain {

/// Where the accounts of a chart stand in plain-text ledgers (hledger, ledger, beancount):
/// "Income:Traffic".
class AccountPaths {
 public:
  /// By the account's name, as an operator has chosen them.
  using Chosen = std::map<std::string, std::string, std::less<>>;

  /// The chart outlives it.
  AccountPaths(const Chart& chart, Chosen chosen) : chart_(chart), chosen_(std::move(chosen)) {}

  /// The chosen path; else that of an account of every chart ("Assets:Receivable"); else one that
  /// follows from what is posted to it. A name that the chart does not have (any more) stands below
  /// "Equity:Former".
  std::string of(std::string_view account) const;

  const Chart& chart() const { return chart_; }

 private:
  const Chart& chart_;
  Chosen chosen_;
};

}  // namespace reckoner::domain

#include "domain/account_paths.hpp"

#include <algorithm>
#include <array>

namespace reckoner::domain {

namespace {

struct Standard {
  std::string_view account;
  std::string_view path;
};
constexpr std::array kStandard{Standard{"cash", "Assets:Cash"},
                               Standard{kReceivableAccount, "Assets:Receivable"},
                               Standard{kBetweenEntitiesAccount, "Assets:Between-Entities"},
                               Standard{kPrepaidAccount, "Liabilities:Prepaid"},
                               Standard{"tax", "Liabilities:Tax"},
                               Standard{"revenue", "Income:Revenue"},
                               Standard{"credits-granted", "Expenses:Credits-Granted"}};

/// What plain-text ledgers take for a part of a path: "vat-7" becomes "Vat-7".
std::string part_of(std::string_view name) {
  std::string part;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    part += letter || (c >= '0' && c <= '9') ? c : '-';
  }
  if (!part.empty() && part[0] >= 'a' && part[0] <= 'z') {
    part[0] = static_cast<char>(part[0] - 'a' + 'A');
  }
  return part;
}

std::string_view root_of(Posted what) {
  switch (what) {
    case Posted::kRevenue:
    case Posted::kCoupons:
    case Posted::kRounding:
      return "Income";
    case Posted::kTax:
      return "Liabilities";
    case Posted::kPayments:
      return "Assets";
    case Posted::kCreditsGranted:
    case Posted::kCreditsLapsed:
      return "Expenses";
  }
  return "";
}

}  // namespace

std::string AccountPaths::of(std::string_view account) const {
  const auto chosen = chosen_.find(account);
  if (chosen != chosen_.end()) return chosen->second;
  const auto standard = std::ranges::find(kStandard, account, &Standard::account);
  if (standard != kStandard.end()) return std::string(standard->path);
  const auto known = std::ranges::find(chart_.accounts, account, &LedgerAccount::name);
  if (known == chart_.accounts.end()) return "Equity:Former:" + part_of(account);
  const auto rule = std::ranges::find(chart_.rules, account, &PostingRule::account);
  const std::string_view root = rule == chart_.rules.end() ? "Equity" : root_of(rule->what);
  return std::string(root) + ":" + part_of(account);
}

}  // namespace reckoner::domain

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/mistakes.hpp"
#include "base/suggest.hpp"
#include "config/attributes.hpp"
#include "config/readers.hpp"
#include "money/money.hpp"

namespace reckoner::config {

namespace {

using domain::Chart;
using domain::Posted;
using domain::PostingRule;

/// An element that says where something is posted, and the conditions it may have.
struct RuleElement {
  Posted what;
  bool of_lines = false;  ///< charge and plan
  bool of_taxes = false;  ///< country, category and percent
};

constexpr std::array kRuleElements{
    RuleElement{.what = Posted::kRevenue, .of_lines = true},
    RuleElement{.what = Posted::kCoupons},
    RuleElement{.what = Posted::kRounding},
    RuleElement{.what = Posted::kTax, .of_taxes = true},
    RuleElement{.what = Posted::kPayments},
    RuleElement{.what = Posted::kCreditsGranted},
    RuleElement{.what = Posted::kCreditsLapsed},
};

std::string number_of_account(const Element& element) {
  const std::string number = element.attribute("number").value_or("");
  const auto is_allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' ||
           c == '-';
  };
  if (number.size() > 20 || !std::ranges::all_of(number, is_allowed)) {
    fail_attribute(
        element, "number",
        fmt::format("'{}' is no account number: letters, digits, '.' and '-', 20 at most", number));
  }
  return number;
}

bool is_path_part(std::string_view part) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  return !part.empty() && (is_capital(part[0]) || is_digit(part[0])) &&
         std::ranges::all_of(part, [&](char c) {
           return is_capital(c) || is_digit(c) || (c >= 'a' && c <= 'z') || c == '-';
         });
}

/// What hledger, ledger and beancount all take: one of beancount's five roots, then parts that
/// begin with a capital letter or a digit.
std::string path_of_account(const Element& element) {
  constexpr std::array<std::string_view, 5> kRoots{"Assets", "Liabilities", "Equity", "Income",
                                                   "Expenses"};
  constexpr std::size_t kPathMax = 200;
  const std::string path = element.attribute("path").value_or("");
  if (path.empty()) return path;
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t colon = std::min(path.find(':', begin), path.size());
    parts.push_back(std::string_view(path).substr(begin, colon - begin));
    begin = colon + 1;
  }
  const bool fits = path.size() <= kPathMax && parts.size() >= 2 &&
                    std::ranges::find(kRoots, parts[0]) != kRoots.end() &&
                    std::ranges::all_of(parts, is_path_part);
  if (!fits) {
    fail_attribute(element, "path",
                   fmt::format("'{}' is no path such as Income:Traffic: Assets, Liabilities, "
                               "Equity, Income or Expenses, then parts of letters, digits and '-' "
                               "that begin with a capital letter or a digit",
                               path));
  }
  return path;
}

/// Adds an account, or says number and title of one that every chart has.
void read_account(const Element& element, Chart& chart) {
  element.allow({"name", "number", "title", "path"});
  domain::LedgerAccount account{.name = name_attribute(element, "name"),
                                .number = number_of_account(element),
                                .title = "",
                                .place = element.place()};
  account.title = title_attribute(element, account.name);
  path_of_account(element);
  const auto same = std::ranges::find(chart.accounts, account.name, &domain::LedgerAccount::name);
  if (same == chart.accounts.end()) {
    chart.accounts.push_back(std::move(account));
    return;
  }
  if (same->place.line != 0) {
    element.fail(fmt::format("account '{}' is already declared at {}", account.name,
                             to_string(same->place)));
  }
  *same = std::move(account);
}

/// Two accounts of one number would be one to an accountant.
void check_numbers(const Chart& chart) {
  for (const domain::LedgerAccount& account : chart.accounts) {
    if (account.number.empty() || account.place.line == 0) continue;
    for (const domain::LedgerAccount& other : chart.accounts) {
      if (other.number != account.number || other.name == account.name) continue;
      if (other.place.line > account.place.line) continue;
      throw Error(fmt::format(
          "{}: account '{}' has the number {} of account '{}'{}", to_string(account.place),
          account.name, account.number, other.name,
          other.place.line == 0 ? ", which every chart has: give that one another number" : ""));
    }
  }
}

std::string currency_of(const Element& element) {
  const std::string code = element.attribute("currency").value_or("");
  if (code.empty()) return code;
  try {
    return std::string(money::Currency::of(code).code());
  } catch (const Error& error) {
    fail_attribute(element, "currency", error.what());
  }
}

PostingRule read_rule(const Element& element, const RuleElement& kind, const Chart& chart) {
  std::vector<std::string_view> allowed{"account", "currency", "legal-entity"};
  if (kind.of_lines) allowed.insert(allowed.end(), {"charge", "plan"});
  if (kind.of_taxes) allowed.insert(allowed.end(), {"country", "category", "percent"});
  element.allow(std::span<const std::string_view>(allowed), {});
  PostingRule rule;
  rule.what = kind.what;
  rule.account = name_attribute(element, "account");
  rule.charge = element.attribute("charge").value_or("");
  rule.plan = element.attribute("plan").value_or("");
  if (element.attribute("percent")) rule.percent = number_attribute(element, "percent");
  rule.category = element.attribute("category").value_or("");
  rule.country = element.attribute("country").value_or("");
  rule.currency = currency_of(element);
  rule.entity = element.attribute("legal-entity").value_or("");
  rule.place = element.place();
  std::vector<std::string> names;
  for (const domain::LedgerAccount& account : chart.accounts) names.push_back(account.name);
  if (std::ranges::find(names, rule.account) == names.end()) {
    fail_attribute(
        element, "account",
        fmt::format("there is no account '{}'{}", rule.account, suggestion(rule.account, names)));
  }
  for (const std::string_view own :
       {domain::kReceivableAccount, domain::kPrepaidAccount, domain::kBetweenEntitiesAccount}) {
    if (rule.account != own) continue;
    fail_attribute(
        element, "account",
        fmt::format("account '{}' has a meaning of its own: nothing else is posted to it",
                    rule.account));
  }
  return rule;
}

/// Takes the place of the standard rule with the same conditions.
void add_rule(const Element& element, PostingRule rule, Chart& chart) {
  const auto same = std::ranges::find_if(
      chart.rules, [&](const PostingRule& other) { return domain::same_conditions(other, rule); });
  if (same == chart.rules.end()) {
    chart.rules.push_back(std::move(rule));
    return;
  }
  if (same->place.line != 0) {
    element.fail(fmt::format("{} with the same conditions is already declared at {}",
                             domain::to_string(rule.what), to_string(same->place)));
  }
  *same = std::move(rule);
}

bool has_conditions(const PostingRule& rule) {
  PostingRule bare;
  bare.what = rule.what;
  return !domain::same_conditions(rule, bare);
}

PostingRule& unconditional(Chart& chart, Posted what) {
  return *std::ranges::find_if(chart.rules, [&](const PostingRule& rule) {
    return rule.what == what && !has_conditions(rule);
  });
}

/// What the file is silent about goes where its nearest relative goes.
void follow(Chart& chart, Posted what, Posted leader) {
  PostingRule& rule = unconditional(chart, what);
  if (rule.place.line == 0) rule.account = unconditional(chart, leader).account;
}

}  // namespace

Chart read_accounts(const Element& root) {
  root.expect("urn:reckoner:accounts:1", "accounts");
  std::vector<std::string_view> children{"account"};
  for (const RuleElement& kind : kRuleElements) children.push_back(domain::to_string(kind.what));
  root.allow({}, std::span<const std::string_view>(children));
  Chart chart = domain::standard_chart();
  MistakeCollector mistakes;
  for (const Element& element : root.children("account")) {
    mistakes.attempt([&] { read_account(element, chart); });
  }
  mistakes.finish();
  check_numbers(chart);
  for (const RuleElement& kind : kRuleElements) {
    for (const Element& element : root.children(domain::to_string(kind.what))) {
      mistakes.attempt([&] { add_rule(element, read_rule(element, kind, chart), chart); });
    }
  }
  mistakes.finish();
  follow(chart, Posted::kCoupons, Posted::kRevenue);
  follow(chart, Posted::kRounding, Posted::kRevenue);
  follow(chart, Posted::kCreditsLapsed, Posted::kCreditsGranted);
  return chart;
}

domain::AccountPaths::Chosen read_account_paths(const Element& root) {
  domain::AccountPaths::Chosen paths;
  for (const Element& element : root.children("account")) {
    const std::string path = path_of_account(element);
    if (!path.empty()) paths.emplace(name_attribute(element, "name"), path);
  }
  return paths;
}

}  // namespace reckoner::config

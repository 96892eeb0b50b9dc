#include "invoicing/journal.hpp"

#include <algorithm>
#include <optional>

#include "base/error.hpp"

namespace reckoner::invoicing {

namespace {

using domain::Posted;
using money::Money;

/// Collects an entry: one line an account.
class Entry {
 public:
  explicit Entry(money::Currency currency) : currency_(currency) {}

  void debit(std::string_view account, const Money& amount) {
    if (amount.is_zero()) return;
    const auto same = std::ranges::find(lines_, account, &JournalLine::account);
    if (same == lines_.end()) {
      lines_.push_back({account, amount});
    } else {
      same->amount += amount;
    }
  }
  void credit(std::string_view account, const Money& amount) { debit(account, -amount); }

  JournalEntry finish() {
    std::erase_if(lines_, [](const JournalLine& line) { return line.amount.is_zero(); });
    Money sum(currency_);
    for (const JournalLine& line : lines_) sum += line.amount;
    RK_CHECK(sum.is_zero());
    return std::move(lines_);
  }

 private:
  const money::Currency currency_;
  JournalEntry lines_;
};

/// What tax the amounts of a document's lines contain.
class ContainedTax {
 public:
  explicit ContainedTax(const domain::Document& document) : document_(document) {}

  Money of(const domain::DocumentLine& line) const {
    if (!line.tax_percent || line.tax_percent->is_zero()) return Money(document_.currency);
    Money contained(document_.currency);
    bool any_contained = false;
    bool any_on_top = false;
    for (const domain::TaxTotal& total : document_.taxes) {
      if (total.category != line.line.tax || total.percent != *line.tax_percent) continue;
      (total.included ? any_contained : any_on_top) = true;
      if (total.included) contained += total.tax;
    }
    if (!any_contained) return Money(document_.currency);
    if (any_on_top) return share(contained, line);
    return rounded(line.line.amount *
                   money::Ratio(*line.tax_percent, money::Decimal(100) + *line.tax_percent));
  }

 private:
  Money rounded(const money::Ratio& exact) const {
    return money::round_to_currency(exact, document_.currency, money::Rounding::kHalfAwayFromZero);
  }

  Money share(const Money& tax, const domain::DocumentLine& line) const {
    Money of_rate(document_.currency);
    for (const domain::DocumentLine& other : document_.lines) {
      if (other.line.tax == line.line.tax && other.tax_percent == line.tax_percent) {
        of_rate += other.line.amount;
      }
    }
    if (of_rate.is_zero()) return Money(document_.currency);
    return rounded(line.line.amount * money::Ratio(tax.amount(), of_rate.amount()));
  }

  const domain::Document& document_;
};

/// The account of all revenue, coupons and rounding, where there is just one.
std::optional<std::string_view> only_revenue_account(const domain::Chart& chart) {
  std::optional<std::string_view> only;
  for (const domain::PostingRule& rule : chart.rules) {
    if (rule.what != Posted::kRevenue && rule.what != Posted::kCoupons &&
        rule.what != Posted::kRounding) {
      continue;
    }
    if (only && *only != rule.account) return std::nullopt;
    only = rule.account;
  }
  return only;
}

void post_revenue_by_line(Entry& entry, const domain::Document& document,
                          const domain::Chart& chart, const PlanOf& plan_of, const Money& net) {
  const bool by_plan = posts_by_plan(chart);
  const ContainedTax contained(document);
  domain::PostingFacts facts{.currency = document.currency.code(), .entity = document.legal_entity};
  Money of_lines(document.currency);
  for (const domain::DocumentLine& line : document.lines) {
    facts.charge = line.line.charge;
    facts.plan =
        by_plan && line.line.subscription ? plan_of(*line.line.subscription) : std::string_view();
    const Money amount = line.line.amount - contained.of(line);
    entry.credit(account_for(chart, Posted::kRevenue, facts), amount);
    of_lines += amount;
  }
  facts.charge = {};
  facts.plan = {};
  const Posted rest = document.coupons.empty() ? Posted::kRounding : Posted::kCoupons;
  entry.debit(account_for(chart, rest, facts), of_lines - net);
}

/// An entry that moves an amount from one account to another.
JournalEntry transfer(const Money& amount, std::string_view debit, std::string_view credit) {
  Entry entry(amount.currency());
  entry.debit(debit, amount);
  entry.credit(credit, amount);
  return entry.finish();
}

std::string_view account_of(const Money& amount, Posted what, const domain::Chart& chart,
                            std::string_view legal_entity) {
  const money::Currency currency = amount.currency();
  return account_for(chart, what, {.currency = currency.code(), .entity = legal_entity});
}

}  // namespace

JournalEntry document_entry(const domain::Document& document, const domain::Chart& chart,
                            const PlanOf& plan_of) {
  if (document.kind == domain::DocumentKind::kShowback) return {};
  Entry entry(document.currency);
  entry.debit(domain::kReceivableAccount, document.total - document.credits_total);
  entry.debit(domain::kPrepaidAccount, document.credits_total);
  Money net = document.total;
  for (const domain::TaxTotal& tax : document.taxes) {
    entry.credit(account_for(chart, Posted::kTax,
                             {.percent = tax.percent,
                              .category = tax.category,
                              .country = tax.country,
                              .currency = document.currency.code(),
                              .entity = document.legal_entity}),
                 tax.tax);
    net -= tax.tax;
  }
  if (const auto account = only_revenue_account(chart)) {
    entry.credit(*account, net);
  } else {
    post_revenue_by_line(entry, document, chart, plan_of, net);
  }
  return entry.finish();
}

JournalEntry payment_entry(const Money& amount, const domain::Chart& chart,
                           std::string_view legal_entity) {
  return transfer(amount, account_of(amount, Posted::kPayments, chart, legal_entity),
                  domain::kReceivableAccount);
}

JournalEntry write_off_entry(const Money& amount, const domain::Chart& chart,
                             std::string_view legal_entity) {
  const money::Currency currency = amount.currency();
  const domain::PostingFacts facts{
      .charge = "write-off", .currency = currency.code(), .entity = legal_entity};
  return transfer(amount, account_for(chart, Posted::kRevenue, facts), domain::kReceivableAccount);
}

JournalEntry grant_entry(const Money& amount, const domain::Chart& chart,
                         std::string_view legal_entity) {
  return transfer(amount, account_of(amount, Posted::kCreditsGranted, chart, legal_entity),
                  domain::kPrepaidAccount);
}

JournalEntry lapse_entry(const Money& amount, const domain::Chart& chart,
                         std::string_view legal_entity) {
  return transfer(amount, domain::kPrepaidAccount,
                  account_of(amount, Posted::kCreditsLapsed, chart, legal_entity));
}

bool posts_by_plan(const domain::Chart& chart) {
  return std::ranges::any_of(chart.rules,
                             [](const domain::PostingRule& rule) { return !rule.plan.empty(); });
}

}  // namespace reckoner::invoicing

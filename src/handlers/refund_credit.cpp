#include "handlers/refund_credit.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reckoner::handlers {

namespace {

const domain::Subscription* subscription_of(const engine::CustomerWork& customer,
                                            const domain::StatementLine& line) {
  for (const domain::Subscription& subscription : customer.subscriptions) {
    if (line.subscription == subscription.number) return &subscription;
  }
  return nullptr;
}

/// Whether what the line gives back becomes credit: its subscription has ended, and its charge says
/// so for that kind of end.
bool becomes_credit(const config::Configuration& configuration,
                    const engine::CustomerWork& customer, const domain::DocumentLine& line) {
  if (line.line.amount.sign() >= 0) return false;
  const domain::Subscription* subscription = subscription_of(customer, line.line);
  if (subscription == nullptr || !subscription->ends_at) return false;
  for (const domain::Plan& plan : configuration.plans) {
    if (plan.name != subscription->plan || plan.currency != subscription->currency) continue;
    for (const domain::Charge& charge : plan.charges) {
      if (charge.name != line.line.charge) continue;
      return (subscription->ending == domain::Ending::kCancelled
                  ? charge.on_cancel
                  : charge.on_change) == domain::OnEnd::kCredit;
    }
  }
  return false;
}

/// What those lines give back, tax included.
money::Money refunds_of(const config::Configuration& configuration,
                        const engine::DocumentWork& work) {
  money::Money refunds(work.document.currency);
  for (std::size_t i = 0; i < work.document.lines.size(); ++i) {
    if (!becomes_credit(configuration, *work.customer, work.document.lines[i])) continue;
    money::Money amount =
        work.after_coupons.empty() ? work.document.lines[i].line.amount : work.after_coupons[i];
    if (!work.taxable.empty() && !work.taxable[i].included) amount += work.tax.of_lines[i];
    refunds -= amount;
  }
  return refunds;
}

}  // namespace

void grant_refunds_as_credit(engine::DocumentContext& context) {
  std::vector<std::pair<engine::DocumentWork*, money::Money>> grants;
  context.for_each_document([&](engine::DocumentWork& work) {
    const money::Money gives_back = work.document.credits_total - work.document.total;
    const money::Money refund = std::min(refunds_of(context.configuration, work), gives_back);
    if (refund.sign() > 0) grants.emplace_back(&work, refund);
  });
  if (grants.empty()) return;

  std::vector<std::int64_t> customers;
  for (const auto& [work, refund] : grants) customers.push_back(work->document.customer.value);
  std::map<CustomerId, std::int64_t> last_numbers;
  for (const auto& [customer, facts] : context.facts.credits(customers)) {
    for (const domain::Credit& credit : facts.credits) {
      last_numbers[customer] = std::max(last_numbers[customer], credit.number);
    }
  }
  for (const auto& [work, refund] : grants) {
    domain::Credit credit{.number = ++last_numbers[work->document.customer],
                          .key = fmt::format("refund-{}", work->document.ordinal),
                          .title = "Credit for what was not used",
                          .kind = domain::CreditKind::kPrepaid,
                          .currency = work->document.currency,
                          .amount_left = refund.amount(),
                          .percent = std::nullopt,
                          .documents_left = std::nullopt,
                          .priority = 0,
                          .starts_on = std::nullopt,
                          .expires_on = std::nullopt,
                          .charges = {}};
    work->movements.push_back({credit.number, "grant", refund.amount(), std::nullopt});
    work->document.credits.push_back({credit.number, credit.title, -refund});
    work->new_credits.push_back(std::move(credit));
    domain::add_up(work->document);
  }
}

}  // namespace reckoner::handlers

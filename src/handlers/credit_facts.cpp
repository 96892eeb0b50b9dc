#include "handlers/credit_facts.hpp"

#include <algorithm>

namespace reckoner::handlers {

namespace {

using CreditFacts = engine::FactSource::CreditFacts;

std::vector<invoicing::CreditLine> credit_lines(const domain::Document& document,
                                                const CreditFacts& facts) {
  std::vector<invoicing::CreditLine> lines;
  for (const domain::DocumentLine& line : document.lines) {
    const auto billed = facts.billed_by.find({line.period, line.line.key});
    lines.push_back({.amount = line.line.amount,
                     .charge = line.line.charge,
                     .subscription = line.line.subscription,
                     .tax = line.line.tax,
                     .corrects = billed == facts.billed_by.end() ? 0 : billed->second});
  }
  return lines;
}

std::vector<invoicing::EarlierDraw> earlier_draws(const CreditFacts& facts, domain::CreditKind kind,
                                                  money::Currency currency) {
  std::vector<invoicing::EarlierDraw> earlier;
  for (const CreditFacts::Draw& draw : facts.draws) {
    const auto credit =
        std::find_if(facts.credits.begin(), facts.credits.end(),
                     [&](const domain::Credit& c) { return c.number == draw.credit; });
    RK_CHECK(credit != facts.credits.end());
    if (credit->kind != kind || credit->currency != currency) continue;
    earlier.push_back({draw.credit, draw.ordinal, money::Money(draw.amount, currency)});
  }
  return earlier;
}

engine::CreditMovement stored(const invoicing::CreditMovement& movement) {
  const money::Decimal& amount = movement.amount.amount();
  const bool returns = movement.kind == invoicing::CreditMovementKind::kReverse;
  return {.credit = movement.credit,
          .kind = std::string(invoicing::to_string(movement.kind)),
          .amount = returns ? amount : -amount,
          .reverses = movement.corrects == 0 ? std::nullopt : std::optional(movement.corrects)};
}

}  // namespace

void apply_credits_to(
    engine::DocumentContext& context, domain::CreditKind kind,
    const std::function<void(const engine::DocumentWork&, std::vector<invoicing::CreditLine>&)>&
        see,
    const std::function<void(engine::DocumentWork&, invoicing::CreditsApplied&&)>& take) {
  std::vector<std::int64_t> customers;
  for (const engine::DocumentWork& work : context.documents) {
    customers.push_back(work.document.customer.value);
  }
  auto facts = context.facts.credits(customers);
  const money::Rounding rounding = context.configuration.settings.rounding();
  context.for_each_document([&](engine::DocumentWork& work) {
    const auto found = facts.find(work.document.customer);
    if (found == facts.end()) return;
    const domain::Document& document = work.document;
    std::vector<invoicing::CreditLine> lines = credit_lines(document, found->second);
    see(work, lines);
    auto applied = invoicing::apply_credits(kind, lines, found->second.credits,
                                            earlier_draws(found->second, kind, document.currency),
                                            context.issued_on(work), document.currency, rounding);
    for (const invoicing::CreditMovement& movement : applied.movements) {
      work.movements.push_back(stored(movement));
      // A customer's next document of this batch finds what is left.
      const auto credit =
          std::find_if(found->second.credits.begin(), found->second.credits.end(),
                       [&](const domain::Credit& c) { return c.number == movement.credit; });
      invoicing::enter(movement, *credit);
    }
    take(work, std::move(applied));
    domain::add_up(work.document);
  });
}

}  // namespace reckoner::handlers

#include "golden/golden_documents.hpp"

#include <utility>

#include "invoicing/difference.hpp"
#include "invoicing/tax.hpp"

namespace reckoner::golden {

namespace {

domain::DocumentLine line_of(const money::Money& amount) {
  return {.period = {},
          .period_label = {},
          .line = {.key = {},
                   .subscription = {},
                   .charge = {},
                   .description = {},
                   .starts_on = {},
                   .ends_on = {},
                   .quantity = 1,
                   .unit = {},
                   .amount = amount,
                   .facts = {}},
          .tax_percent = {}};
}

}  // namespace

domain::Document document_of(const std::vector<money::Money>& lines, money::Currency currency,
                             const std::optional<money::Decimal>& tax_percent) {
  const money::Money zero(currency);
  domain::Document document{.customer = {},
                            .customer_key = {},
                            .customer_name = {},
                            .email = {},
                            .zone = {},
                            .currency = currency,
                            .number = {},
                            .corrects = {},
                            .corrects_number = {},
                            .reason = {},
                            .issued_on = {},
                            .due_on = {},
                            .lines = {},
                            .payments = {},
                            .coupons = {},
                            .taxes = {},
                            .credits = {},
                            .brought_forward = zero,
                            .subtotal = zero,
                            .total = zero,
                            .credits_total = zero,
                            .payments_total = zero,
                            .carried_forward = zero,
                            .credit_limit = {}};
  std::vector<invoicing::TaxableLine> taxable;
  for (const money::Money& line : lines) {
    document.lines.push_back(line_of(line));
    taxable.push_back({.category = "standard",
                       .tax = {.country = {}, .percent = tax_percent, .note = {}},
                       .amount = line});
  }
  document.taxes = invoicing::tax_of(taxable, currency, invoicing::TaxRounding::kPerRate,
                                     money::Rounding::kHalfAwayFromZero)
                       .totals;
  domain::add_up(document);
  return document;
}

money::Money subtotal(const std::vector<money::Money>& lines, money::Currency currency) {
  return document_of(lines, currency).subtotal;
}

money::Money taken_back(const money::Money& billed) {
  const invoicing::Statement nothing{.period = {}, .period_label = {}, .lines = {}};
  const domain::BilledLine line{.key = "line",
                                .subscription = {},
                                .charge = {},
                                .description = {},
                                .starts_on = {},
                                .ends_on = {},
                                .quantity = 1,
                                .unit = {},
                                .amount = billed,
                                .tax = {},
                                .tax_percent = {}};
  return invoicing::difference(nothing, true, {line}).at(0).line.amount;
}

}  // namespace reckoner::golden

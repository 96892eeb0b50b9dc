#include "domain/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"

namespace reckoner::domain {

std::string make_line_key(std::optional<std::int64_t> subscription, std::string_view charge,
                          std::string_view dimensions, Side side) {
  const std::string scope = subscription ? fmt::format("sub:{}", *subscription) : "customer";
  return fmt::format("{}|{}|{}|{}", scope, charge, dimensions, to_string(side));
}

void add_up(Document& document) {
  const money::Money zero(document.currency);
  document.subtotal = zero;
  for (const DocumentLine& line : document.lines) document.subtotal += line.line.amount;
  document.total = document.subtotal;
  for (const CreditDraw& draw : document.coupons) document.total -= draw.amount;
  for (const TaxTotal& tax : document.taxes) {
    if (!tax.included) document.total += tax.tax;
  }
  document.credits_total = zero;
  for (const CreditDraw& draw : document.credits) document.credits_total += draw.amount;
  if (document.kind == DocumentKind::kShowback) document.credits_total = document.total;
  document.payments_total = zero;
  for (const Payment& payment : document.payments) document.payments_total += payment.amount;
  document.carried_forward =
      document.brought_forward + document.total - document.credits_total - document.payments_total;
}

void check(const Document& document) {
  Document expected = document;
  add_up(expected);
  RK_CHECK(document.subtotal == expected.subtotal);
  RK_CHECK(document.total == expected.total);
  RK_CHECK(document.credits_total == expected.credits_total);
  RK_CHECK(document.payments_total == expected.payments_total);
  RK_CHECK(document.carried_forward == expected.carried_forward);
}

namespace {

struct NamedKind {
  DocumentKind kind;
  std::string_view name;
};
constexpr std::array kKinds{NamedKind{DocumentKind::kInvoice, "invoice"},
                            NamedKind{DocumentKind::kCreditNote, "credit-note"},
                            NamedKind{DocumentKind::kShowback, "showback"}};

}  // namespace

std::string_view to_string(DocumentKind kind) {
  return std::ranges::find(kKinds, kind, &NamedKind::kind)->name;
}

DocumentKind parse_document_kind(std::string_view text) {
  const auto found = std::ranges::find(kKinds, text, &NamedKind::name);
  if (found != kKinds.end()) return found->kind;
  throw Error(fmt::format("unknown kind of document '{}'", text));
}

}  // namespace reckoner::domain

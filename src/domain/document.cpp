#include "domain/document.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace reckoner::domain {

std::string make_line_key(std::optional<std::int64_t> subscription, std::string_view charge,
                          std::string_view dimensions, Side side) {
  const std::string scope = subscription ? fmt::format("sub:{}", *subscription) : "customer";
  return fmt::format("{}|{}|{}|{}", scope, charge, dimensions, to_string(side));
}

void check(const Document& document) {
  money::Money total(document.currency);
  for (const DocumentLine& line : document.lines) total += line.line.amount;
  money::Money payments(document.currency);
  for (const Payment& payment : document.payments) payments += payment.amount;
  RK_CHECK(document.total == total);
  RK_CHECK(document.payments_total == payments);
  RK_CHECK(document.carried_forward == document.brought_forward + total - payments);
}

std::string_view to_string(Side side) {
  return side == Side::kAdvance ? "advance" : "arrears";
}

std::string_view to_string(DocumentKind kind) {
  return kind == DocumentKind::kInvoice ? "invoice" : "credit-note";
}

Side parse_side(std::string_view text) {
  if (text == "advance") return Side::kAdvance;
  if (text == "arrears") return Side::kArrears;
  throw Error(fmt::format("unknown side '{}'", text));
}

DocumentKind parse_document_kind(std::string_view text) {
  if (text == "invoice") return DocumentKind::kInvoice;
  if (text == "credit-note") return DocumentKind::kCreditNote;
  throw Error(fmt::format("unknown kind of document '{}'", text));
}

}  // namespace reckoner::domain

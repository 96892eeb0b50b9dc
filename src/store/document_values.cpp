#include "store/document_values.hpp"

namespace reckoner::store {

DocumentId id_of(const Row& row) {
  return {{row.int64("customer_id")}, row.int64("ordinal")};
}

domain::Document document_of(const Row& row) {
  const auto currency = money::Currency::of(row.text("currency"));
  const auto amount = [&](const char* column) {
    return money::Money(row.decimal(column), currency);
  };
  const auto credit_limit = row.optional_decimal("credit_limit");
  return {.customer = {row.int64("customer_id")},
          .customer_key = row.text("customer_key"),
          .customer_name = row.text("customer_name"),
          .email = row.text("email"),
          .zone = row.text("time_zone"),
          .legal_entity = row.text("legal_entity"),
          .kind = domain::parse_document_kind(row.text("kind")),
          .currency = currency,
          .ordinal = row.int64("ordinal"),
          .number = row.text("number"),
          .corrects = row.optional_int64("corrects"),
          .corrects_number = row.optional_text("corrects_number").value_or(""),
          .reason = row.text("reason"),
          .issued_on = row.date("issued_on"),
          .due_on = row.date("due_on"),
          .lines = {},
          .payments = {},
          .coupons = {},
          .taxes = {},
          .credits = {},
          .brought_forward = amount("brought_forward"),
          .subtotal = amount("subtotal"),
          .total = amount("total"),
          .credits_total = amount("credits_total"),
          .payments_total = amount("payments_total"),
          .carried_forward = amount("carried_forward"),
          .credit_limit =
              credit_limit ? std::optional(money::Money(*credit_limit, currency)) : std::nullopt};
}

domain::DocumentLine line_of(const Row& row, money::Currency currency) {
  return {.period = {row.instant("period_starts_at"), row.int64("cycle"),
                     domain::parse_side(row.text("side"))},
          .period_label = row.text("period_label"),
          .true_up = row.boolean("true_up"),
          .line = {.key = row.text("key"),
                   .subscription = row.optional_int64("subscription"),
                   .charge = row.text("charge"),
                   .description = row.text("description"),
                   .starts_on = row.date("starts_on"),
                   .ends_on = row.date("ends_on"),
                   .quantity = row.decimal("quantity"),
                   .unit = row.text("unit"),
                   .amount = money::Money(row.decimal("amount"), currency),
                   .facts = row.text("facts"),
                   .tax = row.text("tax_category")},
          .tax_percent = row.optional_decimal("tax_percent"),
          .counts = row.boolean("counts")};
}

domain::TaxTotal tax_of(const Row& row, money::Currency currency) {
  return {.country = row.text("country"),
          .category = row.text("category"),
          .percent = row.decimal("percent"),
          .base = money::Money(row.decimal("base"), currency),
          .tax = money::Money(row.decimal("tax"), currency),
          .included = row.boolean("included"),
          .note = row.text("note")};
}

void add_draw(domain::Document& document, const Row& row) {
  auto& draws = row.text("kind") == "coupon" ? document.coupons : document.credits;
  draws.push_back({row.int64("credit"), row.text("title"),
                   money::Money(row.decimal("amount"), document.currency)});
}

domain::Payment payment_of(const Row& row) {
  return {.number = row.int64("payment"),
          .reference = row.text("reference"),
          .received_on = row.date("received_on"),
          .amount = money::Money(row.decimal("amount"), money::Currency::of(row.text("currency"))),
          .note = row.text("note")};
}

}  // namespace reckoner::store

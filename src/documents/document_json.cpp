#include "documents/document_json.hpp"

#include "documents/outline.hpp"
#include "domain/legal_entity.hpp"

namespace reckoner::documents {
namespace {

void write_date(text::JsonWriter& out, std::string_view key,
                const std::optional<time::Date>& date) {
  out.key(key);
  if (date) {
    out.string(time::to_string(*date));
  } else {
    out.null();
  }
}

void write_line(text::JsonWriter& out, const domain::DocumentLine& document_line) {
  const domain::PeriodKey& period = document_line.period;
  const domain::StatementLine& line = document_line.line;
  out.begin_object();
  out.key("period").begin_object();
  out.key("label").string(document_line.period_label);
  out.key("cycle").number(period.cycle);
  out.key("starts_at").string(time::to_string(period.starts_at));
  out.key("side").string(domain::to_string(period.side));
  out.end_object();
  out.key("true_up").boolean(document_line.true_up);
  out.key("key").string(line.key);
  out.key("subscription");
  if (line.subscription) {
    out.number(*line.subscription);
  } else {
    out.null();
  }
  out.key("charge").string(line.charge);
  out.key("description").string(line.description);
  write_date(out, "starts_on", line.starts_on);
  write_date(out, "ends_on", line.ends_on);
  out.key("quantity").string(line.quantity.to_string());
  out.key("unit").string(line.unit);
  out.key("amount").string(line.amount.to_string());
  out.key("facts").json(line.facts.empty() ? text::Json() : text::parse_json(line.facts));
  out.key("tax_category").string(line.tax);
  out.key("tax_percent");
  if (document_line.tax_percent) {
    out.string(document_line.tax_percent->to_string());
  } else {
    out.null();
  }
  out.key("counts").boolean(document_line.counts);
  out.end_object();
}

void write_correction(text::JsonWriter& out, const domain::Document& document) {
  out.key("corrects");
  if (document.corrects) {
    out.begin_object();
    out.key("ordinal").number(*document.corrects);
    out.key("number").string(document.corrects_number);
    out.end_object();
  } else {
    out.null();
  }
  out.key("reason").string(document.reason);
}

void write_draws(text::JsonWriter& out, std::string_view key,
                 const std::vector<domain::CreditDraw>& draws) {
  out.key(key).begin_array();
  for (const domain::CreditDraw& draw : draws) {
    out.begin_object();
    out.key("credit").number(draw.credit);
    out.key("title").string(draw.title);
    out.key("amount").string(draw.amount.to_string());
    out.end_object();
  }
  out.end_array();
}

void write_tax(text::JsonWriter& out, const domain::TaxTotal& tax) {
  out.begin_object();
  out.key("country").string(tax.country);
  out.key("category").string(tax.category);
  out.key("percent").string(tax.percent.to_string());
  out.key("base").string(tax.base.to_string());
  out.key("tax").string(tax.tax.to_string());
  out.key("included").boolean(tax.included);
  out.key("note").string(tax.note);
  out.end_object();
}

void write_payment(text::JsonWriter& out, const domain::Payment& payment) {
  out.begin_object();
  out.key("number").number(payment.number);
  out.key("reference").string(payment.reference);
  write_date(out, "received_on", payment.received_on);
  out.key("amount").string(payment.amount.to_string());
  out.key("note").string(payment.note);
  out.end_object();
}

void write_document(text::JsonWriter& out, const domain::Document& document,
                    const Recipient* recipient) {
  out.begin_object();
  out.key("kind").string(domain::to_string(document.kind));
  out.key("interim").boolean(is_interim(document));
  out.key("number");
  if (is_interim(document)) {
    out.null();
  } else {
    out.string(document.number);
  }
  out.key("ordinal").number(document.ordinal);
  out.key("legal_entity").string(domain::shown_entity(document.legal_entity));
  out.key("customer").begin_object();
  out.key("key").string(document.customer_key);
  out.key("name").string(document.customer_name);
  out.key("email").string(document.email);
  out.key("zone").string(document.zone);
  out.end_object();
  if (recipient != nullptr) {
    out.key("recipient");
    write_json(out, *recipient);
  }
  out.key("currency").string(document.currency.code());
  write_correction(out, document);
  write_date(out, "issued_on", document.issued_on);
  write_date(out, "due_on", document.due_on);
  out.key("lines").begin_array();
  for (const domain::DocumentLine& line : document.lines) write_line(out, line);
  out.end_array();
  write_draws(out, "coupons", document.coupons);
  out.key("taxes").begin_array();
  for (const domain::TaxTotal& tax : document.taxes) write_tax(out, tax);
  out.end_array();
  write_draws(out, "credits", document.credits);
  out.key("payments").begin_array();
  for (const domain::Payment& payment : document.payments) write_payment(out, payment);
  out.end_array();
  out.key("brought_forward").string(document.brought_forward.to_string());
  out.key("subtotal").string(document.subtotal.to_string());
  out.key("total").string(document.total.to_string());
  out.key("credits_total").string(document.credits_total.to_string());
  out.key("payments_total").string(document.payments_total.to_string());
  out.key("carried_forward").string(document.carried_forward.to_string());
  out.key("credit_limit");
  if (document.credit_limit) {
    out.string(document.credit_limit->to_string());
  } else {
    out.null();
  }
  out.end_object();
}

}  // namespace

void write_json(text::JsonWriter& out, const domain::Document& document) {
  write_document(out, document, nullptr);
}

void write_json(text::JsonWriter& out, const domain::Document& document,
                const Recipient& recipient) {
  write_document(out, document, &recipient);
}

std::string to_json(const domain::Document& document, text::JsonLayout layout) {
  text::JsonWriter out(layout);
  write_json(out, document);
  return out.finish();
}

}  // namespace reckoner::documents

#include "invoicing/content_hash.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace reckoner::invoicing {

namespace {
std::string_view bytes_of(const Sha256& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::string optional_date(const std::optional<time::Date>& date) {
  return date ? time::to_string(*date) : "";
}

void add_line_tax(Sha256Stream& stream, const std::vector<domain::DocumentLine>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const domain::DocumentLine& line = lines[i];
    if (line.line.tax == "standard" && !line.tax_percent && line.counts) continue;
    stream.field("line").field(std::to_string(i + 1)).field(line.line.tax);
    stream.field(line.tax_percent ? line.tax_percent->to_string() : "");
    stream.field(line.counts ? "counts" : "does not count");
  }
}

void add_draws(Sha256Stream& stream, std::string_view part,
               const std::vector<domain::CreditDraw>& draws) {
  std::map<std::pair<std::int64_t, std::string_view>, money::Money> by_credit;
  for (const domain::CreditDraw& draw : draws) {
    const auto [sum, is_new] = by_credit.try_emplace({draw.credit, draw.title}, draw.amount);
    if (!is_new) sum->second += draw.amount;
  }
  std::erase_if(by_credit, [](const auto& entry) { return entry.second.is_zero(); });
  if (by_credit.empty()) return;
  stream.field(part).field(std::to_string(by_credit.size()));
  for (const auto& [credit, amount] : by_credit) {
    stream.field(std::to_string(credit.first)).field(credit.second).field(amount.to_string());
  }
}

void add_taxes(Sha256Stream& stream, const std::vector<domain::TaxTotal>& taxes) {
  if (taxes.empty()) return;
  stream.field("taxes").field(std::to_string(taxes.size()));
  for (const domain::TaxTotal& tax : taxes) {
    stream.field(tax.country).field(tax.category).field(tax.percent.to_string());
    stream.field(tax.base.to_string()).field(tax.tax.to_string());
    stream.field(tax.included ? "included" : "added").field(tax.note);
  }
}

void add_correction(Sha256Stream& stream, const domain::Document& document) {
  if (!document.corrects && document.corrects_number.empty() && document.reason.empty()) return;
  stream.field("correction");
  stream.field(document.corrects ? std::to_string(*document.corrects) : "");
  stream.field(document.corrects_number).field(document.reason);
}

/// The parts that leave no trace where a document does not have them.
void add_optional_parts(Sha256Stream& stream, const domain::Document& document) {
  add_line_tax(stream, document.lines);
  if (document.subtotal != document.total) {
    stream.field("subtotal").field(document.subtotal.to_string());
  }
  add_draws(stream, "coupons", document.coupons);
  add_taxes(stream, document.taxes);
  add_draws(stream, "credits", document.credits);
  if (!document.credits_total.is_zero()) {
    stream.field("credits total").field(document.credits_total.to_string());
  }
  add_correction(stream, document);
}
}  // namespace

Sha256 content_hash(const domain::Document& document) {
  Sha256Stream stream;
  stream.field("reckoner document 1");
  stream.field(std::to_string(document.customer.value)).field(std::to_string(document.ordinal));
  stream.field(document.customer_key).field(document.customer_name).field(document.zone);
  stream.field(domain::to_string(document.kind)).field(document.currency.code());
  stream.field(optional_date(document.issued_on)).field(optional_date(document.due_on));
  stream.field(std::to_string(document.lines.size()));
  for (const domain::DocumentLine& line : document.lines) {
    stream.field(std::to_string(line.period.cycle)).field(time::to_string(line.period.starts_at));
    stream.field(domain::to_string(line.period.side)).field(line.period_label);
    stream.field(line.true_up ? "true-up" : "first").field(line.line.key).field(line.line.charge);
    stream.field(line.line.description);
    stream.field(time::to_string(line.line.starts_on)).field(time::to_string(line.line.ends_on));
    stream.field(line.line.quantity.to_string()).field(line.line.unit);
    stream.field(line.line.amount.to_string()).field(line.line.facts);
  }
  stream.field(std::to_string(document.payments.size()));
  for (const domain::Payment& payment : document.payments) {
    stream.field(payment.reference).field(time::to_string(payment.received_on));
    stream.field(payment.amount.to_string());
  }
  stream.field(document.brought_forward.to_string()).field(document.total.to_string());
  stream.field(document.payments_total.to_string()).field(document.carried_forward.to_string());
  add_optional_parts(stream, document);
  return stream.finish();
}

Sha256 chain_hash(const Sha256& previous, const Sha256& content, std::string_view number) {
  return Sha256Stream().field(bytes_of(previous)).field(bytes_of(content)).field(number).finish();
}

}  // namespace reckoner::invoicing

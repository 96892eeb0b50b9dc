#include "invoicing/content_hash.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace reckoner::invoicing {

namespace {
/// The canonical bytes of a document: its fields, each behind its length (8 bytes, big-endian), as
/// Sha256Stream::field would hash them one by one.
class Form {
 public:
  Form() { bytes_.reserve(kUsualBytes); }
  Form& field(std::string_view bytes) {
    char length[8];
    for (std::size_t i = 0; i < 8; ++i) {
      length[i] = static_cast<char>(bytes.size() >> (8 * (7 - i)));
    }
    bytes_.append(length, sizeof length).append(bytes);
    return *this;
  }
  Sha256 hash() const { return sha256(bytes_); }

 private:
  static constexpr std::size_t kUsualBytes = 8192;
  std::string bytes_;
};

std::string_view bytes_of(const Sha256& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::string optional_date(const std::optional<time::Date>& date) {
  return date ? time::to_string(*date) : "";
}

void add_line_tax(Form& form, const std::vector<domain::DocumentLine>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const domain::DocumentLine& line = lines[i];
    if (line.line.tax == "standard" && !line.tax_percent && line.counts) continue;
    form.field("line").field(std::to_string(i + 1)).field(line.line.tax);
    form.field(line.tax_percent ? line.tax_percent->to_string() : "");
    form.field(line.counts ? "counts" : "does not count");
  }
}

void add_draws(Form& form, std::string_view part, const std::vector<domain::CreditDraw>& draws) {
  std::map<std::pair<std::int64_t, std::string_view>, money::Money> by_credit;
  for (const domain::CreditDraw& draw : draws) {
    const auto [sum, is_new] = by_credit.try_emplace({draw.credit, draw.title}, draw.amount);
    if (!is_new) sum->second += draw.amount;
  }
  std::erase_if(by_credit, [](const auto& entry) { return entry.second.is_zero(); });
  if (by_credit.empty()) return;
  form.field(part).field(std::to_string(by_credit.size()));
  for (const auto& [credit, amount] : by_credit) {
    form.field(std::to_string(credit.first)).field(credit.second).field(amount.to_string());
  }
}

void add_taxes(Form& form, const std::vector<domain::TaxTotal>& taxes) {
  if (taxes.empty()) return;
  form.field("taxes").field(std::to_string(taxes.size()));
  for (const domain::TaxTotal& tax : taxes) {
    form.field(tax.country).field(tax.category).field(tax.percent.to_string());
    form.field(tax.base.to_string()).field(tax.tax.to_string());
    form.field(tax.included ? "included" : "added").field(tax.note);
  }
}

void add_correction(Form& form, const domain::Document& document) {
  if (!document.corrects && document.corrects_number.empty() && document.reason.empty()) return;
  form.field("correction");
  form.field(document.corrects ? std::to_string(*document.corrects) : "");
  form.field(document.corrects_number).field(document.reason);
}

/// The parts that leave no trace where a document does not have them.
void add_optional_parts(Form& form, const domain::Document& document) {
  add_line_tax(form, document.lines);
  if (document.subtotal != document.total) {
    form.field("subtotal").field(document.subtotal.to_string());
  }
  add_draws(form, "coupons", document.coupons);
  add_taxes(form, document.taxes);
  add_draws(form, "credits", document.credits);
  if (!document.credits_total.is_zero()) {
    form.field("credits total").field(document.credits_total.to_string());
  }
  add_correction(form, document);
  if (!document.legal_entity.empty()) form.field("legal entity").field(document.legal_entity);
}
}  // namespace

Sha256 content_hash(const domain::Document& document) {
  Form form;
  form.field("reckoner document 1");
  form.field(std::to_string(document.customer.value)).field(std::to_string(document.ordinal));
  form.field(document.customer_key).field(document.customer_name).field(document.zone);
  form.field(domain::to_string(document.kind)).field(document.currency.code());
  form.field(optional_date(document.issued_on)).field(optional_date(document.due_on));
  form.field(std::to_string(document.lines.size()));
  std::optional<time::Instant> period;
  std::string period_text;  // most lines are of one period
  for (const domain::DocumentLine& line : document.lines) {
    if (period != line.period.starts_at) {
      period = line.period.starts_at;
      period_text = time::to_string(*period);
    }
    form.field(std::to_string(line.period.cycle)).field(period_text);
    form.field(domain::to_string(line.period.side)).field(line.period_label);
    form.field(line.true_up ? "true-up" : "first").field(line.line.key).field(line.line.charge);
    form.field(line.line.description);
    form.field(time::to_string(line.line.starts_on)).field(time::to_string(line.line.ends_on));
    form.field(line.line.quantity.to_string()).field(line.line.unit);
    form.field(line.line.amount.to_string()).field(line.line.facts);
  }
  form.field(std::to_string(document.payments.size()));
  for (const domain::Payment& payment : document.payments) {
    form.field(payment.reference).field(time::to_string(payment.received_on));
    form.field(payment.amount.to_string());
  }
  form.field(document.brought_forward.to_string()).field(document.total.to_string());
  form.field(document.payments_total.to_string()).field(document.carried_forward.to_string());
  add_optional_parts(form, document);
  return form.hash();
}

Sha256 chain_hash(const Sha256& previous, const Sha256& content, std::string_view number) {
  return Sha256Stream().field(bytes_of(previous)).field(bytes_of(content)).field(number).finish();
}

}  // namespace reckoner::invoicing

#include "app/presentation.hpp"

#include <fmt/format.h>

#include "text/table.hpp"

namespace reckoner::app {

documents::Issuer issuer_of(System& system, const domain::Document& document) {
  const auto active = system.active();
  const std::string email = system.settings().text("mail.from");
  for (const domain::LegalEntity& entity : active->configuration().legal_entities) {
    if (entity.id == document.legal_entity) return documents::issuer_of(entity, email);
  }
  return {.name = document.legal_entity, .address = {}, .tax_id = {}, .email = email};
}

namespace {
/// "2026-09 2026-10", and for many "2024-01 … 2026-10 (34)".
std::string in_short(const std::vector<std::string>& labels) {
  constexpr std::size_t kShownMax = 4;
  if (labels.size() <= kShownMax) return fmt::format("{}", fmt::join(labels, " "));
  return fmt::format("{} … {} ({})", labels.front(), labels.back(), labels.size());
}
}  // namespace

std::string document_table(std::span<const store::DocumentSummary> documents) {
  text::Table table({{"number"},
                     {"customer"},
                     {"issued on"},
                     {"periods"},
                     {"lines", text::Align::kRight},
                     {"brought forward", text::Align::kRight},
                     {"total", text::Align::kRight},
                     {"payments", text::Align::kRight},
                     {"carried forward", text::Align::kRight},
                     {"currency"}});
  for (const store::DocumentSummary& document : documents) {
    table.add({document.number, document.customer_key, time::to_string(document.issued_on),
               in_short(document.period_labels), std::to_string(document.line_count),
               document.brought_forward.to_string(), document.total.to_string(),
               document.payments_total.to_string(), document.carried_forward.to_string(),
               std::string(document.currency.code())});
  }
  return table.to_string();
}

void write_summary(text::JsonWriter& json, const store::DocumentSummary& document) {
  json.begin_object().key("number").string(document.number);
  json.key("kind").string(domain::to_string(document.kind));
  json.key("customer").string(document.customer_key).key("name").string(document.customer_name);
  json.key("issued_on").string(time::to_string(document.issued_on));
  json.key("due_on").string(time::to_string(document.due_on)).key("periods").begin_array();
  for (const std::string& label : document.period_labels) json.string(label);
  json.end_array().key("currency").string(document.currency.code());
  json.key("brought_forward").string(document.brought_forward.to_string());
  json.key("total").string(document.total.to_string());
  json.key("payments_total").string(document.payments_total.to_string());
  json.key("carried_forward").string(document.carried_forward.to_string());
  json.key("line_count").number(document.line_count).end_object();
}

}  // namespace reckoner::app

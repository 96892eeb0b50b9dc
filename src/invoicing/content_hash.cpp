#include "invoicing/content_hash.hpp"

#include <string>

namespace reckoner::invoicing {

namespace {
std::string_view bytes_of(const Sha256& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::string optional_date(const std::optional<time::Date>& date) {
  return date ? time::to_string(*date) : "";
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
  return stream.finish();
}

Sha256 chain_hash(const Sha256& previous, const Sha256& content, std::string_view number) {
  return Sha256Stream().field(bytes_of(previous)).field(bytes_of(content)).field(number).finish();
}

}  // namespace reckoner::invoicing

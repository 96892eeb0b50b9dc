#include "engine/postings.hpp"

#include <fmt/format.h>

#include "store/copy.hpp"

namespace reckoner::engine {

money::Money tax_of(const domain::Document& document, bool included) {
  money::Money sum(document.currency);
  for (const domain::TaxTotal& tax : document.taxes) {
    if (tax.included == included) sum += tax.tax;
  }
  return sum;
}

money::Money receivable_of(const domain::Document& document) {
  return document.total - document.credits_total;
}

/// An entry for each document, of the accounts it moves: what the customer owes and what it had
/// paid before (prepaid) against tax and revenue.
void copy_postings(store::Connection& connection, std::span<const DocumentWork> documents) {
  store::BinaryCopy copy(connection, "copy postings", "posting",
                         {"customer_id", "entry", "account", "currency", "amount", "booked_on"});
  for (const DocumentWork& work : documents) {
    const domain::Document& document = work.document;
    const std::string entry = fmt::format("document:{}", document.ordinal);
    const auto post = [&](std::string_view account, const money::Money& amount) {
      if (amount.is_zero()) return;
      auto row = copy.row();
      row.add(document.customer).add(entry).add(account).add(document.currency.code());
      row.add(amount.amount()).add(document.issued_on);
      row.end();
    };
    const money::Money tax = tax_of(document, true) + tax_of(document, false);
    post("receivable", receivable_of(document));
    post("prepaid", document.credits_total);
    post("tax", -tax);
    post("revenue", tax - document.total);
  }
  copy.finish();
}

}  // namespace reckoner::engine

#include "engine/postings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "invoicing/journal.hpp"
#include "store/journal_rows.hpp"

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

namespace {

std::string_view plan_of(const DocumentWork& work, std::int64_t subscription) {
  for (const domain::Subscription& candidate : work.customer->subscriptions) {
    if (candidate.number == subscription) return candidate.plan;
  }
  return {};
}

/// What the document gives back to prepaid credits that have expired: it lapses there. Coupons are
/// no money of the customer's.
money::Money lapsed_of(const DocumentWork& work) {
  const domain::Document& document = work.document;
  money::Money lapsed(document.currency);
  for (const CreditMovement& movement : work.movements) {
    if (movement.kind != "lapse") continue;
    const auto is_prepaid = [&](const domain::CreditDraw& draw) {
      return draw.credit == movement.credit;
    };
    if (std::ranges::any_of(document.credits, is_prepaid)) {
      lapsed += money::Money(-movement.amount, document.currency);
    }
  }
  return lapsed;
}

}  // namespace

void copy_postings(store::Connection& connection, std::span<const DocumentWork> documents,
                   const domain::Chart& chart) {
  store::JournalRows rows(connection);
  for (const DocumentWork& work : documents) {
    const domain::Document& document = work.document;
    const auto post = [&](std::string_view kind, const invoicing::JournalEntry& entry) {
      if (entry.empty()) return;
      const std::string name = fmt::format("{}:{}", kind, document.ordinal);
      for (const invoicing::JournalLine& line : entry) {
        rows.add(document.customer, name, line.account, line.amount, document.issued_on.value(),
                 document.legal_entity);
      }
    };
    post("document", invoicing::document_entry(document, chart, [&](std::int64_t subscription) {
           return plan_of(work, subscription);
         }));
    post("lapse", invoicing::lapse_entry(lapsed_of(work), chart, document.legal_entity));
  }
  rows.finish();
}

}  // namespace reckoner::engine

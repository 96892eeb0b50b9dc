#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "domain/document.hpp"
#include "store/connection.hpp"

namespace reckoner::store {

/// A document as a demand, and what is left of it.
struct DemandRow {
  std::int64_t ordinal = 0;
  std::string number;
  domain::DocumentKind kind = domain::DocumentKind::kInvoice;
  std::string legal_entity;
  time::Date issued_on{};
  time::Date due_on{};
  money::Money total;
  money::Money demand;  ///< after prepaid credit; of a credit note, below zero
  std::optional<std::int64_t> corrects = std::nullopt;
  std::optional<money::Decimal> credit_limit = std::nullopt;
  bool voided = false;
  money::Money open;      ///< invoicing::open_amounts
  money::Money disputed;  ///< by open disputes, at most what is open

  /// What the customer is late with on that day: not what is disputed.
  money::Money overdue(time::Date today) const {
    return due_on < today ? open - disputed : money::Money(open.currency());
  }
};

/// A payment with the document that it names.
struct PaymentRow {
  time::Date received_on{};
  money::Money amount;
  std::optional<std::int64_t> ordinal = std::nullopt;  ///< none: it names none of the customer's
};

/// What a customer owes in one currency.
struct ReceivableRows {
  money::Money balance;              ///< below zero: the customer's credit
  std::vector<DemandRow> documents;  ///< all, in the order of issue
  std::vector<PaymentRow> payments;  ///< in the order in which they were booked
};

/// By currency code.
using ReceivablesByCurrency = std::map<std::string, ReceivableRows, std::less<>>;

/// Of the customers who have any, with as many queries as for one.
std::map<CustomerId, ReceivablesByCurrency> read_receivables(Connection& connection,
                                                             std::span<const CustomerId> customers);

/// A document of a customer, or nullptr.
const DemandRow* find_demand(const std::map<CustomerId, ReceivablesByCurrency>& receivables,
                             CustomerId customer, std::int64_t ordinal);

/// What was open of a document at the end of a day, as it is known now: with the documents that
/// were issued and the payments that were received until then, whenever they were booked.
money::Money open_at_end_of(const ReceivableRows& receivables, std::int64_t ordinal,
                            time::Date day);

}  // namespace reckoner::store

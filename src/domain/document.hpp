#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "base/id.hpp"
#include "domain/customer.hpp"
#include "money/money.hpp"
#include "time/cycle.hpp"

namespace reckoner::domain {

/// The two halves of a billing period: what is due when it begins, and what is due when it has
/// ended. Stored as text ("advance", "arrears"); part of the line key.
enum class Side { kAdvance, kArrears };

/// Names one side of one stored billing period of a customer. Ordered by time.
struct PeriodKey {
  time::Instant starts_at;
  std::int64_t cycle = 0;  ///< the cycle's number within the customer, from 1
  Side side = Side::kArrears;
  friend auto operator<=>(const PeriodKey&, const PeriodKey&) = default;
};

/// A customer's rhythm: its subscriptions belong to one cycle per engine and currency.
struct Cycle {
  std::int64_t number = 0;  ///< from 1 within the customer
  std::string engine;
  money::Currency currency;
  time::CycleRule rule;
  std::optional<time::Instant>
      subscribed_until;  ///< end of its last subscription; none while one goes on
};

/// One line that a period deserves. `key` is the same at every recomputation: it says which line
/// was billed.
struct StatementLine {
  std::string key;  ///< make_line_key()
  std::optional<std::int64_t> subscription;
  std::string charge;       ///< charge name, or the class name of the handler that added the line
  std::string description;  ///< for the reader of the invoice, one line
  time::Date starts_on;     ///< first local day the line covers
  time::Date ends_on;       ///< first local day it does not cover any more
  money::Decimal quantity;  ///< billable quantity in `unit`; days for a recurring fee
  std::string unit;
  money::Money amount;
  std::string
      facts;  ///< JSON: what the amount came from (prices, allowance, fraction, rules that fired)
};

/// "sub:<number>" or "customer", the charge, the dimensions ("region=eu;zone=1" sorted, or ""), and
/// the side, joined by '|'.
std::string make_line_key(std::optional<std::int64_t> subscription, std::string_view charge,
                          std::string_view dimensions, Side side);

/// What a line key was billed so far for one period: the sum over the lines of issued documents.
struct BilledLine {
  std::string key;
  std::optional<std::int64_t> subscription;
  std::string charge;
  std::string description;
  time::Date starts_on;
  time::Date ends_on;
  money::Decimal quantity;
  std::string unit;
  money::Money amount;
};

/// A line as it stands on a document: a statement's line at the first issue, a difference later.
struct DocumentLine {
  PeriodKey period;
  std::string period_label;  ///< "2026-10"
  bool true_up = false;      ///< the period was billed before: this is what changed since
  StatementLine line;
};

enum class DocumentKind { kInvoice, kCreditNote };

/// A payment that a document shows: each belongs to the first document issued after it is known.
struct Payment {
  std::int64_t number = 0;  ///< from 1 within the customer
  std::string reference;
  time::Date received_on;
  money::Money amount;
  std::string note;
};

/// An invoice or credit note. Before issue it has no ordinal and no number; an interim invoice
/// never gets them.
struct Document {
  CustomerId customer;
  std::string customer_key;
  std::string customer_name;
  std::string email;
  std::string zone;
  DocumentKind kind = DocumentKind::kInvoice;
  money::Currency currency;
  std::int64_t ordinal = 0;  ///< the customer's running number of documents, from 1; 0 before issue
  std::string number;        ///< legal number, "" before issue
  std::optional<time::Date> issued_on;
  std::optional<time::Date> due_on;
  std::vector<DocumentLine> lines;
  std::vector<Payment> payments;

  money::Money brought_forward;
  money::Money total;            ///< sum of the lines
  money::Money payments_total;   ///< sum of the payments, positive
  money::Money carried_forward;  ///< brought_forward + total − payments_total
  std::optional<money::Money> credit_limit;
};

/// Throws Bug when the sums do not hold: total = Σ lines, carried_forward = brought_forward + total
/// − payments.
void check(const Document& document);

std::string_view to_string(Side side);
std::string_view to_string(DocumentKind kind);
/// Throws Error for an unknown word.
Side parse_side(std::string_view text);
DocumentKind parse_document_kind(std::string_view text);

}  // namespace reckoner::domain

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "base/id.hpp"
#include "domain/customer.hpp"
#include "domain/side.hpp"
#include "money/money.hpp"
#include "time/cycle.hpp"

namespace reckoner::domain {

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
  std::string tax = "standard";  ///< tax category
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
  std::string tax;
  std::optional<money::Decimal> tax_percent;  ///< that the document which billed it last had
};

/// A line as it stands on a document: a statement's line at the first issue, a difference later.
struct DocumentLine {
  PeriodKey period;
  std::string period_label;  ///< "2026-10"
  bool true_up = false;      ///< the period was billed before: this is what changed since
  StatementLine line;
  std::optional<money::Decimal> tax_percent;  ///< set by TaxHandler; none: not taxed
  bool counts = true;  ///< as billed by its key; a concession's and a void's lines do not
};

/// The lines of a document that share a rate, and their tax: rounded once.
struct TaxTotal {
  std::string country;
  std::string category;
  money::Decimal percent;
  money::Money base;  ///< without the tax; after coupons
  money::Money tax;
  bool included = false;  ///< the prices contain it already: it does not add to the total
  std::string note;       ///< for the reader, such as "Reverse charge"; may be empty
};

/// What a document takes from a coupon or prepaid credit; negative: what it gives back.
struct CreditDraw {
  std::int64_t credit = 0;  ///< its number within the customer
  std::string title;
  money::Money amount;
};

enum class DocumentKind {
  kInvoice,
  kCreditNote,
  /// Shows what its periods cost and asks for nothing: no invoice, in no ledger. It has lines
  /// alone, and `credits_total` is all of the total.
  kShowback,
};

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
  std::string legal_entity = {};  ///< id of the one that issues it; empty: the default one
  DocumentKind kind = DocumentKind::kInvoice;
  money::Currency currency;
  std::int64_t ordinal = 0;  ///< the customer's running number of documents, from 1; 0 before issue
  std::string number;        ///< legal number, "" before issue
  std::optional<std::int64_t>
      corrects;                 ///< ordinal of the document that a manual credit note corrects
  std::string corrects_number;  ///< its number
  std::string reason;           ///< of a manual credit note
  std::optional<time::Date> issued_on;
  std::optional<time::Date> due_on;
  std::vector<DocumentLine> lines;
  std::vector<Payment> payments;

  std::vector<CreditDraw> coupons;  ///< before tax
  std::vector<TaxTotal> taxes;
  std::vector<CreditDraw> credits;  ///< prepaid, after tax

  money::Money brought_forward;
  money::Money subtotal;         ///< sum of the lines
  money::Money total;            ///< subtotal − coupons + taxes that are not included
  money::Money credits_total;    ///< sum of `credits`; of a showback document the total
  money::Money payments_total;   ///< sum of the payments, positive
  money::Money carried_forward;  ///< brought_forward + total − credits_total − payments_total
  std::optional<money::Money> credit_limit;
};

/// Brings subtotal, total, credits_total, payments_total and carried_forward in line with the parts
/// and brought_forward.
void add_up(Document& document);

/// Throws Bug when the sums do not hold (see the members of Document).
void check(const Document& document);

std::string_view to_string(DocumentKind kind);
/// Throws Error for an unknown word.
DocumentKind parse_document_kind(std::string_view text);

}  // namespace reckoner::domain

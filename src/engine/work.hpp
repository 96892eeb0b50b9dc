#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/configuration.hpp"
#include "domain/billing_mode.hpp"
#include "domain/credit.hpp"
#include "domain/customer.hpp"
#include "domain/document.hpp"
#include "domain/plan.hpp"
#include "invoicing/difference.hpp"
#include "invoicing/lifetime.hpp"
#include "invoicing/tax.hpp"
#include "pricing/coverage.hpp"

namespace reckoner::engine {

/// One charge of a segment on its way to a line.
struct ChargeDraft {
  const domain::Charge* charge = nullptr;
  std::optional<money::Decimal> fee;  ///< set by a rule where the plan leaves it to one
  std::string fee_rule;               ///< the rule that did: "pricing/fee.dmn rule 2"
};

/// A subscription's stretch of a billing period.
struct Segment {
  const domain::Subscription* subscription = nullptr;
  const domain::Plan* plan = nullptr;
  std::shared_ptr<const invoicing::Lifetime>
      lifetime;                ///< the subscription's, in the period's zone
  time::Period usage_period;   ///< whose usage is its; never empty
  invoicing::Days days;        ///< local days it covers; of an interim statement, those accrued
  pricing::Coverage coverage;  ///< the days it covers of the whole period, without pauses
  money::Decimal environment_percent = 100;  ///< from the strategy, or set by a rule
  std::string environment_rule;              ///< the rule that did
  std::vector<ChargeDraft> charges;          ///< in the plan's order
  std::optional<money::Decimal> credit_limit;
  std::map<std::string, money::Decimal, std::less<>> usage;  ///< measured, by meter
};

/// A customer in a batch. Lives in a deque, so pointers to it hold.
struct CustomerWork {
  domain::Customer customer;
  std::int64_t ordinal = 0;  ///< of the last document
  std::vector<domain::Cycle> cycles;
  std::vector<domain::Subscription> subscriptions;
  std::vector<domain::AgreedFigure> agreed;    ///< in the order in which they were agreed
  std::vector<domain::BillingModeFrom> modes;  ///< ascending
  bool left_out = false;  ///< a billed period of it cannot be computed here and stays due
  std::optional<std::string>
      parked;         ///< why it cannot be billed; nothing of it is issued in this batch
  bool held = false;  ///< its documents go beyond a bound: nothing of it is issued before approval
  bool is_left_alone() const { return parked.has_value() || held; }
};

/// One side of one billing period whose statement is wanted.
struct PeriodWork {
  CustomerWork* customer = nullptr;
  const domain::Cycle* cycle = nullptr;
  domain::PeriodKey key;
  time::CyclePeriod bounds;
  time::Zone zone = time::Zone::utc();
  /// Of an interim statement: count as if the period ended at the earlier of its end and this.
  std::optional<time::Instant> as_of;
  bool stored = false;    ///< has a row; the batch inserts the others
  bool followed = false;  ///< the period after it has a row
  bool billed_before = false;
  bool showback = false;  ///< it is shown, not billed: settled at the first issue
  std::int64_t billed_cut = 0;
  VersionId version;  ///< pinned at the first issue; the active one before
  /// What the other side of the same period was billed under, where that was before this one: a
  /// fee stands where it was billed, though a later version may have moved it.
  std::optional<VersionId> other_version;
  const config::Configuration* other_configuration = nullptr;  ///< of that version

  std::vector<Segment> segments;
  std::vector<domain::StatementLine> lines;  ///< the statement
  /// What the other side of the same period deserves: figures over the whole period (discounts,
  /// minimum) stand on the arrears side and count both. Not billed here.
  std::vector<domain::StatementLine> other_side;
};

/// A movement of a coupon or prepaid credit that a document makes when it is issued.
struct CreditMovement {
  std::int64_t credit = 0;
  std::string kind;                      ///< 'draw', 'reverse' or 'lapse'
  money::Decimal amount;                 ///< what it adds to what is left: a draw is negative
  std::optional<std::int64_t> reverses;  ///< ordinal of the document whose draw it undoes
};

/// A document in the making, with what belongs to it alone.
struct DocumentWork {
  CustomerWork* customer = nullptr;
  domain::Document document;
  VersionId version;
  std::vector<CreditMovement> movements;
  std::vector<domain::Credit> new_credits;      ///< prepaid, that the document grants
  std::vector<money::Money> after_coupons;      ///< of each line, once CouponHandler has been
  std::vector<invoicing::TaxableLine> taxable;  ///< of each line, once TaxHandler has been
  invoicing::DocumentTax tax;                   ///< likewise
  bool issue = false;  ///< FinalizingHandler sets it; an interim chain has none
};

/// A mail to be sent about a document once its transaction has committed.
struct OutgoingMail {
  CustomerId customer;
  std::string message_key;
  std::string kind;
  std::string recipient;
  std::string member;  ///< the template, a member of the configuration version
  VersionId version;
};

}  // namespace reckoner::engine

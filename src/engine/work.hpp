#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "domain/customer.hpp"
#include "domain/document.hpp"
#include "domain/plan.hpp"
#include "invoicing/difference.hpp"
#include "pricing/price.hpp"

namespace reckoner::engine {

/// What a rule or the plan says about one charge of a segment, before it becomes a line.
struct ChargeDraft {
  const domain::Charge* charge = nullptr;
  std::optional<money::Decimal> fee;  ///< recurring charges: from the plan, or set by a rule
  std::string fee_source;             ///< "plan", or the rule that fired: "pricing/fee.dmn rule 2"
};

/// A subscription's stretch of a billing period.
struct Segment {
  const domain::Subscription* subscription = nullptr;
  const domain::Plan* plan = nullptr;
  time::Period usage_period;  ///< whose usage is its; never empty
  time::Date
      starts_on;  ///< local days in the period's zone; of an interim statement, those accrued
  time::Date ends_on;
  pricing::Coverage coverage;  ///< the days it covers of the whole period
  pricing::Coverage accrued;   ///< of those, the ones that have passed; differs from coverage in an
                               ///< interim statement only
  std::vector<ChargeDraft> charges;  ///< in the plan's order
  std::optional<money::Decimal> credit_limit;
};

/// A customer in a batch. Lives in a deque, so pointers to it hold.
struct CustomerWork {
  domain::Customer customer;
  std::int64_t ordinal = 0;  ///< of the last document
  std::vector<domain::Cycle> cycles;
  std::vector<domain::Subscription> subscriptions;
  bool left_out = false;  ///< a billed period of it cannot be computed here and stays due
  std::optional<std::string>
      parked;  ///< why it cannot be billed; nothing of it is issued in this batch
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
  std::int64_t billed_cut = 0;
  VersionId version;  ///< pinned at the first issue; the active one before

  std::vector<Segment> segments;
  std::vector<domain::StatementLine> lines;  ///< the statement
};

/// A document in the making, with what belongs to it alone.
struct DocumentWork {
  CustomerWork* customer = nullptr;
  domain::Document document;
  VersionId version;
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

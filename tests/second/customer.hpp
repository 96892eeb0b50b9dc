#pragma once

#include <string>
#include <vector>

#include "domain/tax.hpp"
#include "invoicing/difference.hpp"
#include "second/given.hpp"

/// A customer with everything that its bill of one period comes from, and that bill computed twice.
namespace reckoner::second {

struct Event {
  time::Instant occurred_at;
  std::string meter;
  std::string region;
  std::string grade;
  money::Decimal value;
};

/// A subscription and the charges of its plan.
struct Subscribed {
  domain::Subscription subscription;
  std::vector<domain::Charge> charges;
  std::vector<domain::AgreedFigure> agreed;  ///< of its metered charges, by time
  pricing::EnvironmentShare environment;
  invoicing::SpendLimits limits;
};

struct Customer {
  time::Zone zone;
  invoicing::Days period;
  money::Currency currency;
  money::Rounding rounding;
  std::vector<Subscribed> subscribed;
  std::vector<domain::Discount> discounts;
  invoicing::SpendLimits limits;
};

/// One with one subscription, or two of which the second follows the first in mid-period.
Customer some_customer(Tape& tape);
/// By the time at which they occurred.
std::vector<Event> some_events(Tape& tape, const Customer& customer);

/// The statement of the period as production code computes it.
invoicing::Statement production_statement(const Customer& customer,
                                          const std::vector<Event>& events);
/// The same a second time.
std::vector<Line> second_statement(const Customer& customer, const std::vector<Event>& events);

std::string show(const Customer& customer, const std::vector<Event>& events);

}  // namespace reckoner::second

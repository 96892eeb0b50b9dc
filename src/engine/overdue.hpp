#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "invoicing/dunning.hpp"
#include "money/money.hpp"
#include "time/time.hpp"

namespace reckoner::engine {

/// An issued document whose day has passed and that is not paid, or on which steps were taken.
struct OverdueDocument {
  CustomerId customer;
  std::string customer_key;
  std::string customer_name;
  std::vector<std::string> addresses;  ///< whom mails go to; may be empty
  std::int64_t ordinal = 0;
  std::string number;
  std::string legal_entity;
  time::Date issued_on{};
  time::Date due_on{};
  money::Money total;
  money::Money open;                             ///< what is left to pay of it
  money::Money disputed;                         ///< of that, by open disputes
  std::vector<invoicing::TakenStep> taken = {};  ///< in their order

  money::Money overdue() const { return open - disputed; }
};

}  // namespace reckoner::engine

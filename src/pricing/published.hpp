#pragma once

#include <string>
#include <vector>

#include "domain/charge.hpp"
#include "money/money.hpp"

namespace reckoner::pricing {

/// Prices as they are published: for people, in words and as a table.
struct PriceTable {
  struct Column {
    std::string title;     ///< "up to", "price a GB"
    bool numeric = false;  ///< its cells are decimals, or a word such as "no limit"
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  ///< as many cells as columns
};

/// "each GB at the price of its tier: 2.00 USD up to 200, then 1.00 USD up to 1000, then 0.50 USD".
/// Without the allowance. `unit` is what prices are for; "" of a fee.
std::string words_of(const domain::ChargeModel& model, const std::string& unit,
                     money::Currency currency);

PriceTable table_of(const domain::ChargeModel& model, const std::string& unit);

/// What the charge's quantity is in: "GB", "device"; "" of a fee and of a share of other charges.
std::string unit_of(const domain::Charge& charge);

/// The whole sentence, allowance, minimum and maximum included: "100 GB are included, beyond that
/// 0.08 USD a GB; at least 5.00 USD".
std::string words_of(const domain::Charge& charge, const domain::Terms& terms,
                     money::Currency currency);

/// "3 months", "1 month and 15 days".
std::string words_of(const time::CalendarDuration& length);

/// "each period", "once", "every 3 months".
std::string words_of(const domain::Every& every);

/// The terms in force on a day; nullptr before the first ones.
const domain::Terms* terms_on(const domain::Charge& charge, time::Date day);

/// A quantity in the charge's unit beyond which its price does not change any more, with some room:
/// twice its last bound or allowance; 100 where it has neither.
money::Decimal sensible_scale(const domain::Terms& terms);

}  // namespace reckoner::pricing

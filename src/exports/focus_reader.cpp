#include "exports/focus_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "base/error.hpp"
#include "text/csv.hpp"

namespace reckoner::exports {

namespace {

/// A cell that is not null, as `parse` reads it.
template <class Parse>
auto required(const text::CsvTable& table, std::string_view column, Parse parse) {
  const std::string& cell = table.at(table.require(column));
  try {
    if (cell.empty()) throw Error("it is empty, and must not be null");
    return parse(cell);
  } catch (const Error& error) {
    throw Error(fmt::format("line {}: {}: {}", table.line(), column, error.what()));
  }
}

/// Numbers of FOCUS (3.3) may be written as 35.2E-7.
money::Decimal number(std::string cell) {
  std::ranges::replace(cell, 'E', 'e');
  return money::Decimal::parse(cell);
}

std::string same(const std::string& cell) {
  return cell;
}

}  // namespace

std::vector<FocusCost> read_focus(std::istream& in, FocusMetric metric, FocusMonth month) {
  const std::string_view cost = metric == FocusMetric::kBilled ? "BilledCost" : "EffectiveCost";
  const std::string_view start =
      month == FocusMonth::kBilling ? "BillingPeriodStart" : "ChargePeriodStart";
  text::CsvTable table(in);
  for (const std::string_view column :
       {cost, start, std::string_view("BillingCurrency"), std::string_view("ServiceName")}) {
    table.require(column);
  }
  const std::optional<std::size_t> sub_account = table.find("SubAccountId");
  using Key = std::tuple<time::Date, std::string, std::string, money::Currency>;
  std::map<Key, FocusCost> costs;
  while (table.next()) {
    const time::Instant begins = required(table, start, time::parse_instant);
    const auto currency = required(table, "BillingCurrency", money::Currency::of);
    const time::Date first = time::month_day(time::Zone::utc().date_of(begins), 0, 1);
    const std::string service = required(table, "ServiceName", same);
    const std::string account = sub_account ? table.at(*sub_account) : "";
    const auto amount = required(table, cost, number);
    FocusCost& sum =
        costs
            .try_emplace(Key{first, service, account, currency}, FocusCost{.month = first,
                                                                           .service = service,
                                                                           .sub_account = account,
                                                                           .currency = currency,
                                                                           .amount = {},
                                                                           .rows = 0})
            .first->second;
    sum.amount = sum.amount + amount;
    ++sum.rows;
  }
  if (costs.empty()) throw Error("the file has no rows");
  std::vector<FocusCost> sorted;
  for (auto& [key, sum] : costs) sorted.push_back(std::move(sum));
  return sorted;
}

}  // namespace reckoner::exports

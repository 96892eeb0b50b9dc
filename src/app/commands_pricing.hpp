#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/console.hpp"
#include "app/system.hpp"

namespace reckoner::app {

struct ExplainArguments {
  std::string number;
  std::int64_t line = 0;
  std::int64_t events = 20;  ///< how many are listed at most
};
/// How a line of an issued document came about.
int explain_command(System& system, const Console& console, const ExplainArguments& arguments);

struct QuoteArguments {
  std::string plan;
  std::vector<std::string> usage;       ///< METER[dim=value;…]@TIME=QTY
  std::vector<std::string> quantities;  ///< NAME=QTY
  std::string currency;
  std::string environment;
  std::string month;  ///< "2026-10"; empty: this month
  std::string subscribe_on;
  std::string until;
  std::string time_zone = "UTC";
  std::string country;
  std::string tax_id;
};
/// What a plan would cost; needs no database.
int quote_command(const CommonOptions& options, const Console& console,
                  const QuoteArguments& arguments);

}  // namespace reckoner::app

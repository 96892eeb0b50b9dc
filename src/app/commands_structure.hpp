#pragma once

#include <string>

#include "app/console.hpp"
#include "app/system.hpp"

namespace reckoner::app {

// As in commands.hpp: each gives its exit code.

struct RollUpArguments {
  std::string customer;  ///< empty: cost centres
  std::string from;
  std::string to;
  bool csv = false;
};
int roll_up_command(System& system, const Console& console, const RollUpArguments& arguments);

struct MarginArguments {
  std::string month;
  std::string by;
  bool csv = false;
};
int margin_command(System& system, const Console& console, const MarginArguments& arguments);

struct AnalyticsArguments {
  std::string what;  ///< trend, dearest, allowances, unit, plans or benchmark
  std::string customer;
  std::string unit;
  std::string subscription;
  std::string from;
  std::string to;
  bool csv = false;
};
int analytics_command(System& system, const Console& console, const AnalyticsArguments& arguments);

struct CollectiveArguments {
  std::string customer;
  std::string month;
  bool csv = false;
};
int collective_command(System& system, const Console& console,
                       const CollectiveArguments& arguments);

}  // namespace reckoner::app

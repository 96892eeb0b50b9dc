#pragma once

#include <optional>
#include <set>
#include <string>

#include "engine/analytics.hpp"
#include "web/report.hpp"
#include "web/roll_up_report.hpp"

namespace reckoner::web {

// The figures of engine/analytics.hpp as tables (docs/analytics.md). Inside a snapshot that may
// read the customer; benchmarks() inside one that may read everybody.

/// Each month's total with its change to the month before, the first of the range apart.
Report trend_report(store::Connection& connection, CustomerId customer, const MonthRange& months);
/// What each charge cost in all these months, the dearest first, with its part of everything.
Report dearest_report(store::Connection& connection, CustomerId customer, const MonthRange& months);
Report allowances_report(store::Connection& connection, engine::Versions& versions,
                         CustomerId customer, const MonthRange& months);
/// Throws Error for a unit that there is not.
Report unit_report(store::Connection& connection, engine::Versions& versions, CustomerId customer,
                   const std::string& unit, const MonthRange& months);

/// Issued months that plans are compared over.
inline constexpr int kPlanMonths = 3;
/// `among`: as engine::compare_plans has it. Throws Error where no plan could be compared.
Report plans_report(store::Connection& connection, engine::Versions& versions, CustomerId customer,
                    const std::string& subscription,
                    const std::optional<std::set<std::string>>& among);
Report benchmark_report(store::Connection& connection, CustomerId customer,
                        const std::string& month);

}  // namespace reckoner::web

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "accounts/hierarchy.hpp"
#include "domain/cost_pool.hpp"
#include "insight/roll_up.hpp"
#include "store/connection.hpp"
#include "text/csv.hpp"
#include "text/json.hpp"

namespace reckoner::web {

/// Months of a report, both included: "2026-10".
struct MonthRange {
  std::string from;
  std::string to;
};
inline constexpr int kMonthsMax = 36;
/// From what was typed; missing are the present month and the eleven before the last one. Throws
/// UsageError for what is no month, for none, and for more than kMonthsMax.
MonthRange month_range(const std::optional<std::string>& from, const std::optional<std::string>& to,
                       time::Date today);

/// What nodes of a tree cost by month, charge and currency, alone and with what is below them.
struct RollUpReport {
  struct Node {
    std::string customer;     ///< key; empty: a cost centre
    std::string cost_centre;  ///< name; empty: a customer
    std::string parent;       ///< name of the node directly above; empty: none
  };
  MonthRange months;
  std::vector<Node> nodes;
  std::vector<insight::RolledUp> rows;  ///< their `node` is a place in `nodes`
};

/// Called in front of what is read of a customer: so that a connection bound to one may.
using LookAt = std::function<void(const accounts::Below&)>;

/// Of a customer and all below it. Inside a snapshot.
RollUpReport subtree_costs(store::Connection& connection,
                           const std::vector<accounts::Below>& subtree, const MonthRange& months,
                           const LookAt& look_at);

/// Node of those in no cost centre.
inline constexpr std::string_view kUnassigned = "unassigned";
/// Of all customers by the trees of cost centres in allocation.xml: where a customer is named, else
/// the first cost centre whose plan it is subscribed to in these months. Inside a snapshot, which
/// may read everybody.
RollUpReport cost_centre_costs(store::Connection& connection, const domain::AllocationRules& rules,
                               const MonthRange& months);

/// The schema RollUp.
void write_json(text::JsonWriter& json, const RollUpReport& report);
void write_csv(text::CsvWriter& csv, const RollUpReport& report);

}  // namespace reckoner::web

#include "web/roll_up_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "accounts/closings.hpp"
#include "base/error.hpp"
#include "domain/cost_centre.hpp"

namespace reckoner::web {

namespace {

using insight::RollUpCost;
using insight::RollUpNode;

constexpr store::Statement kCosts{"roll-up costs of a customer", R"(
  select l.period_label as month, l.charge, d.currency,
         coalesce(sum(l.amount) filter (where d.kind <> 'showback'), 0) as billed,
         coalesce(sum(l.amount) filter (where d.kind = 'showback'), 0) as shown
    from document_line l
    join document d on d.customer_id = l.customer_id and d.ordinal = l.ordinal
   where l.customer_id = $1 and l.period_starts_at >= $4 and l.period_starts_at < $5
     and l.period_label between $2 and $3
   group by l.period_label, l.charge, d.currency)"};
constexpr store::Statement kAllCosts{"roll-up costs of everybody", R"(
  select l.customer_id, l.period_label as month, l.charge, d.currency,
         coalesce(sum(l.amount) filter (where d.kind <> 'showback'), 0) as billed,
         coalesce(sum(l.amount) filter (where d.kind = 'showback'), 0) as shown
    from document_line l
    join document d on d.customer_id = l.customer_id and d.ordinal = l.ordinal
   where l.period_starts_at >= $3 and l.period_starts_at < $4 and l.period_label between $1 and $2
   group by l.customer_id, l.period_label, l.charge, d.currency)"};
constexpr store::Statement kKeys{"roll-up customers", R"(
  select customer_id, key from customer order by key)"};
constexpr store::Statement kPlans{"roll-up plans", R"(
  select distinct customer_id, plan from subscription
   where starts_at < $2 and (ends_at is null or ends_at > $1))"};

RollUpCost cost_of(const store::Row& row, std::size_t node) {
  const auto currency = money::Currency::of(row.text("currency"));
  return {.node = node,
          .month = row.text("month"),
          .charge = row.text("charge"),
          .billed = money::Money(row.decimal("billed"), currency),
          .shown = money::Money(row.decimal("shown"), currency)};
}

/// The cost centres as nodes, and which of them a customer is in.
class Centres {
 public:
  explicit Centres(const domain::AllocationRules& rules) : centres_(rules) {
    for (const domain::CostCentres::Node& node : centres_.nodes()) {
      add_node("", node.name, node.parent);
    }
  }

  std::size_t place_of(const std::string& key, const std::set<std::string>& plans) {
    if (const auto node = centres_.of(key, plans)) return *node;
    if (!unassigned_) unassigned_ = add_node("", std::string(kUnassigned), std::nullopt);
    return *unassigned_;
  }
  std::size_t add_node(std::string customer, std::string centre,
                       std::optional<std::size_t> parent) {
    const auto name_of = [](const RollUpReport::Node& node) {
      return node.customer.empty() ? node.cost_centre : node.customer;
    };
    std::string above = parent ? name_of(report.nodes[*parent]) : "";
    report.nodes.push_back({std::move(customer), std::move(centre), std::move(above)});
    tree.push_back({name_of(report.nodes.back()), parent});
    return tree.size() - 1;
  }

  RollUpReport report;
  std::vector<RollUpNode> tree;

 private:
  const domain::CostCentres centres_;
  std::optional<std::size_t> unassigned_;
};

time::Date month_typed(const std::string& text) {
  try {
    return accounts::parse_month(text);
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
}

// Local months begin so much before and behind those of UTC, at most.
constexpr std::chrono::hours kFurthest{14};

/// Between which instants periods of these months begin, wherever their customers are.
time::Period furthest_starts(const MonthRange& months) {
  const time::Zone utc = time::Zone::utc();
  return {utc.start_of(accounts::parse_month(months.from)) - kFurthest,
          utc.start_of(time::month_day(accounts::parse_month(months.to), 1, 1)) + kFurthest};
}

}  // namespace

MonthRange month_range(const std::optional<std::string>& from, const std::optional<std::string>& to,
                       time::Date today) {
  const time::Date last = to ? month_typed(*to) : time::month_day(today, 0, 1);
  const time::Date first = from ? month_typed(*from) : time::month_day(last, -11, 1);
  if (first > last) throw UsageError("there is no month between these");
  if (time::month_day(first, kMonthsMax, 1) <= last) {
    throw UsageError(fmt::format("at most {} months", kMonthsMax));
  }
  return {accounts::month_label(first), accounts::month_label(last)};
}

RollUpReport subtree_costs(store::Connection& connection,
                           const std::vector<accounts::Below>& subtree, const MonthRange& months,
                           const LookAt& look_at) {
  RollUpReport report{months, {}, {}};
  const time::Period stretch = furthest_starts(months);
  std::vector<RollUpNode> tree;
  std::vector<RollUpCost> costs;
  for (const accounts::Below& one : subtree) {
    const bool is_root = one.depth == 0;
    report.nodes.push_back({one.key, "", is_root ? "" : subtree[one.parent].key});
    tree.push_back({one.key, is_root ? std::nullopt : std::optional(one.parent)});
    look_at(one);
    for (const store::Row& row : connection.query(
             kCosts, {one.customer, months.from, months.to, stretch.starts_at, stretch.ends_at})) {
      costs.push_back(cost_of(row, tree.size() - 1));
    }
  }
  report.rows = insight::roll_up(tree, costs);
  return report;
}

RollUpReport cost_centre_costs(store::Connection& connection, const domain::AllocationRules& rules,
                               const MonthRange& months) {
  const time::Period stretch = furthest_starts(months);
  std::map<std::int64_t, std::set<std::string>> plans;
  for (const store::Row& row :
       connection.query(kPlans, {stretch.starts_at + kFurthest, stretch.ends_at - kFurthest})) {
    plans[row.int64("customer_id")].insert(row.text("plan"));
  }
  std::map<std::int64_t, std::string> keys;
  for (const store::Row& row : connection.query(kKeys)) {
    keys.emplace(row.int64("customer_id"), row.text("key"));
  }
  Centres centres(rules);
  centres.report.months = months;
  std::map<std::int64_t, std::size_t> nodes;
  std::vector<RollUpCost> costs;
  for (const store::Row& row :
       connection.query(kAllCosts, {months.from, months.to, stretch.starts_at, stretch.ends_at})) {
    const std::int64_t customer = row.int64("customer_id");
    const auto [node, is_new] = nodes.try_emplace(customer, 0);
    if (is_new) {
      const std::string& key = keys.at(customer);
      node->second = centres.add_node(key, "", centres.place_of(key, plans[customer]));
    }
    costs.push_back(cost_of(row, node->second));
  }
  centres.report.rows = insight::roll_up(centres.tree, costs);
  return std::move(centres.report);
}

void write_json(text::JsonWriter& json, const RollUpReport& report) {
  const auto text_or_null = [&](std::string_view name, const std::string& value) {
    json.key(name);
    value.empty() ? json.null() : json.string(value);
  };
  json.begin_object().key("from").string(report.months.from);
  json.key("to").string(report.months.to).key("items").begin_array();
  for (const insight::RolledUp& row : report.rows) {
    const RollUpReport::Node& node = report.nodes[row.own.node];
    json.begin_object();
    text_or_null("customer", node.customer);
    text_or_null("cost_centre", node.cost_centre);
    text_or_null("parent", node.parent);
    json.key("month").string(row.own.month).key("charge").string(row.own.charge);
    json.key("currency").string(row.own.billed.currency().code());
    json.key("billed").string(row.own.billed.to_string());
    json.key("shown").string(row.own.shown.to_string());
    json.key("billed_with_below").string(row.billed_with_below.to_string());
    json.key("shown_with_below").string(row.shown_with_below.to_string()).end_object();
  }
  json.end_array().end_object();
}

void write_csv(text::CsvWriter& csv, const RollUpReport& report) {
  for (const char* title : {"customer", "cost_centre", "parent", "month", "charge", "currency",
                            "billed", "shown", "billed_with_below", "shown_with_below"}) {
    csv.text(title);
  }
  csv.end_row();
  for (const insight::RolledUp& row : report.rows) {
    const RollUpReport::Node& node = report.nodes[row.own.node];
    csv.text(node.customer).text(node.cost_centre).text(node.parent);
    csv.text(row.own.month).text(row.own.charge).text(row.own.billed.currency().code());
    csv.number(row.own.billed.to_string()).number(row.own.shown.to_string());
    csv.number(row.billed_with_below.to_string()).number(row.shown_with_below.to_string());
    csv.end_row();
  }
}

}  // namespace reckoner::web

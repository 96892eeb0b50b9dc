#include "engine/pool_members.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace reckoner::engine {

namespace {

// Zones reach 14 hours from UTC to either side; what is a day of the month is looked at behind.
constexpr std::chrono::hours kFurthest{14};
constexpr std::size_t kSlice = 1000;

constexpr store::Statement kSubscribed{"subscribed to a cost pool", R"(
  select s.customer_id, c.key, s.cycle, s.plan, s.environment, s.starts_at, s.ends_at, y.time_zone
    from cycle y
    join subscription s on s.customer_id = y.customer_id and s.cycle = y.cycle
    join customer c on c.customer_id = s.customer_id
   where y.engine = $1 and y.currency = $2
     and s.starts_at < $4 and (s.ends_at is null or s.ends_at > $3 and s.ends_at > s.starts_at)
   order by s.customer_id, s.cycle, s.subscription)"};

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool counts(const domain::CostPool& pool, const store::Row& row) {
  const std::string key = row.text("key");
  const std::string plan = row.text("plan");
  std::string environment = row.text("environment");
  if (environment.empty()) environment = "production";
  if (contains(pool.excluded_customers, key) || contains(pool.excluded_plans, plan)) return false;
  if (!pool.environments.empty() && !contains(pool.environments, environment)) return false;
  if (pool.customers.empty() && pool.plans.empty()) return true;
  return contains(pool.customers, key) || contains(pool.plans, plan);
}

/// The quantities of the month, by customer, in the order of the pool's meters.
std::map<CustomerId, std::vector<money::Decimal>> measured(FactReader& facts,
                                                           const meters::MeterReader& reader,
                                                           const domain::CostPool& pool,
                                                           const time::Period& month,
                                                           std::span<const PoolMember> members) {
  std::map<CustomerId, std::vector<money::Decimal>> usage;
  std::vector<UsageQuery> queries;
  for (const PoolMember& member : members) queries.push_back({member.customer, month});
  for (const domain::CostPool::Driver& driver : pool.drivers) {
    const domain::Meter* meter = reader.find(driver.meter);
    RK_CHECK(meter != nullptr);
    if (domain::is_folded(meter->aggregation)) {
      const auto folds = facts.usage(queries, {meter->name}, reader);
      for (std::size_t i = 0; i < queries.size(); ++i) {
        const auto fold = folds[i].find(meter->name);
        usage[queries[i].customer].push_back(
            fold == folds[i].end() ? money::Decimal(0)
                                   : usage::quantity_of(fold->second, meter->aggregation));
      }
      continue;
    }
    std::vector<QuantityQuery> asked;
    for (const UsageQuery& query : queries) {
      asked.push_back({.customer = query.customer, .meter = meter, .windows = {month}, .by = {}});
    }
    const std::vector<Quantities> found = facts.quantities(asked);
    for (std::size_t i = 0; i < queries.size(); ++i) {
      usage[queries[i].customer].push_back(found[i].total);
    }
  }
  return usage;
}

/// Puts members where they belong in the trees.
class Tree {
 public:
  Tree(const domain::AllocationRules& rules, const std::vector<PoolMember>& members,
       std::map<std::string, invoicing::CostPart> parts)
      : members_(members), parts_(std::move(parts)) {
    for (const domain::CostCentre& centre : rules.cost_centres) note_customers(centre);
  }

  /// The cost centres among these, and below these, that the pool is over.
  void add(const domain::CostPool& pool, const std::vector<domain::CostCentre>& centres,
           std::vector<invoicing::CostPart>& found) {
    for (const domain::CostCentre& centre : centres) {
      if (!contains(pool.cost_centres, centre.name)) {
        add(pool, centre.parts, found);
        continue;
      }
      invoicing::CostPart part = part_of(centre);
      if (!part.parts.empty()) found.push_back(std::move(part));
    }
  }

 private:
  void note_customers(const domain::CostCentre& centre) {
    named_.insert(centre.customers.begin(), centre.customers.end());
    for (const domain::CostCentre& part : centre.parts) note_customers(part);
  }

  invoicing::CostPart part_of(const domain::CostCentre& centre) {
    invoicing::CostPart part{.name = centre.name};
    for (const domain::CostCentre& below : centre.parts) {
      invoicing::CostPart one = part_of(below);
      if (!one.parts.empty()) part.parts.push_back(std::move(one));
    }
    for (const PoolMember& member : members_) {
      if (belongs(member, centre) && placed_.insert(member.key).second) {
        part.parts.push_back(parts_.at(member.key));
      }
    }
    return part;
  }

  bool belongs(const PoolMember& member, const domain::CostCentre& centre) const {
    if (contains(centre.customers, member.key)) return true;
    if (named_.contains(member.key)) return false;
    return std::ranges::any_of(centre.plans,
                               [&](const auto& plan) { return contains(member.plans, plan); });
  }

  const std::vector<PoolMember>& members_;
  const std::map<std::string, invoicing::CostPart> parts_;  ///< of the members, by key
  std::set<std::string> named_;                             ///< stand in a tree as customers
  std::set<std::string> placed_;
};

}  // namespace

MonthDays days_of_month(const std::string& month) {
  if (month.size() != std::string_view("2026-10").size()) {
    throw Error(fmt::format("'{}' is not a month such as 2026-10", month));
  }
  try {
    const time::Date first = time::parse_date(month + "-01");
    return {first, time::month_day(first, 1, 1)};
  } catch (const Error&) {
    throw Error(fmt::format("'{}' is not a month such as 2026-10", month));
  }
}

std::vector<PoolMember> pool_members(store::Connection& connection, const domain::CostPool& pool,
                                     const MonthDays& month) {
  const time::Zone utc = time::Zone::utc();
  std::vector<PoolMember> members;
  for (const store::Row& row : connection.query(
           kSubscribed, {pool.engine, pool.currency.code(), utc.start_of(month.first) - kFurthest,
                         utc.start_of(month.next) + kFurthest})) {
    if (!counts(pool, row)) continue;
    const time::Zone zone = time::Zone::named(row.text("time_zone"));
    time::Date last = time::add_days(month.next, -1);
    if (const auto ends_at = row.optional_instant("ends_at")) {
      last = std::min(last, zone.date_of(*ends_at - time::Instant::duration(1)));
    }
    if (zone.date_of(row.instant("starts_at")) > last || last < month.first) continue;
    const CustomerId customer{row.int64("customer_id")};
    if (members.empty() || members.back().customer != customer) {
      members.push_back({customer, row.text("key"), row.int64("cycle"), last, {}});
    }
    PoolMember& member = members.back();
    if (member.cycle == row.int64("cycle")) member.falls_on = std::max(member.falls_on, last);
    member.plans.push_back(row.text("plan"));
  }
  return members;
}

std::vector<invoicing::CostPart> pool_parts(FactReader& facts, const meters::MeterReader& reader,
                                            const domain::AllocationRules& rules,
                                            const domain::CostPool& pool, const MonthDays& month,
                                            const std::vector<PoolMember>& members) {
  const time::Period period{pool.zone.start_of(month.first), pool.zone.start_of(month.next)};
  std::map<std::string, invoicing::CostPart> parts;
  const std::span<const PoolMember> all(members);
  for (std::size_t from = 0; from < all.size(); from += kSlice) {
    const auto slice = all.subspan(from, std::min(kSlice, all.size() - from));
    const auto usage = measured(facts, reader, pool, period, slice);
    for (const PoolMember& member : slice) {
      invoicing::CostPart part{.name = member.key};
      if (const auto found = usage.find(member.customer); found != usage.end()) {
        part.usage = found->second;
      }
      parts.emplace(member.key, std::move(part));
    }
  }
  std::vector<invoicing::CostPart> top;
  if (pool.cost_centres.empty()) {
    for (auto& [key, part] : parts) top.push_back(std::move(part));
  } else {
    Tree(rules, members, std::move(parts)).add(pool, rules.cost_centres, top);
  }
  if (pool.given.empty()) return top;
  std::erase_if(top, [&](invoicing::CostPart& part) {
    for (const domain::CostPool::Given& given : pool.given) {
      if (given.customer + given.cost_centre == part.name) part.percent = given.percent;
    }
    return !part.percent.has_value();
  });
  return top;
}

}  // namespace reckoner::engine

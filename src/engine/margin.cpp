#include "engine/margin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <ranges>
#include <tuple>

#include "base/log.hpp"
#include "engine/charge_of_line.hpp"
#include "engine/pool_members.hpp"
#include "invoicing/supplier_cost.hpp"

namespace reckoner::engine {

namespace {

// A line key with what was billed and shown under it, and the facts it was last priced by.
constexpr store::Statement kLines{"margin lines", R"(
  with line as (
    select l.customer_id, l.period_starts_at, l.cycle, l.side, l.key, l.subscription, l.charge,
           l.amount, d.currency, d.kind = 'showback' as shown, l.ordinal, l.line, l.facts,
           d.corrects is null as priced,
           l.counts and not exists (select from document_void v
                                     where v.customer_id = l.customer_id and v.ordinal = l.ordinal
                                       and v.mode = 'rebill') as stands
      from document_line l
      join document d on d.customer_id = l.customer_id and d.ordinal = l.ordinal
     where l.period_starts_at >= $2 and l.period_starts_at < $3 and l.period_label = $1
  )
  select c.key as customer, coalesce(max(l.subscription), 0)::bigint as subscription,
         l.period_starts_at, l.currency, l.charge, coalesce(max(s.plan), '') as plan,
         max(p.version_id) as version_id,
         coalesce(sum(l.amount) filter (where not l.shown), 0) as billed,
         coalesce(sum(l.amount) filter (where l.shown), 0) as shown,
         coalesce(sum(l.amount) filter (where l.stands), 0) as standing,
         coalesce((array_agg(l.facts order by l.ordinal desc, l.line desc)
                     filter (where l.stands and l.priced))[1], '') as facts
    from line l
    join customer c on c.customer_id = l.customer_id
    left join subscription s on s.customer_id = l.customer_id and s.subscription = l.subscription
    left join billing_period p on p.customer_id = l.customer_id and p.cycle = l.cycle
                              and p.side = l.side and p.starts_at = l.period_starts_at
   group by l.customer_id, c.key, l.currency, l.period_starts_at, l.cycle, l.side, l.key, l.charge
   order by c.key, l.currency, l.charge, l.key)"};

/// Customer, plan, charge, currency.
using Key = std::tuple<std::string, std::string, std::string, std::string>;
using Rows = std::map<Key, MarginRow>;

MarginRow& row_of(Rows& rows, const std::string& customer, const std::string& plan,
                  const std::string& charge, money::Currency currency) {
  const money::Money zero(currency);
  return rows
      .try_emplace({customer, plan, charge, std::string(currency.code())},
                   MarginRow{customer, plan, charge, zero, zero, zero})
      .first->second;
}

/// Whose usage: all charges of a subscription look at the same usage of a period.
struct UsedBy {
  std::string customer;
  std::int64_t subscription = 0;
  time::Instant period;
  auto operator<=>(const UsedBy&) const = default;
};
/// What charges (by plan and name) measured of it. The usage is what the one with the most did: the
/// others looked at the same, or at a part of it.
using Measured = std::map<std::pair<std::string, std::string>, money::Decimal>;
/// Of meters that suppliers price.
using ByMeter = std::map<std::string, std::map<UsedBy, Measured>>;

/// Reads versions as lines need them.
class PricedVersions {
 public:
  PricedVersions(store::Connection& connection, Versions& versions)
      : connection_(connection), versions_(versions) {}

  /// nullptr for one that does not run here any more.
  const config::Configuration* find(std::int64_t version) {
    const auto [loaded, is_new] = loaded_.try_emplace(version, nullptr);
    if (is_new) {
      try {
        loaded->second = versions_.load(connection_, VersionId{version});
      } catch (const store::DatabaseError&) {
        throw;
      } catch (const Error& error) {
        log::warning("margin without what version {} priced: {}", version, error.what());
      }
    }
    return loaded->second == nullptr ? nullptr : &loaded->second->configuration();
  }

 private:
  store::Connection& connection_;
  Versions& versions_;
  std::map<std::int64_t, std::shared_ptr<const CompiledVersion>> loaded_;
};

/// Notes what the line measured, and gives the plan that priced it.
std::string measure(const store::Row& line, PricedVersions& versions, ByMeter& measured) {
  const std::string facts_text = line.text("facts");
  const auto version = line.optional_int64("version_id");
  if (!version || !has_charge_facts(facts_text)) return line.text("plan");
  const invoicing::ChargeFacts facts = invoicing::parse_charge_facts(facts_text);
  const config::Configuration* configuration = versions.find(*version);
  if (configuration == nullptr) return facts.plan;
  const auto priced = priced_by(*configuration, money::Currency::of(line.text("currency")), facts);
  const domain::OfMeters* metering = priced ? domain::metering_of(priced->charge) : nullptr;
  if (metering == nullptr) return facts.plan;
  for (std::size_t i = 0; i < metering->meters.size(); ++i) {
    const money::Decimal quantity = invoicing::measured_quantity(facts, i);
    if (quantity.is_zero()) continue;
    const UsedBy used_by{line.text("customer"), line.int64("subscription"),
                         line.instant("period_starts_at")};
    measured[metering->meters[i]][used_by][{facts.plan, line.text("charge")}] += quantity;
  }
  return facts.plan;
}

void add_supplier_costs(const config::Configuration& active, const std::string& month,
                        const ByMeter& measured, Rows& rows) {
  for (const domain::SupplierPrice& price : active.supplier_prices) {
    const auto of_meter = measured.find(domain::metering_of(price.charge)->meters.front());
    if (of_meter == measured.end()) continue;
    std::vector<money::Decimal> used;
    for (const auto& [used_by, charges] : of_meter->second) {
      used.push_back(std::ranges::max(charges | std::views::values));
    }
    const auto costs = invoicing::supplier_cost(price, days_of_month(month).first, used,
                                                active.settings.rounding());
    std::size_t place = 0;
    for (const auto& [used_by, charges] : of_meter->second) {
      std::vector<money::Decimal> quantities;
      for (const auto& [charge, quantity] : charges) quantities.push_back(quantity);
      const auto parts = money::allocate(costs[place++], quantities);
      std::size_t part = 0;
      for (const auto& [charge, quantity] : charges) {
        row_of(rows, used_by.customer, charge.first, charge.second, price.currency).cost +=
            parts[part++];
      }
    }
  }
}

std::vector<MarginRow> listed(Rows rows) {
  std::vector<MarginRow> list;
  list.reserve(rows.size());
  for (auto& [key, row] : rows) list.push_back(std::move(row));
  return list;
}

}  // namespace

std::vector<MarginRow> margins(store::Connection& connection, Versions& versions,
                               const std::string& month) {
  const auto version = versions.active(connection);
  if (!version) throw Error("no configuration is active yet: reckoner config apply");
  const auto active = versions.load(connection, *version);
  PricedVersions priced(connection, versions);
  Rows rows;
  ByMeter measured;
  // Local months begin so much before and behind those of UTC, at most.
  constexpr std::chrono::hours kFurthest{14};
  const MonthDays days = days_of_month(month);
  const time::Zone utc = time::Zone::utc();
  for (const store::Row& line : connection.query(
           kLines,
           {month, utc.start_of(days.first) - kFurthest, utc.start_of(days.next) + kFurthest})) {
    const std::string plan = measure(line, priced, measured);
    const std::string charge = line.text("charge");
    const auto currency = money::Currency::of(line.text("currency"));
    MarginRow& row = row_of(rows, line.text("customer"), plan, charge, currency);
    row.billed += money::Money(line.decimal("billed"), currency);
    row.shown += money::Money(line.decimal("shown"), currency);
    if (charge.starts_with(domain::charge_of_pool(""))) {
      row.cost += money::Money(line.decimal("standing"), currency);
    }
  }
  add_supplier_costs(active->configuration(), month, measured, rows);
  return listed(std::move(rows));
}

std::vector<MarginRow> margins_by(const std::vector<MarginRow>& rows,
                                  const std::set<MarginBy>& by) {
  const auto kept = [&](MarginBy what, const std::string& name) {
    return by.contains(what) ? name : std::string();
  };
  Rows sums;
  for (const MarginRow& row : rows) {
    MarginRow& sum =
        row_of(sums, kept(MarginBy::kCustomer, row.customer), kept(MarginBy::kPlan, row.plan),
               kept(MarginBy::kCharge, row.charge), row.billed.currency());
    sum.billed += row.billed;
    sum.shown += row.shown;
    sum.cost += row.cost;
  }
  return listed(std::move(sums));
}

}  // namespace reckoner::engine

#include "engine/margin.hpp"

#include <fmt/format.h>

#include <map>
#include <memory>
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
     where l.period_label = $1
  )
  select c.key as customer, l.currency, l.charge, coalesce(max(s.plan), '') as plan,
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

/// What a line measured of a meter that a supplier prices.
struct Measured {
  std::string customer;
  std::string plan;
  std::string charge;
  money::Decimal quantity;
};
using ByMeter = std::map<std::string, std::vector<Measured>>;

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
    measured[metering->meters[i]].push_back(
        {line.text("customer"), facts.plan, line.text("charge"), quantity});
  }
  return facts.plan;
}

void add_supplier_costs(const config::Configuration& active, const std::string& month,
                        const ByMeter& measured, Rows& rows) {
  for (const domain::SupplierPrice& price : active.supplier_prices) {
    const auto of_meter = measured.find(domain::metering_of(price.charge)->meters.front());
    if (of_meter == measured.end()) continue;
    std::vector<money::Decimal> quantities;
    for (const Measured& one : of_meter->second) quantities.push_back(one.quantity);
    const auto costs = invoicing::supplier_cost(price, days_of_month(month).first, quantities,
                                                active.settings.rounding());
    for (std::size_t i = 0; i < costs.size(); ++i) {
      const Measured& one = of_meter->second[i];
      row_of(rows, one.customer, one.plan, one.charge, price.currency).cost += costs[i];
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
  for (const store::Row& line : connection.query(kLines, {month})) {
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

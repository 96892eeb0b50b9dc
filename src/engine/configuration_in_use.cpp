#include "engine/configuration_in_use.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "base/mistakes.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kPlansInUse{"plans in use", R"(
  select s.plan, s.currency, c.engine, min(k.key) as customer
    from subscription s
    join cycle c on c.customer_id = s.customer_id and c.cycle = s.cycle
    join customer k on k.customer_id = s.customer_id
   where s.ends_at is null or s.ends_at > $1
      or exists (select from billing_period p
                  where p.customer_id = s.customer_id and p.cycle = s.cycle
                    and p.billed_cut is null and p.starts_at < s.ends_at)
   group by s.plan, s.currency, c.engine order by s.plan, s.currency, c.engine)"};

constexpr store::Statement kMeterInUse{"meter in use", R"(
  select exists (select from usage_total where meter = $1)
      or exists (select from usage_delta where meter = $1)
      or exists (select from usage_point where meter = $1) as used)"};

constexpr store::Statement kEntitiesInUse{"legal entities in use", R"(
  select legal_entity, min(key) as customer from customer
   where legal_entity <> '' group by legal_entity order by legal_entity)"};

void check_entity(const store::Row& use, const CompiledVersion& next) {
  const std::string id = use.text("legal_entity");
  for (const domain::LegalEntity& entity : next.configuration().legal_entities) {
    if (entity.id == id) return;
  }
  throw Error(fmt::format(
      "legal entity '{}' bills customers, such as '{}', and this configuration does not have it",
      id, use.text("customer")));
}

template <class Item>
const Item* find(const std::vector<Item>& items, std::string_view name) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.name == name; });
  return found == items.end() ? nullptr : &*found;
}

void check_plan(const store::Row& use, const CompiledVersion& next) {
  const std::string name = use.text("plan");
  const std::string engine = use.text("engine");
  const std::string who =
      fmt::format("plan '{}' has subscribers, such as customer '{}'", name, use.text("customer"));
  const std::string currency = use.text("currency");
  const std::vector<domain::Plan>& plans = next.configuration().plans;
  const domain::Plan* named = find(plans, name);
  if (named == nullptr) {
    throw Error(fmt::format("{}, and this configuration does not have it", who));
  }
  const auto plan = std::find_if(plans.begin(), plans.end(), [&](const domain::Plan& candidate) {
    return candidate.name == name && candidate.currency.code() == currency;
  });
  if (plan == plans.end()) {
    throw Error(fmt::format("{}:{}: {}, in {}; its currency cannot become {}", named->place.file,
                            named->place.line, who, currency, named->currency.code()));
  }
  if (plan->billed_by != engine) {
    throw Error(fmt::format("{}:{}: {}, billed by engine '{}'; they cannot be moved to '{}'",
                            plan->place.file, plan->place.line, who, engine, plan->billed_by));
  }
  if (!next.chain(engine).issues()) {
    throw Error(fmt::format("{}, billed by engine '{}', which issues nothing in this configuration",
                            who, engine));
  }
}

/// What is stored of an event, in usage_total and usage_point.
enum class Stored { kCount, kFold, kItems, kInstants, kValues };

Stored stored_of(const domain::Meter& meter) {
  switch (meter.aggregation) {
    case domain::Aggregation::kCount:
      return Stored::kCount;
    case domain::Aggregation::kUniqueCount:
      return Stored::kItems;
    case domain::Aggregation::kHeartbeat:
      return Stored::kInstants;
    default:
      return domain::is_folded(meter.aggregation) ? Stored::kFold : Stored::kValues;
  }
}

/// Values are folded, too: the fold goes on where its points are not asked for any more.
bool serves(Stored stored, Stored wanted) {
  return stored == wanted || (stored == Stored::kValues && wanted == Stored::kFold);
}

/// What the member of a dimension was stays what it is. Where a level carries over, no dimension
/// may come or go: the level would go on in the old series beside the new one.
bool groups_alike(const domain::Meter& a, const domain::Meter& b) {
  for (const domain::Meter::Dimension& dimension : a.group_by) {
    for (const domain::Meter::Dimension& other : b.group_by) {
      if (dimension.name == other.name && dimension.path != other.path) return false;
    }
  }
  if (!domain::carries_over(a.aggregation) && !domain::carries_over(b.aggregation)) return true;
  const auto names = [](const domain::Meter& meter) {
    std::set<std::string_view> all;
    for (const domain::Meter::Dimension& dimension : meter.group_by) all.insert(dimension.name);
    return all;
  };
  return names(a) == names(b);
}

/// Whether what is stored of `a`'s events is what `b` would have read.
bool reads_alike(const domain::Meter& a, const domain::Meter& b) {
  return a.event_type == b.event_type && a.value == b.value && a.expression == b.expression &&
         a.filters == b.filters && a.reports_change == b.reports_change &&
         serves(stored_of(a), stored_of(b)) && groups_alike(a, b);
}

/// A meter with usage; `successor` is the one of the same name, where there is one.
[[noreturn]] void refuse_meter(const domain::Meter& meter, const domain::Meter* successor,
                               bool starts_again) {
  if (successor == nullptr) {
    throw Error(
        fmt::format("meter '{}' has usage, and this configuration does not have it: keep it, "
                    "with the attribute ends-at where it shall count nothing more",
                    meter.name));
  }
  if (starts_again) {
    throw Error(
        fmt::format("{}:{}: meter '{}' has usage and has ended; it cannot begin again: "
                    "give the new one another name",
                    successor->place.file, successor->place.line, meter.name));
  }
  throw Error(
      fmt::format("{}:{}: meter '{}' has usage; its event-type, value and counting cannot "
                  "change, nor its expression, filters and dimensions: give the new one another "
                  "name",
                  successor->place.file, successor->place.line, meter.name));
}

}  // namespace

void check_in_use(store::Connection& connection, const CompiledVersion& active,
                  const CompiledVersion& next, time::Instant now) {
  MistakeCollector mistakes;
  for (const store::Row& use : connection.query(kPlansInUse, {now})) {
    mistakes.attempt([&] { check_plan(use, next); });
  }
  for (const store::Row& use : connection.query(kEntitiesInUse)) {
    mistakes.attempt([&] { check_entity(use, next); });
  }
  for (const domain::Meter& meter : active.configuration().meters) {
    const domain::Meter* successor = find(next.configuration().meters, meter.name);
    const bool starts_again = meter.ends_at && successor != nullptr && !successor->ends_at;
    if (successor != nullptr && reads_alike(meter, *successor) && !starts_again) continue;
    if (!connection.query(kMeterInUse, {meter.name}).only().boolean("used")) continue;
    mistakes.attempt([&] { refuse_meter(meter, successor, starts_again); });
  }
  mistakes.finish();
}

}  // namespace reckoner::engine

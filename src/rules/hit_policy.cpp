#include <array>
#include <utility>

#include "base/error.hpp"
#include "rules/model_text.hpp"

namespace reckoner::rules {

namespace {

constexpr std::array<std::pair<HitPolicy, std::string_view>, 7> kHitPolicies = {{
    {HitPolicy::kUnique, "UNIQUE"},
    {HitPolicy::kFirst, "FIRST"},
    {HitPolicy::kPriority, "PRIORITY"},
    {HitPolicy::kAny, "ANY"},
    {HitPolicy::kCollect, "COLLECT"},
    {HitPolicy::kRuleOrder, "RULE ORDER"},
    {HitPolicy::kOutputOrder, "OUTPUT ORDER"},
}};

constexpr std::array<std::pair<Aggregation, std::string_view>, 5> kAggregations = {{
    {Aggregation::kNone, ""},
    {Aggregation::kSum, "SUM"},
    {Aggregation::kMin, "MIN"},
    {Aggregation::kMax, "MAX"},
    {Aggregation::kCount, "COUNT"},
}};

template <typename Table>
auto value_named(const Table& table, std::string_view name) {
  using Enum = typename Table::value_type::first_type;
  for (const auto& [value, known] : table)
    if (known == name) return std::optional<Enum>(value);
  return std::optional<Enum>();
}

template <typename Table, typename Enum>
std::string_view name_in(const Table& table, Enum value) {
  for (const auto& [known, name] : table)
    if (known == value) return name;
  throw Bug("a value without a name");
}

}  // namespace

std::optional<HitPolicy> hit_policy_named(std::string_view name) {
  return name.empty() ? HitPolicy::kUnique : value_named(kHitPolicies, name);
}

std::string_view name_of(HitPolicy policy) {
  return name_in(kHitPolicies, policy);
}

std::optional<Aggregation> aggregation_named(std::string_view name) {
  return value_named(kAggregations, name);
}

std::string_view name_of(Aggregation aggregation) {
  return name_in(kAggregations, aggregation);
}

}  // namespace reckoner::rules

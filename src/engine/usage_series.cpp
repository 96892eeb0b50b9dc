#include "engine/usage_series.hpp"

#include <map>

#include "meters/meter_reader.hpp"
#include "usage/fold.hpp"

namespace reckoner::engine {

std::vector<std::string> dimension_values(std::string_view dimensions,
                                          const std::vector<std::string>& names) {
  std::vector<std::string> values(names.size());
  if (names.empty()) return values;
  for (auto& [name, value] : meters::parse_dimensions(dimensions)) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == name) values[i] = value;
    }
  }
  return values;
}

time::Period whole_of(const QuantityQuery& query) {
  return {query.windows.front().starts_at, query.windows.back().ends_at};
}

Quantities quantities_of(const QuantityQuery& query, std::span<const usage::Series> series) {
  Quantities quantities;
  quantities.total = usage::quantity_of(usage::value_of(*query.meter, whole_of(query), series));
  std::map<std::vector<std::string>, std::vector<usage::Series>> groups;
  for (const usage::Series& one : series) {
    groups[dimension_values(one.dimensions, query.by)].push_back(one);
  }
  for (const auto& [values, of_group] : groups) {
    const auto measured = usage::values_of(*query.meter, query.windows, of_group);
    for (std::size_t window = 0; window < measured.size(); ++window) {
      const money::Decimal quantity = usage::quantity_of(measured[window]);
      if (quantity.is_zero()) continue;
      quantities.groups.push_back({values, window, quantity});
    }
  }
  return quantities;
}

}  // namespace reckoner::engine

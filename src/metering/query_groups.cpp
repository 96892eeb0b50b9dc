#include "metering/query_groups.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reckoner::metering {

GroupFinder::GroupFinder(const MeterQuery& query, time::Instant whole_start)
    : query_(query), whole_start_(whole_start) {}

const std::vector<std::string>* GroupFinder::dimensions_of(std::string_view dimensions) {
  auto found = seen_.find(dimensions);
  if (found == seen_.end()) {
    const auto parsed = meters::parse_dimensions(dimensions);
    const auto value = [&](std::string_view name) {
      const auto at = std::find_if(parsed.begin(), parsed.end(),
                                   [&](const auto& dimension) { return dimension.first == name; });
      return at == parsed.end() ? std::string() : at->second;
    };
    Seen seen{true, {}};
    for (const auto& [name, condition] : query_.filters) {
      seen.passes = seen.passes && condition.holds(value(name));
    }
    for (const std::string& name : query_.group_by) seen.dimensions.push_back(value(name));
    found = seen_.emplace(dimensions, std::move(seen)).first;
  }
  return found->second.passes ? &found->second.dimensions : nullptr;
}

time::Instant GroupFinder::window_start(time::Instant occurred_at) {
  if (!query_.window) return whole_start_;
  if (!last_window_.contains(occurred_at)) {
    last_window_ = window_containing(occurred_at, *query_.window, query_.zone);
  }
  return last_window_.starts_at;
}

GroupKey GroupFinder::key(time::Instant window_start, std::string_view subject, CustomerId customer,
                          const std::vector<std::string>& dimensions) const {
  return {window_start, query_.by_subject ? std::string(subject) : std::string(),
          query_.by_customer ? customer : CustomerId{}, dimensions};
}

void refuse_more_rows(std::size_t rows, const MeterQuery& query) {
  if (rows < query.rows_max) return;
  throw TooManyRows(
      fmt::format("the answer would have more than {} rows: ask for a shorter time, longer windows "
                  "or fewer groups",
                  query.rows_max));
}

}  // namespace reckoner::metering

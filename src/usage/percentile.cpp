#include "usage/percentile.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace reckoner::usage {

void Distribution::merge(const Distribution& other) {
  for (const auto& [value, times] : other.times_) times_[value] += times;
}

std::int64_t Distribution::count() const {
  std::int64_t all = 0;
  for (const auto& [value, times] : times_) all += times;
  return all;
}

std::optional<money::Decimal> Distribution::percentile(const money::Decimal& percent) const {
  if (percent < money::Decimal(0) || percent > money::Decimal(100)) {
    throw Error(fmt::format("a percentile is from 0 to 100, not {}", percent.to_string()));
  }
  const money::Decimal wanted = percent * count();
  std::int64_t up_to_here = 0;
  for (const auto& [value, times] : times_) {
    up_to_here += times;
    if (money::Decimal(up_to_here) * 100 >= wanted) return value;
  }
  return std::nullopt;
}

}  // namespace reckoner::usage

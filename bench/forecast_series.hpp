#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "money/decimal.hpp"

namespace reckoner::bench {

/// What somebody used, step by step.
using Steps = std::vector<money::Decimal>;

/// Steps that end with a bill.
struct BillingStretch {
  std::size_t begin = 0;
  std::size_t end = 0;  ///< not included
};

/// Series of one kind, forecast and judged alike.
struct SeriesSet {
  std::string name;
  std::string step;        ///< "day", "hour", "minute"
  int season = 1;          ///< steps
  std::size_t before = 0;  ///< steps from a stretch back to the one that "same as last" means
  std::vector<BillingStretch> stretches;  ///< each forecast from five places within
  std::vector<Steps> series;
};

/// Customers made up, by kind: a weekly season with noise, growth, decline, a lasting change,
/// spikes, hardly any usage, noise alone, and customers who began lately. 26 weeks, months of 30
/// days.
std::vector<SeriesSet> synthetic_days(std::size_t customers);

/// Those of the data sets of `directory` that are there: apache-logs by hours, azure-llm-2023 and
/// mooncake-llm by minutes, each as a whole and divided among tenants. Throws Error for one that is
/// not as it must be.
std::vector<SeriesSet> real_series(const std::filesystem::path& directory);

/// Hours of customers with a weekly season and noise, for anomalies.
std::vector<Steps> synthetic_hours(std::size_t customers, std::size_t weeks);

/// Whole days of them.
Steps days_of(const Steps& hours);

}  // namespace reckoner::bench

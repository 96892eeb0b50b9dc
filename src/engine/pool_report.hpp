#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/cost_pools.hpp"

namespace reckoner::engine {

/// What a customer bears of a pool's month, and what of it its documents have billed.
struct ReportedShare {
  std::string customer_key;
  std::string customer_name;
  PoolShare share;
  money::Money billed;  ///< the rest follows with its period, or is a correction to come
};

/// The stored shares of a pool's month in the order of the customers' keys: those behind `behind`
/// ("" is all), at most `limit`. For people: no run waits for it.
std::vector<ReportedShare> list_pool_shares(store::Connection& connection, const std::string& pool,
                                            const std::string& month, const std::string& behind,
                                            std::int64_t limit);

/// All of them in that order, with the memory of a page; `page_taken` is called behind each. Inside
/// the caller's transaction.
void for_each_pool_share(store::Connection& connection, const std::string& pool,
                         const std::string& month,
                         const std::function<void(const ReportedShare&)>& take,
                         const std::function<void()>& page_taken);

/// The shares as the active version would divide them now by what is known of usage, nothing
/// billed: for a month that no run has divided yet. Throws Error where nobody could bear it.
std::vector<ReportedShare> preview_pool_shares(store::Connection& connection, Versions& versions,
                                               const domain::CostPool& pool,
                                               const std::string& month,
                                               const money::Money& amount);

}  // namespace reckoner::engine

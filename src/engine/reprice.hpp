#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/versions.hpp"
#include "store/connection.hpp"

namespace reckoner::engine {

/// Billed periods by the local day they start on.
struct RepriceRange {
  time::Date from;
  std::optional<time::Date> to;  ///< the last such day; none: all since
};

/// What another configuration would make of a customer.
struct CustomerEffect {
  std::string customer;
  money::Money now;
  money::Money then;
};

/// What a change of the configuration means in money, by what the lines come to before tax.
struct PriceEffect {
  struct OfCharge {
    std::string plan;  ///< empty for lines of the whole customer
    std::string charge;
    money::Money now;
    money::Money then;
  };
  std::int64_t customers = 0;           ///< looked at
  std::vector<CustomerEffect> changed;  ///< those whose total differs, the largest difference first
  std::vector<OfCharge> charges;        ///< those whose total differs, by plan and charge
  std::vector<std::string> parked;      ///< who cannot be billed then, but can now: "acme: reason"
};

/// The effect on periods that are open (charged whole, with the usage known by now) or, with a
/// range, on those already billed. Reads only, in a snapshot of its own.
PriceEffect effect_of(store::Connection& connection, Versions& versions,
                      std::shared_ptr<const CompiledVersion> next,
                      const std::optional<RepriceRange>& range, time::Instant now);

/// Pins the billed periods of the range to the version, which is `next`, and makes them due at
/// once; `cause` says who and why, for people. Gives how many sides of periods that were. Inside
/// the caller's transaction; locks the customers. Throws Error for a version that lacks a plan of
/// those periods.
std::int64_t reprice(store::Connection& connection, const CompiledVersion& next,
                     const RepriceRange& range, VersionId version, const std::string& cause,
                     time::Instant now);

}  // namespace reckoner::engine

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/reprice.hpp"
#include "engine/versions.hpp"

namespace reckoner::engine {

/// What is computed under the active configuration and under another one.
enum class EffectOver {
  kOpen,    ///< periods that are not issued yet, each charged whole, with the usage known by now
  kDue,     ///< what runs fired now would bill
  kIssued,  ///< periods of a range that were billed, whole; each under the version it is pinned to
};

struct EffectRequest {
  std::shared_ptr<const CompiledVersion> next;
  EffectOver over = EffectOver::kOpen;
  RepriceRange range = {};  ///< of kIssued
  /// Asked before each slice of customers: how many were looked at, and how many there are. False:
  /// it is enough.
  std::function<bool(std::int64_t looked_at, std::int64_t of)> go_on = {};
};

/// What another configuration would make of a customer, in one currency.
struct CustomerEffect {
  std::string customer;
  money::Money now;
  money::Money then;
};

/// What a change of the configuration means in money, by what lines come to before tax.
struct PriceEffect {
  struct OfCharge {
    std::string plan;  ///< empty for lines of the whole customer
    std::string charge;
    money::Money now;
    money::Money then;
  };
  struct OfPlan {
    std::string plan;
    std::int64_t subscriptions = 0;  ///< whose amount differs
    money::Money now;
    money::Money then;
  };
  struct Total {
    std::int64_t customers = 0;  ///< with lines in this currency
    money::Money now;
    money::Money then;
    /// Of the documents, with tax and after coupons; zero but for kDue.
    money::Money documents_now;
    money::Money documents_then;
  };
  struct LeftAlone {
    std::string customer;
    std::string reason;
  };
  VersionId active;            ///< what it was compared with
  bool complete = true;        ///< all customers were looked at
  std::int64_t customers = 0;  ///< looked at
  std::int64_t customers_of = 0;
  std::vector<Total> totals;            ///< by currency
  std::vector<CustomerEffect> changed;  ///< those whose total differs, the largest difference first
  std::vector<OfCharge> charges;        ///< those whose total differs, by plan and charge
  std::vector<OfPlan> plans;            ///< those with such a charge, by name
  std::vector<LeftAlone> parked;        ///< who can be billed now, and could not then
  std::vector<LeftAlone> held;          ///< of kDue: whom the bounds of safety would hold then
};

/// Reads only, in a snapshot of its own; customers are taken in slices, so that memory grows with
/// those who change alone. An error of one customer parks it in the effect. Throws Error when no
/// version is active.
PriceEffect effect_of(store::Connection& connection, Versions& versions,
                      const EffectRequest& request, time::Instant now);

}  // namespace reckoner::engine

#pragma once

#include <set>
#include <string>

namespace reckoner::web {

/// Routes that may be at work for long, and hold a connection of a pool meanwhile: they take a seat
/// (HeavySeats). As "METHOD pattern".
inline std::set<std::string> heavy_routes() {
  const std::string customer = "GET /api/v1/customers/{customer}";
  return {
      customer + "/analytics/plans",
      customer + "/analytics/benchmark",
      customer + "/collective-statement",
      customer + "/focus",
      customer + "/roll-up",
      "GET /api/v1/allocation/pools/{pool}/months/{month}/shares.csv",
      "GET /api/v1/cost-centres/roll-up",
      "GET /api/v1/exports/{export}/file",
      "GET /api/v1/focus",
      "GET /api/v1/journal/export",
      "GET /api/v1/margin",
  };
}

}  // namespace reckoner::web

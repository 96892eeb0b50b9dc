#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "engine/batch.hpp"
#include "engine/compute.hpp"

namespace reckoner::engine {

/// A customer whose documents go beyond a bound of safety, as it is stored.
struct HeldWork {
  CustomerId customer;
  std::string key;
  std::string reasons;  ///< joined by "; "
  /// Over its statements and differences: what approval must compute again. Not over what belongs
  /// to the day of issue (tax, credits, balance).
  Sha256 hash{};
  std::string figures;  ///< JSON, for people: its documents, and their largest lines
};

/// `customer` is one of the computation's, with its documents.
HeldWork held_work(const Computation& computation, const CustomerWork& customer,
                   const std::vector<std::string>& reasons);

/// What differs between figures of the same customer: "2026-10 bandwidth is 30.00, was 20.00; …".
std::string changes(std::string_view figures_then, std::string_view figures_now);

/// A customer held by a run, whether somebody has decided or not.
struct HeldCustomer {
  RunId run;
  CustomerId customer;
  std::string key;
  std::string reasons;
  std::string figures;  ///< as above
  time::Instant held_at;
  std::string state;  ///< "open", "approved", "rejected"
  std::optional<time::Instant> decided_at;
  std::string decided_by;
  std::string decision;  ///< why
  std::string name = {};
};

/// Which held customers; what is empty does not restrict.
struct HeldFilter {
  std::optional<RunId> run = std::nullopt;
  std::string state = {};
  /// Only those behind this one in the list.
  std::optional<std::pair<std::string, RunId>> behind = std::nullopt;
  std::optional<std::int64_t> limit = std::nullopt;
};
/// By key (its bytes) and run.
std::vector<HeldCustomer> list_held(store::Connection& connection, const HeldFilter& filter);

/// Those of the customers that are held and not decided, by id. Read with the customers locked.
std::vector<std::int64_t> open_held(store::Connection& connection,
                                    std::span<const std::int64_t> customers);
void record_held(store::Connection& connection, const RunFacts& run, std::int64_t batch,
                 std::span<const HeldWork> held, time::Instant now);

}  // namespace reckoner::engine

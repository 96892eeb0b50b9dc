#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace reckoner::web {

/// What the server has done since its start. Counting is thread-safe and waits for nobody.
class Traffic {
 public:
  /// Once, before anything is counted: the routes by their labels ("POST /api/v1/events").
  void know_routes(std::vector<std::string> labels);

  /// An answer. `route` is an index into the labels, or kNoRoute where none was found.
  static constexpr std::size_t kNoRoute = ~std::size_t{0};
  void count(std::size_t route, int status, std::chrono::nanoseconds duration);

  std::atomic<std::int64_t> connections_open{0};
  std::atomic<std::int64_t> connections_accepted{0};
  std::atomic<std::int64_t> connections_refused{0};  ///< with 503
  std::atomic<std::int64_t> connections_evicted{0};  ///< idle ones, for new ones
  std::atomic<std::int64_t> body_bytes{0};           ///< of large bodies, in memory now

  /// In Prometheus' text format: requests by route and status, durations by route, connections.
  std::string prometheus() const;

 private:
  static constexpr std::size_t kStatusMax = 600;
  /// Upper bounds in milliseconds; longer ones count beyond the last.
  static constexpr std::array<std::int64_t, 13> kBuckets{1,   2,   5,    10,   20,   50,   100,
                                                         200, 500, 1000, 2000, 5000, 10000};
  struct Counts {
    std::string label;
    std::array<std::atomic<std::int64_t>, kStatusMax> by_status{};
    std::array<std::atomic<std::int64_t>, kBuckets.size() + 1> by_duration{};
    std::atomic<std::int64_t> microseconds{0};
  };

  std::vector<std::unique_ptr<Counts>> routes_;  ///< the last one: no route
};

}  // namespace reckoner::web

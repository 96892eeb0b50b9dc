#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

#include "web/http.hpp"

namespace reckoner::web {

/// Requests a second, over a longer while; after a pause those of Buckets::kBurst may come at once.
/// 0: without limit.
struct Rate {
  std::int64_t per_second = 0;
};

/// Counts requests of one kind of caller: each has a bucket of tokens that fills as time goes by.
/// Thread-safe. Who has not come for a while is forgotten, so that memory is bounded by those who
/// come at the same time, and by kCallersMax in any case.
class Buckets {
 public:
  static constexpr std::size_t kCallersMax = 100'000;
  /// A pause of that length fills a bucket.
  static constexpr std::chrono::seconds kBurst{5};
  using Time = std::chrono::steady_clock::time_point;

  explicit Buckets(Rate rate) : rate_(rate) {}
  /// Takes a token. Otherwise gives how long it takes until there is one: above zero.
  std::chrono::milliseconds take(const std::string& caller, Time now);
  std::size_t size();  ///< callers that are remembered

 private:
  struct Bucket {
    double tokens;
    Time at;
  };
  void forget_full(Time now);
  double filled(const Bucket& bucket, Time now) const;

  const Rate rate_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;  // guarded by mutex_
};

/// What one caller may ask for, so that the others have their share.
class RateLimits {
 public:
  struct Options {
    Rate address = {};  ///< of one address, before it is known who calls; not of this machine's own
    Rate caller = {};   ///< with one API key, or of one user
    Rate customer = {};  ///< of all who belong to one customer
  };
  explicit RateLimits(Options options)
      : addresses_(options.address), callers_(options.caller), customers_(options.customer) {}

  /// Throw Problem 429 with Retry-After.
  void admit(const std::string& address);
  void admit(const Principal& principal);

 private:
  Buckets addresses_;
  Buckets callers_;
  Buckets customers_;
};

}  // namespace reckoner::web

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/hash.hpp"
#include "web/http.hpp"

namespace reckoner::web {

/// Knows whose the secrets are that were used lately, so that a request costs no query. What it
/// knows is asked for again after `fresh`, by one caller while the others go on, and is forgotten
/// after `longest`: what was revoked is refused from then on, whatever the database does.
/// Thread-safe.
class CredentialCache {
 public:
  /// Looks a secret up; throws store::DatabaseError.
  using Find = std::function<std::optional<Principal>(std::string_view secret)>;
  struct Ages {
    std::chrono::milliseconds fresh{2'000};
    std::chrono::milliseconds longest{4'000};
  };
  explicit CredentialCache(Find find) : CredentialCache(std::move(find), Ages()) {}
  CredentialCache(Find find, Ages ages) : find_(std::move(find)), ages_(ages) {}

  /// None for a secret that is unknown or counts no more. Throws what Find throws, when nothing is
  /// known.
  std::optional<Principal> principal_of(std::string_view secret);

  /// Knows nothing any more: what is asked from now on was looked up after this call.
  void forget_all();

 private:
  using Steady = std::chrono::steady_clock;
  struct Known {
    std::optional<Principal> principal;
    std::optional<Steady::time_point> asked_at;
    bool being_asked = false;
  };
  struct HashOfHash {
    std::size_t operator()(const Sha256& hash) const noexcept;
  };
  void forget_old(Steady::time_point now);

  const Find find_;
  const Ages ages_;
  std::mutex mutex_;
  std::condition_variable answered_;
  std::unordered_map<Sha256, Known, HashOfHash> known_;  // guarded by mutex_
  std::size_t asking_ = 0;                               // guarded by mutex_
  std::uint64_t forgotten_ = 0;                          // how often; guarded by mutex_
};

}  // namespace reckoner::web

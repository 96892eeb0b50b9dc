#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "accounts/api_keys.hpp"
#include "base/hash.hpp"
#include "web/http.hpp"

namespace reckoner::web {

/// Knows the API keys used lately, so that a request costs no query: an Authenticator. What it
/// knows is asked for again after `fresh`, by one caller while the others go on, and is forgotten
/// after `longest`: a key that was revoked is refused from then on, whatever the database does.
/// Thread-safe.
class KeyRing {
 public:
  /// Looks a key up by its secret; throws store::DatabaseError.
  using Find = std::function<std::optional<accounts::ApiKey>(std::string_view secret)>;
  struct Ages {
    std::chrono::milliseconds fresh{2'000};
    std::chrono::milliseconds longest{4'000};
  };
  explicit KeyRing(Find find) : KeyRing(std::move(find), Ages()) {}
  KeyRing(Find find, Ages ages) : find_(std::move(find)), ages_(ages) {}

  /// None for an unknown or revoked key. Throws what Find throws, when nothing is known.
  std::optional<Principal> principal_of(std::string_view secret);

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
};

/// What an API key may do.
Principal principal_of(const accounts::ApiKey& key);

}  // namespace reckoner::web

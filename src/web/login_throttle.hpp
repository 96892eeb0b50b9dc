#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "web/http.hpp"

namespace reckoner::web {

/// Where a request comes from: the other side, or, where that is a proxy on this machine, whom the
/// proxy names last in X-Forwarded-For. Of IPv6 addresses the network (/64), which one holder has.
std::string origin_of(const Request& request);

/// Slows down who guesses passwords: for each login, and for each address, so many attempts at once
/// and then one after each pause. An attempt that was right is given back. Of this process, and
/// bounded: beyond `known_max` logins or addresses, those that are new share one allowance.
/// Thread-safe.
class LoginThrottle {
 public:
  using Steady = std::chrono::steady_clock;
  struct Limit {
    int at_once;
    std::chrono::milliseconds pause;
  };
  struct Limits {
    Limit of_login{10, std::chrono::seconds(30)};
    Limit of_address{50, std::chrono::seconds(5)};
    std::size_t known_max = 20'000;
  };
  LoginThrottle() : LoginThrottle(Limits()) {}
  explicit LoginThrottle(Limits limits)
      : logins_(limits.of_login), addresses_(limits.of_address), known_max_(limits.known_max) {}

  /// Notes an attempt. Throws Problem 429, and notes nothing, where there were too many.
  void attempt(std::string_view login, std::string_view address, Steady::time_point now);
  /// The attempt noted last was right.
  void give_back(std::string_view login, std::string_view address);

 private:
  /// Of one kind: when what was attempted will be forgotten, by whom.
  struct Attempts {
    explicit Attempts(Limit each) : limit(each) {}
    const Limit limit;
    std::map<std::string, Steady::time_point, std::less<>> forgotten_at;
  };
  std::string key_of(Attempts& attempts, std::string_view who, Steady::time_point now) const;

  std::mutex mutex_;
  Attempts logins_;     // guarded by mutex_
  Attempts addresses_;  // guarded by mutex_
  const std::size_t known_max_;
};

}  // namespace reckoner::web

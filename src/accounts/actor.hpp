#pragma once

#include <string>

namespace reckoner::accounts {

/// Who changes something: for histories and the audit log.
struct Actor {
  std::string who;           ///< a user's login, a key, or the operating system's user
  std::string request = {};  ///< X-Request-Id; empty: not over HTTP
};

}  // namespace reckoner::accounts

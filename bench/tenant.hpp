#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace reckoner::bench {

/// A keep-alive connection of one tenant's program to a daemon on this machine; waits for each
/// answer.
class Tenant {
 public:
  /// Throws Error when nobody listens there.
  Tenant(std::uint16_t port, std::string key);
  ~Tenant();
  Tenant(Tenant&& other) noexcept;
  Tenant& operator=(Tenant&&) = delete;

  /// GETs a path and gives the answer's body. Throws Error for any answer but 200.
  std::string get(std::string_view path);

 private:
  int socket_;
  std::string key_;
};

}  // namespace reckoner::bench

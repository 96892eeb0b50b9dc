#pragma once

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "base/embedded.hpp"

namespace reckoner::app {

/// What a daemon does. Several daemons on one database may divide it among them.
enum class Role {
  kScheduler,  ///< begins runs by the engines' schedules
  kEngine,     ///< works on whatever runs go on, whoever began them
  kIngest,     ///< takes events in, and closes cuts
  kWeb,        ///< everything else over HTTP
  kDelivery,   ///< sends mail
};

/// "scheduler,ingest", names divided by commas; "" is all of them. Throws UsageError.
std::set<Role> parse_roles(std::string_view text);

struct ListenAddress {
  std::string host;  ///< a name or address, without brackets
  int port = 0;      ///< 0: a free one
};

/// "127.0.0.1:8080", "[::1]:0"; none for "none". Throws UsageError.
std::optional<ListenAddress> parse_listen(std::string_view text);

inline constexpr std::string_view kListenDefault = "127.0.0.1:8080";

struct ServeArguments {
  std::string listen = std::string(kListenDefault);
  std::string roles;
  std::string tls_certificate;               ///< a PEM file; empty: plain HTTP
  std::string tls_key;                       ///< a PEM file, with the certificate
  std::span<const EmbeddedFile> pages = {};  ///< of the browser side; none: it was left out
  /// Is told where pages are, once they are served.
  std::function<void(const std::string& url)> when_served = {};
};

}  // namespace reckoner::app

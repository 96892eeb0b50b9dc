#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reckoner::delivery {

/// An internet address, those of version 4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2).
using IpAddress = std::array<std::uint8_t, 16>;

/// "192.0.2.1", "2001:db8::1". Throws Error for anything else, names included.
IpAddress parse_ip(std::string_view text);
std::string to_string(const IpAddress& address);
/// Of AF_INET or AF_INET6; throws Error for another family.
IpAddress ip_of(const sockaddr& address);

/// Whether the address is one of the public internet: global unicast, and none that IANA's
/// special-purpose registries keep for other uses (RFC 6890: this host, private use, shared space,
/// loopback, link-local, documentation, benchmarks, multicast, reserved). Addresses that carry one
/// of version 4 (mapped, NAT64, 6to4) are judged by that one; Teredo is not public.
bool is_public(const IpAddress& address);

/// A set of networks. A value type.
class Networks {
 public:
  /// "10.1.0.0/16, 127.0.0.1, fd00::/8", divided by commas or blanks. Throws Error for what is no
  /// network, and for bits behind a prefix.
  static Networks parse(std::string_view text);

  bool empty() const { return networks_.empty(); }
  bool contains(const IpAddress& address) const;

 private:
  struct Network {
    IpAddress first;
    int bits;  ///< of 128
  };
  std::vector<Network> networks_;
};

}  // namespace reckoner::delivery

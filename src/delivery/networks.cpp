#include "delivery/networks.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "base/error.hpp"

namespace reckoner::delivery {

namespace {

constexpr int kBits = 128;
constexpr int kMappedBits = 96;  // before an address of version 4

bool begins_with(const IpAddress& address, const IpAddress& prefix, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(prefix.begin(), prefix.begin() + static_cast<std::ptrdiff_t>(whole),
                  address.begin())) {
    return false;
  }
  if (bits % 8 == 0) return true;
  const int shift = 8 - bits % 8;
  return address[whole] >> shift == prefix[whole] >> shift;
}

IpAddress mapped(const std::uint8_t* version_4) {
  IpAddress address{};
  address[10] = address[11] = 0xff;
  std::copy_n(version_4, 4, address.begin() + 12);
  return address;
}

const Networks& special() {
  static const Networks kNetworks = Networks::parse(
      "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 "
      "192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 "
      "224.0.0.0/4 240.0.0.0/4 "
      "2001::/23 2001:db8::/32 3fff::/20");
  return kNetworks;
}

const Networks& version_4() {
  static const Networks kNetworks = Networks::parse("0.0.0.0/0");
  return kNetworks;
}

const Networks& global_unicast() {
  static const Networks kNetworks = Networks::parse("2000::/3");
  return kNetworks;
}

}  // namespace

IpAddress parse_ip(std::string_view text) {
  const std::string zero_ended(text);
  IpAddress address{};
  if (inet_pton(AF_INET6, zero_ended.c_str(), address.data()) == 1) return address;
  std::array<std::uint8_t, 4> four{};
  if (inet_pton(AF_INET, zero_ended.c_str(), four.data()) == 1) return mapped(four.data());
  throw Error(fmt::format("'{}' is no internet address", text));
}

std::string to_string(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (version_4().contains(address)) {
    inet_ntop(AF_INET, address.data() + 12, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, address.data(), text, sizeof text);
  }
  return text;
}

IpAddress ip_of(const sockaddr& address) {
  IpAddress ip{};
  if (address.sa_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, &address, sizeof four);
    std::uint8_t bytes[4];
    std::memcpy(bytes, &four.sin_addr, sizeof bytes);
    return mapped(bytes);
  }
  if (address.sa_family != AF_INET6) throw Error("an address of another kind than the internet's");
  sockaddr_in6 six{};
  std::memcpy(&six, &address, sizeof six);
  std::memcpy(ip.data(), &six.sin6_addr, ip.size());
  return ip;
}

bool is_public(const IpAddress& address) {
  static const Networks kNat64 = Networks::parse("64:ff9b::/96");
  static const Networks k6to4 = Networks::parse("2002::/16");
  if (kNat64.contains(address)) return is_public(mapped(address.data() + 12));
  if (k6to4.contains(address)) return is_public(mapped(address.data() + 2));
  if (special().contains(address)) return false;
  return version_4().contains(address) || global_unicast().contains(address);
}

Networks Networks::parse(std::string_view text) {
  Networks networks;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(", \t\n"), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    const std::size_t slash = std::min(word.find('/'), word.size());
    Network network{parse_ip(word.substr(0, slash)), kBits};
    const bool is_version_4 = word.find(':') == std::string_view::npos;
    if (slash < word.size()) {
      const std::string digits(word.substr(slash + 1));
      const bool is_number = !digits.empty() && digits.size() <= 3 &&
                             digits.find_first_not_of("0123456789") == std::string::npos;
      const int most = is_version_4 ? kBits - kMappedBits : kBits;
      const int prefix = is_number ? std::stoi(digits) : most + 1;
      if (prefix > most) throw Error(fmt::format("'{}': '{}' is no prefix length", word, digits));
      network.bits = prefix + (is_version_4 ? kMappedBits : 0);
    }
    for (int bit = network.bits; bit < kBits; ++bit) {
      if ((network.first[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8) & 1) != 0) {
        throw Error(fmt::format("'{}' has bits behind its prefix", word));
      }
    }
    networks.networks_.push_back(network);
  }
  return networks;
}

bool Networks::contains(const IpAddress& address) const {
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    return begins_with(address, network.first, network.bits);
  });
}

}  // namespace reckoner::delivery

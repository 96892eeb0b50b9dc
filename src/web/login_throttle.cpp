#include "web/login_throttle.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace reckoner::web {

namespace {

/// Whoever is not known where too many are.
constexpr std::string_view kEverybodyElse;

bool is_of_this_machine(const std::string& address) {
  return address == "::1" || address.starts_with("127.") || address.starts_with("::ffff:127.");
}

std::string_view last_of(std::string_view list) {
  const std::size_t comma = list.rfind(',');
  if (comma != std::string_view::npos) list.remove_prefix(comma + 1);
  while (!list.empty() && list.front() == ' ') list.remove_prefix(1);
  while (!list.empty() && list.back() == ' ') list.remove_suffix(1);
  return list;
}

}  // namespace

std::string origin_of(const Request& request) {
  std::string address = request.address;
  if (is_of_this_machine(address)) {
    const auto last = request.headers.upper_bound("x-forwarded-for");
    if (request.headers.contains("x-forwarded-for")) address = last_of(std::prev(last)->second);
  }
  std::array<unsigned char, 16> bytes;
  if (inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1 && !address.starts_with("::ffff:")) {
    constexpr std::size_t kNetworkBytes = 8;
    std::fill(bytes.begin() + kNetworkBytes, bytes.end(), static_cast<unsigned char>(0));
    std::array<char, INET6_ADDRSTRLEN> text;
    inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
    return text.data();
  }
  constexpr std::size_t kAddressMax = 64;
  return address.substr(0, kAddressMax);
}

std::string LoginThrottle::key_of(Attempts& attempts, std::string_view who,
                                  Steady::time_point now) const {
  auto& known = attempts.forgotten_at;
  if (known.size() < known_max_ || known.contains(who)) return std::string(who);
  std::erase_if(known, [&](const auto& entry) { return entry.second <= now; });
  return std::string(known.size() < known_max_ ? who : kEverybodyElse);
}

void LoginThrottle::attempt(std::string_view login, std::string_view address,
                            Steady::time_point now) {
  std::lock_guard lock(mutex_);
  const std::array<std::pair<Attempts*, std::string_view>, 2> kinds{
      {{&logins_, login}, {&addresses_, address}}};
  std::array<Steady::time_point*, 2> noted;
  Steady::duration wait{};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    Attempts& attempts = *kinds[i].first;
    noted[i] = &attempts.forgotten_at[key_of(attempts, kinds[i].second, now)];
    *noted[i] = std::max(*noted[i], now);
    const auto most = (attempts.limit.at_once - 1) * attempts.limit.pause;
    wait = std::max<Steady::duration>(wait, *noted[i] - now - most);
  }
  if (wait > Steady::duration::zero()) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    throw Problem(429, "too many attempts to log in: wait a while")
        .retry_after(static_cast<int>(seconds));
  }
  *noted[0] += logins_.limit.pause;
  *noted[1] += addresses_.limit.pause;
}

void LoginThrottle::give_back(std::string_view login, std::string_view address) {
  std::lock_guard lock(mutex_);
  for (auto [attempts, who] : {std::pair(&logins_, login), std::pair(&addresses_, address)}) {
    const auto found = attempts->forgotten_at.find(who);
    if (found != attempts->forgotten_at.end()) found->second -= attempts->limit.pause;
  }
}

}  // namespace reckoner::web

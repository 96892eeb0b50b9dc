#include "app/serve_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <vector>

#include "base/error.hpp"
#include "base/suggest.hpp"

namespace reckoner::app {

namespace {
const std::map<std::string, Role, std::less<>> kRoles{{"scheduler", Role::kScheduler},
                                                      {"engine", Role::kEngine},
                                                      {"ingest", Role::kIngest},
                                                      {"web", Role::kWeb},
                                                      {"delivery", Role::kDelivery}};
constexpr int kPortMax = 65535;
}  // namespace

std::set<Role> parse_roles(std::string_view text) {
  std::set<Role> roles;
  if (text.empty()) {
    for (const auto& [name, role] : kRoles) roles.insert(role);
    return roles;
  }
  while (true) {
    const std::size_t end = std::min(text.find(','), text.size());
    const std::string_view name = text.substr(0, end);
    const auto found = kRoles.find(name);
    if (found == kRoles.end()) {
      std::vector<std::string> names;
      for (const auto& [known, role] : kRoles) names.push_back(known);
      throw UsageError(fmt::format("--roles: unknown role '{}'{}", name, suggestion(name, names)));
    }
    roles.insert(found->second);
    if (end == text.size()) return roles;
    text.remove_prefix(end + 1);
  }
}

std::optional<ListenAddress> parse_listen(std::string_view text) {
  if (text == "none") return std::nullopt;
  const std::size_t colon = text.rfind(':');
  ListenAddress address;
  if (colon != std::string_view::npos) {
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    const std::string_view port = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    const bool whole = error == std::errc() && end == port.data() + port.size();
    const bool plain = bracketed || host.find(':') == std::string_view::npos;
    address.host = host;
    if (whole && plain && !host.empty() && address.port >= 0 && address.port <= kPortMax) {
      return address;
    }
  }
  throw UsageError(
      fmt::format("--listen: '{}' is not HOST:PORT, such as {}, or none", text, kListenDefault));
}

}  // namespace reckoner::app

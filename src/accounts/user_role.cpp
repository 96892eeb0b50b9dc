#include "accounts/user_role.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/suggest.hpp"

namespace reckoner::accounts {

namespace {
using enum UserRole;
constexpr std::array kRoles{kTenantViewer, kTenantAdmin, kAuditor, kOperator, kBillingAdmin};
}  // namespace

std::string_view to_string(UserRole role) {
  switch (role) {
    case kTenantViewer:
      return "tenant-viewer";
    case kTenantAdmin:
      return "tenant-admin";
    case kAuditor:
      return "auditor";
    case kOperator:
      return "operator";
    case kBillingAdmin:
      return "billing-admin";
  }
  RK_CHECK(false);
}

UserRole parse_user_role(std::string_view text) {
  std::vector<std::string> names;
  for (const UserRole role : kRoles) {
    if (to_string(role) == text) return role;
    names.emplace_back(to_string(role));
  }
  throw UsageError(fmt::format("unknown role '{}'{}", text, suggestion(text, names)));
}

bool is_of_customer(UserRole role) {
  return role == kTenantViewer || role == kTenantAdmin;
}

std::span<const UserRole> user_roles() {
  return kRoles;
}

}  // namespace reckoner::accounts

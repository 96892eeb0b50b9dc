#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace reckoner::accounts {

/// What a user is. The first two are for users of a customer, the others for users of none. Stored
/// by name: names stay.
enum class UserRole : std::uint8_t {
  kTenantViewer,  ///< reads what the customer has
  kTenantAdmin,   ///< changes users, API keys and settings of the customer, too
  kAuditor,       ///< reads all, changes nothing
  kOperator,      ///< runs engines, repairs, sends again
  kBillingAdmin,  ///< all
};

/// "tenant-viewer", "tenant-admin", "auditor", "operator", "billing-admin".
std::string_view to_string(UserRole role);
/// Throws UsageError with a suggestion.
UserRole parse_user_role(std::string_view text);
/// Whether it is for users of a customer.
bool is_of_customer(UserRole role);
std::span<const UserRole> user_roles();

}  // namespace reckoner::accounts

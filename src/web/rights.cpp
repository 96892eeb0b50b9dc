#include "web/rights.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reckoner::web {

using enum Right;

std::set<Right> rights_of(accounts::UserRole role) {
  using accounts::UserRole;
  switch (role) {
    case UserRole::kTenantViewer:
      return {kSelf, kQuery, kSee};
    case UserRole::kTenantAdmin:
      return {kSelf, kQuery, kSee, kManage};
    case UserRole::kAuditor:
      return {kSelf, kQuery, kSee, kConsole};
    case UserRole::kOperator:
      return {kSelf, kQuery, kSee, kConsole, kOperate};
    case UserRole::kBillingAdmin:
      return {kSelf, kIngest, kQuery, kManageMeters, kSee, kManage, kConsole, kOperate, kBill};
  }
  RK_CHECK(false);
}

/// Published clients have one key for everything: one that may send and ask for all customers
/// manages meters too.
std::set<Right> rights_of(const accounts::ApiKey& key) {
  const auto has = [&](std::string_view scope) {
    return std::find(key.scopes.begin(), key.scopes.end(), scope) != key.scopes.end();
  };
  if (has("admin")) {
    return {kIngest, kQuery, kManageMeters, kSee, kManage, kConsole, kOperate, kBill};
  }
  std::set<Right> rights;
  if (has("ingest")) rights.insert(kIngest);
  if (has("query")) rights.insert(kQuery);
  if (has("see")) rights.insert(kSee);
  if (has("ingest") && has("query") && !key.customer) rights.insert(kManageMeters);
  return rights;
}

Principal principal_of(const accounts::ApiKey& key) {
  Principal principal;
  principal.key_id = key.key_id;
  principal.name = key.name;
  principal.rights = rights_of(key);
  principal.namespace_name = key.namespace_name;
  principal.customer = key.customer;
  principal.customer_key = key.customer_key;
  return principal;
}

Principal principal_of(const accounts::Session& session) {
  const accounts::User& user = session.user;
  Principal principal;
  principal.name = user.login;
  principal.rights = user.one_time_until ? std::set{kSelf} : rights_of(user.role);
  principal.customer = user.customer;
  principal.customer_key = user.customer_key;
  if (user.customer) principal.namespace_name = accounts::customer_namespace(user.customer_key);
  principal.user_id = user.user_id;
  principal.role = to_string(user.role);
  principal.session_id = session.session_id;
  return principal;
}

void demand(const Principal& principal, Right right) {
  if (principal.rights.contains(right)) return;
  if (principal.user_id != 0) {
    throw Problem(
        403, fmt::format("the user '{}' has not the right '{}'", principal.name, to_string(right)));
  }
  throw Problem(403, fmt::format("the API key '{}' has not the right to {}", principal.name,
                                 to_string(right)))
      .header("WWW-Authenticate",
              fmt::format("Bearer error=\"insufficient_scope\", scope=\"{}\"", to_string(right)));
}

}  // namespace reckoner::web

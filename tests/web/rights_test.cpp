#include "web/rights.hpp"

#include <gtest/gtest.h>

namespace reckoner::web {
namespace {

using enum Right;

TEST(RightsOfKeys, AreThoseOfTheirScopes) {
  const auto rights = [](std::vector<std::string> scopes, bool limited = false) {
    accounts::ApiKey key;
    key.scopes = std::move(scopes);
    if (limited) key.customer = CustomerId{7};
    return principal_of(key).rights;
  };
  EXPECT_EQ(rights({"ingest"}), std::set{kIngest});
  EXPECT_EQ(rights({"query"}), (std::set{kQuery}));
  EXPECT_EQ(rights({"see"}), (std::set{kSee}));
  EXPECT_EQ(rights({"ingest", "query"}), (std::set{kIngest, kQuery, kManageMeters}));
  EXPECT_EQ(rights({"ingest", "query"}, true), (std::set{kIngest, kQuery}));
  EXPECT_EQ(rights({"admin"}),
            (std::set{kIngest, kQuery, kManageMeters, kSee, kManage, kConsole, kOperate, kBill}));
}

TEST(RightsOfKeys, BelongToTheCustomer) {
  accounts::ApiKey key;
  key.key_id = 3;
  key.name = "gateway";
  key.scopes = {"ingest"};
  key.namespace_name = "customer:acme";
  key.customer = CustomerId{7};
  key.customer_key = "acme";
  const Principal principal = principal_of(key);
  EXPECT_EQ(principal.customer, CustomerId{7});
  EXPECT_EQ(principal.customer_key, "acme");
  EXPECT_EQ(principal.namespace_name, "customer:acme");
  EXPECT_EQ(principal.author(), "key 3 'gateway'");
}

TEST(RightsOfUsers, AreThoseOfTheirRole) {
  using accounts::UserRole;
  EXPECT_EQ(rights_of(UserRole::kTenantViewer), (std::set{kSelf, kQuery, kSee}));
  EXPECT_EQ(rights_of(UserRole::kTenantAdmin), (std::set{kSelf, kQuery, kSee, kManage}));
  EXPECT_EQ(rights_of(UserRole::kAuditor), (std::set{kSelf, kQuery, kSee, kConsole}));
  EXPECT_EQ(rights_of(UserRole::kOperator), (std::set{kSelf, kQuery, kSee, kConsole, kOperate}));
  EXPECT_EQ(
      rights_of(UserRole::kBillingAdmin),
      (std::set{kSelf, kIngest, kQuery, kManageMeters, kSee, kManage, kConsole, kOperate, kBill}));
}

TEST(RightsOfUsers, BeginWhenAPasswordIsChosen) {
  accounts::Session session;
  session.session_id = 5;
  session.user.user_id = 7;
  session.user.login = "anna@acme";
  session.user.role = accounts::UserRole::kTenantAdmin;
  session.user.customer = CustomerId{9};
  session.user.customer_key = "acme";
  const Principal principal = principal_of(session);
  EXPECT_EQ(principal.rights, rights_of(session.user.role));
  EXPECT_EQ(principal.author(), "anna@acme");
  EXPECT_EQ(principal.role, "tenant-admin");
  EXPECT_EQ(principal.customer, CustomerId{9});
  EXPECT_EQ(principal.namespace_name, "customer:acme");
  EXPECT_EQ(principal.session_id, 5);
  session.user.one_time_until = time::parse_instant("2026-12-01T00:00:00Z");
  EXPECT_EQ(principal_of(session).rights, std::set{kSelf});
}

TEST(Demand, SaysWhichRightIsMissing) {
  Principal program{.key_id = 3, .name = "gateway", .rights = {kIngest}};
  EXPECT_NO_THROW(demand(program, kIngest));
  try {
    demand(program, kQuery);
    FAIL();
  } catch (const Problem& problem) {
    EXPECT_EQ(problem.status(), 403);
    EXPECT_STREQ(problem.what(), "the API key 'gateway' has not the right to query");
    EXPECT_FALSE(problem.headers().empty());
  }
}

}  // namespace
}  // namespace reckoner::web

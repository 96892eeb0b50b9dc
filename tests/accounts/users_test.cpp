#include "accounts/users.hpp"

#include "accounts/accounts_database.hpp"
#include "accounts/sessions.hpp"
#include "base/password.hpp"

namespace reckoner::accounts {
namespace {

class UsersTest : public AccountsTest {
 protected:
  UsersTest() {
    customer("acme", "UTC", 1);
    customer("globex", "UTC", 1);
  }

  User create(const UserRequest& request) {
    return create_user(connection, request, {"hash", std::nullopt}, {"ann"}, now);
  }
  std::string refusal(const UserRequest& request) {
    try {
      create(request);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  std::string refusal(std::string_view password, std::string_view login) {
    try {
      chosen_password(password, login);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  }
  NewSession session(const User& user) { return begin_session(connection, user.user_id, {}, now); }
  bool has_ended(const NewSession& made) {
    return !use_session(connection, made.secret, {}, now).has_value();
  }
};

TEST_F(UsersTest, OfACustomerHaveItsKeyInTheirLogin) {
  const User anna = create({"anna", UserRole::kTenantAdmin, "acme", "anna@example.com"});
  EXPECT_EQ(anna.login, "anna@acme");
  EXPECT_EQ(anna.customer_key, "acme");
  EXPECT_EQ(anna.role, UserRole::kTenantAdmin);
  EXPECT_EQ(anna.created_by, "ann");
  EXPECT_EQ(create({"anna@globex", UserRole::kTenantViewer, "globex", ""}).login, "anna@globex");
  EXPECT_EQ(create({"anna", UserRole::kOperator, "", ""}).login, "anna");
  EXPECT_EQ(refusal({"anna", UserRole::kTenantViewer, "acme", ""}),
            "there is a user 'anna@acme' already");
  EXPECT_EQ(find_user(connection, "anna@acme")->user_id, anna.user_id);
  EXPECT_EQ(find_user(connection, anna.user_id)->email, "anna@example.com");
  EXPECT_FALSE(find_user(connection, "anna@"));
}

TEST_F(UsersTest, ThatCannotBe) {
  constexpr const char* kName =
      "a login is made of up to 64 lower-case letters, digits, '.', '_' and '-', with a letter or "
      "digit at both ends";
  for (const std::string name :
       {"", "Anna", "anna b", "-anna", "anna.", "anna@acme", "a\nb", "änna", "a@b@c"}) {
    EXPECT_EQ(refusal({name, UserRole::kOperator, "", ""}), kName) << name;
  }
  EXPECT_EQ(refusal({std::string(65, 'a'), UserRole::kOperator, "", ""}), kName);
  EXPECT_EQ(refusal({"anna@acme", UserRole::kTenantViewer, "globex", ""}), kName);
  EXPECT_EQ(refusal({"anna", UserRole::kTenantViewer, "", ""}),
            "the role tenant-viewer is for users of a customer");
  EXPECT_EQ(refusal({"anna", UserRole::kBillingAdmin, "acme", ""}),
            "the role billing-admin is not for a customer's user");
  EXPECT_EQ(refusal({"anna", UserRole::kTenantViewer, "initech", ""}),
            "there is no customer 'initech'");
  EXPECT_EQ(refusal({"anna", UserRole::kOperator, "", "no address"}),
            "'no address' is not an address such as billing@example.com");
  EXPECT_EQ(row("count(*)) from app_user"), "0");
}

TEST_F(UsersTest, Passwords) {
  EXPECT_EQ(refusal("short", "anna"), "a password has at least 12 signs");
  EXPECT_EQ(refusal(std::string(2000, 'x'), "anna"), "a password has at most 1024 bytes");
  EXPECT_EQ(refusal("abababababab", "anna"), "a password has at least 5 different signs");
  EXPECT_EQ(refusal("hello anna 1234", "anna@acme"), "a password does not contain the login");
  EXPECT_EQ(refusal("a whole sentence", "anna@acme"), "");
  const OneTimePassword one_time = one_time_password(now);
  EXPECT_TRUE(is_password(one_time.text, one_time.stored.hash));
  EXPECT_EQ(one_time.stored.one_time_until, now);
}

TEST_F(UsersTest, ChangeWhenTheyAreAsTheyWereSeen) {
  const User anna = create({"anna", UserRole::kTenantViewer, "acme", ""});
  const auto change = [&](std::int64_t revision, const UserChange& wanted) {
    return change_user(connection, anna.user_id, revision, wanted, {"ann"}, now);
  };
  const auto changed = change(anna.revision, {UserRole::kTenantAdmin, {}, "a@example.com"});
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->role, UserRole::kTenantAdmin);
  EXPECT_EQ(changed->email, "a@example.com");
  EXPECT_NE(changed->revision, anna.revision);
  EXPECT_FALSE(change(anna.revision, {{}, true, {}}));
  EXPECT_FALSE(find_user(connection, anna.user_id)->disabled_at);
  EXPECT_THROW(change(changed->revision, {UserRole::kOperator, {}, {}}), UsageError);
  EXPECT_FALSE(change_user(connection, 999, std::nullopt, {{}, true, {}}, {"ann"}, now));
}

TEST_F(UsersTest, WhoIsDisabledOrHasAnotherRoleIsOut) {
  const User anna = create({"anna", UserRole::kTenantViewer, "acme", ""});
  const auto first = session(anna);
  EXPECT_FALSE(has_ended(first));
  change_user(connection, anna.user_id, {}, {{}, {}, "a@example.com"}, {"ann"}, now);
  EXPECT_FALSE(has_ended(first));
  change_user(connection, anna.user_id, {}, {UserRole::kTenantAdmin, {}, {}}, {"ann"}, now);
  EXPECT_TRUE(has_ended(first));
  const auto second = session(anna);
  change_user(connection, anna.user_id, {}, {{}, true, {}}, {"ann"}, now);
  EXPECT_TRUE(has_ended(second));
  EXPECT_TRUE(has_ended(session(anna))) << "a session of a disabled user";
  change_user(connection, anna.user_id, {}, {{}, false, {}}, {"ann"}, now);
  EXPECT_FALSE(has_ended(session(anna)));
}

TEST_F(UsersTest, ResetsEndWhatWas) {
  const User anna = create({"anna", UserRole::kTenantViewer, "acme", ""});
  connection.execute({"totp", "update app_user set totp_secret = 'x', totp_offered = 'y'"});
  const auto made = session(anna);
  const auto reset = reset_user(connection, anna.user_id, {"other", now}, {"ann"}, now);
  ASSERT_TRUE(reset);
  EXPECT_FALSE(reset->totp);
  EXPECT_EQ(reset->one_time_until, now);
  EXPECT_TRUE(has_ended(made));
  EXPECT_EQ(row("password_hash, totp_offered is null) from app_user"), "other t");
  EXPECT_FALSE(reset_user(connection, 999, {"other", now}, {"ann"}, now));
}

TEST_F(UsersTest, LeaveAHistory) {
  const User anna = create({"anna", UserRole::kTenantViewer, "acme", ""});
  change_user(connection, anna.user_id, {}, {UserRole::kTenantAdmin, {}, {}}, {"bert", "r-1"}, now);
  reset_user(connection, anna.user_id, {"hash", now}, {"carl"}, now);
  EXPECT_THAT(rows("who, action, subject, coalesce(before::json->>'role', '-'), "
                   "after::json->>'role', request) from audit_log order by entry"),
              ElementsAre("ann user.create anna@acme - tenant-viewer ",
                          "bert user.change anna@acme tenant-viewer tenant-admin r-1",
                          "carl user.reset anna@acme - tenant-admin "));
}

TEST_F(UsersTest, AreListedByPage) {
  for (const char* name : {"dora", "anna", "carl"}) {
    create({name, UserRole::kTenantViewer, "acme", ""});
  }
  create({"bert", UserRole::kAuditor, "", ""});
  create({"emil", UserRole::kTenantViewer, "globex", ""});
  const auto logins = [&](const UserFilter& filter, std::int64_t limit) {
    std::vector<std::string> found;
    for (const User& user : list_users(connection, filter, limit)) found.push_back(user.login);
    return found;
  };
  EXPECT_THAT(logins({}, 3), ElementsAre("anna@acme", "bert", "carl@acme"));
  EXPECT_THAT(logins({{}, "carl@acme"}, 3), ElementsAre("dora@acme", "emil@globex"));
  const auto acme = find_user(connection, "anna@acme")->customer;
  EXPECT_THAT(logins({acme, ""}, 9), ElementsAre("anna@acme", "carl@acme", "dora@acme"));
}

}  // namespace
}  // namespace reckoner::accounts

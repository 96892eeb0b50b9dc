#include "accounts/login.hpp"

#include "accounts/accounts_database.hpp"
#include "base/hash.hpp"
#include "base/password.hpp"
#include "base/totp.hpp"

namespace reckoner::accounts {
namespace {

class LoginTest : public AccountsTest {
 protected:
  LoginTest()
      : pool_({.conninfo = conninfo()}, 2),
        means{.connection = [this] { return pool_.take(std::chrono::seconds(5)); },
              .seal = [key = Seal::random_key()] { return Seal(key); },
              .times = {.idle = std::chrono::minutes(10), .longest = std::chrono::hours(1)}} {
    customer("acme", "UTC", 1);
    anna = create_user(connection, {"anna", UserRole::kTenantAdmin, "acme", ""},
                       chosen_password(kPassword, "anna@acme"), {"ann"}, now);
  }

  std::variant<NewSession, LoginRefusal> try_in(const std::string& password,
                                                const std::string& code = "") {
    return log_in(means, {"anna@acme", password, code, "", "r-1"}, now);
  }
  NewSession in(const std::string& code = "") {
    return std::get<NewSession>(try_in(kPassword, code));
  }
  LoginRefusal refusal(const std::string& password, const std::string& code = "") {
    return std::get<LoginRefusal>(try_in(password, code));
  }
  std::optional<Session> use(const NewSession& made) {
    return use_session(connection, made.secret, means.times, now);
  }
  std::string code() {
    return totp_code(secret, totp_step(now.time_since_epoch() / std::chrono::seconds(1)));
  }

  static constexpr const char* kPassword = "correct horse battery";
  store::Pool pool_;
  LoginMeans means;
  User anna;
  const Actor actor{"ann"};
  std::string secret;
};

TEST_F(LoginTest, NeedsThePassword) {
  EXPECT_EQ(refusal("wrong horse battery"), LoginRefusal::kWrong);
  EXPECT_EQ(refusal(""), LoginRefusal::kWrong);
  EXPECT_EQ(std::get<LoginRefusal>(log_in(means, {"bob", kPassword, "", "", "r-1"}, now)),
            LoginRefusal::kWrong);
  const NewSession made = in();
  EXPECT_EQ(made.session.user.login, "anna@acme");
  EXPECT_EQ(made.secret.size(), 64u);
  EXPECT_EQ(find_user(connection, anna.user_id)->last_login_at, now);
  EXPECT_EQ(row("count(*)) from user_session where position('" + made.secret +
                "' in user_session::text) > 0"),
            "0")
      << "the secret is stored";
  EXPECT_EQ(row("encode(secret_hash, 'hex')) from user_session"), to_hex(sha256(made.secret)));
}

TEST_F(LoginTest, IsNotForTheDisabled) {
  change_user(connection, anna.user_id, {}, {{}, true, {}}, actor, now);
  EXPECT_EQ(refusal(kPassword), LoginRefusal::kWrong);
}

TEST_F(LoginTest, SessionsEnd) {
  const NewSession made = in();
  now += std::chrono::minutes(9);
  EXPECT_TRUE(use(made));
  now += std::chrono::minutes(9);
  EXPECT_TRUE(use(made)) << "it was used meanwhile";
  now += std::chrono::minutes(10);
  EXPECT_FALSE(use(made)) << "idle";
  const NewSession other = in();
  for (int i = 0; i < 6; ++i) {
    EXPECT_TRUE(use(other));
    now += std::chrono::minutes(9);
  }
  EXPECT_TRUE(use(other));
  EXPECT_EQ(use(other)->idle_until, other.session.expires_at);
  now += std::chrono::minutes(6);
  EXPECT_FALSE(use(other)) << "an hour";
  const NewSession third = in();
  EXPECT_EQ(row("count(*)) from user_session"), "1") << "ended ones are kept";
  end_session(connection, third.session.session_id);
  EXPECT_FALSE(use(third));
}

TEST_F(LoginTest, GivesANewSecretAndEndsTheOldSession) {
  const NewSession first = in();
  const auto second =
      std::get<NewSession>(log_in(means, {"anna@acme", kPassword, "", first.secret, "r-1"}, now));
  EXPECT_NE(first.secret, second.secret);
  EXPECT_FALSE(use(first));
  EXPECT_TRUE(use(second));
  for (int i = 0; i < 25; ++i) begin_session(connection, anna.user_id, means.times, now);
  EXPECT_EQ(row("count(*)) from user_session"), "20");
}

TEST_F(LoginTest, OneTimePasswordsAreForChoosingAnother) {
  const OneTimePassword one_time = one_time_password(now + std::chrono::hours(1));
  reset_user(connection, anna.user_id, one_time.stored, actor, now);
  const auto made = std::get<NewSession>(try_in(one_time.text));
  EXPECT_TRUE(made.session.user.one_time_until);
  const NewSession chosen = choose_password(
      means, anna.user_id, chosen_password("another horse", "anna@acme"), actor, now);
  EXPECT_FALSE(chosen.session.user.one_time_until);
  EXPECT_FALSE(use(made)) << "all sessions end";
  EXPECT_TRUE(use(chosen));
  EXPECT_EQ(refusal(one_time.text), LoginRefusal::kWrong) << "it is used up";
  reset_user(connection, anna.user_id, one_time.stored, actor, now);
  const auto late = std::get<NewSession>(try_in(one_time.text));
  now += std::chrono::hours(2);
  EXPECT_EQ(refusal(one_time.text), LoginRefusal::kWrong) << "it is too old";
  EXPECT_FALSE(use(late));
}

TEST_F(LoginTest, HashesAnewWhatWasHashedOtherwise) {
  constexpr const char* kWeaker =
      "$argon2id$v=19$m=8192,t=1,p=1$j1KazRdwHS60QGcA9u0d/w$"
      "dkKBR9OE2ZuEaD3qmVPQ6/DQFfX1XIFNsITszIY2hoU";
  connection.execute({"weaker", "update app_user set password_hash = $1"}, {std::string(kWeaker)});
  EXPECT_EQ(refusal("wrong horse battery"), LoginRefusal::kWrong);
  EXPECT_EQ(row("password_hash) from app_user"), kWeaker);
  in();
  const std::string stored = row("password_hash) from app_user");
  EXPECT_NE(stored, kWeaker);
  EXPECT_FALSE(needs_rehash(stored));
  in();
  EXPECT_EQ(row("password_hash) from app_user"), stored);
}

TEST_F(LoginTest, SecondFactor) {
  EXPECT_EQ(confirm_totp(means, anna.user_id, "000000", actor, now), TotpConfirmation::kNotOffered);
  secret = offer_totp(means, anna.user_id).value();
  EXPECT_TRUE(use(in())) << "it is not confirmed";
  EXPECT_EQ(confirm_totp(means, anna.user_id, "x", actor, now), TotpConfirmation::kWrong);
  EXPECT_EQ(confirm_totp(means, anna.user_id, code(), actor, now), TotpConfirmation::kOn);
  EXPECT_FALSE(offer_totp(means, anna.user_id));
  EXPECT_EQ(row("count(*)) from app_user where position('" + to_hex(secret) +
                "' in encode(totp_secret, 'hex')) > 0"),
            "0")
      << "the secret is stored";
  EXPECT_EQ(refusal(kPassword), LoginRefusal::kCodeNeeded);
  EXPECT_EQ(refusal("wrong horse battery", code()), LoginRefusal::kWrong);
  EXPECT_EQ(refusal(kPassword, code()), LoginRefusal::kCodeWrong) << "used to confirm";
  now += std::chrono::minutes(1);
  EXPECT_TRUE(use(in(code())));
  EXPECT_EQ(refusal(kPassword, code()), LoginRefusal::kCodeWrong) << "used before";
  now += std::chrono::minutes(1);
  EXPECT_TRUE(use(in(code())));
  means.seal = [] { return Seal(Seal::random_key()); };
  EXPECT_THROW(try_in(kPassword, "123456"), TotpUnreadable);
  remove_totp(means, anna.user_id, actor, now);
  EXPECT_TRUE(use(in()));
}

TEST_F(LoginTest, KnowsTheOwnPassword) {
  EXPECT_TRUE(is_password_of(means, anna.user_id, kPassword));
  EXPECT_FALSE(is_password_of(means, anna.user_id, "wrong horse battery"));
  EXPECT_FALSE(is_password_of(means, 999, kPassword));
}

}  // namespace
}  // namespace reckoner::accounts

#include "accounts/login.hpp"

#include <fmt/format.h>

#include "accounts/user_rows.hpp"
#include "base/password.hpp"
#include "base/totp.hpp"
#include "store/transaction.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kFind{"accounts.find_login_to_prove", R"(
  select user_id, password_hash, one_time_until, disabled_at, totp_secret, totp_used_step
    from app_user where login = $1)"};

constexpr store::Statement kHash{"accounts.find_password",
                                 "select password_hash from app_user where user_id = $1"};

// Nothing when the password was changed or the user disabled meanwhile.
constexpr store::Statement kNoteLogin{"accounts.note_login", R"(
  update app_user set last_login_at = $3, password_hash = $4
   where user_id = $1 and password_hash = $2 and disabled_at is null)"};

constexpr store::Statement kUseStep{"accounts.use_totp_step", R"(
  update app_user set totp_used_step = $2 where user_id = $1 and totp_used_step < $2)"};

constexpr store::Statement kChoose{"accounts.choose_password", R"(
  update app_user set password_hash = $2, one_time_until = $3, revision = revision + 1
   where user_id = $1)"};

constexpr store::Statement kOffer{"accounts.offer_totp", R"(
  update app_user set totp_offered = $2 where user_id = $1 and totp_secret is null)"};

constexpr store::Statement kOffered{"accounts.offered_totp", R"(
  select totp_offered, totp_used_step from app_user
   where user_id = $1 and totp_offered is not null)"};

constexpr store::Statement kConfirm{"accounts.confirm_totp", R"(
  update app_user set totp_secret = totp_offered, totp_offered = null, totp_used_step = $3,
                      revision = revision + 1
   where user_id = $1 and totp_offered = $2)"};

constexpr store::Statement kRemove{"accounts.remove_totp", R"(
  update app_user set totp_secret = null, totp_offered = null, revision = revision + 1
   where user_id = $1)"};

std::int64_t seconds_of(time::Instant instant) {
  return std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
}

/// What it does with the seal, whose troubles are the operator's.
template <class Work>
std::string sealing(const LoginMeans& means, Work work) {
  try {
    return work(means.seal());
  } catch (const Error& error) {
    throw TotpUnreadable(error.what());
  }
}

std::string totp_purpose(std::int64_t user_id) {
  return fmt::format("totp of user {}", user_id);
}

std::string open_totp(const LoginMeans& means, std::int64_t user_id, const std::string& sealed) {
  return sealing(means, [&](const Seal& seal) { return seal.open(sealed, totp_purpose(user_id)); });
}

/// What is known of a login before it is proved.
struct Claimed {
  std::int64_t user_id = 0;
  std::string hash;  ///< empty: cannot log in
  std::string totp_secret;
  std::int64_t used_step = 0;
};

Claimed find_claimed(const LoginMeans& means, const std::string& login, time::Instant now) {
  const auto lease = means.connection();
  const auto row = lease->query(kFind, {login}).at_most_one();
  if (!row) return {};
  Claimed claimed;
  claimed.user_id = row->int64("user_id");
  claimed.totp_secret = row->optional_bytes("totp_secret").value_or("");
  claimed.used_step = row->int64("totp_used_step");
  const auto one_time_until = row->optional_instant("one_time_until");
  const bool too_late = one_time_until && *one_time_until <= now;
  if (row->is_null("disabled_at") && !too_late) claimed.hash = row->text("password_hash");
  return claimed;
}

}  // namespace

std::variant<NewSession, LoginRefusal> log_in(const LoginMeans& means, const LoginAttempt& attempt,
                                              time::Instant now) {
  const Claimed claimed = find_claimed(means, attempt.login, now);
  if (!is_password(attempt.password, claimed.hash)) return LoginRefusal::kWrong;
  std::optional<std::int64_t> step;
  if (!claimed.totp_secret.empty()) {
    if (attempt.code.empty()) return LoginRefusal::kCodeNeeded;
    const std::string secret = open_totp(means, claimed.user_id, claimed.totp_secret);
    step = matching_totp_step(secret, attempt.code, seconds_of(now), claimed.used_step);
    if (!step) return LoginRefusal::kCodeWrong;
  }
  const std::string hash =
      needs_rehash(claimed.hash) ? hash_password(attempt.password) : claimed.hash;
  const auto lease = means.connection();
  // With the session, which a password that is changed meanwhile would not end otherwise.
  store::Transaction transaction(*lease, store::TransactionKind::kEnclosing);
  if (lease->execute(kNoteLogin, {claimed.user_id, claimed.hash, now, hash}) == 0) {
    return LoginRefusal::kWrong;
  }
  if (step && lease->execute(kUseStep, {claimed.user_id, *step}) == 0) {
    return LoginRefusal::kCodeWrong;
  }
  const User user = find_user(*lease, claimed.user_id).value();
  record_user(*lease, "user.log-in", nullptr, user, {user.login, attempt.request}, now);
  if (!attempt.old_session.empty()) end_session(*lease, attempt.old_session);
  NewSession session = begin_session(*lease, claimed.user_id, means.times, now);
  transaction.commit();
  return session;
}

bool is_password_of(const LoginMeans& means, std::int64_t user_id, std::string_view password) {
  std::string hash;
  {
    const auto lease = means.connection();
    if (const auto row = lease->query(kHash, {user_id}).at_most_one()) {
      hash = row->text("password_hash");
    }
  }
  return is_password(password, hash);
}

NewSession choose_password(const LoginMeans& means, std::int64_t user_id,
                           const StoredPassword& password, const Actor& actor, time::Instant now) {
  const auto lease = means.connection();
  store::Transaction transaction(*lease);
  lease->execute(kChoose, {user_id, password.hash, password.one_time_until});
  end_sessions(*lease, user_id);
  record_user(*lease, "user.choose-password", nullptr, find_user(*lease, user_id).value(), actor,
              now);
  transaction.commit();
  return begin_session(*lease, user_id, means.times, now);
}

std::optional<std::string> offer_totp(const LoginMeans& means, std::int64_t user_id) {
  const std::string secret = random_totp_secret();
  const std::string sealed =
      sealing(means, [&](const Seal& seal) { return seal.close(secret, totp_purpose(user_id)); });
  const auto lease = means.connection();
  if (lease->execute(kOffer, {user_id, store::Bytes(sealed)}) == 0) return std::nullopt;
  return secret;
}

TotpConfirmation confirm_totp(const LoginMeans& means, std::int64_t user_id, std::string_view code,
                              const Actor& actor, time::Instant now) {
  const auto lease = means.connection();
  const auto row = lease->query(kOffered, {user_id}).at_most_one();
  if (!row) return TotpConfirmation::kNotOffered;
  const std::string sealed = row->bytes("totp_offered");
  const auto step = matching_totp_step(open_totp(means, user_id, sealed), code, seconds_of(now),
                                       row->int64("totp_used_step"));
  if (!step) return TotpConfirmation::kWrong;
  store::Transaction transaction(*lease);
  if (lease->execute(kConfirm, {user_id, store::Bytes(sealed), *step}) == 0) {
    return TotpConfirmation::kNotOffered;
  }
  record_user(*lease, "user.totp-on", nullptr, find_user(*lease, user_id).value(), actor, now);
  transaction.commit();
  return TotpConfirmation::kOn;
}

void remove_totp(const LoginMeans& means, std::int64_t user_id, const Actor& actor,
                 time::Instant now) {
  const auto lease = means.connection();
  store::Transaction transaction(*lease);
  lease->execute(kRemove, {user_id});
  record_user(*lease, "user.totp-off", nullptr, find_user(*lease, user_id).value(), actor, now);
  transaction.commit();
}

}  // namespace reckoner::accounts

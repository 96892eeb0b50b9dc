#include "accounts/sessions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "accounts/user_rows.hpp"
#include "base/hash.hpp"
#include "store/transaction.hpp"

namespace reckoner::accounts {

namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::int64_t kSessionsMax = 20;
constexpr std::chrono::seconds kNotedEvery{60};
constexpr int kNotesOfIdleTime = 60;

constexpr store::Statement kBegin{"accounts.begin_session", R"(
  insert into user_session (secret_hash, user_id, began_at, seen_at, expires_at)
  values ($1, $2, $3, $3, $4) returning session_id)"};

constexpr store::Statement kDropOldest{"accounts.drop_oldest_sessions", R"(
  delete from user_session
   where user_id = $1 and session_id not in (
           select session_id from user_session where user_id = $1
            order by session_id desc limit $2))"};

constexpr store::Statement kFind{"accounts.find_session",
                                 R"(
  select s.session_id, s.seen_at, s.expires_at, u.*, coalesce(c.key, '') as customer_key
    from user_session s join app_user u on u.user_id = s.user_id
    left join customer_key c on c.customer_id = u.customer_id
   where s.secret_hash = $1 and s.seen_at > $2 and s.expires_at > $3 and u.disabled_at is null
     and (u.one_time_until is null or u.one_time_until > $3))"};

constexpr store::Statement kNote{"accounts.note_session",
                                 "update user_session set seen_at = $2 where session_id = $1"};

constexpr store::Statement kEnd{"accounts.end_session",
                                "delete from user_session where session_id = $1"};

constexpr store::Statement kEndSecret{"accounts.end_session_of_secret",
                                      "delete from user_session where secret_hash = $1"};

constexpr store::Statement kDropEnded{
    "accounts.drop_ended_sessions",
    "delete from user_session where seen_at <= $1 or expires_at <= $2"};

}  // namespace

NewSession begin_session(store::Connection& connection, std::int64_t user_id,
                         const SessionTimes& times, time::Instant now) {
  store::Transaction transaction(connection);
  NewSession made;
  made.secret = to_hex(random_bytes(kSecretBytes));
  const Sha256 hash = sha256(made.secret);
  Session& session = made.session;
  session.expires_at = now + times.longest;
  session.idle_until = std::min(now + times.idle, session.expires_at);
  session.session_id =
      connection.query(kBegin, {store::Bytes(hash), user_id, now, session.expires_at})
          .only()
          .int64("session_id");
  connection.execute(kDropOldest, {user_id, kSessionsMax});
  connection.execute(kDropEnded, {now - times.idle, now});
  const auto user = find_user(connection, user_id);
  if (!user) throw Error(fmt::format("there is no user {}", user_id));
  session.user = *user;
  transaction.commit();
  return made;
}

std::optional<Session> use_session(store::Connection& connection, std::string_view secret,
                                   const SessionTimes& times, time::Instant now) {
  const Sha256 hash = sha256(secret);
  const auto row =
      connection.query(kFind, {store::Bytes(hash), now - times.idle, now}).at_most_one();
  if (!row) return std::nullopt;
  Session session;
  session.session_id = row->int64("session_id");
  session.user = user_of(*row);
  session.expires_at = row->instant("expires_at");
  session.idle_until = std::min(now + times.idle, session.expires_at);
  const auto noted = row->instant("seen_at");
  if (now - noted >= std::min(kNotedEvery, times.idle / kNotesOfIdleTime)) {
    connection.execute(kNote, {session.session_id, now});
  }
  return session;
}

void end_session(store::Connection& connection, std::int64_t session_id) {
  connection.execute(kEnd, {session_id});
}

void end_session(store::Connection& connection, std::string_view secret) {
  const Sha256 hash = sha256(secret);
  connection.execute(kEndSecret, {store::Bytes(hash)});
}

}  // namespace reckoner::accounts

#include "web/session_api.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/password.hpp"
#include "base/totp.hpp"
#include "web/metering_session.hpp"
#include "web/percent.hpp"
#include "web/request_object.hpp"
#include "web/rights.hpp"
#include "web/user_json.hpp"

namespace reckoner::web {

namespace {

constexpr int kBusySeconds = 1;
constexpr std::size_t kLoginMax = 400;
constexpr std::string_view kIssuer = "Reckoner";

/// What can be in the way of whoever proves who it is, as problems.
template <class Work>
auto proving(const Request& request, Work&& work) {
  try {
    return work();
  } catch (const PasswordsBusy&) {
    throw Problem(503, "too many log in at once: try again").retry_after(kBusySeconds);
  } catch (const accounts::TotpUnreadable& error) {
    log::error("request {}: {}", request.id, error.what());
    throw Problem(503, "second factors cannot be checked; the log says why");
  }
}

/// A cookie that no script reads and no other site's forms send. Browsers keep a Secure one from
/// connections without TLS; pages that came over TLS, through a proxy too, say so in Origin.
std::string cookie_of(const SessionApi& api, const Request& request, std::string_view secret) {
  const bool secure = api.tls || request.header("origin").starts_with("https://");
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Lax{}{}", kSessionCookie, secret,
                     secure ? "; Secure" : "", secret.empty() ? "; Max-Age=0" : "");
}

Response session_response(const SessionApi& api, const accounts::Session& session,
                          std::string_view secret) {
  const accounts::User& user = session.user;
  const auto lease = api.means.connection();
  text::JsonWriter json;
  json.begin_object().key("user").begin_object();
  json.key("id").number(user.user_id).key("login").string(user.login).key("email");
  user.email.empty() ? json.null() : json.string(user.email);
  json.end_object().key("role").string(accounts::to_string(user.role));
  json.key("rights").begin_array();
  for (const Right right : principal_of(session).rights) json.string(to_string(right));
  json.end_array().key("customer");
  write_customer(json, user.customer, user.customer_key, customer_names(*lease, {user.customer}));
  json.key("csrf_token").string(csrf_token_of(secret));
  json.key("expires_at").string(time::to_string(session.expires_at));
  json.key("idle_until").string(time::to_string(session.idle_until));
  json.key("totp").boolean(user.totp);
  json.key("password_change_needed").boolean(user.one_time_until.has_value()).end_object();
  Response response = json_response(json);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response begun(const SessionApi& api, const Request& request, const accounts::NewSession& made) {
  Response response = session_response(api, made.session, made.secret);
  response.headers.emplace_back("Set-Cookie", cookie_of(api, request, made.secret));
  return response;
}

Response log_in(const SessionApi& api, const Request& request) {
  refuse_other_sites(request);
  const RequestObject body(request, {"login", "password", "code"});
  const accounts::LoginAttempt attempt{.login = body.text("login", kLoginMax),
                                       .password = body.text("password"),
                                       .code = body.optional_text("code").value_or(""),
                                       .old_session = std::string(session_of(request).value_or("")),
                                       .request = request.id};
  const std::string origin = origin_of(request);
  api.throttle->attempt(attempt.login, origin, LoginThrottle::Steady::now());
  const auto outcome =
      proving(request, [&] { return accounts::log_in(api.means, attempt, api.clock()); });
  if (const auto* refusal = std::get_if<accounts::LoginRefusal>(&outcome)) {
    // Not the login: people type their password there.
    log::info("request {}: a log-in from {} was refused", request.id, origin);
    if (*refusal == accounts::LoginRefusal::kCodeNeeded) {
      api.throttle->give_back(attempt.login, origin);
      throw Problem(401, "a code of the second factor is needed")
          .item("code", "six digits from the authenticator app");
    }
    if (*refusal == accounts::LoginRefusal::kCodeWrong) {
      throw Problem(401, "the code is wrong or was used before")
          .item("code", "wrong, or used before: wait for the next one");
    }
    throw Problem(401, "login or password is wrong");
  }
  api.throttle->give_back(attempt.login, origin);
  if (!attempt.old_session.empty()) api.authentication.forget_all();
  return begun(api, request, std::get<accounts::NewSession>(outcome));
}

/// The caller's session with its secret.
std::pair<accounts::Session, std::string> own_session(const SessionApi& api,
                                                      const Request& request) {
  const std::string secret(session_of(request).value_or(""));
  const auto lease = api.means.connection();
  auto session = accounts::use_session(*lease, secret, api.means.times, api.clock());
  if (!session) throw Problem(401, "the session has ended: log in again");
  return {*std::move(session), secret};
}

Response show_own(const SessionApi& api, const Request& request) {
  const auto [session, secret] = own_session(api, request);
  return session_response(api, session, secret);
}

Response log_out(const SessionApi& api, const Request& request) {
  accounts::end_session(*api.means.connection(), request.principal.session_id);
  api.authentication.forget_all();
  return {
      204, "", "", {{"Set-Cookie", cookie_of(api, request, "")}, {"Cache-Control", "no-store"}}};
}

/// Whoever has found an open browser does not change what others know.
void demand_password(const SessionApi& api, const Request& request, const std::string& name,
                     const std::string& password) {
  const std::string& login = request.principal.name;
  const std::string origin = origin_of(request);
  api.throttle->attempt(login, origin, LoginThrottle::Steady::now());
  if (!proving(request, [&] {
        return accounts::is_password_of(api.means, request.principal.user_id, password);
      })) {
    throw Problem(403, "the password is wrong").item(name, "not the password of this user");
  }
  api.throttle->give_back(login, origin);
}

Response change_password(const SessionApi& api, const Request& request) {
  const RequestObject body(request, {"current_password", "new_password"});
  const std::string current = body.text("current_password");
  const std::string chosen = body.text("new_password");
  demand_password(api, request, "current_password", current);
  if (current == chosen) {
    throw Problem(400, "the new password is the one so far").item("new_password", "not a new one");
  }
  const auto made = proving(request, [&] {
    accounts::StoredPassword stored;
    try {
      stored = accounts::chosen_password(chosen, request.principal.name);
    } catch (const UsageError& error) {
      throw Problem(400, error.what()).item("new_password", error.what());
    }
    return accounts::choose_password(api.means, request.principal.user_id, stored,
                                     actor_of(request), api.clock());
  });
  api.authentication.forget_all();
  return begun(api, request, made);
}

Response begin_totp(const SessionApi& api, const Request& request) {
  const RequestObject body(request, {"password"});
  demand_password(api, request, "password", body.text("password"));
  const auto secret =
      proving(request, [&] { return accounts::offer_totp(api.means, request.principal.user_id); });
  if (!secret) throw Problem(409, "the second factor is on already");
  const std::string base32 = to_base32(*secret);
  text::JsonWriter json;
  json.begin_object().key("secret").string(base32).key("uri").string(
      fmt::format("otpauth://totp/{0}:{1}?secret={2}&issuer={0}", kIssuer,
                  percent_encoded(request.principal.name), base32));
  json.end_object();
  Response response = json_response(json);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response confirm_totp(const SessionApi& api, const Request& request) {
  const RequestObject body(request, {"code"});
  const std::string code = body.text("code");
  const std::string origin = origin_of(request);
  api.throttle->attempt(request.principal.name, origin, LoginThrottle::Steady::now());
  const auto outcome = proving(request, [&] {
    return accounts::confirm_totp(api.means, request.principal.user_id, code, actor_of(request),
                                  api.clock());
  });
  if (outcome == accounts::TotpConfirmation::kWrong) {
    throw Problem(403, "the code is wrong").item("code", "not the present code of the new secret");
  }
  api.throttle->give_back(request.principal.name, origin);
  if (outcome == accounts::TotpConfirmation::kNotOffered) {
    throw Problem(409, "there is no second factor to be confirmed: begin anew");
  }
  return show_own(api, request);
}

Response remove_totp(const SessionApi& api, const Request& request) {
  const RequestObject body(request, {"password"});
  demand_password(api, request, "password", body.text("password"));
  accounts::remove_totp(api.means, request.principal.user_id, actor_of(request), api.clock());
  return show_own(api, request);
}

}  // namespace

std::vector<Route> session_routes(const SessionApi& api) {
  const auto to = [&api](Response (*endpoint)(const SessionApi&, const Request&)) {
    return [api, endpoint](const Request& request) { return endpoint(api, request); };
  };
  return {
      {"POST", "/api/v1/session", std::nullopt, to(log_in)},
      {"GET", "/api/v1/session", Right::kSelf, to(show_own)},
      {"DELETE", "/api/v1/session", Right::kSelf, to(log_out)},
      {"POST", "/api/v1/session/password", Right::kSelf, to(change_password)},
      {"POST", "/api/v1/session/totp", Right::kSelf, to(begin_totp)},
      {"POST", "/api/v1/session/totp/confirm", Right::kSelf, to(confirm_totp)},
      {"POST", "/api/v1/session/totp/remove", Right::kSelf, to(remove_totp)},
  };
}

}  // namespace reckoner::web

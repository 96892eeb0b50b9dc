#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "web/credential_cache.hpp"
#include "web/http.hpp"

namespace reckoner::web {

inline constexpr std::string_view kSessionCookie = "reckoner_session";

/// The secret of "Authorization: Bearer SECRET"; none for anything else, and where there are
/// several.
std::optional<std::string_view> bearer_of(const Request& request);
/// The secret of the session's cookie; none where there is none, or several that differ.
std::optional<std::string_view> session_of(const Request& request);

/// What pages of ours send with each request that changes something, and pages of others cannot
/// know. Belongs to the session's secret.
std::string csrf_token_of(std::string_view session_secret);

/// Throws Problem 403 when a browser says that a page of another site makes it send this:
/// Sec-Fetch-Site, or from browsers that do not have it, an Origin that is not the Host.
void refuse_other_sites(const Request& request);

/// Tells who sends a request: an Authenticator. An Authorization header decides where there is one;
/// else the session's cookie. By session, a method other than GET and HEAD needs the session's
/// token in X-CSRF-Token, and must not come from a page of another site. Thread-safe.
class Authentication {
 public:
  Authentication(CredentialCache::Find find_key, CredentialCache::Find find_session)
      : keys_(std::move(find_key)), sessions_(std::move(find_session)) {}

  Principal principal_of(const Request& request);

  /// Keys, users or sessions have changed: from now on they are looked up anew. Other processes
  /// learn it within seconds.
  void forget_all();

 private:
  Principal by_key(std::string_view secret);
  Principal by_session(const Request& request, std::string_view secret);

  CredentialCache keys_;
  CredentialCache sessions_;
};

}  // namespace reckoner::web

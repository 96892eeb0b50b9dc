#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "delivery/networks.hpp"

namespace reckoner::delivery {

/// Where requests may go, and how long they may take.
struct PostRules {
  Networks networks;       ///< also allowed beside the public internet
  bool redirects = false;  ///< whether a redirect is followed, with the same rules
  std::chrono::milliseconds timeout{15'000};  ///< from resolving the name to the answer's end
  std::string ca_file = {};                   ///< PEM; empty: the system's authorities
  bool keeps_answers = false;  ///< whether a reason has the beginning of what was answered
};

/// What became of a request.
struct PostAnswer {
  int status = 0;           ///< of the answer; 0: there was none
  std::string reason = {};  ///< one line for people; empty at 2xx
  std::optional<std::chrono::seconds> retry_after = std::nullopt;  ///< what the answer asks for

  bool is_success() const { return status >= 200 && status < 300; }
  /// Whether another request to the same place would fare no better now.
  bool is_unavailable() const {
    return status == 0 || status == 429 || (status >= 502 && status <= 504);
  }
};

/// Throws Error for what is no URL of an endpoint: https://HOST[:PORT]/…, without user, password or
/// fragment, at most 2,000 bytes. http:// is one only with `plain`.
void check_endpoint_url(const std::string& url, bool plain);

/// Posts to URLs that strangers name, with libcurl. The address a name has is looked at when the
/// connection is made to it, so that a name cannot be resolved once to be checked and again to be
/// used: nobody is reached who is neither public nor in the rules' networks. http:// reaches those
/// networks alone. Certificates and names are verified. Of an answer 64 KiB are read. Proxies of
/// the environment are not used. One thread at a time; connections are kept for the next request.
class WebhookPost {
 public:
  explicit WebhookPost(PostRules rules);
  ~WebhookPost();
  WebhookPost(const WebhookPost&) = delete;
  WebhookPost& operator=(const WebhookPost&) = delete;

  using Headers = std::vector<std::pair<std::string, std::string>>;
  PostAnswer post(const std::string& url, const Headers& headers, std::string_view body);

 private:
  struct Session;
  const PostRules rules_;
  std::unique_ptr<Session> session_;
};

}  // namespace reckoner::delivery

#include "delivery/webhook_post.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace reckoner::delivery {

namespace {

constexpr std::size_t kUrlMax = 2000;
constexpr std::size_t kAnswerMax = 64 * 1024;
constexpr std::size_t kReasonMax = 200;  // bytes of an answer that are kept
constexpr long kRedirectsMax = 3;
constexpr std::string_view kPlainScheme = "http://";

void start_curl() {
  static std::once_flag started;
  std::call_once(started, [] { RK_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });
}

/// One request while it is under way.
struct Exchange {
  const PostRules& rules;
  bool plain = false;
  std::string refused = {};  ///< the address that was not connected to
  std::size_t answered = 0;
  std::string beginning = {};  ///< of the answer
};

curl_socket_t open_checked(void* context, curlsocktype, curl_sockaddr* place) {
  auto& exchange = *static_cast<Exchange*>(context);
  try {
    const IpAddress address = ip_of(place->addr);
    const bool is_named = exchange.rules.networks.contains(address);
    if (is_named || (is_public(address) && !exchange.plain)) {
      return socket(place->family, place->socktype | SOCK_CLOEXEC, place->protocol);
    }
    exchange.refused = to_string(address);
  } catch (const Error& error) {
    exchange.refused = error.what();
  }
  return CURL_SOCKET_BAD;
}

std::size_t read_answer(char* bytes, std::size_t size, std::size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  const std::size_t length = size * count;
  exchange.answered += length;
  const std::size_t wanted = kReasonMax - exchange.beginning.size();
  exchange.beginning.append(bytes, std::min(wanted, length));
  return exchange.answered > kAnswerMax ? 0 : length;
}

using UrlHandle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

bool has_part(const UrlHandle& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) return false;
  curl_free(text);
  return true;
}

std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  }
  return text::printable(text);
}

}  // namespace

void check_endpoint_url(const std::string& url, bool plain) {
  start_curl();
  const auto refuse = [&](std::string_view why) {
    throw Error(fmt::format("'{}' is no URL of an endpoint: {}", text::printable(url), why));
  };
  if (url.size() > kUrlMax) throw Error(fmt::format("the URL has more than {} bytes", kUrlMax));
  const bool is_plain = url.starts_with(kPlainScheme);
  if (!url.starts_with("https://") && !is_plain) refuse("it does not begin with https://");
  if (is_plain && !plain) refuse("http:// needs a setting webhooks.….networks");
  const UrlHandle parsed(curl_url(), curl_url_cleanup);
  RK_CHECK(parsed != nullptr);
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
    refuse("it cannot be read");
  }
  if (has_part(parsed, CURLUPART_USER) || has_part(parsed, CURLUPART_PASSWORD)) {
    refuse("it names a user or a password");
  }
  if (has_part(parsed, CURLUPART_FRAGMENT)) refuse("it has a fragment");
}

struct WebhookPost::Session {
  CURL* curl = curl_easy_init();
  char error[CURL_ERROR_SIZE] = {};

  Session() { RK_CHECK(curl != nullptr); }
  ~Session() { curl_easy_cleanup(curl); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  template <class Value>
  void set(CURLoption option, Value value) {
    RK_CHECK(curl_easy_setopt(curl, option, value) == CURLE_OK);
  }
};

WebhookPost::WebhookPost(PostRules rules)
    : rules_(std::move(rules)), session_((start_curl(), std::make_unique<Session>())) {
  Session& session = *session_;
  const long milliseconds = rules_.timeout.count();
  RK_CHECK(milliseconds > 0);
  session.set(CURLOPT_PROTOCOLS_STR, "http,https");
  session.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  session.set(CURLOPT_SSL_VERIFYPEER, 1L);
  session.set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!rules_.ca_file.empty()) session.set(CURLOPT_CAINFO, rules_.ca_file.c_str());
  session.set(CURLOPT_FOLLOWLOCATION, rules_.redirects ? 1L : 0L);
  session.set(CURLOPT_MAXREDIRS, kRedirectsMax);
  session.set(CURLOPT_POSTREDIR, static_cast<long>(CURL_REDIR_POST_ALL));
  session.set(CURLOPT_TIMEOUT_MS, milliseconds);
  session.set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds);
  session.set(CURLOPT_NOSIGNAL, 1L);
  session.set(CURLOPT_PROXY, "");
  session.set(CURLOPT_USERAGENT, "reckoner/" RECKONER_VERSION);
  session.set(CURLOPT_ERRORBUFFER, session.error);
  session.set(CURLOPT_OPENSOCKETFUNCTION, open_checked);
  session.set(CURLOPT_WRITEFUNCTION, read_answer);
  session.set(CURLOPT_POST, 1L);
}

WebhookPost::~WebhookPost() = default;

PostAnswer WebhookPost::post(const std::string& url, const Headers& headers,
                             std::string_view body) {
  Session& session = *session_;
  Exchange exchange{.rules = rules_, .plain = url.starts_with(kPlainScheme)};
  curl_slist* lines = curl_slist_append(nullptr, "Expect:");
  for (const auto& [name, value] : headers) {
    lines = curl_slist_append(lines, fmt::format("{}: {}", name, value).c_str());
    RK_CHECK(lines != nullptr);
  }
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> owned(lines,
                                                                          curl_slist_free_all);
  session.set(CURLOPT_URL, url.c_str());
  // A redirect must not leave TLS.
  session.set(CURLOPT_REDIR_PROTOCOLS_STR, exchange.plain ? "http" : "https");
  session.set(CURLOPT_HTTPHEADER, lines);
  session.set(CURLOPT_POSTFIELDS, body.data());
  session.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  session.set(CURLOPT_OPENSOCKETDATA, &exchange);
  session.set(CURLOPT_WRITEDATA, &exchange);
  session.error[0] = '\0';

  const CURLcode result = curl_easy_perform(session.curl);
  session.set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
  long status = 0;
  curl_easy_getinfo(session.curl, CURLINFO_RESPONSE_CODE, &status);
  const bool is_whole = result == CURLE_OK || exchange.answered > kAnswerMax;
  if (!is_whole) {
    if (!exchange.refused.empty()) {
      return {.reason = fmt::format("{} is not an address that may be told anything{}",
                                    exchange.refused, exchange.plain ? " over http://" : "")};
    }
    return {.reason =
                one_line(session.error[0] != '\0' ? session.error : curl_easy_strerror(result))};
  }
  PostAnswer answer{.status = static_cast<int>(status)};
  curl_off_t wait = 0;
  if (curl_easy_getinfo(session.curl, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0) {
    answer.retry_after = std::chrono::seconds(wait);
  }
  if (!answer.is_success()) {
    answer.reason = fmt::format("answered {}", status);
    if (rules_.keeps_answers && !exchange.beginning.empty()) {
      answer.reason += ": " + one_line(exchange.beginning);
    }
  }
  return answer;
}

}  // namespace reckoner::delivery

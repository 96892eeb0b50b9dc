#include "delivery/smtp.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <mutex>

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace reckoner::delivery {

namespace {

constexpr std::size_t kReasonMax = 300;  // bytes of a server's answer that are kept

void start_curl() {
  static std::once_flag started;
  std::call_once(started, [] { RK_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });
}

/// curl's own TLS knows two ways only: by the scheme, or required STARTTLS.
std::string url_of(const SmtpOptions& options) {
  constexpr std::string_view kPlain = "smtp://";
  if (options.security == SmtpSecurity::kTls && options.url.starts_with(kPlain)) {
    return "smtps://" + options.url.substr(kPlain.size());
  }
  return options.url;
}

/// What is said and left to say during one delivery.
struct Exchange {
  std::string_view unread;
  bool body_begun = false;
  std::string refusal;  ///< the server's last line of a 4xx or 5xx
};

std::size_t read_body(char* out, std::size_t size, std::size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  const std::size_t length = std::min(size * count, exchange.unread.size());
  std::memcpy(out, exchange.unread.data(), length);
  exchange.unread.remove_prefix(length);
  exchange.body_begun = true;
  return length;
}

std::size_t note_refusal(char* line, std::size_t size, std::size_t count, void* context) {
  std::string_view text(line, size * count);
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  if (text.starts_with('4') || text.starts_with('5')) {
    static_cast<Exchange*>(context)->refusal = text.substr(0, kReasonMax);
  }
  return size * count;
}

}  // namespace

struct SmtpTransport::Session {
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

SmtpTransport::SmtpTransport(SmtpOptions options)
    : options_(std::move(options)), session_((start_curl(), std::make_unique<Session>())) {
  Session& session = *session_;
  const long milliseconds = std::chrono::milliseconds(options_.timeout).count();
  RK_CHECK(milliseconds > 0);
  session.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  session.set(CURLOPT_URL, url_of(options_).c_str());
  session.set(CURLOPT_USE_SSL,
              options_.security == SmtpSecurity::kNone ? CURLUSESSL_NONE : CURLUSESSL_ALL);
  session.set(CURLOPT_SSL_VERIFYPEER, 1L);
  session.set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options_.ca_file.empty()) session.set(CURLOPT_CAINFO, options_.ca_file.c_str());
  if (!options_.user.empty()) {
    session.set(CURLOPT_USERNAME, options_.user.c_str());
    session.set(CURLOPT_PASSWORD, options_.password.c_str());
  }
  session.set(CURLOPT_TIMEOUT_MS, milliseconds);
  session.set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds);
  // Also for the goodbye, which is said beyond the time for the mail.
  session.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, options_.timeout.count());
  session.set(CURLOPT_NOSIGNAL, 1L);
  session.set(CURLOPT_PROXY, "");  // a proxy for web pages is none for mail
  session.set(CURLOPT_ERRORBUFFER, session.error);
  session.set(CURLOPT_UPLOAD, 1L);
  session.set(CURLOPT_READFUNCTION, read_body);
  session.set(CURLOPT_HEADERFUNCTION, note_refusal);
}

SmtpTransport::~SmtpTransport() = default;

Delivery SmtpTransport::deliver(const Parcel& parcel) {
  Session& session = *session_;
  Exchange exchange{.unread = parcel.bytes, .body_begun = false, .refusal = {}};
  const std::string from = fmt::format("<{}>", parcel.from);
  const std::string to = fmt::format("<{}>", parcel.to);
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> recipients(
      curl_slist_append(nullptr, to.c_str()), curl_slist_free_all);
  RK_CHECK(recipients != nullptr);
  session.set(CURLOPT_MAIL_FROM, from.c_str());
  session.set(CURLOPT_MAIL_RCPT, recipients.get());
  session.set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(parcel.bytes.size()));
  session.set(CURLOPT_READDATA, &exchange);
  session.set(CURLOPT_HEADERDATA, &exchange);
  session.error[0] = '\0';

  const CURLcode result = curl_easy_perform(session.curl);
  session.set(CURLOPT_MAIL_RCPT, static_cast<curl_slist*>(nullptr));
  if (result == CURLE_OK) return {};

  long code = 0;
  curl_easy_getinfo(session.curl, CURLINFO_RESPONSE_CODE, &code);
  // curl says "send error" for an answer to MAIL, RCPT or DATA; an answer behind the body is one to
  // the message. Any other refusal (greeting, STARTTLS, login) is not about this mail.
  const bool about_mail = result == CURLE_SEND_ERROR || exchange.body_begun;
  const bool answered = code >= 400 && code < 600;
  const std::string what =
      answered ? exchange.refusal
               : (session.error[0] != '\0' ? session.error : curl_easy_strerror(result));
  const Outcome outcome = !about_mail || !answered ? Outcome::kUnavailable
                          : code >= 500            ? Outcome::kRefused
                                                   : Outcome::kPostponed;
  return {outcome, text::printable(fmt::format("mail server {}: {}", options_.url, what))};
}

}  // namespace reckoner::delivery

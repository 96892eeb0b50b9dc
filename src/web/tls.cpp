#include "web/tls.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <climits>

#include "base/error.hpp"
#include "base/log.hpp"

namespace reckoner::web {

namespace {

constexpr std::chrono::seconds kLookPause{1};
/// No renegotiation, no compression, no tickets of keys that never change.
constexpr std::uint64_t kOptions = SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE;
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

std::string last_error() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

int no_password(char*, int, int, void*) {
  return 0;
}

int choose_http_1_1(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
  static constexpr std::string_view kOurs = "\x08http/1.1";
  unsigned char* found = nullptr;
  const int outcome =
      SSL_select_next_proto(&found, size, reinterpret_cast<const unsigned char*>(kOurs.data()),
                            static_cast<unsigned int>(kOurs.size()), offered, offered_size);
  *chosen = found;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

std::shared_ptr<SSL_CTX> context_of(const std::filesystem::path& certificate,
                                    const std::filesystem::path& key) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (context == nullptr) throw StartError(fmt::format("TLS: {}", last_error()));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), kOptions);
  SSL_CTX_set_cipher_list(context.get(), kCiphers);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_http_1_1, nullptr);
  SSL_CTX_set_default_passwd_cb(context.get(), no_password);
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1) {
    throw StartError(
        fmt::format("no certificate can be read from {}: {}", certificate.string(), last_error()));
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
    throw StartError(fmt::format("no key of the certificate {} can be read from {}: {}",
                                 certificate.string(), key.string(), last_error()));
  }
  return context;
}

}  // namespace

TlsIdentity::TlsIdentity(std::filesystem::path certificate, std::filesystem::path key)
    : certificate_(std::move(certificate)),
      key_(std::move(key)),
      seen_(times()),
      looked_at_(std::chrono::steady_clock::now()),
      context_(context_of(certificate_, key_)) {}

TlsIdentity::Times TlsIdentity::times() const {
  std::error_code missing;
  return {std::filesystem::last_write_time(certificate_, missing),
          std::filesystem::last_write_time(key_, missing)};
}

std::shared_ptr<SSL_CTX> TlsIdentity::current() {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_at_ < kLookPause) return context_;
  looked_at_ = now;
  const Times found = times();
  if (found == seen_) return context_;
  seen_ = found;
  try {
    context_ = context_of(certificate_, key_);
    log::info("http: {} is a new certificate; it is used from now on", certificate_.string());
  } catch (const StartError& error) {
    log::warning("http: the certificate stays as it was: {}", error.what());
  }
  return context_;
}

void TlsSession::Free::operator()(SSL* ssl) const {
  SSL_free(ssl);
}

TlsSession::TlsSession(std::shared_ptr<SSL_CTX> context)
    : context_(std::move(context)), ssl_(SSL_new(context_.get())) {
  BIO* const in = BIO_new(BIO_s_mem());
  BIO* const out = BIO_new(BIO_s_mem());
  RK_CHECK(ssl_ != nullptr && in != nullptr && out != nullptr);
  SSL_set_bio(ssl_.get(), in, out);
  SSL_set_accept_state(ssl_.get());
}

TlsSession::~TlsSession() = default;

bool TlsSession::take(std::string_view arrived, std::string& plain) {
  RK_CHECK(arrived.size() <= INT_MAX);
  BIO_write(SSL_get_rbio(ssl_.get()), arrived.data(), static_cast<int>(arrived.size()));
  std::array<char, 16 * 1024> piece;
  while (!broken_) {
    const int count = SSL_read(ssl_.get(), piece.data(), static_cast<int>(piece.size()));
    if (count > 0) {
      plain.append(piece.data(), static_cast<std::size_t>(count));
      continue;
    }
    if (SSL_get_error(ssl_.get(), count) == SSL_ERROR_WANT_READ) return true;
    broken_ = SSL_get_error(ssl_.get(), count) != SSL_ERROR_ZERO_RETURN;
    ERR_clear_error();
    return false;
  }
  return false;
}

bool TlsSession::write(std::string_view plain) {
  if (broken_ || SSL_is_init_finished(ssl_.get()) == 0) return false;
  if (plain.empty()) return true;
  RK_CHECK(plain.size() <= INT_MAX);
  const int written = SSL_write(ssl_.get(), plain.data(), static_cast<int>(plain.size()));
  broken_ = written != static_cast<int>(plain.size());
  return !broken_;
}

void TlsSession::end() {
  if (!broken_ && SSL_is_init_finished(ssl_.get()) != 0) SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

std::string TlsSession::output() {
  BIO* const out = SSL_get_wbio(ssl_.get());
  std::string bytes(BIO_ctrl_pending(out), '\0');
  if (!bytes.empty()) BIO_read(out, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

}  // namespace reckoner::web

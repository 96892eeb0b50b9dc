#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_st SSL;

namespace reckoner::web {

/// A certificate with its key, from two PEM files (the certificate first in its chain). Looks at
/// most once a second whether the files have changed, and takes new ones for connections that begin
/// from then on; files that are no pair, as between two writes, leave the old pair in use. TLS 1.2
/// at least. Thread-safe.
class TlsIdentity {
 public:
  /// Throws StartError naming the file that cannot be used.
  TlsIdentity(std::filesystem::path certificate, std::filesystem::path key);
  std::shared_ptr<SSL_CTX> current();

 private:
  struct Times {
    std::filesystem::file_time_type certificate;
    std::filesystem::file_time_type key;
    friend bool operator==(const Times&, const Times&) = default;
  };
  Times times() const;

  const std::filesystem::path certificate_;
  const std::filesystem::path key_;
  std::mutex mutex_;
  Times seen_;                                       // guarded by mutex_
  std::chrono::steady_clock::time_point looked_at_;  // guarded by mutex_
  std::shared_ptr<SSL_CTX> context_;                 // guarded by mutex_
};

/// One connection's encryption, the server's side: bytes in, bytes out, no socket. Not thread-safe.
class TlsSession {
 public:
  explicit TlsSession(std::shared_ptr<SSL_CTX> context);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// Takes what came over the wire and puts what it says behind `plain`. False when nothing more
  /// can come: the other side has said its farewell, or does not keep to TLS.
  bool take(std::string_view arrived, std::string& plain);
  /// Encrypts; false when the handshake is not over or the session is broken.
  bool write(std::string_view plain);
  /// Says farewell.
  void end();
  /// What is to be sent, the handshake's answers included; empty for nothing.
  std::string output();

 private:
  struct Free {
    void operator()(SSL* ssl) const;
  };
  const std::shared_ptr<SSL_CTX> context_;
  const std::unique_ptr<SSL, Free> ssl_;
  bool broken_ = false;
};

}  // namespace reckoner::web

#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "delivery/transport.hpp"

namespace reckoner::delivery {

enum class SmtpSecurity {
  kNone,
  kStartTls,  ///< required: without it nothing is sent
  kTls,       ///< from the first byte
};

struct SmtpOptions {
  std::string url;  ///< smtp://HOST[:PORT] or smtps://HOST[:PORT]
  SmtpSecurity security = SmtpSecurity::kStartTls;
  std::string user;  ///< empty: no authentication
  std::string password;
  std::string ca_file;               ///< PEM; empty: the system's authorities
  std::chrono::seconds timeout{30};  ///< for one mail; above zero
};

/// Mails over SMTP with libcurl, one after another on a kept connection. The server's certificate
/// and name are verified. Reasons tell the server's answer, never user or password.
class SmtpTransport : public Transport {
 public:
  explicit SmtpTransport(SmtpOptions options);
  ~SmtpTransport() override;
  Delivery deliver(const Parcel& parcel) override;

 private:
  struct Session;
  const SmtpOptions options_;
  const std::unique_ptr<Session> session_;
};

}  // namespace reckoner::delivery

#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "support/database.hpp"
#include "text/json.hpp"

namespace reckoner::test {

/// smtp_server.py in a process of its own, from construction to destruction; it also ends when this
/// program does. Takes the arguments of that program behind the directory.
class SmtpServer {
 public:
  explicit SmtpServer(const std::vector<std::string>& arguments = {});
  ~SmtpServer();
  SmtpServer(const SmtpServer&) = delete;
  SmtpServer& operator=(const SmtpServer&) = delete;

  /// "smtp://localhost:PORT"
  std::string url(const std::string& scheme = "smtp") const;
  /// What the server took so far, in its order: the bytes, and what Python's parser read in them.
  std::vector<std::string> messages() const;
  std::vector<text::Json> parsed() const;

 private:
  std::vector<std::string> files(const std::string& ending) const;

  TemporaryDirectory directory_;
  int keep_alive_ = -1;
  pid_t server_ = 0;
  int port_ = 0;
};

}  // namespace reckoner::test

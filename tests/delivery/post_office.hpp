#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "config/files.hpp"
#include "delivery/outbox.hpp"
#include "delivery/sender.hpp"
#include "engine/issue.hpp"
#include "engine/versions.hpp"
#include "handlers/catalogue.hpp"
#include "support/issued_documents.hpp"
#include "support/smtp_server.hpp"

namespace reckoner::delivery {

/// A database with issued documents and mails about them, and senders on it.
class PostOffice : public testing::Test {
 protected:
  PostOffice() {
    log::set_level(log::Level::kOff);
    settings_.set("mail.from", "billing@reckoner.example");
    settings_.set("mail.smtp.security", "none");
    settings_.set("mail.smtp.timeout", "PT5S");
    engine::Versions versions(handlers::catalogue(), std::nullopt);
    version_ = versions
                   .apply(connection_,
                          config::read_directory(std::string(RECKONER_SOURCE_DIR) + "/config"),
                          "test", "", now_)
                   .version;
  }

  /// A customer with a document and its mail in the outbox.
  void issue(std::int64_t customer, const std::string& recipient,
             const std::string& name = "Ärger & Söhne <GmbH>") {
    test::insert_customer(connection_, customer, "c" + std::to_string(customer), name, recipient);
    test::insert_document(connection_,
                          {.customer = customer, .ordinal = 1, .number = number(customer)});
    post({.customer = {customer},
          .message_key = "document:1",
          .kind = "document",
          .recipient = recipient,
          .member = "mail/invoice.mustache",
          .version = version_});
  }
  void post(const engine::OutgoingMail& mail) {
    engine::write_outbox(connection_, std::span(&mail, 1), now_);
  }
  static std::string number(std::int64_t customer) { return "INV-" + std::to_string(customer); }

  Sender sender() {
    return Sender(
        pool_, [this](store::Connection&) { return settings_; }, directory_.path() + "/mail",
        [this] { return now_; });
  }
  Sender::Result send(std::int64_t limit = 1000) { return sender().send_due(limit, stop_); }

  /// What the operator sees of one mail.
  OutboxMail mail(const std::string& name) {
    for (const OutboxMail& mail : list_outbox(connection_, std::nullopt, 1000)) {
      if (mail.name == name) return mail;
    }
    throw Error("no mail " + name);
  }
  void execute(const std::string& sql) { connection_.run_script({"script", sql}); }

  const std::string database_ = test::fresh_schema();
  store::Connection connection_{{.conninfo = database_}};
  store::Pool pool_{{.conninfo = test::as_role(database_, store::Role::kWriter)}, 4};
  test::TemporaryDirectory directory_;
  config::Settings settings_;
  VersionId version_;
  time::Instant now_ = time::parse_instant("2026-11-01T03:00:00Z");
  std::atomic<bool> stop_ = false;
};

inline bool operator==(const Sender::Result& a, const Sender::Result& b) {
  return a.sent == b.sent && a.failed == b.failed && a.dead == b.dead &&
         a.unavailable == b.unavailable;
}
inline void PrintTo(const Sender::Result& result, std::ostream* out) {
  *out << result.sent << " sent, " << result.failed << " failed, " << result.dead << " dead"
       << (result.unavailable ? ", unavailable" : "");
}

}  // namespace reckoner::delivery

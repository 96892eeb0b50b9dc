// Mails without a mail server, and what cannot be sent at all.

#include <filesystem>
#include <fstream>
#include <iterator>

#include "delivery/post_office.hpp"

namespace reckoner::delivery {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using Result = Sender::Result;

class Folder : public PostOffice {
 protected:
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(directory_.path() + "/mail")) {
      std::ifstream in(entry.path(), std::ios::binary);
      files[entry.path().filename()] = {std::istreambuf_iterator<char>(in), {}};
    }
    return files;
  }
  /// Of run 9, to the operator.
  void post_report() {
    post({.customer = {0},
          .message_key = "admin-report:9",
          .kind = "admin-report",
          .recipient = "boss@reckoner.example",
          .member = "mail/admin-report.mustache",
          .version = version_});
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [name, content] : files()) names.push_back(name);
    return names;
  }
};

TEST_F(Folder, HoldsAFileForEachMail) {
  issue(1, "anna@customer.example");
  issue(2, "bea@customer.example");
  EXPECT_EQ(send(), (Result{.sent = 2}));
  EXPECT_THAT(names(), ElementsAre("2026-11-01-INV-1.eml", "2026-11-01-INV-2.eml"));
  EXPECT_THAT(files().begin()->second, HasSubstr("From: billing@reckoner.example\r\n"));
  EXPECT_EQ(fs::status(directory_.path() + "/mail").permissions(), fs::perms::owner_all);
  EXPECT_EQ(mail("INV-1").state, "sent");
}

TEST_F(Folder, ARepetitionLeavesTheSameFile) {
  issue(1, "anna@customer.example");
  send();
  const auto before = files();
  execute("update outbox set state = 'pending'");
  now_ += std::chrono::hours(30);
  EXPECT_EQ(send(), (Result{.sent = 1}));
  EXPECT_EQ(files(), before);
}

TEST_F(Folder, HasASenderOfItsOwn) {
  settings_.set("mail.from", "");
  issue(1, "anna@customer.example");
  EXPECT_EQ(send(), (Result{.sent = 1}));
  EXPECT_THAT(files().begin()->second, HasSubstr("From: billing@localhost\r\n"));
}

TEST_F(Folder, ThatCannotBeWrittenIsTriedAgain) {
  issue(1, "anna@customer.example");
  issue(2, "bea@customer.example");
  std::ofstream(directory_.path() + "/mail") << "a file in its place";
  EXPECT_EQ(send(), (Result{.failed = 1, .unavailable = true}));
  EXPECT_THAT(mail("INV-1").last_error, HasSubstr("Not a directory"));
  fs::remove(directory_.path() + "/mail");
  now_ += std::chrono::minutes(2);
  EXPECT_EQ(send(), (Result{.sent = 2}));
}

TEST_F(Folder, NothingIsSmuggledIntoTheHeaders) {
  issue(1, "anna@customer.example", "Anna\r\nBcc: spy@evil.example\r\n\r\nHello");
  issue(2, "bea@customer.example\r\nBcc: spy@evil.example");
  issue(3, "bea@customer.example, spy@evil.example");
  issue(4, "dora@customer.example");
  EXPECT_EQ(send(), (Result{.sent = 2, .dead = 2}));
  EXPECT_THAT(names(), ElementsAre("2026-11-01-INV-1.eml", "2026-11-01-INV-4.eml"));
  const std::string message = files().at("2026-11-01-INV-1.eml");
  const std::string headers = message.substr(0, message.find("\r\n\r\n"));
  EXPECT_THAT(headers, HasSubstr("Content-Type: multipart/alternative"));
  EXPECT_EQ(headers.find("\r\nBcc"), std::string::npos);
  EXPECT_EQ(mail("INV-2").state, "dead");
  EXPECT_THAT(mail("INV-2").last_error, HasSubstr("control character"));
  EXPECT_THAT(mail("INV-3").last_error, HasSubstr("is not one mail address"));
}

TEST_F(Folder, WhatCannotBeMadeIsADeadLetterAndOthersGoOn) {
  issue(1, "anna@customer.example");
  issue(2, "bea@customer.example");
  issue(3, "cleo@customer.example");
  issue(4, "dora@customer.example");
  execute(R"(update outbox set template = 'mail/gone.mustache' where customer_id = 1;
             update outbox set template = 'mail/admin-report.mustache' where customer_id = 2;
             update outbox set message_key = 'document:7' where customer_id = 3)");
  EXPECT_EQ(send(), (Result{.sent = 1, .dead = 3}));
  EXPECT_THAT(mail("INV-1").last_error, HasSubstr("has no template 'mail/gone.mustache'"));
  EXPECT_THAT(mail("INV-2").last_error, HasSubstr("mail/admin-report.mustache:"));
  EXPECT_THAT(mail("document:7").last_error, HasSubstr("customer 3 has no document 7"));
}

TEST_F(Folder, TheTemplateIsThatOfTheMailsOwnVersion) {
  issue(1, "anna@customer.example");
  engine::Versions versions(handlers::catalogue(), std::nullopt);
  config::Files files = config::read_directory(std::string(RECKONER_SOURCE_DIR) + "/config");
  files.content.at("mail/invoice.mustache") =
      "--- subject\nNew {{number}}\n--- text\nnew\n--- html\n<p>new</p>\n";
  version_ = versions.apply(connection_, files, "test", "", now_).version;
  issue(2, "bea@customer.example");
  EXPECT_EQ(send(), (Result{.sent = 2}));
  const auto mails = this->files();
  EXPECT_THAT(mails.at("2026-11-01-INV-1.eml"), HasSubstr("Subject: Invoice INV-1 from"));
  EXPECT_THAT(mails.at("2026-11-01-INV-2.eml"), HasSubstr("Subject: New INV-2\r\n"));
}

TEST_F(Folder, TheOperatorLearnsWhoIsParkedHeldAndOverTheCreditLimit) {
  issue(1, "anna@customer.example");
  issue(2, "bea@customer.example");
  execute(
      R"(update outbox set state = 'sent'; insert into over_limit values (9, 2, 1), (9, 1, 1);
         insert into parked (customer_id, run_id, reason, parked_at, attempts, first_parked_at)
         values (1, 9, 'no price', '2026-11-01Z', 1, '2026-11-01Z'),
                (2, 8, 'of another run', '2026-11-01Z', 1, '2026-11-01Z');
         insert into held (customer_id, run_id, batch, cut, version_id, hash, reasons, figures, held_at)
         values (2, 9, 1, 1, 1, sha256(''), 'too much', '{}', '2026-11-01Z'))");
  post_report();
  EXPECT_EQ(send(), (Result{.sent = 1}));
  const std::string report = files().at("2026-11-01-admin-report-9.eml");
  EXPECT_THAT(report, HasSubstr("Customers over their credit limit: 2"));
  EXPECT_THAT(report, HasSubstr("--retry-parked): 1\r\n\r\nc1\r\n  no price\r\n"));
  EXPECT_THAT(report, HasSubstr("c2\r\n  too much\r\n"));
  EXPECT_THAT(report, HasSubstr("c1 (SMB)\r\n  balance 12.50 USD, limit 10.00 USD"));
  EXPECT_EQ(mail("admin-report:9").state, "sent");
}

TEST_F(Folder, AReportOfWhatWasSettledMeanwhileIsNotSent) {
  post_report();
  EXPECT_EQ(send(), (Result{}));
  EXPECT_EQ(mail("admin-report:9").state, "unwanted");
}

TEST(RetryWait, GrowsToAnHourWithJitter) {
  using std::chrono::minutes;
  using std::chrono::seconds;
  EXPECT_EQ(retry_wait(1, 0), seconds(30));
  EXPECT_EQ(retry_wait(1, 1000), minutes(1));
  EXPECT_EQ(retry_wait(2, 500), seconds(90));
  EXPECT_EQ(retry_wait(6, 1000), minutes(32));
  EXPECT_EQ(retry_wait(7, 1000), minutes(60));
  EXPECT_EQ(retry_wait(1'000'000, 0), minutes(30));
}

}  // namespace
}  // namespace reckoner::delivery

// Mails to a real SMTP server on loopback, read by Python's parser.

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <set>
#include <thread>

#include "delivery/post_office.hpp"
#include "store/transaction.hpp"

namespace reckoner::delivery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Result = Sender::Result;
using std::chrono::hours;
using std::chrono::minutes;

constexpr const char* kFailBookkeeping = R"(
  create function fail() returns trigger language plpgsql as $$
  begin raise exception 'no bookkeeping today'; end $$;
  create trigger fail before update on outbox for each row when (new.state = 'sent')
    execute function fail())";

std::string text_of(const text::Json& message, std::string_view name) {
  return message.at(name).as_string();
}

/// A key and a certificate for localhost that nobody else has signed.
struct SelfSigned {
  explicit SelfSigned(const std::string& directory)
      : certificate(directory + "/certificate.pem"), key(directory + "/key.pem") {
    const std::string command =
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
        "-addext subjectAltName=DNS:localhost -keyout " +
        key + " -out " + certificate + " 2>/dev/null";
    RK_CHECK(std::system(command.c_str()) == 0);
  }
  std::vector<std::string> server(const std::string& tls) const {
    return {"--tls", tls, "--certificate", certificate, "--key", key};
  }
  std::string certificate;
  std::string key;
};

class Smtp : public PostOffice {
 protected:
  void use(const test::SmtpServer& server) { settings_.set("mail.smtp.url", server.url()); }
};

TEST_F(Smtp, DeliversWhatAnotherParserReads) {
  const test::SmtpServer server;
  use(server);
  issue(1, "anna@customer.example");
  EXPECT_EQ(send(), (Result{.sent = 1}));

  const auto messages = server.parsed();
  ASSERT_EQ(messages.size(), 1U);
  const text::Json& message = messages[0];
  EXPECT_EQ(text_of(message, "mail_from"), "billing@reckoner.example");
  ASSERT_EQ(message.at("recipients").as_array().size(), 1U);
  EXPECT_EQ(message.at("recipients").as_array()[0].as_string(), "anna@customer.example");
  EXPECT_EQ(text_of(message, "from"), "billing@reckoner.example");
  EXPECT_EQ(text_of(message, "to_address"), "anna@customer.example");
  EXPECT_EQ(text_of(message, "to_name"), "Ärger & Söhne <GmbH>");
  EXPECT_EQ(text_of(message, "subject"), "Invoice INV-1 from Example Cloud Ltd");
  EXPECT_EQ(text_of(message, "message_id"), "<" + mail("INV-1").message_id + ">");
  EXPECT_EQ(text_of(message, "type"), "multipart/alternative");
  EXPECT_THAT(text_of(message, "text"), HasSubstr("Dear Ärger & Söhne <GmbH>,"));
  EXPECT_THAT(text_of(message, "text"), HasSubstr("12.50 USD are due on 15 November 2026"));
  EXPECT_THAT(text_of(message, "html"), HasSubstr("Dear Ärger &amp; Söhne &lt;GmbH&gt;,"));
  EXPECT_TRUE(message.at("defects").as_array().empty());

  const OutboxMail sent = mail("INV-1");
  EXPECT_EQ(sent.state, "sent");
  EXPECT_EQ(sent.sent_at, now_);
  EXPECT_EQ(sent.attempts, 1);
  EXPECT_EQ(send(), Result{});
}

TEST_F(Smtp, KeepsTheBytesItDelivers) {
  const test::SmtpServer server;
  use(server);
  issue(1, "anna@customer.example");
  send();
  const std::string stored =
      connection_.query({"rendered", "select rendered from outbox"}).only().bytes(0);
  EXPECT_EQ(server.messages().at(0), stored);
}

TEST_F(Smtp, NothingOfARolledBackTransactionIsSent) {
  const test::SmtpServer server;
  use(server);
  {
    store::Transaction transaction(connection_);
    issue(1, "anna@customer.example");
    EXPECT_EQ(send(), Result{});
  }
  EXPECT_EQ(send(), Result{});
  EXPECT_TRUE(server.messages().empty());
}

TEST_F(Smtp, AnEndBetweenDeliveryAndBookkeepingRepeatsTheSameBytes) {
  const test::SmtpServer server;
  use(server);
  for (int i = 1; i <= 20; ++i) issue(i, "c" + std::to_string(i) + "@customer.example");
  execute(kFailBookkeeping);
  for (int i = 0; i < 20; ++i) EXPECT_THROW(send(1), store::DatabaseError);
  EXPECT_EQ(server.messages().size(), 20U);
  EXPECT_EQ(send(), Result{}) << "every mail is still claimed";

  execute("drop trigger fail on outbox; update customer set name = 'Renamed'");
  settings_.set("mail.from", "other@reckoner.example");
  now_ += minutes(2);
  EXPECT_EQ(send(), (Result{.sent = 20}));
  auto messages = server.messages();
  ASSERT_EQ(messages.size(), 40U);
  std::sort(messages.begin(), messages.end());
  for (std::size_t i = 0; i < messages.size(); i += 2) EXPECT_EQ(messages[i], messages[i + 1]);
  std::set<std::string> ids;
  for (const auto& message : server.parsed()) ids.insert(text_of(message, "message_id"));
  EXPECT_EQ(ids.size(), 20U);
}

TEST_F(Smtp, AServerThatHangsUpWithoutAnAnswerGetsTheSameBytesAgain) {
  const test::SmtpServer server({"--mode", "drop", "--times", "2"});
  use(server);
  issue(1, "anna@customer.example");
  EXPECT_EQ(send(), (Result{.failed = 1, .unavailable = true}));
  now_ += hours(1);
  EXPECT_EQ(send(), (Result{.failed = 1, .unavailable = true}));
  now_ += hours(1);
  EXPECT_EQ(send(), (Result{.sent = 1}));
  const auto messages = server.messages();
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(messages[0], messages[1]);
  EXPECT_EQ(messages[0], messages[2]);
}

TEST_F(Smtp, PostponedMailsComeBackAfterGrowingWaitsWhileOthersGoOn) {
  const test::SmtpServer server({"--mode", "postpone", "--times", "4"});
  use(server);
  issue(1, "anna@customer.example");
  time::Instant last = now_;
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(send(), (Result{.failed = 1}));
    const OutboxMail waiting = mail("INV-1");
    EXPECT_THAT(waiting.last_error, HasSubstr("451 4.7.1 come back later"));
    EXPECT_EQ(waiting.attempts, i + 1);
    now_ = *waiting.next_try_at - std::chrono::milliseconds(1);
    EXPECT_EQ(send(), Result{});
    now_ += std::chrono::milliseconds(1);
    waits.push_back(std::chrono::floor<std::chrono::seconds>(now_ - last).count());
    last = now_;
  }
  for (std::size_t i = 0; i < waits.size(); ++i) {
    EXPECT_GE(waits[i], 30 << i);
    EXPECT_LE(waits[i], 60 << i);
  }
  issue(2, "bea@customer.example");
  EXPECT_EQ(send(), (Result{.sent = 2}));
}

TEST_F(Smtp, APostponedMailIsADeadLetterInTheEnd) {
  const test::SmtpServer server({"--mode", "postpone", "--times", "1000000"});
  use(server);
  settings_.set("mail.retry.for", "PT6H");
  issue(1, "anna@customer.example");
  const time::Instant first = now_;
  Result result;
  int tries = 0;
  for (; (result = send()).failed == 1; ++tries) now_ = *mail("INV-1").next_try_at;
  EXPECT_EQ(result, (Result{.dead = 1}));
  EXPECT_EQ(now_, first + hours(6)) << "the last try is at the end of the time";
  EXPECT_GT(tries, 8);
  EXPECT_LT(tries, 20);
  EXPECT_THAT(mail("INV-1").last_error, HasSubstr("come back later (tried for PT6H)"));
  now_ += hours(100);
  EXPECT_EQ(send(), Result{});
}

TEST_F(Smtp, ARefusedRecipientIsADeadLetterAtOnceAndOthersGoOn) {
  const test::SmtpServer server({"--mode", "refuse", "--refuse", "nobody@customer.example"});
  use(server);
  issue(1, "nobody@customer.example");
  issue(2, "bea@customer.example");
  EXPECT_EQ(send(), (Result{.sent = 1, .dead = 1}));
  EXPECT_EQ(mail("INV-1").state, "dead");
  EXPECT_THAT(mail("INV-1").last_error, HasSubstr("550 5.1.1 no such user"));
  EXPECT_EQ(list_outbox(connection_, "dead", 10).size(), 1U);

  const test::SmtpServer patient;
  use(patient);
  EXPECT_THROW(retry(connection_, "INV-2", now_), Error);
  EXPECT_THROW(retry(connection_, "INV-3", now_), Error);
  retry(connection_, "INV-1", now_);
  EXPECT_EQ(send(), (Result{.sent = 1}));
  EXPECT_EQ(text_of(patient.parsed().at(0), "to_address"), "nobody@customer.example");
}

TEST_F(Smtp, ARefusedMessageIsADeadLetter) {
  const test::SmtpServer server({"--mode", "reject"});
  use(server);
  issue(1, "anna@customer.example");
  EXPECT_EQ(send(), (Result{.dead = 1}));
  EXPECT_THAT(mail("INV-1").last_error, HasSubstr("554 5.6.0"));
}

TEST_F(Smtp, WithoutAServerThePassEndsAndNothingIsLost) {
  {
    const test::SmtpServer server;
    use(server);
  }
  issue(1, "anna@customer.example");
  issue(2, "bea@customer.example");
  EXPECT_EQ(send(), (Result{.failed = 1, .unavailable = true}));
  EXPECT_EQ(list_outbox(connection_, "pending", 10).size(), 2U);
  const test::SmtpServer server;
  use(server);
  now_ += minutes(2);
  EXPECT_EQ(send(), (Result{.sent = 2}));
}

TEST_F(Smtp, ASlowServerIsLeftAfterTheTimeout) {
  const test::SmtpServer server({"--mode", "slow", "--seconds", "30"});
  use(server);
  settings_.set("mail.smtp.timeout", "PT1S");
  issue(1, "anna@customer.example");
  EXPECT_EQ(send(), (Result{.failed = 1, .unavailable = true}));
  EXPECT_THAT(mail("INV-1").last_error, HasSubstr("timeout"));
}

TEST_F(Smtp, StartTlsIsRequiredAndVerified) {
  const SelfSigned ours(directory_.path());
  const test::SmtpServer server(ours.server("starttls"));
  const test::SmtpServer plain;
  settings_.set("mail.smtp.security", "starttls");
  issue(1, "anna@customer.example");

  use(plain);
  EXPECT_EQ(send(), (Result{.failed = 1, .unavailable = true}));
  EXPECT_TRUE(plain.messages().empty()) << "never in the clear";
  use(server);
  now_ += hours(1);
  EXPECT_EQ(send(), (Result{.failed = 1, .unavailable = true}));
  EXPECT_THAT(mail("INV-1").last_error, HasSubstr("certificate"));

  settings_.set("mail.smtp.caFile", ours.certificate);
  now_ += hours(1);
  EXPECT_EQ(send(), (Result{.sent = 1}));
}

TEST_F(Smtp, TlsFromTheFirstByte) {
  const SelfSigned ours(directory_.path());
  const test::SmtpServer server(ours.server("tls"));
  settings_.set("mail.smtp.caFile", ours.certificate);
  issue(1, "anna@customer.example");
  issue(2, "bea@customer.example");
  settings_.set("mail.smtp.security", "tls");
  use(server);
  EXPECT_EQ(send(1), (Result{.sent = 1}));
  settings_.set("mail.smtp.security", "starttls");
  settings_.set("mail.smtp.url", server.url("smtps"));
  EXPECT_EQ(send(), (Result{.sent = 1}));
}

TEST_F(Smtp, LogsInAndAWrongPasswordLosesNoMail) {
  const test::SmtpServer server({"--user", "reckoner", "--password", "open sesame"});
  use(server);
  const std::string secret = directory_.path() + "/password";
  settings_.set("mail.smtp.user", "reckoner");
  settings_.set("mail.smtp.password", "file:" + secret);
  issue(1, "anna@customer.example");
  EXPECT_THROW(send(), Error) << "the file is not there";

  std::ofstream(secret) << "wrong\n";
  EXPECT_EQ(send(), (Result{.failed = 1, .unavailable = true}));
  EXPECT_EQ(mail("INV-1").last_error.find("wrong"), std::string::npos);
  std::ofstream(secret) << "open sesame\n";
  now_ += minutes(2);
  EXPECT_EQ(send(), (Result{.sent = 1}));
}

TEST_F(Smtp, ASenderIsNeeded) {
  const test::SmtpServer server;
  use(server);
  settings_.set("mail.from", "");
  EXPECT_THROW(send(), Error);
}

TEST_F(Smtp, TwoSendersSendEachMailOnce) {
  const test::SmtpServer server;
  use(server);
  for (int i = 1; i <= 60; ++i) issue(i, "c" + std::to_string(i) + "@customer.example");
  std::array<Result, 2> results;
  {
    std::vector<std::jthread> threads;
    for (Result& result : results) {
      threads.emplace_back([this, &result] { result = send(); });
    }
  }
  EXPECT_EQ(results[0].sent + results[1].sent, 60);
  EXPECT_EQ(server.messages().size(), 60U);
}

TEST_F(Smtp, StopsBetweenMails) {
  const test::SmtpServer server;
  use(server);
  issue(1, "anna@customer.example");
  stop_ = true;
  EXPECT_EQ(send(), Result{});
  EXPECT_TRUE(server.messages().empty());
}

}  // namespace
}  // namespace reckoner::delivery

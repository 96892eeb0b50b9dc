// What endpoints are told, in which order, how often, and who is never told anything. Endpoints are
// HTTP servers of the test.

#include "delivery/webhook_sender.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <thread>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "delivery/webhook_signature.hpp"
#include "store/announcements.hpp"
#include "store/transaction.hpp"
#include "support/database.hpp"
#include "support/issued_documents.hpp"

namespace reckoner::delivery {
namespace {

using testing::ElementsAre;

using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Result = WebhookSender::Result;

/// What a server was told, and what it answers.
class Receiver {
 public:
  struct Told {
    std::string id;
    std::string timestamp;
    std::string signature;
    std::string body;
  };
  using Answer = std::function<void(const httplib::Request&, httplib::Response&)>;

  Receiver() {
    server_.Post("/told", [this](const httplib::Request& request, httplib::Response& response) {
      Answer answer;
      {
        const std::lock_guard lock(mutex_);
        told_.push_back({request.get_header_value("webhook-id"),
                         request.get_header_value("webhook-timestamp"),
                         request.get_header_value("webhook-signature"), request.body});
        answer = answer_;
      }
      if (answer) answer(request, response);
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::jthread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~Receiver() { server_.stop(); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  std::string url(std::string_view host = "127.0.0.1") const {
    return "http://" + std::string(host) + ":" + std::to_string(port_) + "/told";
  }
  void answer(Answer answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  void answer(int status) {
    answer([status](const httplib::Request&, httplib::Response& response) {
      response.status = status;
    });
  }
  std::vector<Told> told() const {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  /// What the data of the bodies say, in their order.
  std::vector<std::string> data() const {
    std::vector<std::string> data;
    for (const Told& told : this->told()) {
      const std::size_t begin = told.body.find("\"n\":") + 4;
      data.push_back(told.body.substr(begin, told.body.find('}', begin) - begin));
    }
    return data;
  }

 private:
  httplib::Server server_;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<Told> told_;  // guarded by mutex_
  Answer answer_;           // guarded by mutex_
  std::jthread thread_;
};

class Webhooks : public testing::Test {
 protected:
  Webhooks() {
    log::set_level(log::Level::kOff);
    settings_.set("webhooks.house.networks", "127.0.0.1");
    settings_.set("webhooks.timeout", "PT2S");
    test::insert_customer(connection_, 1, "acme", "Acme", "a@acme.example");
    test::insert_customer(connection_, 2, "globex", "Globex", "g@globex.example");
  }

  NewEndpoint add(const std::string& url, std::vector<std::string> kinds = {"*"},
                  CustomerId owner = kHouse) {
    store::Transaction transaction(connection_);
    NewEndpoint made =
        create_endpoint(connection_, seal_, owner, {.url = url, .kinds = std::move(kinds)}, now_);
    transaction.commit();
    return made;
  }
  void happen(int number, CustomerId customer = {1}, std::string_view kind = "payment.booked") {
    store::Transaction transaction(connection_);
    store::Announcements announcements(connection_, {customer});
    announcements.add(customer, kind, "{\"n\":" + std::to_string(number) + "}");
    announcements.write(now_);
    transaction.commit();
  }
  WebhookSender sender() {
    return WebhookSender(
        {.pool = pool_,
         .settings = [this] { return settings_; },
         .seal = [this](const config::Settings&) { return seal_; },
         .clock = [this] { return now_; },
         .disabled =
             [this](store::Connection&, const WebhookEndpoint& endpoint, std::string_view why) {
               disabled_.push_back(endpoint.name + ": " + std::string(why));
             }},
        std::make_shared<EndpointsAtWork>());
  }
  Result send() { return sender().send_due(1000, stop_); }
  std::vector<WebhookDelivery> deliveries(const NewEndpoint& endpoint) {
    return list_deliveries(connection_, {.endpoint = endpoint.endpoint.name}, 1000);
  }
  WebhookEndpoint now_of(const NewEndpoint& endpoint) {
    return find_endpoint(connection_, endpoint.endpoint.owner, endpoint.endpoint.name).value();
  }
  std::int64_t count(const std::string& table) {
    static constexpr store::Statement kEvents{"count", "select count(*) as n from webhook_event"};
    static constexpr store::Statement kDeliveries{"count deliveries",
                                                  "select count(*) as n from webhook_delivery"};
    return connection_.query(table == "events" ? kEvents : kDeliveries).only().int64("n");
  }

  const std::string database_ = test::fresh_schema();
  store::Connection connection_{{.conninfo = database_}};
  store::Pool pool_{{.conninfo = test::as_role(database_, store::Role::kWriter)}, 4};
  const Seal seal_{Seal::random_key()};
  config::Settings settings_;
  time::Instant now_ = time::parse_instant("2026-11-01T03:00:00Z");
  std::atomic<bool> stop_ = false;
  std::vector<std::string> disabled_;
  Receiver receiver_;
};

// The vector of the reference libraries (github.com/standard-webhooks/standard-webhooks).
TEST(WebhookSignature, IsThatOfTheReferenceLibraries) {
  const std::string secret = from_hex("31f290f6bf06298aab4f08d43c3f082cf648a362da2da4b0");
  EXPECT_EQ(webhook_secret_text(secret), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  const auto sign = [](const std::vector<std::string>& secrets) {
    return webhook_signature(secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                             R"({"test": 2432232314})");
  };
  const std::string signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
  EXPECT_EQ(sign({secret}), signature);
  EXPECT_EQ(sign({secret, "older"}), signature + " " + sign({"older"}));
}

TEST_F(Webhooks, AreToldWhatTheyWantAndNothingElse) {
  Receiver acmes;
  settings_.set("webhooks.customers.networks", "127.0.0.0/8");
  const NewEndpoint house = add(receiver_.url(), {"payment.booked", "customer.parked"});
  const NewEndpoint acme = add(acmes.url(), {"*"}, {1});
  happen(1);
  happen(2, {2});
  happen(3, {1}, "customer.parked");
  happen(4, {1}, "invoice.issued");
  EXPECT_EQ(send(), (Result{.sent = 5}));
  const std::vector<std::string> told_to_house = receiver_.data();
  EXPECT_THAT(told_to_house, UnorderedElementsAre("1", "2", "3"));
  EXPECT_LT(std::ranges::find(told_to_house, "1"), std::ranges::find(told_to_house, "3"))
      << "in the order of each customer";
  EXPECT_THAT(acmes.data(), ElementsAre("1", "4"))
      << "nobody is told of others, or of being parked";
  const Receiver::Told told = receiver_.told().front();
  EXPECT_EQ(told.body,
            R"({"type":"payment.booked","timestamp":"2026-11-01T03:00:00Z","data":{"n":1}})");
  EXPECT_EQ(told.timestamp, "1793502000");
  EXPECT_EQ(acmes.told().front().id, told.id) << "an event has one id, whoever is told";
  EXPECT_NE(acmes.told().front().signature, told.signature);
  EXPECT_EQ(send(), Result{});
}

TEST_F(Webhooks, NothingIsWrittenDownThatNobodyWants) {
  happen(1);
  add(receiver_.url(), {"customer.parked"});
  happen(2);
  EXPECT_EQ(count("events"), 0);
  EXPECT_EQ(count("deliveries"), 0);
}

TEST_F(Webhooks, WhatIsRolledBackIsNotTold) {
  add(receiver_.url());
  {
    store::Transaction transaction(connection_);
    store::Announcements announcements(connection_, {{1}});
    announcements.add({1}, "payment.booked", "{}");
    announcements.write(now_);
  }
  EXPECT_EQ(send(), Result{});
  happen(1);
  EXPECT_EQ(send(), (Result{.sent = 1}));
}

TEST_F(Webhooks, AreToldInOrderOfEachCustomer) {
  add(receiver_.url());
  receiver_.answer([](const httplib::Request& request, httplib::Response& response) {
    if (request.body.find("\"n\":1}") != std::string::npos) response.status = 500;
  });
  for (int i = 1; i <= 3; ++i) happen(i);
  happen(4, {2});
  EXPECT_EQ(send(), (Result{.sent = 1, .failed = 1}));
  EXPECT_THAT(receiver_.data(), ElementsAre("1", "4")) << "what comes behind waits, others do not";
  receiver_.answer(204);
  now_ += std::chrono::minutes(2);
  EXPECT_EQ(send(), (Result{.sent = 3}));
  EXPECT_THAT(receiver_.data(), ElementsAre("1", "4", "1", "2", "3"));
  const auto told = receiver_.told();
  EXPECT_EQ(told[0].id, told[2].id);
  EXPECT_EQ(told[0].body, told[2].body);
  EXPECT_NE(told[0].timestamp, told[2].timestamp) << "signed anew at each try";
}

TEST_F(Webhooks, WhatNeverArrivesIsGivenUpAndTheNextGoesOn) {
  settings_.set("webhooks.retry.for", "PT1H");
  const NewEndpoint endpoint = add(receiver_.url());
  receiver_.answer([](const httplib::Request& request, httplib::Response& response) {
    if (request.body.find("\"n\":1}") == std::string::npos) return;
    response.status = 400;
    response.set_content("no\nsuch\x01 thing", "text/plain");
  });
  happen(1);
  happen(2);
  Result all;
  for (int minute = 0; minute <= 62; ++minute, now_ += std::chrono::minutes(1)) {
    const Result one = send();
    all.sent += one.sent;
    all.failed += one.failed;
    all.dead += one.dead;
  }
  EXPECT_EQ(all.sent, 1);
  EXPECT_EQ(all.dead, 1);
  EXPECT_GE(all.failed, 5);
  EXPECT_LE(all.failed, 10);
  const auto listed = deliveries(endpoint);
  EXPECT_EQ(listed.back().state, "dead");
  EXPECT_EQ(listed.back().status, 400);
  EXPECT_THAT(listed.back().last_error, HasSubstr("answered 400: no such"));
  EXPECT_EQ(listed.front().state, "sent");

  receiver_.answer(200);
  {
    store::Transaction transaction(connection_);
    EXPECT_EQ(resend_dead(connection_, endpoint.endpoint.name, now_), 1);
    transaction.commit();
  }
  EXPECT_EQ(send(), (Result{.sent = 1}));
  EXPECT_EQ(receiver_.told().back().id, receiver_.told().front().id);
}

TEST_F(Webhooks, AnEndpointThatIsNotThereRestsAndIsDisabledInTheEnd) {
  settings_.set("webhooks.disableAfter", "PT3H");
  const NewEndpoint endpoint = add(receiver_.url());
  receiver_.answer(503);
  happen(1);
  happen(2, {2});
  EXPECT_EQ(send(), (Result{.failed = 1})) << "the other would fare no better";
  EXPECT_GT(now_of(endpoint).rests_until, now_);
  for (int minute = 0; minute <= 300; minute += 5, now_ += std::chrono::minutes(5)) send();
  ASSERT_EQ(disabled_.size(), 1U);
  EXPECT_THAT(disabled_.front(), HasSubstr("it has failed since 2026-11-01T03:00:00Z"));
  const WebhookEndpoint disabled = now_of(endpoint);
  EXPECT_TRUE(disabled.disabled_at);
  for (const WebhookDelivery& delivery : deliveries(endpoint)) EXPECT_EQ(delivery.state, "dead");
  const std::size_t tries = receiver_.told().size();
  EXPECT_GE(tries, 5U);
  EXPECT_LE(tries, 20U);
  happen(3);
  EXPECT_EQ(deliveries(endpoint).size(), 2U) << "nothing is written down for it any more";
}

TEST_F(Webhooks, OneThatHasGoneIsDisabledAtOnceAndTheHouseIsTold) {
  settings_.set("webhooks.customers.networks", "127.0.0.1");
  Receiver acmes;
  acmes.answer(410);
  add(receiver_.url(), {"endpoint.disabled"});
  const NewEndpoint endpoint = add(acmes.url(), {"*"}, {1});
  happen(1);
  EXPECT_EQ(send(), (Result{.sent = 1, .dead = 1}));
  EXPECT_THAT(disabled_, ElementsAre(endpoint.endpoint.name + ": it answered 410 Gone"));
  ASSERT_EQ(receiver_.told().size(), 1U);
  EXPECT_THAT(receiver_.told().front().body, HasSubstr(R"("customer":"acme")"));
}

TEST_F(Webhooks, WhatACustomersTargetAnswersIsNotKept) {
  settings_.set("webhooks.customers.networks", "127.0.0.1");
  const NewEndpoint endpoint = add(receiver_.url(), {"*"}, {1});
  receiver_.answer([](const httplib::Request&, httplib::Response& response) {
    response.status = 403;
    response.set_content("inner secret", "text/plain");
  });
  happen(1);
  EXPECT_EQ(send(), (Result{.failed = 1}));
  EXPECT_THAT(deliveries(endpoint).front().last_error, HasSubstr("answered 403"));
  EXPECT_THAT(deliveries(endpoint).front().last_error, testing::Not(HasSubstr("secret")));
}

TEST_F(Webhooks, NobodyInsideIsReached) {
  const NewEndpoint acme = add(receiver_.url(), {"*"}, {1});
  const NewEndpoint by_name = add(receiver_.url("localhost"), {"*"}, {1});
  happen(1);
  EXPECT_EQ(send(), (Result{.failed = 2}));
  EXPECT_THAT(receiver_.told(), IsEmpty());
  EXPECT_THAT(deliveries(acme).front().last_error,
              HasSubstr("127.0.0.1 is not an address that may be told anything"));
  EXPECT_THAT(deliveries(by_name).front().last_error, HasSubstr("may be told anything"));
}

TEST_F(Webhooks, RedirectsAreFollowedOnlyWhereTheSettingSaysSoAndNeverInside) {
  Receiver other;
  add(receiver_.url());
  receiver_.answer([&](const httplib::Request&, httplib::Response& response) {
    response.set_redirect(other.url(), 307);
  });
  happen(1);
  EXPECT_EQ(send(), (Result{.failed = 1}));
  EXPECT_THAT(other.told(), IsEmpty());
  settings_.set("webhooks.redirects", "true");
  now_ += std::chrono::minutes(2);
  EXPECT_EQ(send(), (Result{.sent = 1}));
  ASSERT_EQ(other.told().size(), 1U);
  EXPECT_EQ(other.told().front().body, receiver_.told().front().body);
  receiver_.answer([&](const httplib::Request&, httplib::Response& response) {
    response.set_redirect("http://127.0.0.2:9/", 307);
  });
  happen(2);
  EXPECT_EQ(send(), (Result{.failed = 1}));
}

TEST_F(Webhooks, ASecretThatIsRotatedSignsBesideTheNewOne) {
  const NewEndpoint endpoint = add(receiver_.url());
  const auto signatures = [&] {
    happen(1);
    EXPECT_EQ(send(), (Result{.sent = 1}));
    const std::string header = receiver_.told().back().signature;
    return std::count(header.begin(), header.end(), ' ') + 1;
  };
  EXPECT_EQ(signatures(), 1);
  {
    store::Transaction transaction(connection_);
    const std::string secret =
        rotate_secret(connection_, seal_, now_of(endpoint), std::chrono::hours(24), now_);
    EXPECT_NE(secret, endpoint.secret);
    EXPECT_EQ(secret.substr(0, 6), "whsec_");
    transaction.commit();
  }
  EXPECT_EQ(signatures(), 2);
  now_ += std::chrono::hours(24);
  EXPECT_EQ(signatures(), 1);
}

TEST_F(Webhooks, ALongAnswerIsNotReadToItsEnd) {
  add(receiver_.url());
  receiver_.answer([](const httplib::Request&, httplib::Response& response) {
    response.set_content(std::string(50'000'000, 'x'), "text/plain");
  });
  happen(1);
  EXPECT_EQ(send(), (Result{.sent = 1}));
}

TEST_F(Webhooks, ASlowAnswerIsNotWaitedFor) {
  settings_.set("webhooks.timeout", "PT1S");
  const NewEndpoint endpoint = add(receiver_.url());
  receiver_.answer([](const httplib::Request&, httplib::Response&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1'500));
  });
  happen(1);
  EXPECT_EQ(send(), (Result{.failed = 1}));
  EXPECT_THAT(deliveries(endpoint).front().last_error, HasSubstr("timed out"));
}

TEST_F(Webhooks, SendersTogetherTellEverythingOnceAndInOrder) {
  add(receiver_.url());
  constexpr int kEach = 40;
  for (int i = 0; i < kEach; ++i) {
    happen(i, {1});
    happen(1000 + i, {2});
  }
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([this] {
      WebhookSender one = sender();
      for (int left = 200; left > 0; --left) one.send_due(10, stop_);
    });
  }
  threads.clear();
  std::vector<int> of_acme;
  std::vector<int> of_globex;
  for (const std::string& text : receiver_.data()) {
    const int number = std::stoi(text);
    (number < 1000 ? of_acme : of_globex).push_back(number);
  }
  EXPECT_EQ(of_acme.size(), static_cast<std::size_t>(kEach));
  EXPECT_EQ(of_globex.size(), static_cast<std::size_t>(kEach));
  EXPECT_TRUE(std::is_sorted(of_acme.begin(), of_acme.end()));
  EXPECT_TRUE(std::is_sorted(of_globex.begin(), of_globex.end()));
}

TEST_F(Webhooks, ASenderThatDiedIsFollowedByAnother) {
  const NewEndpoint endpoint = add(receiver_.url());
  happen(1);
  ASSERT_TRUE(
      claim_delivery(connection_, {endpoint.endpoint.name}, now_, std::chrono::seconds(30)));
  EXPECT_EQ(send(), Result{});
  now_ += std::chrono::seconds(31);
  EXPECT_EQ(send(), (Result{.sent = 1}));
}

TEST_F(Webhooks, WhatWasToldLongAgoIsForgotten) {
  add(receiver_.url());
  happen(1);
  send();
  receiver_.answer(500);
  happen(2);
  send();
  forget_deliveries(connection_, now_ + std::chrono::seconds(1));
  EXPECT_EQ(count("events"), 1) << "what waits stays";
  receiver_.answer(200);
  now_ += std::chrono::minutes(2);
  EXPECT_EQ(send(), (Result{.sent = 1}));
  happen(3);
  EXPECT_EQ(send(), (Result{.sent = 1}));
  EXPECT_THAT(receiver_.data(), ElementsAre("1", "2", "2", "3"));
}

TEST_F(Webhooks, AnEndpointGoesWithWhatItWasTold) {
  const NewEndpoint endpoint = add(receiver_.url());
  happen(1);
  store::Transaction transaction(connection_);
  remove_endpoint(connection_, endpoint.endpoint);
  transaction.commit();
  EXPECT_EQ(count("deliveries"), 0);
  EXPECT_EQ(send(), Result{});
}

TEST(WebhookTerms, ThatCannotBe) {
  const auto message = [](EndpointTerms terms, CustomerId owner = kHouse, bool plain = false) {
    try {
      check_terms(terms, owner, plain);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("fine");
  };
  const std::string url = "https://example.com/told?key=1";
  EXPECT_EQ(message({.url = url, .kinds = {"*"}}), "fine");
  EXPECT_EQ(message({.url = url, .kinds = {"customer.parked"}}), "fine");
  EXPECT_THAT(message({.url = url, .kinds = {}}), HasSubstr("at least one kind"));
  EXPECT_THAT(message({.url = url, .kinds = {"*", "invoice.issued"}}), HasSubstr("stands alone"));
  EXPECT_THAT(
      message({.url = url, .kinds = {"invoice.isued"}}),
      HasSubstr("there is no kind of event 'invoice.isued'; did you mean 'invoice.issued'?"));
  EXPECT_THAT(message({.url = url, .kinds = {"customer.parked"}}, {1}),
              HasSubstr("told to the house alone"));
  EXPECT_THAT(message({.url = "http://example.com/", .kinds = {"*"}}), HasSubstr("networks"));
  EXPECT_EQ(message({.url = "http://example.com/", .kinds = {"*"}}, kHouse, true), "fine");
  for (const char* bad : {"ftp://example.com/", "https://", "https://user@example.com/",
                          "https://user:pass@example.com/", "https://example.com/#part",
                          "file:///etc/passwd", "https://exa mple.com/"}) {
    EXPECT_THAT(message({.url = bad, .kinds = {"*"}}), HasSubstr("is no URL of an endpoint"))
        << bad;
  }
}

}  // namespace
}  // namespace reckoner::delivery

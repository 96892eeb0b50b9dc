// What endpoints are told, in which order and how often.

#include <gmock/gmock.h>

#include <algorithm>

#include "delivery/webhook_world.hpp"

namespace reckoner::delivery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

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

}  // namespace
}  // namespace reckoner::delivery

// Who is never told anything, and what of an answer is looked at.

#include <gmock/gmock.h>

#include "delivery/webhook_world.hpp"

namespace reckoner::delivery {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

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

}  // namespace
}  // namespace reckoner::delivery

// What an endpoint may be, how it is signed for, and when it is told no more.

#include "delivery/webhook_endpoints.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "base/hash.hpp"
#include "delivery/webhook_signature.hpp"
#include "delivery/webhook_world.hpp"

namespace reckoner::delivery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

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

TEST_F(Webhooks, AnEndpointGoesWithWhatItWasTold) {
  const NewEndpoint endpoint = add(receiver_.url());
  happen(1);
  store::Transaction transaction(connection_);
  remove_endpoint(connection_, endpoint.endpoint);
  transaction.commit();
  EXPECT_EQ(count("deliveries"), 0);
  EXPECT_EQ(send(), Result{});
}

}  // namespace
}  // namespace reckoner::delivery

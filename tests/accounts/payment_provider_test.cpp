#include "accounts/payment_provider.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "accounts/reconciliation.hpp"
#include "accounts/stripe_provider.hpp"
#include "base/hmac.hpp"
#include "support/billing.hpp"

namespace reckoner::accounts {

namespace {

using test::error_of;
using testing::HasSubstr;

constexpr std::int64_t kTime = 1'700'000'000;

time::Instant at(std::int64_t seconds) {
  return time::Instant(std::chrono::seconds(seconds));
}

std::string signed_at(std::int64_t seconds, const std::string& body, const std::string& secret) {
  return fmt::format("t={},v1={}", seconds,
                     to_hex(hmac_sha256(secret, fmt::format("{}.{}", seconds, body))));
}

std::string intent(std::string_view id, std::string_view document, std::int64_t minor,
                   std::string_view currency = "usd") {
  return fmt::format(
      R"({{"id":"evt_1","type":"payment_intent.succeeded","created":{},"data":{{"object":)"
      R"({{"id":"{}","amount_received":{},"currency":"{}","metadata":{{"document":"{}"}}}}}}}})",
      kTime, id, minor, currency, document);
}

TEST(StripeProvider, ReadsWhatIsSignedWithOneOfItsSecrets) {
  const auto provider = stripe_provider({"old", "new"});
  const std::string body = intent("pi_1", "INV-2026-000001", 1234);
  for (const char* secret : {"old", "new"}) {
    const auto payment = provider->read({signed_at(kTime, body, secret), body}, at(kTime + 10));
    ASSERT_TRUE(payment.has_value());
    EXPECT_EQ(payment->transaction, "pi_1");
    EXPECT_EQ(payment->document, "INV-2026-000001");
    EXPECT_EQ(payment->amount.to_string(), "12.34");
    EXPECT_EQ(payment->paid_at, at(kTime));
  }
}

TEST(StripeProvider, ReadsAmountsInTheUnitsOfStripe) {
  const auto provider = stripe_provider({"s"});
  const auto amount = [&](std::int64_t minor, std::string_view currency) {
    const std::string body = intent("pi_1", "", minor, currency);
    return provider->read({signed_at(kTime, body, "s"), body}, at(kTime))->amount.to_string();
  };
  EXPECT_EQ(amount(5000, "jpy"), "5000");
  EXPECT_EQ(amount(5000, "mga"), "5000.00");
  EXPECT_EQ(amount(50000, "isk"), "500");
  EXPECT_EQ(amount(5000, "bhd"), "5.000");
  EXPECT_THAT(error_of([&] { amount(50, "ugx"); }), HasSubstr("cannot be read"));
}

TEST(StripeProvider, ReadsSessionsThatArePaidLater) {
  const auto provider = stripe_provider({"s"});
  const std::string body = fmt::format(
      R"({{"type":"checkout.session.async_payment_succeeded","created":{},"data":{{"object":)"
      R"({{"id":"cs_1","payment_intent":"pi_9","payment_status":"paid","amount_total":100,)"
      R"("currency":"usd","client_reference_id":"INV-1"}}}}}})",
      kTime);
  const auto payment = provider->read({signed_at(kTime, body, "s"), body}, at(kTime));
  ASSERT_TRUE(payment.has_value());
  EXPECT_EQ(payment->transaction + " " + payment->document, "pi_9 INV-1");
}

std::string event_of(std::string_view type, const std::string& object,
                     std::string_view before = "{}") {
  return fmt::format(
      R"({{"id":"evt_2","type":"{}","created":{},"data":{{"object":{},"previous_attributes":{}}}}})",
      type, kTime, object, before);
}

std::string refund(std::int64_t in_all, std::int64_t before) {
  return event_of("charge.refunded",
                  fmt::format(R"({{"id":"ch_1","object":"charge","payment_intent":"pi_1",)"
                              R"("amount":6000,"amount_refunded":{},"currency":"usd"}})",
                              in_all),
                  fmt::format(R"({{"amount_refunded":{}}})", before));
}

std::string dispute(std::string_view what, std::string_view status, std::int64_t minor = 6000) {
  return event_of(fmt::format("charge.dispute.{}", what),
                  fmt::format(R"({{"id":"dp_1","object":"dispute","charge":"ch_1",)"
                              R"("payment_intent":"pi_1","amount":{},"currency":"usd",)"
                              R"("reason":"fraudulent","status":"{}"}})",
                              minor, status));
}

/// As the provider signs it.
std::optional<ProviderPayment> told(const std::string& body) {
  return stripe_provider({"s"})->read({signed_at(kTime, body, "s"), body}, at(kTime));
}

TEST(StripeProvider, ReadsWhatIsRefundedMoreThanBefore) {
  const auto first = told(refund(1000, 0));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->transaction + " " + first->of, "ch_1/refunded/1000 pi_1");
  EXPECT_EQ(first->amount.to_string(), "-10.00");
  const auto second = told(refund(2500, 1000));
  EXPECT_EQ(second->transaction, "ch_1/refunded/2500");
  EXPECT_EQ(second->amount.to_string(), "-15.00");
  EXPECT_THAT(error_of([] { told(refund(1000, 1000)); }), HasSubstr("above zero"));
  EXPECT_THAT(error_of([] { told(refund(1000, -500)); }), HasSubstr("above zero"));
  EXPECT_THAT(error_of([] {
                told(event_of("charge.refunded",
                              R"({"id":"ch_1","amount_refunded":1,"currency":"usd"})"));
              }),
              HasSubstr("no amount_refunded"));
}

TEST(StripeProvider, ReadsDisputesThatMoveMoney) {
  const auto taken = told(dispute("created", "needs_response"));
  ASSERT_TRUE(taken.has_value());
  EXPECT_EQ(taken->transaction + " " + taken->of, "dp_1 pi_1");
  EXPECT_EQ(taken->amount.to_string(), "-60.00");
  EXPECT_EQ(taken->note, "charge-back: fraudulent");
  EXPECT_EQ(told(dispute("funds_withdrawn", "needs_response"))->transaction, "dp_1");
  EXPECT_EQ(told(dispute("created", "warning_needs_response")), std::nullopt);
  EXPECT_EQ(told(dispute("updated", "under_review")), std::nullopt);
  EXPECT_EQ(told(dispute("closed", "lost")), std::nullopt);
  EXPECT_EQ(told(dispute("closed", "warning_closed")), std::nullopt);
  const auto won = told(dispute("closed", "won"));
  EXPECT_EQ(won->transaction + " " + won->of, "dp_1/won pi_1");
  EXPECT_EQ(won->amount.to_string(), "60.00");
  EXPECT_EQ(told(dispute("funds_reinstated", "under_review"))->transaction, "dp_1/won");
  EXPECT_THAT(error_of([] { told(dispute("created", "needs_response", -1)); }),
              HasSubstr("above zero"));
}

TEST(StripeProvider, TakesTheHmacOfAnotherImplementation) {
  // printf '1700000000.{"type":"x"}' | openssl dgst -sha256 -hmac whsec_test
  const auto provider = stripe_provider({"whsec_test"});
  const std::string header =
      "t=1700000000,v0=00,"
      "v1=29cc951fc439d64c216bbea1a7361669bacc196ec2ea452cfa008c48a61829ad";
  EXPECT_EQ(provider->read({header, R"({"type":"x"})"}, at(kTime)), std::nullopt);
}

TEST(StripeProvider, RefusesWhatIsNotSignedSo) {
  const auto provider = stripe_provider({"secret"});
  const std::string body = intent("pi_1", "INV-2026-000001", 1234);
  const std::string good = signed_at(kTime, body, "secret");
  const auto refusal = [&](const std::string& header, const std::string& told, std::int64_t now) {
    return error_of([&] { provider->read({header, told}, at(now)); });
  };
  EXPECT_EQ(refusal(good, body, kTime + 300), "");
  EXPECT_THAT(refusal(good, body, kTime + 301), HasSubstr("more than five minutes"));
  EXPECT_THAT(refusal(good, body, kTime - 301), HasSubstr("more than five minutes"));
  EXPECT_THAT(refusal(good, intent("pi_1", "INV-2026-000001", 1), kTime),
              HasSubstr("none of ours"));
  EXPECT_THAT(refusal(signed_at(kTime, body, "other"), body, kTime), HasSubstr("none of ours"));
  for (const char* header : {"", "t=1", "v1=", "t=1700000000,v0=ab", ",,,", "v1=00,t="}) {
    EXPECT_THAT(refusal(header, body, kTime), HasSubstr("none of ours")) << header;
  }
  for (const char* told : {"", "[]", "{}", R"({"type":"payment_intent.succeeded"})",
                           R"({"type":"payment_intent.succeeded","data":{"object":{}}})"}) {
    EXPECT_NE(refusal(signed_at(kTime, told, "secret"), told, kTime), "") << told;
  }
}

/// acme owes 100.00 USD.
class ProviderPaymentTest : public test::BillingTest {
 protected:
  void SetUp() override {
    world.customer("acme");
    world.subscribe("acme", "SMB", "2026-10-01");
    world.run("2026-11-01T02:00:00Z");
    invoice = world.last_document("acme").number;
  }
  BookedPayment book(const std::string& transaction, const std::string& document,
                     const std::string& amount, std::string_view currency = "USD") {
    store::Connection connection = world.connect();
    const auto version =
        world.versions().load(connection, world.versions().active(connection).value());
    return book_provider_payment(
        connection, {version->configuration(), world.now(), {}}, "stripe",
        {transaction, document,
         money::Money(money::Decimal::parse(amount), money::Currency::of(currency)), world.now()});
  }
  /// A signed event, as it is told.
  BookedPayment tell(const std::string& body) {
    store::Connection connection = world.connect();
    const auto version =
        world.versions().load(connection, world.versions().active(connection).value());
    return book_provider_payment(connection, {version->configuration(), world.now(), {}}, "stripe",
                                 told(body).value());
  }
  std::string why() {
    return world.text(
        "select coalesce(string_agg(why, '; ' order by entry), '') from bank_entry "
        "where state = 'open'");
  }
  std::string invoice;
};

TEST_F(ProviderPaymentTest, EachIsBookedOnce) {
  const BookedPayment first = book("pi_1", invoice, "60.00");
  EXPECT_TRUE(first.is_new);
  EXPECT_EQ(first.state, "booked");
  EXPECT_FALSE(book("pi_1", invoice, "60.00").is_new);
  EXPECT_EQ(world.balance("acme"), "40.00");
  EXPECT_EQ(book("pi_2", invoice, "40.00").state, "booked");
  EXPECT_EQ(world.balance("acme"), "0.00");
}

TEST_F(ProviderPaymentTest, TheDocumentMayBeToldLater) {
  EXPECT_EQ(book("pi_1", "", "60.00").state, "open");
  EXPECT_EQ(book("pi_1", invoice, "60.00").state, "booked");
  EXPECT_FALSE(book("pi_1", "", "60.00").is_new);
  EXPECT_EQ(world.balance("acme"), "40.00");
  EXPECT_EQ(world.number("select count(*) from bank_entry"), 1);
}

TEST_F(ProviderPaymentTest, WhatDoesNotFitIsLeftToPeople) {
  EXPECT_EQ(book("pi_1", invoice, "100.01").state, "open");
  EXPECT_EQ(why(), "100.01 USD were paid for " + invoice + ", of which 100.00 USD is open");
  EXPECT_EQ(book("pi_2", invoice, "50.00", "EUR").state, "open");
  EXPECT_EQ(book("pi_3", "INV-1999-000001", "50.00").state, "open");
  EXPECT_EQ(book("pi_4", "", "50.00").state, "open");
  EXPECT_EQ(world.number("select count(*) from bank_entry where state = 'open'"), 4);
  EXPECT_EQ(world.balance("acme"), "100.00");
}

TEST_F(ProviderPaymentTest, RefundsGoBackToTheDocumentOnceEach) {
  book("pi_1", invoice, "60.00");
  const BookedPayment first = tell(refund(1000, 0));
  EXPECT_TRUE(first.is_new);
  EXPECT_EQ(first.state + " " + first.document, "booked " + invoice);
  EXPECT_EQ(world.balance("acme"), "50.00");
  EXPECT_FALSE(tell(refund(1000, 0)).is_new);
  // The third before the second.
  EXPECT_EQ(tell(refund(6000, 2500)).state, "booked");
  EXPECT_EQ(tell(refund(2500, 1000)).state, "booked");
  EXPECT_FALSE(tell(refund(6000, 2500)).is_new);
  EXPECT_EQ(world.balance("acme"), "100.00");
  EXPECT_EQ(world.text("select string_agg(amount::text || ' ' || document, ', ' order by payment) "
                       "from payment"),
            fmt::format("60 {0}, -10 {0}, -35 {0}, -15 {0}", invoice));
  // More than was paid.
  EXPECT_EQ(tell(refund(7000, 6000)).state, "open");
  EXPECT_EQ(why(), "of 'pi_1' 60.00 USD were paid, of which 0.00 are left");
  EXPECT_EQ(world.balance("acme"), "100.00");
}

TEST_F(ProviderPaymentTest, AChargeBackIsTakenBackAndGivenAgainWhereItIsWon) {
  book("pi_1", invoice, "60.00");
  EXPECT_EQ(tell(dispute("created", "needs_response")).state, "booked");
  EXPECT_FALSE(tell(dispute("funds_withdrawn", "needs_response")).is_new);
  EXPECT_EQ(world.balance("acme"), "100.00");
  EXPECT_EQ(tell(dispute("closed", "won")).state, "booked");
  EXPECT_FALSE(tell(dispute("funds_reinstated", "won")).is_new);
  EXPECT_EQ(world.balance("acme"), "40.00");
  EXPECT_EQ(world.text("select string_agg(why, '; ' order by entry) from bank_entry "
                       "where reversal"),
            "it takes back 'pi_1'; it gives again 'pi_1'");
}

TEST_F(ProviderPaymentTest, WhatIsOfNoPaymentIsLeftToPeople) {
  EXPECT_EQ(tell(refund(1000, 0)).state, "open");
  EXPECT_EQ(why(), "it is of the payment 'pi_1', which is not known");
  book("pi_1", "", "60.00");
  EXPECT_EQ(tell(dispute("created", "needs_response")).state, "open");
  EXPECT_THAT(why(), HasSubstr("it is of the payment 'pi_1', which is not booked"));
  EXPECT_EQ(world.balance("acme"), "100.00");
}

TEST_F(ProviderPaymentTest, NothingIsGivenAgainThatWasNotTaken) {
  book("pi_1", invoice, "60.00");
  EXPECT_EQ(tell(dispute("closed", "won")).state, "open");
  EXPECT_EQ(why(), "of 'pi_1' 60.00 USD were paid, of which 60.00 are left");
  EXPECT_EQ(world.balance("acme"), "40.00");
}

}  // namespace

}  // namespace reckoner::accounts

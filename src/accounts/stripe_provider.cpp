#include "accounts/stripe_provider.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/hash.hpp"
#include "base/hmac.hpp"
#include "base/password.hpp"
#include "text/json.hpp"

namespace reckoner::accounts {

namespace {

constexpr std::chrono::minutes kTolerance{5};

/// What the header says.
struct Signature {
  std::string time;  ///< as it is written, which is what was signed
  std::vector<std::string> candidates;
};

Signature parse_signature(std::string_view header) {
  Signature signature;
  while (!header.empty()) {
    const std::size_t comma = std::min(header.find(','), header.size());
    const std::string_view item = header.substr(0, comma);
    header.remove_prefix(std::min(comma + 1, header.size()));
    if (item.starts_with("t=")) signature.time = item.substr(2);
    if (item.starts_with("v1=")) signature.candidates.emplace_back(item.substr(3));
  }
  return signature;
}

std::int64_t whole(std::string_view text, std::string_view what) {
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
    throw EventRefused(fmt::format("{} is no whole number", what));
  }
  return number;
}

time::Instant instant_of(std::int64_t seconds) {
  return time::Instant(std::chrono::seconds(seconds));
}

const text::Json& member(const text::Json& object, std::string_view name) {
  const text::Json* found =
      object.kind() == text::Json::Kind::kObject ? object.find(name) : nullptr;
  if (found == nullptr) throw EventRefused(fmt::format("the event has no {}", name));
  return *found;
}

/// Empty where it is missing or no text.
std::string text_member(const text::Json& object, std::string_view name) {
  const text::Json* found =
      object.kind() == text::Json::Kind::kObject ? object.find(name) : nullptr;
  return found != nullptr && found->kind() == text::Json::Kind::kString ? found->as_string() : "";
}

/// Digits behind the point that amounts have there: those of ISO 4217, but for three currencies
/// (docs.stripe.com/currencies, "Special cases").
int digits_of(money::Currency currency) {
  if (currency.code() == "ISK" || currency.code() == "UGX") return 2;
  if (currency.code() == "MGA") return 0;
  return currency.minor_digits();
}

class StripeProvider : public PaymentProvider {
 public:
  explicit StripeProvider(std::vector<std::string> secrets) : secrets_(std::move(secrets)) {}

  const std::string& name() const override { return name_; }
  std::string_view signature_header() const override { return "stripe-signature"; }

  std::optional<ProviderPayment> read(const ProviderEvent& event,
                                      time::Instant now) const override {
    verify(event, now);
    try {
      return parse(text::parse_json(event.body));
    } catch (const EventRefused&) {
      throw;
    } catch (const Error& error) {
      throw EventRefused(fmt::format("the event cannot be read: {}", error.what()));
    }
  }

 private:
  void verify(const ProviderEvent& event, time::Instant now) const {
    const Signature signature = parse_signature(event.signature);
    const std::string signed_text = fmt::format("{}.{}", signature.time, event.body);
    bool known = false;
    for (const std::string& secret : secrets_) {
      const std::string expected = to_hex(hmac_sha256(secret, signed_text));
      for (const std::string& candidate : signature.candidates) {
        known = is_same_secret(candidate, expected) || known;
      }
    }
    if (!known) throw EventRefused("the signature is none of ours");
    const time::Instant at = instant_of(whole(signature.time, "the time of the signature"));
    if (at < now - kTolerance || now + kTolerance < at) {
      throw EventRefused("the signature is more than five minutes away from our time");
    }
  }

  static std::optional<ProviderPayment> parse(const text::Json& event) {
    const std::string& type = member(event, "type").as_string();
    const bool is_intent = type == "payment_intent.succeeded";
    if (!is_intent && type != "checkout.session.completed" &&
        type != "checkout.session.async_payment_succeeded") {
      return std::nullopt;
    }
    const text::Json& object = member(member(event, "data"), "object");
    if (!is_intent && text_member(object, "payment_status") != "paid") return std::nullopt;
    std::string code = member(object, "currency").as_string();
    for (char& c : code) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    const money::Currency currency = money::Currency::of(code);
    const std::int64_t minor =
        whole(member(object, is_intent ? "amount_received" : "amount_total").as_number(), "amount");
    if (minor <= 0) throw EventRefused("a payment is above zero");
    // A session and the intent behind it are one payment.
    std::string transaction = is_intent ? "" : text_member(object, "payment_intent");
    if (transaction.empty()) transaction = member(object, "id").as_string();
    if (transaction.empty()) throw EventRefused("the event has no id of a payment");
    std::string document = text_member(object, "client_reference_id");
    const text::Json* metadata = object.find("metadata");
    if (metadata != nullptr && !text_member(*metadata, "document").empty()) {
      document = text_member(*metadata, "document");
    }
    return ProviderPayment{
        .transaction = std::move(transaction),
        .document = std::move(document),
        .amount = money::Money(money::Decimal::from_parts(minor, digits_of(currency)), currency),
        .paid_at = instant_of(whole(member(event, "created").as_number(), "created"))};
  }

  const std::string name_ = "stripe";
  const std::vector<std::string> secrets_;
};

}  // namespace

std::unique_ptr<PaymentProvider> stripe_provider(std::vector<std::string> secrets) {
  return std::make_unique<StripeProvider>(std::move(secrets));
}

}  // namespace reckoner::accounts

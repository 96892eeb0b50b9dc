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
    if (type == "charge.refunded") return parse_refund(event);
    if (type.starts_with("charge.dispute.")) return parse_dispute(event, type);
    return parse_payment(event, type);
  }

  static std::optional<ProviderPayment> parse_payment(const text::Json& event,
                                                      const std::string& type) {
    const bool is_intent = type == "payment_intent.succeeded";
    if (!is_intent && type != "checkout.session.completed" &&
        type != "checkout.session.async_payment_succeeded") {
      return std::nullopt;
    }
    const text::Json& object = member(member(event, "data"), "object");
    if (!is_intent && text_member(object, "payment_status") != "paid") return std::nullopt;
    const std::int64_t minor = minor_of(object, is_intent ? "amount_received" : "amount_total");
    if (minor <= 0) throw EventRefused("a payment is above zero");
    // A session and the intent behind it are one payment.
    std::string transaction = is_intent ? "" : text_member(object, "payment_intent");
    if (transaction.empty()) transaction = id_of(object);
    std::string document = text_member(object, "client_reference_id");
    const text::Json* metadata = object.find("metadata");
    if (metadata != nullptr && !text_member(*metadata, "document").empty()) {
      document = text_member(*metadata, "document");
    }
    return ProviderPayment{.transaction = std::move(transaction),
                           .document = std::move(document),
                           .amount = amount_of(object, minor),
                           .paid_at = created(event)};
  }

  /// A charge tells what was refunded of it in all: the difference is this refund.
  static ProviderPayment parse_refund(const text::Json& event) {
    const text::Json& data = member(event, "data");
    const text::Json& charge = member(data, "object");
    const std::int64_t in_all = minor_of(charge, "amount_refunded");
    const std::int64_t before = minor_of(member(data, "previous_attributes"), "amount_refunded");
    if (before < 0 || in_all <= before) throw EventRefused("a refund is above zero");
    return ProviderPayment{.transaction = fmt::format("{}/refunded/{}", id_of(charge), in_all),
                           .document = {},
                           .amount = -amount_of(charge, in_all - before),
                           .paid_at = created(event),
                           .of = payment_of(charge, id_of(charge)),
                           .note = "refund"};
  }

  static std::optional<ProviderPayment> parse_dispute(const text::Json& event,
                                                      const std::string& type) {
    const text::Json& dispute = member(member(event, "data"), "object");
    const std::string status = text_member(dispute, "status");
    const bool taken = type == "charge.dispute.funds_withdrawn" ||
                       (type == "charge.dispute.created" && !status.starts_with("warning"));
    const bool given = type == "charge.dispute.funds_reinstated" ||
                       (type == "charge.dispute.closed" && status == "won");
    if (!taken && !given) return std::nullopt;
    const std::int64_t minor = minor_of(dispute, "amount");
    if (minor <= 0) throw EventRefused("a disputed amount is above zero");
    const money::Money amount = amount_of(dispute, minor);
    const std::string reason = text_member(dispute, "reason");
    return ProviderPayment{.transaction = id_of(dispute) + (given ? "/won" : ""),
                           .document = {},
                           .amount = given ? amount : -amount,
                           .paid_at = created(event),
                           .of = payment_of(dispute, text_member(dispute, "charge")),
                           .note = given            ? "charge-back withdrawn"
                                   : reason.empty() ? "charge-back"
                                                    : fmt::format("charge-back: {}", reason)};
  }

  static std::string id_of(const text::Json& object) {
    const std::string& id = member(object, "id").as_string();
    if (id.empty()) throw EventRefused("the event has no id of what moved");
    return id;
  }

  /// What payments are known by; a charge that no intent made is none of ours.
  static std::string payment_of(const text::Json& object, std::string charge) {
    const std::string intent = text_member(object, "payment_intent");
    if (intent.empty() && charge.empty()) throw EventRefused("the event is of no payment");
    return intent.empty() ? std::move(charge) : intent;
  }

  static std::int64_t minor_of(const text::Json& object, std::string_view name) {
    return whole(member(object, name).as_number(), name);
  }

  static money::Money amount_of(const text::Json& object, std::int64_t minor) {
    std::string code = member(object, "currency").as_string();
    for (char& c : code) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    const money::Currency currency = money::Currency::of(code);
    return money::Money(money::Decimal::from_parts(minor, digits_of(currency)), currency);
  }

  static time::Instant created(const text::Json& event) {
    return instant_of(whole(member(event, "created").as_number(), "created"));
  }

  const std::string name_ = "stripe";
  const std::vector<std::string> secrets_;
};

}  // namespace

std::unique_ptr<PaymentProvider> stripe_provider(std::vector<std::string> secrets) {
  return std::make_unique<StripeProvider>(std::move(secrets));
}

}  // namespace reckoner::accounts

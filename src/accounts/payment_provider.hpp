#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/rules.hpp"
#include "base/error.hpp"
#include "config/settings.hpp"
#include "money/money.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

/// Providers that take payments for us and tell of them (docs/payments.md).
namespace reckoner::accounts {

/// An event that is not the provider's, is too old, or cannot be read. Nothing follows from it.
class EventRefused : public Error {
 public:
  using Error::Error;
};

/// A request of a provider, as it came.
struct ProviderEvent {
  std::string_view signature;  ///< the header that the provider signs with
  std::string_view body;       ///< its bytes, not changed in any way
};

/// What a provider's event says was paid, taken back or given again.
struct ProviderPayment {
  std::string transaction;  ///< the provider's name for the movement, unique for ever
  std::string document;     ///< number of the one it is for; may be empty
  money::Money amount;      ///< not zero; below zero: a refund or a charge-back
  time::Instant paid_at;
  /// The transaction of the payment that is refunded, charged back, or given again after that;
  /// empty: it is a payment of its own, above zero.
  std::string of = {};
  std::string note = {};  ///< for the reader of the invoice
};

/// One provider. Everything that is different between them is behind these three.
class PaymentProvider {
 public:
  virtual ~PaymentProvider() = default;
  /// As in the path of its events: "stripe".
  virtual const std::string& name() const = 0;
  /// Of the header that its events are signed in, in small letters.
  virtual std::string_view signature_header() const = 0;
  /// Verifies who sent the event before anything of it is believed, and reads it. None for one that
  /// moves no money. Throws EventRefused.
  virtual std::optional<ProviderPayment> read(const ProviderEvent& event,
                                              time::Instant now) const = 0;
};

/// The providers that the settings name; empty: none is configured.
std::vector<std::unique_ptr<PaymentProvider>> payment_providers(const config::Settings& settings);

/// What became of a provider's payment.
struct BookedPayment {
  bool is_new = false;  ///< false: it was told before, and nothing was done
  std::string state;    ///< of its row among the entries of the bank: "booked", "open"
  std::optional<CustomerId> customer = std::nullopt;  ///< to whom it is booked
  std::string document = {};                          ///< and to what
};
/// Books a payment once for ever, as an entry of an account of ours with the provider's name: to
/// the document that it names where that is there, in its currency and with as much open;
/// what goes back to the customer and the document of the payment it is of, no more in all than was
/// paid; everything else is left to people, on the work list of reconciliation.hpp. In a
/// transaction of its own, or as a part of one that encloses it.
BookedPayment book_provider_payment(store::Connection& connection, const ChangeRules& rules,
                                    const std::string& provider, const ProviderPayment& payment);

}  // namespace reckoner::accounts

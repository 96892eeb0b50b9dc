#pragma once

#include "accounts/payment_provider.hpp"

namespace reckoner::accounts {

/// The shape of Stripe's webhooks (docs.stripe.com/webhooks, "Verify manually"): the header
/// stripe-signature is "t=SECONDS,v1=HEX,v1=HEX…", each v1 HMAC-SHA-256 of "SECONDS.BODY" under a
/// secret of the endpoint; others (v0) are not looked at. Believed where one of them is made with
/// one of `secrets` and the time is within five minutes of ours. Several secrets are for their
/// rotation. Read are payment_intent.succeeded and checkout.session.completed (paid): amounts in
/// the smallest unit of the currency, the document in metadata.document or client_reference_id.
std::unique_ptr<PaymentProvider> stripe_provider(std::vector<std::string> secrets);

}  // namespace reckoner::accounts

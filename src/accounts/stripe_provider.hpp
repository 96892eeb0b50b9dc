#pragma once

#include "accounts/payment_provider.hpp"

namespace reckoner::accounts {

/// The shape of Stripe's webhooks (docs.stripe.com/webhooks, "Verify manually"): the header
/// stripe-signature is "t=SECONDS,v1=HEX,v1=HEX…", each v1 HMAC-SHA-256 of "SECONDS.BODY" under a
/// secret of the endpoint; others (v0) are not looked at. Believed where one of them is made with
/// one of `secrets` and the time is within five minutes of ours. Several secrets are for their
/// rotation. Amounts are in the smallest unit of the currency. Read are
/// - payment_intent.succeeded and checkout.session.completed (paid): payments; the document is in
///   metadata.document or client_reference_id;
/// - charge.refunded: what was refunded more than data.previous_attributes says, known by what was
///   refunded of the charge in all then;
/// - charge.dispute.created and .funds_withdrawn: the disputed amount is taken back, once; of an
///   inquiry (status warning_…) nothing is yet;
/// - charge.dispute.closed (won) and .funds_reinstated: it is given again, once.
std::unique_ptr<PaymentProvider> stripe_provider(std::vector<std::string> secrets);

}  // namespace reckoner::accounts

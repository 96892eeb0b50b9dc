#pragma once

#include <atomic>

#include "app/system.hpp"
#include "delivery/webhook_sender.hpp"

namespace reckoner::app {

/// What senders of the system work with; an endpoint that is disabled is noted in the audit log.
delivery::WebhookSender::Means webhook_means(System& system);

/// Tells endpoints until the end, in several threads, and forgets what was told long ago. What
/// fails is logged and tried again.
void tell_endpoints(System& system, const std::atomic<bool>& stop);

}  // namespace reckoner::app

#pragma once

#include "app/system.hpp"
#include "delivery/sender.hpp"

namespace reckoner::app {

/// A sender for the system's outbox, under the active settings and this process's environment.
delivery::Sender mail_sender(System& system);

}  // namespace reckoner::app

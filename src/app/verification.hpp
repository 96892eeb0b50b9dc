#pragma once

#include "app/system.hpp"
#include "web/verifications.hpp"

namespace reckoner::app {

/// What `reckoner verify` does, for whoever asks over HTTP.
web::Verify verification_of(System& system);

}  // namespace reckoner::app

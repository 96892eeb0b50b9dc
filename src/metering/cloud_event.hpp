#pragma once

#include <string>

#include "metering/event.hpp"
#include "text/json.hpp"

namespace reckoner::metering {

/// An event in CloudEvents' structured JSON (CloudEvents 1.0, JSON event format). Optional
/// attributes may be null; extensions are ignored. Throws Error for anything that is no CloudEvent,
/// one without time (when it happened is not ours to guess) and one with data_base64.
UsageEvent from_cloud_event(const text::Json& json);

/// The event as one line of structured JSON: what from_cloud_event reads back.
std::string to_cloud_event(const UsageEvent& event);

}  // namespace reckoner::metering

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "metering/event.hpp"
#include "text/json.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

/// An event in CloudEvents' structured JSON (CloudEvents 1.0, JSON event format). Optional
/// attributes may be null; extensions are ignored. `data_base64` is read as cloud_event_data says,
/// by the event's datacontenttype. Throws Error for anything that is no CloudEvent, and for one
/// without time where none is given to take instead: when it happened is not ours to guess.
UsageEvent from_cloud_event(text::Json json,
                            std::optional<time::Instant> time_if_missing = std::nullopt);

/// The data of an event that came as bytes with their media type, so that the same event has the
/// same content whichever way it came: JSON where the type is JSON or missing (throws Error when it
/// is not), otherwise a string: the text, or where it is not UTF-8 its base64. No bytes are null.
text::Json cloud_event_data(std::string_view media_type, std::string_view bytes);

/// "application/json" of "Application/JSON; charset=utf-8".
std::string media_type_of(std::string_view content_type);
/// Whether data of the type are JSON: */json and */*+json (CloudEvents 1.0, JSON event
/// format, 3.1).
bool is_json_type(std::string_view media_type);

/// The event as one line of structured JSON: what from_cloud_event reads back.
std::string to_cloud_event(const UsageEvent& event);

}  // namespace reckoner::metering

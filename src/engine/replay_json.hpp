#pragma once

#include "engine/replay.hpp"
#include "text/json.hpp"

namespace reckoner::engine {

/// The members of schema Replayed into an object that is open: all but `document`.
void write_members(text::JsonWriter& json, const Replayed& replayed);
/// The whole object.
void write_json(text::JsonWriter& json, const Replayed& replayed);

}  // namespace reckoner::engine

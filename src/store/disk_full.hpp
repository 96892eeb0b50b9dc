#pragma once

#include <chrono>

namespace reckoner::store {

/// Notes that the database had no room left for something this process wrote (53100). Thread-safe.
void note_disk_full();

/// Whether that has happened within the time before now. Thread-safe.
bool disk_was_full(std::chrono::milliseconds within);

}  // namespace reckoner::store

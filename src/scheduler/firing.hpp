#pragma once

#include <chrono>
#include <optional>

#include "config/configuration.hpp"
#include "time/time.hpp"

namespace reckoner::scheduler {

/// The firing of a schedule that comes after `last`, the last one that was done. With missed="skip"
/// and several that should have started by `now`, the latest of these: the others are left out. A
/// firing starts at its instant plus `grace`. None when the schedule never fires again.
std::optional<time::Instant> next_firing(const config::Schedule& schedule,
                                         std::chrono::seconds grace, time::Instant last,
                                         time::Instant now);

}  // namespace reckoner::scheduler

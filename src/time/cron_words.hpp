#pragma once

#include <string>

#include "time/cron.hpp"

namespace reckoner::time {

/// A schedule as people say it: "at 02:00 on day 1 of the month", "every 15 minutes from Monday to
/// Friday, in January and July".
std::string in_words(const Cron& cron);

}  // namespace reckoner::time

#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/embedded.hpp"
#include "time/time.hpp"

namespace reckoner::app::sample_data {

/// The files of examples/sample-data, compiled into the program.
std::span<const EmbeddedFile> embedded_files();

/// The calendar of the demonstration: the last month that has ended everywhere on Earth at `now`,
/// and the one before.
struct Months {
  time::Date before;  ///< its first day
  time::Date month;   ///< its first day
  time::Date next;    ///< the first day after it
};
Months months(time::Instant now);

/// An instant at which the month that `first_day` follows has ended in every zone: noon UTC of that
/// day.
time::Instant ended_everywhere(time::Date first_day);

/// A file with {before} and {month} replaced by "2026-09" and "2026-10", and further names by
/// `values`. Bug for a name that is not among them.
std::string file(std::string_view name, const Months& months,
                 const std::map<std::string, std::string>& values = {});

}  // namespace reckoner::app::sample_data

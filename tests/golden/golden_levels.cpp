#include "golden/golden_levels.hpp"

#include <fmt/format.h>

#include "golden/golden.hpp"
#include "usage/level.hpp"

namespace reckoner::golden {

namespace {

time::Date first_of_month(const Case& item) {
  const Json* named = member(item.params, "period");
  return time::parse_date(fmt::format("{}-01", named == nullptr ? "2023-05" : named->as_string()));
}

}  // namespace

LevelInMonth level_in_month(const Case& item) {
  const time::Zone utc = time::Zone::utc();
  const time::Date first = first_of_month(item);
  const time::Period month{utc.start_of(first), utc.start_of(time::month_day(first, 1, 1))};
  usage::ChangedLevel level;
  for (const Json& event : item.inputs.at("events").as_array()) {
    const Json* day = member(event, "day");
    const time::Date on = day == nullptr
                              ? date(event.at("date"))
                              : time::month_day(first, 0, static_cast<int>(integer(*day)));
    level.add(utc.start_of(on), decimal(event.at("units")));
  }
  const money::Decimal carried = decimal(item.inputs.at("carried_units"));
  return {level.over_time(month, carried, month.length()), level.at_end(carried)};
}

}  // namespace reckoner::golden

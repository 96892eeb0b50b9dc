#pragma once

#include <string>
#include <vector>

#include "domain/plan.hpp"
#include "metering/event.hpp"
#include "money/decimal.hpp"

namespace reckoner::metering {

/// Longest subject and dimensions together, in bytes: both are in the totals' key, which one index
/// page must hold.
inline constexpr std::size_t kTotalsKeyMax = 2000;

/// What an event adds to one meter.
struct MeterValue {
  const domain::Meter* meter;  ///< one of those given
  money::Decimal value;        ///< 1 for a meter that counts
  std::string dimensions;      ///< dimensions_of()
};

/// Either `values` for each meter of the event's type, or the reason why the event cannot be
/// counted.
struct MeterReading {
  std::vector<MeterValue> values;
  std::string problem;  ///< empty: it counts
};

/// Pure. A meter's value is the decimal number at its dotted path ("usage.tokens") in the data,
/// written as a JSON number or as a string; count needs none. The problems: no meter measures the
/// type; a value is missing or is not a decimal that fits 38 digits; subject and dimensions are
/// longer than kTotalsKeyMax, or the dimensions hold a zero byte. One meter's problem keeps the
/// event from all of them.
MeterReading read_meters(const std::vector<domain::Meter>& meters, const UsageEvent& event);

/// "model=gpt;region=eu", sorted by name: the members of the data that the meter groups by. A
/// missing member and null are the empty text; numbers, booleans, arrays and objects are their
/// canonical JSON. '\', ';' and '=' have a '\' in front, so that different dimensions never look
/// the same.
std::string dimensions_of(const domain::Meter& meter, const text::Json& data);

/// The member at a dotted path; nullptr when there is none. A member whose own name has dots is not
/// found.
const text::Json* find_path(const text::Json& json, std::string_view path);

}  // namespace reckoner::metering

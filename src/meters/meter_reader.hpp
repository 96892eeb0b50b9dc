#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/meter.hpp"
#include "money/decimal.hpp"
#include "text/json.hpp"

namespace reckoner::meters {

/// Longest subject and dimensions together, in bytes: both are in the totals' key, which one index
/// page must hold. The item of a unique count may be as long.
inline constexpr std::size_t kTotalsKeyMax = 2000;

/// What an event says for one meter.
struct MeterValue {
  const domain::Meter* meter;  ///< one of the reader's
  money::Decimal value;        ///< 1 for meters that count, also different values and reports
  std::string item;            ///< what a unique count tells apart; otherwise empty
  std::string dimensions;      ///< dimensions_of()
};

/// Either what the event says for each meter of its type whose filters it passes (none where it
/// passes none), or the reason why it cannot be counted.
struct MeterReading {
  std::vector<MeterValue> values;
  std::string problem;  ///< empty: it counts
};

class CompiledMeter;

/// Reads events for a set of meters. Pure and immutable; may be used by several threads.
class MeterReader {
 public:
  /// Throws Error for a path or expression that cannot be read; config::parse has refused those.
  explicit MeterReader(std::vector<domain::Meter> meters);
  ~MeterReader();
  MeterReader(const MeterReader&) = delete;
  MeterReader& operator=(const MeterReader&) = delete;

  const std::vector<domain::Meter>& meters() const { return meters_; }
  /// nullptr when there is none of that name.
  const domain::Meter* find(std::string_view name) const;

  /// A meter's value is the decimal number at its path in the data, written as a JSON number or as
  /// a string, or what its expression gives; counts and heartbeats need none. The item of a unique
  /// count is the text at its path, of what is no text the canonical JSON, or what its expression
  /// gives. The problems: no meter measures the type; a value is missing, null or not a decimal
  /// that fits 38 digits; a counter is below zero; the expression fails; the item, or subject and
  /// dimensions, are longer than kTotalsKeyMax, or hold a zero byte. One meter's problem keeps the
  /// event from all of them; what does not pass a meter's filters is no problem of its. Meters read
  /// nothing of events received when they have ended: without `received_at`, those that have an
  /// end.
  MeterReading read(std::string_view type, std::string_view subject, const text::Json& data,
                    time::Instant received_at = time::Instant::max()) const;

  /// What one meter reads, whether it has ended or not and whatever others say: for looking at raw
  /// events again. The meter is one of the reader's, or has its name. None where the event is of
  /// another type, does not pass, or has no usable value.
  std::optional<MeterValue> read_one(const domain::Meter& meter, std::string_view type,
                                     std::string_view subject, const text::Json& data) const;

 private:
  const std::vector<domain::Meter> meters_;
  std::vector<std::unique_ptr<const CompiledMeter>> compiled_;  ///< in the order of meters_
  std::map<std::string, std::vector<const CompiledMeter*>, std::less<>> by_type_;
};

/// "model=gpt;region=eu", sorted by name: the members of the data that the meter groups by. A
/// missing member and null are the empty text; numbers, booleans, arrays and objects are their
/// canonical JSON. '\', ';' and '=' have a '\' in front, so that different dimensions never look
/// the same. Throws Error for a path that cannot be read.
std::string dimensions_of(const domain::Meter& meter, const text::Json& data);

/// The names and values that dimensions_of() wrote, in its order.
std::vector<std::pair<std::string, std::string>> parse_dimensions(std::string_view dimensions);

/// The member at a dotted path; nullptr when there is none. A member whose own name has dots is not
/// found.
const text::Json* find_path(const text::Json& json, std::string_view path);

}  // namespace reckoner::meters

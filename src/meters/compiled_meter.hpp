#pragma once

// Inside of meters: a meter whose paths, filters and expression are compiled.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "domain/meter.hpp"
#include "meters/json_path.hpp"
#include "meters/meter_reader.hpp"
#include "meters/value_expression.hpp"
#include "text/json.hpp"

namespace reckoner::meters {

/// One test of a member. Immutable.
class CompiledFilter {
 public:
  /// Throws Error for a path that cannot be read.
  explicit CompiledFilter(const domain::Meter::Filter& filter);

  bool passes(const text::Json& data) const;

 private:
  /// A text to compare with, and the number it is, where it is one.
  struct Wanted {
    std::string text;
    std::optional<money::Decimal> number;
  };
  static bool is_equal(const Wanted& wanted, const text::Json& member);

  JsonPath path_;
  domain::Meter::Filter::Test test_;
  std::vector<Wanted> wanted_;
};

/// Where the members lie that make the text of dimensions.
class DimensionPaths {
 public:
  /// Throws Error for a path that cannot be read.
  explicit DimensionPaths(const std::vector<domain::Meter::Dimension>& dimensions);

  std::string text_of(const text::Json& data) const;

 private:
  std::vector<std::pair<std::string, JsonPath>> paths_;  ///< "name=", by name
};

/// Immutable; may be used by several threads.
class CompiledMeter {
 public:
  /// `meter` outlives this. Throws Error for a path or expression that cannot be read.
  explicit CompiledMeter(const domain::Meter& meter);

  const domain::Meter& meter() const { return meter_; }
  bool passes(const text::Json& data) const;
  /// Of an event that passes: what it says, or the reason why that cannot be used.
  std::variant<MeterValue, std::string> read(std::string_view subject,
                                             const text::Json& data) const;

 private:
  std::optional<std::string> read_value(const text::Json& data, MeterValue& into) const;
  std::optional<std::string> read_item(const text::Json& data, MeterValue& into) const;
  std::optional<std::string> compute(const text::Json& data, MeterValue& into) const;
  std::string problem(std::string_view reason) const;

  const domain::Meter& meter_;
  std::optional<JsonPath> value_;
  std::optional<ValueExpression> expression_;
  std::vector<CompiledFilter> filters_;
  DimensionPaths dimensions_;
};

}  // namespace reckoner::meters

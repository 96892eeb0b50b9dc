#include "metering/meter_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "text/utf8.hpp"

namespace reckoner::metering {

namespace {
using Kind = text::Json::Kind;

/// Longest piece of somebody else's data that a reason shows.
constexpr std::size_t kShownMax = 60;

std::string shown(std::string_view text) {
  std::string start(text.substr(0, kShownMax));
  if (text.size() > kShownMax) start += "...";
  return text::printable(start);
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\\' || c == ';' || c == '=') out += '\\';
    out += c;
  }
}

/// The exact value, or what is wrong with it.
std::variant<money::Decimal, std::string> value_of(const domain::Meter& meter,
                                                   const text::Json& data) {
  if (meter.aggregation == domain::Aggregation::kCount) return money::Decimal(1);
  const text::Json* member = find_path(data, meter.value);
  if (member == nullptr || member->is_null()) {
    return fmt::format("meter {}: the data have no '{}'", meter.name, meter.value);
  }
  if (member->kind() != Kind::kNumber && member->kind() != Kind::kString) {
    return fmt::format("meter {}: '{}' is {}, not a number", meter.name, meter.value,
                       text::to_string(member->kind()));
  }
  const std::string& text =
      member->kind() == Kind::kNumber ? member->as_number() : member->as_string();
  if (const auto value = money::Decimal::try_parse(text)) return *value;
  return fmt::format("meter {}: '{}' is '{}', not a decimal number of up to {} digits", meter.name,
                     meter.value, shown(text), money::Decimal::kDigitsMax);
}
}  // namespace

const text::Json* find_path(const text::Json& json, std::string_view path) {
  const text::Json* found = &json;
  while (found != nullptr) {
    const std::size_t dot = path.find('.');
    found = found->find(path.substr(0, dot));
    if (dot == std::string_view::npos) break;
    path.remove_prefix(dot + 1);
  }
  return found;
}

std::string dimensions_of(const domain::Meter& meter, const text::Json& data) {
  std::vector<std::string_view> names(meter.group_by.begin(), meter.group_by.end());
  std::sort(names.begin(), names.end());
  std::string dimensions;
  for (const std::string_view name : names) {
    if (!dimensions.empty()) dimensions += ';';
    append_escaped(dimensions, name);
    dimensions += '=';
    const text::Json* member = find_path(data, name);
    if (member == nullptr || member->is_null()) continue;
    append_escaped(dimensions, member->kind() == Kind::kString ? member->as_string()
                                                               : text::canonical(*member));
  }
  return dimensions;
}

MeterReading read_meters(const std::vector<domain::Meter>& meters, const UsageEvent& event) {
  MeterReading reading;
  for (const domain::Meter& meter : meters) {
    if (meter.event_type != event.type) continue;
    const auto value = value_of(meter, event.data);
    if (const auto* problem = std::get_if<std::string>(&value)) return {{}, *problem};
    std::string dimensions = dimensions_of(meter, event.data);
    if (event.subject.size() + dimensions.size() > kTotalsKeyMax) {
      return {{},
              fmt::format("meter {}: subject and dimensions are longer than {} bytes", meter.name,
                          kTotalsKeyMax)};
    }
    if (dimensions.find('\0') != std::string::npos) {
      return {{}, fmt::format("meter {}: the dimensions have a zero byte", meter.name)};
    }
    reading.values.push_back({&meter, std::get<money::Decimal>(value), std::move(dimensions)});
  }
  if (reading.values.empty()) {
    reading.problem = fmt::format("no meter measures the type '{}'", shown(event.type));
  }
  return reading;
}

}  // namespace reckoner::metering

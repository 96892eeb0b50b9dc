#include "meters/meter_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "text/utf8.hpp"

namespace reckoner::meters {

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

/// What the meter reads, or the reason why it cannot.
std::variant<MeterValue, std::string> reading_of(const domain::Meter& meter,
                                                 std::string_view subject, const text::Json& data) {
  auto value = value_of(meter, data);
  if (auto* problem = std::get_if<std::string>(&value)) return std::move(*problem);
  std::string dimensions = dimensions_of(meter, data);
  if (subject.size() + dimensions.size() > kTotalsKeyMax) {
    return fmt::format("meter {}: subject and dimensions are longer than {} bytes", meter.name,
                       kTotalsKeyMax);
  }
  if (dimensions.find('\0') != std::string::npos) {
    return fmt::format("meter {}: the dimensions have a zero byte", meter.name);
  }
  return MeterValue{&meter, std::get<money::Decimal>(value), "", std::move(dimensions)};
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
  std::vector<const domain::Meter::Dimension*> sorted;
  for (const domain::Meter::Dimension& dimension : meter.group_by) sorted.push_back(&dimension);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->name < b->name; });
  std::string dimensions;
  for (const domain::Meter::Dimension* dimension : sorted) {
    if (!dimensions.empty()) dimensions += ';';
    append_escaped(dimensions, dimension->name);
    dimensions += '=';
    const text::Json* member = find_path(data, dimension->path);
    if (member == nullptr || member->is_null()) continue;
    append_escaped(dimensions, member->kind() == Kind::kString ? member->as_string()
                                                               : text::canonical(*member));
  }
  return dimensions;
}

std::vector<std::pair<std::string, std::string>> parse_dimensions(std::string_view dimensions) {
  std::vector<std::pair<std::string, std::string>> parsed;
  if (dimensions.empty()) return parsed;
  parsed.emplace_back();
  bool in_name = true;
  for (std::size_t i = 0; i < dimensions.size(); ++i) {
    const char sign = dimensions[i];
    std::string& part = in_name ? parsed.back().first : parsed.back().second;
    if (sign == '\\' && i + 1 < dimensions.size()) {
      part += dimensions[++i];
    } else if (sign == '=' && in_name) {
      in_name = false;
    } else if (sign == ';') {
      parsed.emplace_back();
      in_name = true;
    } else {
      part += sign;
    }
  }
  return parsed;
}

MeterReader::MeterReader(std::vector<domain::Meter> meters) : meters_(std::move(meters)) {
  for (const domain::Meter& meter : meters_) by_type_[meter.event_type].push_back(&meter);
}

const domain::Meter* MeterReader::find(std::string_view name) const {
  const auto found = std::find_if(meters_.begin(), meters_.end(),
                                  [&](const domain::Meter& meter) { return meter.name == name; });
  return found == meters_.end() ? nullptr : &*found;
}

MeterReading MeterReader::read(std::string_view type, std::string_view subject,
                               const text::Json& data) const {
  MeterReading reading;
  const auto found = by_type_.find(type);
  bool is_measured = false;
  if (found != by_type_.end()) {
    for (const domain::Meter* meter : found->second) {
      if (meter->ends_at) continue;
      is_measured = true;
      auto value = reading_of(*meter, subject, data);
      if (const auto* problem = std::get_if<std::string>(&value)) return {{}, *problem};
      reading.values.push_back(std::move(std::get<MeterValue>(value)));
    }
  }
  if (!is_measured) reading.problem = fmt::format("no meter measures the type '{}'", shown(type));
  return reading;
}

std::optional<MeterValue> MeterReader::read_one(const domain::Meter& meter, std::string_view type,
                                                std::string_view subject,
                                                const text::Json& data) const {
  if (meter.event_type != type) return std::nullopt;
  auto value = reading_of(meter, subject, data);
  if (std::holds_alternative<std::string>(value)) return std::nullopt;
  return std::get<MeterValue>(std::move(value));
}

}  // namespace reckoner::meters

#include "meters/meter_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <variant>

#include "base/error.hpp"
#include "meters/compiled_meter.hpp"
#include "text/utf8.hpp"

namespace reckoner::meters {

namespace {
/// Longest type that a reason shows.
constexpr std::size_t kShownMax = 60;

std::string shown(std::string_view text) {
  std::string start(text.substr(0, kShownMax));
  if (text.size() > kShownMax) start += "...";
  return text::printable(start);
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
  return DimensionPaths(meter.group_by).text_of(data);
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
  for (const domain::Meter& meter : meters_) {
    compiled_.push_back(std::make_unique<const CompiledMeter>(meter));
    by_type_[meter.event_type].push_back(compiled_.back().get());
  }
}

MeterReader::~MeterReader() = default;

const domain::Meter* MeterReader::find(std::string_view name) const {
  const auto found = std::find_if(meters_.begin(), meters_.end(),
                                  [&](const domain::Meter& meter) { return meter.name == name; });
  return found == meters_.end() ? nullptr : &*found;
}

MeterReading MeterReader::read(std::string_view type, std::string_view subject,
                               const text::Json& data, time::Instant received_at) const {
  MeterReading reading;
  const auto found = by_type_.find(type);
  bool is_measured = false;
  if (found != by_type_.end()) {
    for (const CompiledMeter* meter : found->second) {
      if (meter->meter().ends_at && *meter->meter().ends_at <= received_at) continue;
      is_measured = true;
      if (!meter->passes(data)) continue;
      auto value = meter->read(subject, data);
      if (auto* problem = std::get_if<std::string>(&value)) return {{}, std::move(*problem)};
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
  const auto own = std::find_if(meters_.begin(), meters_.end(), [&](const domain::Meter& other) {
    return &other == &meter || other.name == meter.name;
  });
  RK_CHECK(own != meters_.end());
  const CompiledMeter& compiled = *compiled_[static_cast<std::size_t>(own - meters_.begin())];
  if (!compiled.passes(data)) return std::nullopt;
  auto value = compiled.read(subject, data);
  if (std::holds_alternative<std::string>(value)) return std::nullopt;
  return std::get<MeterValue>(std::move(value));
}

}  // namespace reckoner::meters

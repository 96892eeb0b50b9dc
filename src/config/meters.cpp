#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/attributes.hpp"
#include "config/readers.hpp"

namespace reckoner::config {

namespace {

/// "region, zone" → the names; none may be empty or come twice.
std::vector<domain::Meter::Dimension> read_group_by(const Element& element) {
  std::vector<domain::Meter::Dimension> names;
  if (!element.attribute("group-by")) return names;
  const std::string value = element.required("group-by");
  for (std::size_t at = 0; at <= value.size();) {
    const std::size_t comma = std::min(value.find(',', at), value.size());
    std::string name = value.substr(at, comma - at);
    name.erase(0, std::min(name.find_first_not_of(' '), name.size()));
    name.erase(name.find_last_not_of(' ') + 1);
    if (name.empty()) {
      fail_attribute(element, "group-by", fmt::format("'{}' has an empty name", value));
    }
    if (std::any_of(names.begin(), names.end(),
                    [&](const auto& other) { return other.name == name; })) {
      fail_attribute(element, "group-by", fmt::format("'{}' is named twice", name));
    }
    names.push_back({name, name});
    at = comma + 1;
  }
  return names;
}

domain::Meter read_meter(const Element& element) {
  constexpr std::array<std::string_view, 5> kAggregations{"sum", "count", "min", "max", "avg"};
  constexpr std::array kAggregationValues{domain::Aggregation::kSum, domain::Aggregation::kCount,
                                          domain::Aggregation::kMin, domain::Aggregation::kMax,
                                          domain::Aggregation::kAverage};
  element.allow({"name", "event-type", "aggregation", "value", "unit", "group-by"});
  domain::Meter meter;
  meter.name = name_attribute(element, "name");
  meter.event_type = element.required("event-type");
  static_cast<void>(element.required("aggregation"));
  const std::size_t chosen = choice_attribute(element, "aggregation", kAggregations, 0);
  meter.aggregation = kAggregationValues[chosen];
  const bool has_value = element.attribute("value").has_value();
  if (meter.aggregation == domain::Aggregation::kCount) {
    if (has_value) element.fail("a meter that counts events must not have the attribute 'value'");
  } else {
    if (!has_value) {
      element.fail(fmt::format("a meter of aggregation '{}' needs the attribute 'value'",
                               kAggregations[chosen]));
    }
    meter.value = element.required("value");
  }
  meter.unit = element.required("unit");
  meter.group_by = read_group_by(element);
  meter.place = element.place();
  return meter;
}

}  // namespace

std::vector<domain::Meter> read_meters(const Element& root) {
  root.expect("urn:reckoner:meters:1", "meters");
  root.allow({}, {"meter"});
  std::vector<domain::Meter> meters;
  for (const Element& element : root.children()) {
    domain::Meter meter = read_meter(element);
    for (const domain::Meter& other : meters) {
      if (other.name != meter.name) continue;
      element.fail(
          fmt::format("meter '{}' is already declared at {}", meter.name, to_string(other.place)));
    }
    meters.push_back(std::move(meter));
  }
  return meters;
}

}  // namespace reckoner::config

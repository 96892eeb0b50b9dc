#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/mistakes.hpp"
#include "config/attributes.hpp"
#include "config/readers.hpp"
#include "config/value.hpp"
#include "meters/json_path.hpp"
#include "meters/value_expression.hpp"
#include "text/utf8.hpp"

namespace reckoner::config {

namespace {

using domain::Aggregation;
using domain::Meter;

/// The parts of a list with commas between them, without blanks around; "\," and "\\" are signs of
/// a part.
std::vector<std::string> list_attribute(const Element& element, std::string_view name) {
  const std::string text = element.required(name);
  std::vector<std::string> parts(1);
  std::size_t kept = 0;  // bytes of the part whose blanks at the end stay
  const auto end_part = [&] {
    std::string& part = parts.back();
    while (part.size() > kept && part.back() == ' ') part.pop_back();
    if (part.empty()) fail_attribute(element, name, fmt::format("'{}' has an empty name", text));
    if (std::count(parts.begin(), parts.end(), part) > 1) {
      fail_attribute(element, name, fmt::format("'{}' is named twice", part));
    }
    kept = 0;
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == ',') {
      end_part();
      parts.emplace_back();
    } else if (text[at] == '\\' && at + 1 < text.size() &&
               (text[at + 1] == ',' || text[at + 1] == '\\')) {
      parts.back() += text[++at];
      kept = parts.back().size();
    } else if (text[at] != ' ' || !parts.back().empty()) {
      parts.back() += text[at];
    }
  }
  end_part();
  return parts;
}

/// The attribute as a JSONPath.
std::string path_attribute(const Element& element, std::string_view name) {
  std::string path = element.required(name);
  try {
    static_cast<void>(meters::JsonPath::parse(path));
  } catch (const Error& error) {
    fail_attribute(element, name, error.what());
  }
  return path;
}

std::chrono::seconds duration_attribute(const Element& element, std::string_view name) {
  const std::string text = element.required(name);
  std::chrono::seconds duration{0};
  try {
    duration = time::parse_duration(text);
  } catch (const Error& error) {
    fail_attribute(element, name, error.what());
  }
  if (duration <= std::chrono::seconds(0)) fail_attribute(element, name, "it must be above zero");
  return duration;
}

/// A line of text for people.
std::string text_attribute(const Element& element, std::string_view name) {
  std::string text = element.attribute(name).value_or("");
  try {
    check_value(Kind::kText, text);
  } catch (const Error& error) {
    fail_attribute(element, name, error.what());
  }
  return text;
}

std::string meter_name(const Element& element) {
  std::string name = element.required("name");
  const auto is_letter_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const bool valid = name.size() <= 64 && is_letter_or_digit(name.front()) &&
                     std::all_of(name.begin(), name.end(), [&](char c) {
                       return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
                     });
  if (!valid) {
    fail_attribute(element, "name",
                   fmt::format("'{}' is not a meter's name: a letter or digit, then letters, "
                               "digits, '-', '_' and '.', 64 at most",
                               name));
  }
  return name;
}

void read_dimensions(const Element& element, Meter& meter) {
  const auto is_there = [&](const std::string& name) {
    return std::any_of(meter.group_by.begin(), meter.group_by.end(),
                       [&](const Meter::Dimension& other) { return other.name == name; });
  };
  if (element.attribute("group-by")) {
    for (std::string& name : list_attribute(element, "group-by")) {
      try {
        static_cast<void>(meters::JsonPath::parse(name));
      } catch (const Error& error) {
        fail_attribute(element, "group-by", error.what());
      }
      meter.group_by.push_back({name, name});
    }
  }
  for (const Element& child : element.children("dimension")) {
    child.allow({"name", "path"});
    std::string name = child.required("name");
    if (is_there(name)) child.fail(fmt::format("dimension '{}' is there already", name));
    meter.group_by.push_back({std::move(name), path_attribute(child, "path")});
  }
}

Meter::Filter read_filter(const Element& element) {
  using Test = Meter::Filter::Test;
  constexpr std::array<std::pair<std::string_view, Test>, 6> kTests{
      {{"equals", Test::kEquals},
       {"not-equals", Test::kNotEquals},
       {"in", Test::kIn},
       {"not-in", Test::kNotIn},
       {"like", Test::kLike},
       {"exists", Test::kExists}}};
  element.allow({"path", "equals", "not-equals", "in", "not-in", "like", "exists"});
  Meter::Filter filter;
  filter.path = path_attribute(element, "path");
  std::string_view chosen;
  for (const auto& [name, test] : kTests) {
    if (!element.attribute(name)) continue;
    if (!chosen.empty()) {
      element.fail(fmt::format("filter has both the attributes '{}' and '{}': write two filters",
                               chosen, name));
    }
    chosen = name;
    filter.test = test;
  }
  if (chosen.empty()) {
    element.fail("filter needs one of the attributes equals, not-equals, in, not-in, like, exists");
  }
  if (filter.test == Test::kExists) {
    constexpr std::array<std::string_view, 1> kYes{"yes"};
    static_cast<void>(choice_attribute(element, chosen, kYes, 0));
  } else if (filter.test == Test::kIn || filter.test == Test::kNotIn) {
    filter.values = list_attribute(element, chosen);
  } else {
    filter.values.push_back(element.attribute(chosen).value_or(""));
  }
  return filter;
}

/// An attribute that one aggregation alone, or two, can use.
void check_used_by(const Element& element, const Meter& meter, std::string_view attribute,
                   std::initializer_list<Aggregation> users) {
  if (!element.attribute(attribute)) return;
  if (std::find(users.begin(), users.end(), meter.aggregation) != users.end()) return;
  std::vector<std::string_view> names;
  for (const Aggregation user : users) names.push_back(to_string(user));
  element.fail(fmt::format("attribute '{}' is for a meter of aggregation {}, not '{}'", attribute,
                           fmt::join(names, " or "), to_string(meter.aggregation)));
}

/// What is measured: a member's value, an expression, or nothing where events alone count.
void read_measured(const Element& element, Meter& meter) {
  const bool has_value = element.attribute("value").has_value();
  const bool has_expression = element.attribute("expression").has_value();
  for (const std::string_view name : {"value", "expression"}) {
    if (!element.attribute(name)) continue;
    if (meter.aggregation == Aggregation::kCount) {
      element.fail(
          fmt::format("a meter that counts events must not have the attribute '{}'", name));
    }
    if (meter.aggregation == Aggregation::kHeartbeat) {
      element.fail(
          fmt::format("a meter of aggregation 'heartbeat' looks at times alone and must "
                      "not have the attribute '{}'",
                      name));
    }
  }
  if (meter.aggregation == Aggregation::kCount || meter.aggregation == Aggregation::kHeartbeat) {
    return;
  }
  if (has_value && has_expression) {
    element.fail("meter has both the attributes 'value' and 'expression'");
  }
  if (has_value) {
    meter.value = path_attribute(element, "value");
  } else if (has_expression) {
    meter.expression = element.required("expression");
    static_cast<void>(meters::ValueExpression::compile(
        {meter.expression, {element.place().file, element.place().line}}));
  } else {
    element.fail(fmt::format("a meter of aggregation '{}' needs the attribute 'value'",
                             to_string(meter.aggregation)));
  }
}

void read_figures(const Element& element, Meter& meter) {
  check_used_by(element, meter, "percentile", {Aggregation::kPercentile});
  check_used_by(element, meter, "per", {Aggregation::kTimeWeighted, Aggregation::kHeartbeat});
  check_used_by(element, meter, "gap", {Aggregation::kHeartbeat});
  check_used_by(element, meter, "reports", {Aggregation::kTimeWeighted});
  if (element.attribute("percentile")) {
    meter.percentile = number_attribute(element, "percentile");
    if (meter.percentile > money::Decimal(100)) {
      fail_attribute(element, "percentile",
                     fmt::format("'{}' is above 100", element.required("percentile")));
    }
  }
  if (element.attribute("per")) meter.per = duration_attribute(element, "per");
  if (element.attribute("gap")) {
    meter.gap = duration_attribute(element, "gap");
    if (meter.gap > domain::kHeartbeatGapMax) {
      fail_attribute(element, "gap",
                     fmt::format("'{}' is longer than {}", element.required("gap"),
                                 time::to_string(domain::kHeartbeatGapMax)));
    }
  }
  constexpr std::array<std::string_view, 2> kReports{"level", "change"};
  meter.reports_change = choice_attribute(element, "reports", kReports, 0) == 1;
}

void read_metadata(const Element& element, Meter& meter) {
  for (const Element& child : element.children("metadata")) {
    child.allow({"key", "value"});
    std::string key = child.required("key");
    if (!child.attribute("value")) child.fail("metadata needs the attribute 'value'");
    const auto [place, added] =
        meter.metadata.emplace(std::move(key), child.attribute("value").value_or(""));
    if (!added) child.fail(fmt::format("metadata '{}' is there already", place->first));
  }
}

Meter read_meter(const Element& element) {
  element.allow({"name", "event-type", "aggregation", "value", "expression", "unit", "group-by",
                 "percentile", "per", "gap", "reports", "title", "description", "ends-at"},
                {"dimension", "filter", "metadata"});
  Meter meter;
  meter.name = meter_name(element);
  meter.event_type = element.required("event-type");
  static_cast<void>(element.required("aggregation"));
  meter.aggregation = static_cast<Aggregation>(
      choice_attribute(element, "aggregation", domain::kAggregationNames, 0));
  read_measured(element, meter);
  read_figures(element, meter);
  meter.unit = element.required("unit");
  read_dimensions(element, meter);
  for (const Element& child : element.children("filter")) {
    meter.filters.push_back(read_filter(child));
  }
  meter.title = title_attribute(element, "");
  meter.description = text_attribute(element, "description");
  read_metadata(element, meter);
  if (element.attribute("ends-at")) {
    const std::string text = element.required("ends-at");
    try {
      meter.ends_at = time::parse_instant(text);
    } catch (const Error& error) {
      fail_attribute(element, "ends-at", error.what());
    }
  }
  meter.place = element.place();
  return meter;
}

}  // namespace

std::vector<Meter> read_meters(const Element& root) {
  root.expect("urn:reckoner:meters:1", "meters");
  root.allow({}, {"meter"});
  std::vector<Meter> meters;
  MistakeCollector mistakes;
  for (const Element& element : root.children()) {
    mistakes.attempt([&] {
      Meter meter = read_meter(element);
      for (const Meter& other : meters) {
        if (other.name != meter.name) continue;
        element.fail(fmt::format("meter '{}' is already declared at {}", meter.name,
                                 to_string(other.place)));
      }
      meters.push_back(std::move(meter));
    });
  }
  mistakes.finish();
  return meters;
}

}  // namespace reckoner::config

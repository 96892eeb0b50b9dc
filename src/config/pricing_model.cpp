#include <fmt/format.h>

#include <algorithm>

#include "base/suggest.hpp"
#include "config/attributes.hpp"
#include "config/pricing.hpp"

namespace reckoner::config {

namespace {

domain::Percentage read_percentage(const Element& element, money::Currency currency) {
  element.allow({"percent", "fixed", "free-count", "free-amount", "minimum", "maximum"});
  domain::Percentage percentage;
  percentage.percent = percent_attribute(element, "percent");
  if (element.attribute("fixed")) percentage.fixed = number_attribute(element, "fixed");
  percentage.free_count = optional_number(element, "free-count");
  if (percentage.free_count && !percentage.free_count->is_whole()) {
    fail_attribute(
        element, "free-count",
        fmt::format("'{}' is not a number of transactions", element.required("free-count")));
  }
  percentage.free_amount = optional_number(element, "free-amount");
  const Bounds bounds = read_bounds(element, currency);
  percentage.transaction_minimum = bounds.minimum;
  percentage.transaction_maximum = bounds.maximum;
  return percentage;
}

/// Whether every quantity that fits `inner` fits `outer`.
bool holds(const domain::CapacityTier& outer, const domain::CapacityTier& inner) {
  for (std::size_t i = 0; i < outer.limits.size(); ++i) {
    if (!outer.limits[i]) continue;
    if (!inner.limits[i] || *inner.limits[i] > *outer.limits[i]) return false;
  }
  return true;
}

domain::CapacityTier read_capacity_tier(const Element& element,
                                        std::span<const std::string> meters) {
  element.allow({"price"}, {"limit"});
  domain::CapacityTier tier;
  tier.limits.resize(meters.size());
  tier.price = number_attribute(element, "price");
  for (const Element& limit : element.children()) {
    limit.allow({"meter", "up-to"});
    const std::string meter = limit.required("meter");
    const auto found = std::find(meters.begin(), meters.end(), meter);
    if (found == meters.end()) {
      const std::vector<std::string> names(meters.begin(), meters.end());
      fail_attribute(
          limit, "meter",
          fmt::format("the charge does not measure '{}'{}", meter, suggestion(meter, names)));
    }
    std::optional<money::Decimal>& up_to =
        tier.limits[static_cast<std::size_t>(found - meters.begin())];
    if (up_to) limit.fail(fmt::format("tier already has a limit for meter '{}'", meter));
    up_to = number_attribute(limit, "up-to");
  }
  return tier;
}

domain::Capacity read_capacity(const Element& element, std::span<const std::string> meters) {
  element.allow({"above"}, {"tier"});
  domain::Capacity capacity;
  for (const Element& child : element.children()) {
    domain::CapacityTier tier = read_capacity_tier(child, meters);
    for (const domain::CapacityTier& before : capacity.tiers) {
      if (holds(before, tier)) child.fail("tier is never reached: one before it holds the same");
    }
    capacity.tiers.push_back(std::move(tier));
  }
  if (capacity.tiers.empty()) element.fail("capacity has no tier");
  const auto& limits = capacity.tiers.back().limits;
  const bool open = std::none_of(limits.begin(), limits.end(),
                                 [](const auto& limit) { return limit.has_value(); });
  if (word_attribute(element, "above", "by-agreement")) {
    if (open) fail_attribute(element, "above", "nothing is above the last tier: it has no limit");
  } else if (!open) {
    element.fail(
        "nothing says what is above the last tier: leave out its limits, or write "
        "above=\"by-agreement\"");
  }
  return capacity;
}

std::vector<std::string> read_dimensions(const Element& element) {
  std::vector<std::string> dimensions = words_attribute(element, "dimensions");
  for (const std::string& name : dimensions) {
    if (name != "price" && !name.starts_with("xml")) continue;
    fail_attribute(element, "dimensions", fmt::format("'{}' cannot name a dimension", name));
  }
  return dimensions;
}

/// Whether `outer` matches everything that `inner` does.
bool covers(const domain::MatrixRow& outer, const domain::MatrixRow& inner) {
  for (std::size_t i = 0; i < outer.values.size(); ++i) {
    if (outer.values[i] && outer.values[i] != inner.values[i]) return false;
  }
  return true;
}

domain::MatrixRow read_row(const Element& element, const std::vector<std::string>& dimensions,
                           money::Currency currency) {
  std::vector<std::string_view> attributes(dimensions.begin(), dimensions.end());
  attributes.push_back("price");
  element.allow(attributes, kRateElements);
  domain::MatrixRow row;
  for (const std::string& dimension : dimensions) {
    std::optional<std::string>& value = row.values.emplace_back();
    if (element.attribute(dimension)) value = element.required(dimension);
  }
  row.rate = read_price_or_rate(element, currency);
  return row;
}

domain::Matrix read_matrix(const Element& element, money::Currency currency) {
  element.allow({"dimensions", "missing"}, {"row"});
  domain::Matrix matrix;
  matrix.dimensions = read_dimensions(element);
  for (const Element& child : element.children()) {
    domain::MatrixRow row = read_row(child, matrix.dimensions, currency);
    for (const domain::MatrixRow& before : matrix.rows) {
      if (before.values == row.values) child.fail("row is there twice");
      if (covers(before, row)) child.fail("row never matches: one before it matches the same");
    }
    matrix.rows.push_back(std::move(row));
  }
  if (matrix.rows.empty()) element.fail("matrix has no row");
  const auto& last = matrix.rows.back().values;
  const bool complete =
      std::none_of(last.begin(), last.end(), [](const auto& value) { return value.has_value(); });
  if (word_attribute(element, "missing", "park")) {
    if (complete) {
      fail_attribute(element, "missing", "nothing is missing: the last row matches everything");
    }
  } else if (!complete) {
    element.fail(
        "nothing says what other dimensions cost: add a row without any, or write "
        "missing=\"park\"");
  }
  return matrix;
}

domain::Windowed read_windows(const Element& element, money::Currency currency) {
  constexpr std::array<std::string_view, 3> kLengths{"hour", "day", "month"};
  constexpr std::array kWindows{domain::Window::kHour, domain::Window::kDay,
                                domain::Window::kMonth};
  constexpr std::array<std::string_view, 2> kAttributes{"length", "price"};
  element.allow(kAttributes, kRateElements);
  static_cast<void>(element.required("length"));
  return {kWindows[choice_attribute(element, "length", kLengths, 0)],
          read_price_or_rate(element, currency)};
}

}  // namespace

domain::ChargeModel read_usage_model(const Element& element, money::Currency currency,
                                     std::span<const std::string> meters) {
  const std::string_view name = element.name();
  if (name == "percentage") return read_percentage(element, currency);
  if (name == "capacity") return read_capacity(element, meters);
  if (name == "matrix") return read_matrix(element, currency);
  if (name == "calendar") return read_calendar(element, currency);
  return read_windows(element, currency);
}

}  // namespace reckoner::config

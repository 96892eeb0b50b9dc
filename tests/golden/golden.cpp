#include "golden/golden.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include "base/error.hpp"

namespace reckoner::golden {

namespace {

std::map<std::string, Adapter, std::less<>>& registry() {
  static std::map<std::string, Adapter, std::less<>> adapters;
  return adapters;
}

std::string key(std::string_view area, std::string_view model) {
  return fmt::format("{}/{}", area, model);
}

/// The text a case writes a figure with; none for what is no figure.
std::optional<std::string> text_of(const Json& value) {
  if (value.kind() == Json::Kind::kString) return value.as_string();
  if (value.kind() == Json::Kind::kNumber) return value.as_number();
  return std::nullopt;
}

bool is_number(const Json& value, const money::Decimal& wanted) {
  const auto text = text_of(value);
  return text && money::Decimal::try_parse(*text) == wanted;
}

/// A Ratio is written as a decimal, or as a fraction such as "5/31".
bool is_ratio(const Json& value, const money::Ratio& got) {
  const auto text = text_of(value);
  if (!text) return false;
  const std::size_t slash = text->find('/');
  if (slash != std::string::npos) {
    return got == money::Ratio(money::Decimal::parse(text->substr(0, slash)),
                               money::Decimal::parse(text->substr(slash + 1)));
  }
  const auto written = money::Decimal::try_parse(*text);
  if (!written) return false;
  return got == money::Ratio(*written) ||
         money::round(got, std::max(written->scale(), Figure::kRatioDigits),
                      money::Rounding::kHalfAwayFromZero) == *written;
}

bool is_instant(const Json& value, time::Instant got) {
  return value.kind() == Json::Kind::kString && instant(value) == got;
}

std::string ratio_text(const money::Ratio& value) {
  return money::round(value, 12, money::Rounding::kHalfAwayFromZero).to_string();
}

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace

bool Figure::matches(const Json& expected) const {
  return std::visit(
      Overloaded{[&](std::monostate) { return expected.is_null(); },
                 [&](bool value) {
                   return expected.kind() == Json::Kind::kBoolean && expected.as_boolean() == value;
                 },
                 [&](const std::string& value) { return text_of(expected) == value; },
                 [&](const money::Decimal& value) { return is_number(expected, value); },
                 [&](const money::Ratio& value) { return is_ratio(expected, value); },
                 [&](time::Instant value) { return is_instant(expected, value); },
                 [&](const std::vector<Figure>& items) {
                   return expected.kind() == Json::Kind::kArray &&
                          std::ranges::equal(items, expected.as_array(),
                                             [](const Figure& item, const Json& wanted) {
                                               return item.matches(wanted);
                                             });
                 }},
      value_);
}

std::string Figure::to_string() const {
  return std::visit(Overloaded{[](std::monostate) -> std::string { return "no value"; },
                               [](bool value) -> std::string { return value ? "true" : "false"; },
                               [](const std::string& value) { return value; },
                               [](const money::Decimal& value) { return value.to_string(); },
                               [](const money::Ratio& value) { return ratio_text(value); },
                               [](time::Instant value) { return time::to_string(value); },
                               [](const std::vector<Figure>& items) {
                                 std::vector<std::string> texts;
                                 for (const Figure& item : items) texts.push_back(item.to_string());
                                 return fmt::format("[{}]", fmt::join(texts, ", "));
                               }},
                    value_);
}

Adapters::Adapters(std::string_view area,
                   std::initializer_list<std::pair<const std::string_view, Adapter>> by_model) {
  for (const auto& [model, adapter] : by_model) {
    RK_CHECK(registry().emplace(key(area, model), adapter).second);
  }
}

const Adapter* find_adapter(std::string_view area, std::string_view model) {
  const auto found = registry().find(key(area, model));
  return found == registry().end() ? nullptr : &found->second;
}

Verdict run(const Case& item) {
  const Adapter* adapter = find_adapter(item.area, item.model);
  if (adapter == nullptr) {
    return {Verdict::Outcome::kUnknownModel,
            fmt::format("unknown model {}", key(item.area, item.model))};
  }
  try {
    const Result result = (*adapter)(item);
    std::vector<std::string> figures;
    bool all_match = true;
    for (const auto& [name, wanted] : item.expected.as_object()) {
      const auto figure = result.find(name);
      const bool given = figure != result.end();
      all_match = all_match && given && figure->second.matches(wanted);
      figures.push_back(
          fmt::format("{} {}", name, given ? figure->second.to_string() : "not given"));
    }
    if (all_match) return {};
    return {Verdict::Outcome::kFailed, fmt::format("{}", fmt::join(figures, ", "))};
  } catch (const std::exception& refused) {
    return {Verdict::Outcome::kFailed, fmt::format("an error: {}", refused.what())};
  }
}

const Json* member(const Json& object, std::string_view name) {
  const Json* found = object.find(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

money::Decimal decimal(const Json& value) {
  const auto text = text_of(value);
  if (!text) throw Error(fmt::format("expected a number, found {}", to_string(value.kind())));
  return money::Decimal::parse(*text);
}

std::optional<money::Decimal> number_if_any(const Json& value) {
  const auto text = text_of(value);
  return text ? money::Decimal::try_parse(*text) : std::nullopt;
}

std::int64_t integer(const Json& value) {
  const money::Decimal whole = decimal(value);
  if (!whole.is_whole()) throw Error(fmt::format("{} is not whole", whole.to_string()));
  return std::stoll(whole.to_string());
}

std::vector<money::Decimal> decimals(const Json& array) {
  std::vector<money::Decimal> values;
  for (const Json& item : array.as_array()) values.push_back(decimal(item));
  return values;
}

std::vector<money::Money> amounts(const Json& array, money::Currency currency) {
  std::vector<money::Money> values;
  for (const Json& item : array.as_array()) values.emplace_back(decimal(item), currency);
  return values;
}

time::Date date(const Json& value) {
  return time::parse_date(std::string_view(value.as_string()).substr(0, 10));
}

time::Instant instant(const Json& value) {
  const std::string& text = value.as_string();
  return text.size() == 10 ? time::Zone::utc().start_of(time::parse_date(text))
                           : time::parse_instant(text);
}

time::Zone zone(const Json& params) {
  const Json* named = member(params, "timezone");
  if (named == nullptr) return time::Zone::utc();
  const std::string& name = named->as_string();
  constexpr std::string_view kFixed = "fixed ";
  if (!name.starts_with(kFixed)) return time::Zone::named(name);
  // "fixed -08:00"; POSIX counts such zones to the west.
  const bool west = name.at(kFixed.size()) == '-';
  return time::Zone::named(
      fmt::format("Etc/GMT{}{}", west ? '+' : '-', std::stoi(name.substr(kFixed.size() + 1, 2))));
}

money::Currency currency(const Json& params) {
  const std::string& name = params.at("currency").as_string();
  if (name == "minor units") return money::Currency::of("JPY");
  if (name == "3 places") return money::Currency::of("BHD");
  if (name == "4 places" || name == "CREDITS") return money::Currency::of("CLF");
  return money::Currency::of(name);
}

money::Rounding rounding(std::string_view name) {
  using money::Rounding;
  static const std::map<std::string_view, Rounding> kNames = {
      {"half_up", Rounding::kHalfAwayFromZero},
      {"half up", Rounding::kHalfAwayFromZero},
      {"round", Rounding::kHalfAwayFromZero},
      {"half_away_from_zero", Rounding::kHalfAwayFromZero},
      {"half away from zero", Rounding::kHalfAwayFromZero},
      {"half_down", Rounding::kHalfTowardZero},
      {"half down", Rounding::kHalfTowardZero},
      {"half_toward_zero", Rounding::kHalfTowardZero},
      {"half toward zero", Rounding::kHalfTowardZero},
      {"half_even", Rounding::kHalfEven},
      {"half even", Rounding::kHalfEven},
      {"bankers", Rounding::kHalfEven},
      {"half_odd", Rounding::kHalfOdd},
      {"half odd", Rounding::kHalfOdd},
      {"half toward +inf", Rounding::kHalfCeiling},
      {"half +inf", Rounding::kHalfCeiling},
      {"half_toward_+inf", Rounding::kHalfCeiling},
      {"half_+inf", Rounding::kHalfCeiling},
      {"half_positive_infinity", Rounding::kHalfCeiling},
      {"half up toward +inf", Rounding::kHalfCeiling},
      {"half_ceil", Rounding::kHalfCeiling},
      {"half toward -inf", Rounding::kHalfFloor},
      {"half -inf", Rounding::kHalfFloor},
      {"half_toward_-inf", Rounding::kHalfFloor},
      {"half_-inf", Rounding::kHalfFloor},
      {"half_negative_infinity", Rounding::kHalfFloor},
      {"half down toward -inf", Rounding::kHalfFloor},
      {"half_floor", Rounding::kHalfFloor},
      {"ceil", Rounding::kCeiling},
      {"toward +inf", Rounding::kCeiling},
      {"toward_+inf", Rounding::kCeiling},
      {"floor", Rounding::kFloor},
      {"toward -inf", Rounding::kFloor},
      {"toward_-inf", Rounding::kFloor},
      {"up", Rounding::kAwayFromZero},
      {"away from zero", Rounding::kAwayFromZero},
      {"away_from_zero", Rounding::kAwayFromZero},
      {"down", Rounding::kTowardZero},
      {"truncate", Rounding::kTowardZero},
      {"toward zero", Rounding::kTowardZero},
      {"toward_zero", Rounding::kTowardZero}};
  const auto found = kNames.find(name);
  if (found == kNames.end()) throw Error(fmt::format("unknown rounding '{}'", name));
  return found->second;
}

time::Date day_after(time::Date last) {
  return time::add_days(last, 1);
}

time::Instant last_second_before(time::Instant end) {
  return end - std::chrono::seconds(1);
}

money::Decimal end_below(const money::Decimal& first) {
  return first.is_zero() || !first.is_whole() ? first : first - 1;
}

}  // namespace reckoner::golden

#include "meters/compiled_meter.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace reckoner::meters {

namespace {
using Kind = text::Json::Kind;
using domain::Aggregation;

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

/// A string as it is, everything else as canonical JSON.
std::string text_of(const text::Json& member) {
  return member.kind() == Kind::kString ? member.as_string() : text::canonical(member);
}

/// The bytes of the character that begins there.
std::size_t character_at(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  return end - at;
}

/// '%' is any signs, '_' one, '\' in front of one of the three takes it as it is.
bool is_like(std::string_view text, std::string_view pattern) {
  std::size_t at = 0;
  std::size_t in_pattern = 0;
  std::optional<std::pair<std::size_t, std::size_t>> last_any;  // text, pattern behind its '%'
  while (true) {
    if (in_pattern == pattern.size()) {
      if (at == text.size()) return true;
    } else if (pattern[in_pattern] == '%') {
      last_any = {at, ++in_pattern};
      continue;
    } else if (at < text.size() && pattern[in_pattern] == '_') {
      at += character_at(text, at);
      ++in_pattern;
      continue;
    } else if (at < text.size()) {
      std::size_t sign = in_pattern;
      if (pattern[sign] == '\\' && sign + 1 < pattern.size() &&
          std::string_view("%_\\").find(pattern[sign + 1]) != std::string_view::npos) {
        ++sign;
      }
      if (pattern[sign] == text[at]) {
        ++at;
        in_pattern = sign + 1;
        continue;
      }
    }
    if (!last_any || last_any->first == text.size()) return false;
    last_any->first += character_at(text, last_any->first);
    at = last_any->first;
    in_pattern = last_any->second;
  }
}
}  // namespace

CompiledFilter::CompiledFilter(const domain::Meter::Filter& filter)
    : path_(JsonPath::parse(filter.path)), test_(filter.test) {
  for (const std::string& value : filter.values) {
    wanted_.push_back({value, money::Decimal::try_parse(value)});
  }
}

bool CompiledFilter::is_equal(const Wanted& wanted, const text::Json& member) {
  switch (member.kind()) {
    case Kind::kString:
      return member.as_string() == wanted.text;
    case Kind::kNumber: {
      const auto number = money::Decimal::try_parse(member.as_number());
      if (number && wanted.number) return *number == *wanted.number;
      return text::canonical(member) == wanted.text;
    }
    case Kind::kBoolean:
      return wanted.text == (member.as_boolean() ? "true" : "false");
    default:
      return text::canonical(member) == wanted.text;
  }
}

bool CompiledFilter::passes(const text::Json& data) const {
  using Test = domain::Meter::Filter::Test;
  const text::Json* member = path_.find(data);
  const bool is_there = member != nullptr && !member->is_null();
  const auto is_one = [&] {
    return is_there && std::any_of(wanted_.begin(), wanted_.end(),
                                   [&](const Wanted& wanted) { return is_equal(wanted, *member); });
  };
  switch (test_) {
    case Test::kEquals:
    case Test::kIn:
      return is_one();
    case Test::kNotEquals:
    case Test::kNotIn:
      return !is_one();
    case Test::kLike:
      return is_there && (member->kind() == Kind::kString
                              ? is_like(member->as_string(), wanted_.front().text)
                              : is_like(text::canonical(*member), wanted_.front().text));
    case Test::kExists:
      return is_there;
  }
  throw Bug("a filter without a test");
}

DimensionPaths::DimensionPaths(const std::vector<domain::Meter::Dimension>& dimensions) {
  std::vector<const domain::Meter::Dimension*> sorted;
  for (const domain::Meter::Dimension& dimension : dimensions) sorted.push_back(&dimension);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->name < b->name; });
  for (const domain::Meter::Dimension* dimension : sorted) {
    std::string name;
    append_escaped(name, dimension->name);
    paths_.emplace_back(name + '=', JsonPath::parse(dimension->path));
  }
}

std::string DimensionPaths::text_of(const text::Json& data) const {
  std::string text;
  for (const auto& [name, path] : paths_) {
    if (!text.empty()) text += ';';
    text += name;
    const text::Json* member = path.find(data);
    if (member == nullptr || member->is_null()) continue;
    if (member->kind() == Kind::kString) {
      append_escaped(text, member->as_string());
    } else {
      append_escaped(text, text::canonical(*member));
    }
  }
  return text;
}

CompiledMeter::CompiledMeter(const domain::Meter& meter)
    : meter_(meter), dimensions_(meter.group_by) {
  if (!meter.expression.empty()) {
    expression_ =
        ValueExpression::compile({meter.expression, {meter.place.file, meter.place.line}});
  } else if (!meter.value.empty()) {
    value_ = JsonPath::parse(meter.value);
  }
  for (const domain::Meter::Filter& filter : meter.filters) filters_.emplace_back(filter);
}

bool CompiledMeter::passes(const text::Json& data) const {
  return std::all_of(filters_.begin(), filters_.end(),
                     [&](const CompiledFilter& filter) { return filter.passes(data); });
}

std::string CompiledMeter::problem(std::string_view reason) const {
  return fmt::format("meter {}: {}", meter_.name, reason);
}

std::optional<std::string> CompiledMeter::read_value(const text::Json& data,
                                                     MeterValue& into) const {
  const text::Json* member = value_->find(data);
  if (member == nullptr || member->is_null()) {
    return problem(fmt::format("the data have no '{}'", meter_.value));
  }
  if (member->kind() != Kind::kNumber && member->kind() != Kind::kString) {
    return problem(
        fmt::format("'{}' is {}, not a number", meter_.value, text::to_string(member->kind())));
  }
  const std::string& text =
      member->kind() == Kind::kNumber ? member->as_number() : member->as_string();
  const auto value = money::Decimal::try_parse(text);
  if (!value) {
    return problem(fmt::format("'{}' is '{}', not a decimal number of up to {} digits",
                               meter_.value, shown(text), money::Decimal::kDigitsMax));
  }
  into.value = *value;
  return std::nullopt;
}

std::optional<std::string> CompiledMeter::read_item(const text::Json& data,
                                                    MeterValue& into) const {
  const text::Json* member = value_->find(data);
  if (member == nullptr || member->is_null()) {
    return problem(fmt::format("the data have no '{}'", meter_.value));
  }
  into.item = text_of(*member);
  return std::nullopt;
}

std::optional<std::string> CompiledMeter::compute(const text::Json& data, MeterValue& into) const {
  try {
    const rules::Value value = expression_->evaluate(data);
    if (value.is_null()) return problem(fmt::format("'{}' is null", meter_.expression));
    if (meter_.aggregation == Aggregation::kUniqueCount) {
      into.item = value.to_text();
      return std::nullopt;
    }
    if (value.number() == nullptr) {
      return problem(fmt::format("'{}' is a {}, not a number", meter_.expression,
                                 rules::name_of(value.type())));
    }
    into.value = *value.number();
    return std::nullopt;
  } catch (const Error& error) {
    return problem(fmt::format("'{}': {}", meter_.expression, error.reason()));
  }
}

std::variant<MeterValue, std::string> CompiledMeter::read(std::string_view subject,
                                                          const text::Json& data) const {
  MeterValue read{&meter_, money::Decimal(1), {}, {}};
  std::optional<std::string> wrong;
  if (expression_) {
    wrong = compute(data, read);
  } else if (meter_.aggregation == Aggregation::kUniqueCount) {
    wrong = read_item(data, read);
  } else if (value_ && meter_.aggregation != Aggregation::kCount &&
             meter_.aggregation != Aggregation::kHeartbeat) {
    wrong = read_value(data, read);
  }
  if (wrong) return *std::move(wrong);
  if (meter_.aggregation == Aggregation::kCounter && read.value.sign() < 0) {
    return problem(fmt::format("a counter is {}, below zero", read.value.to_string()));
  }
  read.dimensions = dimensions_.text_of(data);
  if (subject.size() + read.dimensions.size() > kTotalsKeyMax) {
    return problem(fmt::format("subject and dimensions are longer than {} bytes", kTotalsKeyMax));
  }
  if (read.item.size() > kTotalsKeyMax) {
    return problem(fmt::format("the value is longer than {} bytes", kTotalsKeyMax));
  }
  if (read.dimensions.find('\0') != std::string::npos) {
    return problem("the dimensions have a zero byte");
  }
  if (read.item.find('\0') != std::string::npos) return problem("the value has a zero byte");
  return read;
}

}  // namespace reckoner::meters

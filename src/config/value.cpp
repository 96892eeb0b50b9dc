#include "config/value.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "domain/legal_entity.hpp"
#include "money/money.hpp"
#include "time/time.hpp"

namespace reckoner::config {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void check_text(std::string_view value) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::any_of(value.begin(), value.end(), is_control)) throw Error("the text is not one line");
  if (value.size() > 1000) throw Error("the text is longer than 1000 bytes");
}

void check_decimal(std::string_view value) {
  const auto number = money::Decimal::try_parse(value);
  if (!number) throw Error(fmt::format("'{}' is not a number", value));
  if (number->sign() < 0) throw Error(fmt::format("'{}' is below zero", value));
}

void check_integer(std::string_view value) {
  const std::string_view digits = value.starts_with('-') ? value.substr(1) : value;
  if (digits.empty() || digits.size() > 18 ||
      !std::all_of(digits.begin(), digits.end(), is_digit)) {
    throw Error(fmt::format("'{}' is not a whole number", value));
  }
}

void check_choice(std::string_view value, std::span<const std::string_view> choices) {
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) return;
  const std::vector<std::string> names(choices.begin(), choices.end());
  throw Error(fmt::format("'{}' is not one of {}{}", value, fmt::join(choices, ", "),
                          suggestion(value, names)));
}

void check_secret(std::string_view value) {
  const auto is_variable = [](std::string_view name) {
    return !name.empty() && !is_digit(name.front()) &&
           std::all_of(name.begin(), name.end(),
                       [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
  };
  if (value.empty()) return;
  if (value.starts_with("env:")) {
    if (!is_variable(value.substr(4))) throw Error("env: needs the name of a variable behind it");
  } else if (value.starts_with("file:")) {
    if (!value.starts_with("file:/")) throw Error("file: needs an absolute path behind it");
  } else {
    throw Error(
        "a literal password is refused, since versions are for ever: write env:NAME or file:PATH");
  }
}

void check_email(std::string_view value) {
  if (value.empty()) return;
  const std::size_t at = value.find('@');
  const auto is_refused = [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F ||
           std::string_view("<>()[],;:\\\"").find(c) != std::string_view::npos;
  };
  if (at == 0 || at == std::string_view::npos || at + 1 == value.size() || value.size() > 254 ||
      value.find('@', at + 1) != std::string_view::npos ||
      std::any_of(value.begin(), value.end(), is_refused)) {
    throw Error(fmt::format("'{}' is not an address such as billing@example.com", value));
  }
}

void check_smtp_url(std::string_view value) {
  if (value.empty()) return;
  const std::size_t scheme_length = value.starts_with("smtp://")    ? 7
                                    : value.starts_with("smtps://") ? 8
                                                                    : 0;
  std::string_view host = value.substr(scheme_length);
  if (scheme_length != 0 && host.find('@') != std::string_view::npos) {
    throw Error(
        "the URL must not carry a user or password; set mail.smtp.user and mail.smtp.password");
  }
  const std::size_t colon = host.rfind(':');
  bool valid = scheme_length != 0;
  if (colon != std::string_view::npos && !host.ends_with(']')) {
    const std::string_view port = host.substr(colon + 1);
    int number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    valid = valid && error == std::errc() && end == port.data() + port.size() && number >= 1 &&
            number <= 65535;
    host = host.substr(0, colon);
  }
  const bool bracketed = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
  const std::string_view plain = bracketed ? host.substr(1, host.size() - 2) : host;
  valid = valid && !plain.empty() && std::all_of(plain.begin(), plain.end(), [&](char c) {
            return is_letter(c) || is_digit(c) || c == '.' || c == '-' || (bracketed && c == ':');
          });
  if (!valid) {
    throw Error(fmt::format("'{}' is not smtp://HOST[:PORT] or smtps://HOST[:PORT]", value));
  }
}

/// A number pattern is a row of marks: a character, one digit, or any further digits.
struct Mark {
  enum class What { kLiteral, kDigit, kDigits } what;
  char literal = 0;
};

/// Throws Error for what is no number pattern.
std::vector<Mark> marks_of(std::string_view pattern) {
  std::vector<Mark> marks;
  int sequences = 0;
  int years = 0;
  int entities = 0;
  const auto refuse = [&](std::string_view reason) {
    throw Error(fmt::format("number pattern '{}' {}", pattern, reason));
  };
  if (pattern.size() > 64) refuse("is longer than 64 characters");
  if (pattern.starts_with('.') || pattern.starts_with('-')) refuse("starts with '.' or '-'");
  for (std::size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    if (c != '{') {
      if (!is_letter(c) && !is_digit(c) && c != '-' && c != '_' && c != '.') {
        refuse("may have letters, digits, '-', '_', '.', {year}, {entity} and {seq} only");
      }
      marks.push_back({Mark::What::kLiteral, c});
      ++at;
      continue;
    }
    const std::size_t close = std::min(pattern.find('}', at), pattern.size());
    const std::string_view word = pattern.substr(at + 1, close - at - 1);
    const bool padded = word.starts_with("seq:") && (word.size() == 5 || word.size() == 6) &&
                        std::all_of(word.begin() + 4, word.end(), is_digit);
    const int width = padded ? std::stoi(std::string(word.substr(4))) : 1;
    if (close < pattern.size() && word == "entity") {
      ++entities;  // any name will do: patterns are compared once it is filled in
      for (const char letter : domain::kDefaultEntity) {
        marks.push_back({Mark::What::kLiteral, letter});
      }
    } else if (close < pattern.size() && word == "year") {
      ++years;
      marks.insert(marks.end(), 4, {Mark::What::kDigit});
    } else if (close < pattern.size() && (word == "seq" || (padded && width >= 1 && width <= 18))) {
      ++sequences;
      marks.insert(marks.end(), static_cast<std::size_t>(width), {Mark::What::kDigit});
      marks.push_back({Mark::What::kDigits});
    } else {
      refuse("has a placeholder that is none of {year}, {entity}, {seq} and {seq:1} to {seq:18}");
    }
    at = close + 1;
  }
  if (sequences != 1) refuse("must contain {seq} or {seq:N} exactly once");
  if (years > 1) refuse("contains {year} more than once");
  if (entities > 1) refuse("contains {entity} more than once");
  return marks;
}

bool is_compatible(const Mark& a, const Mark& b) {
  const bool both_literal = a.what == Mark::What::kLiteral && b.what == Mark::What::kLiteral;
  if (both_literal) return a.literal == b.literal;
  return (a.what != Mark::What::kLiteral || is_digit(a.literal)) &&
         (b.what != Mark::What::kLiteral || is_digit(b.literal));
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::kText:
      return "text";
    case Kind::kInteger:
      return "integer";
    case Kind::kDecimal:
      return "decimal";
    case Kind::kBoolean:
      return "boolean";
    case Kind::kDuration:
      return "duration";
    case Kind::kCurrency:
      return "currency";
    case Kind::kTimeZone:
      return "time zone";
    case Kind::kChoice:
      return "choice";
    case Kind::kSecret:
      return "secret";
    case Kind::kNumberPattern:
      return "number pattern";
    case Kind::kEmail:
      return "e-mail address";
    case Kind::kSmtpUrl:
      return "SMTP URL";
  }
  return "";
}

void check_value(Kind kind, std::string_view value, std::span<const std::string_view> choices) {
  static constexpr std::string_view kBooleans[] = {"true", "false"};
  switch (kind) {
    case Kind::kText:
      return check_text(value);
    case Kind::kInteger:
      return check_integer(value);
    case Kind::kDecimal:
      return check_decimal(value);
    case Kind::kBoolean:
      return check_choice(value, kBooleans);
    case Kind::kDuration:
      return static_cast<void>(time::parse_duration(value));
    case Kind::kCurrency:
      return static_cast<void>(money::Currency::of(value));
    case Kind::kTimeZone:
      return static_cast<void>(time::Zone::named(value));
    case Kind::kChoice:
      return check_choice(value, choices);
    case Kind::kSecret:
      return check_secret(value);
    case Kind::kNumberPattern:
      return static_cast<void>(marks_of(value));
    case Kind::kEmail:
      return check_email(value);
    case Kind::kSmtpUrl:
      return check_smtp_url(value);
  }
}

bool can_coincide(std::string_view first_pattern, std::string_view second_pattern) {
  const std::vector<Mark> a = marks_of(first_pattern);
  const std::vector<Mark> b = marks_of(second_pattern);
  const auto is_open = [](const std::vector<Mark>& marks, std::size_t at) {
    return at < marks.size() && marks[at].what == Mark::What::kDigits;
  };
  // matched[i][j]: the rest of `a` from i and the rest of `b` from j can be the same text.
  std::vector<std::vector<bool>> matched(a.size() + 1, std::vector<bool>(b.size() + 1, false));
  for (std::size_t i = a.size() + 1; i-- > 0;) {
    for (std::size_t j = b.size() + 1; j-- > 0;) {
      bool same = i == a.size() && j == b.size();
      same = same || (is_open(a, i) && matched[i + 1][j]) || (is_open(b, j) && matched[i][j + 1]);
      if (!same && i < a.size() && j < b.size() && is_compatible(a[i], b[j])) {
        const std::size_t next_i = is_open(a, i) ? i : i + 1;
        const std::size_t next_j = is_open(b, j) ? j : j + 1;
        same = (next_i != i || next_j != j) && matched[next_i][next_j];
      }
      matched[i][j] = same;
    }
  }
  return matched[0][0];
}

}  // namespace reckoner::config

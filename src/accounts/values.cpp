#include "accounts/values.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "config/value.hpp"
#include "text/utf8.hpp"

namespace reckoner::accounts {

namespace {
constexpr std::size_t kKeyBytesMax = 200;
}  // namespace

std::string parse_text(std::string_view value) {
  config::check_value(config::Kind::kText, value);
  return std::string(value);
}

std::string parse_key(std::string_view value) {
  const std::string key = parse_text(value);
  if (key.empty()) throw Error("a key is not empty");
  if (key.size() > kKeyBytesMax) {
    throw Error(
        fmt::format("'{}…' is longer than {} bytes", text::beginning(key, 20), kKeyBytesMax));
  }
  if (key.front() == ' ' || key.back() == ' ') {
    throw Error(fmt::format("'{}' begins or ends with a blank", key));
  }
  return key;
}

time::Date parse_day(std::string_view value) {
  const time::Date day = time::parse_date(value);
  if (day.year() < std::chrono::year(1970) || day.year() > std::chrono::year(2999)) {
    throw Error(fmt::format("{} lies outside the years 1970 to 2999", value));
  }
  return day;
}

bool parse_boolean(std::string_view value) {
  config::check_value(config::Kind::kBoolean, value);
  return value == "true";
}

money::Decimal parse_percentage(std::string_view value) {
  const money::Decimal percentage = money::Decimal::parse(value);
  if (percentage.sign() <= 0 || percentage > money::Decimal(100)) {
    throw Error(fmt::format("percentage {} is not above 0 and at most 100", value));
  }
  return percentage;
}

std::vector<std::string> parse_list(std::string_view value, std::string_view one,
                                    std::string_view many) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= value.size();) {
    const std::size_t end = std::min(value.find(';', begin), value.size());
    if (end == begin) throw Error(fmt::format("{} '{}' has an empty name", many, value));
    std::string name = parse_key(value.substr(begin, end - begin));
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      throw Error(fmt::format("{} '{}' is there twice", one, name));
    }
    names.push_back(std::move(name));
    begin = end + 1;
  }
  return names;
}

std::map<std::string, money::Decimal> parse_quantities(std::string_view value) {
  std::map<std::string, money::Decimal> quantities;
  for (const std::string& item : parse_list(value, "quantity", "quantities")) {
    const std::size_t equals = item.find('=');
    if (equals == item.npos) {
      throw Error(fmt::format("quantity '{}' is not written like seats=5", item));
    }
    const money::Decimal quantity = money::Decimal::parse(item.substr(equals + 1));
    if (quantity.sign() < 0) throw Error(fmt::format("quantity '{}' is below 0", item));
    const std::string name = parse_key(item.substr(0, equals));
    if (!quantities.emplace(name, quantity).second) {
      throw Error(fmt::format("quantity '{}' is there twice", name));
    }
  }
  return quantities;
}

std::optional<money::Decimal> parse_agreed_value(std::string_view value) {
  if (value == "unlimited") return std::nullopt;
  return money::Decimal::parse(value);
}

std::string parse_country(std::string_view value) {
  const bool letters = std::all_of(value.begin(), value.end(),
                                   [](char letter) { return letter >= 'A' && letter <= 'Z'; });
  if (value.size() != 2 || !letters) {
    throw Error(fmt::format("country '{}' is not two letters such as CH", value));
  }
  return std::string(value);
}

std::string_view to_string(domain::Ending ending) {
  return ending == domain::Ending::kCancelled ? "cancelled" : "changed";
}

domain::Ending parse_ending(std::string_view text) {
  if (text == "cancelled") return domain::Ending::kCancelled;
  if (text == "changed") return domain::Ending::kChanged;
  throw Error(fmt::format("ending '{}' is neither cancelled nor changed", text));
}

std::string_view to_string(domain::CreditKind kind) {
  return kind == domain::CreditKind::kCoupon ? "coupon" : "prepaid";
}

domain::CreditKind parse_credit_kind(std::string_view text) {
  if (text == "coupon") return domain::CreditKind::kCoupon;
  if (text == "prepaid") return domain::CreditKind::kPrepaid;
  throw Error(fmt::format("kind '{}' is neither coupon nor prepaid", text));
}

}  // namespace reckoner::accounts

#include "documents/locale_format.hpp"

#include <fmt/format.h>
#include <unicode/dtptngen.h>
#include <unicode/locid.h>
#include <unicode/numberformatter.h>
#include <unicode/smpdtfmt.h>
#include <unicode/timezone.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/error.hpp"

namespace reckoner::documents {

namespace {

constexpr int kRatioDigits = 6;
constexpr std::string_view kNoBreakSpace = "\u00A0";

void check(UErrorCode status, std::string_view what) {
  if (U_FAILURE(status) != 0) throw Error(fmt::format("{}: {}", what, u_errorName(status)));
}

std::string utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

/// Gregorian, since that is what days of documents are.
icu::Locale locale_of(std::string_view language, std::string_view country) {
  UErrorCode status = U_ZERO_ERROR;
  icu::Locale locale = icu::Locale::forLanguageTag(
      icu::StringPiece(language.data(), static_cast<int>(language.size())), status);
  if (U_FAILURE(status) != 0 || language.empty() || locale.isBogus()) locale = icu::Locale("en");
  if (locale.getCountry()[0] == 0 && !country.empty()) {
    const std::string region(country);
    locale = icu::Locale(locale.getLanguage(), region.c_str());
  }
  status = U_ZERO_ERROR;
  locale.setKeywordValue("calendar", "gregorian", status);
  check(status, "locale");
  return locale;
}

/// The first day of the month that the label names; none for a label of another form.
std::optional<time::Date> month_of(const std::string& label) {
  constexpr std::size_t kLength = 7;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (label.size() != kLength || label[4] != '-') return std::nullopt;
  if (std::count_if(label.begin(), label.end(), is_digit) != kLength - 1) return std::nullopt;
  const time::Date first = std::chrono::year(std::stoi(label.substr(0, 4))) /
                           std::chrono::month(static_cast<unsigned>(std::stoi(label.substr(5)))) /
                           std::chrono::day(1);
  return first.ok() ? std::optional(first) : std::nullopt;
}

}  // namespace

struct LocaleFormat::Formats {
  icu::Locale locale;
  std::map<int, icu::number::LocalizedNumberFormatter> numbers;  // by digits behind the point
  std::unique_ptr<icu::DateFormat> day;
  std::unique_ptr<icu::DateFormat> short_day;
  std::unique_ptr<icu::DateFormat> period;
  std::unique_ptr<icu::DateFormat> short_period;

  explicit Formats(const icu::Locale& wanted) : locale(wanted) {
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<icu::DateTimePatternGenerator> patterns(
        icu::DateTimePatternGenerator::createInstance(locale, status));
    check(status, "date formats");
    day = dates(icu::DateFormat::createDateInstance(icu::DateFormat::kLong, locale));
    short_day = dates(pattern(*patterns, "yMMMd"));
    period = dates(pattern(*patterns, "yMMMM"));
    short_period = dates(pattern(*patterns, "LLL"));
  }

  /// Each is compiled once, which is slow.
  const icu::number::LocalizedNumberFormatter& with_digits(int fraction) {
    auto known = numbers.find(fraction);
    if (known == numbers.end()) {
      known = numbers
                  .emplace(fraction, icu::number::NumberFormatter::withLocale(locale).precision(
                                         icu::number::Precision::fixedFraction(fraction)))
                  .first;
    }
    return known->second;
  }

  icu::DateFormat* pattern(icu::DateTimePatternGenerator& patterns, const char* skeleton) const {
    UErrorCode status = U_ZERO_ERROR;
    const icu::UnicodeString best =
        patterns.getBestPattern(icu::UnicodeString::fromUTF8(skeleton), status);
    auto* format = new icu::SimpleDateFormat(best, locale, status);
    const std::unique_ptr<icu::DateFormat> owned(U_FAILURE(status) != 0 ? format : nullptr);
    check(status, "date format");
    return format;
  }

  static std::unique_ptr<icu::DateFormat> dates(icu::DateFormat* format) {
    RK_CHECK(format != nullptr);
    std::unique_ptr<icu::DateFormat> owned(format);
    owned->setTimeZone(*icu::TimeZone::getGMT());
    return owned;
  }

  static std::string write(const icu::DateFormat& format, time::Date date) {
    constexpr UDate kMillisecondsOfDay = 86'400'000;
    const auto days = std::chrono::sys_days(date).time_since_epoch().count();
    icu::UnicodeString text;
    format.format(static_cast<UDate>(days) * kMillisecondsOfDay, text);
    return utf8(text);
  }
};

LocaleFormat::LocaleFormat(std::string_view language, std::string_view country) {
  const icu::Locale locale = locale_of(language, country);
  language_ = locale.getLanguage();
  formats_ = std::make_unique<Formats>(locale);
}

LocaleFormat::~LocaleFormat() = default;

std::string LocaleFormat::decimal(const std::string& digits) const {
  const std::size_t point = digits.find('.');
  const int fraction = point == std::string::npos ? 0 : static_cast<int>(digits.size() - point - 1);
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString text =
      formats_->with_digits(fraction).formatDecimal(digits, status).toString(status);
  check(status, "number");
  return utf8(text);
}

std::string LocaleFormat::amount(const money::Money& money) const {
  return decimal(money.to_string());
}

std::string LocaleFormat::number(const money::Decimal& number) const {
  return decimal(number.to_string());
}

std::string LocaleFormat::number(const money::Ratio& ratio) const {
  const money::Decimal digits = money::round(ratio, kRatioDigits, money::Rounding::kTowardZero);
  return number(digits) + (money::Ratio(digits) == ratio ? "" : "…");
}

std::string LocaleFormat::country(const std::string& code) const {
  icu::UnicodeString name;
  icu::Locale("", code.c_str()).getDisplayCountry(formats_->locale, name);
  return name.isEmpty() ? code : utf8(name);
}

std::string LocaleFormat::percent(const money::Decimal& percent) const {
  return fmt::format("{}{}%", number(percent), kNoBreakSpace);
}

std::string LocaleFormat::day(time::Date date) const {
  return Formats::write(*formats_->day, date);
}

std::string LocaleFormat::short_day(time::Date date) const {
  return Formats::write(*formats_->short_day, date);
}

std::string LocaleFormat::period(const std::string& label) const {
  const auto month = month_of(label);
  return month ? Formats::write(*formats_->period, *month) : label;
}

std::string LocaleFormat::short_period(const std::string& label) const {
  const auto month = month_of(label);
  return month ? Formats::write(*formats_->short_period, *month) : label;
}

}  // namespace reckoner::documents

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "money/money.hpp"
#include "time/time.hpp"

namespace reckoner::documents {

/// Numbers and days as people of a language and country write them (CLDR, by ICU). Exact: decimals
/// go in as texts. Days are of the Gregorian calendar. One thread at a time; making one is slow, so
/// keep it.
class LocaleFormat {
 public:
  /// `language` is BCP 47 ("de-CH"), empty for English; `country` ("DE", may be empty) counts where
  /// the language names none. What ICU does not know is written as in English.
  LocaleFormat(std::string_view language, std::string_view country);
  ~LocaleFormat();
  LocaleFormat(const LocaleFormat&) = delete;
  LocaleFormat& operator=(const LocaleFormat&) = delete;

  /// The language alone, "de".
  const std::string& language() const { return language_; }

  /// With the digits of its currency, without the currency.
  std::string amount(const money::Money& money) const;
  /// The text of a decimal ("1000.50") with all the digits that it has.
  std::string decimal(const std::string& digits) const;
  /// With the digits it has.
  std::string number(const money::Decimal& decimal) const;
  /// With up to 6 digits behind the point, and "…" where there are more.
  std::string number(const money::Ratio& ratio) const;
  /// Its name for people; the code where it has none.
  std::string country(const std::string& code) const;
  /// "19 %" or as the language has it.
  std::string percent(const money::Decimal& percent) const;
  /// "1 November 2026".
  std::string day(time::Date date) const;
  /// "1 Oct 2026".
  std::string short_day(time::Date date) const;
  /// "October 2026"; a label that is no month stays as it is.
  std::string period(const std::string& label) const;
  /// "Oct".
  std::string short_period(const std::string& label) const;

 private:
  struct Formats;

  std::string language_;
  std::unique_ptr<Formats> formats_;
};

}  // namespace reckoner::documents

#include "documents/locale_format.hpp"

#include <gtest/gtest.h>

#include "specimen.hpp"

namespace reckoner::documents {
namespace {

money::Money of(std::string_view amount, std::string_view currency) {
  return money::Money(money::Decimal::parse(amount), money::Currency::of(currency));
}

TEST(LocaleFormat, IsAsTheLanguageHasIt) {
  const LocaleFormat german("de", "");
  EXPECT_EQ(german.amount(of("1234567.50", "EUR")), "1.234.567,50");
  EXPECT_EQ(german.day(day(2026, 11, 1)), "1. November 2026");
  EXPECT_EQ(german.period("2026-03"), "März 2026");
  const LocaleFormat french("fr-FR", "DE");
  EXPECT_EQ(french.amount(of("1234.50", "EUR")), "1\u202F234,50");
  const LocaleFormat hindi("hi-IN", "");
  EXPECT_EQ(hindi.amount(of("1234567.50", "INR")), "12,34,567.50");
}

TEST(LocaleFormat, WithoutALanguageIsEnglishAsInTheCountry) {
  EXPECT_EQ(LocaleFormat("", "US").amount(of("-1234.50", "USD")), "-1,234.50");
  EXPECT_EQ(LocaleFormat("", "US").day(day(2026, 11, 1)), "November 1, 2026");
  EXPECT_EQ(LocaleFormat("", "DE").amount(of("1234.50", "EUR")), "1.234,50");
  EXPECT_EQ(LocaleFormat("", "DE").day(day(2026, 11, 1)), "1 November 2026");
  EXPECT_EQ(LocaleFormat("", "").language(), "en");
}

TEST(LocaleFormat, KeepsEveryDigit) {
  const LocaleFormat format("en", "");
  EXPECT_EQ(format.amount(of("0.000", "BHD")), "0.000");
  EXPECT_EQ(format.amount(of("1200", "JPY")), "1,200");
  EXPECT_EQ(format.number(money::Decimal::parse("12345678901234567890123456.123456789012")),
            "12,345,678,901,234,567,890,123,456.123456789012");
  EXPECT_EQ(format.number(money::Ratio(15, 31)), "0.48387…");
  EXPECT_EQ(format.number(money::Ratio(1, 4)), "0.25");
  EXPECT_EQ(format.percent(money::Decimal::parse("7.7")), "7.7\u00A0%");
}

TEST(LocaleFormat, LeavesWhatItDoesNotKnow) {
  const LocaleFormat format("xx-ZZ-nonsense-too-long-by-far", "QQ");
  EXPECT_EQ(format.number(5), "5");
  EXPECT_EQ(format.period("2026-W44"), "2026-W44");
  EXPECT_EQ(format.period("2026-13"), "2026-13");
  EXPECT_EQ(format.country("QQ"), "QQ");
  EXPECT_EQ(LocaleFormat("de", "").country("FR"), "Frankreich");
}

}  // namespace
}  // namespace reckoner::documents

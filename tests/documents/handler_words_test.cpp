// What handlers wrote in English, as pages of other languages say it.

#include "documents/handler_words.hpp"

#include <gtest/gtest.h>

#include "documents/bidi.hpp"

namespace reckoner::documents {
namespace {

std::string line(std::string_view language, std::string_view text) {
  return said_of_line(page_words(language), LocaleFormat(language, ""), text);
}
std::string step(std::string_view language, std::string_view text) {
  return said_of_step(page_words(language), LocaleFormat(language, ""), text);
}

TEST(HandlerWords, LinesAreSaidInTheLanguageOfThePage) {
  EXPECT_EQ(line("de", "Grundgebühr, 31 of 31 days"), "Grundgebühr, 31 von 31 Tagen");
  EXPECT_EQ(line("de", "Plätze: 24 Platz, 12 of 31 days"), "Plätze: 24 Platz, 12 von 31 Tagen");
  EXPECT_EQ(line("de", "Verkehr: 2869.5 GB used, 100 GB included"),
            "Verkehr: 2.869,5 GB verbraucht, 100 GB enthalten");
  EXPECT_EQ(line("de", "Verkehr: 2869 GB used, unlimited"),
            "Verkehr: 2.869 GB verbraucht, unbegrenzt");
  EXPECT_EQ(line("fr", "Trafic: 12.5 GB used, 0 GB included"),
            "Trafic : 12,5 GB utilisés, 0 GB inclus");
  EXPECT_EQ(line("de", "Plattform, 61.1667 % of 10000.00 USD for 2026-10"),
            "Plattform, 61,1667 % von 10.000,00 USD für Oktober 2026");
  EXPECT_EQ(line("de", "Minimum of 1000 EUR, plan IoT"), "Mindestens 1.000 EUR, plan IoT");
}

TEST(HandlerWords, EnglishOnesGetTheirDigitsGrouped) {
  EXPECT_EQ(line("en", "Traffic: 2869 GB used, 100 GB included"),
            "Traffic: 2,869 GB used, 100 GB included");
}

TEST(HandlerWords, WhatHandlersDidNotWriteStaysAsItIs) {
  for (const char* text : {"Setup of machine 2026", "Machine 7: hours", "31 of 31 days", "", ": ",
                           "used, included", "Report 2026, part 3 of 4"}) {
    EXPECT_EQ(line("de", text), text);
    EXPECT_EQ(line("en", text), text);
  }
}

TEST(HandlerWords, StepsAreSaidBehindTheirGroups) {
  EXPECT_EQ(step("de", "tier up to 1000"), "Stufe bis 1.000");
  EXPECT_EQ(step("de", "hot: tier above 5000"), "hot: Stufe über 5.000");
  EXPECT_EQ(step("de", "all units, tier up to 100"), "alle Einheiten, Stufe bis 100");
  EXPECT_EQ(step("de", "fee of tier up to 100"), "Gebühr: Stufe bis 100");
  EXPECT_EQ(step("fr", "per unit"), "par unité");
  EXPECT_EQ(step("de", "capacity tier 2"), "capacity tier 2");
}

TEST(HandlerWords, RemarksOnTaxes) {
  EXPECT_EQ(said_of_word(page_words("de"), "Reverse charge"),
            "Steuerschuldnerschaft des Leistungsempfängers");
  EXPECT_EQ(said_of_word(page_words("en"), "Reverse charge"), "Reverse charge");
  EXPECT_EQ(said_of_word(page_words("de"), "district levy"), "district levy");
}

TEST(Bidi, TitlesFromRightToLeftDoNotTurnWhatStandsBesideThem) {
  const std::string hebrew = "דמי מנוי";
  EXPECT_TRUE(has_right_to_left(hebrew));
  EXPECT_TRUE(has_right_to_left("x فاتورة"));
  EXPECT_FALSE(has_right_to_left("Müller 統合 42"));
  EXPECT_EQ(isolated("plain"), "plain");
  EXPECT_EQ(line("en", hebrew + ", 31 of 31 days"),
            "\u200E\u2068" + hebrew + "\u2069, 31 of 31 days");
  EXPECT_EQ(line("en", hebrew + ": 2869 GB used, unlimited"),
            "\u200E\u2068" + hebrew + "\u2069: 2,869 GB used, unlimited");
  EXPECT_EQ(line("en", hebrew), hebrew) << "a title alone runs as it is written";
}

}  // namespace
}  // namespace reckoner::documents

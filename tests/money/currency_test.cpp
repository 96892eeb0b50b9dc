#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <type_traits>

#include "base/error.hpp"
#include "money/money.hpp"

namespace reckoner::money {
namespace {

static_assert(std::is_trivially_copyable_v<Currency>);

TEST(Currency, HasItsMinorDigits) {
  const std::map<std::string, int> table = {{"USD", 2}, {"EUR", 2}, {"JPY", 0}, {"KRW", 0},
                                            {"BHD", 3}, {"TND", 3}, {"CLF", 4}, {"UYW", 4}};
  for (const auto& [code, digits] : table) {
    EXPECT_EQ(Currency::of(code).minor_digits(), digits) << code;
    EXPECT_EQ(Currency::of(code).code(), code);
  }
}

TEST(Currency, RefusesWhatIsNoMoney) {
  for (const std::string code :
       {"", "US", "USDX", "usd", "XXX", "XTS", "XAU", "XDR", "HRK", "ZZZ"}) {
    EXPECT_FALSE(Currency::find(code).has_value()) << code;
    EXPECT_THROW(Currency::of(code), Error) << code;
  }
}

TEST(Currency, NamesTheNearest) {
  const auto message = [](std::string_view code) -> std::string {
    try {
      Currency::of(code);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message("EUX"), "unknown currency 'EUX'; did you mean 'EUR'?");
  EXPECT_EQ(message("usd"), "unknown currency 'usd'; did you mean 'USD'?");
  EXPECT_EQ(message("dollars"), "unknown currency 'dollars'");
}

TEST(Currency, Compares) {
  EXPECT_EQ(Currency::of("EUR"), Currency::of("EUR"));
  EXPECT_NE(Currency::of("EUR"), Currency::of("USD"));
  EXPECT_LT(Currency::of("EUR"), Currency::of("USD"));
}

/// The fields of a line of comma-separated values; fields in quotes may hold commas.
std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

TEST(Currency, MatchesThePublishedList) {
  const std::filesystem::path path = std::filesystem::path(RECKONER_SOURCE_DIR) /
                                     "../shared/data/fx-and-iso4217/iso4217-codes-all.csv";
  if (!std::filesystem::exists(path)) {
    std::cout << "NOT CHECKED against ISO 4217: " << path.lexically_normal() << " is absent\n";
    return;
  }
  std::ifstream file(path);
  std::string line;
  ASSERT_TRUE(std::getline(file, line));
  ASSERT_EQ(fields_of(line),
            (std::vector<std::string>{"Entity", "Currency", "AlphabeticCode", "NumericCode",
                                      "MinorUnit", "WithdrawalDate"}));
  std::map<std::string, std::string> minor_units;
  std::map<std::string, bool> active;
  while (std::getline(file, line)) {
    const std::vector<std::string> fields = fields_of(line);
    ASSERT_EQ(fields.size(), 6u) << line;
    const std::string& code = fields[2];
    if (code.empty()) continue;
    const bool is_active = fields[5].empty() && fields[4] != "-";
    active[code] = active[code] || is_active;
    if (is_active) minor_units[code] = fields[4];
  }
  EXPECT_GT(minor_units.size(), 150u);
  for (const auto& [code, is_active] : active) {
    const auto currency = Currency::find(code);
    ASSERT_EQ(currency.has_value(), is_active) << code;
    if (is_active) {
      EXPECT_EQ(std::to_string(currency->minor_digits()), minor_units[code]) << code;
    }
  }
  // No code beside the published ones.
  std::size_t known = 0;
  for (char a = 'A'; a <= 'Z'; ++a) {
    for (char b = 'A'; b <= 'Z'; ++b) {
      for (char c = 'A'; c <= 'Z'; ++c) known += Currency::find(std::string{a, b, c}).has_value();
    }
  }
  EXPECT_EQ(known, minor_units.size());
}

}  // namespace
}  // namespace reckoner::money

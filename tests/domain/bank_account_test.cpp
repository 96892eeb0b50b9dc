#include "domain/bank_account.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace reckoner::domain {
namespace {

TEST(BankAccount, ReadsAccountsOfTheRegistry) {
  EXPECT_EQ(parse_iban("DE89 3704 0044 0532 0130 00"), "DE89370400440532013000");
  EXPECT_EQ(parse_iban("gb29nwbk60161331926819"), "GB29NWBK60161331926819");
  EXPECT_EQ(parse_iban("NO9386011117947"), "NO9386011117947");
  EXPECT_EQ(parse_iban("MT84MALT011000012345MTLCAST001S"), "MT84MALT011000012345MTLCAST001S");
  EXPECT_EQ(grouped_iban("NO9386011117947"), "NO93 8601 1117 947");
}

TEST(BankAccount, RefusesEverySingleWrongDigitAndEveryTransposition) {
  const std::string iban = "DE89370400440532013000";
  for (std::size_t i = 2; i < iban.size(); ++i) {
    std::string wrong = iban;
    wrong[i] = iban[i] == '9' ? '0' : static_cast<char>(iban[i] + 1);
    EXPECT_THROW(parse_iban(wrong), Error) << wrong;
    if (i + 1 < iban.size() && iban[i] != iban[i + 1]) {
      wrong = iban;
      std::swap(wrong[i], wrong[i + 1]);
      EXPECT_THROW(parse_iban(wrong), Error) << wrong;
    }
  }
  for (const char* wrong : {"", "DE89", "8937040044053201300000", "DE89-3704-0044-0532-0130-00",
                            "DE893704004405320130000000000000000"}) {
    EXPECT_THROW(parse_iban(wrong), Error) << wrong;
  }
}

TEST(BankAccount, ReadsBics) {
  EXPECT_EQ(parse_bic("cobadeff"), "COBADEFF");
  EXPECT_EQ(parse_bic("COBADEFFXXX"), "COBADEFFXXX");
  for (const char* wrong : {"", "COBADEF", "COBADEFFXX", "C0BADEFF", "COBADEFF-XX"}) {
    EXPECT_THROW(parse_bic(wrong), Error) << wrong;
  }
}

}  // namespace
}  // namespace reckoner::domain

// What banks' files say. The files of tests/accounts/bank are written after real ones.

#include "accounts/bank_statement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "accounts/import.hpp"

namespace reckoner::accounts {
namespace {

using testing::HasSubstr;

std::string content_of(const std::string& name) {
  std::ifstream in(std::string(RECKONER_SOURCE_DIR) + "/tests/accounts/bank/" + name,
                   std::ios::binary);
  EXPECT_TRUE(in.is_open()) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

constexpr const char* kFirst = "2026-11-03.camt.053.001.02.xml";
constexpr const char* kSecond = "2026-11-05.camt.053.001.08.xml";

std::string message_of(const std::string& content) {
  try {
    read_bank_statement("day.xml", content);
  } catch (const Error& error) {
    return error.what();
  }
  return "fine";
}

TEST(Camt, EntriesAndBatchesOfVersion2) {
  const BankStatement statement = read_bank_statement(kFirst, content_of(kFirst));
  EXPECT_EQ(statement.pending, 1);
  ASSERT_EQ(statement.entries.size(), 5U);
  const BankEntry& first = statement.entries[0];
  EXPECT_EQ(first.account, "DE75512108001245126199");
  EXPECT_EQ(first.bank_id, "2026110312010001");
  EXPECT_EQ(time::to_string(first.booked_on), "2026-11-03");
  EXPECT_EQ(first.amount.to_string(), "80.00");
  EXPECT_EQ(first.counterparty, "Acme Inc.");
  EXPECT_EQ(first.counterparty_account, "DE02120300000000202051");
  EXPECT_EQ(first.end_to_end, "ACME-7781");
  EXPECT_EQ(first.remittance, "Invoice INV 2026 000001 thank you");
  EXPECT_FALSE(first.reversal);
  const BankEntry& structured = statement.entries[1];
  EXPECT_EQ(structured.bank_id, "2026110312010002/1") << "the bank repeats that of the entry";
  EXPECT_EQ(structured.remittance, "INV-2026-000002");
  EXPECT_EQ(statement.entries[2].amount.to_string(), "250.00");
  EXPECT_EQ(statement.entries[3].bank_id, "2026110312010002/3");
  EXPECT_EQ(statement.entries[3].end_to_end, "");
  const BankEntry& rent = statement.entries[4];
  EXPECT_EQ(rent.amount.to_string(), "-34.50");
  EXPECT_EQ(rent.counterparty, "Landlord");
  EXPECT_EQ(time::to_string(rent.booked_on), "2026-11-03");
}

TEST(Camt, ReversalsForeignMoneyAndOddBatchesOfVersion8) {
  const BankStatement statement = read_bank_statement(kSecond, content_of(kSecond));
  ASSERT_EQ(statement.entries.size(), 3U);
  const BankEntry& back = statement.entries[0];
  EXPECT_TRUE(back.reversal);
  EXPECT_EQ(back.amount.to_string(), "-80.00");
  EXPECT_EQ(back.end_to_end, "DD-1");
  EXPECT_EQ(back.counterparty, "Globex Corp") << "a reversal keeps the sides of what it takes back";
  const BankEntry& foreign = statement.entries[1];
  EXPECT_EQ(foreign.amount.to_string(), "92.31");
  EXPECT_EQ(foreign.instructed->to_string(), "80.00");
  EXPECT_EQ(foreign.instructed->currency().code(), "EUR");
  EXPECT_EQ(foreign.counterparty_account, "0012-55511");
  const BankEntry& cards = statement.entries[2];
  EXPECT_EQ(cards.bank_id, "ST-20261105-1#3") << "no reference of the bank";
  EXPECT_EQ(cards.doubt, "its 2 transactions sum to 80.00, not 78.40");
  EXPECT_EQ(cards.remittance, "card settlement less fees");
}

TEST(Camt, WhatCannotBeUsedIsRefusedWithItsPlace) {
  const std::string file = content_of(kFirst);
  EXPECT_EQ(message_of("\xef\xbb\xbf" + file), "fine");
  EXPECT_EQ(message_of(replaced(file, ">1425.50<", ">1425.51<")),
            "day.xml:5: statement '0352C5320261103' begins with 1000.00 and its entries make that "
            "1425.50, but it ends with 1425.51");
  EXPECT_THAT(message_of(replaced(file, "camt.053.001.02", "camt.054.001.02")),
              HasSubstr("neither camt.053.001.02 nor camt.053.001.08"));
  EXPECT_THAT(message_of(replaced(file, "Ccy=\"USD\">80.00", "Ccy=\"USD\">80,00")),
              HasSubstr("day.xml:23: '80,00' is not a decimal number"));
  EXPECT_THAT(message_of(replaced(file, "<Sts>BOOK</Sts>", "<Sts>MAYB</Sts>")),
              HasSubstr("'MAYB' is no status"));
  EXPECT_THAT(message_of(replaced(file, "2026-11-03</Dt></BookgDt>", "2026-13-03</Dt></BookgDt>")),
              HasSubstr("day.xml:26:"));
  EXPECT_NE(message_of(file.substr(0, file.size() / 2)), "fine");
  EXPECT_NE(message_of(replaced(file, "<Document",
                                "<!DOCTYPE x [<!ENTITY y SYSTEM \"/etc/passwd\">]><Document")),
            "fine");
}

TEST(BankCsv, SaysTheSameInColumns) {
  const BankStatement statement = read_bank_statement(
      "day.csv",
      "account,id,booked-on,amount,currency,counterparty,counterparty-account,text,end-to-end,"
      "reversal\n"
      "DE75,17,2026-11-03,80.00,USD,Acme,DE02,\"INV-2026-000001, thanks\",E-1,false\n"
      "DE75,18,2026-11-04,-80.00,USD,Acme,DE02,,E-1,true\n");
  ASSERT_EQ(statement.entries.size(), 2U);
  EXPECT_EQ(statement.entries[0].remittance, "INV-2026-000001, thanks");
  EXPECT_TRUE(statement.entries[1].reversal);
  try {
    read_bank_statement(
        "day.csv",
        "account,id,booked-on,amount,currency\n"
        "DE75,1,2026-11-03,0,USD\nDE75,2,03.11.2026,1.00,USD\nDE75,,2026-11-03,1.005,USD\n");
    FAIL();
  } catch (const ImportError& error) {
    EXPECT_EQ(error.total(), 4U) << testing::PrintToString(error.problems());
    EXPECT_EQ(error.problems().front(), "day.csv:2: a transaction of nothing is none");
  }
}

}  // namespace
}  // namespace reckoner::accounts

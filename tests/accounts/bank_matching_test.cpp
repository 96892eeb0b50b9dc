// Whose money a transaction is, where that is sure.

#include "accounts/bank_matching.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reckoner::accounts {
namespace {

using money::Money;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using Verdict = Match::Verdict;

Money usd(std::string_view amount, std::string_view currency = "USD") {
  return Money(money::Decimal::parse(amount), money::Currency::of(currency));
}

TEST(Candidates, AreWordsAsTheyStandAndTogether) {
  const auto candidates = candidates_in("Inv. 2026/000123 of inv-2026-000007; ACME (Zürich)!");
  for (const char* there : {"INV-2026-000007", "inv-2026-000007", "INV-2026/000123", "2026/000123",
                            "ACME", "Zürich", "INV/2026/000123"}) {
    EXPECT_THAT(candidates, Contains(there));
  }
  EXPECT_THAT(candidates_in("INV 2026 000123"), Contains("INV-2026-000123"));
  EXPECT_THAT(candidates_in("INV2026000123"), Not(Contains("INV-2026-000123")));
  std::string long_text;
  for (int i = 0; i < 2000; ++i) long_text += std::to_string(i) + " ";
  EXPECT_LE(candidates_in(long_text).size(), 400U);
  EXPECT_TRUE(candidates_in(" .-/ ").empty());
}

class Matching : public testing::Test {
 protected:
  Matching() {
    payer(1, "acme", {{"INV-1", usd("80.00")}, {"INV-2", usd("20.00")}});
    payer(2, "globex",
          {{"INV-3", usd("80.00")}, {"INV-4", usd("80.00")}, {"EUR-5", usd("7.00", "EUR")}});
  }
  void payer(std::int64_t id, std::string key, std::vector<PossiblePayer::Document> documents) {
    PossiblePayer& payer = facts_.payers[{id}];
    payer.customer = {id};
    payer.key = key;
    for (const auto& document : documents) {
      facts_.by_document[document.number] = {id};
      const std::string code(document.open.currency().code());
      payer.balance.try_emplace(code, Money(document.open.currency())).first->second +=
          document.open;
    }
    payer.documents = std::move(documents);
    facts_.by_key[key] = {id};
  }
  static BankEntry entry(std::string_view amount, std::string text, std::string from = "",
                         std::string end_to_end = "") {
    return {.account = "A",
            .bank_id = "1",
            .amount = usd(amount),
            .instructed = std::nullopt,
            .counterparty_account = std::move(from),
            .end_to_end = std::move(end_to_end),
            .remittance = std::move(text)};
  }
  /// "acme INV-1", "open", "aside".
  std::string matched(const BankEntry& entry) {
    last_ = match(entry, facts_);
    if (last_.verdict == Verdict::kOpen) return "open";
    if (last_.verdict == Verdict::kAside) return "aside";
    return facts_.payers.at(*last_.customer).key + " " + last_.document;
  }

  MatchFacts facts_;
  Match last_;
};

TEST_F(Matching, ByTheNumberOfADocument) {
  EXPECT_EQ(matched(entry("80.00", "inv 1")), "acme INV-1");
  EXPECT_EQ(last_.why, "it names INV-1");
  EXPECT_EQ(matched(entry("5.00", "INV-2, first part")), "acme INV-2");
  EXPECT_EQ(last_.why, "it names INV-2, of which 20.00 USD was open");
  EXPECT_EQ(matched(entry("15.00", "INV-2, the rest")), "acme INV-2");
  EXPECT_EQ(last_.why, "it names INV-2");
  EXPECT_EQ(matched(entry("160.00", "INV-3 and INV-4")), "globex ");
}

TEST_F(Matching, NotWhereTheNumbersDisagree) {
  EXPECT_EQ(matched(entry("80.00", "INV-1 INV-3")), "open");
  EXPECT_EQ(last_.why, "it names documents of 2 customers");
  EXPECT_EQ(matched(entry("7.00", "EUR-5")), "open");
  EXPECT_EQ(last_.why, "EUR-5 is in EUR, and 7.00 USD came in");
}

TEST_F(Matching, ByTheKeyWhereTheAmountSaysSo) {
  EXPECT_EQ(matched(entry("20.00", "for acme")), "acme INV-2");
  EXPECT_EQ(matched(entry("80.00", "for acme")), "acme INV-1");
  EXPECT_EQ(matched(entry("20.00", "for acme")), "open") << "it is paid now";
  EXPECT_EQ(matched(entry("80.00", "globex")), "open") << "two documents ask for that";
  EXPECT_EQ(matched(entry("160.00", "globex")), "globex ");
  EXPECT_THAT(last_.why, HasSubstr("all that is owed"));
  EXPECT_EQ(matched(entry("20.00", "acme globex")), "open");
}

TEST_F(Matching, ByTheAccountThatHasPaidBefore) {
  EXPECT_EQ(matched(entry("20.00", "October", "DE1")), "open");
  facts_.by_account["DE1"] = {{1}};
  facts_.by_account["DE2"] = {{1}, {2}};
  EXPECT_EQ(matched(entry("19.00", "October", "DE1")), "open");
  EXPECT_THAT(last_.why, HasSubstr("no open document of that amount"));
  EXPECT_EQ(matched(entry("20.00", "October", "DE1")), "acme INV-2");
  EXPECT_EQ(matched(entry("80.00", "October", "DE2")), "open");
}

TEST_F(Matching, WhatGoesBackTakesBackWhatCameIn) {
  BankEntry back = entry("-80.00", "", "", "E-1");
  EXPECT_EQ(matched(back), "aside") << "money out";
  back.reversal = true;
  EXPECT_EQ(matched(back), "open") << "of nothing that is known";
  EXPECT_EQ(matched(entry("80.00", "INV-1", "", "E-1")), "acme INV-1");
  back.amount = usd("-79.00");
  EXPECT_EQ(matched(back), "open");
  back.amount = usd("-80.00");
  EXPECT_EQ(matched(back), "acme INV-1");
  EXPECT_EQ(matched(back), "open") << "once";
}

TEST_F(Matching, WhatSeveralHavePaidUnderOneNameGoesBackByPeople) {
  EXPECT_EQ(matched(entry("80.00", "INV-1", "DE1", "RENT")), "acme INV-1");
  EXPECT_EQ(matched(entry("80.00", "INV-3", "DE2", "RENT")), "globex INV-3");
  BankEntry back = entry("-80.00", "", "", "RENT");
  back.reversal = true;
  EXPECT_EQ(matched(back), "open");
  back.counterparty_account = "DE2";
  EXPECT_EQ(matched(back), "globex INV-3");
  back.counterparty_account = "DE1";
  back.account = "another of ours";
  EXPECT_EQ(matched(back), "open");
}

TEST_F(Matching, DoubtsAndForeignMoneyAreForPeople) {
  BankEntry doubtful = entry("80.00", "INV-1");
  doubtful.doubt = "odd";
  EXPECT_EQ(matched(doubtful), "open");
  EXPECT_EQ(last_.why, "odd");
  BankEntry foreign = entry("80.00", "INV-1");
  foreign.instructed = usd("70.00", "EUR");
  EXPECT_EQ(matched(foreign), "open");
  EXPECT_EQ(last_.why, "70.00 EUR were ordered, and 80.00 USD came in");
  EXPECT_EQ(matched(entry("80.00", "hello")), "open");
}

}  // namespace
}  // namespace reckoner::accounts

#include "web/console_world.hpp"

namespace reckoner::web {

namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class JournalApi : public ConsoleTest {
 protected:
  JournalApi() {
    world.run_by_hand();
    world.pay("acme", "5.00", "2026-11-10", "bank-1");
  }

  std::vector<std::string> pages(const std::string& limit) {
    std::vector<std::string> entries;
    std::string cursor;
    for (int page = 0; page < 20; ++page) {
      const text::Json found = get("/api/v1/journal", {{"limit", limit}, {"cursor", cursor}});
      for (const text::Json& line : found.at("items").as_array()) {
        entries.push_back(text_at(line, {"customer"}) + " " + text_at(line, {"entry"}) + " " +
                          text_at(line, {"account"}) + " " + text_at(line, {"amount"}));
      }
      if (found.at("next").is_null()) return entries;
      cursor = found.at("next").as_string();
    }
    return {};
  }
};

TEST_F(JournalApi, PagesHoldWholeEntriesAndMissNone) {
  const auto all = pages("500");
  EXPECT_THAT(all, Contains("acme payment:1 receivable -5.00"));
  EXPECT_EQ(pages("1"), all);
  EXPECT_EQ(pages("2"), all);
  EXPECT_THAT(refusal("GET", "/api/v1/journal", "", {{"cursor", "bm9uZQ"}}), HasSubstr("400"));
}

TEST_F(JournalApi, ShowsWhatIsAskedFor) {
  EXPECT_THAT(column(get("/api/v1/journal", {{"customer", "acme"},
                                             {"account", "receivable"},
                                             {"from", "2026-11-10"},
                                             {"to", "2026-11-10"}}),
                     "reference"),
              ElementsAre("bank-1"));
  EXPECT_THAT(refusal("GET", "/api/v1/journal", "", {{"customer", "nobody"}}),
              HasSubstr("400 there is no customer 'nobody'"));
  EXPECT_THAT(refusal("GET", "/api/v1/journal", "", {{"account", "gold"}}),
              HasSubstr("400 account: the chart has no account 'gold'"));
  EXPECT_THAT(refusal("GET", "/api/v1/journal", "", {{"from", "yesterday"}}),
              HasSubstr("400 from"));
  EXPECT_THAT(refusal("GET", "/api/v1/journal", "", {{"legal_entity", "none"}}), HasSubstr("400"));
}

TEST_F(JournalApi, BalancesSumToZero) {
  const text::Json all = get("/api/v1/journal/balances");
  EXPECT_THAT(all.at("out_of_balance").as_array(), IsEmpty());
  money::Decimal sum;
  for (const text::Json& balance : all.at("balances").as_array()) {
    sum += money::Decimal::parse(text_at(balance, {"closing"}));
  }
  EXPECT_EQ(sum, money::Decimal());
  EXPECT_THAT(
      get("/api/v1/journal/balances", {{"account", "receivable"}}).at("balances").as_array(),
      SizeIs(1));
  EXPECT_THAT(column(get("/api/v1/journal/accounts"), "account"), Contains("receivable"));
}

TEST_F(JournalApi, MonthsAreClosedAndOpenedAgainInTheOpen) {
  world.set_clock("2026-12-05T00:00:00Z");
  EXPECT_THAT(refusal("POST", "/api/v1/journal/close", R"({"month": "2026-12"})"),
              HasSubstr("409 2026-12 of legal entity 'default' is not over"));
  EXPECT_THAT(refusal("POST", "/api/v1/journal/close", R"({"month": "December"})"),
              HasSubstr("400 month"));
  const text::Json closed = post("/api/v1/journal/close", R"({"month": "2026-11"})");
  EXPECT_EQ(text_at(closed, {"month"}), "2026-11");
  EXPECT_THAT(refusal("POST", "/api/v1/journal/close", R"({"month": "2026-11"})"),
              HasSubstr("409"));
  EXPECT_THAT(refusal("POST", "/api/v1/journal/reopen", R"({"month": "2026-11"})"),
              HasSubstr("400 reason"));
  post("/api/v1/journal/reopen", R"({"month": "2026-11", "reason": "a payment was late"})");
  const text::Json closings = get("/api/v1/journal/closings");
  EXPECT_THAT(column(closings, "action"), ElementsAre("close", "reopen"));
  EXPECT_THAT(column(closings, "stands"), ElementsAre("false", "false"));
  EXPECT_THAT(column(closings, "by"), ElementsAre("key 0 'boss'", "key 0 'boss'"));
  EXPECT_THAT(actions(), ElementsAre("journal.reopen", "journal.close"));
}

TEST_F(JournalApi, ADocumentIsComputedAgain) {
  const std::string number = world.last_document("acme").number;
  const text::Json replayed = get("/api/v1/replay/" + number);
  EXPECT_EQ(text_at(replayed, {"same"}), "true");
  EXPECT_EQ(text_at(replayed, {"document", "number"}), number);
  EXPECT_THAT(refusal("GET", "/api/v1/replay/INV-1"), HasSubstr("404"));
}

}  // namespace

}  // namespace reckoner::web

#include "exports/journal_writer.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "ledger.hpp"
#include "text/csv.hpp"

namespace reckoner::exports {
namespace {

using testing::HasSubstr;

const domain::Chart kChart = domain::standard_chart();
const domain::AccountPaths kPaths(kChart, {});

TEST(JournalWriter, WritesForHledgerAndLedger) {
  EXPECT_EQ(written<JournalWriter>(some_entries(), JournalFormat::kHledger, kPaths),
            R"(commodity EUR
  format 1000.00 EUR

account Liabilities:Prepaid

account Assets:Receivable

account Income:Revenue

account Liabilities:Tax

2026-11-01 * (INV-2026-000001) document:1 acme
    ; customer: acme
    ; legal-entity: default
    ; reference: INV-2026-000001
    Liabilities:Prepaid  30.00 EUR
    Assets:Receivable  100.90 EUR
    Income:Revenue  -110.00 EUR
    Liabilities:Tax  -20.90 EUR

commodity JPY

account Assets:Cash

2026-11-02 * payment:1 Müller, (x) / "y"
    ; customer: Müller, (x) / "y"
    ; legal-entity: default
    ; reference: =wire, "7" 
    Assets:Cash  1500 JPY
    Assets:Receivable  -1500 JPY

commodity BHD
  format 1000.000 BHD

account Equity:Former:Old-account

account Assets:Between-Entities

2026-11-03 * transfer:1:BHD:in acme
    ; customer: acme
    ; legal-entity: de
    Equity:Former:Old-account  1.500 BHD
    Assets:Between-Entities  -1.500 BHD

)");
}

TEST(JournalWriter, WritesForBeancount) {
  const std::string text =
      written<JournalWriter>(some_entries(), JournalFormat::kBeancount, kPaths);
  EXPECT_THAT(text, HasSubstr(R"(2026-11-01 * "acme" "document:1"
  reference: "INV-2026-000001"
  legal-entity: "default"
  Liabilities:Prepaid  30.00 EUR
)"));
  EXPECT_THAT(text, HasSubstr(R"(2026-11-02 * "Müller; [x] | \"y\"" "payment:1"
  reference: "=wire, \"7\" "
)"));
  EXPECT_THAT(text, HasSubstr("1970-01-01 open Equity:Former:Old-account\n"));
}

TEST(JournalWriter, WritesRowsThatNoSpreadsheetRuns) {
  std::istringstream in(written<JournalWriter>(some_entries(), JournalFormat::kCsv, kPaths));
  text::CsvTable table(in);
  std::vector<std::string> rows;
  while (table.next()) {
    std::string row;
    for (const char* column : {"entry", "reference", "number", "path", "debit", "credit"}) {
      row += table.at(table.require(column)) + "|";
    }
    rows.push_back(row);
  }
  ASSERT_EQ(rows.size(), 8U);
  EXPECT_EQ(rows[0], "document:1|INV-2026-000001|2100|Liabilities:Prepaid|30.00||");
  EXPECT_EQ(rows[2], "document:1|INV-2026-000001|4000|Income:Revenue||110.00|");
  EXPECT_EQ(rows[4], "payment:1|'=wire, \"7\"\n|1000|Assets:Cash|1500||");
  EXPECT_EQ(rows[6], "transfer:1:BHD:in|||Equity:Former:Old-account|1.500||");
}

TEST(JournalWriter, DeclaresWhatEarlierFilesDoNot) {
  std::string text;
  JournalWriter writer(JournalFormat::kBeancount, kPaths,
                       [&](std::string_view piece) { text += piece; },
                       {"Assets:Receivable", "Liabilities:Tax"});
  writer.write(some_entries()[0]);
  writer.finish();
  EXPECT_THAT(writer.newly_declared(),
              testing::ElementsAre("Income:Revenue", "Liabilities:Prepaid"));
  EXPECT_THAT(text, testing::Not(HasSubstr("open Assets:Receivable")));
  EXPECT_THAT(text, HasSubstr("open Income:Revenue"));
}

TEST(JournalWriter, FormatsHaveNames) {
  EXPECT_EQ(journal_format_named("ledger"), JournalFormat::kHledger);
  EXPECT_EQ(journal_format_named("xls"), std::nullopt);
  for (const std::string& name : journal_format_names()) {
    EXPECT_TRUE(journal_format_named(name).has_value()) << name;
  }
}

TEST(JournalWriter, HandsOnPiecesOfALongFile) {
  std::vector<std::size_t> pieces;
  JournalWriter writer(JournalFormat::kHledger, kPaths,
                       [&](std::string_view piece) { pieces.push_back(piece.size()); });
  for (int i = 0; i < 2000; ++i) writer.write(some_entries()[0]);
  writer.finish();
  EXPECT_GT(pieces.size(), 3U);
  for (const std::size_t bytes : pieces) EXPECT_LT(bytes, 100'000U);
}

}  // namespace
}  // namespace reckoner::exports

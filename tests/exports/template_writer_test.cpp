#include "exports/template_writer.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "config/files.hpp"
#include "config/readers.hpp"
#include "golden_files.hpp"
#include "ledger.hpp"

namespace reckoner::exports {
namespace {

using domain::ExportTemplate;

const domain::Chart kChart = domain::standard_chart();

ExportTemplate shipped(const std::string& name) {
  const std::string file = "config/exports/" + name + ".xml";
  return config::read_export_template(config::parse_xml(file, test::read_source(file)).root());
}

/// A golden file beside the tests: the example that docs/exports.md speaks of.
TEST(TemplateWriter, WritesTheShippedExamples) {
  for (const char* name : {"sap-style", "dynamics-style", "datev-style"}) {
    const ExportTemplate layout = shipped(name);
    EXPECT_EQ(written<TemplateWriter>(some_entries(), layout, kChart),
              test::read_source(std::string("tests/exports/golden/") + name + ".csv"))
        << name;
  }
}

TEST(TemplateWriter, CutsOffTextsByCharacters) {
  ExportTemplate layout = shipped("sap-style");
  layout.header = false;
  layout.quotes = ExportTemplate::Quotes::kNeeded;
  layout.separator = ';';
  layout.columns = {{.title = "a",
                     .field = domain::ExportField::kCustomer,
                     .text = {},
                     .format = {},
                     .length_max = 3}};
  EXPECT_EQ(written<TemplateWriter>({some_entries()[1]}, layout, kChart), "Mül\r\nMül\r\n");
}

TEST(TemplateWriter, QuotesWhatNeedsIt) {
  ExportTemplate layout = shipped("dynamics-style");
  layout.header = false;
  layout.encoding = ExportTemplate::Encoding::kUtf8;
  layout.columns = {
      {.title = "a", .field = domain::ExportField::kReference, .text = {}, .format = {}}};
  EXPECT_EQ(written<TemplateWriter>({some_entries()[1]}, layout, kChart),
            "\"'=wire, \"\"7\"\" \"\r\n\"'=wire, \"\"7\"\" \"\r\n");
}

TEST(ToWindows1252, HasWhatTheCodePageHas) {
  EXPECT_EQ(to_windows_1252("aß€Ž–ÿ日"), "a\xDF\x80\x8E\x96\xFF?");
}

std::map<std::string, money::Decimal> moved(const std::vector<EntryLine>& lines) {
  std::map<std::string, money::Decimal> sums;
  for (const EntryLine& of : lines) {
    sums[of.account + std::string(of.amount.currency().code())] =
        sums[of.account + std::string(of.amount.currency().code())] + of.amount.amount();
  }
  return sums;
}

RC_GTEST_PROP(PairOff, EveryAccountMovesWhatItMoves, ()) {
  const int count = *rc::gen::inRange(1, 8);
  std::vector<EntryLine> lines;
  money::Money sum(money::Currency::of("EUR"));
  for (int i = 0; i < count; ++i) {
    const int cents = *rc::gen::nonZero<int>() % 100'000;
    if (cents == 0) continue;
    const money::Money amount(money::Decimal::from_parts(cents, 2), sum.currency());
    lines.push_back({"account-" + std::to_string(i), amount});
    sum += amount;
  }
  if (!sum.is_zero()) lines.push_back({"rest", -sum});
  std::vector<EntryLine> paired;
  const auto pairs = pair_off(lines);
  for (const AccountPair& pair : pairs) {
    RC_ASSERT(pair.amount.sign() > 0);
    paired.push_back({pair.debited, pair.amount});
    paired.push_back({pair.credited, -pair.amount});
  }
  RC_ASSERT(moved(paired) == moved(lines));
  RC_ASSERT(pairs.size() < std::max<std::size_t>(lines.size(), 1U));
}

}  // namespace
}  // namespace reckoner::exports

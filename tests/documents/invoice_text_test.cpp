#include "documents/invoice_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "documents/outline.hpp"
#include "specimen.hpp"
#include "text/utf8.hpp"

namespace reckoner::documents {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(InvoiceText, ReadsLikeAnInvoice) {
  EXPECT_EQ(to_text(specimen(), specimen_issuer()),
            R"(Stratos Ltd
1 Main Street
London
VAT GB123456789
help@stratos.example

INVOICE R-2026-000042

Customer   Müller & Söhne (acme)
Issued     1 November 2026
Due        15 November 2026
Currency   USD

Adjustment to September 2026, 1 September 2026 to 30 September 2026
  Bandwidth above the allowance                        10 MB            0.30

October 2026, 1 October 2026 to 31 October 2026
  Professional, monthly fee                          31 days          100.00
  Bandwidth above the allowance                       464 MB           13.92
    15 October 2026 to 31 October 2026

Brought forward                                                        40.00
Total                                                                 114.22
Payments                                                             -100.00
----------------------------------------------------------------------------
Carried forward: amount due, USD                                       54.22

Payments
  5 October 2026  TX-1                                                 60.00
  20 October 2026  TX-2, by cheque                                     40.00
)");
}

TEST(InvoiceText, SaysThatAnInterimInvoiceIsNoBill) {
  domain::Document document = specimen();
  document.number.clear();
  document.issued_on.reset();
  document.due_on.reset();
  const std::string text = to_text(document, Issuer{});
  EXPECT_TRUE(text.starts_with("INTERIM INVOICE – not a bill\n\nCustomer "));
  EXPECT_THAT(text, Not(HasSubstr("Issued")));
  EXPECT_THAT(text, Not(HasSubstr("Due ")));
}

TEST(InvoiceText, NamesCreditAndNothingDue) {
  domain::Document document = specimen();
  document.kind = domain::DocumentKind::kCreditNote;
  document.lines.clear();
  document.payments.clear();
  document.total = document.payments_total = usd("0");
  document.brought_forward = document.carried_forward = usd("-12.00");
  EXPECT_THAT(to_text(document, Issuer{}), HasSubstr("CREDIT NOTE R-2026-000042\n"));
  EXPECT_THAT(to_text(document, Issuer{}),
              HasSubstr("Carried forward: credit in your favour, USD"));
  EXPECT_THAT(to_text(document, Issuer{}), HasSubstr("\nNo payments in this period.\n"));
  document.brought_forward = document.carried_forward = usd("0");
  EXPECT_THAT(to_text(document, Issuer{}), HasSubstr("Carried forward: nothing due, USD"));
}

TEST(InvoiceText, BreaksLongDescriptionsAndShowsNoControlCharacters) {
  domain::Document document = specimen();
  document.customer_name = "Evil\x1b[2J\nInc.";
  document.lines[0].line.description =
      "Datenübertragung über die vereinbarte Menge hinaus in der Region Südost, außerhalb der "
      "Zeiten";
  const std::string text = to_text(document, specimen_issuer());
  EXPECT_THAT(text, HasSubstr("Customer   Evil�[2J�Inc. (acme)\n"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(text::width(line), 76U) << line;
}

TEST(Outline, GroupsByPeriodAndAdjustment) {
  domain::Document document = specimen();
  document.lines.push_back(specimen_line("2026-W40", false, "x", "x", day(2026, 10, 1),
                                         day(2026, 10, 8), "1", "", "0.00"));
  document.lines.push_back(specimen_line("2026-10", false, "y", "y", day(2026, 10, 2),
                                         day(2026, 10, 3), "1", "", "0.00"));
  const auto groups = group_by_period(document);
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0].title, "Adjustment to September 2026");
  EXPECT_EQ(groups[1].title, "October 2026");
  EXPECT_EQ(groups[1].lines.size(), 3U);
  EXPECT_EQ(groups[1].last_day, day(2026, 10, 31));
  EXPECT_EQ(groups[2].title, "2026-W40");
  for (const char* label : {"2026-13", "2026-00", "2026-1x", "", "2026-10-01"}) {
    document.lines[0].period_label = label;
    EXPECT_EQ(group_by_period(document)[0].title, "Adjustment to " + std::string(label));
  }
}

}  // namespace
}  // namespace reckoner::documents

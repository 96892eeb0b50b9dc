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

std::string from(const std::string& text, std::string_view mark) {
  return text.substr(std::min(text.find(mark), text.size()));
}

TEST(InvoiceText, ShowsWhatStandsBetweenTheLinesAndTheBalance) {
  EXPECT_EQ(from(to_text(full_specimen(), specimen_issuer()), "Adjustment"),
            R"(Adjustment to September 2026, 1 September 2026 to 30 September 2026
  Bandwidth above the allowance                        10 MB            0.30
    tax 19 %

October 2026, 1 October 2026 to 31 October 2026
  Professional, monthly fee                          31 days          100.00
    tax 19 %
  Bandwidth above the allowance                       464 MB           13.92
    15 October 2026 to 31 October 2026, tax 7 %

Subtotal                                                              114.22
Coupon: Welcome to Stratos                                            -10.00
Coupon: Summer                                                         -4.22
Tax DE 19 % of 87.74                                                   16.67
----------------------------------------------------------------------------
Total                                                                 116.67
  includes 0.80 tax DE 7 % of 11.46, books
Brought forward                                                        40.00
Prepaid credit: Startup programme                                     -20.00
Payments                                                             -100.00
----------------------------------------------------------------------------
Carried forward: amount due, USD                                       36.67

Payments
  5 October 2026  TX-1                                                 60.00
  20 October 2026  TX-2, by cheque                                     40.00
)");
}

TEST(InvoiceText, SaysWhatACreditNoteCorrectsAndGivesBack) {
  EXPECT_EQ(from(to_text(credit_note_specimen(), specimen_issuer()), "CREDIT"),
            R"(CREDIT NOTE C-2026-000001

Customer   Müller & Söhne (acme)
Issued     1 November 2026
Due        15 November 2026
Currency   USD
Corrects   R-2026-000042
Reason     The line of October was charged although the service was not
           available

Adjustment to October 2026, 1 October 2026 to 31 October 2026
  Professional, monthly fee                         -31 days         -100.00

Subtotal                                                             -100.00
Coupon given back: Welcome to Stratos                                  10.00
Tax DE 19 % of -90.00                                                 -17.10
----------------------------------------------------------------------------
Total                                                                -107.10
Brought forward                                                        50.89
Prepaid credit given back: Startup programme                           20.00
Payments                                                                0.00
----------------------------------------------------------------------------
Carried forward: credit in your favour, USD                           -36.21

No payments in this period.
)");
}

TEST(InvoiceText, NeedsNoSubtotalWherePricesContainTheTax) {
  domain::Document document = specimen();
  for (domain::DocumentLine& line : document.lines) line.tax_percent = 19;
  document.taxes = {specimen_tax("standard", "19", "95.98", "18.24", true)};
  domain::add_up(document);
  EXPECT_THAT(to_text(document, specimen_issuer()),
              HasSubstr(R"(    15 October 2026 to 31 October 2026

Brought forward                                                        40.00
Total                                                                 114.22
  includes 18.24 tax DE 19 % of 95.98
Payments                                                             -100.00
)"));
}

TEST(InvoiceText, BreaksLongTaxNotesAndTitles) {
  domain::Document document = full_specimen();
  const std::string note =
      "Reverse charge: the customer owes the tax (Article 196 of the VAT "
      "Directive, 2006/112/EC)\n";
  document.taxes = {specimen_tax("standard", "0", "100.00", "0.00", false, note),
                    specimen_tax("reduced", "0", "0.00", "0.00", true, note)};
  document.taxes[1].country = "";
  document.coupons[0].title = "A coupon whose title tells the whole story of how it was won";
  document.credits[0].title = document.coupons[0].title;
  document.reason = note;
  domain::add_up(document);
  const std::string text = to_text(document, specimen_issuer());
  EXPECT_THAT(text, HasSubstr(R"(
Tax DE 0 % of 100.00, Reverse charge: the customer owes                 0.00
  the tax (Article 196 of the VAT Directive, 2006/112/EC)�
)"));
  EXPECT_THAT(text, HasSubstr("\n  includes 0.00 tax 0 % of 0.00, Reverse charge: "));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(text::width(line), 76U) << line;
}

TEST(InvoiceText, ShowsAllMinorDigitsOfTheCurrency) {
  const auto currency = money::Currency::of("BHD");
  const auto dinar = [&](std::string_view amount) {
    return money::Money(money::Decimal::parse(amount), currency);
  };
  domain::Document document = specimen();
  document.currency = currency;
  document.lines.erase(document.lines.begin() + 1, document.lines.end());
  document.lines[0].line.amount = dinar("12.5");
  document.lines[0].line.quantity = money::Decimal::parse("0.000125");
  document.payments.clear();
  document.coupons = {{1, "Summer", dinar("2.5")}};
  document.taxes = {{"BH", "standard", 10, dinar("10"), dinar("1"), false, ""}};
  document.brought_forward = dinar("0");
  domain::add_up(document);
  const std::string text = to_text(document, Issuer{});
  EXPECT_THAT(text, HasSubstr("0.000125 MB          12.500\n"));
  EXPECT_THAT(text, HasSubstr(R"(
Subtotal                                                              12.500
Coupon: Summer                                                        -2.500
Tax BH 10 % of 10.000                                                  1.000
----------------------------------------------------------------------------
Total                                                                 11.000
)"));
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

TEST(Outline, NamesTheRateOfALineWhereTheyDiffer) {
  domain::Document document = specimen();
  EXPECT_FALSE(has_several_rates(document));
  document.lines[1].tax_percent = money::Decimal::parse("7.7");
  EXPECT_TRUE(has_several_rates(document));
  EXPECT_EQ(rate_title(document.lines[1]), "tax 7.7 %");
  EXPECT_EQ(rate_title(document.lines[0]), "no tax");
  document.lines.clear();
  EXPECT_FALSE(has_several_rates(document));
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

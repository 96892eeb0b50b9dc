#include "documents/ubl.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"
#include "documents/vat_breakdown.hpp"
#include "documents/xml_writer.hpp"
#include "en16931.hpp"
#include "invoicing/tax.hpp"
#include "printed_specimen.hpp"

namespace reckoner::documents {
namespace {

using testing::HasSubstr;
using testing::Not;

/// The lines taxed by the program's own arithmetic.
void tax(domain::Document& document, const invoicing::TaxDecision& decision, bool included,
         const std::string& category = "standard") {
  std::vector<invoicing::TaxableLine> lines;
  for (domain::DocumentLine& line : document.lines) {
    line.line.tax = category;
    line.tax_percent = decision.percent;
    lines.push_back({category, decision, line.line.amount, included});
  }
  document.taxes = invoicing::tax_of(lines, document.currency, invoicing::TaxRounding::kPerRate,
                                     money::Rounding::kHalfAwayFromZero)
                       .totals;
  domain::add_up(document);
}

Printed electronic() {
  Printed printed = printed_specimen();
  printed.details.country = "GB";
  return printed;
}

TEST(Ubl, KeepsTheRulesAtTheStandardRate) {
  const std::string ubl = to_ubl(electronic());
  EXPECT_EQ(broken_rules(ubl), "");
  EXPECT_THAT(ubl, HasSubstr("<cbc:ID>S</cbc:ID>"));
  EXPECT_THAT(ubl, HasSubstr("<cbc:TaxInclusiveAmount currencyID=\"EUR\">567.51<"));
  EXPECT_THAT(ubl, HasSubstr("<cbc:CompanyID>GB123456789</cbc:CompanyID>"));
  EXPECT_THAT(ubl, HasSubstr("<cbc:CompanyID>DE811907980</cbc:CompanyID>"));
  EXPECT_THAT(ubl, HasSubstr("<cbc:ID>PO-2026-117</cbc:ID>"));
  EXPECT_EQ(to_ubl(electronic()), ubl);
}

TEST(Ubl, SaysWhereTheBuyerIsAndHowItFindsTheInvoice) {
  Printed printed = electronic();
  domain::PostalAddress& address = printed.recipient.billing.address;
  const std::string ubl = to_ubl(printed);
  EXPECT_THAT(ubl, HasSubstr("<cbc:BuyerReference>04011000-12345-35</cbc:BuyerReference>"));
  for (const char* part :
       {"<cbc:StreetName>Hof 2</cbc:StreetName>",
        "<cbc:AdditionalStreetName>Hauptstraße 5</cbc:AdditionalStreetName>",
        "<cbc:CityName>Berlin</cbc:CityName>", "<cbc:PostalZone>10115</cbc:PostalZone>",
        "<cbc:IdentificationCode>DE</cbc:IdentificationCode>"}) {
    EXPECT_THAT(ubl, HasSubstr(part));
  }
  // Taxed in one country, at home in another.
  address.country = "CH";
  address.subdivision = "BE";
  address.street.push_back("im Hof");
  const std::string elsewhere = to_ubl(printed);
  EXPECT_EQ(broken_rules(elsewhere), "");
  for (const char* part :
       {"<cbc:IdentificationCode>CH</cbc:IdentificationCode>",
        "<cbc:CountrySubentity>BE</cbc:CountrySubentity>", "<cbc:Line>im Hof</cbc:Line>",
        "<cbc:CompanyID>DE811907980</cbc:CompanyID>"}) {
    EXPECT_THAT(elsewhere, HasSubstr(part));
  }
}

TEST(Ubl, KeepsTheRulesWithTwoRatesCouponsContainedTaxAndCredits) {
  Printed printed{
      .document = full_specimen(), .issuer = specimen_issuer(), .details = {}, .recipient = {}};
  printed.details.country = "GB";
  printed.recipient.country = "US";
  EXPECT_EQ(broken_rules(to_ubl(printed)), "");
}

TEST(Ubl, KeepsTheRulesOfAReducedRateExemptionReverseChargeAndOutOfScope) {
  struct Case {
    invoicing::TaxDecision decision;
    std::string_view category;
    std::string_view says;
  };
  for (const Case& each :
       std::vector<Case>{{{"DE", money::Decimal(7), ""}, "S", "<cbc:Percent>7</cbc:Percent>"},
                         {{"DE", money::Decimal(0), "Tax exempt"}, "E", "Tax exempt"},
                         {{"DE", money::Decimal(0), "Reverse charge"}, "AE", "VATEX-EU-AE"},
                         {{"US", std::nullopt, "Outside the scope of tax"}, "O", "VATEX-EU-O"},
                         {{"", std::nullopt, ""}, "O", "VATEX-EU-O"},
                         {{"DE", money::Decimal(0), ""}, "Z", "<cbc:Percent>0</cbc:Percent>"}}) {
    Printed printed = electronic();
    tax(printed.document, each.decision, false);
    const std::string ubl = to_ubl(printed);
    EXPECT_EQ(broken_rules(ubl), "") << ubl;
    EXPECT_THAT(ubl, HasSubstr(fmt::format("<cbc:ID>{}</cbc:ID>", each.category)));
    EXPECT_THAT(ubl, HasSubstr(std::string(each.says)));
  }
}

TEST(Ubl, KeepsTheRulesForCreditNotes) {
  Printed printed{.document = credit_note_specimen(),
                  .issuer = specimen_issuer(),
                  .details = {},
                  .recipient = {}};
  printed.details.country = "GB";
  printed.recipient.country = "US";
  const std::string ubl = to_ubl(printed);
  EXPECT_EQ(broken_rules(ubl), "");
  EXPECT_THAT(ubl, HasSubstr("<CreditNote xmlns="));
  EXPECT_THAT(ubl, HasSubstr("<cbc:TaxInclusiveAmount currencyID=\"USD\">107.10<"));
  EXPECT_THAT(ubl, HasSubstr("<cbc:ID>R-2026-000042</cbc:ID>"));
}

TEST(Ubl, RefusesWhatItCannotSay) {
  const auto reason_of = [](const Printed& printed) -> std::string {
    try {
      to_ubl(printed);
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  };
  Printed printed = electronic();
  printed.document.number.clear();
  EXPECT_EQ(reason_of(printed), "an interim invoice is no electronic invoice");
  printed = electronic();
  printed.recipient.country.clear();
  EXPECT_EQ(reason_of(printed), "an electronic invoice needs the country of customer 'acme'");
  printed = electronic();
  printed.issuer.tax_id.clear();
  EXPECT_EQ(reason_of(printed), "an electronic invoice needs the tax id of the legal entity");
  printed = electronic();
  tax(printed.document, {"DE", money::Decimal(0), "Reverse charge"}, false);
  printed.recipient.tax_id.clear();
  EXPECT_EQ(reason_of(printed), "an electronic invoice needs the tax id of customer 'acme'");
}

TEST(Ubl, NamesCannotBreakIt) {
  Printed printed = electronic();
  printed.document.customer_name = "A & <B> \"C\" ]]> \x01\xff";
  const std::string ubl = to_ubl(printed);
  EXPECT_EQ(broken_rules(ubl), "");
  EXPECT_THAT(ubl, HasSubstr("A &amp; &lt;B&gt; &quot;C&quot; ]]&gt; \uFFFD\uFFFD"));
}

RC_GTEST_PROP(Ubl, SumsHoldForAnyLinesAndRates, ()) {
  Printed printed = electronic();
  domain::Document& document = printed.document;
  document.lines.clear();
  const int count = *rc::gen::inRange(1, 12);
  for (int i = 0; i < count; ++i) {
    domain::DocumentLine line = eur_line("a", "b", "1", "GB", "0");
    line.line.amount = money::Money(
        money::Decimal::from_parts(*rc::gen::inRange(-100000, 100000), 2), document.currency);
    line.line.quantity = *rc::gen::inRange(-3, 100);
    document.lines.push_back(line);
  }
  const bool included = *rc::gen::arbitrary<bool>();
  const bool credit = *rc::gen::arbitrary<bool>();
  document.kind = credit ? domain::DocumentKind::kCreditNote : domain::DocumentKind::kInvoice;
  tax(document, {"DE", money::Decimal(*rc::gen::element(0, 7, 19, 25)), ""}, included);
  RC_ASSERT(broken_rules(to_ubl(printed)) == "");
}

}  // namespace
}  // namespace reckoner::documents

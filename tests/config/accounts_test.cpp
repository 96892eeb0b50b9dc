#include <gmock/gmock.h>

#include "base/error.hpp"
#include "cases.hpp"
#include "config/configuration.hpp"
#include "config/readers.hpp"
#include "schema.hpp"

namespace reckoner::config {
namespace {

using domain::Posted;

domain::Chart read(std::string_view content) {
  return read_accounts(parse_xml("accounts.xml", content).root());
}

std::string file(const std::string& elements) {
  return "<accounts xmlns=\"urn:reckoner:accounts:1\">" + elements + "</accounts>";
}

std::vector<std::string> told(const domain::Chart& chart) {
  std::vector<std::string> lines;
  for (const domain::LedgerAccount& account : chart.accounts) {
    lines.push_back(account.number + " " + account.name + " " + account.title);
  }
  for (const domain::PostingRule& rule : chart.rules) {
    lines.push_back(std::string(domain::to_string(rule.what)) + " " + rule.charge + rule.country +
                    rule.currency + " " + rule.account);
  }
  return lines;
}

TEST(Accounts, TheShippedFileIsTheStandardChart) {
  EXPECT_EQ(told(read(read_text(shipped_directory() / "accounts.xml"))),
            told(domain::standard_chart()));
}

TEST(Accounts, AFileAddsToTheStandardChartAndRenumbersIt) {
  const domain::Chart chart = read(file(R"(
    <account name="revenue" number="8400" title="Erlöse"/>
    <account name="traffic" number="8410"/>
    <revenue charge="bandwidth" account="traffic"/>)"));
  EXPECT_THAT(told(chart),
              testing::IsSupersetOf({"8400 revenue Erlöse", "8410 traffic traffic",
                                     "1200 receivable Receivables", "revenue  revenue",
                                     "revenue bandwidth traffic", "coupons  revenue"}));
}

TEST(Accounts, WhatIsNotSaidFollowsWhatIs) {
  const domain::Chart chart = read(file(R"(
    <account name="sales"/> <account name="gifts"/>
    <revenue account="sales"/> <credits-granted account="gifts"/>)"));
  EXPECT_EQ(account_for(chart, Posted::kCoupons, {}), "sales");
  EXPECT_EQ(account_for(chart, Posted::kRounding, {}), "sales");
  EXPECT_EQ(account_for(chart, Posted::kCreditsLapsed, {}), "gifts");
  EXPECT_EQ(account_for(chart, Posted::kPayments, {}), "cash");
}

TEST(Accounts, AConfigurationWithoutTheFileHasTheStandardChart) {
  EXPECT_EQ(told(parse(small_configuration()).chart), told(domain::standard_chart()));
}

TEST(Accounts, TheSchemaAcceptsWhatIsAccepted) {
  const Schema schema("accounts.xsd");
  EXPECT_TRUE(schema.accepts(read_text(shipped_directory() / "accounts.xml")));
  EXPECT_TRUE(schema.accepts(file(
      R"(<account name="a" number="1.2-X" title="A"/>
         <revenue charge="c" plan="P l a n" currency="EUR" legal-entity="de" account="a"/>
         <tax country="DE" category="reduced" percent="7.5" account="a"/>)")));
  EXPECT_FALSE(schema.accepts(file(R"(<revenue country="DE" account="a"/>)")));
  EXPECT_FALSE(schema.accepts(file(R"(<payments/>)")));
}

TEST(LegalEntities, TakeFromTheSettingsWhatTheyLeaveOut) {
  Files files = small_configuration();
  files.content["billing-config.xml"] = R"(<billing-config xmlns="urn:reckoner:billing-config:1">
  <settings>
    <setting name="billing.legalEntity.name" value="Example Ltd"/>
    <setting name="billing.legalEntity.address" value="1 High Street; London ;; UK"/>
    <setting name="billing.legalEntity.taxId" value="VAT GB1"/>
    <setting name="billing.invoice.number" value="{entity}-{year}-{seq:6}"/>
    <setting name="billing.creditNote.number" value="CN-{entity}-{seq}"/>
    <setting name="billing.payment.terms" value="P14D"/>
  </settings>
  <legal-entities>
    <legal-entity id="de" name="Example GmbH" address="Ring 1; 50667 Köln" tax-id="DE123"
                  time-zone="Europe/Berlin" invoice-number="RE-{year}-{seq:4}" payment-terms="P30D"/>
    <legal-entity id="ch" name="Example AG"/>
  </legal-entities>
  <engine id="monthly"><handlers><handler class="A"/></handlers></engine>
</billing-config>)";
  EXPECT_TRUE(Schema("billing-config.xsd").accepts(files.content["billing-config.xml"]));
  const Configuration configuration = parse(files);
  ASSERT_EQ(configuration.legal_entities.size(), 3U);
  const domain::LegalEntity& ours = configuration.legal_entity("");
  EXPECT_EQ(ours.name, "Example Ltd");
  EXPECT_THAT(ours.address, testing::ElementsAre("1 High Street", "London", "UK"));
  EXPECT_EQ(ours.tax_id, "VAT GB1");
  EXPECT_EQ(ours.invoice_pattern, "default-{year}-{seq:6}");
  const domain::LegalEntity& de = configuration.legal_entity("de");
  EXPECT_THAT(de.address, testing::ElementsAre("Ring 1", "50667 Köln"));
  EXPECT_EQ(de.zone, time::Zone::named("Europe/Berlin"));
  EXPECT_EQ(de.invoice_pattern, "RE-{year}-{seq:4}");
  EXPECT_EQ(de.credit_note_pattern, "CN-de-{seq}");
  EXPECT_EQ(de.payment_terms, std::chrono::days(30));
  const domain::LegalEntity& ch = configuration.legal_entity("ch");
  EXPECT_EQ(ch.invoice_pattern, "ch-{year}-{seq:6}");
  EXPECT_EQ(ch.zone, time::Zone::utc());
  EXPECT_EQ(ch.payment_terms, std::chrono::days(14));
  EXPECT_THROW(configuration.legal_entity("fr"), Error);
}

}  // namespace
}  // namespace reckoner::config

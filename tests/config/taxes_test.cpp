#include <gmock/gmock.h>

#include <map>

#include "base/error.hpp"
#include "cases.hpp"
#include "config/readers.hpp"

namespace reckoner::config {
namespace {

domain::TaxRules read(std::string_view content) {
  return read_taxes(parse_xml("taxes.xml", content).root());
}

/// A file of these attributes and, from its second line on, elements.
std::string file(const std::string& attributes, const std::string& elements) {
  return "<taxes xmlns=\"urn:reckoner:taxes:1\" " + attributes + ">\n" + elements + "\n</taxes>";
}

std::string message_of(const std::string& content) {
  try {
    static_cast<void>(read(content));
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

/// "standard 19 2021-01-01", in order.
std::vector<std::string> told(const domain::TaxRules& rules, std::string_view country) {
  std::vector<std::string> texts;
  for (const domain::TaxRate& rate : rules.rates) {
    if (rate.country != country) continue;
    texts.push_back(rate.category + " " + rate.percent.to_string() + " " +
                    (rate.from ? time::to_string(*rate.from) : "ever"));
  }
  return texts;
}

TEST(Taxes, AFileIsRead) {
  const domain::TaxRules rules = read(file(R"(home="DE" reverse-charge="FR  AT")",
                                           R"(  <country code="DE">
    <rate category="standard" percent="19"/>
    <rate category="reduced" percent="7"/>
    <rate category="standard" percent="16" from="2020-07-01"/>
  </country>
  <country code="FI"><rate category="standard" percent="25.5" from="2024-09-01"/></country>)"));
  EXPECT_EQ(rules.home, "DE");
  EXPECT_THAT(rules.reverse_charge, testing::ElementsAre("AT", "FR"));
  EXPECT_THAT(told(rules, "DE"),
              testing::ElementsAre("standard 19 ever", "reduced 7 ever", "standard 16 2020-07-01"));
  EXPECT_THAT(told(rules, "FI"), testing::ElementsAre("standard 25.5 2024-09-01"));
  EXPECT_EQ(rules.rates.back().place.line, 7);
  EXPECT_EQ(rules.rates.back().place.file, "taxes.xml");
}

TEST(Taxes, AnEmptyFileTaxesNothing) {
  const domain::TaxRules rules = read(file("", ""));
  EXPECT_EQ(rules.home, "");
  EXPECT_TRUE(rules.rates.empty());
}

TEST(Taxes, WhatIsRefusedIsSaidWithItsLine) {
  const auto in_de = [](const std::string& rates) {
    return file("", "<country code=\"DE\">\n" + rates + "\n</country>");
  };
  const std::map<std::string, std::string> cases{
      {"<taxes xmlns=\"urn:reckoner:taxes:2\"/>",
       "taxes.xml:1: the namespace of taxes is 'urn:reckoner:taxes:2'; write "
       "xmlns=\"urn:reckoner:taxes:1\""},
      {file(R"(home="de")", ""),
       "taxes.xml:1: attribute 'home' of taxes: 'de' is no country: two capital letters, such as "
       "DE"},
      {file(R"(home="DE")", ""), "taxes.xml:1: attribute 'home' of taxes: 'DE' has no rates below"},
      {file(R"(reverse-charge="FR Austria")", ""),
       "taxes.xml:1: attribute 'reverse-charge' of taxes: 'Austria' is no country: two capital "
       "letters, such as DE"},
      {file(R"(reverse-charge="FR AT FR")", ""),
       "taxes.xml:1: attribute 'reverse-charge' of taxes: 'FR' stands twice"},
      {file(R"(hom="DE")", ""),
       "taxes.xml:1: unknown attribute 'hom' of taxes; did you mean 'home'?"},
      {file("", R"(<land code="DE"/>)"), "taxes.xml:2: unknown element 'land' in taxes"},
      {file("", R"(<country code="DEU"><rate category="standard" percent="19"/></country>)"),
       "taxes.xml:2: attribute 'code' of country: 'DEU' is no country: two capital letters, such "
       "as DE"},
      {file("", "<country><rate category=\"standard\" percent=\"19\"/></country>"),
       "taxes.xml:2: country needs the attribute 'code'"},
      {file("", R"(<country code="DE"/>)"), "taxes.xml:2: country 'DE' has no rate"},
      {file("",
            "<country code=\"DE\"><rate category=\"standard\" percent=\"19\"/></country>\n"
            "<country code=\"DE\"><rate category=\"reduced\" percent=\"7\"/></country>"),
       "taxes.xml:3: country 'DE' is already declared at taxes.xml:2"},
      {in_de(R"(<rate category="standard" percent="-1"/>)"),
       "taxes.xml:3: attribute 'percent' of rate: '-1' is negative"},
      {in_de(R"(<rate category="standard" percent="100.5"/>)"),
       "taxes.xml:3: attribute 'percent' of rate: '100.5' is above 100"},
      {in_de(R"(<rate category="standard" percent="19 %"/>)"),
       "taxes.xml:3: attribute 'percent' of rate: '19 %' is not a number such as 12 or 0.05"},
      {in_de(R"(<rate category="standard"/>)"), "taxes.xml:3: rate needs the attribute 'percent'"},
      {in_de(R"(<rate percent="19"/>)"), "taxes.xml:3: rate needs the attribute 'category'"},
      {in_de(R"(<rate category="7" percent="19"/>)"),
       "taxes.xml:3: attribute 'category' of rate: '7' is not a name: a letter, then letters, "
       "digits, '-', '_' and '.', 64 at most"},
      {in_de(R"(<rate category="standard" percent="19" form="2020-07-01"/>)"),
       "taxes.xml:3: unknown attribute 'form' of rate"},
      {in_de(R"(<rate category="standard" percent="19" from="2021-02-29"/>)"),
       "taxes.xml:3: attribute 'from' of rate: '2021-02-29' is not a date such as 2026-10-31"},
      {in_de("<rate category=\"standard\" percent=\"16\" from=\"2020-07-01\"/>\n"
             "<rate category=\"standard\" percent=\"19\" from=\"2020-07-01\"/>"),
       "taxes.xml:4: rate 'standard' of DE from 2020-07-01 is already declared at taxes.xml:3"},
      {in_de("<rate category=\"standard\" percent=\"16\"/>\n"
             "<rate category=\"standard\" percent=\"19\"/>"),
       "taxes.xml:4: rate 'standard' of DE from ever is already declared at taxes.xml:3"},
      {in_de("<rate category=\"standard\" percent=\"16\" from=\"2020-07-01\"/>\n"
             "<rate category=\"standard\" percent=\"19\" from=\"2007-01-01\"/>"),
       "taxes.xml:4: rate 'standard' of DE is earlier than the one at taxes.xml:3: rates of a "
       "category stand in the order of their dates"},
      {in_de("<rate category=\"standard\" percent=\"16\" from=\"2020-07-01\"/>\n"
             "<rate category=\"standard\" percent=\"19\"/>"),
       "taxes.xml:4: rate 'standard' of DE is earlier than the one at taxes.xml:3: rates of a "
       "category stand in the order of their dates"},
  };
  for (const auto& [content, message] : cases) EXPECT_EQ(message_of(content), message) << content;
}

TEST(Taxes, TheShippedFileKnowsTheUnionAndTaxesNothingUntilHomeIsSet) {
  const domain::TaxRules rules = read(read_text(shipped_directory() / "taxes.xml"));
  EXPECT_EQ(rules.home, "");
  std::set<std::string> countries;
  for (const domain::TaxRate& rate : rules.rates) countries.insert(rate.country);
  EXPECT_EQ(countries.size(), 27U);
  EXPECT_EQ(countries, rules.reverse_charge);
  EXPECT_THAT(
      told(rules, "DE"),
      testing::ElementsAre("standard 19 ever", "standard 16 2020-07-01", "standard 19 2021-01-01",
                           "reduced 7 ever", "reduced 5 2020-07-01", "reduced 7 2021-01-01"));
}

TEST(Taxes, TheSchemaAcceptsTheShippedFileAndRefusesAnother) {
  const std::string directory = shipped_directory().string();
  const auto validate = [&](const std::string& name) {
    const std::string command = "xmllint --nonet --noout --schema '" + directory +
                                "/schema/taxes.xsd' '" + directory + "/" + name + "' 2>/dev/null";
    return std::system(command.c_str());
  };
  EXPECT_EQ(validate("taxes.xml"), 0) << "xmllint (package libxml2-utils) must be installed";
  EXPECT_NE(validate("meters.xml"), 0);
}

}  // namespace
}  // namespace reckoner::config

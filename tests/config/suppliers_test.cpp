#include <gmock/gmock.h>

#include "cases.hpp"
#include "config/configuration.hpp"
#include "config/readers.hpp"
#include "schema.hpp"

namespace reckoner::config {
namespace {

constexpr std::string_view kWhole = R"(<suppliers xmlns="urn:reckoner:suppliers:1">
  <supplier name="cloud" title="Cloud provider" currency="USD">
    <metered name="transit" meter="bandwidth" unit="GB" unit-size="1073741824">
      <graduated><tier up-to="10000" price="0.005"/><tier price="0.003"/></graduated>
      <from date="2027-01-01" price="0.002" minimum="100"/>
    </metered>
  </supplier>
  <supplier name="disks" currency="EUR">
    <metered name="disk" title="Disks" meter="storage" unit="MB" unit-size="1048576" price="0.0001"/>
  </supplier>
</suppliers>)";

std::vector<domain::SupplierPrice> read(std::string_view content) {
  return read_suppliers(parse_xml("suppliers.xml", content).root());
}

TEST(Suppliers, AFileIsReadWhole) {
  const auto prices = read(kWhole);
  ASSERT_EQ(prices.size(), 2U);
  EXPECT_EQ(prices[0].supplier_title, "Cloud provider");
  EXPECT_EQ(prices[0].currency.code(), "USD");
  ASSERT_EQ(prices[0].charge.terms.size(), 2U);
  EXPECT_TRUE(prices[0].charge.terms[1].effective.has_value());
  EXPECT_EQ(domain::metering_of(prices[0].charge)->meters.front(), "bandwidth");
  EXPECT_EQ(prices[1].supplier_title, "disks");
  EXPECT_EQ(prices[1].charge.title, "Disks");
}

TEST(Suppliers, TheSchemaTakesWhatIsRead) {
  const Schema schema("suppliers.xsd");
  EXPECT_TRUE(schema.accepts(std::string(kWhole)));
  const std::string shipped = read_text(shipped_directory() / "suppliers.xml");
  EXPECT_TRUE(schema.accepts(shipped));
  EXPECT_TRUE(read(shipped).empty());
  EXPECT_FALSE(schema.accepts(
      R"(<suppliers xmlns="urn:reckoner:suppliers:1"><supplier name="cloud"/></suppliers>)"));
}

TEST(Suppliers, AreAPartOfTheConfiguration) {
  Files files = read_directory(shipped_directory());
  files.content["suppliers.xml"] = kWhole;
  EXPECT_EQ(parse(files).supplier_prices.size(), 2U);
}

}  // namespace
}  // namespace reckoner::config

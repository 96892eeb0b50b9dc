#include <gmock/gmock.h>

#include "cases.hpp"
#include "config/configuration.hpp"
#include "config/readers.hpp"
#include "schema.hpp"

namespace reckoner::config {
namespace {

constexpr std::string_view kWhole = R"(<allocation xmlns="urn:reckoner:allocation:1">
  <cost-centre name="engineering" title="Engineering">
    <cost-centre name="search"><member customer="acme"/><member customer="globex"/></cost-centre>
    <cost-centre name="apps"><member plan="SMB"/></cost-centre>
  </cost-centre>
  <pool name="gpu" title="GPU cluster" currency="EUR" by="formula" minimum-percent="0.5"
        time-zone="Europe/Berlin" tax="reduced">
    <part meter="bandwidth" weight="0.60"/><part meter="storage" weight="0.40"/>
    <over cost-centre="engineering"/><over environment="production"/>
    <except customer="tests"/><except plan="Free"/>
  </pool>
  <pool name="rent" currency="USD" by="percent">
    <given customer="acme" percent="72"/><given customer="globex" percent="28"/>
  </pool>
</allocation>)";

domain::AllocationRules read(std::string_view content) {
  return read_allocation(parse_xml("allocation.xml", content).root());
}

TEST(Allocation, AFileIsReadWhole) {
  const domain::AllocationRules rules = read(kWhole);
  ASSERT_EQ(rules.cost_centres.size(), 1U);
  const domain::CostCentre& centre = rules.cost_centres.front();
  EXPECT_EQ(centre.title, "Engineering");
  ASSERT_EQ(centre.parts.size(), 2U);
  EXPECT_THAT(centre.parts[0].customers, testing::ElementsAre("acme", "globex"));
  EXPECT_THAT(centre.parts[1].plans, testing::ElementsAre("SMB"));
  EXPECT_EQ(centre.parts[1].title, "apps");

  const domain::CostPool* gpu = rules.pool("gpu");
  ASSERT_NE(gpu, nullptr);
  EXPECT_EQ(gpu->currency.code(), "EUR");
  EXPECT_EQ(gpu->zone.name(), "Europe/Berlin");
  EXPECT_EQ(gpu->engine, "monthly");
  EXPECT_EQ(gpu->tax, "reduced");
  EXPECT_EQ(gpu->minimum_percent.to_string(), "0.5");
  ASSERT_EQ(gpu->drivers.size(), 2U);
  EXPECT_EQ(gpu->drivers[1].meter, "storage");
  EXPECT_EQ(gpu->drivers[1].weight.to_string(), "0.4");
  EXPECT_THAT(gpu->cost_centres, testing::ElementsAre("engineering"));
  EXPECT_THAT(gpu->environments, testing::ElementsAre("production"));
  EXPECT_THAT(gpu->excluded_customers, testing::ElementsAre("tests"));
  EXPECT_THAT(gpu->excluded_plans, testing::ElementsAre("Free"));

  const domain::CostPool* rent = rules.pool("rent");
  ASSERT_NE(rent, nullptr);
  EXPECT_EQ(rent->title, "rent");
  ASSERT_EQ(rent->given.size(), 2U);
  EXPECT_EQ(rent->given[1].percent.to_string(), "28");
  EXPECT_EQ(rules.pool("house"), nullptr);
}

TEST(Allocation, TheSchemaTakesWhatIsRead) {
  const Schema schema("allocation.xsd");
  EXPECT_TRUE(schema.accepts(std::string(kWhole)));
  const std::string shipped = read_text(shipped_directory() / "allocation.xml");
  EXPECT_TRUE(schema.accepts(shipped));
  EXPECT_TRUE(read(shipped).pools.empty());
  EXPECT_FALSE(schema.accepts(
      R"(<allocation xmlns="urn:reckoner:allocation:1"><pool name="gpu" currency="USD"/></allocation>)"));
}

TEST(Allocation, AnAccountMayBeForAPool) {
  Files files = read_directory(shipped_directory());
  files.content["allocation.xml"] =
      R"(<allocation xmlns="urn:reckoner:allocation:1">
  <pool name="gpu" currency="USD" by="equal"/>
</allocation>)";
  std::string& accounts = files.content["accounts.xml"];
  accounts.replace(accounts.find("</accounts>"), 0,
                   R"(<revenue charge="allocation-gpu" account="revenue"/>)");
  EXPECT_EQ(parse(files).chart.rules.back().charge, "allocation-gpu");
}

}  // namespace
}  // namespace reckoner::config

#include "config/export_settings.hpp"

#include <gmock/gmock.h>

#include "cases.hpp"
#include "config/configuration.hpp"
#include "schema.hpp"

namespace reckoner::config {
namespace {

TEST(ExportSettings, AreThoseOfTheFiles) {
  Files files = read_directory(shipped_directory());
  files.content["accounts.xml"] = R"(<accounts xmlns="urn:reckoner:accounts:1">
    <account name="traffic" path="Income:Traffic"/><account name="more"/></accounts>)";
  EXPECT_NO_THROW(parse(files));
  const ExportSettings settings = read_export_settings(files);
  EXPECT_THAT(settings.paths, testing::ElementsAre(testing::Pair("traffic", "Income:Traffic")));
  std::vector<std::string> names;
  for (const domain::ExportTemplate& one : settings.templates) names.push_back(one.name);
  EXPECT_THAT(names, testing::ElementsAre("datev-style", "dynamics-style", "sap-style"));
  const domain::ExportTemplate& datev = settings.templates.front();
  EXPECT_EQ(datev.layout, domain::ExportTemplate::Layout::kPairs);
  EXPECT_EQ(datev.encoding, domain::ExportTemplate::Encoding::kWindows1252);
  EXPECT_EQ(datev.decimal_sign, ',');
  EXPECT_EQ(datev.columns.at(5).format, "ddMM");
}

TEST(ExportSettings, TheSchemaAcceptsWhatIsShipped) {
  const Schema schema("export-template.xsd");
  for (const auto& entry : std::filesystem::directory_iterator(shipped_directory() / "exports")) {
    EXPECT_TRUE(schema.accepts(read_text(entry.path()))) << entry.path();
  }
  const auto of = [](const std::string& column) {
    return "<export-template xmlns=\"urn:reckoner:export-template:1\" name=\"a\">" + column +
           "</export-template>";
  };
  EXPECT_TRUE(schema.accepts(of("<line text=\"x\"/><column field=\"amount\"/>")));
  EXPECT_FALSE(schema.accepts(of("<column field=\"amonut\"/>")));
  EXPECT_FALSE(schema.accepts(of("<column field=\"entry\" length=\"0\"/>")));
  EXPECT_FALSE(schema.accepts(of("")));
}

}  // namespace
}  // namespace reckoner::config

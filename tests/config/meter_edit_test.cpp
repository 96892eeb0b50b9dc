#include "config/meter_edit.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "config/xml_check.hpp"

namespace reckoner::config {
namespace {

constexpr std::string_view kText = R"(<?xml version="1.0"?>
<!-- <meter name="a"/> is not here -->
<meters xmlns="urn:reckoner:meters:1">
  <!-- The first. -->
  <meter name="a" event-type="e" aggregation="count" unit="u" group-by="x, y"/>
  <meter name='b' event-type="f" aggregation="sum" value="v" unit="u"
         title="B &gt; A">
    <!-- Why it is so. -->
    <dimension name="x" path="$.x"/>
    <metadata key="k" value="1"></metadata>
    <metadata key="l" value="2"/>
  </meter>
</meters>
)";

std::string edited(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(MeterEditTest, AMeterIsAddedAtTheEnd) {
  domain::Meter meter;
  meter.name = "c";
  meter.event_type = "g \"<&>\"";
  meter.aggregation = domain::Aggregation::kUniqueCount;
  meter.value = "$.user";
  meter.unit = "user";
  meter.title = "Users\tand\nmore";
  meter.group_by = {{"plan", "$.plan"}};
  meter.metadata = {{"team", "growth"}};
  const std::string text = with_meter(kText, meter);
  const std::string attributes =
      R"(event-type="g &quot;&lt;&amp;&gt;&quot;" aggregation="unique-count" value="$.user" )"
      R"(unit="user" title="Users&#9;and&#10;more")";
  EXPECT_EQ(text, edited(std::string(kText), "  </meter>\n</meters>",
                         "  </meter>\n  <meter name=\"c\" " + attributes + R"(>
    <dimension name="plan" path="$.plan"/>
    <metadata key="team" value="growth"/>
  </meter>
</meters>)"));
  EXPECT_NO_THROW(check_xml("meters.xml", text));
}

TEST(MeterEditTest, AFileWithoutMetersGetsItsFirst) {
  domain::Meter meter;
  meter.name = "c";
  meter.event_type = "g";
  meter.aggregation = domain::Aggregation::kCount;
  meter.unit = "event";
  EXPECT_EQ(with_meter(R"(<m:meters xmlns:m="urn:reckoner:meters:1"/>)", meter),
            R"(<m:meters xmlns:m="urn:reckoner:meters:1">
  <m:meter name="c" event-type="g" aggregation="count" unit="event"/>
</m:meters>)");
  EXPECT_EQ(with_meter(R"(<meters xmlns="urn:reckoner:meters:1"></meters>)", meter),
            R"(<meters xmlns="urn:reckoner:meters:1">
  <meter name="c" event-type="g" aggregation="count" unit="event"/>
</meters>)");
}

TEST(MeterEditTest, OnlyWhatIsSaidAnewChanges) {
  EXPECT_EQ(with_changed_meter(kText, "b", {.title = "New"}),
            edited(std::string(kText), "\n         title=\"B &gt; A\"", " title=\"New\""));
  EXPECT_EQ(with_changed_meter(kText, "b", {.title = ""}),
            edited(std::string(kText), "\n         title=\"B &gt; A\"", ""));
  EXPECT_EQ(
      with_changed_meter(kText, "a", {.description = "Some"}),
      edited(std::string(kText), "group-by=\"x, y\"", "group-by=\"x, y\" description=\"Some\""));
  EXPECT_EQ(with_changed_meter(kText, "b", {}), kText);
}

TEST(MeterEditTest, MetadataAndDimensionsAreReplacedWhole) {
  EXPECT_EQ(
      with_changed_meter(kText, "b", {.metadata = std::map<std::string, std::string>{{"m", "3"}}}),
      edited(std::string(kText), R"(
    <metadata key="k" value="1"></metadata>
    <metadata key="l" value="2"/>)",
             R"(
    <metadata key="m" value="3"/>)"));
  EXPECT_EQ(with_changed_meter(
                kText, "a",
                {.group_by = std::vector<domain::Meter::Dimension>{{"x", "$.x"}, {"z", "$.z"}}}),
            edited(std::string(kText), R"( group-by="x, y"/>)", R"(>
    <dimension name="x" path="$.x"/>
    <dimension name="z" path="$.z"/>
  </meter>)"));
  EXPECT_EQ(with_changed_meter(kText, "b", {.group_by = std::vector<domain::Meter::Dimension>{}}),
            edited(std::string(kText), "\n    <dimension name=\"x\" path=\"$.x\"/>", ""));
}

TEST(MeterEditTest, AMeterEnds) {
  EXPECT_EQ(
      with_changed_meter(kText, "a", {.ends_at = time::parse_instant("2026-11-29T20:00:00Z")}),
      edited(std::string(kText), "group-by=\"x, y\"",
             "group-by=\"x, y\" ends-at=\"2026-11-29T20:00:00Z\""));
  EXPECT_THROW(with_changed_meter(kText, "c", {}), Error);
}

}  // namespace
}  // namespace reckoner::config

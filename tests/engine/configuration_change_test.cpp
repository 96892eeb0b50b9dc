#include "engine/configuration_change.hpp"

#include <gmock/gmock.h>

namespace reckoner::engine {

namespace {

domain::Meter meter(std::string name) {
  domain::Meter made;
  made.name = std::move(name);
  made.event_type = "call";
  made.aggregation = domain::Aggregation::kCount;
  return made;
}

std::string refusal(const std::vector<domain::Meter>& before,
                    const std::vector<domain::Meter>& after,
                    const std::vector<std::string>& dropped) {
  try {
    refuse_forgotten_meters(before, after, dropped);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(ConfigurationChange, AMeterIsDroppedOnlyByName) {
  EXPECT_EQ(refusal({meter("a"), meter("b")}, {meter("a"), meter("b")}, {}), "");
  EXPECT_EQ(refusal({meter("a"), meter("b")}, {meter("a")}, {}),
            "the active configuration has the meter 'b', and this one does not: add it to "
            "meters.xml, or drop it with --drop-meter b");
  EXPECT_EQ(refusal({meter("a"), meter("b")}, {meter("a")}, {"b"}), "");
  EXPECT_EQ(refusal({meter("a"), meter("b")}, {meter("a")}, {"b", "a"}),
            "--drop-meter a: this configuration does not drop a meter of that name");
}

}  // namespace

}  // namespace reckoner::engine

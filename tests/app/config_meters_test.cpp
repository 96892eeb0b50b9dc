#include "app/config_meters.hpp"

#include <gmock/gmock.h>

namespace reckoner::app {

namespace {

domain::Meter meter(std::string name) {
  domain::Meter made;
  made.name = std::move(name);
  made.event_type = "call";
  made.aggregation = domain::Aggregation::kCount;
  return made;
}

TEST(ConfigMeters, SaysWhatBecomesOfEach) {
  domain::Meter changed = meter("changed");
  changed.title = "Another";
  domain::Meter ended = meter("ended");
  ended.ends_at = time::parse_instant("2026-11-01T00:00:00Z");
  EXPECT_THAT(meters_between({meter("changed"), meter("dropped"), meter("ended"), meter("same")},
                             {meter("added"), changed, ended, meter("same")}),
              testing::ElementsAre(MeterPlan{"added", "added"}, MeterPlan{"changed", "changed"},
                                   MeterPlan{"dropped", "dropped"}, MeterPlan{"ended", "ended"}));
}

}  // namespace

}  // namespace reckoner::app

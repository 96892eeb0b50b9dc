#include "metering/query_database.hpp"

namespace reckoner::metering {
namespace {

/// Meters that look at more than a fold keeps.
class PointQueryTest : public MeterQueryTest {
 protected:
  PointQueryTest() {
    for (const auto& [name, aggregation] :
         {std::pair{"models", Aggregation::kUniqueCount}, std::pair{"last", Aggregation::kLatest},
          std::pair{"hours", Aggregation::kTimeWeighted}, std::pair{"grown", Aggregation::kCounter},
          std::pair{"alive", Aggregation::kHeartbeat},
          std::pair{"p50", Aggregation::kPercentile}}) {
      domain::Meter made;
      made.name = name;
      made.event_type = "transfer";
      made.aggregation = aggregation;
      if (aggregation != Aggregation::kHeartbeat) made.value = "bytes";
      if (aggregation == Aggregation::kUniqueCount) made.value = "model";
      made.group_by = {{"region", "region"}};
      made.percentile = 50;
      made.gap = std::chrono::minutes(30);
      meters.push_back(made);
    }
  }
  const MeterQuery day = between("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z");
  const std::string span = "2026-10-05T00:00:00Z..2026-10-06T00:00:00Z = ";
};

TEST_F(PointQueryTest, EachKindMeasuresADay) {
  take({usage("a", "10", "2026-10-04T12:00:00Z"), usage("b", "4", "2026-10-05T12:00:00Z"),
        usage("c", "6", "2026-10-05T12:20:00Z", "acme", "llama"),
        usage("d", "2", "2026-10-05T18:00:00Z", "acme", "gpt")});
  EXPECT_THAT(ask("models", day), testing::ElementsAre(span + "2"));
  EXPECT_THAT(ask("last", day), testing::ElementsAre(span + "2"));
  EXPECT_THAT(ask("p50", day), testing::ElementsAre(span + "4"));
  // 10 until noon, 4 for 20 minutes, 6 until 18:00, 2 until midnight.
  EXPECT_THAT(ask("hours", day), testing::ElementsAre(span + "167.333333333333"));
  // From 10 to 4 is a start again, 4 to 6 grows 2, 6 to 2 is a start again.
  EXPECT_THAT(ask("grown", day), testing::ElementsAre(span + "8"));
  EXPECT_THAT(ask("alive", day), testing::ElementsAre(span + "0.333333333333"));
}

TEST_F(PointQueryTest, WindowsHaveTheirOwnMeasure) {
  take({usage("a", "10", "2026-10-05T10:30:00Z"), usage("b", "0", "2026-10-05T13:00:00Z")});
  MeterQuery hours = day;
  hours.window = WindowSize::kHour;
  const auto hour = [](int begin, std::string_view value) {
    return fmt::format("2026-10-05T{}:00:00Z..2026-10-05T{}:00:00Z = {}", begin, begin + 1, value);
  };
  EXPECT_THAT(ask("hours", hours),
              testing::ElementsAre(hour(10, "5"), hour(11, "10"), hour(12, "10"), hour(13, "0")));
  EXPECT_THAT(ask("last", hours), testing::ElementsAre(hour(10, "10"), hour(13, "0")));
  hours.from = time::parse_instant("2026-10-05T11:30:00Z");
  EXPECT_THAT(ask("hours", hours),
              testing::ElementsAre(hour(11, "5"), hour(12, "10"), hour(13, "0")));
}

TEST_F(PointQueryTest, GroupsSubjectsAndVoids) {
  take({usage("a", "10", "2026-10-05T10:00:00Z", "acme", "gpt", "eu")});
  take({usage("b", "5", "2026-10-05T11:00:00Z", "globex", "gpt", "us")});
  take({usage("c", "7", "2026-10-05T12:00:00Z", "globex", "llama", "us")});
  MeterQuery grouped = day;
  grouped.group_by = {"region"};
  const std::string window = "2026-10-05T00:00:00Z..2026-10-06T00:00:00Z ";
  EXPECT_THAT(ask("models", grouped),
              testing::ElementsAre(window + "[eu] = 1", window + "[us] = 2"));
  take_back("c");
  EXPECT_THAT(ask("models", grouped),
              testing::ElementsAre(window + "[eu] = 1", window + "[us] = 1"));
  grouped.subjects = {"globex"};
  grouped.by_subject = true;
  EXPECT_THAT(ask("last", grouped), testing::ElementsAre(window + "globex [us] = 5"));
  EXPECT_EQ(subjects_of_meter(connection, meter("last"), std::nullopt),
            (std::vector<std::string>{"acme", "globex"}));
  MeterQuery open;
  EXPECT_THAT(ask("last", open),
              testing::ElementsAre("2026-10-05T10:00:00Z..2026-10-05T11:01:00Z = 5"));
}

}  // namespace
}  // namespace reckoner::metering

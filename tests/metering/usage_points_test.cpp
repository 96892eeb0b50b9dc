#include "metering/usage_points.hpp"

#include "metering/cut.hpp"
#include "metering/metering_database.hpp"

namespace reckoner::metering {

namespace {

class UsagePointsTest : public MeteringTest {
 protected:
  UsagePointsTest() { give("acme", 1); }

  void add_meter(std::string name, domain::Aggregation aggregation, std::string value = "bytes") {
    domain::Meter made;
    made.name = std::move(name);
    made.event_type = "transfer";
    made.aggregation = aggregation;
    made.value = std::move(value);
    made.gap = std::chrono::minutes(20);
    meters.push_back(std::move(made));
  }
  std::string points() {
    return text(
        "select coalesce(string_agg(concat_ws(' ', customer_id, meter, "
        "to_char(occurred_at, 'HH24:MI'), seq, subject, coalesce(value::text, '-'), item), '; ' "
        "order by meter, occurred_at, seq), '') from usage_point");
  }
};

TEST_F(UsagePointsTest, FoldedMetersLeaveNone) {
  take({event("1", "5")});
  EXPECT_EQ(points(), "");
  EXPECT_EQ(number("select count(*) from usage_delta"), 1);
}

TEST_F(UsagePointsTest, EachEventLeavesOneForEachMeterThatLooksCloser) {
  add_meter("level", domain::Aggregation::kTimeWeighted);
  add_meter("different", domain::Aggregation::kUniqueCount);
  take({event("1", "5"), event("2", "7.50", "acme", "2026-10-05T11:00:00Z"), event("1", "5")});
  EXPECT_EQ(points(),
            "1 different 11:00 1 acme - 7.5; 1 different 12:00 0 acme - 5; "
            "1 level 11:00 1 acme 7.5 ; 1 level 12:00 0 acme 5 ");
  EXPECT_EQ(number("select count(*) from usage_point p join raw_event e on e.batch_id = p.batch_id "
                   "and e.seq = p.seq and e.occurred_at = p.occurred_at"),
            4)
      << "a point is found from its event";
  EXPECT_EQ(number("select sum(event_count)::bigint from usage_delta"), 6)
      << "counts are kept for all meters alike";
  take({event("1", "5")});
  EXPECT_EQ(number("select count(*) from usage_point"), 4) << "a duplicate adds none";
}

TEST_F(UsagePointsTest, ACutNotesHowFarAnEventReaches) {
  take({event("1", "5")});
  close_cut(connection, received_at);
  EXPECT_EQ(text("select first_at::text || ' ' || last_at::text from cut_touch where cut = 1"),
            "2026-10-05 12:00:00+00 2026-10-05 12:00:00+00");
  meters.clear();
  add_meter("alive", domain::Aggregation::kHeartbeat, "");
  take({event("2", "5")});
  close_cut(connection, received_at);
  EXPECT_EQ(text("select first_at::text || ' ' || last_at::text from cut_touch where cut = 2"),
            "2026-10-05 11:40:00+00 2026-10-05 12:20:00+00");
  add_meter("level", domain::Aggregation::kLatest);
  take({event("3", "5")});
  close_cut(connection, received_at);
  EXPECT_EQ(text("select first_at::text || ' ' || last_at::text from cut_touch where cut = 3"),
            "2026-10-05 11:40:00+00 infinity");
  merge_totals(connection);
  EXPECT_EQ(number("select count(*) from usage_total"), 3);
}

}  // namespace

}  // namespace reckoner::metering

#include "accounts/periods.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reckoner::accounts {
namespace {

time::Instant at(std::string_view text) {
  return time::parse_instant(text);
}

const time::CycleRule kZurich{.anchor_day = 31, .zone = time::Zone::named("Europe/Zurich")};
const time::CycleRule kUtc{.anchor_day = 1};

/// "2026-09-30T22:00:00Z 2026-10-31T23:00:00Z 31 2026-10" for each: bounds, days, label.
std::vector<std::string> shown(const std::vector<time::CyclePeriod>& periods) {
  std::vector<std::string> texts;
  for (const time::CyclePeriod& period : periods) {
    texts.push_back(time::to_string(period.period.starts_at) + " " +
                    time::to_string(period.period.ends_at) + " " + std::to_string(period.days()) +
                    " " + period.label);
  }
  return texts;
}

std::vector<std::string> missing(const time::CycleRule& rule,
                                 const std::optional<StoredPeriods>& stored, std::string_view from,
                                 std::string_view until = "") {
  return shown(
      missing_periods(rule, stored, {at(from), until.empty() ? time::Instant::max() : at(until)}));
}

using testing::ElementsAre;
using testing::IsEmpty;

TEST(MissingPeriods, AFirstSubscriptionStartsInOnePeriod) {
  EXPECT_THAT(missing(kZurich, std::nullopt, "2026-02-10T23:00:00Z"),
              ElementsAre("2026-01-30T23:00:00Z 2026-02-27T23:00:00Z 28 2026-01"));
  EXPECT_THAT(missing(kZurich, std::nullopt, "2026-02-27T23:00:00Z"),
              ElementsAre("2026-02-27T23:00:00Z 2026-03-30T22:00:00Z 31 2026-02"));
}

TEST(MissingPeriods, NoneWhereThePeriodsReach) {
  const StoredPeriods open{at("2026-10-01T00:00:00Z"), at("2026-11-01T00:00:00Z"), false};
  EXPECT_THAT(missing(kUtc, open, "2026-10-15T00:00:00Z"), IsEmpty());
  EXPECT_THAT(missing(kUtc, open, "2027-03-15T00:00:00Z"), IsEmpty());
  const StoredPeriods billed{at("2026-10-01T00:00:00Z"), at("2026-11-01T00:00:00Z"), true};
  EXPECT_THAT(missing(kUtc, billed, "2026-10-15T00:00:00Z", "2026-11-01T00:00:00Z"), IsEmpty());
}

TEST(MissingPeriods, ADormantCycleGoesOnWhereItEnded) {
  const StoredPeriods dormant{at("2026-10-01T00:00:00Z"), at("2026-11-01T00:00:00Z"), true};
  EXPECT_THAT(missing(kUtc, dormant, "2027-02-15T00:00:00Z"),
              ElementsAre("2026-11-01T00:00:00Z 2026-12-01T00:00:00Z 30 2026-11"));
}

TEST(MissingPeriods, EarlierOnesReachTheFirstWithoutAGap) {
  const StoredPeriods open{at("2026-10-01T00:00:00Z"), at("2026-11-01T00:00:00Z"), false};
  EXPECT_THAT(missing(kUtc, open, "2026-07-20T00:00:00Z", "2026-08-01T00:00:00Z"),
              ElementsAre("2026-07-01T00:00:00Z 2026-08-01T00:00:00Z 31 2026-07",
                          "2026-08-01T00:00:00Z 2026-09-01T00:00:00Z 31 2026-08",
                          "2026-09-01T00:00:00Z 2026-10-01T00:00:00Z 30 2026-09"));
}

TEST(MissingPeriods, EarlierOnesAndTheNextTogether) {
  const StoredPeriods dormant{at("2026-10-01T00:00:00Z"), at("2026-11-01T00:00:00Z"), true};
  EXPECT_THAT(missing(kUtc, dormant, "2026-09-30T00:00:00Z"),
              ElementsAre("2026-09-01T00:00:00Z 2026-10-01T00:00:00Z 30 2026-09",
                          "2026-11-01T00:00:00Z 2026-12-01T00:00:00Z 30 2026-11"));
}

TEST(MissingPeriods, AChangedRuleLeavesNoStub) {
  // The first period began in New York; the rule is UTC's by now.
  const StoredPeriods open{at("2026-10-01T04:00:00Z"), at("2026-11-01T04:00:00Z"), false};
  EXPECT_THAT(missing(kUtc, open, "2026-08-15T00:00:00Z"),
              ElementsAre("2026-08-01T00:00:00Z 2026-09-01T00:00:00Z 31 2026-08",
                          "2026-09-01T00:00:00Z 2026-10-01T04:00:00Z 30 2026-09"));
  // The day that begins four hours before the first period is no period of its own.
  EXPECT_THAT(missing(kUtc, open, "2026-10-01T00:00:00Z"),
              ElementsAre("2026-09-01T00:00:00Z 2026-10-01T04:00:00Z 30 2026-09"));
  // Another anchor: what is left is a shorter period.
  const time::CycleRule fifteenth{.anchor_day = 15};
  EXPECT_THAT(missing(fifteenth, open, "2026-09-01T00:00:00Z"),
              ElementsAre("2026-08-15T00:00:00Z 2026-09-15T00:00:00Z 31 2026-08",
                          "2026-09-15T00:00:00Z 2026-10-01T04:00:00Z 16 2026-09"));
}

}  // namespace
}  // namespace reckoner::accounts

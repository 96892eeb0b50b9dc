#include "app/sample_data.hpp"

#include <gtest/gtest.h>

namespace reckoner::app::sample_data {

namespace {

std::string months_at(std::string_view now) {
  const Months found = months(time::parse_instant(now));
  return time::to_string(found.before) + " " + time::to_string(found.month) + " " +
         time::to_string(found.next);
}

TEST(SampleData, TheMonthHasEndedInEveryZone) {
  EXPECT_EQ(months_at("2026-11-21T12:00:00Z"), "2026-09-01 2026-10-01 2026-11-01");
  EXPECT_EQ(months_at("2026-11-01T11:59:59Z"), "2026-08-01 2026-09-01 2026-10-01");
  EXPECT_EQ(months_at("2026-11-01T12:00:00Z"), "2026-09-01 2026-10-01 2026-11-01");
  EXPECT_EQ(months_at("2027-01-15T00:00:00Z"), "2026-11-01 2026-12-01 2027-01-01");
  const time::Instant ended = ended_everywhere(time::parse_date("2026-11-01"));
  for (const std::string& name : time::Zone::names()) {
    EXPECT_LE(time::Zone::named(name).start_of(time::parse_date("2026-11-01")), ended) << name;
  }
}

TEST(SampleData, FilesSpeakOfTheMonths) {
  const Months found = months(time::parse_instant("2026-11-21T12:00:00Z"));
  EXPECT_NE(file("subscriptions.csv", found).find("globex-1,globex,SMB,2026-09-01,2026-10-15\n"),
            std::string::npos);
  EXPECT_NE(file("payments.csv", found, {{"invoice:acme", "INV-1"}, {"invoice:stark", "INV-2"}})
                .find("2026-10-12,INV-1,"),
            std::string::npos);
}

}  // namespace

}  // namespace reckoner::app::sample_data

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <thread>

#include "time/expect.hpp"
#include "time/posix_rule.hpp"

namespace reckoner::time {
namespace {

using namespace std::chrono;

TEST(Zone, IsFoundByItsName) {
  EXPECT_EQ(Zone::named("Europe/Berlin").name(), "Europe/Berlin");
  EXPECT_EQ(Zone::named("Europe/Berlin"), Zone::named("Europe/Berlin"));
  EXPECT_EQ(Zone::utc(), Zone::named("UTC"));
  EXPECT_NE(Zone::named("Europe/Berlin"), Zone::utc());
}

TEST(Zone, UnknownNamesTheNearest) {
  EXPECT_EQ(message_of([] { Zone::named("Europe/Berln"); }),
            "unknown time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?");
  EXPECT_EQ(message_of([] { Zone::named("europe/berlin"); }),
            "unknown time zone 'europe/berlin'; did you mean 'Europe/Berlin'?");
  EXPECT_EQ(message_of([] { Zone::named("!"); }), "unknown time zone '!'");
  EXPECT_EQ(message_of([] { Zone::named("localtime"); }).substr(0, 29),
            "unknown time zone 'localtime'");
}

TEST(Zone, NamesAreSortedAndAllUsable) {
  const auto& names = Zone::names();
  EXPECT_GT(names.size(), 400U);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  for (const std::string& name : names) EXPECT_EQ(Zone::named(name).name(), name);
}

TEST(Zone, DatabaseHasAVersion) {
  EXPECT_THAT(Zone::database_version(), testing::MatchesRegex("20[0-9][0-9][a-z]"));
}

TEST(Zone, StartOfDay) {
  struct Row {
    const char* zone;
    const char* date;
    const char* starts_at;
  };
  const Row rows[] = {
      {"UTC", "2026-10-01", "2026-10-01T00:00:00Z"},
      {"Asia/Kolkata", "2026-10-01", "2026-09-30T18:30:00Z"},
      {"Pacific/Honolulu", "2026-10-01", "2026-10-01T10:00:00Z"},
      {"Pacific/Kiritimati", "2026-10-01", "2026-09-30T10:00:00Z"},
      {"Asia/Kathmandu", "2026-10-01", "2026-09-30T18:15:00Z"},
      {"Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z"},
      {"Europe/Berlin", "2026-03-30", "2026-03-29T22:00:00Z"},
      // Midnight does not exist: the day starts at one o'clock.
      {"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"},
      {"Asia/Beirut", "2023-03-26", "2023-03-25T22:00:00Z"},
      {"Africa/Cairo", "2024-04-26", "2024-04-25T22:00:00Z"},
      // The clock goes back from midnight: the evening before is longer.
      {"America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z"},
      {"Africa/Cairo", "2024-11-01", "2024-10-31T22:00:00Z"},
      // Midnight exists twice: the first counts.
      {"America/Havana", "2025-11-02", "2025-11-02T04:00:00Z"},
      {"America/Havana", "2025-11-03", "2025-11-03T05:00:00Z"},
      // The day does not exist: it is empty.
      {"Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z"},
      {"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"},
      {"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
      // Behind the list of changes in the zone's file.
      {"America/New_York", "2060-07-01", "2060-07-01T04:00:00Z"},
      {"America/New_York", "2060-12-01", "2060-12-01T05:00:00Z"},
      {"Europe/Berlin", "2050-03-27", "2050-03-26T23:00:00Z"},
      {"Europe/Berlin", "2050-03-28", "2050-03-27T22:00:00Z"},
      {"Australia/Sydney", "2100-01-01", "2099-12-31T13:00:00Z"},
      {"Asia/Kolkata", "2150-01-01", "2149-12-31T18:30:00Z"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(to_string(Zone::named(row.zone).start_of(on(row.date))), row.starts_at)
        << row.zone << " " << row.date;
  }
}

TEST(Zone, DaysOfClockChangesAreOneDay) {
  struct Row {
    const char* zone;
    const char* date;
    hours length;
  };
  const Row rows[] = {
      {"Europe/Berlin", "2026-03-29", hours(23)},
      {"Europe/Berlin", "2026-10-25", hours(25)},
      {"Europe/Berlin", "2026-10-26", hours(24)},
      {"America/New_York", "2026-03-08", hours(23)},
      {"America/New_York", "2026-11-01", hours(25)},
      {"America/Havana", "2025-11-02", hours(25)},
      {"America/Sao_Paulo", "2018-11-04", hours(23)},
      {"America/Sao_Paulo", "2018-02-17", hours(25)},
      {"Pacific/Apia", "2011-12-30", hours(0)},
      {"America/New_York", "2060-03-14", hours(23)},
  };
  for (const Row& row : rows) {
    const Zone zone = Zone::named(row.zone);
    const Date date = on(row.date);
    EXPECT_EQ(zone.start_of(add_days(date, 1)) - zone.start_of(date), row.length) << row.date;
  }
}

TEST(Zone, DateOfInstant) {
  const Zone kolkata = Zone::named("Asia/Kolkata");
  EXPECT_EQ(to_string(kolkata.date_of(at("2026-09-30T18:29:59.999999Z"))), "2026-09-30");
  EXPECT_EQ(to_string(kolkata.date_of(at("2026-09-30T18:30:00Z"))), "2026-10-01");
  EXPECT_EQ(to_string(Zone::utc().date_of(at("1969-12-31T23:59:59.5Z"))), "1969-12-31");
  const Zone apia = Zone::named("Pacific/Apia");
  EXPECT_EQ(to_string(apia.date_of(at("2011-12-30T09:59:59Z"))), "2011-12-29");
  EXPECT_EQ(to_string(apia.date_of(at("2011-12-30T10:00:00Z"))), "2011-12-31");
}

TEST(Zone, ResolveFindsGapsAndRepeats) {
  const Zone berlin = Zone::named("Europe/Berlin");
  const auto resolve = [&](const char* date, seconds since_midnight) {
    return berlin.resolve({on(date), since_midnight});
  };
  const auto gap = resolve("2026-03-29", hours(2) + minutes(30));
  EXPECT_FALSE(gap.exists);
  EXPECT_EQ(to_string(gap.instant), "2026-03-29T01:00:00Z");
  EXPECT_TRUE(resolve("2026-03-29", hours(3)).exists);
  EXPECT_EQ(resolve("2026-03-29", hours(3)).instant, gap.instant);
  EXPECT_EQ(to_string(resolve("2026-10-25", hours(2) + minutes(30)).instant),
            "2026-10-25T00:30:00Z");
  EXPECT_EQ(to_string(resolve("2026-10-25", hours(3)).instant), "2026-10-25T02:00:00Z");
}

TEST(Zone, LocalIsUndoneByResolve) {
  // Every instant whose reading is not a repeated one comes back; a repeated one comes back
  // earlier.
  EXPECT_TRUE(rc::check([] {
    const auto& names = Zone::names();
    const Zone zone = Zone::named(names[*rc::gen::inRange<std::size_t>(0, names.size())]);
    const Instant instant{seconds(*rc::gen::inRange<std::int64_t>(-2'208'988'800, 7'258'118'400))};
    const LocalTime local = zone.local(instant);
    const Zone::Resolved resolved = zone.resolve(local);
    RC_ASSERT(resolved.exists);
    RC_ASSERT(resolved.instant <= instant);
    RC_ASSERT(zone.local(resolved.instant).date == local.date);
    RC_ASSERT(zone.local(resolved.instant).since_midnight == local.since_midnight);
    RC_ASSERT(zone.start_of(local.date) <= instant);
  }));
}

TEST(Zone, IsReadByManyThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (const std::string& name : Zone::names()) {
        const Zone zone = Zone::named(name);
        EXPECT_EQ(zone.date_of(zone.start_of(on("2040-07-15"))), on("2040-07-15")) << name;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(PosixRule, ReadsWhatZoneFilesEndWith) {
  EXPECT_FALSE(PosixRule::parse("IST-5:30"));
  EXPECT_FALSE(PosixRule::parse("<+0330>-3:30"));
  const auto berlin = PosixRule::parse("CET-1CEST,M3.5.0,M10.5.0/3");
  ASSERT_TRUE(berlin);
  EXPECT_EQ(berlin->standard_offset, hours(1));
  EXPECT_EQ(berlin->summer_offset, hours(2));
  EXPECT_EQ(berlin->summer_begins.in(year(2026)), local_days(year(2026) / 3 / 29) + hours(2));
  EXPECT_EQ(berlin->summer_ends.in(year(2026)), local_days(year(2026) / 10 / 25) + hours(3));
  const auto dublin = PosixRule::parse("IST-1GMT0,M10.5.0,M3.5.0/1");
  ASSERT_TRUE(dublin);
  EXPECT_EQ(dublin->summer_offset, hours(0));
  const auto nuuk = PosixRule::parse("<-02>2<-01>,M3.5.0/-1,M10.5.0/0");
  ASSERT_TRUE(nuuk);
  EXPECT_EQ(nuuk->summer_offset, hours(-1));
  EXPECT_EQ(nuuk->summer_begins.in(year(2026)), local_days(year(2026) / 3 / 28) + hours(23));
  const auto gaza = PosixRule::parse("EET-2EEST,M3.4.4/50,M10.4.4/50");
  ASSERT_TRUE(gaza);
  EXPECT_EQ(gaza->summer_begins.in(year(2026)), local_days(year(2026) / 3 / 28) + hours(2));
}

TEST(PosixRule, RefusesEverythingElse) {
  for (const char* text : {"", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,J60,J300",
                           "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
                           "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0/3x", "<CET-1"}) {
    EXPECT_EQ(message_of([&] { PosixRule::parse(text); }),
              "'" + std::string(text) + "' is not a rule of yearly clock changes");
  }
}

}  // namespace
}  // namespace reckoner::time

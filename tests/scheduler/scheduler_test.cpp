#include "scheduler/scheduler.hpp"

#include <algorithm>
#include <set>
#include <thread>

#include "scheduler/calendar_year.hpp"

namespace reckoner::scheduler {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;

using Scheduling = CalendarYear;

TEST_F(Scheduling, AYearOfNightsOverBothClockChanges) {
  configure("0 30 2 * * ?", "Europe/Berlin");
  Daemon daemon(database_, "a", clock_);
  live_until(daemon, "2027-01-01T00:00:00Z");
  const auto fired = firings();
  ASSERT_EQ(fired.size(), 365U);
  EXPECT_TRUE(std::adjacent_find(fired.begin(), fired.end(), std::greater_equal<>()) ==
              fired.end());
  EXPECT_EQ(fired.front(), "2026-01-01T01:30:00Z");
  EXPECT_EQ(fired[86], "2026-03-28T01:30:00Z");
  EXPECT_EQ(fired[87], "2026-03-29T01:00:00Z") << "02:30 does not exist: when the gap ends";
  EXPECT_EQ(fired[88], "2026-03-30T00:30:00Z");
  EXPECT_EQ(fired[297], "2026-10-25T00:30:00Z") << "02:30 exists twice: the first";
  EXPECT_EQ(fired[298], "2026-10-26T01:30:00Z");
}

TEST_F(Scheduling, TheLastDayOfEachMonth) {
  configure("0 0 3 L * ?", "UTC");
  Daemon daemon(database_, "a", clock_);
  live_until(daemon, "2027-01-01T00:00:00Z");
  const auto fired = firings();
  ASSERT_EQ(fired.size(), 12U);
  EXPECT_EQ(fired[0], "2026-01-31T03:00:00Z");
  EXPECT_EQ(fired[1], "2026-02-28T03:00:00Z");
  EXPECT_EQ(fired[11], "2026-12-31T03:00:00Z");
}

TEST_F(Scheduling, BeginsNowWithAnEngineItHasNeverSeen) {
  clock_.set("2026-05-05T12:00:00Z");
  configure("0 0 * * * ?", "UTC");
  Daemon daemon(database_, "a", clock_);
  EXPECT_EQ(daemon.step(), time::parse_instant("2026-05-05T13:00:00Z"));
  EXPECT_THAT(firings(), ElementsAre());
}

TEST_F(Scheduling, ThereIsNothingToDoWithoutASchedule) {
  Daemon daemon(database_, "a", clock_);
  EXPECT_EQ(daemon.step(), std::nullopt) << "and without a configuration";
}

TEST_F(Scheduling, MissedFiringsAreCaughtUpInOrderEachWithItsOwnInstant) {
  configure("0 0 2 * * ?", "UTC");
  Daemon daemon(database_, "a", clock_);
  daemon.step();
  clock_.set("2026-01-01T02:59:00Z");  // an hour too late
  EXPECT_EQ(daemon.step(), time::parse_instant("2026-01-02T02:00:00Z"));
  EXPECT_THAT(firings(), ElementsAre("2026-01-01T02:00:00Z"));

  clock_.set("2026-01-04T12:00:00Z");  // three days
  daemon.step();
  EXPECT_THAT(firings(), ElementsAre("2026-01-01T02:00:00Z", "2026-01-02T02:00:00Z",
                                     "2026-01-03T02:00:00Z", "2026-01-04T02:00:00Z"));

  clock_.set("2027-02-04T12:00:00Z");  // thirteen months
  daemon.step();
  const auto fired = firings();
  ASSERT_EQ(fired.size(), 400U);
  EXPECT_TRUE(std::is_sorted(fired.begin(), fired.end()));
  EXPECT_EQ(std::set(fired.begin(), fired.end()).size(), 400U);
  EXPECT_EQ(last_fires_at(), "2027-02-04T02:00:00Z");
}

TEST_F(Scheduling, WithSkipOnlyTheLatestOfTheMissedCounts) {
  configure("0 0 2 * * ?", "UTC", "skip");
  Daemon daemon(database_, "a", clock_);
  daemon.step();
  clock_.set("2026-03-04T12:00:00Z");
  EXPECT_EQ(daemon.step(), time::parse_instant("2026-03-05T02:00:00Z"));
  EXPECT_THAT(firings(), ElementsAre("2026-03-04T02:00:00Z"));
}

TEST_F(Scheduling, AnEditedExpressionGoesOnFromTheLastFiring) {
  configure("0 0 2 * * ?", "UTC");
  Daemon daemon(database_, "a", clock_);
  daemon.step();
  clock_.set("2026-01-01T02:00:00Z");
  daemon.step();
  clock_.set("2026-01-01T20:00:00Z");
  configure("0 0 6,18 * * ?", "UTC");
  EXPECT_EQ(daemon.step(), time::parse_instant("2026-01-02T06:00:00Z"));
  EXPECT_THAT(firings(),
              ElementsAre("2026-01-01T02:00:00Z", "2026-01-01T06:00:00Z", "2026-01-01T18:00:00Z"));
}

TEST_F(Scheduling, AClockThatWasSetBackFiresNothingAgain) {
  configure("0 0 2 * * ?", "UTC");
  Daemon daemon(database_, "a", clock_);
  daemon.step();
  clock_.set("2026-01-05T02:00:00Z");
  daemon.step();
  ASSERT_EQ(firings().size(), 5U);
  clock_.set("2026-01-03T00:00:00Z");
  EXPECT_EQ(daemon.step(), time::parse_instant("2026-01-06T02:00:00Z"));
  EXPECT_EQ(firings().size(), 5U);
}

TEST_F(Scheduling, AGraceOfThreeDaysBillsOctoberInNovember) {
  clock_.set("2026-10-20T00:00:00Z");
  configure("0 0 0 1 * ?", "UTC", "catch-up", "P3D");
  test::insert_customer(connection_, 1, "acme", "Acme", "");
  connection_.run_script({"october", R"(
    insert into billing_period (customer_id, cycle, side, starts_at, ends_at, starts_on, ends_on,
                                time_zone, label)
    values (1, 1, 'arrears', '2026-10-01Z', '2026-11-01Z', '2026-10-01', '2026-11-01', 'UTC', '2026-10'))"});
  Daemon daemon(database_, "a", clock_);
  EXPECT_EQ(daemon.step(), time::parse_instant("2026-11-04T00:00:00Z"));
  clock_.set("2026-11-03T23:59:59Z");
  daemon.step();
  EXPECT_THAT(firings(), ElementsAre());
  clock_.set("2026-11-04T00:00:00Z");
  EXPECT_EQ(daemon.step(), time::parse_instant("2026-12-04T00:00:00Z"));
  EXPECT_THAT(firings(), ElementsAre("2026-11-01T00:00:00Z"));
  const auto line =
      connection_
          .query({"lines",
                  "select l.period_label, d.issued_on, d.total "
                  "from document_line l join document d using (customer_id, ordinal)"})
          .only();
  EXPECT_EQ(line.text(0), "2026-10");
  EXPECT_EQ(time::to_string(line.date(1)), "2026-11-04");
  EXPECT_EQ(line.decimal(2), money::Decimal(10));
}

TEST_F(Scheduling, OfTwoDaemonsOneFires) {
  configure("0 0 * * * ?", "UTC");
  Daemon a(database_, "a", clock_);
  Daemon b(database_, "b", clock_);
  a.step();
  b.step();
  for (int hour = 0; hour < 48; ++hour) {
    clock_.advance(hours(1));
    std::vector<std::jthread> threads;
    for (Daemon* daemon : {&a, &b}) threads.emplace_back([daemon] { daemon->step(); });
  }
  const auto fired = firings();
  EXPECT_EQ(std::set(fired.begin(), fired.end()).size(), 48U);
  EXPECT_EQ(fired.size(), 48U);
}

TEST_F(Scheduling, ALeaseThatRanOutIsTakenOverAndOneLetGoAtOnce) {
  configure("0 0 * * * ?", "UTC");
  Daemon a(database_, "a", clock_);
  Daemon b(database_, "b", clock_);
  a.step();
  EXPECT_EQ(b.step(), clock_.now() + seconds(60)) << "the end of the other's lease";
  clock_.advance(seconds(61));
  EXPECT_EQ(b.step(), time::parse_instant("2026-01-01T01:00:00Z"));
  EXPECT_EQ(a.step(), clock_.now() + seconds(60));

  const std::atomic<bool> stop = true;
  b.scheduler().run(stop);
  EXPECT_EQ(a.step(), time::parse_instant("2026-01-01T01:00:00Z"));
}

TEST_F(Scheduling, OnePausedBeyondItsLeaseNeitherFiresNorWrites) {
  configure("0 0 * * * ?", "UTC");
  Daemon b(database_, "b", clock_);
  bool paused = false;
  Daemon a(database_, "a", clock_, [&] {
    if (std::exchange(paused, true)) return;
    // It stands still here for so long that b has taken over and done two firings.
    clock_.advance(hours(1));
    b.step();
  });
  a.step();
  clock_.advance(hours(1));
  const auto next = a.step();
  EXPECT_EQ(next, clock_.now() + seconds(60)) << "it is b's turn now";
  ASSERT_TRUE(paused);
  EXPECT_THAT(firings(), ElementsAre("2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z"));
  EXPECT_EQ(last_fires_at(), "2026-01-01T02:00:00Z");
}

TEST_F(Scheduling, AFiringRepeatedAfterACrashIsTheSameRun) {
  configure("0 0 * * * ?", "UTC");
  std::optional<RunId> run;
  {
    Daemon a(database_, "a", clock_);
    a.step();
    clock_.advance(hours(1));
    // Run, and the end came before the bookkeeping; or even before any work.
    run = a.runner().start({.engine = "monthly", .scheduled = true, .fires_at = clock_.now()});
    std::atomic<bool> stop = false;
    a.runner().work(*run, stop);
    clock_.advance(hours(1));
    a.runner().start({.engine = "monthly", .scheduled = true, .fires_at = clock_.now()});
  }
  Daemon b(database_, "b", clock_);
  b.step();
  EXPECT_THAT(firings(), ElementsAre("2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z"));
  EXPECT_EQ(last_fires_at(), "2026-01-01T02:00:00Z");
}

TEST_F(Scheduling, AnEngineThatFailsIsTriedAgainAfterAMinute) {
  configure("0 0 * * * ?", "UTC");
  bool broken = true;
  Daemon daemon(database_, "a", clock_, [&] {
    if (broken) throw Error("no cut today");
  });
  daemon.step();
  clock_.advance(hours(1));
  EXPECT_EQ(daemon.step(), clock_.now() + minutes(1));
  broken = false;
  EXPECT_EQ(daemon.step(), clock_.now() + minutes(1));
  clock_.advance(minutes(1));
  daemon.step();
  EXPECT_THAT(firings(), ElementsAre("2026-01-01T01:00:00Z"));
}

TEST_F(Scheduling, TheLoopFiresAndEndsWhenToldTo) {
  configure("0 0 * * * ?", "UTC");
  Daemon daemon(database_, "a", clock_);
  daemon.step();
  clock_.advance(hours(1));
  std::atomic<bool> stop = false;
  std::jthread loop([&] { daemon.scheduler().run(stop); });
  std::jthread engine([&] { daemon.runner().share(stop); });
  const auto give_up = std::chrono::steady_clock::now() + seconds(20);
  while (last_fires_at() != "2026-01-01T01:00:00Z" && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const auto begin = std::chrono::steady_clock::now();
  stop = true;
  loop.join();
  engine.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(5));
  EXPECT_THAT(firings(), ElementsAre("2026-01-01T01:00:00Z"));
}

TEST_F(Scheduling, TheLoopSeesAClockThatIsSetForward) {
  configure("0 0 * * * ?", "UTC");
  Daemon daemon(database_, "a", clock_);
  daemon.step();
  std::atomic<bool> stop = false;
  std::jthread loop([&] { daemon.scheduler().run(stop); });
  std::jthread engine([&] { daemon.runner().share(stop); });
  std::this_thread::sleep_for(seconds(1));  // now it sleeps for half its lease
  clock_.advance(hours(1));
  const auto give_up = std::chrono::steady_clock::now() + seconds(10);
  while (last_fires_at() != "2026-01-01T01:00:00Z" && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  stop = true;
  loop.join();
  engine.join();
  EXPECT_THAT(firings(), ElementsAre("2026-01-01T01:00:00Z"));
}

}  // namespace
}  // namespace reckoner::scheduler

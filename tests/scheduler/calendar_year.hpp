#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "config/files.hpp"
#include "engine/run.hpp"
#include "engine/versions.hpp"
#include "handlers/catalogue.hpp"
#include "metering/cut.hpp"
#include "scheduler/scheduler.hpp"
#include "support/issued_documents.hpp"

namespace reckoner::scheduler {

/// A clock that stands still until it is moved. Thread-safe.
class TestClock {
 public:
  explicit TestClock(std::string_view at) : now_(time::parse_instant(at)) {}
  time::Instant now() const {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  void set(time::Instant now) {
    const std::lock_guard lock(mutex_);
    now_ = now;
  }
  void set(std::string_view at) { set(time::parse_instant(at)); }
  void advance(std::chrono::seconds by) { set(now() + by); }

 private:
  mutable std::mutex mutex_;
  time::Instant now_;
};

/// One daemon's scheduler with its own pool, on a database that others may use as well.
class Daemon {
 public:
  /// `at_start` is called whenever a run is being started, with nothing of it stored yet.
  Daemon(const std::string& database, const std::string& holder, const TestClock& clock,
         std::function<void()> at_start = {})
      : pool_({.conninfo = test::as_role(database, store::Role::kWriter)}, 4),
        versions_(handlers::catalogue(), std::nullopt),
        runner_(pool_, versions_, [&clock] { return clock.now(); },
                {.close_cut_within =
                     [at_start](store::Connection& connection, time::Instant now) {
                       if (at_start) at_start();
                       return metering::close_cut_within(connection, now);
                     },
                 .merge_totals = metering::merge_totals}),
        scheduler_(pool_, versions_, runner_, [&clock] { return clock.now(); },
                   {.holder = holder}) {}

  /// Fires, and works on what was fired, until nothing is due any more.
  std::optional<time::Instant> step() {
    while (true) {
      const auto next = scheduler_.step(stop_);
      const auto runs = runner_.unfinished("");
      if (runs.empty()) return next;
      for (const RunId run : runs) runner_.work(run, stop_);
    }
  }
  engine::Runner& runner() { return runner_; }
  Scheduler& scheduler() { return scheduler_; }

 private:
  store::Pool pool_;
  engine::Versions versions_;
  engine::Runner runner_;
  Scheduler scheduler_;
  std::atomic<bool> stop_ = false;
};

/// A database with a small configuration whose `monthly` engine has the schedule of the test.
class CalendarYear : public testing::Test {
 protected:
  CalendarYear() { log::set_level(log::Level::kOff); }

  void configure(const std::string& cron, const std::string& zone,
                 const std::string& missed = "catch-up", const std::string& grace = "PT0S") {
    config::Files files;
    files.content["billing-config.xml"] = R"(<billing-config xmlns="urn:reckoner:billing-config:1">
      <engine id="monthly">
        <schedule cron=")" + cron + R"(" time-zone=")" +
                                          zone + R"(" missed=")" + missed + R"("/>
        <run workers="1" grace=")" + grace +
                                          R"("/>
        <handlers>
          <handler class="SubscriptionFeedingHandler"/>
          <handler class="SubscriptionTreeBuildingHandler"/>
          <handler class="InvoiceCalculationHandler"/>
          <handler class="FinalizingHandler"/>
        </handlers>
      </engine></billing-config>)";
    files.content["meters.xml"] = R"(<meters xmlns="urn:reckoner:meters:1"/>)";
    files.content["pricing/plans.xml"] =
        R"(<pricing xmlns="urn:reckoner:pricing:1" strategy="test" currency="USD"><plan name="SMB">
             <recurring name="subscription" fee="10.00"/></plan></pricing>)";
    engine::Versions versions(handlers::catalogue(), std::nullopt);
    versions.apply(connection_, files, "test", "", clock_.now());
  }

  /// In the order in which they were started.
  std::vector<std::string> firings() {
    std::vector<std::string> firings;
    for (const store::Row& row : connection_.query(
             {"firings",
              "select fires_at, state from engine_run where kind = 'scheduled' order by run_id"})) {
      EXPECT_EQ(row.text("state"), "done");
      firings.push_back(time::to_string(row.instant("fires_at")));
    }
    return firings;
  }
  std::string last_fires_at() {
    return time::to_string(
        connection_.query({"last", "select last_fires_at from engine_schedule"}).only().instant(0));
  }
  /// Steps from each instant at which something is due to the next, until `end`.
  void live_until(Daemon& daemon, std::string_view end) {
    const time::Instant until = time::parse_instant(end);
    for (auto next = daemon.step(); next && *next < until; next = daemon.step()) clock_.set(*next);
    clock_.set(until);
  }

  const std::string database_ = test::fresh_schema();
  store::Connection connection_{{.conninfo = database_}};
  TestClock clock_{"2026-01-01T00:00:00Z"};
};

}  // namespace reckoner::scheduler

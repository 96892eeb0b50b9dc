// Several processes on one run: whoever lives finishes it, and nobody bills twice.

#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "engine/run_presence.hpp"
#include "handlers/catalogue.hpp"
#include "metering/cut.hpp"
#include "store/copy.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using namespace std::chrono_literals;
using test::edited;
using test::statement_step;
using testing::ElementsAre;
using testing::IsEmpty;

const Runner::UsageHooks kHooks{metering::close_cut_within, metering::merge_totals};

/// Customers c01, c02, … on SMB since October.
void subscribe(test::BillingWorld& world, int count, int batch_size) {
  world.apply(edited(world.files(), "billing-config.xml", "batch-size=\"1000\"",
                     "batch-size=\"" + std::to_string(batch_size) + "\""));
  std::string customers = "key,name,email,time-zone,anchor-day\n";
  std::string subscriptions = "key,customer,plan,starts-on\n";
  for (int i = 1; i <= count; ++i) {
    const std::string key = (i < 10 ? "c0" : "c") + std::to_string(i);
    customers += key + "," + key + " Ltd,,UTC,1\n";
    subscriptions += key + "," + key + ",SMB,2026-10-01\n";
  }
  world.import(accounts::ImportKind::kCustomers, customers);
  world.import(accounts::ImportKind::kSubscriptions, subscriptions);
}

RunId begin(test::BillingWorld& world, bool scheduled = true) {
  return world.runner()
      .start({.engine = kMonthlyEngine, .scheduled = scheduled, .fires_at = world.now()})
      .value();
}

/// Another daemon on the world's database.
class Daemon {
 public:
  Daemon(test::BillingWorld& world, Versions& versions, std::chrono::milliseconds silence_max)
      : runner_(
            world.pool(), versions, [&world] { return world.now(); }, kHooks, silence_max),
        thread_([this] { runner_.share(stop_); }) {}
  ~Daemon() { stop_ = true; }

 private:
  std::atomic<bool> stop_ = false;
  Runner runner_;
  std::jthread thread_;
};

bool within(std::chrono::milliseconds limit, const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

/// A worker that has claimed the first batch of a run, as another process would have.
class OtherWorker {
 public:
  OtherWorker(test::BillingWorld& world, RunId run) : connection_(world.connect()), run_(run) {
    worker_ = connection_
                  .query({"enter",
                          "insert into run_worker (host, process, started_at) values "
                          "('elsewhere', 1, $1) returning worker_id"},
                         {world.now()})
                  .only()
                  .int64(0);
    connection_.execute(
        {"claim",
         "update run_batch set token = token + 1, worker_id = $2, backend_pid = $3, "
         "backend_start = $4 where run_id = $1 and batch = 1"},
        {run, worker_, connection_.backend_pid(), connection_.backend_start()});
  }
  store::Connection& connection() { return connection_; }
  /// Holds what a batch has locked when its numbers are taken.
  void lock_counters() {
    connection_.query(
        {"lease", "select 1 from run_batch where run_id = $1 and batch = 1 for share"}, {run_});
    connection_.execute({"counter", "update series set next_seq = next_seq"});
  }

 private:
  store::Connection connection_;
  const RunId run_;
  std::int64_t worker_ = 0;
};

class RunSharing : public test::BillingTest {
 protected:
  void SetUp() override {
    subscribe(world, 12, 3);
    world.set_clock("2026-11-01T02:00:00Z");
  }
  bool is_done(RunId run) { return world.runner().summary(run).state == "done"; }
};

TEST_F(RunSharing, ARunThatSomebodyBeganIsFinishedByWhoeverLives) {
  const Daemon daemon(world, world.versions(), kSilenceMax);
  const RunId first = begin(world);
  ASSERT_TRUE(within(20s, [&] { return is_done(first); }));
  EXPECT_EQ(world.runner().summary(first).counts.invoiced, 12);
  const RunId by_hand = begin(world, false);
  ASSERT_TRUE(within(20s, [&] { return is_done(by_hand); }));
  EXPECT_EQ(world.number("select count(*) from document"), 12);
}

TEST_F(RunSharing, WhatADeadWorkerLeftIsFreeAtOnce) {
  const RunId run = begin(world);
  { const OtherWorker dead(world, run); }
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(world.work(run).counts.invoiced, 12);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);
}

TEST_F(RunSharing, AWorkerThatStandsStillWithTheCountersIsEndedAndItsCommitFails) {
  world.work(begin(world));
  world.set_clock("2026-12-01T02:00:00Z");
  const RunId run = begin(world);
  OtherWorker stopped(world, run);
  store::Transaction transaction(stopped.connection());
  stopped.lock_counters();
  const Daemon daemon(world, world.versions(), 1s);
  ASSERT_TRUE(within(20s, [&] { return is_done(run); }));
  EXPECT_EQ(world.runner().summary(run).counts.invoiced, 12);
  EXPECT_THROW(transaction.commit(), store::DatabaseError);
  EXPECT_EQ(world.number("select count(*) from run_worker where host = 'elsewhere'"), 0);
}

TEST_F(RunSharing, WhoStandsStillWhileItPlansIsEndedAndItsRunIsNotThere) {
  std::atomic<bool> stands_still = false;
  std::atomic<bool> goes_on = false;
  Runner stopped(
      world.pool(), world.versions(), [&] { return world.now(); },
      {[&](store::Connection& connection, time::Instant now) {
         const std::int64_t cut = metering::close_cut_within(connection, now);
         stands_still = true;
         within(20s, [&] { return goes_on.load(); });
         return cut;
       },
       metering::merge_totals},
      1s);
  const RunRequest firing{.engine = kMonthlyEngine, .scheduled = true, .fires_at = world.now()};
  std::jthread planning([&] { EXPECT_THROW(stopped.start(firing), store::DatabaseError); });
  ASSERT_TRUE(within(20s, [&] { return stands_still.load(); }));
  const auto begun = std::chrono::steady_clock::now();
  const RunId run = begin(world);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
  goes_on = true;
  planning.join();
  EXPECT_EQ(world.work(run).counts.invoiced, 12);
  EXPECT_EQ(world.number("select count(*) from engine_run"), 1);
}

TEST_F(RunSharing, AWorkerThatStandsStillWithinACopyIsEndedToo) {
  world.work(begin(world));
  world.set_clock("2026-12-01T02:00:00Z");
  const RunId run = begin(world);
  OtherWorker stopped(world, run);
  {
    store::Transaction transaction(stopped.connection());
    stopped.lock_counters();
    store::Copy copy(stopped.connection(), "stopped", "issued", {"number"});
    const Daemon daemon(world, world.versions(), 1s);
    ASSERT_TRUE(within(20s, [&] { return is_done(run); }));
  }
  EXPECT_EQ(world.runner().summary(run).counts.invoiced, 12);
}

TEST_F(RunSharing, AWorkerThatIsAliveKeepsWhatItHolds) {
  const RunId run = begin(world);
  OtherWorker alive(world, run);
  const Daemon daemon(world, world.versions(), 1s);
  const std::jthread heart([&world = world](const std::stop_token& stop) {
    store::Connection connection = world.connect();
    while (!stop.stop_requested()) {
      connection.execute(
          {"beat", "update run_worker set beat = beat + 1 where host = 'elsewhere'"});
      std::this_thread::sleep_for(100ms);
    }
  });
  EXPECT_FALSE(within(3s, [&] { return is_done(run); }));
  EXPECT_EQ(world.number("select token from run_batch where batch = 1"), 1);
  EXPECT_EQ(world.number("select count(*) from run_batch where state = 'open'"), 1);
  const RunProgress progress = world.runner().progress(run);
  ASSERT_EQ(progress.workers.size(), 1U);
  EXPECT_EQ(progress.workers.front().host, "elsewhere");
}

TEST_F(RunSharing, WhoMayNotSeeOrEndOthersAsWriterActsAsTheLogin) {
  store::ConnectionOptions options;
  options.conninfo = test::as_role(world.connect_string(), store::Role::kSuperuser);
  options.role = std::string(store::role_name(store::Role::kWriter));
  store::Pool pool(options, 6);
  Runner runner(
      pool, world.versions(), [this] { return world.now(); }, kHooks, 1s);
  world.work(begin(world));
  world.set_clock("2026-12-01T02:00:00Z");
  const RunId run = begin(world);
  auto stopped = pool.take(1s);
  stopped->execute({"enter",
                    "insert into run_worker (host, process, started_at) values "
                    "('elsewhere', 1, '2026-11-01Z')"});
  stopped->execute({"claim",
                    "update run_batch set token = 1, backend_pid = $2, backend_start = $3,"
                    " worker_id = (select worker_id from run_worker) "
                    "where run_id = $1 and batch = 1"},
                   {run, stopped->backend_pid(), stopped->backend_start()});
  store::Transaction transaction(*stopped);
  stopped->execute({"counter", "update series set next_seq = next_seq"});
  const std::atomic<bool> stop = false;
  EXPECT_EQ(runner.work(run, stop).counts.invoiced, 12);
  EXPECT_THROW(transaction.commit(), store::DatabaseError);
}

TEST_F(RunSharing, CancelLeavesWholeBatchesOnly) {
  const RunId run = begin(world);
  const Daemon one(world, world.versions(), kSilenceMax);
  const Daemon two(world, world.versions(), kSilenceMax);
  ASSERT_TRUE(within(20s, [&] {
    return world.number("select count(*) from run_batch where state = 'done'") > 0;
  }));
  const RunSummary cancelled = world.runner().cancel(run);
  const std::int64_t documents = world.number("select count(*) from document");
  EXPECT_EQ(documents % 3, 0);
  EXPECT_EQ(cancelled.counts.invoiced, documents);
  EXPECT_EQ(world.number("select sum(invoiced) from run_batch where state = 'done'"), documents);
  EXPECT_EQ(world.number("select count(*) from run_batch where state = 'open'"), 0);
  std::this_thread::sleep_for(1s);
  EXPECT_EQ(world.number("select count(*) from document"), documents) << "nothing more";
  world.set_clock("2026-11-02T02:00:00Z");
  const RunId rest = begin(world);
  ASSERT_TRUE(within(20s, [&] { return world.runner().summary(rest).state != "running"; }));
  EXPECT_EQ(world.number("select count(*) from document"), 12);
}

TEST_F(RunSharing, CancelWaitsForABatchInHandAndCountsIt) {
  const RunId run = begin(world);
  store::Connection connection = world.connect();
  store::Transaction in_hand(connection);
  connection.query({"lease", "select 1 from run_batch where run_id = $1 and batch = 1 for share"},
                   {run});
  std::jthread canceller([&] { world.runner().cancel(run); });
  ASSERT_TRUE(within(
      10s, [&] { return world.number("select count(*) from pg_locks where not granted") > 0; }));
  EXPECT_EQ(world.runner().summary(run).state, "running");
  connection.execute({"done",
                      "update run_batch set state = 'done', nothing_due = 3 "
                      "where run_id = $1 and batch = 1"},
                     {run});
  in_hand.commit();
  canceller.join();
  const RunSummary cancelled = world.runner().summary(run);
  EXPECT_EQ(cancelled.state, "cancelled");
  EXPECT_EQ(cancelled.counts.nothing_due, 3);
}

TEST_F(RunSharing, ProgressAndRateAreReadFromTheDatabase) {
  const RunId run = begin(world);
  std::atomic<bool> stop = false;
  world.runner().work(run, stop, [&](const RunProgress& progress) {
    if (progress.customers_done >= 6) stop = true;
  });
  world.set_clock("2026-11-01T02:00:06Z");
  const RunProgress progress = world.runner().progress(run);
  EXPECT_GE(progress.customers_done, 6);
  EXPECT_EQ(progress.customers, 12);
  EXPECT_EQ(progress.batches, 4);
  EXPECT_EQ(progress.batches_done * 3, progress.customers_done);
  const double rate = static_cast<double>(progress.customers_done) / 6;
  EXPECT_DOUBLE_EQ(progress.customers_per_second.value(), rate);
  EXPECT_NEAR(static_cast<double>(progress.remaining->count()),
              static_cast<double>(12 - progress.customers_done) / rate, 1);
  EXPECT_THAT(progress.workers, IsEmpty());
  EXPECT_EQ(world.runner().summary(run).counts.invoiced, progress.customers_done);
  world.work(run);
  EXPECT_EQ(world.runner().progress(run).customers_per_second, std::nullopt);
}

TEST(RunSharingVersions, WhoCannotLoadTheVersionLeavesTheRunToOthersAndTakesPartInTheNext) {
  test::BillingWorld world(
      {.files = test::with_statement_steps(test::shipped_configuration(),
                                           R"(<handler class="ElsewhereHandler"/>)"),
       .handlers = {statement_step("ElsewhereHandler", [](StatementContext&) {})}});
  subscribe(world, 3, 3);
  world.set_clock("2026-11-01T02:00:00Z");
  Versions without(handlers::catalogue(), std::nullopt);
  const Daemon daemon(world, without, kSilenceMax);
  const RunId run = begin(world);
  EXPECT_FALSE(within(1500ms, [&] { return world.runner().summary(run).state == "done"; }));
  EXPECT_EQ(world.number("select count(*) from document"), 0);

  auto connection = world.connect();
  EXPECT_THAT(unattended_runs(connection, without, world.now()), IsEmpty());
  world.set_clock("2026-11-01T02:02:00Z");
  const auto unattended = unattended_runs(connection, without, world.now());
  ASSERT_EQ(unattended.size(), 1U);
  EXPECT_THAT(unattended.front().says(),
              testing::AllOf(testing::StartsWith(
                                 "nobody has worked on run 1 of monthly since "
                                 "2026-11-01T02:00:00Z; its configuration does not load here: "),
                             testing::HasSubstr("ElsewhereHandler")));
  EXPECT_EQ(
      unattended.front().todo(),
      "start reckoner serve with the role engine where it loads, with its plug-in libraries in "
      "--plugins, or end the run: reckoner runs cancel 1");
  EXPECT_EQ(world.runner().unattended().front().says(),
            "nobody has worked on run 1 of monthly since 2026-11-01T02:00:00Z");

  world.apply(test::shipped_configuration());
  const RunId next = begin(world, false);
  EXPECT_TRUE(within(20s, [&] { return world.runner().summary(next).state == "done"; }));
  world.work(run);
  EXPECT_EQ(world.number("select count(*) from document"), 3);
  world.expect_books_in_order();
}

class Disturbed : public RunSharing {
 protected:
  /// `condition` on documents, in which `nextval('tries')` counts: they are refused with the code.
  void refuse(const std::string& condition, const std::string& code, const std::string& more = "") {
    world.connect(store::Role::kOwner)
        .run_script({"disturb",
                     "create sequence tries; grant usage on tries to public;"
                     "create function disturb() returns trigger language plpgsql as $$"
                     "begin if " +
                         condition +
                         " then raise exception 'disturbed by the test' using "
                         "errcode = '" +
                         code + "'" + more +
                         "; end if; return new; end $$;"
                         "create trigger disturb before insert on document "
                         "for each row execute function disturb()"});
  }
};

TEST_F(Disturbed, AClashOfTwoWritersIsRepeatedAndNeverParks) {
  refuse("nextval('tries') <= 25", "23505", ", constraint = 'document_pkey'");
  const RunSummary run = world.work(begin(world));
  EXPECT_EQ(run.counts.invoiced, 12);
  EXPECT_EQ(run.counts.parked, 0);
}

TEST_F(Disturbed, WhatPassesIsRepeated) {
  refuse("nextval('tries') <= 7", "40001");
  const RunSummary run = world.work(begin(world));
  EXPECT_EQ(run.counts.invoiced, 12);
  EXPECT_EQ(world.number("select count(*) from run_batch"), 4) << "no batch was halved";
}

TEST_F(Disturbed, ABatchThatAlwaysTimesOutIsNarrowedDownToItsCulprit) {
  refuse("new.customer_name = 'c05 Ltd'", "57014");
  const RunSummary run = world.work(begin(world));
  EXPECT_EQ(run.counts.invoiced, 11);
  EXPECT_THAT(world.parked(),
              ElementsAre(testing::AllOf(testing::StartsWith("c05: "),
                                         testing::HasSubstr("disturbed by the test"))));
}

}  // namespace

}  // namespace reckoner::engine

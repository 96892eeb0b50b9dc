#include "metering/cut.hpp"

#include <fmt/format.h>

#include <atomic>
#include <iostream>
#include <random>
#include <thread>

#include "metering_database.hpp"
#include "store/transaction.hpp"

namespace reckoner::metering {
namespace {

class CutTest : public MeteringTest {
 protected:
  CutTest() { give("acme", 1); }

  std::int64_t close() { return close_cut(connection, received_at); }
  std::int64_t close_elsewhere() {
    store::Connection other = connect();
    return close_cut(other, received_at);
  }

  /// A customer's quantity as known at a cut.
  std::string quantity_at(std::int64_t cut) {
    return connection
        .query({"at_cut", "select coalesce(sum(value_sum), 0) from usage_total where cut <= $1"},
               {cut})
        .only()
        .decimal(0)
        .to_string();
  }
};

/// What "id > last seen" would count: the control for what cuts are there for.
class IdWatermark {
 public:
  explicit IdWatermark(store::Connection connection) : connection_(std::move(connection)) {}

  void advance() {
    const auto row = connection_
                         .query({"watermark",
                                 "select coalesce(max(batch_id), $1) as last, "
                                 "coalesce(sum(counted), 0)::bigint as counted "
                                 "from ingest_batch where batch_id > $1"},
                                {last_})
                         .only();
    last_ = row.int64("last");
    counted_ += row.int64("counted");
  }
  std::int64_t counted() const { return counted_; }

 private:
  store::Connection connection_;
  std::int64_t last_ = 0;
  std::int64_t counted_ = 0;
};

TEST_F(CutTest, NothingToClaimIsTheLastCut) {
  EXPECT_EQ(close(), 0);
  take({event("e1", "10")});
  EXPECT_EQ(close(), 1);
  EXPECT_EQ(close(), 1);
  EXPECT_EQ(number("select count(*) from cut"), 1);
}

TEST_F(CutTest, FoldsTheDeltasAndNotesWhatWasTouched) {
  take({event("e1", "10", "acme", "2026-10-05T12:14:59.999999Z"),
        event("e2", "1", "acme", "2026-10-05T12:15:00Z")});
  take({event("e3", "5", "acme", "2026-10-05T12:00:00Z"),
        event("e4", "2", "acme", "2026-10-07T00:00:01Z")});
  EXPECT_EQ(close(), 1);
  EXPECT_EQ(number("select count(*) from usage_delta"), 0);
  EXPECT_EQ(text("select concat_ws('|', customer_id, meter, subject, dimensions, cut, event_count, "
                 "value_sum, value_min, value_max) from usage_total "
                 "where bucket = '2026-10-05T12:00:00Z'"),
            "1|bandwidth|acme||1|2|15|5|10");
  EXPECT_EQ(number("select count(*) from usage_total"), 3);
  EXPECT_EQ(text("select concat_ws('|', customer_id, cut, first_at at time zone 'UTC', "
                 "last_at at time zone 'UTC') from cut_touch"),
            "1|1|2026-10-05 12:00:00|2026-10-07 00:00:00");
  EXPECT_EQ(number("select count(*) from ingest_batch where cut = 1"), 2);
}

TEST_F(CutTest, ABatchThatCommitsAfterTheCutIsInTheNext) {
  store::Connection late = connect();
  take(late, {event("late", "10")}, [&](std::int64_t, std::int64_t) {
    take({event("early", "1")});
    EXPECT_EQ(close(), 1);
    EXPECT_EQ(quantity_at(1), "1");
  });
  EXPECT_EQ(close(), 2);
  EXPECT_EQ(quantity_at(1), "1") << "what cut 1 knows stays what it was";
  EXPECT_EQ(quantity_at(2), "11");
}

TEST_F(CutTest, AnIdWatermarkLosesWhatTheNextCutKeeps) {
  IdWatermark watermark(connect());
  store::Connection slow = connect();
  take(slow, {event("late", "10")}, [&](std::int64_t, std::int64_t) {
    take({event("early", "1")});
    watermark.advance();
    close();
  });
  watermark.advance();
  close();
  EXPECT_EQ(quantity(1), "11");
  EXPECT_EQ(watermark.counted(), 1) << "of two events: the batch with the lower id came later";
}

TEST_F(CutTest, ATransactionWithACutKeepsOthersFromClosingOne) {
  take({event("e1", "1")});
  std::atomic<bool> is_closed = false;
  std::thread other;
  {
    store::Transaction transaction(connection);
    EXPECT_EQ(close_cut_within(connection, received_at), 1);
    other = std::thread([&] {
      EXPECT_EQ(close_elsewhere(), 1) << "it sees the first one's cut, and nothing is left";
      is_closed = true;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_FALSE(is_closed);
    transaction.commit();
  }
  other.join();
  EXPECT_EQ(quantity_at(1), "1");
}

TEST_F(CutTest, ConcurrentWritersLoseNothingAndDoubleNothing) {
  constexpr int kWriters = 4;
  constexpr int kBatches = 50;
  constexpr int kEvents = 10;
  std::atomic<int> writing = kWriters;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      store::Connection own = connect();
      std::mt19937 random(static_cast<unsigned>(writer));
      std::uniform_int_distribution<int> milliseconds(0, 5);
      for (int batch = 0; batch < kBatches; ++batch) {
        std::vector<UsageEvent> events;
        for (int i = 0; i < kEvents; ++i) {
          events.push_back(event(fmt::format("{}-{}-{}", writer, batch, i), "1"));
        }
        take(own, events, [&](std::int64_t, std::int64_t) {
          std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds(random)));
        });
      }
      --writing;
    });
  }
  IdWatermark watermark(connect());
  std::map<std::int64_t, std::string> known;
  while (writing > 0) {
    watermark.advance();
    const std::int64_t cut = close();
    known[cut] = quantity_at(cut);
  }
  for (std::thread& writer : writers) writer.join();
  watermark.advance();
  const std::int64_t last = close();

  EXPECT_EQ(quantity_at(last), "2000");
  EXPECT_EQ(number("select count(*) from usage_delta"), 0);
  EXPECT_EQ(number("select count(*) from raw_event"), 2'000);
  EXPECT_EQ(number("select count(*) from ingest_batch where cut is null"), 0);
  EXPECT_EQ(number("select count(*) from (select cut, sum(value_sum) as total from usage_total "
                   "group by cut) t full join (select cut, sum(counted) as total from ingest_batch "
                   "group by cut) b using (cut) where t.total is distinct from b.total"),
            0)
      << "each cut is its batches";
  for (const auto& [cut, quantity] : known) {
    EXPECT_EQ(quantity_at(cut), quantity) << "cut " << cut << " changed after it was closed";
  }
  std::cout << fmt::format("{} cuts; an id watermark over the same history counts {} of 2000\n",
                           last, watermark.counted());
}

/// Random histories of batches, cuts, runs and billing, against what raw events say.
class MergeTest : public CutTest {
 protected:
  static constexpr std::string_view kStart = "2026-10-01T00:00:00Z";
  static constexpr int kDays = 6;

  MergeTest() {
    give("globex", 2);
    for (const int customer : {1, 2}) {
      connection.execute(
          {"cycle", "insert into cycle values ($1, 1, 'monthly', 'USD', 1, 1, 'UTC')"}, {customer});
      for (int day = 0; day < kDays; ++day) {
        connection.execute(
            {"period",
             "insert into billing_period (customer_id, cycle, side, starts_at, ends_at, starts_on, "
             "ends_on, time_zone, label) values ($1, 1, 'arrears', $2, $3, '2026-10-01', "
             "'2026-10-02', 'UTC', 'a day')"},
            {customer, midnight(day), midnight(day + 1)});
      }
    }
  }

  static time::Instant midnight(int day) {
    return time::parse_instant(kStart) + std::chrono::hours(24 * day);
  }

  int random(int end) { return std::uniform_int_distribution<>(0, end - 1)(random_); }

  void take_some() {
    std::vector<UsageEvent> events;
    const int count = 1 + random(4);
    for (int i = 0; i < count; ++i) {
      UsageEvent made = event(std::to_string(++ids_), std::to_string(random(100) - 20),
                              random(2) == 0 ? "acme" : "globex");
      made.occurred_at = midnight(random(kDays)) + std::chrono::minutes(random(3) * 715);
      events.push_back(made);
    }
    take(events);
  }

  void start_run() {
    const std::int64_t cut = close();
    connection.execute({"run",
                        "insert into engine_run (engine, kind, fires_at, version_id, cut, "
                        "state, started_at) values ('monthly', 'manual', $1, 1, $2, "
                        "'running', $1)"},
                       {received_at, cut});
  }

  /// The oldest unfinished run bills a random day of a random customer and ends.
  void finish_run() {
    connection.execute({"bill",
                        "update billing_period p set version_id = 1, billed_cut = r.cut "
                        "from (select min(cut) as cut from engine_run where state = 'running') r "
                        "where r.cut is not null and p.customer_id = $1 and p.starts_at = $2 "
                        "and coalesce(p.billed_cut, 0) <= r.cut"},
                       {1 + random(2), midnight(random(kDays))});
    connection.execute({"end_run",
                        "update engine_run set state = 'done' where run_id = "
                        "(select run_id from engine_run where state = 'running' "
                        "order by cut, run_id limit 1)"});
  }

  std::int64_t horizon() {
    return number(
        "select coalesce((select min(cut) from engine_run where state = 'running'), "
        "(select cut from cut_counter))");
  }

  void expect_as_raw() {
    const std::int64_t last = number("select cut from cut_counter");
    for (std::int64_t cut = horizon(); cut <= last; ++cut) {
      EXPECT_EQ(connection
                    .query({"differences", R"(
          select count(*) from (
            select customer_id, bucket, subject, sum(event_count) as n, sum(value_sum) as total,
                   min(value_min) as low, max(value_max) as high
              from usage_total where cut <= $1 group by 1, 2, 3) t
          full join (
            select customer_id, date_bin('15 minutes', occurred_at, '2000-01-01') as bucket, subject,
                   count(*) as n, sum((data::jsonb ->> 'bytes')::numeric) as total,
                   min((data::jsonb ->> 'bytes')::numeric) as low,
                   max((data::jsonb ->> 'bytes')::numeric) as high
              from raw_event join ingest_batch using (batch_id) where cut <= $1 group by 1, 2, 3) r
          using (customer_id, bucket, subject)
          where (t.n, t.total, t.low, t.high) is distinct from (r.n, r.total, r.low, r.high))"},
                           {cut})
                    .only()
                    .int64(0),
                0)
          << "at cut " << cut;
    }
  }

  /// A billed period is due again exactly when an event in it came with a later cut. Notes span
  /// from the first to the last touched time, so they may say so of a day in between as well, but
  /// must never miss one.
  void expect_no_note_missing() {
    EXPECT_EQ(number(R"(
      select count(*) from billing_period p
       where exists (select from raw_event r join ingest_batch b using (batch_id)
                      where r.customer_id = p.customer_id and b.cut > p.billed_cut
                        and r.occurred_at >= p.starts_at and r.occurred_at < p.ends_at)
         and not exists (select from cut_touch c
                          where c.customer_id = p.customer_id and c.cut > p.billed_cut
                            and c.last_at + interval '15 minutes' > p.starts_at
                            and c.first_at < p.ends_at))"),
              0);
  }

 private:
  std::mt19937 random_{20261001};
  int ids_ = 0;
};

TEST_F(MergeTest, NeverChangesASumAtOrAboveTheHorizon) {
  for (int step = 0; step < 300; ++step) {
    switch (random(6)) {
      case 0:
      case 1:
        take_some();
        break;
      case 2:
        close();
        break;
      case 3:
        start_run();
        break;
      case 4:
        finish_run();
        break;
      case 5:
        merge_totals(connection);
        expect_as_raw();
        expect_no_note_missing();
        break;
    }
    ASSERT_FALSE(HasFailure()) << "step " << step;
  }
  while (number("select count(*) from engine_run where state = 'running'") > 0) finish_run();
  close();
  merge_totals(connection);
  expect_as_raw();
  expect_no_note_missing();
  EXPECT_EQ(
      number("select count(*) from (select 1 from usage_total "
             "group by customer_id, bucket, meter, subject, dimensions having count(*) > 1) s"),
      0)
      << "one row for each total";
}

TEST_F(MergeTest, KeepsTheHighestCutAndWhatARunStillNeeds) {
  take({event("e1", "1")});
  close();
  take({event("e2", "2")});
  start_run();
  take({event("e3", "4")});
  close();
  merge_totals(connection);
  EXPECT_EQ(text("select string_agg(cut || ' ' || value_sum, ', ' order by cut) from usage_total"),
            "2 3, 3 4");
  EXPECT_EQ(quantity_at(2), "3");
  connection.execute({"end_runs", "update engine_run set state = 'done'"});
  merge_totals(connection);
  EXPECT_EQ(text("select string_agg(cut || ' ' || value_sum, ', ' order by cut) from usage_total"),
            "3 7");
}

TEST_F(MergeTest, DropsTheNotesThatNoBilledPeriodNeeds) {
  take({event("e1", "1", "acme", "2026-10-02T05:00:00Z")});
  close();
  merge_totals(connection);
  EXPECT_EQ(number("select count(*) from cut_touch"), 0) << "nothing is billed yet";
  start_run();
  connection.execute({"bill_day",
                      "update billing_period set version_id = 1, billed_cut = 1 "
                      "where customer_id = 1 and starts_at = $1"},
                     {midnight(1)});
  connection.execute({"end_runs", "update engine_run set state = 'done'"});
  take({event("late", "1", "acme", "2026-10-02T06:00:00Z")});
  take({event("e3", "1", "acme", "2026-10-04T00:00:00Z"), event("e4", "1", "globex", kStart)});
  close();
  take({event("e5", "1", "acme", "2026-10-03T00:00:00Z")});
  close();
  merge_totals(connection);
  EXPECT_EQ(text("select string_agg(customer_id || ':' || cut, ', ') from cut_touch"), "1:2");
  connection.execute({"rebill", "update billing_period set billed_cut = 3 where billed_cut = 1"});
  merge_totals(connection);
  EXPECT_EQ(number("select count(*) from cut_touch"), 0);
}

}  // namespace
}  // namespace reckoner::metering

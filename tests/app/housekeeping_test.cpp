#include "app/housekeeping.hpp"

#include <thread>

#include "metering/metering_database.hpp"
#include "store/pool.hpp"

namespace reckoner::app {
namespace {

class HousekeepingTest : public metering::MeteringTest {
 protected:
  void wait_until(std::string_view sql) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (text(sql) != "true") {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << sql;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
};

TEST_F(HousekeepingTest, ClosesCutsWhileThereIsSomething) {
  give("acme", 7);
  store::Pool pool({.conninfo = conninfo()}, 1);
  const time::Clock clock = [this] { return received_at; };
  std::atomic<bool> stop = false;
  const HousekeepingPauses pauses{.cuts = std::chrono::milliseconds(10),
                                  .merges = std::chrono::milliseconds(20)};
  std::jthread house([&] { keep_house(pool, clock, stop, pauses); });
  for (int i = 0; i < 3; ++i) {
    take({event("e" + std::to_string(i), "10")});
    wait_until("select (count(*) = 0)::text from ingest_batch where cut is null");
  }
  const std::int64_t cuts = number("select count(*) from cut");
  EXPECT_GE(cuts, 3);
  EXPECT_EQ(quantity(7), "30");
  wait_until("select (count(*) = 1)::text from usage_total");
  // A lost connection is no end.
  connection.execute({"end others",
                      "select pg_terminate_backend(pid) from pg_stat_activity "
                      "where datname = current_database() and pid <> pg_backend_pid() "
                      "and usename = current_user"});
  take({event("e3", "10")});
  wait_until("select (count(*) = 0)::text from ingest_batch where cut is null");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(number("select count(*) from cut"), cuts + 1) << "a cut over nothing";
  stop = true;
}

}  // namespace
}  // namespace reckoner::app

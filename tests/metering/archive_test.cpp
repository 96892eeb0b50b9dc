#include "metering/archive.hpp"

#include <gmock/gmock.h>

#include "metering/conservation.hpp"
#include "metering/correction.hpp"
#include "metering/cut.hpp"
#include "metering/meter_computing.hpp"
#include "metering/recompute.hpp"
#include "metering_database.hpp"
#include "support/billing.hpp"

namespace reckoner::metering {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class ArchiveTest : public MeteringTest {
 protected:
  ArchiveTest() {
    give("acme", 1);
    received_at = time::parse_instant("2026-10-31T23:59:59.999999Z");
    take({event("e1", "10"), event("e2", "0.50", "acme", "2026-09-30T00:00:00Z")});
    take({event("🦊 \"quoted\"", "7")});
    received_at = time::parse_instant("2026-11-01T00:00:00Z");
    take({event("e3", "100")});
    close_cut(connection, received_at);
    before_ = raw();
  }

  ArchivedMonth archive(const ArchiveProgress& progress = {}) {
    return archive_month(owner_, "2026-10", directory_.path(), "ada", now, progress);
  }
  std::string raw() {
    return text(
        "select coalesce(string_agg(e::text, E'\\n' order by batch_id, seq), '') "
        "from raw_event e");
  }
  Recomputed recompute() { return recompute_totals(connection, meters::MeterReader(meters)); }
  std::vector<std::string> broken() {
    std::vector<std::string> names;
    for (const ConservationCheck& check : conservation_checks()) {
      config::Configuration configuration;
      configuration.meters = meters;
      const auto outcome = check.run(connection, configuration);
      if (!outcome.holds()) names.push_back(outcome.name + ": " + outcome.wrong.front());
    }
    return names;
  }
  std::string file() const { return directory_.path() + "/events-2026-10.jsonl.zst"; }

  const time::Instant now = time::parse_instant("2026-11-02T00:00:00Z");
  test::TemporaryDirectory directory_;
  store::Connection owner_{store::ConnectionOptions{.conninfo = owner_conninfo()}};
  std::string before_;
};

TEST_F(ArchiveTest, MovesTheMonthOfReceiptAndBringsItBackAsItWas) {
  const ArchivedMonth done = archive();
  EXPECT_EQ(done.manifest.events, 3);
  EXPECT_EQ(done.file, file());
  EXPECT_EQ(read_manifest(done.file), done.manifest);
  EXPECT_EQ(number("select count(*) from raw_event"), 1);
  EXPECT_EQ(number("select count(*) from event_key"), 4) << "keys stay";
  EXPECT_EQ(quantity(1), "117.5") << "totals stay";
  EXPECT_EQ(take({event("e1", "10")}), (IngestCounts{1, 0, 1, 0})) << "and so does uniqueness";
  EXPECT_THAT(broken(), IsEmpty());
  ASSERT_EQ(archived_months(connection).size(), 1);
  EXPECT_EQ(archived_months(connection).front().archived_by, "ada");

  EXPECT_EQ(restore_month(owner_, "2026-10", "", now).restored_at, now);
  EXPECT_EQ(raw(), before_);
  EXPECT_EQ(test::error_of([&] { restore_month(owner_, "2026-10", "", now); }),
            "2026-10 was brought back at 2026-11-02T00:00:00Z");
  archive();
  EXPECT_EQ(number("select count(*) from raw_event"), 1) << "it may go again";
}

TEST_F(ArchiveTest, TheWriterMayNotAndTheOwnerOnlyWhenItSaysSo) {
  EXPECT_THAT(
      test::error_of([&] { archive_month(connection, "2026-10", directory_.path(), "eve", now); }),
      HasSubstr("only the owner of the tables may archive"));
  EXPECT_THAT(test::error_of([&] {
                owner_.execute({"delete", "delete from raw_event"});
              }),
              HasSubstr("raw_event is immutable"));
  EXPECT_THAT(test::error_of([&] {
                owner_.run_script({"update",
                                   "begin; set local reckoner.archive = 'on'; "
                                   "update raw_event set data = '{}'"});
              }),
              HasSubstr("raw_event is immutable"));
  owner_.run_script({"end", "rollback"});
  EXPECT_EQ(raw(), before_);
}

TEST_F(ArchiveTest, OnlyAMonthThatIsOverAndInACutGoes) {
  const auto refusal = [&](std::string_view month, time::Instant at) {
    return test::error_of([&] { archive_month(owner_, month, directory_.path(), "ada", at); });
  };
  EXPECT_EQ(refusal("2026-11", now), "2026-11 is not over yet");
  EXPECT_EQ(refusal("2026-09", now), "nothing was received in 2026-09");
  EXPECT_EQ(refusal("2026-13", now), "'2026-13' is not a month such as 2026-10");
  EXPECT_EQ(refusal("october", now), "'october' is not a month such as 2026-10");
  take({event("e9", "1")});
  EXPECT_EQ(refusal("2026-11", time::parse_instant("2026-12-01T00:00:00Z")),
            "batch 4 of 2026-11 is in no cut yet: reckoner cut closes one");
  archive();
  EXPECT_THAT(refusal("2026-10", now), StartsWith("2026-10 was archived at 2026-11-02T00:00:00Z"));
}

TEST_F(ArchiveTest, KilledAnywhereItIsDoneOrCanBeRepeated) {
  struct Killed {};
  for (const ArchiveStep last :
       {ArchiveStep::kWritten, ArchiveStep::kVerified, ArchiveStep::kDeleted}) {
    EXPECT_THROW(archive({.step =
                              [&](ArchiveStep step) {
                                if (step == last) throw Killed();
                              }}),
                 Killed);
    EXPECT_EQ(raw(), before_);
    EXPECT_THAT(archived_months(connection), IsEmpty());
  }
  EXPECT_THROW(archive({.events = [](std::int64_t) { throw Killed(); }}), Killed);
  EXPECT_EQ(raw(), before_);
  archive();
  EXPECT_EQ(number("select count(*) from raw_event"), 1);
  int files = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(directory_.path())) {
    ++files;
  }
  EXPECT_EQ(files, 2) << "the file and its manifest, and nothing half written";
}

TEST_F(ArchiveTest, AFileThatWasChangedOrCutIsNotBroughtBack) {
  archive();
  const std::string content = file_content(file());
  const auto damage = [&](std::string changed) {
    std::ofstream(file(), std::ios::binary) << changed;
    return test::error_of([&] { restore_month(owner_, "2026-10", "", now); });
  };
  std::string flipped = content;
  flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
  EXPECT_THAT(damage(flipped), HasSubstr("events-2026-10.jsonl.zst"));
  EXPECT_THAT(damage(content.substr(0, content.size() / 2)), HasSubstr("ends in the middle"));
  EXPECT_THAT(damage(content + content), HasSubstr("events"));
  EXPECT_EQ(number("select count(*) from raw_event"), 1) << "nothing was stored";
  const Recomputed without = recompute();
  EXPECT_THAT(without.totals.remarks, ElementsAre(HasSubstr("2026-10 is left out")));
  EXPECT_TRUE(without.totals.holds()) << "what is left out cannot be wrong";
  std::ofstream(file(), std::ios::binary) << content;
  const std::string moved = directory_.path() + "/moved.zst";
  std::filesystem::rename(file(), moved);
  restore_month(owner_, "2026-10", moved, now);
  EXPECT_EQ(raw(), before_);
}

TEST_F(ArchiveTest, CorrectionsNameTheArchive) {
  archive();
  EXPECT_THAT(test::error_of([&] {
                void_event(connection, meters::MeterReader(meters), {"gateway", "e1"},
                           {"typo", "ada", now});
              }),
              HasSubstr("event 'e1' of source 'gateway' lies in the archive of 2026-10"));
  restore_month(owner_, "2026-10", "", now);
  void_event(connection, meters::MeterReader(meters), {"gateway", "e1"}, {"typo", "ada", now});
  EXPECT_EQ(quantity(1), "107.5");
}

TEST_F(ArchiveTest, RecomputingAndComputingReadArchives) {
  void_event(connection, meters::MeterReader(meters), {"gateway", "e2"}, {"typo", "ada", now});
  archive();
  const Recomputed done = recompute();
  EXPECT_THAT(done.totals.wrong, IsEmpty());
  EXPECT_EQ(done.events.checked, 4);
  EXPECT_THAT(done.events.remarks, ElementsAre("4 counted = 3 in totals + 1 voided + 0 passed"));

  domain::Meter transfers = meters.front();
  transfers.name = "transfers";
  transfers.aggregation = domain::Aggregation::kCount;
  meters.push_back(transfers);
  connection.execute({"life", R"(
    insert into meter_life (meter, since_batch, created_at, updated_at, definition)
    values ('transfers', 99, $1, $1, sha256('x')))"},
                     {received_at});
  EXPECT_EQ(compute_meter(connection, meters::MeterReader(meters), "transfers", std::nullopt, now)
                .counted,
            3);
  EXPECT_THAT(recompute().totals.wrong, IsEmpty());
}

}  // namespace
}  // namespace reckoner::metering

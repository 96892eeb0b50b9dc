#include "engine/doctor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace reckoner::engine {
namespace {

using testing::HasSubstr;

store::ServerFacts sound() {
  return {.version = "15.8",
          .version_number = 150'008,
          .fsync = true,
          .full_page_writes = true,
          .synchronous_commit = "on",
          .synchronous_standby_names = "",
          .standbys = {},
          .user = "reckoner_writer",
          .superuser = false,
          .citus = std::nullopt,
          .connections = 3,
          .connections_max = 97,
          .prepared_transactions = 0,
          .database_bytes = 9 << 20};
}

Finding about(std::string_view subject, const store::ServerFacts& facts) {
  const auto findings = judge_server(facts);
  const auto found = std::ranges::find(findings, subject, &Finding::subject);
  if (found == findings.end()) throw std::logic_error("no such finding");
  return *found;
}

TEST(Doctor, FindsNothingWhereAllIsSound) {
  for (const Finding& finding : judge_server(sound())) {
    EXPECT_EQ(finding.verdict, Verdict::kOk) << finding.subject << ": " << finding.says;
    EXPECT_EQ(finding.todo, "");
  }
  EXPECT_EQ(exit_code_of(judge_server(sound())), 0);
}

TEST(Doctor, DurabilityIsWrongWithoutFsyncAndDoubtfulWithoutWaiting) {
  auto facts = sound();
  facts.fsync = false;
  EXPECT_EQ(about("durability", facts).verdict, Verdict::kWrong);
  EXPECT_THAT(about("durability", facts).says, HasSubstr("fsync is off"));
  EXPECT_EQ(exit_code_of(judge_server(facts)), 1);
  facts = sound();
  facts.full_page_writes = false;
  EXPECT_EQ(about("durability", facts).verdict, Verdict::kWrong);
  facts = sound();
  facts.synchronous_commit = "off";
  EXPECT_EQ(about("durability", facts).verdict, Verdict::kWarning);
  EXPECT_EQ(exit_code_of(judge_server(facts)), 0);
}

TEST(Doctor, AStandbyThatCommitsDoNotWaitForIsDoubtful) {
  auto facts = sound();
  EXPECT_THAT(about("failover", facts).says, HasSubstr("no standby"));
  facts.standbys = {{"two", "async"}};
  EXPECT_EQ(about("failover", facts).verdict, Verdict::kWarning);
  EXPECT_THAT(about("failover", facts).says, HasSubstr("asynchronous"));
  facts.synchronous_standby_names = "two";
  facts.standbys = {{"two", "sync"}, {"three", "async"}};
  EXPECT_EQ(about("failover", facts).verdict, Verdict::kOk);
  facts.standbys = {{"two", "quorum"}};
  EXPECT_EQ(about("failover", facts).verdict, Verdict::kOk);
  facts.synchronous_commit = "local";
  EXPECT_EQ(about("failover", facts).verdict, Verdict::kWarning);
  // A role that may not see the state goes by the setting.
  facts.synchronous_commit = "on";
  facts.standbys = {{"two", std::nullopt}};
  EXPECT_EQ(about("failover", facts).verdict, Verdict::kOk);
  facts.synchronous_standby_names = "";
  EXPECT_EQ(about("failover", facts).verdict, Verdict::kWarning);
  facts.standbys = {};
  facts.synchronous_standby_names = "two";
  EXPECT_THAT(about("failover", facts).says, HasSubstr("none is connected"));
}

TEST(Doctor, RolesConnectionsVersionsAndWhatWasPrepared) {
  auto facts = sound();
  facts.superuser = true;
  EXPECT_EQ(about("role", facts).verdict, Verdict::kWarning);
  facts = sound();
  facts.user = "somebody";
  EXPECT_EQ(about("role", facts).verdict, Verdict::kWarning);
  facts.connections = 95;
  EXPECT_EQ(about("connections", facts).verdict, Verdict::kWarning);
  facts.version_number = 140'011;
  EXPECT_EQ(about("server", facts).verdict, Verdict::kWrong);
  facts.prepared_transactions = 2;
  EXPECT_EQ(about("prepared transactions", facts).verdict, Verdict::kWarning);
  facts.citus = "13.0-1";
  EXPECT_THAT(about("sharding", facts).says, HasSubstr("Citus 13.0-1"));
}

TEST(Doctor, ClocksMayDifferByLessThanASecond) {
  const time::Instant servers = time::parse_instant("2026-11-01T12:00:00Z");
  using std::chrono::milliseconds;
  EXPECT_EQ(judge_clock(servers, servers + milliseconds(999)).verdict, Verdict::kOk);
  EXPECT_EQ(judge_clock(servers, servers - milliseconds(1000)).verdict, Verdict::kWarning);
  EXPECT_EQ(judge_clock(servers, servers + std::chrono::minutes(1)).verdict, Verdict::kWrong);
}

TEST(Doctor, SchemaAndDisk) {
  EXPECT_EQ(judge_schema(9, 9).verdict, Verdict::kOk);
  EXPECT_EQ(judge_schema(8, 9).verdict, Verdict::kWarning);
  constexpr std::uintmax_t kMiB = 1 << 20;
  EXPECT_EQ(judge_disk(std::nullopt, 1).verdict, Verdict::kOk);
  EXPECT_EQ(judge_disk(Disk{5000 * kMiB, 9000 * kMiB}, 1).verdict, Verdict::kOk);
  EXPECT_EQ(judge_disk(Disk{500 * kMiB, 9000 * kMiB}, 1).verdict, Verdict::kWarning);
  EXPECT_EQ(judge_disk(Disk{100 * kMiB, 9000 * kMiB}, 1).verdict, Verdict::kWrong);
}

TEST(Doctor, WhatWaitsForSomebodyIsSaid) {
  const time::Instant now = time::parse_instant("2026-11-01T12:00:00Z");
  for (const Finding& finding : judge_backlog({}, now)) {
    EXPECT_EQ(finding.verdict, Verdict::kOk) << finding.subject;
  }
  const Backlog backlog{.unfinished_runs = 1,
                        .unattended_runs = {{.run = {12},
                                             .engine = "monthly",
                                             .since = now - std::chrono::minutes(2),
                                             .problem = "no class 'Own'"}},
                        .parked = 2,
                        .held = 3,
                        .quarantined = 4,
                        .mails_pending = 5,
                        .mails_dead = 6,
                        .oldest_mail = now - std::chrono::hours(25),
                        .oldest_batch = now - std::chrono::minutes(6),
                        .undivided = {"rent of 2026-10: nobody could bear it"},
                        .lost_budgets = {"there is no cost centre moon"}};
  const auto findings = judge_backlog(backlog, now);
  for (const Finding& finding : findings) {
    EXPECT_EQ(finding.verdict, Verdict::kWarning) << finding.subject;
    EXPECT_NE(finding.todo, "") << finding.subject;
  }
  EXPECT_EQ(exit_code_of(findings), 0);
  const auto pools = std::ranges::find(findings, "cost pools", &Finding::subject);
  ASSERT_NE(pools, findings.end());
  EXPECT_EQ(pools->says,
            "1 months could not be divided; the first: rent of 2026-10: nobody could bear it");
  const auto unattended = std::ranges::find(findings, "unattended run", &Finding::subject);
  ASSERT_NE(unattended, findings.end());
  EXPECT_EQ(unattended->says,
            "nobody has worked on run 12 of monthly since 2026-11-01T11:58:00Z; its "
            "configuration does not load here: no class 'Own'");
  EXPECT_THAT(unattended->todo, HasSubstr("reckoner runs cancel 12"));
}

}  // namespace
}  // namespace reckoner::engine

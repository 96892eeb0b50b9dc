#include "store/embedded.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>

#include "store/connection.hpp"
#include "store/data_directory.hpp"
#include "store/pool.hpp"
#include "store/server_programs.hpp"
#include "support/database.hpp"

namespace reckoner::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr EmbeddedOptions kOptions{.durability = Durability::kForTests};
constexpr Statement kWho{"who", "select current_user || ' in ' || current_database()"};

std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const StartError& error) {
    return error.what();
  }
  return "no StartError";
}

/// A cluster of its own for a test, stopped whatever happens.
class EmbeddedTest : public testing::Test {
 protected:
  ~EmbeddedTest() override {
    while (running()) {
      for (const pid_t process : server_processes(cluster())) kill(process, SIGQUIT);
    }
  }
  EmbeddedCluster open() { return EmbeddedCluster::open(data(), kOptions); }
  std::string data() const { return directory_.path(); }
  fs::path cluster() const { return fs::path(data()) / "cluster"; }
  bool running() const { return !server_processes(cluster()).empty(); }

  test::TemporaryDirectory directory_;
};

/// A process that uses the cluster until it is killed.
class OtherUser {
 public:
  explicit OtherUser(const std::string& data) {
    std::array<int, 2> ready{};
    if (pipe(ready.data()) != 0) throw std::runtime_error("no pipe");
    process_ = fork();
    if (process_ == 0) {
      const auto cluster = EmbeddedCluster::open(data, kOptions);
      [[maybe_unused]] const auto written = write(ready[1], "r", 1);
      pause();
    }
    close(ready[1]);
    char letter = 0;
    started_ = read(ready[0], &letter, 1) == 1;
    close(ready[0]);
  }
  ~OtherUser() { end(); }
  bool started() const { return started_; }
  void end() {
    if (process_ == 0) return;
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    process_ = 0;
  }

 private:
  pid_t process_;
  bool started_;
};

TEST_F(EmbeddedTest, MakesAClusterWithItsRolesAndStopsIt) {
  {
    const auto cluster = open();
    EXPECT_EQ(Connection({.conninfo = cluster.conninfo(Role::kOwner)}).query(kWho).only().text(0),
              "reckoner_owner in reckoner");
    EXPECT_EQ(Connection({.conninfo = cluster.conninfo(Role::kWriter)}).query(kWho).only().text(0),
              "reckoner_writer in reckoner");
    EXPECT_EQ(Connection({.conninfo = cluster.conninfo(Role::kReader)}).query(kWho).only().text(0),
              "reckoner_reader in reckoner");
    Connection superuser({.conninfo = cluster.conninfo(Role::kSuperuser)});
    EXPECT_EQ(superuser
                  .query({"roles",
                          "select count(*) from pg_roles where rolname like 'reckoner%' and not"
                          " rolsuper and not rolcreaterole and rolcanlogin"})
                  .only()
                  .int64(0),
              3);
    const Row settings =
        superuser
            .query(
                {"settings",
                 "select current_setting('listen_addresses') as listen,"
                 " current_setting('jit') as jit, current_setting('server_encoding') as encoding,"
                 " current_setting('shared_buffers') as buffers,"
                 " current_setting('max_wal_size') as wal,"
                 " (select count(*) from pg_hba_file_rules where type <> 'local'"
                 "  and auth_method <> 'reject') as open"})
            .only();
    EXPECT_EQ(settings.text("listen"), "");
    EXPECT_EQ(settings.text("jit"), "off");
    EXPECT_EQ(settings.text("encoding"), "UTF8");
    EXPECT_EQ(settings.text("buffers"), "256MB");
    EXPECT_EQ(settings.text("wal"), "4GB");
    EXPECT_EQ(settings.int64("open"), 0);
    EXPECT_EQ(fs::status(data()).permissions(), fs::perms::owner_all);
    struct stat owner {};
    ASSERT_EQ(stat(cluster.directory().c_str(), &owner), 0);
    EXPECT_NE(owner.st_uid, 0U);
    EXPECT_GT(cluster.server_pid(), 0);
  }
  EXPECT_FALSE(running());
  {
    const auto again = open();
    EXPECT_TRUE(running());
  }
  EXPECT_FALSE(running());
}

TEST_F(EmbeddedTest, FullDurabilityIsTheDefault) {
  { const auto quickly_made = open(); }
  const auto cluster = EmbeddedCluster::open(data());
  EXPECT_EQ(Connection({.conninfo = cluster.conninfo(Role::kWriter)})
                .query({"safe",
                        "select current_setting('fsync') || current_setting('synchronous_commit')"
                        " || current_setting('full_page_writes')"})
                .only()
                .text(0),
            "ononon");
}

TEST_F(EmbeddedTest, TheLastUserStopsIt) {
  std::optional<EmbeddedCluster> first(open());
  const auto server = first->server_pid();
  std::optional<EmbeddedCluster> second(open());
  EXPECT_EQ(second->server_pid(), server);
  first.reset();
  EXPECT_TRUE(running());
  EXPECT_NO_THROW(Connection({.conninfo = second->conninfo(Role::kWriter)}));
  second.reset();
  EXPECT_FALSE(running());
}

TEST_F(EmbeddedTest, AnotherProcessIsAUserToo) {
  OtherUser other(data());
  ASSERT_TRUE(other.started());
  { const auto cluster = open(); }
  EXPECT_TRUE(running());
}

TEST_F(EmbeddedTest, AClusterLeftByAKilledUserIsAdopted) {
  OtherUser other(data());
  ASSERT_TRUE(other.started());
  other.end();
  ASSERT_TRUE(running());
  const auto before = server_processes(cluster());
  {
    const auto cluster = open();
    EXPECT_THAT(before, testing::Contains(cluster.server_pid()));
    EXPECT_NO_THROW(Connection({.conninfo = cluster.conninfo(Role::kWriter)}));
  }
  EXPECT_FALSE(running());
}

TEST_F(EmbeddedTest, AServerThatWasKilledIsStartedAgain) {
  {
    auto cluster = open();
    Connection writer({.conninfo = cluster.conninfo(Role::kOwner)});
    writer.run_script({"write", "create table kept as select 1 as one"});
    const auto server = cluster.server_pid();
    kill(static_cast<pid_t>(server), SIGKILL);
    // The kill is noticed in a moment, as a pool would by failing to connect.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (cluster.server_pid() == server && std::chrono::steady_clock::now() < deadline) {
      cluster.ensure_running();
    }
    EXPECT_NE(cluster.server_pid(), server);
    Connection again({.conninfo = cluster.conninfo(Role::kOwner)});
    EXPECT_EQ(again.query({"read", "select one from kept"}).only().int64(0), 1);
    kill(static_cast<pid_t>(cluster.server_pid()), SIGKILL);
  }
  { const auto cluster = open(); }
  EXPECT_FALSE(running());
}

/// A backend that has not yet heard of the crash still answers, and is then ended in the middle of
/// a statement: a lease may die once, as it may at any time; the next one must serve.
std::string who_after_a_crash(Pool& pool, std::chrono::milliseconds wait) {
  try {
    return pool.take(wait)->query(kWho).only().text(0);
  } catch (const DatabaseError& error) {
    EXPECT_TRUE(error.retryable()) << error.what();
    return pool.take(wait)->query(kWho).only().text(0);
  }
}

TEST_F(EmbeddedTest, APoolHealsAfterACrash) {
  std::optional<EmbeddedCluster> cluster(open());
  {
    Pool pool({.conninfo = cluster->conninfo(Role::kWriter)}, 2,
              [&] { cluster->ensure_running(); });
    const auto wait = std::chrono::seconds(20);
    std::int32_t backend = 0;
    {
      const auto lease = pool.take(wait);
      backend = lease->backend_pid();
      // A backend that dies makes the server end all sessions and recover: our advisory lock goes
      // too.
      kill(backend, SIGKILL);
      EXPECT_THROW(lease->query(kWho), DatabaseError);
    }
    EXPECT_EQ(who_after_a_crash(pool, wait), "reckoner_writer in reckoner");
    { const auto other_command = open(); }
    EXPECT_TRUE(running());
    kill(static_cast<pid_t>(cluster->server_pid()), SIGKILL);
    EXPECT_EQ(who_after_a_crash(pool, wait), "reckoner_writer in reckoner");
  }
  cluster.reset();
  EXPECT_FALSE(running());
}

TEST_F(EmbeddedTest, AStaleProcessIdOfAStrangerIsNoServer) {
  { const auto cluster = open(); }
  std::ofstream(cluster() / "postmaster.pid") << getpid() << "\n" << cluster().string() << "\n";
  const auto cluster = open();
  EXPECT_NE(cluster.server_pid(), getpid());
}

TEST_F(EmbeddedTest, AKillDuringTheFirstUseIsMadeGood) {
  { const auto cluster = open(); }
  fs::rename(cluster(), fs::path(data()) / "cluster.partial");
  const auto cluster = open();
  EXPECT_FALSE(fs::exists(fs::path(data()) / "cluster.partial"));
}

TEST_F(EmbeddedTest, LongAndOddPathsWork) {
  for (const std::string& name : {std::string(120, 'x'), std::string("a 'b' \"c\" $d \\e")}) {
    ASSERT_EQ(chmod(data().c_str(), 0711), 0);
    const std::string path = data() + "/" + name;
    std::optional<EmbeddedCluster> cluster(EmbeddedCluster::open(path, kOptions));
    EXPECT_EQ(Connection({.conninfo = cluster->conninfo(Role::kWriter)}).query(kWho).only().text(0),
              "reckoner_writer in reckoner");
    const fs::path socket = socket_directory(path);
    EXPECT_EQ(fs::status(socket).permissions(), fs::perms::owner_all);
    cluster.reset();
    EXPECT_TRUE(server_processes(fs::path(path) / "cluster").empty());
    EXPECT_EQ(fs::exists(socket), socket == path);
  }
}

TEST_F(EmbeddedTest, ADirectoryWithOtherThingsIsLeftAlone) {
  std::ofstream(fs::path(data()) / "precious.txt") << "mine";
  EXPECT_EQ(message_of([&] { open(); }),
            "cannot use data directory " + data() +
                ": it is not empty, and not a data directory of Reckoner");
  EXPECT_TRUE(fs::exists(fs::path(data()) / "precious.txt"));
}

TEST_F(EmbeddedTest, WhatCannotBeUsedIsSaidInOneLine) {
  EXPECT_THAT(message_of([] { EmbeddedCluster::open("/proc/reckoner", kOptions); }),
              HasSubstr("cannot use data directory /proc/reckoner: "));
  std::ofstream(data() + "/file");
  EXPECT_THAT(message_of([&] { EmbeddedCluster::open(data() + "/file", kOptions); }),
              HasSubstr("cannot use data directory "));
}

TEST_F(EmbeddedTest, AnotherMajorVersionIsSaid) {
  { const auto cluster = open(); }
  std::ofstream(cluster() / "PG_VERSION") << "14\n";
  EXPECT_EQ(
      message_of([&] { open(); }),
      "data directory " + data() +
          " was made by PostgreSQL 14, which (initdb, pg_ctl, postgres) is not installed: run "
          "scripts/install-deps, or name a database with --database");
}

TEST_F(EmbeddedTest, AServerThatCannotStartSaysWhy) {
  { const auto cluster = open(); }
  for (const auto& log : fs::directory_iterator(cluster() / "log")) {
    std::ofstream(log.path(), std::ios::app) << "FATAL:  something of before\n";
  }
  fs::remove(cluster() / "global/pg_control");
  EXPECT_EQ(message_of([&] { open(); }), "cannot start the database in " + data() +
                                             ": postgres: could not find the database system");
}

TEST_F(EmbeddedTest, ADirectoryTheServersUserCannotEnterIsSaid) {
  if (geteuid() != 0) return;  // only root runs the server as somebody else
  ASSERT_EQ(chmod(data().c_str(), 0700), 0);
  EXPECT_THAT(message_of([&] { EmbeddedCluster::open(data() + "/inner", kOptions); }),
              testing::AllOf(HasSubstr("as whom the database server runs, cannot enter"),
                             HasSubstr("Permission denied")));
}

TEST(DataDirectory, FollowsTheEnvironment) {
  if (geteuid() == 0) {
    EXPECT_EQ(default_data_directory(), "/var/lib/reckoner");
    return;
  }
  setenv("XDG_DATA_HOME", "/somewhere", 1);
  EXPECT_EQ(default_data_directory(), "/somewhere/reckoner");
  unsetenv("XDG_DATA_HOME");
  setenv("HOME", "/home/x", 1);
  EXPECT_EQ(default_data_directory(), "/home/x/.local/share/reckoner");
}

TEST(DataDirectory, TheLockIsWaitedForOnlySoLong) {
  test::TemporaryDirectory directory;
  std::ofstream(fs::path(directory.path()) / "reckoner.lock");
  const DirectoryLock lock(directory.path(), std::chrono::seconds(0));
  EXPECT_THAT(
      message_of([&] { const DirectoryLock second(directory.path(), std::chrono::seconds(0)); }),
      HasSubstr("starting or stopping its database"));
}

}  // namespace
}  // namespace reckoner::store

#include "support/database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <mutex>

#include "base/error.hpp"

namespace reckoner::test {

namespace {

namespace fs = std::filesystem;

/// The directory of this program's temporary directories, with a guardian: a process of its own
/// that waits for the end of the program, however it comes, and then ends what works in the
/// directory and removes it.
class ProgramDirectory {
 public:
  ProgramDirectory() {
    RK_CHECK(mkdtemp(path_.data()) != nullptr);
    RK_CHECK(chmod(path_.c_str(), 0711) ==
             0);  // for the server, which is another user when root tests
    std::array<int, 2> ends{};
    RK_CHECK(pipe2(ends.data(), O_CLOEXEC) == 0);
    guardian_ = fork();
    RK_CHECK(guardian_ >= 0);
    if (guardian_ == 0) {
      close(ends[1]);
      guard(ends[0]);
    }
    close(ends[0]);
    alive_ = ends[1];
  }
  ~ProgramDirectory() {
    close(alive_);
    waitpid(guardian_, nullptr, 0);
  }
  ProgramDirectory(const ProgramDirectory&) = delete;
  ProgramDirectory& operator=(const ProgramDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  [[noreturn]] void guard(int alive) const {
    setsid();
    for (int file = 0; file < 3; ++file) close(file);
    char end = 0;
    while (read(alive, &end, 1) < 0 && errno == EINTR) {
    }
    while (end_processes() > 0) usleep(10'000);
    std::error_code ignored;
    fs::remove_all(path_, ignored);
    _exit(0);
  }

  int end_processes() const {
    int found = 0;
    std::error_code ignored;
    for (const auto& process : fs::directory_iterator("/proc", ignored)) {
      const std::string cwd = fs::read_symlink(process.path() / "cwd", ignored);
      if (!cwd.starts_with(path_ + "/")) continue;
      kill(std::atoi(process.path().filename().c_str()), SIGQUIT);
      ++found;
    }
    return found;
  }

  std::string path_ = "/tmp/reckoner-test-XXXXXX";
  pid_t guardian_ = 0;
  int alive_ = -1;
};

/// Made before and so destroyed after whatever lives in it.
const ProgramDirectory& program_directory() {
  static const ProgramDirectory directory;
  return directory;
}

struct ClusterOfThisProgram {
  TemporaryDirectory directory;
  store::EmbeddedCluster cluster =
      store::EmbeddedCluster::open(directory.path(), {.durability = store::Durability::kForTests});
};

store::Connection superuser() {
  return store::Connection({.conninfo = cluster().conninfo(store::Role::kSuperuser)});
}

std::string new_database_name() {
  static std::atomic<int> count{0};
  return fmt::format("test_{}", ++count);
}

std::string owner_of(const std::string& database) {
  std::string conninfo = cluster().conninfo(store::Role::kOwner);
  const std::string_view name = "dbname=reckoner";
  return conninfo.replace(conninfo.find(name), name.size(), "dbname=" + database);
}

/// Drops the databases of tests that have ended, so that a long program does not fill the disk.
void drop_databases_of_other_tests(store::Connection& connection, const std::string& added) {
  static std::mutex mutex;
  static std::vector<std::string> databases;
  static const testing::TestInfo* test = nullptr;
  const std::lock_guard lock(mutex);
  const testing::TestInfo* current = testing::UnitTest::GetInstance()->current_test_info();
  if (current != test) {
    for (const auto& name : databases) {
      connection.run_script({"drop_database", fmt::format("drop database {} with (force)", name)});
    }
    databases.clear();
    test = current;
  }
  databases.push_back(added);
}

}  // namespace

store::EmbeddedCluster& cluster() {
  static ClusterOfThisProgram program;
  return program.cluster;
}

TestDatabase::TestDatabase(std::function<void(store::Connection&)> fill) : fill_(std::move(fill)) {}

std::string TestDatabase::fresh() {
  store::Connection connection = superuser();
  std::call_once(filled_, [&] {
    template_ = new_database_name();
    connection.run_script(
        {"create_template", fmt::format("create database {} owner reckoner_owner", template_)});
    store::Connection owner({.conninfo = owner_of(template_)});
    fill_(owner);
  });
  const std::string name = new_database_name();
  drop_databases_of_other_tests(connection, name);
  connection.run_script(
      {"create_database",
       fmt::format("create database {} owner reckoner_owner template {} strategy file_copy", name,
                   template_)});
  return owner_of(name);
}

std::string as_role(const std::string& conninfo, store::Role role) {
  return fmt::format("{} user={}", conninfo, store::role_name(role));
}

TemporaryDirectory::TemporaryDirectory() : path_(program_directory().path() + "/XXXXXX") {
  RK_CHECK(mkdtemp(path_.data()) != nullptr);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace reckoner::test

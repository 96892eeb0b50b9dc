#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "store/connection.hpp"
#include "store/embedded.hpp"

namespace reckoner::test {

/// The private cluster of this test program: started at first use in a directory of its own under
/// /tmp, stopped and removed at exit. A guardian process does that when the program is killed.
store::EmbeddedCluster& cluster();

/// Databases for tests, each a copy of one template. Keep one for each schema:
///   std::string fresh_database() {
///     static test::TestDatabase database([](store::Connection& c) { store::migrate(c, files); });
///     return database.fresh();
///   }
class TestDatabase {
 public:
  /// `fill` makes the template's content, as the owner role, once and when it is first needed.
  explicit TestDatabase(std::function<void(store::Connection&)> fill);

  /// The owner's connection string to a new database, which lives until the next test takes one.
  std::string fresh();

 private:
  const std::function<void(store::Connection&)> fill_;
  std::once_flag filled_;
  std::string template_;
};

/// The same database for another role.
std::string as_role(const std::string& conninfo, store::Role role);

/// A new, empty directory under /tmp, removed with all it holds when destroyed. When the test
/// program ends in another way, a guardian process removes it, after ending the database servers
/// that work in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace reckoner::test

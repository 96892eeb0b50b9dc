#include "store/shared_snapshot.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace reckoner::store {

namespace {
constexpr Statement kShare{"share snapshot", "select pg_export_snapshot() as name"};
}

std::string share_snapshot(Connection& connection) {
  return connection.query(kShare).only().text("name");
}

void take_snapshot(Connection& connection, const std::string& name) {
  constexpr std::string_view kSigns = "0123456789ABCDEF-";  // so that it needs no quoting
  RK_CHECK(name.find_first_not_of(kSigns) == name.npos);
  connection.run_script({"take snapshot", fmt::format("set transaction snapshot '{}'", name)});
}

}  // namespace reckoner::store

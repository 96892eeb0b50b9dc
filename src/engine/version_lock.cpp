#include "engine/version_lock.hpp"

namespace reckoner::engine {

void lock_versions(store::Connection& connection) {
  constexpr store::Statement kLock{"lock configuration", "select pg_advisory_xact_lock(7263501)"};
  connection.query(kLock);
}

}  // namespace reckoner::engine

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::scheduler {

/// The right to fire engines: one row of the database, held by one scheduler until it expires. It
/// saves work and orders it. What makes it safe is the token, which rises whenever the holder
/// changes: it is read within every transaction that writes for the holder.
class Lease {
 public:
  /// `holder` names this scheduler and no other, in any process.
  Lease(std::string holder, std::chrono::seconds duration);

  /// Takes the lease or makes it last longer; false while somebody else holds it. A lease that
  /// would outlast any honest one (a clock that had gone wrong) is taken over as well.
  bool take(store::Connection& connection, time::Instant now);
  /// When the present holder's lease ends; none while nobody has held it.
  std::optional<time::Instant> expires_at(store::Connection& connection) const;

  /// Within the caller's transaction: whether the lease is still what take() got. It cannot change
  /// hands then before the transaction ends.
  bool fence(store::Connection& connection) const;

  /// Lets somebody else take it at once.
  void release(store::Connection& connection, time::Instant now);

 private:
  const std::string holder_;
  const std::chrono::seconds duration_;
  std::int64_t token_ = 0;
};

}  // namespace reckoner::scheduler

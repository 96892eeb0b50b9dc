#pragma once

#include <cstdint>
#include <string>

namespace reckoner::store {

/// Which history of a database a server writes. A promotion begins another timeline of the same
/// system: what the replaced server writes after it is lost.
struct Lineage {
  std::string system;         ///< made by initdb; a standby has its primary's
  std::int64_t timeline = 0;  ///< 0: of a server in recovery, which writes none
  /// Changes when the server recovers from a crash (and when somebody resets its statistics). After
  /// that it may give a transaction the number of one that left nothing.
  std::int64_t recovery = 0;

  bool operator==(const Lineage&) const = default;
};

/// Notes that this process works with a server of this lineage. False when it has worked with a
/// later timeline of the same system: this server was replaced, and nothing may be written to it
/// any more. Thread-safe.
bool note_lineage(const Lineage& lineage);

}  // namespace reckoner::store

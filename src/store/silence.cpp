#include "store/silence.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace reckoner::store {

namespace {
constexpr Statement kLimit{"limit silence",
                           "select set_config('idle_in_transaction_session_timeout', $1, true)"};
}

void limit_silence(Connection& connection, std::chrono::milliseconds longest) {
  RK_CHECK(connection.in_transaction());
  connection.query(kLimit, {fmt::format("{}ms", longest.count())});
}

}  // namespace reckoner::store

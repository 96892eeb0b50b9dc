#include "engine/standing.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kCut{"current cut", "select cut from cut_counter"};

}  // namespace

Knowledge current_knowledge(store::Connection& connection) {
  return {connection.query(kCut).only().int64("cut"), /*tail=*/true};
}

}  // namespace reckoner::engine

#include "store/repeat.hpp"

#include <thread>

#include "base/log.hpp"

namespace reckoner::store {

bool Repeats::again(const DatabaseError& error) {
  const bool may = error.retryable() || (error.in_doubt() && twice_ == Twice::kIsOnce);
  if (!may || error.statement() == "connect" || ++failed_ >= kAttempts) return false;
  log::debug("{}; done again, {} of {}", error.what(), failed_ + 1, kAttempts);
  std::this_thread::sleep_for(backoff_.next());
  return true;
}

}  // namespace reckoner::store

#include "web/credential_cache.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"

namespace reckoner::web {

namespace {
/// Queries at a time: wrong secrets, of which there is no end, leave the database to the right
/// ones.
constexpr std::size_t kAskingMax = 4;
constexpr std::size_t kKnownMax = 10'000;
}  // namespace

std::size_t CredentialCache::HashOfHash::operator()(const Sha256& hash) const noexcept {
  std::size_t value = 0;
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

std::optional<Principal> CredentialCache::principal_of(std::string_view secret) {
  const Sha256 hash = sha256(secret);
  std::unique_lock lock(mutex_);
  while (true) {
    const auto found = known_.find(hash);
    if (found != known_.end()) {
      const Known& known = found->second;
      if (known.asked_at) {
        const auto age = Steady::now() - *known.asked_at;
        if (age < ages_.fresh) return known.principal;
        const bool others_ask = known.being_asked || asking_ >= kAskingMax;
        if (age < ages_.longest && others_ask) return known.principal;
      }
      if (!known.being_asked && asking_ < kAskingMax) break;
    } else if (asking_ < kAskingMax) {
      break;
    }
    answered_.wait(lock);
  }
  const auto asked_at = Steady::now();
  forget_old(asked_at);
  Known& known = known_[hash];
  known.being_asked = true;
  ++asking_;
  const std::uint64_t forgotten = forgotten_;
  lock.unlock();
  std::optional<Principal> principal;
  std::exception_ptr failure;
  try {
    principal = find_(secret);
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  known.being_asked = false;
  --asking_;
  answered_.notify_all();
  if (!failure) {
    known.principal = principal;
    if (forgotten == forgotten_) {
      known.asked_at = asked_at;
    } else {
      known_.erase(hash);
    }
    return principal;
  }
  if (known.asked_at && Steady::now() - *known.asked_at < ages_.longest) return known.principal;
  known_.erase(hash);
  std::rethrow_exception(failure);
}

/// Those that are asked for stay where they are: somebody holds them.
void CredentialCache::forget_old(Steady::time_point now) {
  if (known_.size() < kKnownMax) return;
  std::erase_if(known_, [&](const auto& entry) {
    const Known& known = entry.second;
    if (known.being_asked) return false;
    return !known.principal || !known.asked_at || now - *known.asked_at >= ages_.longest;
  });
}

void CredentialCache::forget_all() {
  std::lock_guard lock(mutex_);
  ++forgotten_;
  std::erase_if(known_, [](const auto& entry) { return !entry.second.being_asked; });
  for (auto& [hash, known] : known_) known.asked_at.reset();
}

}  // namespace reckoner::web

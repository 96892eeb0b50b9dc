#include "web/key_ring.hpp"

#include <cstring>

#include "base/error.hpp"

namespace reckoner::web {

namespace {
/// Queries at a time: wrong keys, of which there is no end, leave the database to the right ones.
constexpr std::size_t kAskingMax = 4;
constexpr std::size_t kKnownMax = 10'000;

Scope scope_of(std::string_view name) {
  if (name == "ingest") return Scope::kIngest;
  if (name == "query") return Scope::kQuery;
  RK_CHECK(name == "admin");
  return Scope::kAdmin;
}
}  // namespace

std::size_t KeyRing::HashOfHash::operator()(const Sha256& hash) const noexcept {
  std::size_t value = 0;
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

std::optional<Principal> KeyRing::principal_of(std::string_view secret) {
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
  lock.unlock();
  std::optional<accounts::ApiKey> key;
  std::exception_ptr failure;
  try {
    key = find_(secret);
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  known.being_asked = false;
  --asking_;
  answered_.notify_all();
  if (!failure) {
    known.asked_at = asked_at;
    known.principal = key ? std::optional(web::principal_of(*key)) : std::nullopt;
    return known.principal;
  }
  if (known.asked_at && Steady::now() - *known.asked_at < ages_.longest) return known.principal;
  known_.erase(hash);
  std::rethrow_exception(failure);
}

/// Those that are asked for stay where they are: somebody holds them.
void KeyRing::forget_old(Steady::time_point now) {
  if (known_.size() < kKnownMax) return;
  std::erase_if(known_, [&](const auto& entry) {
    const Known& known = entry.second;
    if (known.being_asked) return false;
    return !known.principal || !known.asked_at || now - *known.asked_at >= ages_.longest;
  });
}

Principal principal_of(const accounts::ApiKey& key) {
  Principal principal;
  principal.key_id = key.key_id;
  principal.name = key.name;
  for (const std::string& scope : key.scopes) principal.scopes.insert(scope_of(scope));
  principal.namespace_name = key.namespace_name;
  principal.customer = key.customer;
  return principal;
}

}  // namespace reckoner::web

#include "web/rate_limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reckoner::web {

namespace {

/// Programs on this machine, a proxy among them, stand for many callers.
bool is_this_machine(const std::string& address) {
  return address.empty() || address == "::1" || address.starts_with("127.") ||
         address.starts_with("::ffff:127.");
}

void demand_token(Buckets& buckets, const std::string& caller, std::string_view what) {
  const auto wait = buckets.take(caller, std::chrono::steady_clock::now());
  if (wait.count() == 0) return;
  throw Problem(429, fmt::format("too many requests {}: wait, then send it again", what))
      .retry_after(static_cast<int>(std::chrono::ceil<std::chrono::seconds>(wait).count()));
}

}  // namespace

double Buckets::filled(const Bucket& bucket, Time now) const {
  const std::chrono::duration<double> passed = now - bucket.at;
  const auto rate = static_cast<double>(rate_.per_second);
  const double most = rate * static_cast<double>(kBurst.count());
  return std::min(most, bucket.tokens + std::max(0.0, passed.count()) * rate);
}

std::chrono::milliseconds Buckets::take(const std::string& caller, Time now) {
  if (rate_.per_second == 0) return {};
  const std::lock_guard lock(mutex_);
  const auto rate = static_cast<double>(rate_.per_second);
  auto found = buckets_.find(caller);
  if (found == buckets_.end()) {
    if (buckets_.size() >= kCallersMax) forget_full(now);
    const double most = rate * static_cast<double>(kBurst.count());
    found = buckets_.emplace(caller, Bucket{most, now}).first;
  }
  Bucket& bucket = found->second;
  bucket.tokens = filled(bucket, now);
  bucket.at = std::max(bucket.at, now);
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return {};
  }
  const std::chrono::duration<double> wait((1 - bucket.tokens) / rate);
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(wait), std::chrono::milliseconds(1));
}

std::size_t Buckets::size() {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

/// A full bucket is as good as none. Where all have been used, everybody begins anew.
void Buckets::forget_full(Time now) {
  const double most = static_cast<double>(rate_.per_second) * static_cast<double>(kBurst.count());
  std::erase_if(buckets_, [&](const auto& entry) { return filled(entry.second, now) >= most; });
  if (buckets_.size() >= kCallersMax) buckets_.clear();
}

void RateLimits::admit(const std::string& address) {
  if (!is_this_machine(address)) demand_token(addresses_, address, "from this address");
}

void RateLimits::admit(const Principal& principal) {
  demand_token(callers_, fmt::format("{} {}", principal.key_id, principal.name), "of this caller");
  if (principal.customer) {
    demand_token(customers_, std::to_string(principal.customer->value), "of this customer");
  }
}

}  // namespace reckoner::web

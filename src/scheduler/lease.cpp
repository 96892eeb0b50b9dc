#include "scheduler/lease.hpp"

namespace reckoner::scheduler {

namespace {

constexpr std::chrono::hours kHonestAtMost{1};

constexpr store::Statement kTake{"take scheduler lease", R"(
  insert into lease (name, holder, token, expires_at) values ('scheduler', $1, 1, $3)
  on conflict (name) do update
    set token = lease.token + case when lease.holder = $1 then 0 else 1 end,
        holder = $1, expires_at = $3
    where lease.holder = $1 or lease.expires_at <= $2 or lease.expires_at > $4
  returning token)"};

constexpr store::Statement kExpiresAt{"scheduler lease",
                                      "select expires_at from lease where name = 'scheduler'"};

constexpr store::Statement kFence{"fence scheduler", R"(
  select from lease where name = 'scheduler' and holder = $1 and token = $2 for share)"};

constexpr store::Statement kRelease{"release scheduler lease", R"(
  update lease set expires_at = $3 where name = 'scheduler' and holder = $1 and token = $2)"};

}  // namespace

Lease::Lease(std::string holder, std::chrono::seconds duration)
    : holder_(std::move(holder)), duration_(duration) {}

bool Lease::take(store::Connection& connection, time::Instant now) {
  const auto row =
      connection.query(kTake, {holder_, now, now + duration_, now + duration_ + kHonestAtMost})
          .at_most_one();
  if (row) token_ = row->int64("token");
  return row.has_value();
}

std::optional<time::Instant> Lease::expires_at(store::Connection& connection) const {
  const auto row = connection.query(kExpiresAt).at_most_one();
  if (!row) return std::nullopt;
  return row->instant("expires_at");
}

bool Lease::fence(store::Connection& connection) const {
  return !connection.query(kFence, {holder_, token_}).empty();
}

void Lease::release(store::Connection& connection, time::Instant now) {
  connection.execute(kRelease, {holder_, token_, now});
}

}  // namespace reckoner::scheduler

#include "engine/run_retry.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

namespace reckoner::engine {

namespace {

constexpr std::int64_t kTriesMax = 10;
constexpr std::int64_t kDaysMax = 5;      // with their rests about a second
constexpr std::int64_t kTimeoutsMax = 3;  // each may have taken ten minutes
constexpr std::chrono::milliseconds kFirstRest{100};
constexpr std::chrono::milliseconds kLongestRest{5000};
constexpr std::chrono::milliseconds kLongestRestOfConnection{1000};

bool says_nothing_of_customers(Failure failure) {
  return failure == Failure::kClash || failure == Failure::kConnection ||
         failure == Failure::kWorld;
}

std::int64_t tries_before_narrowing(Failure failure) {
  switch (failure) {
    case Failure::kRefused:
      return 1;
    case Failure::kTimeout:
      return kTimeoutsMax;
    case Failure::kDay:
      return kDaysMax;
    case Failure::kContention:
    case Failure::kConnection:
      return kTriesMax;
    case Failure::kClash:
    case Failure::kWorld:
      break;
  }
  return std::numeric_limits<std::int64_t>::max();
}

std::chrono::milliseconds longest_rest(Failure failure) {
  switch (failure) {
    case Failure::kClash:
      return kFirstRest;
    case Failure::kConnection:
      return kLongestRestOfConnection;
    default:
      return kLongestRest;
  }
}

}  // namespace

Failure failure_of(const store::DatabaseError& error) {
  const std::string_view state = error.sqlstate();
  // A shard's constraint has the shard's number behind its name.
  if (state == "23505" && error.constraint().starts_with("document_pkey")) return Failure::kClash;
  if (state == "57014" || state == "25P03") return Failure::kTimeout;
  if (error.connection_lost() || state == "53200" || state.starts_with("57P0") ||
      state.starts_with("08")) {
    return Failure::kConnection;
  }
  if (state == "40001" || state == "40P01" || state == "55P03") return Failure::kContention;
  if (state.starts_with("53")) return Failure::kWorld;
  return Failure::kRefused;
}

NextStep next_step(Failure failure, std::int64_t failures, std::size_t customers) {
  if (failures < tries_before_narrowing(failure)) return NextStep::kRepeat;
  if (failure == Failure::kDay) return NextStep::kGiveUp;
  if (customers > 1) return NextStep::kHalve;
  return says_nothing_of_customers(failure) ? NextStep::kRepeat : NextStep::kPark;
}

std::chrono::milliseconds rest_after(Failure failure, std::int64_t failures, int jitter) {
  const auto longest = longest_rest(failure);
  auto rest = kFirstRest;
  for (std::int64_t i = 1; i < failures && rest < longest; ++i) rest *= 2;
  rest = std::min(rest, longest);
  return rest / 2 + rest / 2 * jitter / 1000;
}

std::int64_t FailedBatches::count(std::int64_t batch, Failure failure) {
  const std::lock_guard lock(mutex_);
  return ++batches_[batch].failures[failure];
}

void FailedBatches::rest(std::int64_t batch, Steady::time_point until) {
  const std::lock_guard lock(mutex_);
  batches_[batch].rests_until = until;
}

void FailedBatches::forget(std::int64_t batch) {
  const std::lock_guard lock(mutex_);
  batches_.erase(batch);
}

std::vector<std::int64_t> FailedBatches::resting(Steady::time_point now) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::int64_t> resting;
  for (const auto& [batch, record] : batches_) {
    if (now < record.rests_until) resting.push_back(batch);
  }
  return resting;
}

}  // namespace reckoner::engine

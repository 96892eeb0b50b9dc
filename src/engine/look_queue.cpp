#include "engine/look_queue.hpp"

#include <algorithm>

namespace reckoner::engine {

namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kAll = 1'000'000;  // millionths
constexpr std::int64_t kPartsOfTheWay = 4;
/// Looks that lie further apart than this say nothing of how it goes now.
constexpr std::chrono::minutes kApart{1};

/// How long the next look may wait.
milliseconds wait_of(const LookQueue::Shares& before, const LookQueue::Shares& now,
                     milliseconds between) {
  if (between.count() <= 0 || between > kApart || before.size() != now.size()) return {};
  milliseconds wait = LookQueue::kLongestWait;
  for (std::size_t i = 0; i < now.size(); ++i) {
    const std::int64_t grown = now[i] - before[i];
    // Another threshold is the next one now, or usage was taken back.
    if (grown < 0) return {};
    if (grown == 0) continue;
    const milliseconds left = between * (kAll - now[i]) / grown;
    wait = std::min(wait, left / kPartsOfTheWay);
  }
  return wait;
}

}  // namespace

LookQueue::Waiting& LookQueue::enqueue(std::int64_t customer, time::Instant due) {
  swept_.erase(customer);
  const auto [place, is_new] = waiting_.try_emplace(customer, Waiting{due});
  Waiting& waiting = place->second;
  if (is_new) {
    order_.emplace(due, customer);
  } else if (due < waiting.due) {
    order_.erase({waiting.due, customer});
    order_.emplace(due, customer);
    waiting.due = due;
  }
  return waiting;
}

void LookQueue::add(std::int64_t customer, std::int64_t cut) {
  const auto known = known_.find(customer);
  Waiting& waiting =
      enqueue(customer, known == known_.end() ? time::Instant::min()
                                              : known->second.looked_at + known->second.wait);
  waiting.cut = std::min(waiting.cut.value_or(cut), cut);
}

void LookQueue::add(std::int64_t customer, time::Instant due) {
  enqueue(customer, due);
}

void LookQueue::sweep(std::int64_t customer) {
  if (!waiting_.contains(customer)) swept_.insert(customer);
}

std::vector<std::int64_t> LookQueue::due(time::Instant now, std::size_t most) const {
  std::vector<std::int64_t> customers;
  const std::size_t kept = std::min(swept_.size(), most / 4);
  for (const auto& [due, customer] : order_) {
    if (due > now || customers.size() == most - kept) break;
    customers.push_back(customer);
  }
  for (const std::int64_t customer : swept_) {
    if (customers.size() == most) break;
    customers.push_back(customer);
  }
  return customers;
}

void LookQueue::forget_waiting() {
  waiting_.clear();
  order_.clear();
  swept_.clear();
}

void LookQueue::looked(std::int64_t customer, time::Instant at, std::optional<Shares> shares) {
  swept_.erase(customer);
  const auto waiting = waiting_.find(customer);
  if (waiting != waiting_.end()) {
    order_.erase({waiting->second.due, customer});
    waiting_.erase(waiting);
  }
  const auto before = known_.find(customer);
  Known known{at, {}, milliseconds(0)};
  if (shares) {
    if (before != known_.end()) {
      known.wait = wait_of(before->second.shares, *shares,
                           std::chrono::duration_cast<milliseconds>(at - before->second.looked_at));
    }
    known.shares = std::move(*shares);
  }
  known_.insert_or_assign(customer, std::move(known));
}

std::optional<std::int64_t> LookQueue::first_cut() const {
  std::optional<std::int64_t> first;
  for (const auto& [customer, waiting] : waiting_) {
    if (waiting.cut) first = std::min(first.value_or(*waiting.cut), *waiting.cut);
  }
  return first;
}

}  // namespace reckoner::engine

#include "app/proof_lanes.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <mutex>
#include <numeric>
#include <optional>
#include <string>
#include <thread>

#include "store/shared_snapshot.hpp"
#include "store/transaction.hpp"

namespace reckoner::app {

namespace {

/// One waits for the database while the other computes, and documents are read beside the sums.
constexpr int kLanes = 2;

class Lanes {
 public:
  Lanes(const std::vector<engine::AuditPart>& parts, const engine::AuditListener& listener)
      : parts_(parts), listener_(listener), order_(parts.size()), found_(parts.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_partition(order_.begin(), order_.end(),
                          [&](std::size_t part) { return parts_[part].is_long; });
  }

  void run(const std::function<store::Connection()>& connect) {
    store::Connection first = connect();
    store::Transaction transaction(first, store::TransactionKind::kSnapshotReadOnly);
    const std::string snapshot = store::share_snapshot(first);
    {
      std::vector<std::jthread> others;
      for (int lane = 1; lane < kLanes; ++lane) {
        others.emplace_back([&] {
          guarded([&] {
            store::Connection other = connect();
            store::Transaction shared(other, store::TransactionKind::kSnapshotReadOnly);
            store::take_snapshot(other, snapshot);
            work(other);
          });
        });
      }
      guarded([&] { work(first); });
    }
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void guarded(const std::function<void()>& work) {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
  }

  void work(store::Connection& connection) {
    engine::make_room_for_audit(connection);
    while (const auto part = next()) {
      const auto begun = std::chrono::steady_clock::now();
      std::vector<store::CheckOutcome> outcomes;
      parts_[*part].run(
          connection, {.outcome = [&](const auto& outcome) { outcomes.push_back(outcome); },
                       .progress = [this](auto done, auto total) { tell_progress(done, total); }});
      if (!outcomes.empty()) {
        outcomes.front().took = std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - begun);
      }
      tell(*part, std::move(outcomes));
    }
  }

  /// What is to be done next, unless all have begun or one has failed.
  std::optional<std::size_t> next() {
    const std::lock_guard lock(mutex_);
    if (failure_ || begun_ == order_.size()) return std::nullopt;
    return order_[begun_++];
  }

  void tell_progress(std::int64_t done, std::int64_t total) {
    const std::lock_guard lock(mutex_);
    if (listener_.progress) listener_.progress(done, total);
  }

  void tell(std::size_t part, std::vector<store::CheckOutcome> outcomes) {
    const std::lock_guard lock(mutex_);
    found_[part] = std::move(outcomes);
    for (; told_ < found_.size() && found_[told_]; ++told_) {
      for (const store::CheckOutcome& outcome : *found_[told_]) listener_.outcome(outcome);
    }
  }

  const std::vector<engine::AuditPart>& parts_;
  const engine::AuditListener& listener_;
  std::vector<std::size_t> order_;  ///< in which they are begun
  std::mutex mutex_;
  // Guarded by mutex_:
  std::vector<std::optional<std::vector<store::CheckOutcome>>> found_;  ///< none: not done yet
  std::size_t begun_ = 0;
  std::size_t told_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

void prove(const std::function<store::Connection()>& connect,
           const std::vector<engine::AuditPart>& parts, const engine::AuditListener& listener) {
  Lanes(parts, listener).run(connect);
}

}  // namespace reckoner::app

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "store/check_outcome.hpp"
#include "store/pool.hpp"
#include "text/json.hpp"
#include "time/clock.hpp"

namespace reckoner::web {

struct VerifyRequest {
  bool recompute = false;                             ///< totals and billed periods, too
  std::optional<std::int64_t> sample = std::nullopt;  ///< billed sides to compute again; none: all
};

/// Who hears of a verification as it goes on; what they throw ends it.
struct VerifyListener {
  std::function<void(const store::CheckOutcome&)> outcome;
  std::function<void(std::string_view step, std::int64_t done, std::optional<std::int64_t> total)>
      progress;
};

/// Runs all checks (`reckoner verify`), each told as it ends. Throws Error where it cannot.
using Verify = std::function<void(const VerifyRequest&, const VerifyListener&)>;

/// The verification that goes on and the last one that was made, in whatever daemon: their rows in
/// the database. Each is made by a thread of the daemon that was asked. Thread-safe.
class Verifications {
 public:
  Verifications(store::Pool& pool, time::Clock clock, Verify verify);
  /// Ends the one that this process makes; it is told as failed.
  ~Verifications();
  Verifications(const Verifications&) = delete;
  Verifications& operator=(const Verifications&) = delete;

  /// Begins one within the transaction of the connection; the thread waits until it is committed.
  /// False while one goes on, or this process still ends one. One whose daemon has not been heard
  /// of for a minute is given up.
  bool start(store::Connection& connection, const VerifyRequest& request, std::string_view who);

  /// The last one as the contract has it (Verification).
  static void write_last(text::JsonWriter& json, store::Connection& connection, time::Instant now);

 private:
  class Work;
  void make(std::int64_t number, VerifyRequest request);

  store::Pool& pool_;
  const time::Clock clock_;
  const Verify verify_;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::thread thread_;                    // guarded by mutex_
  std::atomic<bool> is_at_work_ = false;  ///< the thread
};

}  // namespace reckoner::web

#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "http_exchange.hpp"
#include "load.hpp"

namespace reckoner::bench {

/// Asks, over and over and of customers at random, how long it takes from the acknowledgement of an
/// event until a usage query shows it. Its thread runs until it is destroyed. The load has one
/// subject a connection and the first of kMetersOfLoad alone.
class Visibility {
 public:
  /// `before` is what each subject had in all before this load, in hundredths.
  Visibility(Load& load, std::uint16_t port, std::string key, std::vector<std::int64_t> before);
  ~Visibility();
  Visibility(const Visibility&) = delete;
  Visibility& operator=(const Visibility&) = delete;

  /// Milliseconds of all samples so far, in their order. After stop().
  const std::vector<double>& milliseconds() const { return milliseconds_; }
  void stop();
  /// Throws what ended the thread before its time.
  void check() const;

  /// When the last sample was seen whose event was acknowledged after `instant` since the clock's
  /// epoch; zero before there is one. Any thread.
  std::chrono::nanoseconds first_seen_after(std::chrono::nanoseconds instant) const;

 private:
  void run();
  void sample(std::size_t connection);
  /// What the query says, in hundredths; -1 when there is no answer.
  std::int64_t ask(std::size_t connection);

  Load& load_;
  const std::string key_;
  const std::vector<std::int64_t> before_;
  HttpExchange exchange_;  ///< of the thread
  std::vector<double> milliseconds_;
  std::string failure_;  ///< written before failed_
  std::atomic<bool> failed_{false};
  std::atomic<std::int64_t> last_acknowledged_{0};
  std::atomic<std::int64_t> last_seen_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace reckoner::bench

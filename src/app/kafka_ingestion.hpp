#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "app/system.hpp"
#include "metering/intake.hpp"
#include "metering/kafka_consumer.hpp"

namespace reckoner::app {

/// Takes events from the Kafka topics that the settings name, in a thread of its own, from
/// construction until the daemon stops. Without topics it does nothing.
class KafkaIngestion {
 public:
  /// Throws StartError for settings that cannot be used; while the database cannot be asked for
  /// them, it waits for it.
  KafkaIngestion(System& system, metering::Intake::Meters meters, const std::atomic<bool>& stop);
  KafkaIngestion(const KafkaIngestion&) = delete;
  KafkaIngestion& operator=(const KafkaIngestion&) = delete;

  /// None where no topic is consumed. May be called by any thread.
  std::optional<metering::KafkaConsumer::Statistics> statistics() const;

 private:
  void run();
  void make_consumer(metering::KafkaOptions options);
  void consume();

  System& system_;
  const metering::Intake::Meters meters_;
  const std::atomic<bool>& stop_;
  mutable std::mutex mutex_;
  std::unique_ptr<metering::Intake> intake_;
  std::unique_ptr<metering::KafkaConsumer> consumer_;  ///< guarded by mutex_ until it is there
  std::jthread thread_;                                ///< last: it uses all the others
};

}  // namespace reckoner::app

#include "app/kafka_ingestion.hpp"

#include <chrono>

#include "base/log.hpp"

namespace reckoner::app {

namespace {
constexpr std::chrono::seconds kPauseAfterError{1};
}

KafkaIngestion::KafkaIngestion(System& system, metering::Intake::Meters meters,
                               const std::atomic<bool>& stop)
    : system_(system), meters_(std::move(meters)), stop_(stop) {
  try {
    auto options = metering::kafka_options(system_.settings());
    if (!options) return;
    make_consumer(*std::move(options));
  } catch (const store::DatabaseError& error) {
    log::warning("Kafka: the settings are not known yet: {}", error.what());
  } catch (const Error& error) {
    throw StartError(error.what());
  }
  thread_ = std::jthread([this] { run(); });
}

std::optional<metering::KafkaConsumer::Statistics> KafkaIngestion::statistics() const {
  const std::scoped_lock lock(mutex_);
  if (consumer_ == nullptr) return std::nullopt;
  return consumer_->statistics();
}

void KafkaIngestion::make_consumer(metering::KafkaOptions options) {
  // One caller that waits for each answer: one writer serves it.
  intake_ = std::make_unique<metering::Intake>(system_.pool(), meters_, system_.clock(),
                                               metering::Intake::Options{.writers = 1});
  auto consumer = std::make_unique<metering::KafkaConsumer>(
      std::move(options), system_.pool(),
      [this](metering::Submission submission) { intake_->take(std::move(submission)); });
  const std::scoped_lock lock(mutex_);
  consumer_ = std::move(consumer);
}

void KafkaIngestion::consume() {
  if (consumer_ == nullptr) {
    auto options = metering::kafka_options(system_.settings());
    if (!options) return;
    make_consumer(*std::move(options));
  }
  log::info("Kafka: events are taken from topics");
  consumer_->run(stop_);
}

void KafkaIngestion::run() {
  while (!stop_) {
    try {
      return consume();
    } catch (const std::exception& error) {
      log::error("{}; tried again in {} s", error.what(), kPauseAfterError.count());
    }
    const auto until = std::chrono::steady_clock::now() + kPauseAfterError;
    while (!stop_ && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
}

}  // namespace reckoner::app

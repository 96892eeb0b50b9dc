// A consumer that can be killed:
//   kafka_reader CONNINFO BROKERS GROUP TOPIC…
// Takes what the topics hold into a database with the meter "bandwidth" (type transfer, the sum of
// `bytes`), until it is ended. It also ends when the program that started it does.

#include <signal.h>
#include <sys/prctl.h>

#include <atomic>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "metering/intake.hpp"
#include "metering/kafka_consumer.hpp"

int main(int count, char** words) {
  using namespace reckoner;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    const std::vector<std::string> arguments(words + 1, words + count);
    metering::KafkaOptions options;
    options.brokers = arguments.at(1);
    options.group = arguments.at(2);
    for (std::size_t i = 3; i < arguments.size(); ++i) options.topics.push_back({arguments[i]});
    options.session_timeout = std::chrono::milliseconds(4000);
    options.submission_messages_max = 500;

    domain::Meter bytes;
    bytes.name = "bandwidth";
    bytes.event_type = "transfer";
    bytes.aggregation = domain::Aggregation::kSum;
    bytes.value = "bytes";
    const auto reader = std::make_shared<const meters::MeterReader>(std::vector{bytes});

    store::Pool pool({.conninfo = arguments.at(0)}, 4);
    metering::Intake intake(
        pool, [&](store::Connection&) { return reader; },
        [] { return time::parse_instant("2026-11-02T08:00:00Z"); }, {});
    metering::KafkaConsumer consumer(
        std::move(options), pool,
        [&](metering::Submission submission) { intake.take(std::move(submission)); });
    const std::atomic<bool> stop = false;
    consumer.run(stop);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "kafka_reader: %s\n", error.what());
    return 1;
  }
}

// A Kafka for tests of whole processes:
//   kafka_mock --topic usage --partitions 4 [--topic …] [--brokers 1]
// Prints "bootstrap: 127.0.0.1:PORT", then reads lines until the input ends. Each is sent to the
// first topic as one message, with the line's number as its key, but for these:
//   flush          waits until all are with the brokers: "flushed N" (messages so far)
//   down, up       closes all connections and takes none, until up: "down", "up"
// The messages are kept compressed, up to 5 MiB a partition.

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "support/kafka_mock.hpp"

namespace reckoner::test {

namespace {
struct Arguments {
  std::vector<std::string> topics;
  int partitions = 4;
  int brokers = 1;
};

Arguments arguments_of(const std::vector<std::string>& words) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    if (i + 1 == words.size()) throw Error(fmt::format("{} needs a value", words[i]));
    const std::string& value = words[i + 1];
    if (words[i] == "--topic") {
      arguments.topics.push_back(value);
    } else if (words[i] == "--partitions") {
      arguments.partitions = std::stoi(value);
    } else if (words[i] == "--brokers") {
      arguments.brokers = std::stoi(value);
    } else {
      throw Error(fmt::format("unknown argument {}", words[i]));
    }
  }
  if (arguments.topics.empty()) arguments.topics.emplace_back("usage");
  return arguments;
}

void say(const std::string& line) {
  std::cout << line << std::endl;
}

void run(const Arguments& arguments) {
  KafkaMock kafka(arguments.brokers);
  for (const std::string& topic : arguments.topics) {
    kafka.create_topic(topic, arguments.partitions);
  }
  say("bootstrap: " + kafka.bootstrap());
  std::size_t number = 0;
  std::size_t messages = 0;
  for (std::string line; std::getline(std::cin, line);) {
    ++number;
    if (line == "flush") {
      kafka.flush();
      say(fmt::format("flushed {}", messages));
    } else if (line == "down") {
      kafka.down();
      say(line);
    } else if (line == "up") {
      kafka.up();
      say(line);
    } else {
      kafka.produce(
          {.topic = arguments.topics.front(), .key = std::to_string(number), .value = line});
      ++messages;
    }
  }
}
}  // namespace

}  // namespace reckoner::test

int main(int count, char** words) {
  try {
    reckoner::test::run(reckoner::test::arguments_of({words + 1, words + count}));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "kafka_mock: %s\n", error.what());
    return 1;
  }
}

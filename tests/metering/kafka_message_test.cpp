#include "metering/kafka_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "metering/kafka_options.hpp"
#include "text/json.hpp"

namespace reckoner::metering {
namespace {

using Headers = std::vector<std::pair<std::string_view, std::string_view>>;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kStructured =
    R"({"specversion":"1.0","id":"e1","source":"gateway","type":"transfer","subject":"acme",
        "time":"2026-10-05T12:00:00Z","data":{"bytes":0.1}})";

KafkaContent content(std::string_view value, const Headers& headers = {}) {
  return read_kafka_message(
      {.topic = "usage", .partition = 3, .offset = 1042, .value = value, .headers = headers}, "eu");
}

/// The only event of a message that is wholly events.
UsageEvent only(const KafkaContent& content) {
  EXPECT_EQ(content.problem, "");
  EXPECT_EQ(content.events.size(), 1u);
  return content.events.empty() ? UsageEvent{} : content.events.front();
}

Headers binary_headers() {
  return {{"ce_specversion", "1.0"},
          {"ce_id", "e1"},
          {"ce_source", "gateway"},
          {"ce_type", "transfer"},
          {"ce_time", "2026-10-05T12:00:00Z"},
          {"ce_subject", "ümlaut 100%"},
          {"ce_traceparent", "00-1"},
          {"content-type", "application/json; charset=utf-8"},
          {"other", "\xff"}};
}

TEST(KafkaMessage, ReadsStructuredEventsWhateverTheirContentType) {
  for (const Headers& headers :
       {Headers{}, Headers{{"content-type", "application/cloudevents+json; charset=utf-8"}},
        Headers{{"content-type", "text/plain"}}}) {
    const UsageEvent event = only(content(kStructured, headers));
    EXPECT_EQ(event.namespace_name, "eu");
    EXPECT_EQ(event.source, "gateway");
    EXPECT_EQ(event.id, "e1");
    EXPECT_EQ(event.subject, "acme");
    EXPECT_EQ(time::to_string(event.occurred_at), "2026-10-05T12:00:00Z");
    EXPECT_EQ(text::canonical(event.data), R"({"bytes":0.1})");
  }
}

TEST(KafkaMessage, ReadsBinaryEvents) {
  const UsageEvent event = only(content(R"({"bytes":7})", binary_headers()));
  EXPECT_EQ(event.id, "e1");
  EXPECT_EQ(event.source, "gateway");
  EXPECT_EQ(event.type, "transfer");
  EXPECT_EQ(event.subject, "ümlaut 100%");  // bytes as they are: Kafka's headers need no escapes
  EXPECT_EQ(text::canonical(event.data), R"({"bytes":7})");
}

TEST(KafkaMessage, ABinaryEventNeedsNoDataAndNoContentType) {
  Headers headers = binary_headers();
  std::erase_if(headers, [](const auto& header) { return header.first == "content-type"; });
  EXPECT_TRUE(only(content("", headers)).data.is_null());
  EXPECT_EQ(text::canonical(only(content("7", headers)).data), "7");
  headers.emplace_back("content-type", "text/plain");
  EXPECT_EQ(only(content("7", headers)).data.as_string(), "7");
}

TEST(KafkaMessage, AnEventWithoutTimeHappenedWhenItWasSent) {
  const auto sent_at = time::parse_instant("2026-10-06T01:02:03.004Z");
  KafkaMessage message{.topic = "usage", .sent_at = sent_at};
  message.value = R"([{"specversion":"1.0","id":"e1","source":"s","type":"t"},
                      {"specversion":"1.0","id":"e2","source":"s","type":"t",
                       "time":"2026-10-05T00:00:00Z"}])";
  const KafkaContent read = read_kafka_message(message, "default");
  ASSERT_EQ(read.events.size(), 2u);
  EXPECT_EQ(read.events[0].occurred_at, sent_at);
  EXPECT_EQ(time::to_string(read.events[1].occurred_at), "2026-10-05T00:00:00Z");
}

TEST(KafkaMessage, BothModesGiveTheSameEvent) {
  Headers headers = binary_headers();
  std::erase_if(headers, [](const auto& header) { return header.first == "ce_subject"; });
  headers.emplace_back("ce_subject", "acme");
  EXPECT_EQ(digest_of(only(content(R"({"bytes":0.10})", headers))),
            digest_of(only(content(kStructured))));
}

TEST(KafkaMessage, WhatIsNoEventIsAProblem) {
  EXPECT_EQ(content("").problem, "a message without value");
  EXPECT_THAT(content("hello").problem, StartsWith("the value is not JSON / 1:1: "));
  EXPECT_EQ(content("17").problem, "a number is no event");
  EXPECT_EQ(content("{}").problem, "the event has no specversion");
  EXPECT_EQ(content("[]").problem, "a batch without events");
  EXPECT_THAT(content("\xff\xfe").problem, StartsWith("the value is not JSON"));

  Headers headers = binary_headers();
  EXPECT_THAT(content("{", headers).problem, StartsWith("the data are not JSON"));
  headers.emplace_back("ce_id", "e2");
  EXPECT_THAT(content("{}", headers).problem, HasSubstr("'id'"));
  headers = binary_headers();
  headers.emplace_back("ce_bad", "\xff");
  EXPECT_THAT(content("{}", headers).problem, HasSubstr("UTF-8"));
}

TEST(KafkaMessage, OfABatchWhatCanBeReadCounts) {
  const std::string batch = "[" + std::string(kStructured) + R"(,{"specversion":"1.0"},7])";
  const KafkaContent read = content(batch);
  ASSERT_EQ(read.events.size(), 1u);
  EXPECT_EQ(read.events[0].id, "e1");
  EXPECT_EQ(read.problem, "item 1: the event has no time; item 2: a number is no event");

  std::string many = "[0";
  for (int i = 1; i < 25; ++i) many += ",0";
  EXPECT_THAT(content(many + "]").problem, testing::EndsWith("; and 15 more"));
}

TEST(KafkaMessage, AProblemCanBeShownAndStored) {
  const std::string value = R"({"specversion":"\u0000)" + std::string(100'000, 'x') + R"("})";
  const std::string problem = content(value).problem;
  EXPECT_LT(problem.size(), 1100u);
  EXPECT_EQ(problem.find('\0'), std::string::npos);
}

TEST(KafkaMessage, ThePositionNamesIt) {
  EXPECT_EQ(position_of({"usage", 3, 1042, ""}), "usage/3/1042");
}

std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(KafkaOptions, TopicsMayNameTheirNamespace) {
  EXPECT_TRUE(parse_kafka_topics("").empty());
  EXPECT_TRUE(parse_kafka_topics("  ").empty());
  using Topic = KafkaOptions::Topic;
  EXPECT_THAT(parse_kafka_topics("usage, eu-usage = eu"),
              testing::ElementsAre(Topic{"usage", "default"}, Topic{"eu-usage", "eu"}));
  for (const char* text : {",", "usage,", "^usage.*", "a/b", ".", "usage=", "usage,usage"}) {
    EXPECT_THROW(parse_kafka_topics(text), Error) << text;
  }
}

TEST(KafkaOptions, ComeFromTheSettings) {
  config::Settings settings;
  EXPECT_FALSE(kafka_options(settings).has_value());
  settings.set("kafka.topics", "usage");
  EXPECT_EQ(message_of([&] { kafka_options(settings); }),
            "setting kafka.topics needs kafka.brokers");
  settings.set("kafka.brokers", "kafka-1:9092");
  EXPECT_EQ(kafka_options(settings)->group, "reckoner");
  settings.set("kafka.security.user", "billing");
  EXPECT_EQ(message_of([&] { kafka_options(settings); }),
            "setting kafka.security.user needs kafka.security.password");
  settings.set("kafka.topics", "a b");
  EXPECT_EQ(message_of([&] { kafka_options(settings); }),
            "setting kafka.topics: 'a b' is no name of a Kafka topic");
}

}  // namespace
}  // namespace reckoner::metering

#include "metering/http_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metering/cloud_event.hpp"

namespace reckoner::metering {
namespace {

using testing::HasSubstr;
using Attributes = std::vector<std::pair<std::string_view, std::string_view>>;

const time::Instant kReceived = time::parse_instant("2026-11-29T20:00:00Z");

constexpr std::string_view kEvent =
    R"({"specversion":"1.0","id":"e1","source":"/s","type":"t","subject":"acme",)"
    R"("time":"2026-10-05T12:00:00Z","data":{"tokens":7}})";
const Attributes kAttributes{{"specversion", "1.0"}, {"id", "e1"},
                             {"source", "/s"},       {"type", "t"},
                             {"subject", "acme"},    {"time", "2026-10-05T12:00:00Z"}};

std::vector<UsageEvent> read(std::string_view content_type, std::string_view body,
                             const Attributes& attributes = {}) {
  return read_http_events({content_type, attributes, body},
                          {.namespace_name = "ns", .received_at = kReceived, .events_max = 3});
}

/// What the message is refused with.
std::string refusal(std::string_view content_type, std::string_view body,
                    const Attributes& attributes = {}) {
  try {
    read(content_type, body, attributes);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

Attributes with(std::string_view name, std::string_view value) {
  Attributes attributes = kAttributes;
  for (auto& [known, text] : attributes) {
    if (known == name) text = value;
  }
  return attributes;
}

void expect_the_event(const std::vector<UsageEvent>& events) {
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].namespace_name, "ns");
  EXPECT_EQ(events[0].id, "e1");
  EXPECT_EQ(events[0].source, "/s");
  EXPECT_EQ(events[0].type, "t");
  EXPECT_EQ(events[0].subject, "acme");
  EXPECT_EQ(time::to_string(events[0].occurred_at), "2026-10-05T12:00:00Z");
  EXPECT_EQ(text::canonical(events[0].data), R"({"tokens":7})");
}

TEST(HttpEvents, AllModesGiveTheSameEvent) {
  const std::string array = "[" + std::string(kEvent) + "]";
  expect_the_event(read("application/cloudevents+json", kEvent));
  expect_the_event(read("Application/CloudEvents+JSON ; charset=\"UTF-8\"", kEvent));
  expect_the_event(read("application/cloudevents-batch+json", array));
  expect_the_event(read("application/json", kEvent));
  expect_the_event(read("application/json", array));
  expect_the_event(read("application/json; charset=utf-8", R"({"tokens":7})", kAttributes));
  expect_the_event(read("application/vnd.usage+json", R"({"tokens":7})", kAttributes));
  expect_the_event(read("", R"({"tokens":7})", kAttributes));
  // Structured and batch messages may repeat attributes as headers.
  expect_the_event(read("application/cloudevents+json", kEvent, kAttributes));
  expect_the_event(read("application/cloudevents-batch+json", array, kAttributes));
}

TEST(HttpEvents, AttributesInHeadersAreDecodedOnce) {
  EXPECT_EQ(read("", "", with("id", "100%25"))[0].id, "100%");
  EXPECT_EQ(read("", "", with("id", "%2541"))[0].id, "%41");
  EXPECT_EQ(read("", "", with("id", "100%"))[0].id, "100%");
  EXPECT_EQ(read("", "", with("id", "%u0041%zz"))[0].id, "%u0041%zz");
  EXPECT_EQ(read("", "", with("id", "a+b"))[0].id, "a+b");
  EXPECT_EQ(read("", "", with("subject", "Euro%20%E2%82%AC%20%F0%9F%98%80"))[0].subject,
            "Euro \u20ac \U0001F600");
  EXPECT_EQ(read("", "", with("subject", R"("a \"b\" \\ %41")"))[0].subject, R"(a "b" \ A)");
  EXPECT_THAT(refusal("", "", with("id", "%ff")), HasSubstr("is not UTF-8"));
  EXPECT_THAT(refusal("", "", with("id", "%00")), HasSubstr("control character"));
}

TEST(HttpEvents, TheTimeOfReceiptStandsForAMissingOne) {
  EXPECT_EQ(read("", "", with("time", ""))[0].occurred_at, kReceived);
  EXPECT_EQ(read("application/cloudevents+json",
                 R"({"specversion":"1.0","id":"e1","source":"/s","type":"t","time":null})")[0]
                .occurred_at,
            kReceived);
  EXPECT_NE(refusal("", "", with("time", "yesterday")), "");
  EXPECT_NE(refusal("", "", with("time", "0000-01-01T00:00:00Z")), "");
}

TEST(HttpEvents, DataThatAreNoJsonAreText) {
  EXPECT_EQ(read("text/plain", "7 tokens", kAttributes)[0].data.as_string(), "7 tokens");
  EXPECT_EQ(read("application/octet-stream", "\xff\xfe", kAttributes)[0].data.as_string(), "//4=");
  EXPECT_TRUE(read("text/plain", "", kAttributes)[0].data.is_null());
  EXPECT_THAT(refusal("application/json", "{", kAttributes), HasSubstr("the data are not JSON"));
}

std::string structured(std::string_view members) {
  return R"({"specversion":"1.0","id":"e1","source":"/s","type":"t",)" + std::string(members) + "}";
}

TEST(HttpEvents, Base64IsTheSameContentAsBinaryMode) {
  const std::string_view type = "application/cloudevents+json";
  EXPECT_EQ(read(type, structured(R"("data_base64":"eyJhIjoxfQ==")"))[0].data,
            text::parse_json(R"({"a":1})"));
  EXPECT_EQ(
      read(type, structured(R"("data_base64":"aGVsbG8=","datacontenttype":"text/plain")"))[0].data,
      read("text/plain", "hello", kAttributes)[0].data);
  EXPECT_EQ(read(type, structured(R"("data_base64":"//4=","datacontenttype":"image/png")"))[0].data,
            read("image/png", "\xff\xfe", kAttributes)[0].data);
  EXPECT_TRUE(read(type, structured(R"("data_base64":null,"data":1)"))[0].data ==
              text::Json::number("1"));
  for (const std::string_view members :
       {R"("data_base64":"a")", R"("data_base64":"a===")", R"("data_base64":"ab=c")",
        R"("data_base64":"aGVsbG9=")", R"("data_base64":7)", R"("data_base64":"bm90IGpzb24=")",
        R"("data_base64":"MQ==","data":1)"}) {
    EXPECT_NE(refusal(type, structured(members)), "") << members;
  }
}

TEST(HttpEvents, WhatIsNoCloudEventIsSaidByEvent) {
  const std::string batch = "[" + std::string(kEvent) + R"(,{"specversion":"1.0","id":"x"},7])";
  try {
    read("application/json", batch);
    ADD_FAILURE();
  } catch (const NotCloudEvents& error) {
    EXPECT_STREQ(error.what(), "2 of 3 events cannot be read: nothing was stored");
    ASSERT_EQ(error.problems().size(), 2u);
    EXPECT_EQ(error.problems()[0].index, 1u);
    EXPECT_EQ(error.problems()[0].reason, "the event has no source");
    EXPECT_EQ(error.problems()[1].index, 2u);
    EXPECT_EQ(error.problems()[1].reason, "a number is no event");
  }
  EXPECT_EQ(refusal("application/json", R"({"id":"1"})"), "the event has no specversion");
  EXPECT_THAT(refusal("application/json", R"({"specversion":"0.3"})"), HasSubstr("only 1.0"));
  EXPECT_THAT(refusal("application/json", R"({"specversion":1})"), HasSubstr("not a string"));
  EXPECT_THAT(refusal("", "", with("specversion", "0.3")), HasSubstr("only 1.0"));
  EXPECT_THAT(refusal("", "", with("id", "")), HasSubstr("no id"));
  EXPECT_THAT(refusal("application/cloudevents+json", "[]"), HasSubstr("is an array"));
  EXPECT_THAT(refusal("application/cloudevents-batch+json", "{}"), HasSubstr("is an object"));
  Attributes twice = kAttributes;
  twice.emplace_back("id", "e2");
  EXPECT_EQ(refusal("", "", twice), "the header ce-id is there twice");
}

TEST(HttpEvents, OtherTypesAndLongBatchesHaveErrorsOfTheirOwn) {
  EXPECT_THROW(read("", kEvent), UnsupportedMedia);
  EXPECT_THROW(read("text/plain", kEvent), UnsupportedMedia);
  EXPECT_THROW(read("application/x-www-form-urlencoded", kEvent), UnsupportedMedia);
  EXPECT_THROW(read("application/json; charset=iso-8859-1", kEvent), UnsupportedMedia);
  EXPECT_THROW(read("application/cloudevents+avro", kEvent), UnsupportedMedia);
  EXPECT_TRUE(read("application/json", "[]").empty());
  EXPECT_THROW(read("application/json", "[1,2,3,4]"), TooManyEvents);
}

}  // namespace
}  // namespace reckoner::metering

#include "metering/event.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "metering/cloud_event.hpp"

namespace reckoner::metering {
namespace {

std::string hex(const std::array<std::uint8_t, 16>& hash) {
  return to_hex({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

UsageEvent sample() {
  UsageEvent event;
  event.source = "gateway";
  event.id = "e1";
  event.type = "bandwidth";
  event.subject = "acme";
  event.occurred_at = time::parse_instant("2026-10-05T12:00:00Z");
  event.data = text::parse_json(R"({"bytes": 100})");
  return event;
}

std::string refusal(const UsageEvent& event) {
  try {
    check(event);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(EventKey, IsSha256OverLengthPrefixedSourceAndId) {
  const std::string bytes = std::string("\0\0\0\0\0\0\0\2ab\0\0\0\0\0\0\0\1c", 19);
  EXPECT_EQ(hex(key_of("ab", "c")), to_hex(sha256(bytes)).substr(0, 32));
}

TEST(EventKey, DoesNotConfuseWhereTheSourceEnds) {
  EXPECT_NE(key_of("ab", "c"), key_of("a", "bc"));
}

TEST(EventDigest, IsTheContentAndNothingElse) {
  const EventDigest digest = digest_of(sample());
  UsageEvent event = sample();
  event.occurred_at += std::chrono::hours(1);
  event.id = "e2";
  event.source = "another";
  event.namespace_name = "another";
  event.data = text::parse_json("{ \"bytes\" : 1.00e2 }");
  EXPECT_EQ(digest_of(event), digest) << "time, transport and the way numbers are written";
  event = sample();
  event.type = "storage";
  EXPECT_NE(digest_of(event), digest);
  event = sample();
  event.subject = "globex";
  EXPECT_NE(digest_of(event), digest);
  event = sample();
  event.data = text::parse_json(R"({"bytes": 101})");
  EXPECT_NE(digest_of(event), digest);
}

TEST(EventCheck, RefusesWhatIsNoCloudEvent) {
  EXPECT_EQ(refusal(sample()), "");
  UsageEvent event = sample();
  event.id = "";
  EXPECT_EQ(refusal(event), "the event has no id");
  event.id = std::string("a\0b", 3);
  EXPECT_EQ(refusal(event), "the event's id has a control character");
  event.id = "\xc2\x85";
  EXPECT_EQ(refusal(event), "the event's id has a control character");
  event.id = "\xff";
  EXPECT_EQ(refusal(event), "the event's id is not UTF-8");
  event = sample();
  event.subject = "";
  EXPECT_EQ(refusal(event), "") << "a subject is optional; whose it is, is decided later";
  event.id = "emoji \xf0\x9f\x8e\x89 \xc3\xa9 and \xc2\xa0";
  EXPECT_EQ(refusal(event), "");
}

TEST(CloudEvent, IsReadBackAsItWasWritten) {
  const UsageEvent event = sample();
  const std::string line = to_cloud_event(event);
  EXPECT_EQ(line, R"({"specversion":"1.0","id":"e1","source":"gateway","type":"bandwidth",)"
                  R"("subject":"acme","time":"2026-10-05T12:00:00Z","data":{"bytes":100}})");
  const UsageEvent again = from_cloud_event(text::parse_json(line));
  EXPECT_EQ(key_of(again.source, again.id), key_of(event.source, event.id));
  EXPECT_EQ(digest_of(again), digest_of(event));
  EXPECT_EQ(again.occurred_at, event.occurred_at);
}

TEST(CloudEvent, OptionalAttributesMayBeNullAndExtensionsDoNotCount) {
  const UsageEvent event = from_cloud_event(text::parse_json(
      R"({"specversion":"1.0","id":"e1","source":"s","type":"t","subject":null,"comexample":"x",)"
      R"("time":"2026-10-05T14:00:00+02:00","data":null})"));
  EXPECT_EQ(event.subject, "");
  EXPECT_TRUE(event.data.is_null());
  EXPECT_EQ(event.occurred_at, time::parse_instant("2026-10-05T12:00:00Z"));
}

TEST(CloudEvent, RefusesOthers) {
  for (const char* json :
       {R"({"specversion":"0.3","id":"e","source":"s","type":"t","time":"2026-10-05T14:00:00Z"})",
        R"({"specversion":"1.0","source":"s","type":"t","time":"2026-10-05T14:00:00Z"})",
        R"({"specversion":"1.0","id":"e","source":"s","type":"t"})",
        R"({"specversion":"1.0","id":7,"source":"s","type":"t","time":"2026-10-05T14:00:00Z"})",
        R"({"specversion":"1.0","id":"e","source":"s","type":"t","time":"yesterday"})",
        R"({"specversion":"1.0","id":"e","source":"s","type":"t","time":"2026-10-05T14:00:00Z",)"
        R"("data_base64":"AA=="})"}) {
    EXPECT_THROW(from_cloud_event(text::parse_json(json)), Error) << json;
  }
}

}  // namespace
}  // namespace reckoner::metering

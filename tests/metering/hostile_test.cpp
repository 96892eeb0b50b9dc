// What nobody should send, all the way from bytes to totals: exact, in quarantine, or refused. The
// sum of what counted is looked at after each, so that nothing counts wrongly in silence.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "metering/http_events.hpp"
#include "metering/intake.hpp"
#include "metering/kafka_message.hpp"
#include "metering/quarantine.hpp"
#include "metering_database.hpp"

namespace reckoner::metering {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class HostileTest : public MeteringTest {
 protected:
  HostileTest() {
    give("acme", 1);
    meters[0].group_by = {{"region", "$.region"}};
  }

  struct Parts {
    std::string id = "e";
    std::string source = "gateway";
    std::string subject = "acme";
    std::string time = "2026-10-05T12:00:00Z";
  };

  static std::string body(const Parts& parts, const std::string& data) {
    return fmt::format(R"({{"specversion":"1.0","id":"{}","source":"{}","type":"transfer",)"
                       R"("subject":"{}","time":"{}","data":{}}})",
                       parts.id, parts.source, parts.subject, parts.time, data);
  }

  /// What becomes of an event with an id of its own: "counted 0.3" (the sum of all it added),
  /// "quarantined: reason", "refused: reason".
  std::string fate_of_data(const std::string& data) {
    return fate(body({.id = fmt::format("e{}", ++ids_)}, data));
  }
  std::string fate_of_value(const std::string& value) {
    return fate_of_data(R"({"bytes":)" + value + "}");
  }

  std::string fate(const std::string& message) {
    std::vector<UsageEvent> events;
    const HttpMessage by_http{.content_type = "application/cloudevents+json", .body = message};
    const auto by_kafka = read_kafka_message({.topic = "usage", .value = message}, "default");
    try {
      events = read_http_events(by_http, {.received_at = received_at});
    } catch (const Error& error) {
      EXPECT_TRUE(by_kafka.events.empty());
      EXPECT_NE(by_kafka.problem, "");
      return fmt::format("refused: {}", error.what());
    }
    EXPECT_EQ(by_kafka.problem, "");
    const auto before = money::Decimal::parse(total());
    const Receipt receipt = intake_.take({.source = "http", .events = std::move(events)});
    const auto added = money::Decimal::parse(total()) - before;
    if (receipt.counts.counted == 1) return "counted " + added.to_string();
    EXPECT_EQ(added, money::Decimal(0));
    if (receipt.counts.duplicate == 1) return "duplicate";
    const auto listed = list_quarantine(connection, 1000);
    EXPECT_TRUE(std::any_of(listed.begin(), listed.end(), [&](const QuarantinedEvent& event) {
      return event.reason == receipt.quarantined.at(0).reason;
    }));
    return fmt::format("quarantined: {}", receipt.quarantined.at(0).reason);
  }

  std::string total() {
    return text("select coalesce(sum(value_sum), 0)::text from usage_delta where customer_id = 1");
  }

 private:
  store::Pool pool_{{.conninfo = conninfo()}, 4};
  Intake intake_{
      pool_,
      [this](store::Connection&) { return std::make_shared<const meters::MeterReader>(meters); },
      [this] { return received_at; },
      {}};
  int ids_ = 0;
};

TEST_F(HostileTest, NumbersAreExactOrNotCounted) {
  const std::string most(38, '9');
  EXPECT_EQ(fate_of_value("0.1"), "counted 0.1");
  EXPECT_EQ(fate_of_value("0.2"), "counted 0.2");
  EXPECT_EQ(total(), "0.3");
  for (const char* zero : {"-0", "0", "-0.0", "0e5", "\"-0\""}) {
    EXPECT_THAT(fate_of_value(zero), StartsWith("counted 0")) << zero;
  }
  EXPECT_EQ(money::Decimal::parse(total()), money::Decimal::parse("0.3"));
  EXPECT_EQ(fate_of_value("-0.3"), "counted -0.3");
  EXPECT_EQ(fate_of_value("1e2"), "counted 100");
  EXPECT_EQ(fate_of_value("-100.00"), "counted -100");
  EXPECT_EQ(fate_of_value("9007199254740993"), "counted 9007199254740993");
  EXPECT_EQ(fate_of_value("\"-9007199254740993\""), "counted -9007199254740993");
  EXPECT_EQ(fate_of_value("1e-37"), "counted 0.0000000000000000000000000000000000001");
  EXPECT_EQ(fate_of_value("-1e-37"), "counted -0.0000000000000000000000000000000000001");
  EXPECT_EQ(fate_of_value(most), "counted " + most);
  EXPECT_EQ(fate_of_value("-" + most), "counted -" + most);
  EXPECT_EQ(money::Decimal::parse(total()), money::Decimal(0));

  for (const std::string& unusable : std::vector<std::string>{
           "1" + std::string(38, '0'), "1e38", "1e308", "1e-60", "\"NaN\"", "\"Infinity\"", "\"\"",
           "\"1e400\"", "\"0x10\"", "\"1,5\"", "\" 1\"", "\"１\"", "true", "[1]", "{}", "null",
           "\"1\\u0000\"", "\"" + std::string(100'000, '9') + "\""}) {
    EXPECT_THAT(fate_of_value(unusable), StartsWith("quarantined: meter bandwidth: "))
        << unusable.substr(0, 50);
  }
  for (const std::string& refused :
       std::vector<std::string>{"NaN", "-Infinity", "1e400", "1e-400", "1e99999999999999999999",
                                "01", "1.", ".5", "+1", "0x10", "1_000", "--1"}) {
    EXPECT_THAT(fate_of_value(refused), StartsWith("refused: ")) << refused;
  }
  EXPECT_EQ(money::Decimal::parse(total()), money::Decimal(0));
}

TEST_F(HostileTest, ASumBeyondThirtyEightDigitsIsStillExact) {
  const std::string most(38, '9');
  UsageEvent first = event("a", most);
  UsageEvent second = event("b", most);
  EXPECT_EQ(take({first, second}).counted, 2);
  EXPECT_EQ(total(), "1" + std::string(37, '9') + "8");
}

TEST_F(HostileTest, TimesAreInstantsOrRefused) {
  const auto at = [&](const std::string& time) {
    return fate(body({.id = "t" + time, .time = time}, R"({"bytes":1})"));
  };
  for (const char* time : {"0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "1899-12-31T23:59:59Z",
                           "2026-02-30T00:00:00Z", "2026-10-05T24:00:01Z", "2026-10-05T12:60:00Z",
                           "2026-10-05T12:00:61Z", "2026-10-05", "2026-10-05T12:00:00", "yesterday",
                           "2026-10-05T12:00:00+99:00", "-2026-10-05T12:00:00Z", "1e9",
                           "2026-10-05T12:00:00Z\\u0000"}) {
    EXPECT_THAT(at(time), StartsWith("refused: ")) << time;
  }
  give("old", 1, "1900-01-01T00:00:00Z");
  EXPECT_EQ(at("9999-12-31T23:59:59.999999Z"), "counted 1");
  EXPECT_EQ(at("2026-10-05T12:00:00.123456789123456789Z"), "counted 1");
  EXPECT_EQ(at("2026-10-05T23:30:00-23:59"), "counted 1");
  EXPECT_THAT(at("1900-01-01T00:00:00Z"), StartsWith("quarantined: no customer has the subject"));
  // A leap second is no instant of its own here: refused, or the second that follows.
  EXPECT_THAT(at("2016-12-31T23:59:60Z"),
              testing::AnyOf(StartsWith("refused: "), testing::Eq("counted 1")));
}

TEST_F(HostileTest, NamesMayBeLongAndInAnyScript) {
  const std::string mega(1'000'000, 'x');
  EXPECT_EQ(fate(body({.id = mega}, R"({"bytes":1})")), "counted 1");
  EXPECT_EQ(fate(body({.id = mega}, R"({"bytes":1.0})")), "duplicate");
  EXPECT_THAT(fate(body({.id = mega}, R"({"bytes":2})")),
              StartsWith("quarantined: the source and id were counted with other content"));
  EXPECT_EQ(fate(body({.id = mega + "y"}, R"({"bytes":1})")), "counted 1");
  EXPECT_EQ(fate(body({.source = mega}, R"({"bytes":1})")), "counted 1");
  EXPECT_THAT(fate(body({.id = "s", .subject = mega}, R"({"bytes":1})")),
              StartsWith("quarantined: "));
  give("😀", 1);
  give("漢字 🏳️‍🌈", 1);
  EXPECT_EQ(fate(body({.id = "😀", .subject = "😀"}, R"({"bytes":1,"region":"😀"})")), "counted 1");
  EXPECT_EQ(fate(body({.id = "\\ud83d\\ude00", .subject = "😀"}, R"({"bytes":1,"region":"😀"})")),
            "duplicate");
  EXPECT_EQ(
      fate(body({.id = "z", .source = "ü", .subject = "漢字 🏳️‍🌈"}, R"({"bytes":1})")),
      "counted 1");
  // Two ways to write a letter are two ids: nobody normalises what others named.
  EXPECT_EQ(fate(body({.id = "\u00e9"}, R"({"bytes":1})")), "counted 1");
  EXPECT_EQ(fate(body({.id = "e\u0301"}, R"({"bytes":1})")), "counted 1");
  EXPECT_EQ(total(), "7");
}

TEST_F(HostileTest, TextsAreUtf8WithoutControlCharacters) {
  for (const char* id : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\\ud83d", "\\udc00\\ud800", "\\u0000",
                         "a\\u0007", "a\\n", "\\u007f", "\\u0085", ""}) {
    EXPECT_THAT(fate(body({.id = id}, R"({"bytes":1})")), StartsWith("refused: ")) << id;
    EXPECT_THAT(fate(body({.source = id}, R"({"bytes":1})")), StartsWith("refused: ")) << id;
  }
  EXPECT_THAT(fate(std::string("{\"id\":1}\0", 9)), StartsWith("refused: "));
  EXPECT_THAT(fate(body({}, "{\"bytes\":1,\"x\":\"\xf5\x80\x80\x80\"}")), StartsWith("refused: "));
  // Within the data every text of JSON may stand; a dimension must be storable.
  EXPECT_EQ(fate_of_data(R"({"bytes":1,"note":"\u0000 \u0007 \" \\ \n"})"), "counted 1");
  EXPECT_THAT(fate_of_data(R"({"bytes":1,"region":"a\u0000b"})"), StartsWith("quarantined: "));
  EXPECT_THAT(fate_of_data(R"({"bytes":1,"region":")" + std::string(3'000, 'r') + "\"}"),
              HasSubstr("longer than 2000 bytes"));
  EXPECT_EQ(text("select data from raw_event"), R"({"bytes":1,"note":"\u0000 \u0007 \" \\ \n"})");
}

TEST_F(HostileTest, ShapesOfJson) {
  const auto nested = [](int levels) {
    std::string text;
    for (int i = 0; i < levels; ++i) text += "[";
    for (int i = 0; i < levels; ++i) text += "]";
    return R"({"bytes":1,"x":)" + text + "}";
  };
  EXPECT_EQ(fate_of_data(nested(62)), "counted 1");
  EXPECT_THAT(fate_of_data(nested(63)), HasSubstr("nested deeper than 64"));
  EXPECT_THAT(fate_of_data(nested(1'000'000)), StartsWith("refused: "));
  EXPECT_THAT(fate_of_data(R"({"bytes":1,"bytes":2})"), HasSubstr("there twice"));
  EXPECT_THAT(fate_of_data(R"({"bytes":1,"\u0062ytes":2})"), HasSubstr("there twice"));
  EXPECT_THAT(fate_of_data(R"({"bytes":1)"), StartsWith("refused: "));
  EXPECT_THAT(fate(body({}, R"({"bytes":1}),"id":"other")").substr(0, 200)),
              StartsWith("refused: "));
  std::string wide = R"({"bytes":1)";
  for (int i = 0; i < 50'000; ++i) wide += fmt::format(R"(,"m{}":{})", i, i);
  EXPECT_EQ(fate_of_data(wide + "}"), "counted 1");
  EXPECT_THAT(fate_of_data("[]"), StartsWith("quarantined: meter bandwidth: "));
  EXPECT_THAT(fate_of_data("null"), StartsWith("quarantined: meter bandwidth: "));
  EXPECT_EQ(total(), "2");
}

TEST_F(HostileTest, NothingOfAMixedBatchIsLostToItsNeighbours) {
  std::string batch = "[";
  for (int i = 0; i < 100; ++i) {
    const std::string value = i % 4 == 0   ? "0.1"
                              : i % 4 == 1 ? "\"NaN\""
                              : i % 4 == 2 ? "1e38"
                                           : "\"a\\u0000\"";
    if (i > 0) batch += ",";
    batch += body({.id = fmt::format("b{}", i)}, R"({"bytes":)" + value + "}");
  }
  const auto events = read_http_events({.content_type = "application/json", .body = batch + "]"},
                                       {.received_at = received_at});
  const IngestCounts counts = take(events);
  EXPECT_EQ(counts.counted, 25);
  EXPECT_EQ(counts.quarantined, 75);
  EXPECT_EQ(total(), "2.5");
}

}  // namespace
}  // namespace reckoner::metering

#include "metering/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/hash.hpp"

namespace reckoner::metering {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<UsageEvent> read(std::string_view content, std::string_view mapping,
                             std::string_view name = "file") {
  return read_events({name, content, "edge"}, parse_mapping(mapping));
}

std::vector<std::string> messages(std::string_view content, std::string_view mapping) {
  try {
    read(content, mapping);
  } catch (const UnreadableLines& error) {
    return error.messages();
  }
  return {};
}

std::string refusal(std::string_view content, std::string_view mapping) {
  try {
    read(content, mapping);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

Format recognised(const std::string& content) {
  std::istringstream in(content);
  return recognise(in);
}

std::vector<std::string> ids(const std::vector<UsageEvent>& events) {
  std::vector<std::string> found;
  for (const UsageEvent& event : events) found.push_back(event.id);
  return found;
}

std::string data(const UsageEvent& event) {
  return text::canonical(event.data);
}

TEST(Mapping, EntriesAreColumnsConstantsAndSettings) {
  const Mapping mapping = parse_mapping(
      " subject = tenant , time=at,type:=tokens,\n in=usage.in, data.id=row, region:=eu,"
      "time-zone=UTC, format=csv, id=key");
  EXPECT_EQ(mapping.subject->text, "tenant");
  EXPECT_FALSE(mapping.subject->is_constant);
  EXPECT_EQ(mapping.type->text, "tokens");
  EXPECT_TRUE(mapping.type->is_constant);
  EXPECT_EQ(mapping.id->text, "key");
  ASSERT_EQ(mapping.data.size(), 3U);
  EXPECT_EQ(mapping.data[0].name, "in");
  EXPECT_EQ(mapping.data[0].origin.text, "usage.in");
  EXPECT_EQ(mapping.data[1].name, "id");
  EXPECT_TRUE(mapping.data[2].origin.is_constant);
  EXPECT_TRUE(mapping.utc_assumed);
  EXPECT_EQ(mapping.format, Format::kCsv);
  EXPECT_FALSE(parse_mapping("").subject);
}

TEST(Mapping, RefusesWhatItDoesNotUnderstand) {
  for (const char* text : {"subject", "=x", ":=x", "subject=", "subject=a,subject=b", "a=x,a=y",
                           "a=x,,b=y", "time-zone=Europe/Zurich", "format=xml", "a.b=x", "data.=x",
                           "data.a=x,a=y", "subject=a,"}) {
    EXPECT_THROW(parse_mapping(text), Error) << text;
  }
}

TEST(Recognise, LooksAtTheFirstLineAndNotAtTheName) {
  EXPECT_EQ(recognised("\n {\"a\":1}\n"), Format::kJsonLines);
  EXPECT_EQ(recognised("id,time\n"), Format::kCsv);
  EXPECT_EQ(recognised(""), Format::kCsv);
  EXPECT_EQ(recognised(" \n{}\n"), Format::kJsonLines);
  EXPECT_EQ(recognised(" \na,b{\n"), Format::kCsv);
  EXPECT_EQ(recognised("\xef\xbb\xbf{\"a\":1}\n"), Format::kJsonLines);
  EXPECT_EQ(recognised("{\n"), Format::kJson);
  EXPECT_EQ(recognised("{\"a\": 1, \r\n"), Format::kJson);
  EXPECT_EQ(recognised("\n ["), Format::kJson);
  EXPECT_EQ(
      recognised("1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"x\"\n"),
      Format::kAccessLog);
}

// CSV

constexpr std::string_view kCsvMapping = "id=key,subject=tenant,time=at,type:=tokens,tokens=count";

TEST(ReadCsv, ColumnsBecomeAnEvent) {
  const auto events = read(
      "\xef\xbb\xbf"
      "at,key,\"tenant\",count,unused\r\n"
      "2026-10-05T12:00:00+02:00,k1,acme,4.50,x\r\n"
      "\r\n"
      "2026-10-05 13:00:00.1234567Z,k2,\"a, \"\"b\"\"\",7,\r\n",
      kCsvMapping);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].source, "edge");
  EXPECT_EQ(events[0].namespace_name, "default");
  EXPECT_EQ(events[0].id, "k1");
  EXPECT_EQ(events[0].subject, "acme");
  EXPECT_EQ(events[0].type, "tokens");
  EXPECT_EQ(time::to_string(events[0].occurred_at), "2026-10-05T10:00:00Z");
  EXPECT_EQ(data(events[0]), R"({"tokens":"4.50"})") << "a column is a text";
  EXPECT_EQ(events[1].subject, "a, \"b\"");
  EXPECT_EQ(time::to_string(events[1].occurred_at), "2026-10-05T13:00:00.123456Z");
}

TEST(ReadCsv, ATimeWithoutZoneIsUtcOnlyWhenTheMappingSaysSo) {
  constexpr std::string_view kFile =
      "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03.9799600,4808,10\r\n";
  constexpr std::string_view kMapping =
      "subject:=acme,time=TIMESTAMP,type:=inference,input=ContextTokens,output=GeneratedTokens";
  EXPECT_THAT(messages(kFile, kMapping),
              ElementsAre("file:2: time '2023-11-16 18:17:03.9799600' has no zone "
                          "(the mapping may say time-zone=UTC)"));
  const auto events = read(kFile, std::string(kMapping) + ",time-zone=UTC");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(time::to_string(events[0].occurred_at), "2023-11-16T18:17:03.979960Z");
  EXPECT_EQ(data(events[0]), R"({"input":"4808","output":"10"})");
}

TEST(ReadCsv, EveryBadLineIsNamed) {
  EXPECT_THAT(messages("at,key,tenant,count\n"
                       "2026-10-05T12:00:00Z,k1,acme,1\n"
                       "2026-10-05T12:00:00Z,k2,acme\n"
                       "\n"
                       "2026-02-30T12:00:00Z,k3,acme,1\n"
                       "2026-10-05T12:00:00Z,,acme,1\n"
                       ",k5,acme,1\n",
                       kCsvMapping),
              ElementsAre("file:3: 3 fields, but the header has 4",
                          "file:5: '2026-02-30T12:00:00Z' is not a time such as "
                          "2026-10-31T14:20:00Z",
                          "file:6: the event has no id", "file:7: the time is missing"));
}

TEST(ReadCsv, ABrokenQuoteEndsTheReadingAndSaysSo) {
  EXPECT_THAT(
      messages("at,key,tenant,count\n,k1,acme,1\n2026-10-05T12:00:00Z,\"k2,acme,1\n", kCsvMapping),
      ElementsAre("file:2: the time is missing",
                  "file:3: a quote is opened here and never closed; nothing behind it was "
                  "read"));
}

TEST(ReadCsv, TheMappingMustFitTheHeader) {
  EXPECT_EQ(refusal("at,key,tennant,count\n", kCsvMapping),
            "file:1: the header has no column 'tenant'; did you mean 'tennant'?");
  EXPECT_EQ(refusal("at,key,tenant,count,at\n", kCsvMapping),
            "file:1: the header has column 'at' twice");
  EXPECT_EQ(refusal("a\n", "time=a,type:=t"),
            "the mapping has no subject (such as subject=tenant)");
  EXPECT_EQ(read("", kCsvMapping).size(), 0U);
}

TEST(ReadCsv, WithoutIdsTheFieldsAndTheirOrdinalAreTheId) {
  constexpr std::string_view kMapping = "subject=s,time=t,type:=x,v=v";
  const auto first =
      ids(read("s,t,v\na,2026-10-05T12:00:00Z,1\na,2026-10-05T12:00:00Z,1\n"
               "b,2026-10-05T12:00:00Z,1\n",
               kMapping));
  ASSERT_EQ(first.size(), 3U);
  EXPECT_NE(first[0], first[1]);
  EXPECT_EQ(first[0].substr(0, 65), first[1].substr(0, 65));
  EXPECT_TRUE(first[0].ends_with("-1"));
  EXPECT_TRUE(first[1].ends_with("-2"));
  EXPECT_NE(first[0].substr(0, 64), first[2].substr(0, 64));
  EXPECT_EQ(ids(read("s,t,v\r\n\"a\",2026-10-05T12:00:00Z,1\r\n", kMapping)).at(0), first[0])
      << "neither quoting nor line ends are content";
}

TEST(ReadCsv, WithoutIdsALastRowThatIsStillBeingWrittenIsRefused) {
  constexpr std::string_view kMapping = "subject=s,time=t,type:=x,v=v";
  EXPECT_THAT(messages("s,t,v\na,2026-10-05T12:00:00Z,1\nb,2026-10-05T12:00:00Z,10", kMapping),
              ElementsAre("file:3: the last line has no line end, so it may not be complete: end "
                          "it, or map an id"));
  EXPECT_THAT(read("i,s,t,v\n1,a,2026-10-05T12:00:00Z,1", "id=i,subject=s,time=t,type:=x,v=v"),
              testing::SizeIs(1));
}

// JSON lines

TEST(ReadJsonLines, MembersComeByDottedPath) {
  const auto events =
      read(R"({"at":"2026-10-05T12:00:00Z","who":{"id":"acme"},"n":17,"usage":{"in":5,"out":"6"}})"
           "\n\n"
           R"({"at":"2026-10-05T12:00:00Z","who":{"id":"b"},"n":18,"usage":{}})",
           "id=n,subject=who.id,time=at,type:=tokens,in=usage.in,out=usage.out");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].id, "17");
  EXPECT_EQ(events[0].subject, "acme");
  EXPECT_EQ(data(events[0]), R"({"in":5,"out":"6"})") << "members keep their kind";
  EXPECT_EQ(data(events[1]), "{}") << "a missing one is not there";
}

TEST(ReadJsonLines, CloudEventsNeedNoMapping) {
  const auto events =
      read(R"({"specversion":"1.0","id":"e1","source":"own","type":"t","subject":"acme",)"
           R"("time":"2026-10-05T12:00:00Z","data":{"n":1}})",
           "");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].source, "own");
  EXPECT_EQ(events[0].id, "e1");
  EXPECT_EQ(data(events[0]), R"({"n":1})");
}

TEST(ReadJsonLines, EveryBadLineIsNamed) {
  EXPECT_THAT(messages("{\"a\":1\n[]\n{\"specversion\":\"1.0\"}\n{\"at\":true}\n",
                       "subject:=s,time=at,type:=t"),
              ElementsAre(HasSubstr("file:1: column "), "file:2: an array is no event",
                          "file:3: the event has no time",
                          "file:4: the time in 'at' is a boolean, not a text"));
  EXPECT_EQ(refusal("{\"a\":1}\n", ""), "the mapping has no subject (such as subject=tenant)");
}

TEST(ReadJsonLines, WithoutIdsTheLineIsTheId) {
  const std::string line = R"({"at":"2026-10-05T12:00:00Z"})";
  const auto events = read(line + "\n" + line + "\r\n", "subject:=s,time=at,type:=t");
  EXPECT_THAT(ids(events), ElementsAre(to_hex(sha256(line)) + "-1", to_hex(sha256(line)) + "-2"));
}

// JSON documents

const std::string kPretty = R"({
  "specversion": "1.0", "id": "e1", "source": "own", "type": "t",
  "time": "2026-10-05T12:00:00Z",
  "data": {"text": "a \"}]{[ \\", "n": [1, {"m": 2}]}
})";

TEST(ReadJsonDocuments, OneOverSeveralLinesAndOneBehindTheOther) {
  EXPECT_EQ(data(read(kPretty, "").at(0)), R"({"n":[1,{"m":2}],"text":"a \"}]{[ \\"})");
  EXPECT_THAT(ids(read(kPretty + "\n" + kPretty, "")), ElementsAre("e1", "e1"));
}

TEST(ReadJsonDocuments, ArraysAreBatches) {
  EXPECT_THAT(ids(read("[" + kPretty + " ,\n" + kPretty + "]\n[ ]\n[" + kPretty + "]", "")),
              ElementsAre("e1", "e1", "e1"));
  EXPECT_TRUE(read("[]", "").empty());
  const std::string item = R"({"at":"2026-10-05T12:00:00Z"})";
  EXPECT_THAT(ids(read("[" + item + "," + item + "]", "subject:=s,time=at,type:=t")),
              ElementsAre(to_hex(sha256(item)) + "-1", to_hex(sha256(item)) + "-2"));
}

TEST(ReadJsonDocuments, EveryBadValueIsNamedByItsLine) {
  EXPECT_THAT(messages("[1,\n[],\n{\"specversion\":\"1.0\"},\n{\n\"a\": 01}, \"x\"]", ""),
              ElementsAre("file:1: a number is no event", "file:2: an array is no event",
                          HasSubstr("file:3: the event has no"), HasSubstr("file:5: column "),
                          "file:5: a string is no event"));
  for (const auto& [content, line] : std::vector<std::pair<std::string, int>>{{"[\n{}\n{}]", 3},
                                                                              {"[{},\n]", 2},
                                                                              {"[,{}]", 1},
                                                                              {"{\n", 1},
                                                                              {"[\n\"abc", 2},
                                                                              {"[", 1}}) {
    const auto all = messages(content, "subject:=s,time=at,type:=t");
    ASSERT_FALSE(all.empty()) << content;
    EXPECT_THAT(all.back(), testing::StartsWith("file:" + std::to_string(line) + ":")) << content;
  }
}

// Pieces

TEST(Pieces, AreWhatTheWholeIs) {
  std::string csv = "at\n";
  for (int i = 0; i < 25; ++i) csv += "2026-10-05T12:00:0" + std::to_string(i % 3) + "Z\n";
  const Mapping mapping = parse_mapping("subject:=s,time=at,type:=t");
  std::istringstream in(csv);
  std::vector<std::size_t> sizes;
  std::vector<UsageEvent> all;
  std::int64_t read_bytes = 0;
  read_events({"file", in, "edge"}, mapping,
              {10, [&](std::vector<UsageEvent> events, std::int64_t bytes) {
                 sizes.push_back(events.size());
                 EXPECT_GT(bytes, read_bytes);
                 read_bytes = bytes;
                 all.insert(all.end(), events.begin(), events.end());
               }});
  EXPECT_THAT(sizes, ElementsAre(10, 10, 5));
  EXPECT_EQ(ids(all), ids(read(csv, "subject:=s,time=at,type:=t")));
  EXPECT_EQ(read_bytes, static_cast<std::int64_t>(csv.size()));
}

TEST(Pieces, NoneComesBehindABadLine) {
  std::string lines;
  for (int i = 0; i < 25; ++i)
    lines += R"({"at":"2026-10-05T12:00:00Z"})"
             "\n";
  lines += "{}\n" + lines;
  std::istringstream in(lines);
  std::size_t count = 0;
  const auto take = [&](const std::vector<UsageEvent>& events, std::int64_t) {
    count += events.size();
  };
  EXPECT_THROW(
      read_events({"file", in, "edge"}, parse_mapping("subject:=s,time=at,type:=t"), {10, take}),
      UnreadableLines);
  EXPECT_EQ(count, 20U);
}

TEST(Pieces, WhatTheirReceiverThrowsIsNoFaultOfALine) {
  class Full : public Error {
   public:
    using Error::Error;
  };
  const auto take = [](const std::vector<UsageEvent>&, std::int64_t) { throw Full("disk full"); };
  const std::string at = R"("2026-10-05T12:00:00Z")";
  const std::string own = R"({"at":)" + at + "}\n";
  const std::string cloud =
      R"({"specversion":"1.0","id":"1","source":"s","type":"t","subject":"u","time":)" + at + "}\n";
  for (const std::string& content :
       {own + own, cloud + cloud, std::string("at\n2026-10-05T12:00:00Z\n")}) {
    std::istringstream in(content);
    EXPECT_THROW(
        read_events({"file", in, "edge"}, parse_mapping("subject:=s,time=at,type:=t"), {1, take}),
        Full)
        << content;
  }
}

// Access logs

const std::string kLog =
    "83.149.9.216 - - [17/May/2015:10:05:03 +0000] \"GET /a HTTP/1.1\" 200 203023 \"-\" \"x\"\n"
    "10.0.0.1 - bob [18/May/2015:01:05:03 +0200] \"GET /\\\"q\\\" HTTP/1.1\" 304 - \"-\" \"y\"\n";

TEST(ReadAccessLog, FieldsBecomeAnEvent) {
  const auto events = read(kLog, "type:=bandwidth");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].source, "edge");
  EXPECT_EQ(events[0].subject, "83.149.9.216");
  EXPECT_EQ(events[0].type, "bandwidth");
  EXPECT_EQ(time::to_string(events[0].occurred_at), "2015-05-17T10:05:03Z");
  EXPECT_EQ(data(events[0]), R"({"bytes":203023})");
  EXPECT_EQ(events[0].id, to_hex(sha256(kLog.substr(0, kLog.find('\n')))) + "-1");
  EXPECT_EQ(time::to_string(events[1].occurred_at), "2015-05-17T23:05:03Z");
  EXPECT_EQ(data(events[1]), R"({"bytes":0})");
}

TEST(ReadAccessLog, TheMappingChoosesFields) {
  const auto events =
      read(kLog, "subject=user,type=status,size=bytes,path=request,who=agent,from=referer");
  EXPECT_EQ(events[1].subject, "bob");
  EXPECT_EQ(events[1].type, "304");
  EXPECT_EQ(data(events[1]), R"({"from":"-","path":"GET /\\\"q\\\" HTTP/1.1","size":0,"who":"y"})");
  EXPECT_EQ(refusal(kLog, "type:=t,b=byte"),
            "an access log has no field 'byte'; did you mean 'bytes'?; it has client, user, time, "
            "request, status, bytes, referer, agent");
  EXPECT_EQ(refusal(kLog, ""), "the mapping has no type (such as type:=bandwidth)");
}

TEST(ReadAccessLog, EveryBadLineIsNamed) {
  const std::string good = kLog.substr(0, kLog.find('\n') + 1);
  EXPECT_THAT(messages(good + "\nrubbish\n" +
                           "1.2.3.4 - - [99/May/2015:10:05:03 +0000] \"GET\" 200 5 \"-\" \"x\"\n" +
                           "1.2.3.4 - - [17/Mai/2015:10:05:03 +0000] \"GET\" 200 5 \"-\" \"x\"\n" +
                           "1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET\" 200 5x \"-\" \"x\"\n",
                       "type:=t"),
              ElementsAre("file:3: not a line of the combined log format",
                          HasSubstr("file:4: '2015-05-99T10:05:03+00:00' is not a time"),
                          HasSubstr("file:5: '17/Mai/2015:10:05:03 +0000' is not a time"),
                          "file:6: not a line of the combined log format"));
}

TEST(ReadAccessLog, AnAgentCutOffByTheServerIsReadButNotAnUnfinishedLine) {
  const std::string cut = "1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET\" 200 5 \"-\" \"Mozil";
  EXPECT_EQ(read(cut + "\n", "type:=t").size(), 1U);
  EXPECT_THAT(messages(cut, "type:=t"), ElementsAre("file:1: the last line is not complete"));
  EXPECT_EQ(read(cut + "\"", "type:=t").size(), 1U);
}

TEST(ReadAccessLog, HostileLinesAreNamedNotRead) {
  const std::string start = "1.2.3.4 - - [17/May/2015:10:05:03 +0000] ";
  for (const std::string& line :
       {std::string(" "), std::string("\""), std::string("a b c ["), std::string("a b c []\"\""),
        start + "\"\\", start + "\"\\\"", start + "\"GET\" 200 5 \"-\"",
        start + "\"GET\"200 5 \"-\" \"x\"", start + "\"GET\" 200 5 \"-\" \"x\" more",
        start + "\"GET\" -1 5 \"-\" \"x\"", start + "\"GET\" 200 -5 \"-\" \"x\"",
        std::string("\xff\xfe - - [x] \"\" 1 1 \"\" \"\""), std::string("a\0b", 3)}) {
    EXPECT_EQ(messages(line + "\n", "format=access-log,type:=t").size(), 1U) << line;
  }
}

TEST(UnreadableLines, KeepAThousandMessagesAndTheTotal) {
  std::string content;
  for (int i = 0; i < 1500; ++i) content += "rubbish\n";
  try {
    read(content, "format=access-log,type:=t");
    FAIL();
  } catch (const UnreadableLines& error) {
    EXPECT_EQ(error.messages().size(), kLineMessagesMax);
    EXPECT_EQ(error.total(), 1500U);
    EXPECT_THAT(error.what(), HasSubstr("\n... 1500 lines in all cannot be read"));
  }
}

}  // namespace
}  // namespace reckoner::metering

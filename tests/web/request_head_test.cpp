#include "web/request_head.hpp"

#include <gtest/gtest.h>

namespace reckoner::web {
namespace {

RequestHead parse(std::string_view lines, const RequestLimits& limits = {}) {
  return parse_request_head(std::string(lines) + "\r\n\r\n", limits);
}

/// The status of the problem that a head is refused with; 0 when it is not.
int refusal(std::string_view lines, const RequestLimits& limits = {}) {
  try {
    parse(lines, limits);
  } catch (const Problem& problem) {
    return problem.status();
  }
  return 0;
}

TEST(RequestHead, IsReadWhole) {
  const RequestHead head = parse(
      "POST /api/v1/meters/a%2Fb/query?subject=c1&subject=c%202&filter[x]=a+b&=&flag HTTP/1.1\r\n"
      "Host: localhost\r\nContent-Type:application/json\r\nX-Twice: 1\r\nx-twice:  2 \r\n"
      "Content-Length: 12");
  EXPECT_EQ(head.request.method, "POST");
  EXPECT_EQ(head.request.path, "/api/v1/meters/a/b/query");
  EXPECT_EQ(head.raw_path, "/api/v1/meters/a%2Fb/query");
  EXPECT_EQ(head.request.parameters("subject"), (std::vector<std::string>{"c1", "c 2"}));
  EXPECT_EQ(head.request.parameter("filter[x]"), "a b");
  EXPECT_EQ(head.request.parameter("flag"), "");
  EXPECT_EQ(head.request.parameter("none"), std::nullopt);
  EXPECT_EQ(head.request.header("content-type"), "application/json");
  EXPECT_EQ(head.request.headers.count("x-twice"), 2u);
  EXPECT_EQ(head.framing, Framing::kLength);
  EXPECT_EQ(head.content_length, 12u);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_FALSE(head.expects_continue);
}

TEST(RequestHead, HeaderValuesStayAsTheyWereSent) {
  EXPECT_EQ(parse("GET / HTTP/1.1\r\nHost: h\r\nce-id: 100%25\r\nce-source: %u0041+b")
                .request.header("ce-id"),
            "100%25");
}

TEST(RequestHead, SaysWhetherTheConnectionGoesOn) {
  EXPECT_TRUE(parse("GET / HTTP/1.1\r\nHost: h").keep_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.1\r\nHost: h\r\nConnection: foo, Close").keep_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.0").keep_alive);
  EXPECT_TRUE(parse("GET / HTTP/1.0\r\nConnection: Keep-Alive").keep_alive);
  EXPECT_TRUE(parse("PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue").expects_continue);
}

TEST(RequestHead, AbsoluteTargetsAreUnderstood) {
  EXPECT_EQ(parse("GET http://h:80/a?b=c HTTP/1.1\r\nHost: h").request.path, "/a");
  EXPECT_EQ(parse("GET http://h HTTP/1.1\r\nHost: h").request.path, "/");
}

TEST(RequestHead, WhatTwoProgramsCouldReadDifferentlyIsRefused) {
  for (const std::string_view lines : {
           "",
           "GET",
           "GET /",
           "GET  / HTTP/1.1",
           "GET / x HTTP/1.1",
           " GET / HTTP/1.1",
           "G\tT / HTTP/1.1\r\nHost: h",
           "GET nopath HTTP/1.1\r\nHost: h",
           "GET /# HTTP/1.1\r\nHost: h",
           "GET /%zz HTTP/1.1\r\nHost: h",
           "GET /%4 HTTP/1.1\r\nHost: h",
           "GET /%00 HTTP/1.1\r\nHost: h",
           "GET /%ff HTTP/1.1\r\nHost: h",
           "GET /?a=%c3 HTTP/1.1\r\nHost: h",
           "GET / HTTPS/1.1\r\nHost: h",
           "GET / HTTP/1.1",
           "GET / HTTP/1.1\r\nHost: a\r\nHost: b",
           "GET / HTTP/1.1\r\nHost: h\r\nno colon",
           "GET / HTTP/1.1\r\nHost: h\r\nname : value",
           "GET / HTTP/1.1\r\nHost: h\r\nName: a\r\n folded",
           "GET / HTTP/1.1\r\nHost: h\r\n: empty",
           "GET / HTTP/1.1\r\nHost: h\r\nX: a\rb",
           "GET / HTTP/1.1\r\nHost: h\r\nX: a\x01",
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked",
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1",
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1",
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1",
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +1",
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x10",
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ",
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999",
           "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
           "POST / HTTP/1.0\r\nTransfer-Encoding: chunked",
       }) {
    EXPECT_EQ(refusal(lines), 400) << lines;
  }
  EXPECT_EQ(refusal(std::string("GET / HTTP/1.1\r\nHost: h\r\nX: a\0b", 32)), 400);
}

TEST(RequestHead, LimitsHaveTheirOwnStatus) {
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked"), 501);
  EXPECT_EQ(refusal("GET / HTTP/2.0\r\nHost: h"), 505);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\r\nExpect: more"), 417);
  EXPECT_EQ(refusal("GET /123456 HTTP/1.1\r\nHost: h", {.target_max = 7}), 0);
  EXPECT_EQ(refusal("GET /1234567 HTTP/1.1\r\nHost: h", {.target_max = 7}), 414);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\r\na: b", {.headers_max = 2}), 0);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\r\na: b\r\nc: d", {.headers_max = 2}), 431);
}

TEST(RequestHead, EndIsFoundWhereverTheBytesAreCut) {
  const std::string bytes = "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\nbody\r\n\r\n";
  const std::size_t end = bytes.find("body");
  for (std::size_t first = 0; first < bytes.size(); ++first) {
    const std::size_t found = find_head_end(std::string_view(bytes).substr(0, first), 0);
    EXPECT_EQ(found, first < end ? 0 : end) << first;
    if (found == 0) {
      EXPECT_EQ(find_head_end(bytes, first), end) << first;
    }
  }
  EXPECT_EQ(parse_request_head(std::string_view(bytes).substr(0, end), {}).request.path, "/");
  EXPECT_THROW(find_head_end("GET / HTTP/1.1\nHost: h\n\n", 0), Problem);
}

TEST(ChunkedBody, IsReadWhereverTheBytesAreCut) {
  const std::string bytes =
      "4\r\nWiki\r\n5;name=\"value\"\r\npedia\r\nE\r\n in\r\n\r\nchunks.\r\n000\r\nTrailer: "
      "x\r\n\r\nGET";
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    ChunkedBody chunks(1000);
    std::string body;
    std::size_t used = chunks.take(std::string_view(bytes).substr(0, first), body);
    used += chunks.take(std::string_view(bytes).substr(used), body);
    EXPECT_TRUE(chunks.complete());
    EXPECT_EQ(body, "Wikipedia in\r\n\r\nchunks.");
    EXPECT_EQ(bytes.substr(used), "GET");
  }
}

int chunk_refusal(std::string_view bytes, std::size_t max = 1000) {
  ChunkedBody chunks(max);
  std::string body;
  try {
    chunks.take(bytes, body);
  } catch (const Problem& problem) {
    return problem.status();
  }
  return 0;
}

TEST(ChunkedBody, RefusesWhatIsNone) {
  for (const std::string& bytes :
       {std::string("x\r\n"), std::string("\r\n"), std::string("-1\r\n"), std::string("1\n"),
        std::string("1\r\nab"), std::string("1\r\na\r\r"), std::string("1\rx"),
        std::string("0000000000000001\r\n"), "1;" + std::string(5000, 'x'),
        "0\r\n" + std::string(5000, 'x'), std::string("0\r\nA: b\n"), std::string("0\r\n\rx"),
        std::string("1;a\x01\r\n")}) {
    EXPECT_EQ(chunk_refusal(bytes), 400) << bytes.substr(0, 30);
  }
  EXPECT_EQ(chunk_refusal("5\r\nabcde\r\n5\r\n", 10), 0);
  EXPECT_EQ(chunk_refusal("5\r\nabcde\r\n6\r\n", 10), 413);
  EXPECT_EQ(chunk_refusal("fffffffffffffff\r\n", 10), 413);
}

}  // namespace
}  // namespace reckoner::web

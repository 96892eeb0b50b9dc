#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <array>

#include "web/compression.hpp"
#include "web/etag.hpp"
#include "web/raw_client.hpp"
#include "web/server.hpp"

namespace reckoner::web {
namespace {

using testing::HasSubstr;

std::string unzipped(const std::string& compressed) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  std::string in = compressed;
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  inflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

const std::string& long_text() {
  static const std::string text = [] {
    std::string long_one = "[";
    for (int i = 0; i < 500; ++i) long_one += "\"line " + std::to_string(i) + "\",";
    return long_one + "0]";
  }();
  return text;
}

std::vector<Route> routes() {
  return {
      {"GET", "/long", std::nullopt,
       [](const Request& request) {
         return with_etag(request, {200, "application/json", long_text(), {}}, "\"abc\"");
       }},
      {"GET", "/short", std::nullopt,
       [](const Request&) {
         return Response{200, "application/json", "{}", {}};
       }},
      {"GET", "/image", std::nullopt,
       [](const Request&) {
         return Response{200, "image/png", long_text(), {}};
       }},
      {"GET", "/own", std::nullopt,
       [](const Request&) {
         return Response{
             200, "text/html", "x", {{"Content-Security-Policy", "default-src 'self'"}}};
       }},
      {"GET", "/mine", Right::kSee,
       [](const Request&) {
         return Response{200, "application/json", "{}", {}};
       }},
      {"POST", "/events", Right::kIngest,
       [](const Request&) {
         return Response{204, "", "", {}};
       }},
  };
}

/// Of a caller whose name is the key, and whose customer the number that it begins with.
Principal authenticate(const Request& request) {
  Principal principal;
  principal.name = request.header("authorization");
  principal.rights = {Right::kSee, Right::kIngest};
  if (principal.name.front() != '0') principal.customer = CustomerId{principal.name.front() - '0'};
  return principal;
}

class AnswerTest : public testing::Test {
 protected:
  AnswerTest() { options_.port = 0; }

  RawAnswer get(const std::string& path, const std::string& headers = "") {
    return ask("GET", path, headers);
  }
  RawAnswer ask(const std::string& method, const std::string& path,
                const std::string& headers = "") {
    if (!server_) {
      server_ = std::make_unique<Server>(options_, routes(), authenticate, traffic_);
      server_->start();
    }
    return RawClient(server_->address())
        .ask(method + " " + path + " HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n");
  }

  ServerOptions options_;
  Traffic traffic_;
  std::unique_ptr<Server> server_;
};

constexpr const char* kGzip = "Accept-Encoding: br;q=1.0, gzip;q=0.8\r\n";

TEST_F(AnswerTest, LongTextIsCompressedForWhoTakesIt) {
  const RawAnswer plain = get("/long");
  EXPECT_EQ(plain.body, long_text());
  EXPECT_EQ(plain.header("Content-Encoding"), "");
  EXPECT_EQ(plain.header("Vary"), "Accept-Encoding");
  EXPECT_EQ(plain.header("ETag"), "\"abc\"");
  const RawAnswer compressed = get("/long", kGzip);
  EXPECT_EQ(compressed.header("Content-Encoding"), "gzip");
  EXPECT_EQ(compressed.header("Vary"), "Accept-Encoding");
  EXPECT_EQ(compressed.header("ETag"), "\"abc-gzip\"");
  EXPECT_LT(compressed.body.size(), long_text().size() / 2);
  EXPECT_EQ(unzipped(compressed.body), long_text());
  EXPECT_EQ(get("/long", std::string(kGzip) + "If-None-Match: \"abc-gzip\"\r\n").status, 304);
}

TEST_F(AnswerTest, OtherThingsStayAsTheyAre) {
  EXPECT_EQ(get("/short", kGzip).header("Content-Encoding"), "");
  EXPECT_EQ(get("/image", kGzip).body, long_text());
  EXPECT_EQ(get("/long", "Accept-Encoding: gzip;q=0\r\n").body, long_text());
  EXPECT_EQ(get("/long", "Accept-Encoding: deflate, br\r\n").body, long_text());
}

// Its length would tell whether a guess, put into the request by a page of another site, stands in
// what only the user may see.
TEST_F(AnswerTest, WhatAnotherSiteMakesABrowserAskForIsNotCompressed) {
  const std::string cookie = std::string(kGzip) + "Cookie: reckoner_session=x\r\n";
  EXPECT_EQ(get("/long", cookie).body, long_text());
  EXPECT_EQ(get("/long", cookie + "Sec-Fetch-Site: cross-site\r\n").body, long_text());
  EXPECT_EQ(get("/long", cookie + "Sec-Fetch-Site: none\r\n").body, long_text());
  EXPECT_EQ(get("/long", cookie + "Sec-Fetch-Site: same-origin\r\n").header("Content-Encoding"),
            "gzip");
}

TEST_F(AnswerTest, EachOneSaysWhatABrowserShallNotDoWithIt) {
  for (const char* path : {"/short", "/unknown", "/own", "/mine"}) {
    const RawAnswer answer = get(path, "Authorization: 0\r\n");
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff") << path;
    EXPECT_EQ(answer.header("Referrer-Policy"), "same-origin") << path;
    EXPECT_THAT(answer.header("Permissions-Policy"), HasSubstr("camera=()")) << path;
    EXPECT_EQ(answer.header("Cross-Origin-Resource-Policy"), "same-origin") << path;
    EXPECT_EQ(answer.header("Cache-Control"), "no-store") << path;
    EXPECT_EQ(answer.header("Strict-Transport-Security"), "") << "without TLS";
    EXPECT_EQ(answer.header("Content-Security-Policy"),
              std::string_view(path) == "/own" ? "default-src 'self'"
                                               : "default-src 'none'; frame-ancestors 'none'");
  }
}

TEST_F(AnswerTest, ACallerWhoAsksForTooMuchWaits) {
  options_.rates.caller.per_second = 2;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(get("/mine", "Authorization: 0a\r\n").status, 200);
  const RawAnswer refused = get("/mine", "Authorization: 0a\r\n");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_EQ(get("/mine", "Authorization: 0b\r\n").status, 200) << "another caller";
  EXPECT_EQ(ask("POST", "/events", "Authorization: 0a\r\n").status, 204) << "has its own queue";
  EXPECT_EQ(get("/short").status, 200) << "nobody calls";
}

TEST_F(AnswerTest, ACustomersCallersShareWhatItMayAskFor) {
  options_.rates.customer.per_second = 1;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(get("/mine", "Authorization: 1" + std::to_string(i) + "\r\n").status, 200);
  }
  EXPECT_EQ(get("/mine", "Authorization: 1other\r\n").status, 429);
  EXPECT_EQ(get("/mine", "Authorization: 2\r\n").status, 200) << "another customer";
  EXPECT_EQ(get("/mine", "Authorization: 0\r\n").status, 200) << "staff";
}

TEST(Buckets, FillAsTimeGoesBy) {
  Buckets buckets({.per_second = 10});
  auto now = Buckets::Time(std::chrono::hours(1));
  for (int i = 0; i < 50; ++i) EXPECT_EQ(buckets.take("a", now).count(), 0) << i;
  EXPECT_EQ(buckets.take("a", now), std::chrono::milliseconds(100));
  EXPECT_EQ(buckets.take("b", now).count(), 0);
  now += std::chrono::milliseconds(100);
  EXPECT_EQ(buckets.take("a", now).count(), 0);
  EXPECT_GT(buckets.take("a", now).count(), 0);
  now += std::chrono::hours(1);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(buckets.take("a", now).count(), 0) << i;
  EXPECT_GT(buckets.take("a", now).count(), 0) << "no more than a burst";
}

TEST(Buckets, ForgetThoseWhoComeNoMore) {
  Buckets buckets({.per_second = 1});
  auto now = Buckets::Time(std::chrono::hours(1));
  for (std::size_t i = 0; i < 3 * Buckets::kCallersMax; ++i) {
    buckets.take(std::to_string(i), now);
    now += std::chrono::milliseconds(1);
  }
  EXPECT_LE(buckets.size(), Buckets::kCallersMax);
}

TEST(RateLimits, AnAddressOfThisMachineStandsForMany) {
  RateLimits limits({.address = {.per_second = 1}});
  for (int i = 0; i < 100; ++i) {
    limits.admit(std::string("127.0.0.1"));
    limits.admit(std::string("::1"));
  }
  for (int i = 0; i < 5; ++i) limits.admit(std::string("192.0.2.1"));
  EXPECT_THROW(limits.admit(std::string("192.0.2.1")), Problem);
  EXPECT_NO_THROW(limits.admit(std::string("192.0.2.2")));
}

}  // namespace
}  // namespace reckoner::web

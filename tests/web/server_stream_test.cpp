#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "web/event_stream.hpp"
#include "web/raw_client.hpp"
#include "web/server.hpp"

namespace reckoner::web {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

/// A server whose "/ticks" says a number every 10 ms and whose "/quiet" says nothing, for callers
/// whose key is not revoked.
class StreamTest : public testing::Test {
 protected:
  StreamTest() {
    options_.port = 0;
    options_.heartbeat = milliseconds(50);
    options_.recheck = milliseconds(50);
  }

  const std::string& serve() {
    server_ = std::make_unique<Server>(
        options_, routes(), [this](const Request&) { return authenticate(); }, traffic_);
    server_->start();
    return server_->address();
  }

  Principal authenticate() const {
    if (revoked_) throw Problem(401, "revoked");
    Principal principal;
    principal.name = "anna";
    principal.rights = {Right::kSee};
    return principal;
  }

  std::vector<Route> routes() {
    return {{"GET", "/ticks", Right::kSee,
             [this](const Request&) {
               return event_stream([this](EventStream& stream) {
                 int tick = 0;
                 while (stream.send({"tick", std::to_string(++tick)}) &&
                        stream.wait(milliseconds(10))) {
                 }
                 ++ended_;
               });
             }},
            {"GET", "/quiet", Right::kSee,
             [this](const Request&) {
               return event_stream([this](EventStream& stream) {
                 while (stream.wait(milliseconds(10))) {
                 }
                 ++ended_;
               });
             }},
            {"GET", "/three", Right::kSee,
             [](const Request&) {
               return event_stream([](EventStream& stream) {
                 for (const char* text : {"a", "b", "c"}) stream.send({"", text});
               });
             }},
            {"GET", "/long", Right::kSee,
             [this](const Request&) {
               return event_stream([this](EventStream& stream) {
                 stream.send({"", "at work"});
                 while (stream.wait(milliseconds(10))) {
                 }
                 ++ended_;
               });
             }},
            {"GET", "/short", Right::kSee,
             [](const Request& request) -> Response {
               if (request.parameter("fails")) throw Problem(422, "not so");
               return {200, "text/plain", "done"};
             }},
            {"GET", "/broken", Right::kSee, [](const Request&) {
               return event_stream([](EventStream& stream) {
                 stream.send({"", "a"});
                 throw Error("no more");
               });
             }}};
  }

  void wait_until_ended(int count) const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (ended_ < count && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(milliseconds(1));
    }
    EXPECT_EQ(ended_, count);
  }

  ServerOptions options_;
  Traffic traffic_;
  std::atomic<bool> revoked_{false};
  std::atomic<int> ended_{0};
  std::unique_ptr<Server> server_;
};

std::string get(const std::string& path, const std::string& version = "1.1") {
  return "GET " + path + " HTTP/" + version + "\r\nHost: h\r\n\r\n";
}

TEST_F(StreamTest, GivesEventsAsTheyHappenAndEndsTheChunks) {
  RawClient client(serve());
  client.send(get("/three"));
  const std::string head = client.until("\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(head, HasSubstr("Content-Type: text/event-stream\r\n"));
  EXPECT_THAT(head, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(head, HasSubstr("Cache-Control: no-store\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
  EXPECT_EQ(client.until("0\r\n\r\n"),
            "9\r\ndata: a\n\n\r\n9\r\ndata: b\n\n\r\n9\r\ndata: c\n\n\r\n0\r\n\r\n");
  EXPECT_TRUE(client.closed());
}

TEST_F(StreamTest, OldClientsGetItWithoutChunks) {
  RawClient client(serve());
  client.send(get("/three", "1.0"));
  EXPECT_THAT(client.until("\r\n\r\n"), Not(HasSubstr("chunked")));
  EXPECT_EQ(client.until("\n\ndata: c\n\n"), "data: a\n\ndata: b\n\ndata: c\n\n");
  EXPECT_TRUE(client.closed());
}

TEST_F(StreamTest, LastsLongerThanAnAnswerMay) {
  options_.deadlines.answer = milliseconds(60);
  options_.deadlines.idle = milliseconds(60);
  RawClient client(serve());
  client.send(get("/ticks"));
  EXPECT_THAT(client.until("data: 30\n"), HasSubstr("data: 30\n"));
}

TEST_F(StreamTest, AQuietOneGivesSignsOfLife) {
  RawClient client(serve());
  client.send(get("/quiet"));
  client.until("\r\n\r\n");
  EXPECT_EQ(client.until(": \n\n"), "4\r\n: \n\n");
  EXPECT_EQ(client.until(": \n\n"), "\r\n4\r\n: \n\n");
}

TEST_F(StreamTest, EndsWhenTheClientGoes) {
  const std::string& address = serve();
  for (const char* path : {"/ticks", "/quiet"}) {
    RawClient client(address);
    client.send(get(path));
    client.until("\r\n\r\n");
  }
  wait_until_ended(2);
}

TEST_F(StreamTest, EndsWhenItsCallerMayNotSeeItAnyMore) {
  RawClient client(serve());
  client.send(get("/ticks"));
  client.until("data: 1\n");
  revoked_ = true;
  EXPECT_THAT(client.until("0\r\n\r\n"), testing::EndsWith("0\r\n\r\n"));
  wait_until_ended(1);
  EXPECT_EQ(RawClient(server_->address()).ask(get("/ticks")).status, 401);
}

TEST_F(StreamTest, EndsWhenTheServerStops) {
  RawClient client(serve());
  client.send(get("/quiet"));
  client.until("\r\n\r\n");
  const auto begun = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(3));
  EXPECT_EQ(ended_, 1);
}

TEST_F(StreamTest, WhatItThrowsEndsItAlone) {
  RawClient client(serve());
  client.send(get("/broken"));
  client.until("\r\n\r\n");
  // Without the last chunk: nobody may take what arrived for the whole.
  EXPECT_EQ(client.until("data: a\n\n\r\n"), "9\r\ndata: a\n\n\r\n");
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(RawClient(server_->address()).ask(get("/unknown")).status, 404);
}

TEST_F(StreamTest, AnswersHeadWithoutBeginning) {
  RawClient client(serve());
  client.send("HEAD /ticks HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.until("\r\n\r\n"), HasSubstr("text/event-stream"));
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(ended_, 0);
}

TEST_F(StreamTest, ThereAreSoManyAtATime) {
  options_.streams_max = 2;
  const std::string& address = serve();
  std::vector<RawClient> open;
  for (int i = 0; i < 2; ++i) {
    open.emplace_back(address);
    open.back().send(get("/quiet"));
    open.back().until("\r\n\r\n");
  }
  EXPECT_EQ(RawClient(address).ask(get("/quiet")).status, 503);
  open.pop_back();
  wait_until_ended(1);
  RawClient next(address);
  next.send(get("/three"));
  EXPECT_THAT(next.until("\r\n\r\n"), HasSubstr("200"));
}

TEST_F(StreamTest, HeavyRequestsHaveSoManySeats) {
  options_.heavy = {"GET /long", "GET /short"};
  options_.heavy_max = 2;
  options_.heavy_wait = milliseconds(300);
  const std::string address = serve();
  for (const char* path : {"/short", "/short?fails=1", "/short", "/short?fails=1", "/short"}) {
    EXPECT_THAT(RawClient(address).ask(get(path)).status, testing::AnyOf(200, 422))
        << "each gives its seat back";
  }
  std::vector<RawClient> open;
  for (int i = 0; i < 2; ++i) {
    open.emplace_back(address).send(get("/long"));
    EXPECT_THAT(open.back().until("at work"), HasSubstr("at work"));
  }
  const RawAnswer refused = RawClient(address).ask(get("/short"));
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.head, HasSubstr("Retry-After: "));
  RawClient light(address);
  light.send(get("/three"));
  EXPECT_THAT(light.until("data: c"), HasSubstr("data: c")) << "others need no seat";
  open.pop_back();
  wait_until_ended(1);
  EXPECT_EQ(RawClient(address).ask(get("/short")).status, 200);
}

TEST_F(StreamTest, ACallerHasSomeOfThem) {
  const std::string& address = serve();
  std::vector<RawClient> open;
  for (int i = 0; i < 16; ++i) {
    open.emplace_back(address);
    open.back().send(get("/quiet"));
    open.back().until("\r\n\r\n");
  }
  const RawAnswer refused = RawClient(address).ask(get("/quiet"));
  EXPECT_EQ(refused.status, 429);
  EXPECT_NE(refused.header("Retry-After"), "");
}

}  // namespace
}  // namespace reckoner::web

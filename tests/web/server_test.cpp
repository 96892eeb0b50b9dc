#include "web/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "store/database_error.hpp"
#include "text/json.hpp"
#include "web/authentication.hpp"
#include "web/raw_client.hpp"

namespace reckoner::web {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

std::optional<Principal> find_key(std::string_view secret) {
  if (secret == "lost") {
    throw store::DatabaseError(
        {.statement = "find key", .sqlstate = "08006", .message = "gone", .connection_lost = true});
  }
  if (secret != "good" && secret != "weak") return std::nullopt;
  Principal principal;
  principal.name = secret;
  if (secret == "good") principal.rights = {Right::kIngest};
  return principal;
}

Principal authenticate(const Request& request) {
  static Authentication authentication(find_key, [](std::string_view) { return std::nullopt; });
  return authentication.principal_of(request);
}

/// A server with a few endpoints; `hold` is answered once `release` was called.
class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    options_.port = 0;
    options_.limits.body_max = 1 << 20;
  }
  ~ServerTest() override { release_.set_value(); }

  const std::string& serve() {
    server_ = std::make_unique<Server>(options_, routes(), authenticate, traffic_);
    server_->start();
    return server_->address();
  }

  std::vector<Route> routes() {
    return {
        {"POST", "/echo", std::nullopt,
         [](const Request& request) {
           return Response{200, "text/plain", request.body, {{"X-Path", request.path}}};
         }},
        {"GET", "/empty", std::nullopt,
         [](const Request&) {
           return Response{204, "", "", {}};
         }},
        {"GET", "/hello", std::nullopt,
         [](const Request& request) {
           return Response{200, "text/plain", request.id, {}};
         }},
        {"GET", "/throw/{what}", std::nullopt,
         [](const Request& request) -> Response {
           const std::string& what = request.path_values.at("what");
           if (what == "error") throw Error("the input is wrong");
           if (what == "bug") throw Bug("a secret");
           if (what == "problem") throw Problem(409, "twice").item("events[3]", "no id");
           if (what == "full") throw Problem(429, "full").retry_after(7);
           if (what == "header") return {200, "text/plain", "x", {{"X-A", "b\r\nX-C: d"}}};
           throw store::DatabaseError({.statement = "s",
                                       .sqlstate = what == "lost" ? "08006" : "22000",
                                       .message = "secret",
                                       .connection_lost = what == "lost"});
         }},
        {"POST", "/locked", Right::kIngest,
         [](const Request& request) {
           return Response{200, "text/plain", request.principal.name, {}};
         }},
        {"GET", "/hold", std::nullopt,
         [this](const Request&) {
           ++held_;
           released_.wait();
           return Response{200, "text/plain", "held", {}};
         }},
    };
  }

  void wait_until_held(int requests = 1) const {
    while (held_ < requests) std::this_thread::sleep_for(milliseconds(1));
  }

  ServerOptions options_;
  Traffic traffic_;
  std::promise<void> release_;
  std::shared_future<void> released_ = release_.get_future().share();
  std::atomic<int> held_{0};
  std::unique_ptr<Server> server_;
};

std::string get(const std::string& path, const std::string& headers = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n";
}
std::string post(const std::string& path, const std::string& body,
                 const std::string& headers = "") {
  return "POST " + path + " HTTP/1.1\r\nHost: h\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST_F(ServerTest, AnswersManyRequestsOnOneConnection) {
  RawClient client(serve());
  for (int i = 0; i < 300; ++i) {
    const std::string body = "body " + std::to_string(i);
    const RawAnswer answer = client.ask(post("/echo", body));
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, body);
  }
  const RawAnswer empty = client.ask(get("/empty"));
  EXPECT_EQ(empty.status, 204);
  EXPECT_EQ(empty.header("Content-Length"), "") << "RFC 9110, 8.6";
  EXPECT_EQ(empty.header("Content-Type"), "");
  EXPECT_THAT(empty.header("Date"), HasSubstr(" GMT"));
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
  RawClient client(serve());
  client.send(
      post("/echo", "1") + get("/empty") + "\r\n" +
      "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n2\r\n0\r\n\r\n" +
      post("/echo", "3", "Connection: close\r\n") + get("/empty"));
  EXPECT_EQ(client.answer().body, "1");
  EXPECT_EQ(client.answer().status, 204);
  EXPECT_EQ(client.answer().body, "2");
  const RawAnswer last = client.answer();
  EXPECT_EQ(last.body, "3");
  EXPECT_EQ(last.header("Connection"), "close");
  EXPECT_TRUE(client.closed());
}

TEST_F(ServerTest, BytesMayComeOneByOne) {
  RawClient client(serve());
  for (const char c : post("/echo", "slow")) {
    client.send(std::string(1, c));
    if (c == '\n') std::this_thread::sleep_for(milliseconds(2));
  }
  EXPECT_EQ(client.answer().body, "slow");
}

TEST_F(ServerTest, LargeBodiesComeWhole) {
  RawClient client(serve());
  std::string body(1 << 20, 'x');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i % 23);
  EXPECT_EQ(client.ask(post("/echo", body)).body, body);
  std::string chunked = "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += 1000) {
    const std::string piece = body.substr(at, 1000);
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
    chunked += size + piece + "\r\n";
  }
  EXPECT_EQ(client.ask(chunked + "0\r\n\r\n").body, body);
  EXPECT_EQ(traffic_.body_bytes, 0);
}

TEST_F(ServerTest, BodiesBeyondTheLimitAreRefused) {
  const std::string address = serve();
  const std::string body((1 << 20) + 1, 'x');
  RawClient client(address);
  const RawAnswer answer = client.ask(post("/echo", body));
  EXPECT_EQ(answer.status, 413) << "although the body had not been read";
  EXPECT_EQ(answer.header("Connection"), "close");
  RawClient chunked(address);
  chunked.send("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n");
  chunked.send(body);
  EXPECT_EQ(chunked.answer().status, 413);
}

TEST_F(ServerTest, LargeBodiesShareTheMemoryThereIs) {
  options_.bodies_max = 300'000;
  const std::string address = serve();
  RawClient first(address);
  first.send(post("/echo", std::string(200'000, 'x')).substr(0, 190'000));
  while (traffic_.body_bytes < 150'000) std::this_thread::sleep_for(milliseconds(1));
  const RawAnswer refused = RawClient(address).ask(post("/echo", std::string(200'000, 'x')));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_EQ(RawClient(address).ask(post("/echo", std::string(60'000, 'x'))).status, 200);
  first.send(std::string(200'000, 'x'));
  EXPECT_EQ(first.answer().status, 200);
}

TEST_F(ServerTest, BadRequestsAreProblemsAndEndTheConnection) {
  const std::string address = serve();
  for (const std::string& bytes :
       {std::string("nonsense\r\n\r\n"), std::string("GET /hello HTTP/1.1\n\n"),
        std::string("GET /hello HTTP/1.1\r\n\r\n"),
        std::string("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: "
                    "chunked\r\n\r\nabc"),
        std::string(
            "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")}) {
    RawClient client(address);
    const RawAnswer answer = client.ask(bytes);
    EXPECT_EQ(answer.status, 400) << bytes;
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
    const text::Json problem = text::parse_json(answer.body);
    EXPECT_EQ(problem.at("type").as_string(), "about:blank");
    EXPECT_EQ(problem.at("title").as_string(), "Bad Request");
    EXPECT_EQ(problem.at("status").as_number(), "400");
    EXPECT_EQ(problem.at("instance").as_string(), "urn:request:" + answer.header("X-Request-Id"));
    EXPECT_TRUE(client.closed());
  }
}

TEST_F(ServerTest, HeadsBeyondTheLimitsAreRefused) {
  const std::string address = serve();
  EXPECT_EQ(RawClient(address).ask(get("/hello", "A: " + std::string(40'000, 'x') + "\r\n")).status,
            431);
  std::string many;
  for (int i = 0; i < 101; ++i) many += "A" + std::to_string(i) + ": b\r\n";
  EXPECT_EQ(RawClient(address).ask(get("/hello", many)).status, 431);
  EXPECT_EQ(RawClient(address).ask(get("/" + std::string(9'000, 'x'))).status, 414);
  EXPECT_EQ(RawClient(address).ask(get("/hello", "A: " + std::string(20'000, 'x') + "\r\n")).status,
            200);
}

TEST_F(ServerTest, WhatIsNotThereIsAProblemAndTheConnectionGoesOn) {
  RawClient client(serve());
  EXPECT_EQ(client.ask(get("/nothing")).status, 404);
  const RawAnswer wrong = client.ask(post("/hello", "unwanted"));
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("Allow"), "GET, HEAD");
  client.send("HEAD /hello HTTP/1.1\r\nHost: h\r\nX-Request-Id: abc\r\n\r\n");
  const RawAnswer head = client.answer(/*bodyless=*/true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Length"), "3");
  EXPECT_EQ(client.ask(get("/hello")).status, 200);
}

TEST_F(ServerTest, RequestIdsAreTheCallersWhereTheyAreSane) {
  RawClient client(serve());
  EXPECT_EQ(client.ask(get("/hello", "X-Request-Id: a-B_1.2\r\n")).body, "a-B_1.2");
  for (const std::string& id : {std::string("a b"), std::string("\"x\""), std::string(200, 'x')}) {
    const RawAnswer answer = client.ask(get("/hello", "X-Request-Id: " + id + "\r\n"));
    EXPECT_NE(answer.body, id);
    EXPECT_EQ(answer.header("X-Request-Id"), answer.body);
  }
}

TEST_F(ServerTest, WhatEndpointsThrowBecomesAnAnswer) {
  RawClient client(serve());
  const RawAnswer error = client.ask(get("/throw/error"));
  EXPECT_EQ(error.status, 400);
  EXPECT_THAT(error.body, HasSubstr("the input is wrong"));
  for (const char* what : {"bug", "refused", "header"}) {
    const RawAnswer hidden = client.ask(get(std::string("/throw/") + what));
    EXPECT_EQ(hidden.status, 500) << what;
    EXPECT_THAT(hidden.body, Not(HasSubstr("secret")));
    EXPECT_EQ(hidden.header("X-C"), "");
  }
  const RawAnswer lost = client.ask(get("/throw/lost"));
  EXPECT_EQ(lost.status, 503);
  EXPECT_NE(lost.header("Retry-After"), "");
  const RawAnswer full = client.ask(get("/throw/full"));
  EXPECT_EQ(full.status, 429);
  EXPECT_EQ(full.header("Retry-After"), "7");
  const RawAnswer items = client.ask(get("/throw/problem"));
  EXPECT_EQ(items.status, 409);
  const text::Json problem = text::parse_json(items.body);
  EXPECT_EQ(problem.at("items").as_array().at(0).at("at").as_string(), "events[3]");
}

TEST_F(ServerTest, KeysAreAskedForBeforeTheBodyIsRead) {
  const std::string address = serve();
  RawClient client(address);
  const RawAnswer missing = client.ask(post("/locked", "x"));
  EXPECT_EQ(missing.status, 401);
  EXPECT_EQ(missing.header("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(client.ask(post("/locked", "x", "Authorization: Basic good\r\n")).status, 401);
  const RawAnswer unknown = client.ask(post("/locked", "x", "Authorization: Bearer bad\r\n"));
  EXPECT_EQ(unknown.status, 401);
  EXPECT_THAT(unknown.header("WWW-Authenticate"), HasSubstr("invalid_token"));
  EXPECT_EQ(client.ask(post("/locked", "x", "Authorization: Bearer weak\r\n")).status, 403);
  EXPECT_EQ(client.ask(post("/locked", "x", "Authorization: Bearer lost\r\n")).status, 503);
  EXPECT_EQ(client.ask(post("/locked", "x", "Authorization: bearer  good\r\n")).body, "good");
  EXPECT_EQ(RawClient(address)
                .ask("POST /locked HTTP/1.1\r\nHost: h\r\nContent-Length: 900000\r\n\r\n")
                .status,
            401);
}

TEST_F(ServerTest, ContinueIsSaidToThoseWhoMayGoOn) {
  const std::string address = serve();
  RawClient client(address);
  const std::string head =
      " HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";
  client.send("POST /echo" + head);
  EXPECT_EQ(client.answer(/*bodyless=*/true).status, 100);
  client.send("body");
  EXPECT_EQ(client.answer().body, "body");
  client.send("POST /locked" + head);
  EXPECT_EQ(client.answer().status, 401);
  EXPECT_TRUE(client.closed());
  RawClient large(address);
  EXPECT_EQ(large
                .ask("POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
                     "Content-Length: 99999999\r\n\r\n")
                .status,
            413);
}

TEST_F(ServerTest, OldClientsAreAnswered) {
  const std::string address = serve();
  RawClient client(address);
  const RawAnswer answer = client.ask("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(client.closed());
  RawClient kept(address);
  EXPECT_EQ(kept.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").header("Connection"),
            "keep-alive");
  EXPECT_EQ(kept.ask("GET /hello HTTP/1.0\r\n\r\n").status, 200);
}

TEST_F(ServerTest, SlowHeadsAreEndedHoweverTheyTrickle) {
  options_.deadlines.head = milliseconds(300);
  const std::string address = serve();
  RawClient silent(address);
  RawClient trickling(address);
  const std::string bytes = get("/hello", "A: " + std::string(4'000, 'x') + "\r\n");
  std::size_t sent = 0;
  while (trickling.silent_for(milliseconds(20)) && sent < 1'000) {
    trickling.send(bytes.substr(sent++, 1));
  }
  EXPECT_LT(sent, 1'000u) << "each byte prolonged the deadline";
  EXPECT_EQ(trickling.answer().status, 408);
  EXPECT_TRUE(silent.closed()) << "without an answer: nothing was asked";
}

TEST_F(ServerTest, SlowBodiesAreEndedHoweverTheyTrickle) {
  options_.deadlines.body = milliseconds(300);
  RawClient client(serve());
  client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n");
  std::size_t sent = 0;
  while (client.silent_for(milliseconds(20)) && sent++ < 1'000) client.send("x");
  EXPECT_LT(sent, 1'000u) << "each byte prolonged the deadline";
  EXPECT_EQ(client.answer().status, 408);
}

TEST_F(ServerTest, IdleConnectionsAreClosedInTheEnd) {
  options_.deadlines.idle = milliseconds(200);
  RawClient client(serve());
  EXPECT_EQ(client.ask(get("/hello")).status, 200);
  EXPECT_TRUE(client.closed());
}

TEST_F(ServerTest, IdleConnectionsDoNotSlowActiveOnes) {
  const std::string address = serve();
  std::vector<RawClient> idle;
  for (int i = 0; i < 300; ++i) {
    idle.emplace_back(address);
    ASSERT_EQ(idle.back().ask(get("/hello")).status, 200);
  }
  auto longest = milliseconds(0);
  std::vector<RawClient> active;
  for (int i = 0; i < 20; ++i) active.emplace_back(address);
  for (int round = 0; round < 50; ++round) {
    for (RawClient& client : active) {
      const auto before = std::chrono::steady_clock::now();
      ASSERT_EQ(client.ask(post("/echo", "x")).status, 200);
      longest = std::max(longest, std::chrono::duration_cast<milliseconds>(
                                      std::chrono::steady_clock::now() - before));
    }
  }
  EXPECT_LT(longest, milliseconds(2'000)) << "cpp-httplib's own pool starves them for 5 s";
  EXPECT_EQ(traffic_.connections_open, 320);
  for (RawClient& client : idle) ASSERT_EQ(client.ask(get("/hello")).status, 200);
}

TEST_F(ServerTest, ABurstOfConnectionsDoesNotWait) {
  const std::string address = serve();
  const auto before = std::chrono::steady_clock::now();
  std::vector<RawClient> clients;
  for (int i = 0; i < 200; ++i) clients.emplace_back(address);
  for (RawClient& client : clients) client.send(get("/hello"));
  for (RawClient& client : clients) ASSERT_EQ(client.answer().status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
}

TEST_F(ServerTest, NewConnectionsTakeThePlaceOfIdleOnes) {
  options_.connections_max = 4;
  const std::string address = serve();
  std::vector<RawClient> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back(address);
    ASSERT_EQ(clients.back().ask(get("/hello")).status, 200);
  }
  // An answer is there before its connection counts as idle: the first one does by now for certain.
  std::this_thread::sleep_for(milliseconds(100));
  for (std::size_t i = 1; i < 4; ++i) ASSERT_EQ(clients[i].ask(get("/hello")).status, 200);
  clients.emplace_back(address);
  EXPECT_EQ(clients.back().ask(get("/hello")).status, 200);
  EXPECT_TRUE(clients.front().closed()) << "idle the longest";
  EXPECT_EQ(clients[1].ask(get("/hello")).status, 200);
  EXPECT_EQ(traffic_.connections_evicted, 1);
}

TEST_F(ServerTest, ConnectionsBeyondTheBoundAreToldSo) {
  options_.connections_max = 2;
  const std::string address = serve();
  RawClient first(address);
  RawClient second(address);
  first.send(get("/hold"));
  second.send(get("/hold"));
  while (traffic_.connections_open < 2) std::this_thread::sleep_for(milliseconds(1));
  wait_until_held(2);
  for (int i = 0; i < 20; ++i) {
    RawClient third(address);
    const RawAnswer answer = third.ask(get("/hello"));
    EXPECT_EQ(answer.status, 503);
    EXPECT_NE(answer.header("Retry-After"), "");
    EXPECT_TRUE(third.closed());
  }
}

TEST_F(ServerTest, StopsWhenRequestsInHandAreAnswered) {
  const std::string address = serve();
  RawClient idle(address);
  ASSERT_EQ(idle.ask(get("/hello")).status, 200);
  RawClient held(address);
  held.send(get("/hold"));
  RawClient half(address);
  half.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbo");
  wait_until_held();
  while (traffic_.connections_open < 3) std::this_thread::sleep_for(milliseconds(1));
  std::this_thread::sleep_for(milliseconds(50));
  std::thread stopping([this] { server_->stop(); });
  EXPECT_TRUE(idle.closed());
  half.send("dy");
  EXPECT_EQ(half.answer().body, "body");
  EXPECT_THROW(RawClient{address}, Error) << "nothing is accepted any more";
  release_.set_value();
  const RawAnswer answer = held.answer();
  EXPECT_EQ(answer.body, "held");
  EXPECT_EQ(answer.header("Connection"), "close");
  stopping.join();
  release_ = {};
}

TEST_F(ServerTest, DoesNotShareItsPort) {
  const std::string address = serve();
  ServerOptions options = options_;
  options.port = std::stoi(address.substr(address.rfind(':') + 1));
  Traffic traffic;
  Server other(options, {}, authenticate, traffic);
  EXPECT_THROW(other.start(), StartError);
}

TEST_F(ServerTest, CountsWhatItAnswered) {
  RawClient client(serve());
  client.ask(get("/hello"));
  client.ask(get("/hello"));
  client.ask(get("/nothing"));
  client.ask(get("/empty"));
  const std::string text = traffic_.prometheus();
  EXPECT_THAT(text, HasSubstr("requests_total{route=\"GET /hello\",status=\"200\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("requests_total{route=\"none\",status=\"404\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("duration_seconds_count{route=\"GET /hello\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("duration_seconds_bucket{route=\"GET /hello\",le=\"+Inf\"} 2\n"));
}

}  // namespace
}  // namespace reckoner::web

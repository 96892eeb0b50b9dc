#include "web/idempotency.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "accounts/api_keys.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::web {
namespace {

using testing::Contains;

constexpr store::Statement kNote{"test.note", R"(
  insert into subject_profile (key, id, display_name, metadata, created_at, updated_at)
  values ($1, $1, '', '{}', $2, $2))"};

class OnceTest : public testing::Test {
 protected:
  OnceTest() { world_.set_clock("2026-11-29T20:00:00Z"); }

  static Request post(std::string key, std::string body = "{}",
                      std::optional<CustomerId> customer = std::nullopt) {
    Request request;
    request.method = "POST";
    request.path = "/api/v1/things";
    request.body = std::move(body);
    request.principal.customer = customer;
    if (!key.empty()) request.headers.emplace("idempotency-key", std::move(key));
    return request;
  }

  Response once(const Request& request, KeptAnswer kept = KeptAnswer::kWhole) {
    return web::once(
        world_.pool(), request, world_.now(),
        [this](store::Connection& connection) { return effect(connection); }, kept);
  }

  Response effect(store::Connection& connection) {
    ++calls_;
    const std::string name = "thing-" + std::to_string(calls_);
    connection.execute(kNote, {name, world_.now()});
    if (problem_) throw *problem_;
    return {201, "application/json", "{\"name\":\"" + name + "\"}", {{"Location", "/" + name}}};
  }

  std::int64_t things() {
    return world_.number("select count(*) from subject_profile where key like 'thing-%'");
  }
  void as_superuser(const std::string& sql) {
    store::Connection({.conninfo = test::as_role(world_.connect_string(), store::Role::kSuperuser)})
        .run_script({"as superuser", sql});
  }
  std::int64_t kept() { return world_.number("select count(*) from answered_request"); }

  template <class Work>
  static int status(Work work) {
    try {
      work();
    } catch (const Problem& problem) {
      return problem.status();
    }
    return 0;
  }

  test::BillingWorld world_;
  std::optional<Problem> problem_;
  int calls_ = 0;
};

TEST_F(OnceTest, TheSameRequestIsAnsweredAsTheFirstTime) {
  const Response first = once(post("k"));
  const Response again = once(post("k"));
  EXPECT_EQ(calls_, 1);
  EXPECT_EQ(things(), 1);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.content_type, "application/json");
  EXPECT_THAT(again.headers, Contains(std::pair("Location", "/thing-1")));
  EXPECT_THAT(again.headers, Contains(std::pair("Idempotency-Replayed", "true")));
}

TEST_F(OnceTest, WithoutKeyEachRequestHasItsEffect) {
  once(post(""));
  once(post(""));
  EXPECT_EQ(things(), 2);
  EXPECT_EQ(kept(), 0);
}

TEST_F(OnceTest, AKeyIsForOneRequest) {
  once(post("k"));
  Request other_path = post("k");
  other_path.path = "/api/v1/others";
  Request other_method = post("k");
  other_method.method = "PUT";
  Request other_query = post("k");
  other_query.query = {{"dry_run", "true"}};
  for (const Request& other : {post("k", "{\"a\":1}"), other_path, other_method, other_query}) {
    EXPECT_EQ(status([&] { once(other); }), 422);
  }
  EXPECT_EQ(things(), 1);
}

TEST_F(OnceTest, CustomersAndStaffHaveKeysOfTheirOwn) {
  once(post("k"));
  once(post("k", "{}", CustomerId{1}));
  once(post("k", "{\"other\":1}", CustomerId{2}));
  EXPECT_EQ(things(), 3);
  once(post("k", "{}", CustomerId{1}));
  EXPECT_EQ(things(), 3);
}

TEST_F(OnceTest, WhatIsRefusedLeavesNothing) {
  problem_ = Problem(409, "not now");
  EXPECT_EQ(status([&] { once(post("k")); }), 409);
  EXPECT_EQ(things(), 0);
  EXPECT_EQ(kept(), 0);
  problem_.reset();
  EXPECT_EQ(once(post("k")).status, 201);
  EXPECT_EQ(things(), 1);
}

TEST_F(OnceTest, ASecretIsShownOnceAndNotKept) {
  EXPECT_EQ(once(post("k"), KeptAnswer::kNotItsBody).body, "{\"name\":\"thing-1\"}");
  EXPECT_EQ(status([&] { once(post("k"), KeptAnswer::kNotItsBody); }), 409);
  EXPECT_EQ(things(), 1);
  EXPECT_EQ(world_.number("select count(*) from answered_request where body = ''"), 1);
}

TEST_F(OnceTest, WhileTheFirstIsAtWorkTheSecondIsToldSo) {
  std::promise<void> begun;
  std::promise<void> go_on;
  auto first = std::async(std::launch::async, [&] {
    return web::once(world_.pool(), post("k"), world_.now(), [&](store::Connection& connection) {
      begun.set_value();
      go_on.get_future().wait();
      return effect(connection);
    });
  });
  begun.get_future().wait();
  EXPECT_EQ(status([&] { once(post("k")); }), 409);
  go_on.set_value();
  EXPECT_EQ(first.get().status, 201);
  EXPECT_EQ(once(post("k")).status, 201);
  EXPECT_EQ(things(), 1);
}

/// Before the COMMIT nothing is there; a session that ends in it takes key and effect with it.
TEST_F(OnceTest, AnEndBeforeCommitLeavesNeitherEffectNorKey) {
  int ended = 0;
  const Response answer =
      web::once(world_.pool(), post("k"), world_.now(), [&](store::Connection& connection) {
        Response response = effect(connection);
        if (++ended == 1) {
          world_.connect().query({"test.end", "select pg_terminate_backend($1)"},
                                 {std::int64_t{connection.backend_pid()}});
        }
        return response;
      });
  EXPECT_EQ(ended, 2);
  EXPECT_EQ(answer.body, "{\"name\":\"thing-2\"}");
  EXPECT_EQ(things(), 1);
  EXPECT_EQ(kept(), 1);
}

TEST_F(OnceTest, WhatMakesATransactionOfItsOwnIsPartOfIt) {
  const auto make = [&](store::Connection& connection) -> Response {
    const auto made = accounts::create_api_key(
        connection, {.name = "n", .scopes = {"query"}, .customer = "", .namespace_name = ""},
        {"me"}, world_.now());
    if (problem_) throw *problem_;
    return {201, "application/json", "{}", {{"X-Key", std::to_string(made.key.key_id)}}};
  };
  problem_ = Problem(400, "changed its mind");
  EXPECT_EQ(status([&] { web::once(world_.pool(), post("k"), world_.now(), make); }), 400);
  EXPECT_EQ(world_.number("select count(*) from api_key"), 0);
  problem_.reset();
  web::once(world_.pool(), post("k"), world_.now(), make);
  web::once(world_.pool(), post("k"), world_.now(), make);
  EXPECT_EQ(world_.number("select count(*) from api_key"), 1);
}

TEST_F(OnceTest, AnEffectMayTakeOnARoleThatMayNotKeepAnswers) {
  as_superuser("grant reckoner_reader to reckoner_writer");
  const Response answer =
      web::once(world_.pool(), post("k"), world_.now(), [&](store::Connection& connection) {
        Response response = effect(connection);
        connection.query({"test.role", "select set_config('role', 'reckoner_reader', true)"});
        return response;
      });
  as_superuser("revoke reckoner_reader from reckoner_writer");
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(kept(), 1);
}

TEST_F(OnceTest, AKeyIsOneShortText) {
  EXPECT_EQ(status([&] { once(post(std::string(201, 'k'))); }), 400);
  EXPECT_EQ(status([&] { once(post("caf\xe9")); }), 400);
  Request two = post("a");
  two.headers.emplace("idempotency-key", "b");
  EXPECT_EQ(status([&] { once(two); }), 400);
  EXPECT_EQ(things(), 0);
}

}  // namespace
}  // namespace reckoner::web

#include <atomic>
#include <thread>

#include "customers_world.hpp"

namespace reckoner::web {

namespace {

constexpr int kTenants = 20;
constexpr int kThreads = 8;  // on 4 connections
constexpr int kRequests = 10'000;
constexpr int kDisturbedEach = 20;

std::string key_of(int tenant) {
  return "canary-" + std::to_string(100 + tenant);
}

/// Requests of many tenants over few connections, some of which end in every bad way there is: each
/// answer has its own tenant's canary and nobody else's.
class TenantPoolTest : public CustomersTest {
 protected:
  TenantPoolTest() {
    for (int i = 0; i < kTenants; ++i) {
      world.customer(key_of(i));
      people.push_back(tenant(key_of(i)));
      world.pay(key_of(i), "1.00", "2026-10-02", "paid by " + key_of(i));
    }
  }

  const CustomerApi api{world.pool(), tenants, world.versions(), [this] { return world.now(); }};
  const std::vector<Route> disturbances{
      customer_route(api, "GET", "/throws", Right::kSee,
                     [](CustomerSession&, const Request&) -> Response { throw Error("no"); }),
      customer_route(api, "GET", "/fails", Right::kSee,
                     [](CustomerSession& session, const Request&) -> Response {
                       session.connection().query({"test.divide", "select 1 / 0"});
                       return {};
                     }),
      customer_route(api, "GET", "/dies", Right::kSee,
                     [](CustomerSession& session, const Request&) -> Response {
                       session.connection().query(
                           {"test.die", "select pg_terminate_backend(pg_backend_pid())"});
                       session.connection().query({"test.dead", "select 1"});
                       return {};
                     }),
      customer_route(api, "GET", "/claims", Right::kSee,
                     [this](CustomerSession& session, const Request&) -> Response {
                       // A setting that outlives its transaction must not be believed either.
                       session.connection().query(
                           {"test.claim", "select set_config('reckoner.customer', $1, false)"},
                           {std::to_string(people.front().customer->value)});
                       throw Error("no");
                     }),
  };

  void disturb(int tenant, int which) {
    Request request;
    request.principal = people[static_cast<std::size_t>(tenant)];
    request.path_values = {{"customer", key_of(tenant)}};
    try {
      disturbances[static_cast<std::size_t>(which) % disturbances.size()].endpoint(request);
    } catch (const std::exception&) {
      // What is left of it is what is tested.
    }
  }

  bool is_pure(const std::string& body, int tenant) {
    if (body.find(key_of(tenant)) == std::string::npos) return false;
    for (int other = 0; other < kTenants; ++other) {
      if (other != tenant && body.find(key_of(other)) != std::string::npos) return false;
    }
    return true;
  }

  std::vector<Principal> people;
};

TEST_F(TenantPoolTest, NoAnswerHasAnothersCanary) {
  std::atomic<int> next{0};
  std::atomic<int> impure{0};
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (int i = next++; i < kRequests; i = next++) {
        const int tenant = (i * 7) % kTenants;
        if (i % kDisturbedEach == 0) {
          disturb(tenant, i / kDisturbedEach);
          continue;
        }
        const std::string path =
            "/api/v1/customers/" + key_of(tenant) + (i % 2 == 0 ? "" : "/payments");
        try {
          const Response answer = call_as(people[static_cast<std::size_t>(tenant)], "GET", path);
          ++answered;
          if (!is_pure(answer.body, tenant)) ++impure;
        } catch (const store::DatabaseError&) {
          // The connection died under it.
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(impure, 0);
  EXPECT_GT(answered, kRequests * 9 / 10);

  // On each connection that is left, nothing is answered before a customer is named.
  std::vector<store::Pool::Lease> leases;
  for (int i = 0; i < 4; ++i) leases.push_back(tenants.take(std::chrono::seconds(1)));
  for (store::Pool::Lease& lease : leases) {
    store::Transaction snapshot(*lease, store::TransactionKind::kSnapshotReadOnly);
    EXPECT_THROW(lease->query({"test.unset", "select count(*) from customer"}),
                 store::DatabaseError);
  }
}

}  // namespace

}  // namespace reckoner::web

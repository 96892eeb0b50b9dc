#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "web/http.hpp"
#include "web/traffic.hpp"

namespace reckoner::web {

/// Whether the database answers, asked at most once a second however many want to know.
/// Thread-safe.
class Health {
 public:
  /// Throws Error when the database does not answer.
  explicit Health(std::function<void()> ask) : ask_(std::move(ask)) {}
  bool database_answers();

 private:
  const std::function<void()> ask_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point asked_at_;  // guarded by mutex_
  bool asked_ = false;                              // guarded by mutex_
  bool answers_ = false;                            // guarded by mutex_
};

/// Lines in Prometheus' text format, each ended. What it throws becomes a comment.
using MetricsSource = std::function<std::string()>;

struct HealthApi {
  std::shared_ptr<Health> health;
  const Traffic* traffic;
  std::vector<MetricsSource> sources;
  /// None: everybody may read the metrics. They tell of all customers, so that a customer's key may
  /// not in any case.
  std::optional<Scope> metrics_scope = Scope::kQuery;
  /// What does not work now, although the database answers; "" for nothing.
  std::function<std::string()> degraded = {};
};

/// GET /healthz and GET /metrics (docs/http.md).
std::vector<Route> health_routes(HealthApi api);

/// Whether only programs on this machine can connect to the address: "127.0.0.1", "::1",
/// "localhost".
bool is_loopback(std::string_view host);

}  // namespace reckoner::web

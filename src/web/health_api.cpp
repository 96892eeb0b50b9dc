#include "web/health_api.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "text/json.hpp"

namespace reckoner::web {

namespace {

constexpr std::chrono::seconds kAnswerKept{1};

Response healthz(const HealthApi& api) {
  if (!api.health->database_answers()) {
    throw Problem(503, "the database cannot be reached").retry_after(1);
  }
  const std::string degraded = api.degraded ? api.degraded() : std::string();
  text::JsonWriter json;
  json.begin_object().key("status").string(degraded.empty() ? "ok" : "degraded");
  if (!degraded.empty()) json.key("detail").string(degraded);
  json.end_object();
  return {200, "application/json", json.finish(), {}};
}

std::string lines_of(const MetricsSource& source) {
  try {
    return source();
  } catch (const Error& error) {
    log::debug("metrics: {}", error.what());
    return "# some metrics cannot be read now\n";
  }
}

Response metrics(const HealthApi& api, const Request& request) {
  if (request.principal.customer) {
    throw Problem(403, "the metrics are not for a customer's key");
  }
  std::string text = fmt::format(
      "# HELP reckoner_database_up Whether the database answers.\n"
      "# TYPE reckoner_database_up gauge\nreckoner_database_up {}\n",
      api.health->database_answers() ? 1 : 0);
  text += fmt::format(
      "# HELP reckoner_degraded Whether something does not work although the database answers.\n"
      "# TYPE reckoner_degraded gauge\nreckoner_degraded {}\n",
      api.degraded && !api.degraded().empty() ? 1 : 0);
  text += api.traffic->prometheus();
  for (const MetricsSource& source : api.sources) text += lines_of(source);
  return {200, "text/plain; version=0.0.4", std::move(text), {}};
}

}  // namespace

bool Health::database_answers() {
  const std::lock_guard lock(mutex_);
  if (asked_ && std::chrono::steady_clock::now() - asked_at_ < kAnswerKept) return answers_;
  try {
    ask_();
    answers_ = true;
  } catch (const Error& error) {
    log::debug("health: {}", error.what());
    answers_ = false;
  }
  asked_ = true;
  asked_at_ = std::chrono::steady_clock::now();
  return answers_;
}

std::vector<Route> health_routes(HealthApi api) {
  const auto shared = std::make_shared<const HealthApi>(std::move(api));
  return {{"GET", "/healthz", std::nullopt, [shared](const Request&) { return healthz(*shared); }},
          {"GET", "/metrics", shared->metrics_scope,
           [shared](const Request& request) { return metrics(*shared, request); }}};
}

bool is_loopback(std::string_view host) {
  const bool numeric = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host == "localhost" || host == "::1" || (numeric && host.starts_with("127."));
}

}  // namespace reckoner::web

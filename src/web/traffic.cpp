#include "web/traffic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/error.hpp"

namespace reckoner::web {

namespace {
std::string seconds_text(std::int64_t microseconds) {
  return fmt::format("{}.{:06}", microseconds / 1'000'000, microseconds % 1'000'000);
}

void append_number(std::string& out, const char* name, const char* type, const char* help,
                   std::int64_t value) {
  fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help,
                 type, value);
}
}  // namespace

void Traffic::know_routes(std::vector<std::string> labels) {
  RK_CHECK(routes_.empty());
  labels.emplace_back("none");
  for (std::string& label : labels) {
    routes_.push_back(std::make_unique<Counts>());
    routes_.back()->label = std::move(label);
  }
}

void Traffic::count(std::size_t route, int status, std::chrono::nanoseconds duration) {
  Counts& counts = *routes_[std::min(route, routes_.size() - 1)];
  counts.by_status[std::min(static_cast<std::size_t>(status), kStatusMax - 1)].fetch_add(
      1, std::memory_order_relaxed);
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  std::size_t bucket = 0;
  while (bucket < kBuckets.size() && microseconds > kBuckets[bucket] * 1000) ++bucket;
  counts.by_duration[bucket].fetch_add(1, std::memory_order_relaxed);
  counts.microseconds.fetch_add(microseconds, std::memory_order_relaxed);
}

std::string Traffic::prometheus() const {
  std::string out;
  const auto write = std::back_inserter(out);
  out +=
      "# HELP reckoner_http_requests_total Answers by route and status.\n"
      "# TYPE reckoner_http_requests_total counter\n";
  for (const auto& counts : routes_) {
    for (std::size_t status = 0; status < kStatusMax; ++status) {
      const std::int64_t count = counts->by_status[status];
      if (count == 0) continue;
      fmt::format_to(write, "reckoner_http_requests_total{{route=\"{}\",status=\"{}\"}} {}\n",
                     counts->label, status, count);
    }
  }
  out +=
      "# HELP reckoner_http_request_duration_seconds From the first byte of a request to the last "
      "of its answer.\n# TYPE reckoner_http_request_duration_seconds histogram\n";
  for (const auto& counts : routes_) {
    std::int64_t sum = 0;
    std::string buckets;
    for (std::size_t i = 0; i < kBuckets.size(); ++i) {
      sum += counts->by_duration[i];
      fmt::format_to(std::back_inserter(buckets),
                     "reckoner_http_request_duration_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n",
                     counts->label, seconds_text(kBuckets[i] * 1000), sum);
    }
    sum += counts->by_duration[kBuckets.size()];
    if (sum == 0) continue;
    out += buckets;
    fmt::format_to(
        write,
        "reckoner_http_request_duration_seconds_bucket{{route=\"{0}\",le=\"+Inf\"}} {1}\n"
        "reckoner_http_request_duration_seconds_sum{{route=\"{0}\"}} {2}\n"
        "reckoner_http_request_duration_seconds_count{{route=\"{0}\"}} {1}\n",
        counts->label, sum, seconds_text(counts->microseconds));
  }
  append_number(out, "reckoner_http_connections", "gauge", "Open connections.", connections_open);
  append_number(out, "reckoner_http_connections_accepted_total", "counter",
                "Connections that were accepted.", connections_accepted);
  append_number(out, "reckoner_http_connections_refused_total", "counter",
                "Connections that were answered 503 because too many were open.",
                connections_refused);
  append_number(out, "reckoner_http_connections_evicted_total", "counter",
                "Idle connections that were closed to make room.", connections_evicted);
  append_number(out, "reckoner_http_body_bytes", "gauge",
                "Bytes of large request bodies in memory.", body_bytes);
  return out;
}

}  // namespace reckoner::web

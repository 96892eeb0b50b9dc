#include "delivery/delivery_metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace reckoner::delivery {

namespace {

constexpr store::Statement kMails{"mail metrics", R"(
  select count(*) filter (where state = 'pending') as pending, count(*) filter (where state = 'dead') as dead,
         min(next_try_at) filter (where state = 'pending') as first
    from outbox where state in ('pending', 'dead'))"};
constexpr store::Statement kWebhooks{"webhook metrics", R"(
  select count(*) filter (where state = 'pending') as pending, count(*) filter (where state = 'dead') as dead,
         min(next_try_at) filter (where state = 'pending') as first
    from webhook_delivery where state in ('pending', 'dead'))"};
constexpr store::Statement kEndpoints{"webhook endpoint metrics", R"(
  select count(*) filter (where disabled_at is null and failing_since is null) as working,
         count(*) filter (where disabled_at is null and failing_since is not null) as failing,
         count(*) filter (where disabled_at is not null) as disabled
    from webhook_endpoint)"};

std::string gauge(std::string_view name, std::string_view help, std::int64_t value) {
  return fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n{0} {2}\n", name, help, value);
}

std::string waiting(std::string_view what, const store::Row& row, time::Instant now) {
  std::chrono::seconds late{0};
  if (const auto first = row.optional_instant("first")) {
    late = std::max(late, std::chrono::duration_cast<std::chrono::seconds>(now - *first));
  }
  return gauge(fmt::format("reckoner_{}_pending", what),
               fmt::format("Of the outbox of {}: what waits.", what), row.int64("pending")) +
         gauge(fmt::format("reckoner_{}_dead", what),
               fmt::format("Of the outbox of {}: what was given up.", what), row.int64("dead")) +
         gauge(fmt::format("reckoner_{}_late_seconds", what),
               fmt::format("Of the outbox of {}: how long the first that is due has waited.", what),
               late.count());
}

}  // namespace

std::string delivery_metrics(store::Connection& connection, time::Instant now) {
  std::string out = waiting("mails", connection.query(kMails).only(), now) +
                    waiting("webhooks", connection.query(kWebhooks).only(), now);
  const store::Row endpoints = connection.query(kEndpoints).only();
  constexpr std::string_view kName = "reckoner_webhook_endpoints";
  out += fmt::format("# HELP {0} Endpoints by how they are.\n# TYPE {0} gauge\n", kName);
  for (const std::string_view state : {"working", "failing", "disabled"}) {
    out += fmt::format("{}{{state=\"{}\"}} {}\n", kName, state, endpoints.int64(state));
  }
  return out;
}

}  // namespace reckoner::delivery

#include "app/webhooks.hpp"

#include <fmt/format.h>

#include <thread>
#include <vector>

#include "accounts/audit_log.hpp"
#include "app/totp_key.hpp"
#include "base/log.hpp"
#include "text/json.hpp"

namespace reckoner::app {

namespace {

using delivery::WebhookEndpoint;
using delivery::WebhookSender;
using Steady = std::chrono::steady_clock;

constexpr int kSenders = 4;
constexpr std::int64_t kPerPass = 100;
constexpr std::chrono::milliseconds kPause{1'000};
constexpr std::chrono::milliseconds kNap{50};
constexpr std::chrono::hours kForgetPause{1};
constexpr std::string_view kNobody = "reckoner";

void note_disabled(store::Connection& connection, const WebhookEndpoint& endpoint,
                   std::string_view why, time::Instant now) {
  const bool of_house = endpoint.owner == delivery::kHouse;
  text::JsonWriter json;
  json.begin_object().key("url").string(endpoint.url).key("reason").string(why).end_object();
  accounts::record(connection,
                   {.who = std::string(kNobody),
                    .action = "webhook.disable",
                    .subject = fmt::format("endpoint {}", endpoint.name),
                    .customer = of_house ? std::nullopt : std::optional(endpoint.owner),
                    .after = json.finish()},
                   now);
}

void rest(const std::atomic<bool>& stop, std::chrono::milliseconds longest) {
  const auto until = Steady::now() + longest;
  while (!stop && Steady::now() < until) std::this_thread::sleep_for(kNap);
}

void tell(System& system, const std::shared_ptr<delivery::EndpointsAtWork>& at_work,
          const std::atomic<bool>& stop) {
  WebhookSender sender(webhook_means(system), at_work);
  while (!stop) {
    try {
      const auto result = sender.send_due(kPerPass, stop);
      const std::int64_t tried = result.sent + result.failed + result.dead;
      if (tried > 0) {
        log::info("webhooks: {} sent, {} to be tried again, {} given up", result.sent,
                  result.failed, result.dead);
      }
      if (tried == kPerPass) continue;
    } catch (const Error& error) {
      log::error("webhooks: {}", error.what());
    }
    rest(stop, kPause);
  }
}

void forget(System& system, const std::atomic<bool>& stop) {
  while (!stop) {
    try {
      const auto keep = system.settings().duration("webhooks.keep");
      delivery::forget_deliveries(*system.connection(), system.clock()() - keep);
    } catch (const Error& error) {
      log::error("webhooks: what was told is not forgotten: {}", error.what());
    }
    rest(stop, kForgetPause);
  }
}

}  // namespace

WebhookSender::Means webhook_means(System& system) {
  return {.pool = system.pool(),
          .settings = [&system] { return system.settings(); },
          .seal =
              [&system](const config::Settings& settings) {
                return totp_seal(settings, system.directory());
              },
          .clock = system.clock(),
          .disabled =
              [&system](store::Connection& connection, const WebhookEndpoint& endpoint,
                        std::string_view why) {
                note_disabled(connection, endpoint, why, system.clock()());
              }};
}

void tell_endpoints(System& system, const std::atomic<bool>& stop) {
  const auto at_work = std::make_shared<delivery::EndpointsAtWork>();
  std::vector<std::jthread> senders;
  for (int i = 0; i < kSenders; ++i) {
    senders.emplace_back([&] { tell(system, at_work, stop); });
  }
  forget(system, stop);
}

}  // namespace reckoner::app

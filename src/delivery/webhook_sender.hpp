#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/seal.hpp"
#include "config/settings.hpp"
#include "delivery/webhook_deliveries.hpp"
#include "delivery/webhook_endpoints.hpp"
#include "delivery/webhook_post.hpp"
#include "store/pool.hpp"
#include "time/clock.hpp"

namespace reckoner::delivery {

/// What the settings say about requests to endpoints of the house, or of customers. Throws Error
/// for networks that are none.
PostRules post_rules(const config::Settings& settings, bool of_house);

/// How many requests each endpoint has under way in this process, so that a slow one does not take
/// all senders. Thread-safe.
class EndpointsAtWork {
 public:
  static constexpr int kMost = 2;

  /// Whether one more may begin.
  bool is_free(const std::string& endpoint) const;
  void begin(const std::string& endpoint);
  void end(const std::string& endpoint);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, int> requests_;  // guarded by mutex_
};

/// Tells endpoints what was written down for them (docs/webhooks.md). Any number of senders, in any
/// number of processes, may work on one database: each delivery is claimed by one of them at a
/// time. One thread at a time.
class WebhookSender {
 public:
  struct Means {
    store::Pool& pool;
    /// The active settings under the environment, asked once for each pass.
    std::function<config::Settings()> settings;
    /// What secrets are sealed with.
    std::function<Seal(const config::Settings&)> seal;
    time::Clock clock;
    /// Called in the transaction that disables an endpoint.
    std::function<void(store::Connection&, const WebhookEndpoint&, std::string_view why)> disabled;
  };

  WebhookSender(Means means, std::shared_ptr<EndpointsAtWork> at_work);

  struct Result {
    std::int64_t sent = 0;
    std::int64_t failed = 0;  ///< to be tried again later
    std::int64_t dead = 0;    ///< given up
    friend bool operator==(const Result&, const Result&) = default;
  };

  /// One pass: makes deliveries that are due, longest waiting first, until none is, `limit` of them
  /// were tried, or `stop` becomes true; the one in hand is finished first (at most
  /// `webhooks.timeout`). Throws Error for settings that cannot be used, DatabaseError when the
  /// database refuses; what was claimed then is tried again when its claim has run out.
  Result send_due(std::int64_t limit, const std::atomic<bool>& stop);

 private:
  struct Pass;
  enum class Step { kSent, kPostponed, kDead, kLost };

  std::vector<std::string> ready(const Pass& pass) const;
  Step send(Pass& pass, const ClaimedDelivery& delivery);
  PostAnswer post(Pass& pass, const TellableEndpoint& endpoint, const ClaimedDelivery& delivery);
  Step note(Pass& pass, const TellableEndpoint& endpoint, const ClaimedDelivery& delivery,
            const PostAnswer& answer);
  Step note_refusal(Pass& pass, const TellableEndpoint& endpoint, const ClaimedDelivery& delivery,
                    const PostAnswer& answer);
  void disable(const WebhookEndpoint& endpoint, std::string_view why);

  const Means means_;
  const std::shared_ptr<EndpointsAtWork> at_work_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace reckoner::delivery

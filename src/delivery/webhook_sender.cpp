#include "delivery/webhook_sender.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "base/log.hpp"
#include "delivery/sender.hpp"
#include "delivery/webhook_signature.hpp"
#include "store/announcements.hpp"
#include "store/database_error.hpp"
#include "store/transaction.hpp"
#include "text/json.hpp"

namespace reckoner::delivery {

namespace {

constexpr std::chrono::seconds kPoolWait{5};
constexpr int kBookingTries = 3;
/// What a claim lasts longer than one request may.
constexpr std::chrono::seconds kClaimSlack{30};
constexpr std::chrono::hours kLongestRest{1};
constexpr int kGone = 410;

constexpr store::Statement kCustomer{"customer of webhook endpoint",
                                     "select key from customer where customer_id = $1"};

/// So that an endpoint that is being told is not told by all senders at once.
class AtWork {
 public:
  AtWork(EndpointsAtWork& all, std::string endpoint) : all_(all), endpoint_(std::move(endpoint)) {
    all_.begin(endpoint_);
  }
  ~AtWork() { all_.end(endpoint_); }
  AtWork(const AtWork&) = delete;
  AtWork& operator=(const AtWork&) = delete;

 private:
  EndpointsAtWork& all_;
  const std::string endpoint_;
};

void announce_disabled(store::Connection& connection, const WebhookEndpoint& endpoint,
                       std::string_view why, time::Instant now) {
  if (endpoint.owner == kHouse) return;
  const auto customer = connection.query(kCustomer, {endpoint.owner}).at_most_one();
  if (!customer) return;
  text::JsonWriter json;
  json.begin_object().key("customer").string(customer->text("key"));
  json.key("endpoint").string(endpoint.name).key("url").string(endpoint.url);
  json.key("reason").string(why).end_object();
  store::Announcements announcements(connection, {endpoint.owner});
  announcements.add(endpoint.owner, "endpoint.disabled", json.finish());
  announcements.write(now);
}

}  // namespace

PostRules post_rules(const config::Settings& settings, bool of_house) {
  const std::string name = of_house ? "webhooks.house.networks" : "webhooks.customers.networks";
  PostRules rules{.networks = {},
                  .redirects = settings.text("webhooks.redirects") == "true",
                  .timeout = settings.duration("webhooks.timeout"),
                  .ca_file = settings.text("webhooks.caFile"),
                  // Who may choose the URL must not read what its machine says to us.
                  .keeps_answers = of_house};
  try {
    rules.networks = Networks::parse(settings.text(name));
  } catch (Error& error) {
    throw error.in(fmt::format("setting {}", name));
  }
  return rules;
}

bool EndpointsAtWork::is_free(const std::string& endpoint) const {
  const std::lock_guard lock(mutex_);
  const auto found = requests_.find(endpoint);
  return found == requests_.end() || found->second < kMost;
}

void EndpointsAtWork::begin(const std::string& endpoint) {
  const std::lock_guard lock(mutex_);
  ++requests_[endpoint];
}

void EndpointsAtWork::end(const std::string& endpoint) {
  const std::lock_guard lock(mutex_);
  const auto found = requests_.find(endpoint);
  if (--found->second == 0) requests_.erase(found);
}

/// What holds for all deliveries of one pass.
struct WebhookSender::Pass {
  config::Settings settings;
  std::chrono::seconds retry_for = settings.duration("webhooks.retry.for");
  std::chrono::seconds disable_after = settings.duration("webhooks.disableAfter");
  std::chrono::seconds timeout = settings.duration("webhooks.timeout");
  std::map<std::string, TellableEndpoint> endpoints = {};  ///< that may be told now
  std::optional<Seal> seal = {};
  // A connection that the rules of the house allowed must not serve a customer.
  std::optional<WebhookPost> for_house = {};
  std::optional<WebhookPost> for_customers = {};

  WebhookPost& carrier(const WebhookEndpoint& endpoint) {
    const bool of_house = endpoint.owner == kHouse;
    std::optional<WebhookPost>& carrier = of_house ? for_house : for_customers;
    if (!carrier) carrier.emplace(post_rules(settings, of_house));
    return *carrier;
  }
};

WebhookSender::WebhookSender(Means means, std::shared_ptr<EndpointsAtWork> at_work)
    : means_(std::move(means)), at_work_(std::move(at_work)) {}

WebhookSender::Result WebhookSender::send_due(std::int64_t limit, const std::atomic<bool>& stop) {
  Result result;
  auto tellable = tellable_endpoints(*means_.pool.take(kPoolWait), means_.clock());
  if (tellable.empty()) return result;
  Pass pass{.settings = means_.settings()};
  for (TellableEndpoint& endpoint : tellable) {
    pass.endpoints.emplace(endpoint.endpoint.name, std::move(endpoint));
  }
  for (std::int64_t tried = 0; tried < limit && !stop; ++tried) {
    const std::vector<std::string> names = ready(pass);
    if (names.empty()) break;
    const auto delivery = claim_delivery(*means_.pool.take(kPoolWait), names, means_.clock(),
                                         pass.timeout + kClaimSlack);
    if (!delivery) break;
    switch (send(pass, *delivery)) {
      case Step::kSent:
        ++result.sent;
        break;
      case Step::kPostponed:
        ++result.failed;
        break;
      case Step::kDead:
        ++result.dead;
        break;
      case Step::kLost:
        break;
    }
  }
  return result;
}

std::vector<std::string> WebhookSender::ready(const Pass& pass) const {
  std::vector<std::string> names;
  for (const auto& [name, endpoint] : pass.endpoints) {
    if (at_work_->is_free(name)) names.push_back(name);
  }
  return names;
}

WebhookSender::Step WebhookSender::send(Pass& pass, const ClaimedDelivery& delivery) {
  const TellableEndpoint endpoint = pass.endpoints.at(delivery.id.endpoint);
  // A sender that stood still must not tell what another one has been given meanwhile.
  if (means_.clock() + pass.timeout >= delivery.leased_until) return Step::kLost;
  PostAnswer answer;
  {
    const AtWork at_work(*at_work_, endpoint.endpoint.name);
    try {
      answer = post(pass, endpoint, delivery);
    } catch (const Error& error) {
      answer.reason = error.what();
    }
  }
  // It was told or not: only the bookkeeping is repeated.
  for (int left = kBookingTries;; --left) {
    try {
      return note(pass, endpoint, delivery, answer);
    } catch (const store::DatabaseError& error) {
      if (left <= 1 || !error.retryable()) throw;
    }
  }
}

PostAnswer WebhookSender::post(Pass& pass, const TellableEndpoint& endpoint,
                               const ClaimedDelivery& delivery) {
  if (!pass.seal) pass.seal = means_.seal(pass.settings);
  const auto secrets = open_secrets(*pass.seal, endpoint);
  const std::int64_t timestamp =
      std::chrono::floor<std::chrono::seconds>(means_.clock()).time_since_epoch().count();
  return pass.carrier(endpoint.endpoint)
      .post(endpoint.endpoint.url,
            {{"Content-Type", "application/json"},
             {"webhook-id", delivery.message},
             {"webhook-timestamp", std::to_string(timestamp)},
             {"webhook-signature",
              webhook_signature(secrets, delivery.message, timestamp, delivery.body)}},
            delivery.body);
}

WebhookSender::Step WebhookSender::note(Pass& pass, const TellableEndpoint& endpoint,
                                        const ClaimedDelivery& delivery, const PostAnswer& answer) {
  if (!answer.is_success()) return note_refusal(pass, endpoint, delivery, answer);
  auto connection = means_.pool.take(kPoolWait);
  if (!mark_delivered(*connection, delivery, answer.status, means_.clock())) return Step::kLost;
  if (endpoint.endpoint.failures > 0) {
    note_success(*connection, endpoint.endpoint);
    pass.endpoints.at(endpoint.endpoint.name).endpoint.failures = 0;
  }
  return Step::kSent;
}

WebhookSender::Step WebhookSender::note_refusal(Pass& pass, const TellableEndpoint& told,
                                                const ClaimedDelivery& delivery,
                                                const PostAnswer& answer) {
  const WebhookEndpoint& endpoint = told.endpoint;
  const time::Instant now = means_.clock();
  const time::Instant last = delivery.first_try_at.value_or(now) + pass.retry_for;
  const time::Instant failing_since = endpoint.failing_since.value_or(now);
  const bool is_gone = answer.status == kGone;
  const bool failed_too_long = now - failing_since >= pass.disable_after;
  const int jitter = std::uniform_int_distribution<int>(0, 1000)(random_);
  std::chrono::milliseconds wait = retry_wait(delivery.attempts + 1, jitter);
  if (answer.retry_after) {
    wait = std::max<std::chrono::milliseconds>(
        wait, std::min<std::chrono::milliseconds>(*answer.retry_after, kLongestRest));
  }
  const bool give_up = is_gone || now >= last;
  const time::Instant next = std::min<time::Instant>(now + wait, last);
  std::optional<time::Instant> rests_until;
  if (answer.is_unavailable()) {
    rests_until = now + (answer.retry_after ? wait : retry_wait(endpoint.failures + 1, jitter));
  }
  {
    auto connection = means_.pool.take(kPoolWait);
    store::Transaction transaction(*connection);
    const bool stands =
        give_up ? mark_undeliverable(*connection, delivery, answer.status, answer.reason)
                : postpone(*connection, delivery, answer.status, answer.reason, next, now);
    if (!stands) return Step::kLost;
    note_failure(*connection, endpoint, rests_until, now);
    transaction.commit();
  }
  WebhookEndpoint& known = pass.endpoints.at(endpoint.name).endpoint;
  known.failing_since = failing_since;
  ++known.failures;
  log::warning("webhook {} to {} {}: {}", delivery.message, endpoint.url,
               give_up ? "is given up" : fmt::format("is tried again at {}", time::to_string(next)),
               answer.reason);
  if (is_gone || failed_too_long) {
    disable(endpoint, is_gone ? "it answered 410 Gone"
                              : fmt::format("it has failed since {}, the last time: {}",
                                            time::to_string(failing_since), answer.reason));
  }
  if (rests_until || is_gone || failed_too_long) pass.endpoints.erase(endpoint.name);
  return give_up ? Step::kDead : Step::kPostponed;
}

void WebhookSender::disable(const WebhookEndpoint& endpoint, std::string_view why) {
  auto connection = means_.pool.take(kPoolWait);
  store::Transaction transaction(*connection);
  const time::Instant now = means_.clock();
  if (!disable_endpoint(*connection, endpoint.owner, endpoint.name, why, now)) return;
  announce_disabled(*connection, endpoint, why, now);
  means_.disabled(*connection, endpoint, why);
  transaction.commit();
  log::error("webhook endpoint {} ({}) is disabled: {}", endpoint.name, endpoint.url, why);
}

}  // namespace reckoner::delivery

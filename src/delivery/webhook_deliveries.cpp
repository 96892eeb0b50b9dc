#include "delivery/webhook_deliveries.hpp"

#include "base/error.hpp"
#include "store/transaction.hpp"

namespace reckoner::delivery {

namespace {

constexpr store::Statement kList{"list webhook deliveries", R"(
  select d.customer_id, d.endpoint, d.event, coalesce(c.key, '') as key,
         e.id, e.kind, e.happened_at, e.body, d.state, d.attempts,
         d.next_try_at, d.sent_at, d.status, d.last_error
    from webhook_delivery d
    join webhook_event e on e.customer_id = d.customer_id and e.event = d.event
    left join customer c on c.customer_id = d.customer_id
   where d.endpoint = $1 and ($2::bigint is null or d.customer_id = $2) and ($3::text is null or d.state = $3)
     and ($4::timestamptz is null or e.happened_at < $4
          or e.happened_at = $4 and (d.customer_id, d.event) < ($5::bigint, $6::bigint))
   order by e.happened_at desc, d.customer_id desc, d.event desc limit $7)"};
constexpr store::Statement kFind{"find webhook delivery", R"(
  select d.customer_id, d.endpoint, d.event, coalesce(c.key, '') as key,
         e.id, e.kind, e.happened_at, e.body, d.state, d.attempts,
         d.next_try_at, d.sent_at, d.status, d.last_error
    from webhook_delivery d
    join webhook_event e on e.customer_id = d.customer_id and e.event = d.event
    left join customer c on c.customer_id = d.customer_id
   where d.customer_id = $1 and d.endpoint = $2 and d.event = $3)"};
constexpr store::Statement kFindByMessage{"find webhook delivery by message", R"(
  select d.customer_id, d.endpoint, d.event, coalesce(c.key, '') as key,
         e.id, e.kind, e.happened_at, e.body, d.state, d.attempts,
         d.next_try_at, d.sent_at, d.status, d.last_error
    from webhook_delivery d
    join webhook_event e on e.customer_id = d.customer_id and e.event = d.event
    left join customer c on c.customer_id = d.customer_id
   where d.endpoint = $1 and e.id = $2)"};

constexpr store::Statement kResend{"resend webhook", R"(
  update webhook_delivery
     set state = 'pending', next_try_at = $4, attempts = 0, first_try_at = null
   where customer_id = $1 and endpoint = $2 and event = $3)"};
constexpr store::Statement kResendDead{"resend dead webhooks", R"(
  update webhook_delivery
     set state = 'pending', next_try_at = $2, attempts = 0, first_try_at = null
   where endpoint = $1 and state = 'dead')"};

constexpr store::Statement kDue{"due webhooks", R"(
  select d.customer_id, d.endpoint, d.event, d.next_try_at
    from webhook_delivery d
   where d.state = 'pending' and d.next_try_at <= $1 and d.endpoint = any($2::text[])
     and not exists (select from webhook_delivery b
                      where b.customer_id = d.customer_id and b.endpoint = d.endpoint
                        and b.event < d.event and b.state = 'pending')
   order by d.next_try_at, d.customer_id, d.event limit 16)"};
// Compares and sets one row by its key, as mails are claimed.
constexpr store::Statement kClaim{"claim webhook", R"(
  update webhook_delivery d set next_try_at = $5
    from webhook_event e
   where d.customer_id = $1 and d.endpoint = $2 and d.event = $3 and d.next_try_at = $4
     and d.state = 'pending' and e.customer_id = d.customer_id and e.event = d.event
  returning e.id, e.body, d.attempts, d.first_try_at)"};

constexpr store::Statement kDelivered{"mark webhook sent", R"(
  update webhook_delivery
     set state = 'sent', sent_at = $5, attempts = attempts + 1, status = $6, last_error = '',
         first_try_at = coalesce(first_try_at, $5)
   where customer_id = $1 and endpoint = $2 and event = $3 and next_try_at = $4 and state = 'pending')"};
constexpr store::Statement kUndeliverable{"mark webhook dead", R"(
  update webhook_delivery
     set state = 'dead', attempts = attempts + 1, status = nullif($5::int, 0), last_error = $6
   where customer_id = $1 and endpoint = $2 and event = $3 and next_try_at = $4 and state = 'pending')"};
constexpr store::Statement kPostpone{"postpone webhook", R"(
  update webhook_delivery
     set next_try_at = $7, attempts = attempts + 1, status = nullif($5::int, 0), last_error = $6,
         first_try_at = coalesce(first_try_at, $8)
   where customer_id = $1 and endpoint = $2 and event = $3 and next_try_at = $4 and state = 'pending')"};

constexpr store::Statement kForgetDeliveries{"forget webhook deliveries", R"(
  delete from webhook_delivery where created_at < $1 and state <> 'pending')"};
constexpr store::Statement kForgetEvents{"forget webhook events", R"(
  delete from webhook_event e
   where e.happened_at < $1
     and not exists (select from webhook_delivery d
                      where d.customer_id = e.customer_id and d.event = e.event))"};

WebhookDelivery delivery_of(const store::Row& row) {
  const bool pending = row.text("state") == "pending";
  return {.id = {{row.int64("customer_id")}, row.text("endpoint"), row.int64("event")},
          .customer_key = row.text("key"),
          .message = row.text("id"),
          .kind = row.text("kind"),
          .happened_at = row.instant("happened_at"),
          .body = row.text("body"),
          .state = row.text("state"),
          .attempts = row.int64("attempts"),
          .next_try_at = pending ? row.optional_instant("next_try_at") : std::nullopt,
          .sent_at = row.optional_instant("sent_at"),
          .status = row.optional_int64("status"),
          .last_error = row.text("last_error")};
}

std::optional<WebhookDelivery> at_most_one(const store::Rows& rows) {
  const auto row = rows.at_most_one();
  if (!row) return std::nullopt;
  return delivery_of(*row);
}

}  // namespace

std::vector<WebhookDelivery> list_deliveries(store::Connection& connection,
                                             const DeliveryFilter& filter, std::int64_t limit,
                                             const std::optional<DeliveryPlace>& behind) {
  std::optional<time::Instant> happened_at;
  std::optional<CustomerId> customer;
  std::optional<std::int64_t> event;
  if (behind) {
    happened_at = behind->happened_at;
    customer = behind->customer;
    event = behind->event;
  }
  std::vector<WebhookDelivery> deliveries;
  for (const store::Row& row : connection.query(
           kList,
           {filter.endpoint, filter.customer, filter.state, happened_at, customer, event, limit})) {
    deliveries.push_back(delivery_of(row));
  }
  return deliveries;
}

std::optional<WebhookDelivery> find_delivery(store::Connection& connection, const DeliveryId& id) {
  return at_most_one(connection.query(kFind, {id.customer, id.endpoint, id.event}));
}

std::optional<WebhookDelivery> find_delivery(store::Connection& connection,
                                             std::string_view endpoint, std::string_view message) {
  return at_most_one(connection.query(kFindByMessage, {endpoint, message}));
}

void resend(store::Connection& connection, const DeliveryId& id, time::Instant now) {
  RK_CHECK(connection.execute(kResend, {id.customer, id.endpoint, id.event, now}) == 1);
}

std::int64_t resend_dead(store::Connection& connection, std::string_view endpoint,
                         time::Instant now) {
  return connection.execute(kResendDead, {endpoint, now});
}

std::optional<ClaimedDelivery> claim_delivery(store::Connection& connection,
                                              const std::vector<std::string>& endpoints,
                                              time::Instant now, std::chrono::seconds lease) {
  const time::Instant leased_until = now + lease;
  for (;;) {
    const store::Rows due = connection.query(kDue, {now, endpoints});
    if (due.empty()) return std::nullopt;
    for (const store::Row& row : due) {
      const DeliveryId id{{row.int64("customer_id")}, row.text("endpoint"), row.int64("event")};
      const auto claimed = connection
                               .query(kClaim, {id.customer, id.endpoint, id.event,
                                               row.instant("next_try_at"), leased_until})
                               .at_most_one();
      if (!claimed) continue;
      return ClaimedDelivery{.id = id,
                             .message = claimed->text("id"),
                             .body = claimed->text("body"),
                             .attempts = claimed->int64("attempts"),
                             .first_try_at = claimed->optional_instant("first_try_at"),
                             .leased_until = leased_until};
    }
  }
}

bool mark_delivered(store::Connection& connection, const ClaimedDelivery& delivery, int status,
                    time::Instant now) {
  const DeliveryId& id = delivery.id;
  return connection.execute(kDelivered, {id.customer, id.endpoint, id.event, delivery.leased_until,
                                         now, status}) == 1;
}

bool mark_undeliverable(store::Connection& connection, const ClaimedDelivery& delivery, int status,
                        std::string_view reason) {
  const DeliveryId& id = delivery.id;
  return connection.execute(kUndeliverable, {id.customer, id.endpoint, id.event,
                                             delivery.leased_until, status, reason}) == 1;
}

bool postpone(store::Connection& connection, const ClaimedDelivery& delivery, int status,
              std::string_view reason, time::Instant next_try_at, time::Instant now) {
  const DeliveryId& id = delivery.id;
  return connection.execute(kPostpone, {id.customer, id.endpoint, id.event, delivery.leased_until,
                                        status, reason, next_try_at, now}) == 1;
}

void forget_deliveries(store::Connection& connection, time::Instant before) {
  store::Transaction transaction(connection);
  connection.execute(kForgetDeliveries, {before});
  connection.execute(kForgetEvents, {before});
  transaction.commit();
}

}  // namespace reckoner::delivery

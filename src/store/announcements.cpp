#include "store/announcements.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "domain/event_kind.hpp"
#include "store/copy.hpp"

namespace reckoner::store {

namespace {

constexpr CustomerId kHouse{0};
constexpr std::size_t kIdDigits = 32;

constexpr Statement kEndpoints{"endpoints that are told", R"(
  select customer_id, endpoint, ' ' || array_to_string(kinds, ' ') || ' ' as kinds
    from webhook_endpoint where customer_id = any($1::bigint[]) and disabled_at is null)"};

constexpr Statement kTakeNumbers{"take numbers of events", R"(
  update customer_state s set events = s.events + n.added
    from unnest($1::bigint[], $2::bigint[]) as n(customer_id, added)
   where s.customer_id = n.customer_id
  returning s.customer_id, s.events)"};

// Of the house, which has no row there: whoever holds the lock is alone in looking.
constexpr Statement kHoldHouse{"hold events of the house", R"(
  select pg_advisory_xact_lock(hashtextextended('webhook_event', 0)))"};
constexpr Statement kLastOfHouse{"last event of the house", R"(
  select coalesce(max(event), 0) as events from webhook_event where customer_id = 0)"};

/// The same for the same event alone, at every repetition; no dot in it (Standard Webhooks 1.0.0,
/// "Signature scheme").
std::string id_of(CustomerId customer, std::int64_t event, time::Instant now) {
  const Sha256 hash = Sha256Stream()
                          .field(std::to_string(customer.value))
                          .field(std::to_string(event))
                          .field(time::to_string(now))
                          .finish();
  return "msg_" + to_hex(hash).substr(0, kIdDigits);
}

/// As the specification recommends: type, timestamp, data.
std::string body_of(std::string_view kind, std::string_view data, time::Instant now) {
  return fmt::format(R"({{"type":"{}","timestamp":"{}","data":{}}})", kind, time::to_string(now),
                     data);
}

}  // namespace

Announcements::Announcements(Connection& connection, const std::vector<CustomerId>& customers)
    : connection_(connection) {
  if (customers.empty()) return;
  std::vector<CustomerId> owners = customers;
  owners.push_back(kHouse);
  for (const Row& row : connection.query(kEndpoints, {owners})) {
    const CustomerId owner{row.int64("customer_id")};
    endpoints_.emplace(owner, Endpoint{owner, row.text("endpoint"), row.text("kinds")});
  }
}

template <class Work>
void Announcements::for_each_wanting(CustomerId customer, std::string_view kind, Work work) const {
  const domain::EventKind* known = domain::find_event_kind(kind);
  RK_CHECK(known != nullptr);
  const auto look_at = [&](CustomerId owner) {
    const auto [first, last] = endpoints_.equal_range(owner);
    for (auto place = first; place != last; ++place) {
      const Endpoint& endpoint = place->second;
      const bool wants = endpoint.kinds.find(fmt::format(" {} ", kind)) != std::string::npos ||
                         endpoint.kinds == fmt::format(" {} ", domain::kAllEvents);
      if (wants && !work(endpoint)) return;
    }
  };
  look_at(kHouse);
  if (known->for_customers) look_at(customer);
}

bool Announcements::wanted(CustomerId customer, std::string_view kind) const {
  if (endpoints_.empty()) return false;
  bool found = false;
  for_each_wanting(customer, kind, [&](const Endpoint&) {
    found = true;
    return false;
  });
  return found;
}

void Announcements::add(CustomerId customer, std::string_view kind, std::string_view data) {
  if (wanted(customer, kind)) {
    happenings_.push_back({customer, domain::find_event_kind(kind)->name, std::string(data)});
  }
}

/// The number of each customer's last event so far.
std::map<CustomerId, std::int64_t> Announcements::take_numbers() {
  std::map<CustomerId, std::int64_t> added;
  for (const Happening& happening : happenings_) ++added[happening.customer];
  std::map<CustomerId, std::int64_t> last;
  if (added.erase(kHouse) > 0) {
    connection_.query(kHoldHouse);
    last[kHouse] = connection_.query(kLastOfHouse).only().int64("events");
  }
  if (added.empty()) return last;
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> counts;
  for (const auto& [customer, count] : added) {
    customers.push_back(customer);
    counts.push_back(count);
  }
  for (const Row& row : connection_.query(kTakeNumbers, {customers, counts})) {
    const CustomerId customer{row.int64("customer_id")};
    last[customer] = row.int64("events") - added.at(customer);
  }
  for (const auto& [customer, count] : added) RK_CHECK(last.contains(customer));
  return last;
}

void Announcements::write(time::Instant now) {
  if (happenings_.empty()) return;
  std::map<CustomerId, std::int64_t> last = take_numbers();
  std::vector<std::int64_t> numbers;
  BinaryCopy events(connection_, "copy webhook events", "webhook_event",
                    {"customer_id", "event", "id", "kind", "happened_at", "body"});
  for (const Happening& happening : happenings_) {
    const std::int64_t number = numbers.emplace_back(++last[happening.customer]);
    events.row()
        .add(happening.customer)
        .add(number)
        .add(id_of(happening.customer, number, now))
        .add(happening.kind)
        .add(now)
        .add(body_of(happening.kind, happening.data, now))
        .end();
  }
  events.finish();
  BinaryCopy deliveries(
      connection_, "copy webhook deliveries", "webhook_delivery",
      {"customer_id", "endpoint", "event", "of_house", "created_at", "next_try_at"});
  for (std::size_t i = 0; i < happenings_.size(); ++i) {
    for_each_wanting(happenings_[i].customer, happenings_[i].kind, [&](const Endpoint& endpoint) {
      deliveries.row()
          .add(happenings_[i].customer)
          .add(endpoint.name)
          .add(numbers[i])
          .add(endpoint.owner == kHouse)
          .add(now)
          .add(now)
          .end();
      return true;
    });
  }
  deliveries.finish();
  happenings_.clear();
}

}  // namespace reckoner::store

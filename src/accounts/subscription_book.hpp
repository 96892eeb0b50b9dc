#pragma once

// Inside of accounts: the one place where subscriptions, their quantities and pauses change.

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "accounts/change_scope.hpp"
#include "domain/customer.hpp"
#include "domain/plan.hpp"

namespace reckoner::accounts {

/// A subscription with what identifies it.
struct SubscriptionRecord {
  CustomerId customer;
  std::string key;  ///< unique within the customer
  domain::Subscription subscription;
  const domain::Plan* plan = nullptr;  ///< in the active configuration; nullptr: no more there
  std::size_t line = 0;                ///< of the file that changed it last
  bool is_new = false;
  bool is_ended = false;    ///< its end has changed
  bool is_touched = false;  ///< new, or it lasts longer than before
};

/// The stored subscriptions of the customers, by customer and number, without their plans.
std::vector<SubscriptionRecord> read_subscriptions(store::Connection& connection,
                                                   const std::vector<CustomerId>& customers);

/// What a new subscription begins with. Its number and cycle are given by the book.
struct NewSubscription {
  /// On the plan from that instant on, with nothing else.
  NewSubscription(std::string named, const domain::Plan& on, time::Instant from);

  std::string key;
  const domain::Plan* plan;
  domain::Subscription terms;
};

/// The subscriptions of the customers of a scope, as stored and as changes leave them. Every change
/// throws Error when it cannot be and then does nothing; each returns whether it changed anything,
/// and adds its reopening and the periods it needs to the scope.
class SubscriptionBook {
 public:
  explicit SubscriptionBook(ChangeScope& scope);

  /// The subscription of that key, or nullptr; stays where it is.
  const SubscriptionRecord* find(CustomerId customer, std::string_view key) const;
  /// Likewise; throws Error when there is none, naming the nearest.
  const SubscriptionRecord& get(const domain::Customer& customer, const std::string& key) const;

  /// `line` is where a file says so, in every change.
  const SubscriptionRecord& start(const domain::Customer& customer, NewSubscription added,
                                  std::size_t line);
  /// Gives it another end, as cancelled or as changed. Not before its beginning.
  bool end(const domain::Customer& customer, const SubscriptionRecord& record,
           time::Instant ends_at, domain::Ending ending, std::size_t line);
  /// Ends it as changed where the next one begins, which takes over its quantities, pauses and the
  /// rest of its trial and time. `environment` and `quantities` replace what is carried over.
  const SubscriptionRecord& change_plan(const domain::Customer& customer,
                                        const SubscriptionRecord& record, NewSubscription next,
                                        const std::optional<std::string>& environment,
                                        const std::map<std::string, money::Decimal>& quantities);
  /// Its quantity of that name is `value` from the instant on, until the next one it has.
  bool set_quantity(const domain::Customer& customer, const SubscriptionRecord& record,
                    const std::string& name, const money::Decimal& value, time::Instant at);
  bool pause(const domain::Customer& customer, const SubscriptionRecord& record,
             const domain::Pause& pause);
  /// Ends the pause that contains the instant.
  bool resume(const domain::Customer& customer, const SubscriptionRecord& record, time::Instant at);

  /// What cannot be, seen over all changes together: subscriptions that measure the same meter at
  /// the same time, and plans that are unknown to the version a billed period is pinned to.
  std::vector<Refusal> refusals();
  /// Behind ChangeScope::write().
  void write();

 private:
  using Key = std::pair<CustomerId, std::string>;
  /// A plan is in force in a stretch in which it was not.
  struct Claim {
    const SubscriptionRecord* record;
    time::Instant from;
    std::optional<time::Instant> until;
  };
  struct QuantityRow {
    CustomerId customer;
    std::int64_t subscription;
    domain::SubscribedQuantity quantity;
  };
  struct PauseRow {
    CustomerId customer;
    std::int64_t subscription;
    domain::Pause pause;
  };

  SubscriptionRecord& own(const SubscriptionRecord& record);
  void reopen(const domain::Customer& customer, const SubscriptionRecord& record,
              const time::Period& stretch, std::string cause, bool at_once = false);
  void claim(const SubscriptionRecord& record, time::Instant from,
             std::optional<time::Instant> until);
  void refuse_overlaps(std::vector<Refusal>& refusals) const;
  void refuse_unknown_plans(std::vector<Refusal>& refusals) const;
  void insert_subscriptions();
  void write_ends();
  void write_quantities();
  void write_pauses();

  ChangeScope& scope_;
  std::map<Key, SubscriptionRecord> records_;
  std::unordered_map<CustomerId, std::int64_t> last_numbers_;
  std::vector<Claim> claims_;
  std::vector<const SubscriptionRecord*> created_;  ///< in the order of their numbers
  std::vector<QuantityRow> quantities_;
  std::vector<PauseRow> pauses_;
};

/// The quantity of that name that is in force at the instant; none when none was named by then.
const domain::SubscribedQuantity* quantity_at(const domain::Subscription& subscription,
                                              std::string_view name, time::Instant at);

}  // namespace reckoner::accounts

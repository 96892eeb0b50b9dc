#include "accounts/subscription_book.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "accounts/plan_facts.hpp"
#include "base/error.hpp"
#include "base/suggest.hpp"

namespace reckoner::accounts {

namespace {

bool lasts_at(const domain::Subscription& subscription, time::Instant at) {
  return subscription.starts_at <= at && (!subscription.ends_at || at < *subscription.ends_at);
}

std::string day_of(const domain::Customer& customer, time::Instant instant) {
  return time::to_string(customer.zone.date_of(instant));
}

/// Throws Error unless the subscription lasts at the instant.
void check_lasts(const domain::Customer& customer, const SubscriptionRecord& record,
                 time::Instant at) {
  const domain::Subscription& subscription = record.subscription;
  if (at < subscription.starts_at) {
    throw Error(fmt::format("subscription '{}' begins on {}, behind {}", record.key,
                            day_of(customer, subscription.starts_at), day_of(customer, at)));
  }
  if (!lasts_at(subscription, at)) {
    throw Error(fmt::format("subscription '{}' ended on {}, not behind {}", record.key,
                            day_of(customer, *subscription.ends_at), day_of(customer, at)));
  }
}

time::Period stretch_of(const domain::Pause& pause) {
  return {pause.starts_at, pause.ends_at.value_or(time::Instant::max())};
}

bool overlap(const time::Period& a, const time::Period& b) {
  return !time::intersection(a, b).empty();
}

/// What is left of quantities, pauses, trial and time at the instant.
void carry_over(const domain::Subscription& old, const domain::Plan& plan, time::Instant at,
                domain::Subscription& next) {
  next.ends_at = old.ends_at;
  next.ending = old.ending;
  if (old.trial_ends_at && *old.trial_ends_at > at) next.trial_ends_at = old.trial_ends_at;
  for (const domain::SubscribedQuantity& quantity : old.quantities) {
    if (!uses_quantity(plan, quantity.name)) continue;
    if (quantity.starts_at > at) {
      next.quantities.push_back(quantity);
    } else if (quantity_at(old, quantity.name, at) == &quantity) {
      next.quantities.push_back({quantity.name, quantity.value, at});
    }
  }
  for (const domain::Pause& pause : old.pauses) {
    if (pause.ends_at && *pause.ends_at <= at) continue;
    next.pauses.push_back({std::max(pause.starts_at, at), pause.ends_at});
  }
}

}  // namespace

const domain::SubscribedQuantity* quantity_at(const domain::Subscription& subscription,
                                              std::string_view name, time::Instant at) {
  const domain::SubscribedQuantity* found = nullptr;
  for (const domain::SubscribedQuantity& quantity : subscription.quantities) {
    if (quantity.name == name && quantity.starts_at <= at) found = &quantity;
  }
  return found;
}

NewSubscription::NewSubscription(std::string named, const domain::Plan& on, time::Instant from)
    : key(std::move(named)),
      plan(&on),
      terms{.plan = on.name,
            .currency = on.currency,
            .starts_at = from,
            .ends_at = std::nullopt,
            .trial_ends_at = std::nullopt,
            .environment = {},
            .quantities = {},
            .pauses = {}} {}

const SubscriptionRecord* SubscriptionBook::find(CustomerId customer, std::string_view key) const {
  const auto found = records_.find({customer, std::string(key)});
  return found == records_.end() ? nullptr : &found->second;
}

const SubscriptionRecord& SubscriptionBook::get(const domain::Customer& customer,
                                                const std::string& key) const {
  if (const SubscriptionRecord* record = find(customer.id, key)) return *record;
  std::vector<std::string> keys;
  for (auto record = records_.lower_bound({customer.id, ""});
       record != records_.end() && record->first.first == customer.id; ++record) {
    keys.push_back(record->second.key);
  }
  throw Error(fmt::format("customer '{}' has no subscription '{}'{}", customer.key, key,
                          suggestion(key, keys)));
}

SubscriptionRecord& SubscriptionBook::own(const SubscriptionRecord& record) {
  return records_.at({record.customer, record.key});
}

void SubscriptionBook::reopen(const domain::Customer& customer, const SubscriptionRecord& record,
                              const time::Period& stretch, std::string cause, bool at_once) {
  if (stretch.empty()) return;
  time::Period reach = stretch;
  if (record.plan != nullptr) reach = reach_of_change(*record.plan, customer.zone, stretch);
  reach.starts_at =
      std::max(reach.starts_at, std::min(record.subscription.starts_at, stretch.starts_at));
  std::optional<time::Instant> until;
  if (reach.ends_at != time::Instant::max()) until = reach.ends_at;
  scope_.reopenings.push_back({.customer = record.customer,
                               .cycle = record.subscription.cycle,
                               .from_at = reach.starts_at,
                               .until_at = until,
                               .cause = std::move(cause),
                               .at_once = at_once});
}

void SubscriptionBook::claim(const SubscriptionRecord& record, time::Instant from,
                             std::optional<time::Instant> until) {
  const bool advance = record.plan != nullptr && bills_in_advance(*record.plan);
  scope_.cycles.cover(record.customer, record.subscription.cycle, from, until, advance);
  claims_.push_back({&record, from, until});
}

const SubscriptionRecord& SubscriptionBook::start(const domain::Customer& customer,
                                                  NewSubscription added, std::size_t line) {
  domain::Subscription& terms = added.terms;
  const auto days = [&] { return day_of(customer, terms.starts_at); };
  if (find(customer.id, added.key) != nullptr) {
    throw Error(
        fmt::format("customer '{}' has a subscription '{}' already", customer.key, added.key));
  }
  if (terms.ends_at && *terms.ends_at < terms.starts_at) {
    throw Error(fmt::format("subscription '{}' would end on {}, before it begins on {}", added.key,
                            day_of(customer, *terms.ends_at), days()));
  }
  if (terms.trial_ends_at && *terms.trial_ends_at <= terms.starts_at) {
    throw Error(
        fmt::format("the trial of subscription '{}' would end on {}, not behind its "
                    "beginning on {}",
                    added.key, day_of(customer, *terms.trial_ends_at), days()));
  }
  check_environment(*added.plan, terms.environment);
  for (const auto& quantity : terms.quantities) check_quantity(*added.plan, quantity.name);

  std::ranges::stable_sort(terms.quantities, {}, &domain::SubscribedQuantity::starts_at);
  terms.number = ++last_numbers_[customer.id];
  terms.cycle = scope_.cycles.of(customer, added.plan->billed_by, added.plan->currency);
  const Key key{customer.id, added.key};
  SubscriptionRecord& record =
      records_
          .emplace(key, SubscriptionRecord{.customer = customer.id,
                                           .key = std::move(added.key),
                                           .subscription = std::move(terms),
                                           .plan = added.plan,
                                           .line = line,
                                           .is_new = true,
                                           .is_touched = true})
          .first->second;
  created_.push_back(&record);
  const domain::Subscription& subscription = record.subscription;
  for (const auto& quantity : subscription.quantities) {
    quantities_.push_back({customer.id, subscription.number, quantity});
  }
  for (const auto& pause : subscription.pauses) {
    pauses_.push_back({customer.id, subscription.number, pause});
  }
  claim(record, subscription.starts_at, subscription.ends_at);
  reopen(customer, record,
         {subscription.starts_at, subscription.ends_at.value_or(time::Instant::max())},
         fmt::format("subscription '{}' added from {}", record.key,
                     day_of(customer, subscription.starts_at)));
  return record;
}

bool SubscriptionBook::end(const domain::Customer& customer, const SubscriptionRecord& record,
                           time::Instant ends_at, domain::Ending ending, std::size_t line) {
  SubscriptionRecord& changed = own(record);
  domain::Subscription& subscription = changed.subscription;
  if (ends_at < subscription.starts_at) {
    throw Error(fmt::format("subscription '{}' begins on {}, behind {}", record.key,
                            day_of(customer, subscription.starts_at), day_of(customer, ends_at)));
  }
  const time::Instant old_end = subscription.ends_at.value_or(time::Instant::max());
  if (old_end == ends_at && subscription.ending == ending) return false;

  const bool earlier = ends_at < old_end;
  const std::string cause =
      fmt::format("subscription '{}' ends on {}", record.key, day_of(customer, ends_at));
  if (ends_at == old_end) {
    // How the last interval ends is another: it is the one that ends here.
    reopen(customer, record, {ends_at - std::chrono::microseconds(1), ends_at}, cause);
  } else {
    reopen(customer, record, {std::min(ends_at, old_end), std::max(ends_at, old_end)}, cause,
           earlier);
  }
  subscription.ends_at = ends_at;
  subscription.ending = ending;
  changed.line = line;
  changed.is_ended = !changed.is_new;
  if (!earlier && ends_at > old_end) {
    changed.is_touched = true;
    claim(changed, old_end, ends_at);
  }
  return true;
}

const SubscriptionRecord& SubscriptionBook::change_plan(
    const domain::Customer& customer, const SubscriptionRecord& record, NewSubscription next,
    const std::optional<std::string>& environment,
    const std::map<std::string, money::Decimal>& quantities) {
  const domain::Subscription old = record.subscription;
  const time::Instant at = next.terms.starts_at;
  check_lasts(customer, record, at);
  next.terms.environment = environment.value_or(old.environment);
  if (next.plan->name == old.plan && next.plan->currency == old.currency &&
      next.terms.environment == old.environment) {
    throw Error(fmt::format("subscription '{}' is on plan '{}' already", record.key, old.plan));
  }
  carry_over(old, *next.plan, at, next.terms);
  for (const auto& [name, value] : quantities) {
    std::erase_if(next.terms.quantities, [&](const auto& carried) { return carried.name == name; });
    next.terms.quantities.push_back({name, value, at});
  }
  const SubscriptionRecord& started = start(customer, std::move(next), record.line);
  end(customer, record, at, domain::Ending::kChanged, record.line);
  return started;
}

bool SubscriptionBook::set_quantity(const domain::Customer& customer,
                                    const SubscriptionRecord& record, const std::string& name,
                                    const money::Decimal& value, time::Instant at) {
  check_lasts(customer, record, at);
  if (record.plan != nullptr) check_quantity(*record.plan, name);
  if (value.sign() < 0) {
    throw Error(fmt::format("quantity '{}' is below 0: {}", name, value.to_string()));
  }
  auto& quantities = own(record).subscription.quantities;
  const domain::SubscribedQuantity* before = quantity_at(record.subscription, name, at);
  if (before != nullptr && before->value == value) return false;

  std::erase_if(quantities, [&](const domain::SubscribedQuantity& quantity) {
    return quantity.name == name && quantity.starts_at == at;
  });
  const auto next = std::ranges::find_if(quantities, [&](const auto& quantity) {
    return quantity.name == name && quantity.starts_at > at;
  });
  const time::Instant until = next != quantities.end()
                                  ? next->starts_at
                                  : record.subscription.ends_at.value_or(time::Instant::max());
  const domain::SubscribedQuantity added{name, value, at};
  quantities.insert(
      std::ranges::upper_bound(quantities, at, {}, &domain::SubscribedQuantity::starts_at), added);
  quantities_.push_back({record.customer, record.subscription.number, added});
  reopen(customer, record, {at, until},
         fmt::format("subscription '{}' has {} {} from {}", record.key, value.to_string(), name,
                     day_of(customer, at)));
  return true;
}

bool SubscriptionBook::pause(const domain::Customer& customer, const SubscriptionRecord& record,
                             const domain::Pause& pause) {
  check_lasts(customer, record, pause.starts_at);
  const time::Period stretch = stretch_of(pause);
  if (stretch.empty()) {
    throw Error(fmt::format(
        "the pause of subscription '{}' would end on {}, not behind its "
        "beginning on {}",
        record.key, day_of(customer, *pause.ends_at), day_of(customer, pause.starts_at)));
  }
  auto& pauses = own(record).subscription.pauses;
  for (const domain::Pause& other : pauses) {
    if (other.starts_at == pause.starts_at && other.ends_at == pause.ends_at) return false;
    if (!overlap(stretch_of(other), stretch)) continue;
    throw Error(fmt::format("subscription '{}' is paused from {}{} already", record.key,
                            day_of(customer, other.starts_at),
                            other.ends_at ? " to " + day_of(customer, *other.ends_at) : ""));
  }
  std::erase_if(pauses, [&](const auto& other) { return other.starts_at == pause.starts_at; });
  pauses.insert(std::ranges::upper_bound(pauses, pause.starts_at, {}, &domain::Pause::starts_at),
                pause);
  pauses_.push_back({record.customer, record.subscription.number, pause});
  reopen(customer, record, stretch,
         fmt::format("subscription '{}' paused from {}", record.key,
                     day_of(customer, pause.starts_at)));
  return true;
}

bool SubscriptionBook::resume(const domain::Customer& customer, const SubscriptionRecord& record,
                              time::Instant at) {
  auto& pauses = own(record).subscription.pauses;
  const auto found = std::ranges::find_if(
      pauses, [&](const domain::Pause& pause) { return stretch_of(pause).contains(at); });
  if (found == pauses.end()) {
    const bool ends_then = std::ranges::any_of(
        pauses, [&](const domain::Pause& pause) { return pause.ends_at == at; });
    if (ends_then) return false;
    throw Error(
        fmt::format("subscription '{}' is not paused on {}", record.key, day_of(customer, at)));
  }
  const time::Period rest{at, stretch_of(*found).ends_at};
  found->ends_at = at;
  pauses_.push_back({record.customer, record.subscription.number, *found});
  reopen(customer, record, rest,
         fmt::format("subscription '{}' resumed on {}", record.key, day_of(customer, at)));
  return true;
}

}  // namespace reckoner::accounts

#include <fmt/format.h>

#include <algorithm>

#include "engine/run.hpp"
#include "store/repeat.hpp"

namespace reckoner::engine {

namespace {

constexpr std::chrono::seconds kPoolWait{5};

}  // namespace

std::vector<HeldCustomer> Runner::held(std::optional<RunId> run) {
  return list_held(*pool_.take(kPoolWait), {.run = run, .state = run ? "" : "open"});
}

std::vector<HeldCustomer> Runner::undecided(store::Connection& connection, const Verdict& verdict) {
  facts_of(connection, verdict.run);
  if (find_summary(connection, verdict.run)->state == "running") {
    throw Error(fmt::format("run {} goes on: decide when it has ended", verdict.run.value));
  }
  std::vector<HeldCustomer> held = list_held(connection, {.run = verdict.run, .state = "open"});
  std::erase_if(held, [&](const HeldCustomer& customer) {
    return !verdict.customer_key.empty() && customer.key != verdict.customer_key;
  });
  if (!held.empty()) return held;
  throw Error(verdict.customer_key.empty() ? fmt::format("run {} holds nothing", verdict.run.value)
                                           : fmt::format("run {} holds nothing of customer '{}'",
                                                         verdict.run.value, verdict.customer_key));
}

std::vector<Approval> Runner::approve(const Verdict& verdict) {
  std::vector<Approval> approvals;
  const auto held = undecided(*pool_.take(kPoolWait), verdict);
  for (const HeldCustomer& customer : held) {
    auto approval = store::in_repeats(
        pool_, kPoolWait, store::Twice::kIsOnce, [&](store::Connection& connection) {
          return approve_held(connection, versions_, facts_of(connection, verdict.run),
                              customer.customer, verdict.who, verdict.why, clock_());
        });
    if (approval) approvals.push_back(std::move(*approval));
  }
  return approvals;
}

std::vector<Approval> Runner::approve(store::Connection& connection, const Verdict& verdict) {
  std::vector<Approval> approvals;
  const RunFacts run = facts_of(connection, verdict.run);
  for (const HeldCustomer& customer : undecided(connection, verdict)) {
    auto approval = approve_held(connection, versions_, run, customer.customer, verdict.who,
                                 verdict.why, clock_());
    if (approval) approvals.push_back(std::move(*approval));
  }
  return approvals;
}

std::vector<std::string> Runner::reject(store::Connection& connection, const Verdict& verdict) {
  std::vector<std::string> keys;
  for (const HeldCustomer& customer : undecided(connection, verdict)) {
    if (reject_held(connection, verdict.run, customer.customer, verdict.who, verdict.why,
                    clock_())) {
      keys.push_back(customer.key);
    }
  }
  return keys;
}

std::vector<std::string> Runner::reject(const Verdict& verdict) {
  std::vector<std::string> keys;
  const auto held = undecided(*pool_.take(kPoolWait), verdict);
  for (const HeldCustomer& customer : held) {
    const bool rejected = store::in_repeats(
        pool_, kPoolWait, store::Twice::kIsOnce, [&](store::Connection& connection) {
          return reject_held(connection, verdict.run, customer.customer, verdict.who, verdict.why,
                             clock_());
        });
    if (rejected) keys.push_back(customer.key);
  }
  return keys;
}

}  // namespace reckoner::engine

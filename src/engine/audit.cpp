#include "engine/audit.hpp"

#include <fmt/format.h>

#include "engine/audit_contents.hpp"
#include "engine/audit_rows.hpp"

namespace reckoner::engine {

namespace {

// Sums by customer, document or key of millions of rows, in memory and at once where that helps.
constexpr store::Statement kRoom{"audit room", R"(
  select set_config('work_mem', '128MB', true), set_config('jit', 'off', true))"};

constexpr store::Statement kNames{"audit names", R"(
  select (select key from customer_key where customer_id = $1) as customer,
         (select min(number) from issued where customer_id = $1 and ordinal = $2) as number)"};

}  // namespace

std::string name_of_document(store::Connection& connection, std::optional<std::int64_t> customer,
                             std::optional<std::int64_t> ordinal) {
  if (!customer) return {};
  const store::Row names = connection.query(kNames, {customer, ordinal}).only();
  const std::string who = fmt::format(
      "customer {}", names.optional_text("customer").value_or(fmt::format("number {}", *customer)));
  if (!ordinal) return who;
  return fmt::format("{} ({}, document {})",
                     names.optional_text("number").value_or("a document without number"), who,
                     *ordinal);
}

store::CheckOutcome run_check(store::Connection& connection, Versions& versions,
                              const RowCheck& check) {
  store::CheckOutcome outcome{.name = std::string(check.name),
                              .claim = std::string(check.claim),
                              .unit = std::string(check.unit),
                              .invariant = std::string(check.invariant)};
  outcome.checked = connection.query(check.count).only().int64("rows");
  for (const store::Row& row : connection.query(
           check.wrong,
           check.params == nullptr ? store::Params() : check.params(connection, versions))) {
    if (outcome.wrong.size() == store::CheckOutcome::kWrongShown) {
      outcome.add_wrong({});
      continue;
    }
    const std::string who = name_of_document(connection, row.optional_int64("customer_id"),
                                             row.optional_int64("ordinal"));
    outcome.add_wrong(who.empty() ? row.text("what")
                                  : fmt::format("{}: {}", who, row.text("what")));
  }
  return outcome;
}

void make_room_for_audit(store::Connection& connection) {
  connection.query(kRoom);
}

std::vector<AuditPart> audit_parts(Versions& versions) {
  std::vector<AuditPart> parts;
  const auto add = [&](std::span<const RowCheck> checks) {
    for (const RowCheck& check : checks) {
      parts.push_back({[&](store::Connection& connection, const AuditListener& listener) {
        listener.outcome(run_check(connection, versions, check));
      }});
    }
  };
  add(ledger_checks());
  add(document_checks());
  parts.push_back({[&](store::Connection& connection, const AuditListener& listener) {
    listener.outcome(audit_versions(connection, versions));
  }});
  parts.push_back({.run =
                       [&](store::Connection& connection, const AuditListener& listener) {
                         audit_contents(connection, versions, listener);
                       },
                   .is_long = true});
  add(series_checks());
  add(period_checks());
  add(run_checks());
  add(owner_checks());
  return parts;
}

void audit(store::Connection& connection, Versions& versions, const AuditListener& listener) {
  make_room_for_audit(connection);
  for (const AuditPart& part : audit_parts(versions)) part.run(connection, listener);
}

}  // namespace reckoner::engine

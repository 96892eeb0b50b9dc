#include "accounts/audited_change.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "accounts/customer_json.hpp"
#include "accounts/known_customers.hpp"
#include "text/json.hpp"

namespace reckoner::accounts {

namespace {

using text::Json;

constexpr store::Statement kFind{"accounts.find_audited",
                                 "select customer_id from customer_key where key = $1"};

std::string state_of(store::Connection& connection, CustomerId customer, const ChangeRules& rules) {
  return to_json(read_customer_details(connection, customer, rules.now).value(), rules.active,
                 rules.now);
}

/// What `one` has of a member and `other` has not; none where that is nothing.
std::optional<Json> only_in(const Json& one, const Json* other) {
  if (other == nullptr) return one;
  if (one == *other) return std::nullopt;
  if (one.kind() != Json::Kind::kArray || other->kind() != Json::Kind::kArray) return one;
  std::vector<Json> items;
  for (const Json& item : one.as_array()) {
    const auto& known = other->as_array();
    if (std::find(known.begin(), known.end(), item) == known.end()) items.push_back(item);
  }
  if (items.empty()) return std::nullopt;
  return Json::array(std::move(items));
}

std::string members_only_in(const Json& one, const Json& other) {
  std::vector<Json::Member> members;
  for (const Json::Member& member : one.as_object()) {
    if (auto value = only_in(member.value, other.find(member.name))) {
      members.push_back({member.name, *std::move(value)});
    }
  }
  return members.empty() ? "" : text::canonical(Json::object(std::move(members)));
}

/// The documents that a change has issued are new facts of their own.
std::string with_documents(const std::string& after, const std::vector<std::string>& documents) {
  if (documents.empty()) return after;
  std::vector<Json::Member> members;
  if (!after.empty()) members = text::parse_json(after).take_object();
  std::vector<Json> numbers;
  for (const std::string& number : documents) numbers.push_back(Json::string(number));
  members.push_back({"documents", Json::array(std::move(numbers))});
  return text::canonical(Json::object(std::move(members)));
}

}  // namespace

Difference difference_of(const std::string& before, const std::string& after) {
  const Json was = text::parse_json(before);
  const Json is = text::parse_json(after);
  return {members_only_in(was, is), members_only_in(is, was)};
}

Changed audited(store::Connection& connection, const ChangeRules& rules,
                const std::string& customer, AuditEntry entry,
                const std::function<Changed(const std::string& before)>& change) {
  const auto found = connection.query(kFind, {customer}).at_most_one();
  if (!found) throw Error(fmt::format("there is no customer '{}'", customer));
  entry.customer = CustomerId{found->int64("customer_id")};
  // Before it is read: what another has changed meanwhile is neither lost nor put down to this one.
  lock_customers_by_id(connection, {*entry.customer});
  const std::string before = state_of(connection, *entry.customer, rules);
  Changed outcome = change(before);
  if (!outcome.changed) return outcome;
  Difference difference = difference_of(before, state_of(connection, *entry.customer, rules));
  entry.subject = outcome.summary;
  entry.before = std::move(difference.before);
  entry.after = with_documents(difference.after, outcome.documents);
  record(connection, entry, rules.now);
  return outcome;
}

}  // namespace reckoner::accounts

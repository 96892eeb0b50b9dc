#include "metering/subject_owners.hpp"

#include <set>
#include <string>
#include <utility>

#include "base/error.hpp"

namespace reckoner::metering {

namespace {
constexpr std::string_view kRegistry = "default";

constexpr store::Statement kReadSubjects{"metering.read_subjects", R"(
  select s.namespace, s.subject, s.starts_at, s.ends_at, s.customer_id
    from unnest($1::text[], $2::text[]) wanted (namespace, subject)
    join subject s on s.namespace = wanted.namespace and s.subject = wanted.subject
   order by s.starts_at desc)"};
}  // namespace

void SubjectOwners::load(std::span<Arrival* const> arrivals) {
  std::vector<std::string_view> namespaces;
  std::vector<std::string_view> subjects;
  std::set<std::pair<std::string_view, std::string_view>> elsewhere;
  const auto want = [&](std::string_view namespace_name, std::string_view subject) {
    namespaces.push_back(namespace_name);
    subjects.push_back(subject);
  };
  for (const Arrival* arrival : arrivals) {
    const UsageEvent& event = *arrival->event;
    if (known_.try_emplace(event.subject).second) want(kRegistry, event.subject);
    if (event.namespace_name != kRegistry &&
        elsewhere.emplace(event.namespace_name, event.subject).second) {
      want(event.namespace_name, event.subject);
    }
  }
  if (subjects.empty()) return;
  for (const auto row : connection_.query(kReadSubjects, {namespaces, subjects})) {
    const std::string subject = row.text("subject");
    known_.find(subject)->second.push_back({row.text("namespace"), row.instant("starts_at"),
                                            row.optional_instant("ends_at"),
                                            CustomerId{row.int64("customer_id")}});
  }
}

std::optional<CustomerId> SubjectOwners::owner(const UsageEvent& event) const {
  const auto found = known_.find(event.subject);
  RK_CHECK(found != known_.end());
  if (const auto own = owner(found->second, event.namespace_name, event.occurred_at)) return own;
  return owner(found->second, kRegistry, event.occurred_at);
}

std::optional<CustomerId> SubjectOwners::owner(const std::vector<Ownership>& ownerships,
                                               std::string_view namespace_name,
                                               time::Instant at) const {
  for (const Ownership& ownership : ownerships) {
    const bool has_ended = ownership.ends_at && *ownership.ends_at <= at;
    if (ownership.namespace_name == namespace_name && ownership.starts_at <= at && !has_ended) {
      return ownership.customer;
    }
  }
  return std::nullopt;
}

}  // namespace reckoner::metering

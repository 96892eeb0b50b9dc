#include "metering/subject_owners.hpp"

#include "base/error.hpp"

namespace reckoner::metering {

namespace {
constexpr store::Statement kReadSubjects{"metering.read_subjects", R"(
  select namespace, subject, starts_at, ends_at, customer_id
    from subject join unnest($1::text[], $2::text[]) wanted (namespace, subject)
                 using (namespace, subject)
   order by starts_at desc)"};
}

void SubjectOwners::load(const std::set<Subject>& subjects) {
  std::vector<std::string> namespaces;
  std::vector<std::string> names;
  for (const Subject& subject : subjects) {
    if (!known_.try_emplace(subject).second) continue;
    namespaces.push_back(subject.first);
    names.push_back(subject.second);
  }
  if (names.empty()) return;
  for (const auto row : connection_.query(kReadSubjects, {namespaces, names})) {
    known_[{row.text("namespace"), row.text("subject")}].push_back(
        {row.instant("starts_at"), row.optional_instant("ends_at"),
         CustomerId{row.int64("customer_id")}});
  }
}

std::optional<CustomerId> SubjectOwners::owner(const Subject& subject, time::Instant at) const {
  const auto found = known_.find(subject);
  RK_CHECK(found != known_.end());
  for (const Ownership& ownership : found->second) {
    const bool has_ended = ownership.ends_at && *ownership.ends_at <= at;
    if (ownership.starts_at <= at && !has_ended) return ownership.customer;
  }
  return std::nullopt;
}

}  // namespace reckoner::metering

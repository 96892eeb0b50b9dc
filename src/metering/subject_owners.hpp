#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

/// Whose a subject's events are, by the time of the event. Reads each subject once: made for one
/// transaction.
class SubjectOwners {
 public:
  /// A subject within its namespace.
  using Subject = std::pair<std::string, std::string>;

  explicit SubjectOwners(store::Connection& connection) : connection_(connection) {}

  /// Reads those of the subjects that are not known yet, all in one query.
  void load(const std::set<Subject>& subjects);

  /// The customer who has the subject at that time, if any; the subject was loaded. Where two have
  /// it, the one who got it later.
  std::optional<CustomerId> owner(const Subject& subject, time::Instant at) const;

 private:
  struct Ownership {
    time::Instant starts_at;
    std::optional<time::Instant> ends_at;
    CustomerId customer;
  };

  store::Connection& connection_;
  std::map<Subject, std::vector<Ownership>> known_;  ///< latest first
};

}  // namespace reckoner::metering

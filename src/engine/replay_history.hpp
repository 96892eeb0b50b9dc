#pragma once

// Inside of replay: what a customer's documents were made of, as far as it was kept.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/credit.hpp"
#include "engine/replay_usage.hpp"
#include "store/document_scan.hpp"

namespace reckoner::engine {

/// Everything of one customer that a document of its may rest on.
struct CustomerHistory {
  CustomerId id;
  std::vector<store::ScannedDocument> documents;  ///< by ordinal

  struct Void {
    std::int64_t by_ordinal = 0;
    bool rebill = false;
  };
  std::map<std::int64_t, Void> voids;  ///< by the ordinal of what is void

  struct Period {
    time::Zone zone = time::Zone::utc();
    time::Instant ends_at;
    std::optional<VersionId> pinned;        ///< now
    std::optional<VersionId> first_billed;  ///< of the run that billed it first
  };
  std::map<domain::PeriodKey, Period> periods;

  struct Lifetime {
    time::Instant starts_at;
    std::optional<time::Instant> ends_at;
  };
  std::map<std::int64_t, Lifetime> subscriptions;

  struct Payment {
    std::string currency;
    money::Decimal amount;
    std::optional<std::int64_t> claimed_by;
    time::Instant created_at;
  };
  std::vector<Payment> payments;

  struct Movement {
    std::int64_t credit = 0;
    std::int64_t movement = 0;
    std::string kind;
    money::Decimal amount;
    std::optional<std::int64_t> ordinal;
    std::optional<std::int64_t> reverses;
    time::Date booked_on;
  };
  struct StoredCredit {
    domain::Credit credit;  ///< without what is left
    time::Instant created_at;
  };
  std::vector<StoredCredit> credits;  ///< by number
  std::vector<Movement> movements;    ///< by credit and movement
  std::vector<KnownEvent> events;     ///< in the order in which they occurred

  const store::ScannedDocument* document(std::int64_t ordinal) const;
};

/// The histories of a page of documents, without their events; the documents are moved into them.
/// One query a kind of row.
std::vector<CustomerHistory> read_histories(store::Connection& connection,
                                            std::vector<store::ScannedDocument> page);

}  // namespace reckoner::engine

#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/facts.hpp"
#include "engine/versions.hpp"
#include "engine/work.hpp"

namespace reckoner::engine {

/// What a batch of customers deserves and what is still to be billed of it: the one computation
/// behind a run, a dry run and an interim invoice. It only reads.
struct Computation {
  std::deque<CustomerWork> customers;  ///< with `parked` set where a customer cannot be billed
  std::vector<PeriodWork> periods;     ///< wanted ones, with their statements
  std::vector<PeriodWork> passed_over;
  std::vector<DocumentWork> documents;  ///< of customers that are not parked; not issued yet
  std::vector<std::shared_ptr<const CompiledVersion>>
      versions;  ///< what the works above point into
};

struct ComputationRequest {
  std::span<const std::int64_t> customers;
  FactReader::Due due;
  std::string chain;  ///< engine whose chain computes: `due.engine`, or interim
  VersionId active;   ///< rules every side not issued yet
};

/// A document of the customer without lines.
DocumentWork new_document_work(CustomerWork& customer, money::Currency currency, VersionId version);

/// Statement phase for each version in hand, then the difference by line key, then one document for
/// each customer and currency with its balance and unclaimed payments, and one of showback for what
/// is not billed. A customer's error parks it;
/// the database's and bugs are thrown.
Computation compute(FactReader& facts, store::Connection& connection, Versions& versions,
                    const ComputationRequest& request);

/// What the statements are set against.
enum class Against {
  kBilled,   ///< what was billed: the difference
  kNothing,  ///< nothing: the whole statement, for a look at a period that was issued
};

/// The same from periods that were chosen otherwise; `computation` has its customers and periods.
void compute_documents(FactReader& facts, store::Connection& connection, Versions& versions,
                       const std::string& chain, VersionId active, Computation& computation,
                       Against against = Against::kBilled);

/// The same periods of the same customers as if they had ended, nothing computed yet. The cycles of
/// `computation` are still its own, so it must outlive the result.
Computation at_their_ends(const Computation& computation);

/// The document phase without issuing: tax, coupons and credits as they would be if the documents
/// were issued at that instant. Documents of customers that it parks are taken out.
void preview_documents(FactReader& facts, store::Connection& connection, Versions& versions,
                       const std::string& chain, VersionId active, time::Instant at,
                       Computation& computation);

}  // namespace reckoner::engine

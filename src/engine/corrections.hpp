#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/versions.hpp"
#include "invoicing/corrections.hpp"
#include "store/connection.hpp"

namespace reckoner::engine {

/// What becomes of the lines of a voided document.
enum class VoidMode {
  kRebill,  ///< every period they name is due again, at once
  kWaive,   ///< they stay billed: nobody is charged for them again
};

struct VoidRequest {
  std::string number;  ///< of the document
  VoidMode mode = VoidMode::kRebill;
  std::string reason;  ///< for the reader of the document that voids it; not empty
};

/// One line of a credit note, by the line of the document that it corrects.
struct CreditedLine {
  std::int64_t line = 0;                 ///< from 1
  std::optional<money::Decimal> amount;  ///< above zero; none: all of it
};

struct CreditNoteRequest {
  std::string number;               ///< of the document
  std::vector<CreditedLine> lines;  ///< at least one
  invoicing::CreditNature nature = invoicing::CreditNature::kConcession;
  std::string reason;
};

/// Issues the document that voids another, in one transaction of its own: number, chain, ledger,
/// coupons and credits given back, payments stay with the
/// customer. Throws Error when there is no
/// such document, it is void already or is itself one that voids another; DatabaseError with
/// nothing written.
domain::Document void_document(store::Connection& connection, Versions& versions,
                               const VoidRequest& request, time::Instant now);

/// Issues a credit note, likewise. Throws Error also for more than was billed.
domain::Document credit_note(store::Connection& connection, Versions& versions,
                             const CreditNoteRequest& request, time::Instant now);

}  // namespace reckoner::engine

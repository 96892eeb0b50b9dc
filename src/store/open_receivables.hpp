#pragma once

#include <map>
#include <set>
#include <span>
#include <vector>

#include "store/receivable_rows.hpp"

namespace reckoner::store {

/// What was settled of a customer's documents when they were looked at.
struct DocumentMark {
  std::int64_t through = 0;  ///< ordinal of the last document then
  /// Of the documents up to it: what was open, and the credit notes on it; ascending. All others
  /// were settled.
  std::vector<std::int64_t> kept = {};
  std::int64_t payment = 0;  ///< the last payment then

  friend bool operator==(const DocumentMark&, const DocumentMark&) = default;
};

/// What some customers owe, without the documents that their marks say are settled.
struct OpenReceivables {
  /// Documents that are kept or new, with what is open of them, and the payments that name these.
  /// Leaving out what is settled changes nothing of what is open elsewhere: the balance has it all.
  std::map<CustomerId, ReceivablesByCurrency> rows;
  std::map<CustomerId, DocumentMark> marks;          ///< of those who have one
  std::map<CustomerId, std::int64_t> last_payments;  ///< of those who have any
  /// Whose marks do not hold any more, and whose `rows` say nothing: a payment was taken back, or
  /// one of before names a document that was issued since.
  std::set<CustomerId> doubtful;
};

/// With as many queries as for one customer, and rows by their keys alone: how much is read does
/// not depend on how much was settled.
OpenReceivables read_open_receivables(Connection& connection,
                                      std::span<const CustomerId> customers);

/// The mark of a customer whose documents, all of them or all but those settled by `before`, are
/// these.
DocumentMark mark_of(const ReceivablesByCurrency& rows, const DocumentMark& before,
                     std::int64_t last_payment);

void write_marks(Connection& connection, const std::map<CustomerId, DocumentMark>& marks);

}  // namespace reckoner::store

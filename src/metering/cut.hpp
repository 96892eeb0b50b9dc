#pragma once

#include <cstdint>

#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

/// Closes a cut, in a transaction of its own: claims every batch that is committed and in no cut
/// yet, folds what they add into the totals at the new cut, and notes which customers and times
/// they touched. Returns the number of the cut; that of the last one when there is nothing to
/// claim. A batch that commits later is in a later cut, whatever its id: nothing is lost between
/// two, and nothing is in both. Writers of one cut wait for each other.
std::int64_t close_cut(store::Connection& connection, time::Instant now);

/// The same within the caller's transaction, which keeps the lock on the counter until it ends. A
/// run is written so: its row and its cut become visible together, and merge_totals never merges
/// what it still needs.
std::int64_t close_cut_within(store::Connection& connection, time::Instant now);

/// Merges the totals up to the oldest cut that an unfinished run or a document held for approval
/// uses, or the last cut when there is none: one row for each customer, bucket, meter, subject and
/// dimensions, at the highest of the merged cuts. Sums at that cut and all later ones stay what
/// they were. Drops the notes of touched customers that no billed period can need any more, nor the
/// look at budgets (engine/budget_watch.hpp).
/// Transactions of its own, each over a slice of the customers touched since the last merge; no cut
/// can be closed during one.
void merge_totals(store::Connection& connection);

}  // namespace reckoner::metering

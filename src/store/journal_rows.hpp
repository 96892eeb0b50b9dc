#pragma once

#include <string_view>

#include "base/id.hpp"
#include "money/money.hpp"
#include "store/connection.hpp"
#include "store/copy.hpp"
#include "time/time.hpp"

namespace reckoner::store {

/// Appends rows to the ledger by COPY, at the open position of the journal (journal_position.hpp),
/// whoever books: the transaction holds the books open (OpenBooks::hold). Nothing else may run on
/// the connection until finish(). The database refuses entries that do not balance and days in
/// closed months.
class JournalRows {
 public:
  explicit JournalRows(Connection& connection);

  /// `entry` is unique within the customer: 'document:<ordinal>', 'payment:<payment>',
  /// 'credit:<credit>:<movement>', 'lapse:<ordinal>', 'transfer:…'; each of its accounts has one
  /// row.
  void add(CustomerId customer, std::string_view entry, std::string_view account,
           const money::Money& amount, time::Date booked_on, std::string_view legal_entity);
  void finish() { copy_.finish(); }

 private:
  const std::int64_t position_;
  BinaryCopy copy_;
};

}  // namespace reckoner::store

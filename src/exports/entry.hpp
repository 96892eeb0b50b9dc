#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "money/money.hpp"
#include "time/time.hpp"

namespace reckoner::exports {

/// Takes the bytes of a file, piece by piece.
using Sink = std::function<void(std::string_view)>;

/// One line of an entry: what it moves on an account.
struct EntryLine {
  std::string account;  ///< name in the chart, or of a former chart
  money::Money amount;  ///< debit above zero; not zero
};

/// An entry of the ledger as it is handed over. Its lines sum to zero in each currency.
struct Entry {
  time::Date booked_on;
  std::string customer;   ///< key
  std::string name;       ///< "document:3", unique within the customer
  std::string reference;  ///< number of the document, reference of the payment, key of the credit
  std::string legal_entity;  ///< as people write it: "default"
  std::vector<EntryLine> lines;
};

/// Writes a file of entries, in the order in which they are given. finish() comes last, once.
class EntryWriter {
 public:
  EntryWriter() = default;
  EntryWriter(const EntryWriter&) = delete;
  EntryWriter& operator=(const EntryWriter&) = delete;
  virtual ~EntryWriter() = default;

  virtual void write(const Entry& entry) = 0;
  virtual void finish() = 0;
};

}  // namespace reckoner::exports

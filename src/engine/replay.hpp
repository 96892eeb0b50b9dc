#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/versions.hpp"
#include "store/connection.hpp"
#include "store/document_rows.hpp"

namespace reckoner::engine {

/// What computing an issued document again came to.
struct Replayed {
  /// Why it did not come out the same.
  enum class Cause {
    kNone,
    kRows,     ///< its own rows are not those that were issued
    kData,     ///< what it rests on is not what it was: events, earlier documents, configuration
    kProgram,  ///< program or time zones differ from those that issued it, and its rows do not
  };

  store::DocumentId id;
  std::string number;
  std::string customer_key;
  std::optional<domain::Document> document;  ///< as computed; none: its rows cannot be read
  std::string content_hash;                  ///< of it, hexadecimal
  std::vector<std::string> differences;  ///< in words, line by line; none: the same, byte for byte
  std::vector<std::string> changed;      ///< of the program since
  std::vector<std::string> taken;        ///< what could not be computed again, and why
  Cause cause = Cause::kNone;

  bool is_same() const { return differences.empty(); }
};

std::string_view to_string(Replayed::Cause cause);

/// Computes issued documents again, from what was stored for it: the facts of their lines, priced
/// by the pure functions under the version they were priced by; usage from the raw events known at
/// the document's cut; less what documents before it had billed; then coupons, tax, credits,
/// payments and balance from the ledger's movements before it; the whole rendered and hashed. Later
/// usage, voids, prices and plan changes do not matter. Only reads, in the caller's transaction,
/// which should be a snapshot. Memory: a page of documents, and the events of one customer. Throws
/// store::DatabaseError.
class Replay {
 public:
  Replay(store::Connection& connection, Versions& versions);

  /// Throws Error when there is no such document.
  Replayed one(const std::string& number);

  struct Progress {
    std::int64_t done = 0;
    std::int64_t total = 0;
  };
  /// Every document, or those of one run, in the order of customers and ordinals. `progress` is
  /// told after each page, and may throw to end it.
  void all(std::optional<RunId> run, const std::function<void(Replayed&&)>& take,
           const std::function<void(const Progress&)>& progress = {});

 private:
  store::Connection& connection_;
  Versions& versions_;
};

}  // namespace reckoner::engine

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/document_rows.hpp"

namespace reckoner::store {

/// A document as its rows are, whether they fit together or not, with what was noted when it was
/// issued.
struct ScannedDocument {
  DocumentId id;
  /// With an empty number where it has none; none where its rows are no document.
  std::optional<domain::Document> document;
  std::string problem;  ///< of rows that are no document: why
  RunId run;            ///< 0: by hand
  VersionId version;
  std::int64_t cut = 0;
  std::string program;
  std::string tzdata;
  std::string content_hash;                ///< 32 bytes
  std::optional<time::Instant> issued_at;  ///< none without a number
};

/// Reads documents in pages of whole customers, in the order of customers and ordinals, with one
/// query a kind of row and page: what looks at all of them needs the memory of a page. One customer
/// is always read whole.
class DocumentScan {
 public:
  static constexpr std::int64_t kPageDocuments = 1000;

  /// All documents, or with `customer` only that one's.
  explicit DocumentScan(Connection& connection, std::optional<CustomerId> customer = std::nullopt);

  /// How many there are in all.
  std::int64_t total();
  /// The next ones; none when all were given.
  std::vector<ScannedDocument> next();

 private:
  Connection& connection_;
  const std::optional<CustomerId> customer_;
  std::int64_t behind_;  ///< customers up to this one were given
};

}  // namespace reckoner::store

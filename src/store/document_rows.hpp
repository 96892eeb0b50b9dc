#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "domain/document.hpp"
#include "store/connection.hpp"

namespace reckoner::store {

/// The key of an issued document: the customer and its running number of documents, from 1.
struct DocumentId {
  CustomerId customer;
  std::int64_t ordinal = 0;
  friend auto operator<=>(const DocumentId&, const DocumentId&) = default;
};

/// A document in a list: its figures without its lines.
struct DocumentSummary {
  DocumentId id;
  std::string number;
  domain::DocumentKind kind = domain::DocumentKind::kInvoice;
  std::string customer_key;
  std::string customer_name;  ///< as printed on the document
  time::Date issued_on;
  time::Date due_on;
  std::vector<std::string>
      period_labels;  ///< of the periods its lines are about, sorted, each once
  money::Currency currency;
  money::Money brought_forward;
  money::Money total;
  money::Money payments_total;
  money::Money carried_forward;
  std::optional<std::string> void_mode = std::nullopt;  ///< "rebill" or "waive"; none: it stands
  std::int64_t line_count = 0;
};

struct DocumentFilter {
  std::optional<std::string> customer_key = std::nullopt;
  std::optional<RunId> run = std::nullopt;
};

/// The document as it was issued, lines and taxes in their order; coupons and credits have one draw
/// each, the first to be drawn first. Throws Error when there is none, Bug when its sums do not
/// hold.
domain::Document load_document(Connection& connection, DocumentId id);

/// The same for many, each named once, in the order of `ids`, with as many queries as for one.
std::vector<domain::Document> load_documents(Connection& connection,
                                             std::span<const DocumentId> ids);

/// The document with this legal number; none when no document has it.
std::optional<DocumentId> find_document(Connection& connection, std::string_view number);

/// At most `limit` documents that match every member of the filter that is set, in one query; the
/// last issued come first. Nothing for a key that is no customer's.
std::vector<DocumentSummary> list_documents(Connection& connection, const DocumentFilter& filter,
                                            std::int64_t limit);

}  // namespace reckoner::store

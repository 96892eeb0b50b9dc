#include "store/document_scan.hpp"

#include <algorithm>
#include <limits>

#include "base/error.hpp"
#include "store/document_values.hpp"

namespace reckoner::store {

namespace {

constexpr Statement kTotal{"scan count documents", R"(
  select count(*) as rows from document where $1::bigint is null or customer_id = $1)"};

// The last customer of a page of $2 documents behind customer $1.
constexpr Statement kUntil{"scan page of documents", R"(
  select max(customer_id) as last
    from (select customer_id from document where customer_id > $1
           order by customer_id, ordinal limit $2) page)"};

constexpr Statement kDocuments{"scan documents", R"(
  select d.customer_id, d.ordinal, d.kind, d.currency, d.issued_on, d.due_on, d.customer_name,
         d.email, d.time_zone, d.legal_entity, d.brought_forward, d.subtotal, d.total, d.credits_total,
         d.payments_total, d.carried_forward, d.credit_limit, d.corrects, d.reason, d.run_id,
         d.version_id, d.cut, d.program, d.tzdata, d.content_hash,
         coalesce(c.key, '') as customer_key, coalesce(i.number, '') as number, i.issued_at,
         k.number as corrects_number
    from document d
    left join customer c on c.customer_id = d.customer_id
    left join issued i on i.customer_id = d.customer_id and i.ordinal = d.ordinal
    left join issued k on k.customer_id = d.customer_id and k.ordinal = d.corrects
   where d.customer_id > $1 and d.customer_id <= $2
   order by d.customer_id, d.ordinal, i.number)"};

constexpr Statement kLines{"scan lines", R"(
  select customer_id, ordinal, period_starts_at, cycle, side, period_label, true_up, key,
         subscription, charge, description, starts_on, ends_on, quantity, unit, amount, facts,
         tax_category, tax_percent, counts
    from document_line where customer_id > $1 and customer_id <= $2
   order by customer_id, ordinal, line)"};

constexpr Statement kTaxes{"scan taxes", R"(
  select customer_id, ordinal, country, category, percent, base, tax, included, note
    from document_tax where customer_id > $1 and customer_id <= $2
   order by customer_id, ordinal, position)"};

constexpr Statement kDraws{"scan draws", R"(
  select m.customer_id, m.ordinal, c.credit, c.title, c.kind, -sum(m.amount) as amount
    from credit_movement m
    join credit c on c.customer_id = m.customer_id and c.credit = m.credit
   where m.customer_id > $1 and m.customer_id <= $2 and m.ordinal is not null
     and m.kind in ('draw', 'reverse', 'grant')
   group by m.customer_id, m.ordinal, c.credit, c.title, c.kind, c.priority
  having sum(m.amount) <> 0
   order by m.customer_id, m.ordinal, c.priority, c.credit)"};

constexpr Statement kPayments{"scan payments", R"(
  select customer_id, claimed_by as ordinal, payment, reference, received_on, currency, amount, note
    from payment
   where customer_id > $1 and customer_id <= $2 and claimed_by is not null
   order by customer_id, claimed_by, payment)"};

ScannedDocument scanned(const Row& row) {
  ScannedDocument scanned{.id = id_of(row),
                          .document = std::nullopt,
                          .problem = {},
                          .run = {row.int64("run_id")},
                          .version = {row.int64("version_id")},
                          .cut = row.int64("cut"),
                          .program = row.text("program"),
                          .tzdata = row.text("tzdata"),
                          .content_hash = row.bytes("content_hash"),
                          .issued_at = row.optional_instant("issued_at")};
  try {
    scanned.document = document_of(row);
  } catch (const Error& error) {
    scanned.problem = error.what();
  }
  return scanned;
}

/// The parts of a page's documents, as they come in the order of the documents.
class Parts {
 public:
  explicit Parts(std::vector<ScannedDocument>& documents) : documents_(documents) {}

  /// Rows of no document are left out: who counts documents finds them.
  template <class Add>
  void add(const Rows& rows, const Add& add) {
    auto at = documents_.begin();
    for (const Row& row : rows) {
      const DocumentId id = id_of(row);
      while (at != documents_.end() && at->id < id) ++at;
      if (at == documents_.end()) return;
      if (at->id != id || !at->document) continue;
      try {
        add(*at->document, row);
      } catch (const Error& error) {
        at->problem = error.what();
        at->document.reset();
      }
    }
  }

 private:
  std::vector<ScannedDocument>& documents_;
};

}  // namespace

DocumentScan::DocumentScan(Connection& connection, std::optional<CustomerId> customer)
    : connection_(connection),
      customer_(customer),
      behind_(customer ? customer->value - 1 : std::numeric_limits<std::int64_t>::min()) {}

std::int64_t DocumentScan::total() {
  return connection_.query(kTotal, {customer_}).only().int64("rows");
}

std::vector<ScannedDocument> DocumentScan::next() {
  std::vector<ScannedDocument> documents;
  const auto until =
      connection_.query(kUntil, {behind_, kPageDocuments}).only().optional_int64("last");
  if (!until || (customer_ && behind_ >= customer_->value)) return documents;
  const std::int64_t last = customer_ ? customer_->value : *until;
  const Params page{behind_, last};
  for (const Row& row : connection_.query(kDocuments, page)) {
    if (!documents.empty() && documents.back().id == id_of(row)) continue;  // of two numbers
    documents.push_back(scanned(row));
  }
  Parts parts(documents);
  parts.add(connection_.query(kLines, page), [](domain::Document& document, const Row& row) {
    document.lines.push_back(line_of(row, document.currency));
  });
  parts.add(connection_.query(kPayments, page), [](domain::Document& document, const Row& row) {
    document.payments.push_back(payment_of(row));
  });
  parts.add(connection_.query(kTaxes, page), [](domain::Document& document, const Row& row) {
    document.taxes.push_back(tax_of(row, document.currency));
  });
  parts.add(connection_.query(kDraws, page), add_draw);
  behind_ = last;
  return documents;
}

}  // namespace reckoner::store

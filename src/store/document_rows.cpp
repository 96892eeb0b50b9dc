#include "store/document_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "store/document_values.hpp"

namespace reckoner::store {

namespace {

constexpr Statement kDocuments{"documents", R"(
  select d.customer_id, d.ordinal, d.kind, d.currency, d.issued_on, d.due_on, d.customer_name,
         d.email, d.time_zone, d.legal_entity, d.brought_forward, d.subtotal, d.total, d.credits_total,
         d.payments_total, d.carried_forward, d.credit_limit, d.corrects, d.reason,
         c.key as customer_key, i.number, k.number as corrects_number
    from unnest($1::bigint[], $2::bigint[]) as w(customer_id, ordinal)
    join document d on d.customer_id = w.customer_id and d.ordinal = w.ordinal
    join customer c on c.customer_id = d.customer_id
    join issued i on i.customer_id = d.customer_id and i.ordinal = d.ordinal
    left join issued k on k.customer_id = d.customer_id and k.ordinal = d.corrects)"};

constexpr Statement kLines{"lines of documents", R"(
  select l.customer_id, l.ordinal, l.period_starts_at, l.cycle, l.side, l.period_label, l.true_up,
         l.key, l.subscription, l.charge, l.description, l.starts_on, l.ends_on, l.quantity, l.unit,
         l.amount, l.facts, l.tax_category, l.tax_percent, l.counts
    from unnest($1::bigint[], $2::bigint[]) as w(customer_id, ordinal)
    join document_line l on l.customer_id = w.customer_id and l.ordinal = w.ordinal
   order by l.customer_id, l.ordinal, l.line)"};

constexpr Statement kTaxes{"taxes of documents", R"(
  select t.customer_id, t.ordinal, t.country, t.category, t.percent, t.base, t.tax, t.included,
         t.note
    from unnest($1::bigint[], $2::bigint[]) as w(customer_id, ordinal)
    join document_tax t on t.customer_id = w.customer_id and t.ordinal = w.ordinal
   order by t.customer_id, t.ordinal, t.position)"};

// What a movement adds to what is left of a credit, the document gives.
constexpr Statement kDraws{"draws of documents", R"(
  select m.customer_id, m.ordinal, c.credit, c.title, c.kind, -sum(m.amount) as amount
    from unnest($1::bigint[], $2::bigint[]) as w(customer_id, ordinal)
    join credit_movement m on m.customer_id = w.customer_id and m.ordinal = w.ordinal
                          and m.kind in ('draw', 'reverse', 'grant')
    join credit c on c.customer_id = m.customer_id and c.credit = m.credit
   group by m.customer_id, m.ordinal, c.credit, c.title, c.kind, c.priority
  having sum(m.amount) <> 0
   order by m.customer_id, m.ordinal, c.priority, c.credit)"};

constexpr Statement kPayments{"payments of documents", R"(
  select p.customer_id, p.claimed_by as ordinal, p.payment, p.reference, p.received_on, p.currency,
         p.amount, p.note
    from unnest($1::bigint[], $2::bigint[]) as w(customer_id, ordinal)
    join payment p on p.customer_id = w.customer_id and p.claimed_by = w.ordinal
   order by p.customer_id, p.payment)"};

constexpr Statement kFind{"find document",
                          "select customer_id, ordinal from issued where number = $1"};

constexpr Statement kList{"list documents", R"(
  select d.customer_id, d.ordinal, d.kind, d.currency, d.issued_on, d.due_on, d.customer_name,
         d.line_count, d.brought_forward, d.total, d.payments_total, d.carried_forward,
         c.key as customer_key, i.number, v.mode as void_mode,
         (select string_agg(distinct l.period_label, ' ' order by l.period_label)
            from document_line l
           where l.customer_id = d.customer_id and l.ordinal = d.ordinal) as period_labels
    from document d
    join customer c on c.customer_id = d.customer_id
    join issued i on i.customer_id = d.customer_id and i.ordinal = d.ordinal
    left join document_void v on v.customer_id = d.customer_id and v.ordinal = d.ordinal
   where ($1::text is null
          or d.customer_id = (select k.customer_id from customer_key k where k.key = $1))
     and ($2::bigint is null or d.run_id = $2)
   order by i.issued_at desc, i.series desc, i.year desc, i.seq desc
   limit $3)"};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

}  // namespace

domain::Document load_document(Connection& connection, DocumentId id) {
  return std::move(load_documents(connection, std::span(&id, 1)).front());
}

std::vector<domain::Document> load_documents(Connection& connection,
                                             std::span<const DocumentId> ids) {
  std::vector<std::int64_t> customers;
  std::vector<std::int64_t> ordinals;
  for (const DocumentId& id : ids) {
    customers.push_back(id.customer.value);
    ordinals.push_back(id.ordinal);
  }
  const Params wanted{customers, ordinals};
  std::map<DocumentId, domain::Document> found;
  for (const Row& row : connection.query(kDocuments, wanted)) {
    found.emplace(id_of(row), document_of(row));
  }
  // A document issued since the first query is as good as not there.
  const auto for_each_part = [&](const Statement& statement, const auto& add) {
    for (const Row& row : connection.query(statement, wanted)) {
      const auto document = found.find(id_of(row));
      if (document != found.end()) add(document->second, row);
    }
  };
  for_each_part(kLines, [](domain::Document& document, const Row& row) {
    document.lines.push_back(line_of(row, document.currency));
  });
  for_each_part(kPayments, [](domain::Document& document, const Row& row) {
    document.payments.push_back(payment_of(row));
  });
  for_each_part(kTaxes, [](domain::Document& document, const Row& row) {
    document.taxes.push_back(tax_of(row, document.currency));
  });
  for_each_part(kDraws, add_draw);
  std::vector<domain::Document> documents;
  documents.reserve(ids.size());
  for (const DocumentId& id : ids) {
    const auto document = found.find(id);
    if (document == found.end()) {
      throw Error(fmt::format("customer {} has no document {}", id.customer.value, id.ordinal));
    }
    domain::check(document->second);
    documents.push_back(std::move(document->second));
  }
  return documents;
}

std::optional<DocumentId> find_document(Connection& connection, std::string_view number) {
  const auto row = connection.query(kFind, {number}).at_most_one();
  if (!row) return std::nullopt;
  return id_of(*row);
}

std::vector<DocumentSummary> list_documents(Connection& connection, const DocumentFilter& filter,
                                            std::int64_t limit) {
  std::vector<DocumentSummary> documents;
  for (const Row& row : connection.query(kList, {filter.customer_key, filter.run, limit})) {
    const auto currency = money::Currency::of(row.text("currency"));
    const auto amount = [&](const char* column) {
      return money::Money(row.decimal(column), currency);
    };
    documents.push_back({.id = id_of(row),
                         .number = row.text("number"),
                         .kind = domain::parse_document_kind(row.text("kind")),
                         .customer_key = row.text("customer_key"),
                         .customer_name = row.text("customer_name"),
                         .issued_on = row.date("issued_on"),
                         .due_on = row.date("due_on"),
                         .period_labels = words_of(row.text("period_labels")),
                         .currency = currency,
                         .brought_forward = amount("brought_forward"),
                         .total = amount("total"),
                         .payments_total = amount("payments_total"),
                         .carried_forward = amount("carried_forward"),
                         .void_mode = row.optional_text("void_mode"),
                         .line_count = row.int64("line_count")});
  }
  return documents;
}

}  // namespace reckoner::store

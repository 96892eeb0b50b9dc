#include "store/open_receivables.hpp"

#include <algorithm>
#include <charconv>

#include "store/demand_rows.hpp"

namespace reckoner::store {

namespace {

using money::Money;

constexpr Statement kMarks{"marks of dunning", R"(
  select customer_id, through, array_to_string(kept, ' ') as kept, payment
    from dunning_mark where customer_id = any($1::bigint[]))"};
constexpr Statement kNew{"documents behind marks", R"(
  select d.customer_id, d.ordinal, d.kind, d.currency, d.legal_entity, d.issued_on, d.due_on, d.total,
         d.total - d.credits_total as demand, d.corrects, d.credit_limit, v.ordinal is not null as voided
    from unnest($1::bigint[], $2::bigint[]) as m(customer_id, through)
    join document d on d.customer_id = m.customer_id and d.ordinal > m.through
    left join document_void v on v.customer_id = d.customer_id and v.ordinal = d.ordinal)"};
constexpr Statement kKept{"documents that marks keep", R"(
  select d.customer_id, d.ordinal, d.kind, d.currency, d.legal_entity, d.issued_on, d.due_on, d.total,
         d.total - d.credits_total as demand, d.corrects, d.credit_limit, v.ordinal is not null as voided
    from unnest($1::bigint[], $2::bigint[]) as m(customer_id, ordinal)
    join document d on d.customer_id = m.customer_id and d.ordinal = m.ordinal
    left join document_void v on v.customer_id = d.customer_id and v.ordinal = d.ordinal)"};
constexpr Statement kNumbers{"numbers of open documents", R"(
  select i.customer_id, i.ordinal, i.number
    from unnest($1::bigint[], $2::bigint[]) as o(customer_id, ordinal)
    join issued i on i.customer_id = o.customer_id and i.ordinal = o.ordinal)"};
constexpr Statement kNaming{"payments of open documents", R"(
  select p.customer_id, p.payment, p.currency, p.received_on, p.document, p.amount
    from unnest($1::bigint[], $2::text[]) as o(customer_id, number)
    join payment p on p.customer_id = o.customer_id and p.document = o.number and p.document <> ''
   order by p.customer_id, p.payment)"};
constexpr Statement kBehind{"payments behind marks", R"(
  select p.customer_id, p.payment, p.amount
    from unnest($1::bigint[], $2::bigint[]) as m(customer_id, payment)
    join payment p on p.customer_id = m.customer_id and p.payment > m.payment)"};
constexpr Statement kWrite{"write marks of dunning", R"(
  insert into dunning_mark (customer_id, through, kept, payment)
  select customer_id, through, string_to_array(kept, ' ')::bigint[], payment
    from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[])
         as n(customer_id, through, kept, payment)
  on conflict (customer_id) do update
     set through = excluded.through, kept = excluded.kept, payment = excluded.payment)"};

std::vector<std::int64_t> numbers_of(std::string_view text) {
  std::vector<std::int64_t> numbers;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + end, number);
    numbers.push_back(number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return numbers;
}

std::string text_of(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (const std::int64_t number : numbers) {
    if (!text.empty()) text += ' ';
    text += std::to_string(number);
  }
  return text;
}

class OpenReading {
 public:
  OpenReading(Connection& connection, std::span<const CustomerId> customers)
      : connection_(connection), customers_(customers.begin(), customers.end()) {}

  OpenReceivables read() {
    read_marks();
    read_balances(connection_, customers_, open_.rows);
    read_documents();
    read_named_payments();
    look_for_what_came_back();
    for (auto& [customer, by_currency] : open_.rows) {
      for (auto& [code, receivables] : by_currency) {
        find_open(receivables);
        doubt_if_too_little(customer, receivables);
      }
    }
    read_disputed(connection_, customers_, open_.rows);
    return std::move(open_);
  }

 private:
  void read_marks() {
    for (const Row& row : connection_.query(kMarks, {customers_})) {
      open_.marks.emplace(CustomerId{row.int64("customer_id")},
                          DocumentMark{.through = row.int64("through"),
                                       .kept = numbers_of(row.text("kept")),
                                       .payment = row.int64("payment")});
    }
    for (const CustomerId customer : customers_) {
      const auto mark = open_.marks.find(customer);
      const bool has = mark != open_.marks.end();
      throughs_.push_back(has ? mark->second.through : 0);
      payments_.push_back(has ? mark->second.payment : 0);
      if (!has) continue;
      for (const std::int64_t ordinal : mark->second.kept) {
        kept_customers_.push_back(customer);
        kept_ordinals_.push_back(ordinal);
      }
    }
  }

  void read_documents() {
    // Those that are kept are older.
    add_documents(connection_.query(kKept, {kept_customers_, kept_ordinals_}));
    add_documents(connection_.query(kNew, {customers_, throughs_}));
    std::vector<CustomerId> whose;
    std::vector<std::int64_t> ordinals;
    for (auto& [customer, by_currency] : open_.rows) {
      for (auto& [code, receivables] : by_currency) {
        std::ranges::sort(receivables.documents, {}, &DemandRow::ordinal);
        for (const DemandRow& document : receivables.documents) {
          whose.push_back(customer);
          ordinals.push_back(document.ordinal);
        }
      }
    }
    for (const Row& row : connection_.query(kNumbers, {whose, ordinals})) {
      const CustomerId customer{row.int64("customer_id")};
      numbers_.emplace(std::pair(customer, row.int64("ordinal")), row.text("number"));
      ordinals_.emplace(std::pair(customer, row.text("number")), row.int64("ordinal"));
    }
    for (auto& [customer, by_currency] : open_.rows) {
      for (auto& [code, receivables] : by_currency) {
        for (DemandRow& document : receivables.documents) {
          document.number = numbers_[{customer, document.ordinal}];
        }
      }
    }
  }

  void add_documents(const Rows& rows) {
    for (const Row& row : rows) {
      receivables_of(open_.rows, row).documents.push_back(demand_of(row, ""));
    }
  }

  void read_named_payments() {
    std::vector<CustomerId> whose;
    std::vector<std::string> numbers;
    for (const auto& [key, number] : numbers_) {
      whose.push_back(key.first);
      numbers.push_back(number);
    }
    for (const Row& row : connection_.query(kNaming, {whose, numbers})) {
      const CustomerId customer{row.int64("customer_id")};
      const std::int64_t ordinal = ordinals_.at({customer, row.text("document")});
      receivables_of(open_.rows, row)
          .payments.push_back({.received_on = row.date("received_on"),
                               .amount = money_of(row, "amount"),
                               .ordinal = ordinal});
      const auto mark = open_.marks.find(customer);
      if (mark != open_.marks.end() && row.int64("payment") <= mark->second.payment &&
          ordinal > mark->second.through) {
        open_.doubtful.insert(customer);
      }
    }
  }

  void look_for_what_came_back() {
    for (const auto& [customer, mark] : open_.marks) {
      if (mark.payment > 0) open_.last_payments.emplace(customer, mark.payment);
    }
    for (const Row& row : connection_.query(kBehind, {customers_, payments_})) {
      const CustomerId customer{row.int64("customer_id")};
      std::int64_t& last = open_.last_payments[customer];
      last = std::max(last, row.int64("payment"));
      if (row.decimal("amount").sign() < 0 && open_.marks.contains(customer)) {
        open_.doubtful.insert(customer);
      }
    }
  }

  /// More is owed than these documents ask for.
  void doubt_if_too_little(CustomerId customer, const ReceivableRows& receivables) {
    Money demanded(receivables.balance.currency());
    for (const DemandRow& document : receivables.documents) {
      if (document.demand.sign() > 0) demanded += document.demand;
    }
    if (demanded < receivables.balance && open_.marks.contains(customer)) {
      open_.doubtful.insert(customer);
    }
  }

  Connection& connection_;
  const std::vector<CustomerId> customers_;
  OpenReceivables open_;
  std::vector<std::int64_t> throughs_;  // of each customer
  std::vector<std::int64_t> payments_;  // likewise
  std::vector<CustomerId> kept_customers_;
  std::vector<std::int64_t> kept_ordinals_;
  std::map<std::pair<CustomerId, std::int64_t>, std::string> numbers_;
  std::map<std::pair<CustomerId, std::string>, std::int64_t> ordinals_;
};

}  // namespace

OpenReceivables read_open_receivables(Connection& connection,
                                      std::span<const CustomerId> customers) {
  return OpenReading(connection, customers).read();
}

DocumentMark mark_of(const ReceivablesByCurrency& rows, const DocumentMark& before,
                     std::int64_t last_payment) {
  DocumentMark mark{.through = before.through, .kept = {}, .payment = last_payment};
  std::set<std::int64_t> open;
  for (const auto& [code, receivables] : rows) {
    for (const DemandRow& document : receivables.documents) {
      mark.through = std::max(mark.through, document.ordinal);
      if (document.open.sign() > 0) open.insert(document.ordinal);
    }
  }
  std::set<std::int64_t> kept = open;
  for (const auto& [code, receivables] : rows) {
    for (const DemandRow& document : receivables.documents) {
      if (document.corrects && open.contains(*document.corrects)) kept.insert(document.ordinal);
    }
  }
  mark.kept.assign(kept.begin(), kept.end());
  return mark;
}

void write_marks(Connection& connection, const std::map<CustomerId, DocumentMark>& marks) {
  if (marks.empty()) return;
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> throughs;
  std::vector<std::string> kept;
  std::vector<std::int64_t> payments;
  for (const auto& [customer, mark] : marks) {
    customers.push_back(customer);
    throughs.push_back(mark.through);
    kept.push_back(text_of(mark.kept));
    payments.push_back(mark.payment);
  }
  connection.execute(kWrite, {customers, throughs, kept, payments});
}

}  // namespace reckoner::store

#include "accounts/journal_entries.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "domain/legal_entity.hpp"
#include "store/cursor.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kCustomer{"accounts.customer_of_entries",
                                     "select customer_id from customer_key where key = $1"};

constexpr store::Statement kLines{"accounts.entries_of_journal", R"(
  select p.customer_id, p.entry, p.account, p.currency, p.amount, p.booked_on, p.legal_entity,
         c.key as customer
    from posting p
    join customer c on c.customer_id = p.customer_id
   where ($1::date is null or p.booked_on >= $1) and ($2::date is null or p.booked_on <= $2)
     and ($3::bigint is null or p.customer_id = $3) and ($4::text is null or p.legal_entity = $4)
     and ($5::bigint is null or p.journal_position > $5)
     and ($6::bigint is null or p.journal_position <= $6)
   order by p.booked_on, p.customer_id, p.entry, p.currency, p.amount < 0, p.account)"};

constexpr store::Statement kDocuments{"accounts.documents_of_entries", R"(
  select i.customer_id, i.ordinal as number, i.number as reference
    from unnest($1::bigint[], $2::bigint[]) as w(customer_id, number)
    join issued i on i.customer_id = w.customer_id and i.ordinal = w.number)"};

constexpr store::Statement kPayments{"accounts.payments_of_entries", R"(
  select m.customer_id, m.payment as number, m.reference
    from unnest($1::bigint[], $2::bigint[]) as w(customer_id, number)
    join payment m on m.customer_id = w.customer_id and m.payment = w.number)"};

constexpr store::Statement kCredits{"accounts.credits_of_entries", R"(
  select r.customer_id, r.credit as number, r.external_key as reference
    from unnest($1::bigint[], $2::bigint[]) as w(customer_id, number)
    join credit r on r.customer_id = w.customer_id and r.credit = w.number)"};

/// The entries of a page with their customers, until their references are known.
struct Page {
  std::vector<std::pair<CustomerId, exports::Entry>> entries;
};

/// What of a page refers to rows of one kind.
class References {
 public:
  void add(CustomerId customer, std::int64_t number, exports::Entry& entry) {
    customers_.push_back(customer);
    numbers_.push_back(number);
    wanted_.emplace(std::pair(customer, number), &entry);
  }
  void read(store::Connection& connection, const store::Statement& statement) {
    if (customers_.empty()) return;
    for (const store::Row& row : connection.query(statement, {customers_, numbers_})) {
      const auto [begin, end] =
          wanted_.equal_range({CustomerId{row.int64("customer_id")}, row.int64("number")});
      for (auto at = begin; at != end; ++at) at->second->reference = row.text("reference");
    }
  }

 private:
  std::vector<CustomerId> customers_;
  std::vector<std::int64_t> numbers_;
  std::multimap<std::pair<CustomerId, std::int64_t>, exports::Entry*> wanted_;
};

/// "credit:1:2" names credit 1; none where no number follows the kind.
std::optional<std::int64_t> number_in(std::string_view entry) {
  const std::size_t colon = entry.find(':');
  if (colon == entry.npos) return std::nullopt;
  const std::string_view rest = entry.substr(colon + 1);
  const std::string digits(rest.substr(0, rest.find(':')));
  if (digits.empty() || digits.size() > 18 ||
      digits.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  return std::stoll(digits);
}

void add_references(store::Connection& connection, Page& page) {
  References documents;
  References payments;
  References credits;
  for (auto& [customer, entry] : page.entries) {
    const auto number = number_in(entry.name);
    if (!number) continue;
    const std::string_view kind = std::string_view(entry.name).substr(0, entry.name.find(':'));
    if (kind == "document" || kind == "lapse") documents.add(customer, *number, entry);
    if (kind == "payment") payments.add(customer, *number, entry);
    if (kind == "credit") credits.add(customer, *number, entry);
  }
  documents.read(connection, kDocuments);
  payments.read(connection, kPayments);
  credits.read(connection, kCredits);
}

exports::Entry entry_of(const store::Row& row) {
  return {.booked_on = row.date("booked_on"),
          .customer = row.text("customer"),
          .name = row.text("entry"),
          .reference = {},
          .legal_entity = std::string(domain::shown_entity(row.text("legal_entity"))),
          .lines = {}};
}

std::optional<CustomerId> customer_of(store::Connection& connection, const std::string& key) {
  if (key.empty()) return std::nullopt;
  const auto row = connection.query(kCustomer, {key}).at_most_one();
  if (!row) throw Error(fmt::format("there is no customer '{}'", key));
  return CustomerId{row->int64("customer_id")};
}

}  // namespace

std::int64_t for_each_entry(store::Connection& connection, const EntrySelection& selection,
                            const std::function<void(const exports::Entry&)>& take) {
  store::Cursor cursor(connection, kLines,
                       {selection.from, selection.to, customer_of(connection, selection.customer),
                        selection.legal_entity, selection.after, selection.through});
  std::int64_t count = 0;
  Page page;
  const auto give = [&](Page&& whole) {
    add_references(connection, whole);
    for (const auto& [customer, entry] : whole.entries) take(entry);
    count += std::ssize(whole.entries);
  };
  for (store::Rows rows = cursor.next(); !rows.empty(); rows = cursor.next()) {
    for (const store::Row& row : rows) {
      const CustomerId customer{row.int64("customer_id")};
      const bool goes_on = !page.entries.empty() && page.entries.back().first == customer &&
                           page.entries.back().second.name == row.text("entry");
      if (!goes_on) page.entries.emplace_back(customer, entry_of(row));
      page.entries.back().second.lines.push_back(
          {row.text("account"),
           money::Money(row.decimal("amount"), money::Currency::of(row.text("currency")))});
    }
    // The last entry may go on behind the page.
    auto last = std::move(page.entries.back());
    page.entries.pop_back();
    give(std::exchange(page, Page{}));
    page.entries.push_back(std::move(last));
  }
  give(std::move(page));
  return count;
}

}  // namespace reckoner::accounts

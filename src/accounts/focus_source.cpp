#include "accounts/focus_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "domain/legal_entity.hpp"
#include "exports/focus_writer.hpp"
#include "store/cursor.hpp"
#include "store/document_rows.hpp"

namespace reckoner::accounts {

namespace {

constexpr int kPageDocuments = 1000;

constexpr store::Statement kCustomer{"accounts.customer_of_export",
                                     "select customer_id from customer_key where key = $1"};

constexpr store::Statement kDocuments{"accounts.documents_of_export", R"(
  select customer_id, ordinal, version_id
    from document
   where ($1::date is null or issued_on >= $1) and ($2::date is null or issued_on <= $2)
     and ($3::bigint is null or customer_id = $3) and ($4::text is null or legal_entity = $4)
     and ($5::bigint is null or journal_position > $5)
     and ($6::bigint is null or journal_position <= $6) and kind <> 'showback'
   order by customer_id, ordinal)"};

constexpr store::Statement kSubscriptions{"accounts.subscriptions_of_export", R"(
  select customer_id, subscription, external_key from subscription
   where customer_id = any($1::bigint[]))"};

// Of the periods that documents of a page are about, by the key of their lines.
constexpr store::Statement kFirstBilled{"accounts.first_billed_of_export", R"(
  select l.customer_id, l.period_starts_at, l.cycle, l.side, min(d.issued_on) as issued_on
    from unnest($1::bigint[], $2::timestamptz[]) as p(customer_id, starts_at)
    join document_line l on l.customer_id = p.customer_id and l.period_starts_at = p.starts_at
    join document d on d.customer_id = l.customer_id and d.ordinal = l.ordinal
   group by l.customer_id, l.period_starts_at, l.cycle, l.side)"};

using OfCustomer = std::pair<CustomerId, std::int64_t>;

/// What is known beside the documents of a page.
struct Surroundings {
  std::map<OfCustomer, std::string> subscriptions;
  std::map<std::pair<CustomerId, domain::PeriodKey>, time::Date> first_billed;
};

Surroundings read_surroundings(store::Connection& connection, std::vector<CustomerId> customers,
                               const std::vector<domain::Document>& documents) {
  customers.erase(std::unique(customers.begin(), customers.end()), customers.end());
  Surroundings around;
  for (const store::Row& row : connection.query(kSubscriptions, {customers})) {
    around.subscriptions.emplace(
        OfCustomer{CustomerId{row.int64("customer_id")}, row.int64("subscription")},
        row.text("external_key"));
  }
  std::set<std::pair<CustomerId, time::Instant>> periods;
  for (const domain::Document& document : documents) {
    for (const domain::DocumentLine& line : document.lines) {
      periods.emplace(document.customer, line.period.starts_at);
    }
  }
  std::vector<CustomerId> whose;
  std::vector<time::Instant> starts;
  for (const auto& [customer, starts_at] : periods) {
    whose.push_back(customer);
    starts.push_back(starts_at);
  }
  for (const store::Row& row : connection.query(kFirstBilled, {whose, starts})) {
    const domain::PeriodKey period{.starts_at = row.instant("period_starts_at"),
                                   .cycle = row.int64("cycle"),
                                   .side = domain::parse_side(row.text("side"))};
    around.first_billed.emplace(std::pair(CustomerId{row.int64("customer_id")}, period),
                                row.date("issued_on"));
  }
  return around;
}

std::string issuer_name(const config::Configuration& names, const std::string& id) {
  for (const domain::LegalEntity& entity : names.legal_entities) {
    if (entity.id == id && !entity.name.empty()) return entity.name;
  }
  return std::string(domain::shown_entity(id));
}

const domain::Charge* find_charge(const config::Configuration& configuration, std::string_view plan,
                                  std::string_view charge) {
  for (const domain::Plan& candidate : configuration.plans) {
    if (candidate.name != plan) continue;
    const auto found = std::ranges::find(candidate.charges, charge, &domain::Charge::name);
    if (found != candidate.charges.end()) return &*found;
  }
  return nullptr;
}

}  // namespace

CustomerId customer_of_key(store::Connection& connection, const std::string& key) {
  const auto row = connection.query(kCustomer, {key}).at_most_one();
  if (!row) throw Error(fmt::format("there is no customer '{}'", key));
  return CustomerId{row->int64("customer_id")};
}

std::int64_t write_focus(store::Connection& connection, const FocusSelection& selection,
                         const config::Configuration& names, const VersionOf& version_of,
                         const exports::Sink& sink) {
  exports::FocusWriter writer(sink);
  std::int64_t count = 0;
  store::Cursor cursor(connection, kDocuments,
                       {selection.from, selection.to, selection.customer, selection.legal_entity,
                        selection.after, selection.through},
                       kPageDocuments);
  for (store::Rows page = cursor.next(); !page.empty(); page = cursor.next()) {
    std::vector<store::DocumentId> ids;
    std::vector<VersionId> versions;
    std::vector<CustomerId> customers;
    for (const store::Row& row : page) {
      customers.push_back({row.int64("customer_id")});
      ids.push_back({customers.back(), row.int64("ordinal")});
      versions.push_back({row.int64("version_id")});
    }
    const std::vector<domain::Document> documents = store::load_documents(connection, ids);
    const Surroundings around = read_surroundings(connection, std::move(customers), documents);
    for (std::size_t i = 0; i < documents.size(); ++i) {
      const domain::Document& document = documents[i];
      const auto billed_by = version_of(connection, versions[i]).configuration;
      const exports::FocusContext context{
          .issuer = issuer_name(names, document.legal_entity),
          .service_category = names.settings.text("focus.serviceCategory"),
          .charge_of =
              [&](std::string_view plan, std::string_view charge) {
                return find_charge(*billed_by, plan, charge);
              },
          .subscription_key =
              [&](std::int64_t subscription) {
                return around.subscriptions.at({document.customer, subscription});
              },
          .first_billed =
              [&](const domain::PeriodKey& period) {
                return around.first_billed.at({document.customer, period});
              }};
      const std::vector<exports::FocusRow> rows = exports::focus_rows(document, context);
      writer.write(rows);
      count += std::ssize(rows);
    }
  }
  writer.finish();
  return count;
}

}  // namespace reckoner::accounts

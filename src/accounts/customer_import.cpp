#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>

#include "accounts/billing_details.hpp"
#include "accounts/book_names.hpp"
#include "accounts/entity_handover.hpp"
#include "accounts/import_kinds.hpp"
#include "config/value.hpp"
#include "store/billing_details.hpp"

namespace reckoner::accounts {

namespace {

enum : std::size_t {
  kKey,
  kName,
  kEmail,
  kTimeZone,
  kAnchorDay,
  kSubjects,
  kCountry,
  kTaxId,
  kTaxExempt,
  kLegalEntity,
  kStreet,
  kCity,
  kPostalCode,
  kSubdivision,
  kAddressCountry,
  kBuyerReference,
  kPurchaseOrder
};
constexpr std::array kColumns = {Column{"key", true},
                                 Column{"name", true},
                                 Column{"email", false},
                                 Column{"time-zone", true},
                                 Column{"anchor-day", true},
                                 Column{"subjects", false},
                                 Column{"country", false},
                                 Column{"tax-id", false},
                                 Column{"tax-exempt", false},
                                 Column{"legal-entity", false},
                                 Column{"street", false},
                                 Column{"city", false},
                                 Column{"postal-code", false},
                                 Column{"subdivision", false},
                                 Column{"address-country", false},
                                 Column{"buyer-reference", false},
                                 Column{"purchase-order", false}};

constexpr store::Statement kReadSubjects{"accounts.read_subjects", R"(
  select s.subject, s.customer_id, c.key
    from subject s join customer_key c using (customer_id)
   where s.namespace = 'default' and (s.subject = any($1::text[]) or
                                      s.customer_id = any($2::bigint[])))"};

constexpr store::Statement kTakeIds{"accounts.take_customer_ids", R"(
  select nextval('customer_id_sequence') from generate_series(1, $1::bigint))"};

constexpr store::Statement kInsertCustomers{"accounts.insert_customers", R"(
  insert into customer (customer_id, key, name, email, time_zone, anchor_day, country, tax_id,
                        tax_exempt, legal_entity, created_at)
  select *, $11 from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[],
                            $7::text[], $8::text[], $9::boolean[], $10::text[]))"};
constexpr store::Statement kInsertStates{"accounts.insert_states", R"(
  insert into customer_state (customer_id) select unnest($1::bigint[]))"};
constexpr store::Statement kInsertKeys{"accounts.insert_keys", R"(
  insert into customer_key (customer_id, key) select * from unnest($1::bigint[], $2::text[]))"};
constexpr store::Statement kInsertSubjects{"accounts.insert_subjects", R"(
  insert into subject (namespace, subject, starts_at, customer_id)
  select 'default', subject, $3, customer_id
    from unnest($1::bigint[], $2::text[]) as s(customer_id, subject))"};

constexpr store::Statement kUpdateCustomers{"accounts.update_customers", R"(
  update customer c
     set name = u.name, email = u.email, time_zone = u.time_zone, anchor_day = u.anchor_day,
         country = u.country, tax_id = u.tax_id, tax_exempt = u.tax_exempt,
         legal_entity = u.legal_entity
    from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[],
                $8::boolean[], $9::text[])
           as u(customer_id, name, email, time_zone, anchor_day, country, tax_id, tax_exempt,
                legal_entity)
   where c.customer_id = u.customer_id)"};

// The rule of the periods still to come: those stored keep their ends.
constexpr store::Statement kUpdateCycles{"accounts.update_cycles", R"(
  update cycle c set time_zone = u.time_zone, anchor_day = u.anchor_day
    from unnest($1::bigint[], $2::text[], $3::int[]) as u(customer_id, time_zone, anchor_day)
   where c.customer_id = u.customer_id
     and (c.time_zone, c.anchor_day) is distinct from (u.time_zone, u.anchor_day))"};

struct CustomerRow : ImportRow {
  std::string key;
  std::string name;
  std::string email;
  std::optional<time::Zone> zone;
  int anchor_day = 0;
  std::vector<std::string> subjects;  ///< empty: the row does not say
  // As stored, where the row does not say.
  std::optional<std::string> country;
  std::optional<std::string> tax_id;
  std::optional<bool> tax_exempt;
  std::optional<std::string> legal_entity;
  SaidDetails details;
};

int parse_anchor_day(std::string_view value) {
  int day = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), day);
  if (error != std::errc() || end != value.data() + value.size() || day < 1 || day > 31) {
    throw Error(fmt::format("anchor-day '{}' is not a day of the month, 1 to 31", value));
  }
  return day;
}

std::string parse_email(std::string_view value) {
  config::check_value(config::Kind::kEmail, value);
  return std::string(value);
}

/// "-" takes a tax id away.
std::string parse_tax_id(std::string_view value) {
  return value == "-" ? std::string() : parse_key(value);
}

std::vector<CustomerRow> parse_rows(const Import& import) {
  std::vector<CustomerRow> rows;
  KeysInFile keys;
  for (const TableRow& table_row : import.rows) {
    RowValues values(table_row, kColumns, import.problems);
    CustomerRow row;
    row.line = table_row.line;
    values.read(kKey, row.key, parse_key);
    values.read(kName, row.name, parse_text);
    values.read(kEmail, row.email, parse_email);
    values.read(kTimeZone, row.zone, time::Zone::named);
    values.read(kAnchorDay, row.anchor_day, parse_anchor_day);
    values.read(kSubjects, row.subjects,
                [](std::string_view text) { return parse_list(text, "subject", "subjects"); });
    values.read(kCountry, row.country, parse_country);
    values.read(kTaxId, row.tax_id, parse_tax_id);
    values.read(kTaxExempt, row.tax_exempt, parse_boolean);
    values.read(kLegalEntity, row.legal_entity,
                [&](std::string_view text) { return entity_named(import.rules.active, text); });
    values.read(kStreet, row.details.street, parse_street);
    values.read(kCity, row.details.city, parse_detail);
    values.read(kPostalCode, row.details.postal_code, parse_detail);
    values.read(kSubdivision, row.details.subdivision, parse_detail);
    values.read(kAddressCountry, row.details.country, parse_address_country);
    values.read(kBuyerReference, row.details.buyer_reference, parse_detail);
    values.read(kPurchaseOrder, row.details.purchase_order, parse_detail);
    if (!row.key.empty()) {
      values.check([&] { keys.add(row.key, fmt::format("customer '{}'", row.key), row.line); });
    }
    row.good = values.good();
    rows.push_back(std::move(row));
  }
  return rows;
}

domain::Customer nobody(CustomerId id) {
  domain::Customer customer;
  customer.id = id;
  return customer;
}

/// The customer as the row says; what it does not say stays as it is.
domain::Customer said_by(const CustomerRow& row, domain::Customer customer) {
  customer.key = row.key;
  customer.name = row.name;
  customer.email = row.email;
  customer.zone = row.zone.value();
  customer.anchor_day = row.anchor_day;
  if (row.country) customer.country = *row.country;
  if (row.tax_id) customer.tax_id = *row.tax_id;
  if (row.tax_exempt) customer.tax_exempt = *row.tax_exempt;
  if (row.legal_entity) customer.legal_entity = *row.legal_entity;
  return customer;
}

bool same(const domain::Customer& a, const domain::Customer& b) {
  return a.name == b.name && a.email == b.email && a.zone == b.zone &&
         a.anchor_day == b.anchor_day && a.country == b.country && a.tax_id == b.tax_id &&
         a.tax_exempt == b.tax_exempt && a.legal_entity == b.legal_entity;
}

/// Rows of customers, by column.
struct CustomerColumns {
  std::vector<CustomerId> ids;
  std::vector<std::string> keys;
  std::vector<std::string> names;
  std::vector<std::string> emails;
  std::vector<std::string> zones;
  std::vector<int> anchor_days;
  std::vector<std::string> countries;
  std::vector<std::string> tax_ids;
  std::vector<std::string> tax_exempt;  ///< "t" or "f"
  std::vector<std::string> legal_entities;

  void add(const domain::Customer& customer) {
    ids.push_back(customer.id);
    keys.push_back(customer.key);
    names.push_back(customer.name);
    emails.push_back(customer.email);
    zones.emplace_back(customer.zone.name());
    anchor_days.push_back(customer.anchor_day);
    countries.push_back(customer.country);
    tax_ids.push_back(customer.tax_id);
    tax_exempt.emplace_back(customer.tax_exempt ? "t" : "f");
    legal_entities.push_back(customer.legal_entity);
  }
};

class CustomerImport {
 public:
  explicit CustomerImport(const Import& import)
      : import_(import),
        rows_(parse_rows(import)),
        known_(lock_customers(import, rows_, &CustomerRow::key)),
        stored_details_(store::read_billing_details(import.connection, known_.ids())) {}

  ImportResult run() {
    read_subjects();
    take_rows(
        import_, rows_, [](const CustomerRow&, RowProblems&) {},
        [&](const CustomerRow& row) { take(row); });
    import_.problems.throw_if_any();
    write();
    return result_;
  }

 private:
  struct Owner {
    std::string key;
    std::size_t line = 0;  ///< of this file; 0: stored
  };

  void read_subjects() {
    std::vector<std::string> named;
    for (CustomerRow& row : rows_) {
      if (!row.good) continue;
      if (row.subjects.empty() && known_.find(row.key) == nullptr) row.subjects = {row.key};
      named.insert(named.end(), row.subjects.begin(), row.subjects.end());
    }
    for (const store::Row& row : import_.connection.query(kReadSubjects, {named, known_.ids()})) {
      const std::string subject = row.text("subject");
      owners_.try_emplace(subject, Owner{.key = row.text("key")});
      stored_subjects_[{row.int64("customer_id")}].insert(subject);
    }
  }

  void take(const CustomerRow& row) {
    const domain::Customer* stored = known_.find(row.key);
    const std::vector<std::string> added = added_subjects(row, stored);
    if (stored == nullptr) {
      new_customers_.push_back(&row);
      ++result_.created;
    } else {
      const domain::Customer said = said_by(row, *stored);
      const bool is_other = !same(said, *stored);
      if (is_other) changed_.add(said);
      const domain::BillingDetails& before = stored_details_.at(stored->id);
      const domain::BillingDetails details = row.details.said_of(before);
      if (details != before) details_.emplace(stored->id, details);
      const bool differs = is_other || details != before;
      if (said.legal_entity != stored->legal_entity) {
        moves_.emplace(stored->id, EntityChange{stored->legal_entity, said.legal_entity});
      }
      for (const std::string& subject : added) added_subjects_.emplace_back(stored->id, subject);
      ++(differs || !added.empty() ? result_.changed : result_.unchanged);
    }
  }

  /// The subjects of the row that the customer does not have yet. Throws Error for one that is
  /// another's, and for one that the row takes away.
  std::vector<std::string> added_subjects(const CustomerRow& row, const domain::Customer* stored) {
    std::vector<std::string> added;
    for (const std::string& subject : row.subjects) {
      const auto [owner, is_new] = owners_.try_emplace(subject, Owner{row.key, row.line});
      if (is_new) {
        added.push_back(subject);
      } else if (owner->second.key != row.key) {
        throw Error(fmt::format("subject '{}' belongs to customer '{}'{}", subject,
                                owner->second.key, place_of(owner->second)));
      }
    }
    if (stored == nullptr || row.subjects.empty()) return added;
    for (const std::string& subject : stored_subjects_[stored->id]) {
      if (std::find(row.subjects.begin(), row.subjects.end(), subject) == row.subjects.end()) {
        throw Error(
            fmt::format("subject '{}' of customer '{}' is missing: an import adds subjects "
                        "and takes none away",
                        subject, row.key));
      }
    }
    return added;
  }

  static std::string place_of(const Owner& owner) {
    return owner.line == 0 ? "" : fmt::format(" (line {})", owner.line);
  }

  void write() {
    CustomerColumns created;
    std::vector<CustomerId> subject_customers;
    std::vector<std::string> subjects;
    const store::Rows ids =
        import_.connection.query(kTakeIds, {static_cast<std::int64_t>(new_customers_.size())});
    for (std::size_t i = 0; i < new_customers_.size(); ++i) {
      const CustomerId id{ids[i].int64(0)};
      created.add(said_by(*new_customers_[i], nobody(id)));
      const domain::BillingDetails details = new_customers_[i]->details.said_of({});
      if (details != domain::BillingDetails{}) details_.emplace(id, details);
      for (const std::string& subject : new_customers_[i]->subjects) {
        added_subjects_.emplace_back(id, subject);
      }
    }
    for (const auto& [id, subject] : added_subjects_) {
      subject_customers.push_back(id);
      subjects.push_back(subject);
    }
    store::Connection& connection = import_.connection;
    connection.execute(kInsertCustomers,
                       {created.ids, created.keys, created.names, created.emails, created.zones,
                        created.anchor_days, created.countries, created.tax_ids, created.tax_exempt,
                        created.legal_entities, import_.rules.now});
    connection.execute(kInsertStates, {created.ids});
    connection.execute(kInsertKeys, {created.ids, created.keys});
    connection.execute(kInsertSubjects,
                       {subject_customers, subjects, time::parse_instant("1970-01-01T00:00:00Z")});
    connection.execute(
        kUpdateCustomers,
        {changed_.ids, changed_.names, changed_.emails, changed_.zones, changed_.anchor_days,
         changed_.countries, changed_.tax_ids, changed_.tax_exempt, changed_.legal_entities});
    store::write_billing_details(connection, details_);
    hand_over(connection, import_.rules.active, known_.books(), moves_, import_.rules.now);
    connection.execute(kUpdateCycles, {changed_.ids, changed_.zones, changed_.anchor_days});
  }

  const Import& import_;
  std::vector<CustomerRow> rows_;
  KnownCustomers known_;
  const std::map<CustomerId, domain::BillingDetails> stored_details_;
  std::map<std::string, Owner> owners_;  ///< by subject
  std::map<CustomerId, std::set<std::string>> stored_subjects_;

  std::vector<const CustomerRow*> new_customers_;
  CustomerColumns changed_;
  std::map<CustomerId, domain::BillingDetails> details_;  ///< that are to be set
  std::map<CustomerId, EntityChange> moves_;
  std::vector<std::pair<CustomerId, std::string>> added_subjects_;
  ImportResult result_;
};

}  // namespace

ImportSpec customer_import() {
  return {.columns = kColumns,
          .run = [](const Import& import) { return CustomerImport(import).run(); }};
}

}  // namespace reckoner::accounts

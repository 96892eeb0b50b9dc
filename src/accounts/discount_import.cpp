#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

#include "accounts/import_kinds.hpp"

namespace reckoner::accounts {

namespace {

enum : std::size_t { kKey, kCustomer, kPercentage, kStartsOn, kEndsOn };
constexpr std::array kColumns = {Column{"key", true}, Column{"customer", true},
                                 Column{"percentage", true}, Column{"starts-on", true},
                                 Column{"ends-on", false}};

constexpr store::Statement kRead{"accounts.read_discounts", R"(
  select customer_id, discount, external_key, percentage, starts_at, ends_at
    from discount where customer_id = any($1::bigint[]))"};

constexpr store::Statement kInsert{"accounts.insert_discounts", R"(
  insert into discount (customer_id, discount, external_key, percentage, starts_at, ends_at,
                        created_at)
  select *, $7 from unnest($1::bigint[], $2::int[], $3::text[], $4::numeric[], $5::timestamptz[],
                           $6::timestamptz[]))"};

constexpr store::Statement kSetEnds{"accounts.end_discounts", R"(
  update discount d set ends_at = u.ends_at
    from unnest($1::bigint[], $2::int[], $3::timestamptz[]) as u(customer_id, discount, ends_at)
   where d.customer_id = u.customer_id and d.discount = u.discount)"};

struct DiscountRow : ImportRow {
  std::string key;
  std::string customer;
  money::Decimal percentage;
  std::optional<time::Date> starts_on;
  std::optional<time::Date> ends_on;
};

std::vector<DiscountRow> parse_rows(const Import& import) {
  std::vector<DiscountRow> rows;
  KeysInFile keys;
  for (const TableRow& table_row : import.rows) {
    RowValues values(table_row, kColumns, import.problems);
    DiscountRow row;
    row.line = table_row.line;
    values.read(kKey, row.key, parse_key);
    values.read(kCustomer, row.customer, parse_key);
    values.read(kPercentage, row.percentage, parse_percentage);
    values.read(kStartsOn, row.starts_on, parse_day);
    values.read(kEndsOn, row.ends_on, parse_day);
    values.check([&] {
      if (row.starts_on && row.ends_on && *row.ends_on <= *row.starts_on) {
        throw Error(fmt::format("ends-on {} does not lie behind starts-on {}",
                                time::to_string(*row.ends_on), time::to_string(*row.starts_on)));
      }
    });
    values.check([&] {
      if (row.key.empty() || row.customer.empty()) return;
      keys.add(natural_key(row.customer, row.key),
               fmt::format("discount '{}' of customer '{}'", row.key, row.customer), row.line);
    });
    row.good = values.good();
    rows.push_back(std::move(row));
  }
  return rows;
}

class DiscountImport {
 public:
  explicit DiscountImport(const Import& import)
      : import_(import),
        rows_(parse_rows(import)),
        scope_(import.connection, import.rules,
               lock_customers(import, rows_, &DiscountRow::customer)) {}

  ImportResult run() {
    read_discounts();
    take_rows(
        import_, rows_,
        [&](const DiscountRow& row, RowProblems& problems) {
          problems.check([&] {
            if (!row.customer.empty()) scope_.customers.get(row.customer);
          });
        },
        [&](const DiscountRow& row) { take(row); });
    import_.problems.throw_if_any();
    write();
    return result_;
  }

 private:
  struct Stored {
    std::int64_t number;
    money::Decimal percentage;
    time::Instant starts_at;
    std::optional<time::Instant> ends_at;
  };

  void read_discounts() {
    for (const store::Row& row : import_.connection.query(kRead, {scope_.customers.ids()})) {
      const CustomerId customer{row.int64("customer_id")};
      const Stored discount{.number = row.int64("discount"),
                            .percentage = row.decimal("percentage"),
                            .starts_at = row.instant("starts_at"),
                            .ends_at = row.optional_instant("ends_at")};
      std::int64_t& last = last_numbers_[customer];
      last = std::max(last, discount.number);
      stored_.emplace(std::pair(customer, row.text("external_key")), discount);
    }
  }

  void take(const DiscountRow& row) {
    const domain::Customer& customer = scope_.customers.get(row.customer);
    const auto stored = stored_.find({customer.id, row.key});
    if (stored == stored_.end()) {
      add(row, customer);
    } else {
      compare(row, customer, stored->second);
    }
  }

  void add(const DiscountRow& row, const domain::Customer& customer) {
    std::optional<time::Instant> ends_at;
    if (row.ends_on) ends_at = customer.zone.start_of(*row.ends_on);
    ids_.push_back(customer.id);
    numbers_.push_back(++last_numbers_[customer.id]);
    keys_.push_back(row.key);
    percentages_.push_back(row.percentage);
    starts_at_.push_back(customer.zone.start_of(*row.starts_on));
    ends_at_.push_back(ends_at);
    reopen(customer.id, starts_at_.back(), ends_at,
           fmt::format("discount '{}' added from {}", row.key, time::to_string(*row.starts_on)));
    ++result_.created;
  }

  void compare(const DiscountRow& row, const domain::Customer& customer, const Stored& stored) {
    if (row.percentage != stored.percentage ||
        !scope_.customers.begins(stored.starts_at, customer, *row.starts_on)) {
      throw Error(fmt::format(
          "discount '{}' of customer '{}' is stored with {} % from {}: only its end changes; end "
          "it and start another",
          row.key, row.customer, stored.percentage.to_string(),
          time::to_string(customer.zone.date_of(stored.starts_at))));
    }
    if (row.ends_on.has_value() == stored.ends_at.has_value() &&
        (!row.ends_on || scope_.customers.begins(*stored.ends_at, customer, *row.ends_on))) {
      ++result_.unchanged;
      return;
    }
    if (!row.ends_on) {
      throw Error(fmt::format(
          "discount '{}' of customer '{}' ends on {}: an end may change, but not go away", row.key,
          row.customer, time::to_string(customer.zone.date_of(*stored.ends_at))));
    }
    const time::Instant ends_at = customer.zone.start_of(*row.ends_on);
    const bool earlier = !stored.ends_at || ends_at < *stored.ends_at;
    reopen(customer.id, earlier ? ends_at : *stored.ends_at, earlier ? stored.ends_at : ends_at,
           fmt::format("discount '{}' ends on {}", row.key, time::to_string(*row.ends_on)));
    ended_ids_.push_back(customer.id);
    ended_numbers_.push_back(stored.number);
    new_ends_.push_back(ends_at);
    ++result_.changed;
  }

  void reopen(CustomerId customer, time::Instant from, std::optional<time::Instant> until,
              const std::string& cause) {
    for (const domain::Cycle* cycle : scope_.cycles.all_of(customer)) {
      scope_.reopenings.push_back({customer, cycle->number, from, until, cause, /*at_once=*/false});
    }
  }

  void write() {
    scope_.write();
    import_.connection.execute(
        kInsert, {ids_, numbers_, keys_, percentages_, starts_at_, ends_at_, import_.rules.now});
    import_.connection.execute(kSetEnds, {ended_ids_, ended_numbers_, new_ends_});
  }

  const Import& import_;
  const std::vector<DiscountRow> rows_;
  ChangeScope scope_;
  std::map<std::pair<CustomerId, std::string>, Stored> stored_;
  std::unordered_map<CustomerId, std::int64_t> last_numbers_;

  // The new discounts, by column.
  std::vector<CustomerId> ids_;
  std::vector<std::int64_t> numbers_;
  std::vector<std::string> keys_;
  std::vector<money::Decimal> percentages_;
  std::vector<time::Instant> starts_at_;
  std::vector<std::optional<time::Instant>> ends_at_;

  std::vector<CustomerId> ended_ids_;
  std::vector<std::int64_t> ended_numbers_;
  std::vector<time::Instant> new_ends_;
  ImportResult result_;
};

}  // namespace

ImportSpec discount_import() {
  return {.columns = kColumns,
          .run = [](const Import& import) { return DiscountImport(import).run(); }};
}

}  // namespace reckoner::accounts

#include <fmt/format.h>

#include <array>
#include <optional>

#include "accounts/agreement_book.hpp"
#include "accounts/import_kinds.hpp"

namespace reckoner::accounts {

namespace {

enum : std::size_t { kCustomer, kPlan, kCharge, kFigure, kValue, kStartsOn, kEndsOn };
constexpr std::array kColumns = {Column{"customer", true}, Column{"plan", true},
                                 Column{"charge", true},   Column{"figure", true},
                                 Column{"value", true},    Column{"starts-on", true},
                                 Column{"ends-on", false}};

struct AgreementRow : ImportRow {
  std::string customer;
  std::optional<time::Date> starts_on;
  domain::AgreedFigure agreed;
};

std::vector<AgreementRow> parse_rows(const Import& import) {
  std::vector<AgreementRow> rows;
  KeysInFile keys;
  for (const TableRow& table_row : import.rows) {
    RowValues values(table_row, kColumns, import.problems);
    AgreementRow row;
    row.line = table_row.line;
    domain::AgreedFigure& agreed = row.agreed;
    values.read(kCustomer, row.customer, parse_key);
    values.read(kPlan, agreed.plan, parse_text);
    values.read(kCharge, agreed.charge, parse_text);
    values.read(kFigure, agreed.figure, parse_text);
    values.read(kValue, agreed.value, parse_agreed_value);
    values.read(kStartsOn, row.starts_on, parse_day);
    values.read(kEndsOn, agreed.ends_on, parse_day);
    if (row.starts_on) agreed.starts_on = *row.starts_on;
    values.check([&] {
      if (row.starts_on && agreed.ends_on && *agreed.ends_on < *row.starts_on) {
        throw Error(fmt::format("ends-on {} lies before starts-on {}",
                                time::to_string(*agreed.ends_on), time::to_string(*row.starts_on)));
      }
    });
    row.good = values.good();
    values.check([&] {
      if (!row.good) return;
      const std::string day = time::to_string(agreed.starts_on);
      keys.add(fmt::format("{}\n{}\n{}\n{}\n{}", row.customer, agreed.plan, agreed.charge,
                           agreed.figure, day),
               fmt::format("{} of charge '{}' of plan '{}' from {}", agreed.figure, agreed.charge,
                           agreed.plan, day),
               row.line);
    });
    row.good = values.good();
    rows.push_back(std::move(row));
  }
  return rows;
}

class AgreementImport {
 public:
  explicit AgreementImport(const Import& import)
      : import_(import),
        rows_(parse_rows(import)),
        scope_(import.connection, import.rules,
               lock_customers(import, rows_, &AgreementRow::customer)),
        book_(scope_) {}

  ImportResult run() {
    take_rows(
        import_, rows_,
        [&](const AgreementRow& row, RowProblems& problems) { look_up(row, problems); },
        [&](const AgreementRow& row) { take(row); });
    import_.problems.throw_if_any();
    scope_.write();
    book_.write();
    return result_;
  }

 private:
  void look_up(const AgreementRow& row, RowProblems& problems) const {
    problems.check([&] {
      if (!row.customer.empty()) scope_.customers.get(row.customer);
    });
    problems.check([&] {
      const domain::AgreedFigure& agreed = row.agreed;
      if (agreed.plan.empty() || agreed.charge.empty() || agreed.figure.empty()) return;
      check_figure(import_.rules.active, agreed.plan, agreed.charge, agreed.figure);
    });
  }

  void take(const AgreementRow& row) {
    const domain::Customer& customer = scope_.customers.get(row.customer);
    const domain::AgreedFigure& agreed = row.agreed;
    const domain::AgreedFigure* stored = book_.find(customer.id, agreed);
    if (stored == nullptr) {
      book_.agree(customer, agreed);
      ++result_.created;
      return;
    }
    if (stored->value != agreed.value) {
      throw Error(
          fmt::format("{} of charge '{}' of plan '{}' is stored as {} from {}: only its end "
                      "changes; end it and agree another",
                      agreed.figure, agreed.charge, agreed.plan,
                      stored->value ? stored->value->to_string() : "unlimited",
                      time::to_string(stored->starts_on)));
    }
    if (!agreed.ends_on && stored->ends_on) {
      throw Error(fmt::format(
          "{} of charge '{}' of plan '{}' is agreed to {}: an end may change, "
          "but not go away",
          agreed.figure, agreed.charge, agreed.plan, time::to_string(*stored->ends_on)));
    }
    const bool changed = agreed.ends_on && book_.end(customer, agreed, *agreed.ends_on);
    ++(changed ? result_.changed : result_.unchanged);
  }

  const Import& import_;
  const std::vector<AgreementRow> rows_;
  ChangeScope scope_;
  AgreementBook book_;
  ImportResult result_;
};

}  // namespace

ImportSpec agreement_import() {
  return {.columns = kColumns,
          .run = [](const Import& import) { return AgreementImport(import).run(); }};
}

}  // namespace reckoner::accounts

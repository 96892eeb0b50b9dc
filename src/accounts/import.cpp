#include "accounts/import.hpp"

#include <fmt/format.h>

#include <array>

#include "accounts/import_kinds.hpp"
#include "base/hash.hpp"
#include "base/suggest.hpp"
#include "store/transaction.hpp"

namespace reckoner::accounts {

namespace {

// Imports wait for one another: what one has checked stays as it is until it commits.
constexpr store::Statement kOneAtATime{"accounts.one_import_at_a_time",
                                       "lock table imported_file in share row exclusive mode"};

constexpr store::Statement kRecordFile{"accounts.record_file", R"(
  insert into imported_file (sha256, kind, name, imported_at, row_count)
  values ($1, $2, $3, $4, $5) on conflict (sha256) do nothing)"};

constexpr std::array kKinds = {ImportKind::kCustomers,  ImportKind::kSubscriptions,
                               ImportKind::kPayments,   ImportKind::kDiscounts,
                               ImportKind::kCharges,    ImportKind::kCredits,
                               ImportKind::kAgreements, ImportKind::kCostPools};

ImportSpec spec_of(ImportKind kind) {
  switch (kind) {
    case ImportKind::kCustomers:
      return customer_import();
    case ImportKind::kSubscriptions:
      return subscription_import();
    case ImportKind::kPayments:
      return payment_import();
    case ImportKind::kDiscounts:
      return discount_import();
    case ImportKind::kCharges:
      return charge_import();
    case ImportKind::kCredits:
      return credit_import();
    case ImportKind::kAgreements:
      return agreement_import();
    case ImportKind::kCostPools:
      return pool_import();
  }
  throw Bug("a kind of import without a spec");
}

}  // namespace

std::string_view to_string(ImportKind kind) {
  switch (kind) {
    case ImportKind::kCustomers:
      return "customers";
    case ImportKind::kSubscriptions:
      return "subscriptions";
    case ImportKind::kPayments:
      return "payments";
    case ImportKind::kDiscounts:
      return "discounts";
    case ImportKind::kCharges:
      return "charges";
    case ImportKind::kCredits:
      return "credits";
    case ImportKind::kAgreements:
      return "agreements";
    case ImportKind::kCostPools:
      return "cost-pools";
  }
  return "";
}

ImportKind parse_import_kind(std::string_view text) {
  std::vector<std::string> names;
  for (const ImportKind kind : kKinds) {
    if (to_string(kind) == text) return kind;
    names.emplace_back(to_string(kind));
  }
  throw UsageError(fmt::format("cannot import '{}'{}", text, suggestion(text, names)));
}

ImportResult import_file(store::Connection& connection, ImportKind kind, std::string_view file_name,
                         std::string_view content, const ChangeRules& rules,
                         const ImportProgress& progress) {
  const ImportSpec spec = spec_of(kind);
  Problems problems(file_name);
  const std::vector<TableRow> rows = read_table(file_name, content, spec.columns, problems);

  store::Transaction transaction(connection);
  connection.execute(kOneAtATime);
  ImportResult result = spec.run({connection, rules, rows, problems, progress});
  result.rows = static_cast<std::int64_t>(rows.size());
  RK_CHECK(result.rows == result.created + result.changed + result.unchanged);
  const Sha256 hash = sha256(content);
  connection.execute(kRecordFile, {store::Bytes(std::span<const std::uint8_t>(hash)),
                                   to_string(kind), file_name, rules.now, result.rows});
  transaction.commit();
  return result;
}

void KeysInFile::add(const std::string& key, const std::string& what, std::size_t line) {
  const auto [first, is_new] = lines_.try_emplace(key, line);
  if (!is_new) throw Error(fmt::format("{} stands in line {} already", what, first->second));
}

std::string natural_key(std::string_view customer, std::string_view name) {
  return fmt::format("{}\n{}", customer, name);
}

}  // namespace reckoner::accounts

// What is handed over of the ledger and of documents: in chains without gap or overlap, whatever
// goes on meanwhile, and the same bytes again.

#include "accounts/exports.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <set>
#include <sstream>
#include <thread>

#include "accounts/import.hpp"
#include "base/hash.hpp"
#include "store/journal_position.hpp"
#include "store/journal_rows.hpp"
#include "store/open_books.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"
#include "text/csv.hpp"

namespace reckoner::accounts {

namespace {

using test::error_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Exports : public test::BillingTest {
 protected:
  Exports() {
    world.set_clock("2026-09-20T00:00:00Z");
    world.customer("acme");
    world.subscribe("acme", "SMB", "2026-09-01");
    world.customer("globex");
    world.subscribe("globex", "Professional", "2026-09-01");
  }

  static VersionView view_of(const std::shared_ptr<const engine::CompiledVersion>& version) {
    return {.configuration = {version, &version->configuration()},
            .files = {version, &version->files()}};
  }
  VersionOf versions() {
    return [this](store::Connection& connection, VersionId id) {
      return view_of(world.versions().load(connection, id));
    };
  }
  VersionView active() { return versions()(connection_, *world.versions().active(connection_)); }

  ExportRecord make(store::Connection& connection, const ExportDefinition& definition) {
    store::close_journal_position(connection);
    store::Transaction transaction(connection);
    ExportRecord record = make_export(connection, definition, *world.versions().active(connection),
                                      versions(), "anna", world.now());
    transaction.commit();
    return record;
  }
  ExportRecord make(ExportKind kind, const std::string& format) {
    return make(connection_, {.kind = kind, .format = format});
  }

  std::string bytes_of(const ExportRecord& record) {
    store::Connection connection = world.connect();
    store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
    std::string bytes;
    write_export(connection, record, versions(), [&](std::string_view piece) { bytes += piece; });
    return bytes;
  }

  /// "acme document:1" of each entry in a CSV journal, each once, in its order.
  static std::vector<std::string> entries_in(const std::string& csv) {
    std::istringstream in(csv);
    text::CsvTable table(in);
    std::vector<std::string> entries;
    while (table.next()) {
      std::string entry =
          table.at(table.require("customer")) + " " + table.at(table.require("entry"));
      if (entries.empty() || entries.back() != entry) entries.push_back(std::move(entry));
    }
    return entries;
  }

  store::Connection connection_ = world.connect();
};

TEST_F(Exports, EachBeginsWhereTheLastOneEnded) {
  world.run("2026-10-01T02:00:00Z");
  const ExportRecord first = make(ExportKind::kJournal, "csv");
  world.pay("acme", "10.00", "2026-10-02", "bank-1");
  // Booked on an earlier day than what was handed over.
  world.pay("globex", "20.00", "2026-09-30", "bank-2");
  const ExportRecord second = make(ExportKind::kJournal, "csv");
  const ExportRecord third = make(ExportKind::kJournal, "csv");
  EXPECT_THAT(entries_in(bytes_of(first)), ElementsAre("acme document:1", "globex document:1"));
  EXPECT_THAT(entries_in(bytes_of(second)), ElementsAre("globex payment:1", "acme payment:1"));
  EXPECT_THAT(entries_in(bytes_of(third)), IsEmpty());
  EXPECT_EQ(first.after, 0);
  EXPECT_EQ(second.after, first.through);
  EXPECT_EQ(third.after, second.through);
  EXPECT_EQ(std::tuple(first.number, second.number, third.number), std::tuple(1, 2, 3));
  EXPECT_EQ(std::tuple(first.rows, second.rows, third.rows), std::tuple(2, 2, 0));
}

TEST_F(Exports, OtherChainsBeginAtTheBeginning) {
  world.run("2026-10-01T02:00:00Z");
  make(ExportKind::kJournal, "csv");
  EXPECT_EQ(make(ExportKind::kJournal, "hledger").rows, 2);
  EXPECT_EQ(make(ExportKind::kErp, "sap-style").rows, 2);
  EXPECT_GT(make(ExportKind::kFocus, std::string(kFocusFormat)).rows, 2);
  EXPECT_EQ(make(connection_, {.format = "csv", .customer = "acme"}).rows, 1);
  EXPECT_EQ(make(connection_, {.format = "csv", .legal_entity = "default"}).rows, 2);
}

TEST_F(Exports, TheSameExportHasTheSameBytes) {
  world.run("2026-10-01T02:00:00Z");
  std::vector<std::pair<ExportRecord, std::string>> made;
  for (const auto& [kind, format] :
       {std::pair(ExportKind::kJournal, "hledger"), std::pair(ExportKind::kJournal, "beancount"),
        std::pair(ExportKind::kJournal, "csv"), std::pair(ExportKind::kFocus, "focus-1.0"),
        std::pair(ExportKind::kErp, "datev-style")}) {
    const ExportRecord record = make(kind, format);
    made.emplace_back(record, bytes_of(record));
    EXPECT_EQ(to_hex(sha256(made.back().second)), record.sha256);
    EXPECT_EQ(std::ssize(made.back().second), record.bytes);
  }
  // What comes later, other names of accounts among it, changes nothing.
  world.pay("acme", "10.00", "2026-09-30", "bank-1");
  config::Files files = world.files();
  files.content["accounts.xml"] = R"(<accounts xmlns="urn:reckoner:accounts:1">
    <account name="revenue" number="8400" title="Umsatz" path="Income:Sales"/></accounts>)";
  files.content.erase("exports/datev-style.xml");
  world.apply(files);
  world.set_clock("2026-10-05T00:00:00Z");
  world.run_by_hand();
  for (const auto& [record, bytes] : made) {
    EXPECT_EQ(bytes_of(record), bytes) << record.definition.format;
    EXPECT_EQ(bytes_of(find_export(connection_, record.id).value()), bytes);
  }
  EXPECT_THAT(error_of([&] {
                checked(connection_, {.kind = ExportKind::kErp, .format = "datev-style"}, active());
              }),
              HasSubstr("no export template 'datev-style'"));
}

TEST_F(Exports, AccountsAreDeclaredOnceInAChain) {
  world.run("2026-10-01T02:00:00Z");
  const ExportRecord first = make(ExportKind::kJournal, "beancount");
  EXPECT_THAT(first.declared, ElementsAre("Assets:Receivable", "Income:Revenue"));
  world.pay("acme", "10.00", "2026-10-02", "bank-1");
  const ExportRecord second = make(ExportKind::kJournal, "beancount");
  EXPECT_THAT(second.declared, ElementsAre("Assets:Cash"));
  EXPECT_THAT(bytes_of(second), testing::Not(HasSubstr("open Assets:Receivable")));
}

TEST_F(Exports, WaitForWhoIsBooking) {
  store::Connection batch = world.connect();
  store::Transaction transaction(batch);
  store::OpenBooks::hold(batch);
  {
    store::JournalRows rows(batch);
    for (const auto& [account, cents] : {std::pair("a", 500), std::pair("b", -500)}) {
      rows.add(CustomerId{1}, "late:1", account,
               money::Money(money::Decimal::from_parts(cents, 2), money::Currency::of("USD")),
               time::parse_date("2026-09-01"), "");
    }
    rows.finish();
  }
  auto making = std::async(std::launch::async, [&] { return make(ExportKind::kJournal, "csv"); });
  while (world.number("select count(*) from pg_locks where locktype = 'advisory' and not granted "
                      "and database = (select oid from pg_database where datname = "
                      "current_database())") == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  transaction.commit();
  EXPECT_THAT(entries_in(bytes_of(making.get())), ElementsAre("acme late:1"));
}

TEST_F(Exports, HaveEverythingOnceUnderConcurrentBooking) {
  constexpr int kPayments = 30;
  constexpr int kExporters = 3;
  std::atomic<int> booking = 2;
  const auto book = [&](const std::string& customer) {
    store::Connection connection = world.connect();
    const auto version = world.versions().load(connection, *world.versions().active(connection));
    for (int i = 0; i < kPayments; ++i) {
      import_file(connection, ImportKind::kPayments, "payments.csv",
                  "reference,customer,amount,received-on\n" + customer + std::to_string(i) + "," +
                      customer + ",1.00,2026-09-0" + std::to_string(1 + i % 9) + "\n",
                  {version->configuration(), world.now(), {}});
    }
    --booking;
  };
  const auto hand_over = [&] {
    store::Connection connection = world.connect();
    std::vector<ExportRecord> records;
    do {
      records.push_back(make(connection, {.format = "csv"}));
    } while (booking > 0);
    return records;
  };
  std::vector<std::future<void>> bookers;
  bookers.push_back(std::async(std::launch::async, book, "acme"));
  bookers.push_back(std::async(std::launch::async, book, "globex"));
  std::vector<std::future<std::vector<ExportRecord>>> exporters;
  for (int i = 0; i < kExporters; ++i) {
    exporters.push_back(std::async(std::launch::async, hand_over));
  }
  for (auto& booker : bookers) booker.get();
  std::vector<ExportRecord> records;
  for (auto& exporter : exporters) {
    for (ExportRecord& record : exporter.get()) records.push_back(std::move(record));
  }
  records.push_back(make(ExportKind::kJournal, "csv"));
  std::ranges::sort(records, {}, &ExportRecord::number);
  std::vector<std::string> entries;
  std::int64_t through = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(records[i].number, static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(records[i].after, through);
    through = records[i].through;
    for (std::string& entry : entries_in(bytes_of(records[i]))) entries.push_back(std::move(entry));
  }
  EXPECT_EQ(entries.size(), 2U * kPayments);
  EXPECT_EQ(std::set(entries.begin(), entries.end()).size(), 2U * kPayments);
}

TEST_F(Exports, WhatWasChangedBehindIsTold) {
  world.run("2026-10-01T02:00:00Z");
  const ExportRecord record = make(ExportKind::kJournal, "csv");
  store::Connection owner = world.connect(store::Role::kOwner);
  const auto change = [&](const std::string& day) {
    owner.run_script(
        {"tamper", "alter table posting disable trigger user; update posting set booked_on = '" +
                       day +
                       "' where entry = 'document:1'; alter table posting enable trigger "
                       "user"});
  };
  change("2026-10-02");
  EXPECT_THAT(error_of([&] { bytes_of(record); }), HasSubstr("comes out otherwise"));
  change("2026-10-01");
  EXPECT_EQ(error_of([&] { bytes_of(record); }), "");
}

TEST_F(Exports, NobodyChangesThem) {
  make(ExportKind::kJournal, "csv");
  store::Connection owner = world.connect(store::Role::kOwner);
  EXPECT_NE(error_of([&] { owner.execute({"tamper", "update export set sha256 = sha256"}); }), "");
  EXPECT_NE(error_of([&] { owner.execute({"tamper2", "delete from export"}); }), "");
}

TEST_F(Exports, ADefinitionIsChecked) {
  const auto refusal = [&](const ExportDefinition& definition) {
    return error_of([&] { checked(connection_, definition, active()); });
  };
  EXPECT_THAT(refusal({.format = "xls"}), HasSubstr("'xls' is no format of the journal: hledger"));
  EXPECT_THAT(refusal({.format = "csv", .customer = "nobody"}), HasSubstr("no customer 'nobody'"));
  EXPECT_THAT(refusal({.format = "csv", .legal_entity = "mars"}),
              HasSubstr("no legal entity 'mars'"));
  EXPECT_THAT(refusal({.kind = ExportKind::kErp, .format = "sap"}),
              HasSubstr("no export template 'sap'"));
  EXPECT_THAT(refusal({.kind = ExportKind::kFocus, .format = "focus-2"}), HasSubstr("focus-1.0"));
  EXPECT_EQ(checked(connection_, {.format = "ledger"}, active()).format, "hledger");
  EXPECT_EQ(checked(connection_, {.kind = ExportKind::kFocus}, active()).format, "focus-1.0");
}

}  // namespace

}  // namespace reckoner::accounts

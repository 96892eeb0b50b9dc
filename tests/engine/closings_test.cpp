// Closing the months of the books: what is refused, what is kept, what goes elsewhere.

#include "accounts/closings.hpp"

#include <gmock/gmock.h>

#include <future>

#include "accounts/changes.hpp"
#include "accounts/closing_check.hpp"
#include "engine/corrections.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::accounts {

namespace {

using test::error_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Closings : public test::BillingTest {
 protected:
  Closings() {
    world.set_clock("2026-09-20T00:00:00Z");
    world.customer("acme");
    world.subscribe("acme", "SMB", "2026-09-01");
    world.run("2026-10-01T02:00:00Z");
    world.pay("acme", "100.00", "2026-10-20", "bank-1");
    world.set_clock("2026-11-02T12:00:00Z");
    first_link_ = world.text("select encode(chain_hash, 'hex') from issued where seq = 1");
  }

  std::shared_ptr<const engine::CompiledVersion> active() {
    return world.versions().load(connection_, *world.versions().active(connection_));
  }

  ClosedBooks close(const std::string& month) {
    return close_month(connection_, active()->configuration(), {"", parse_month(month)}, "anna",
                       world.now());
  }
  void reopen(const std::string& month, const std::string& reason = "a missing invoice") {
    reopen_month(connection_, {"", parse_month(month)}, "ben", reason, world.now());
  }
  std::string refusal(const std::string& month) {
    return error_of([&] { close(month); });
  }

  std::string booked_on(const std::string& entry) {
    return world.text("select max(booked_on)::text from posting where entry = '" + entry + "'");
  }

  std::vector<std::string> closings() {
    std::vector<std::string> lines;
    for (const ClosingRecord& record : list_closings(connection_)) {
      lines.push_back(month_label(record.books.month) + " " + record.action + " by " + record.by +
                      (record.reason.empty() ? "" : ": " + record.reason) +
                      (record.stands ? " (closed)" : ""));
    }
    return lines;
  }

  store::Connection connection_ = world.connect();
  std::string first_link_;
};

TEST_F(Closings, AMonthIsRememberedWithItsBalancesAndHeads) {
  const ClosedBooks closed = close("2026-10");
  ASSERT_THAT(closed.heads, SizeIs(1));
  EXPECT_EQ(closed.heads[0].series, "billing.invoice.number");
  EXPECT_EQ(closed.heads[0].seq, 1);
  EXPECT_EQ(closed.heads[0].chain_hash, world.text("select encode(chain_hash, 'hex') from issued"));
  std::vector<std::string> balances;
  for (const AccountBalance& balance : closed.balances) {
    balances.push_back(balance.account + " " + balance.closing.to_string());
  }
  const std::string owed = world.balance("acme");
  EXPECT_THAT(balances, testing::Contains("cash 100.00"));
  EXPECT_THAT(balances, testing::Contains("receivable " + owed));
  EXPECT_THAT(closings(), ElementsAre("2026-10 close by anna (closed)"));
  const ClosingRecord record = list_closings(connection_).front();
  EXPECT_THAT(record.trial_balance,
              HasSubstr(R"("account":"cash","opening":"0.00","debit":"100.00")"));
  EXPECT_THAT(record.series_heads, HasSubstr(closed.heads[0].chain_hash));
}

TEST_F(Closings, OnlyMonthsThatAreOverAndInOrder) {
  EXPECT_EQ(refusal("2026-11"),
            "2026-11 of legal entity 'default' is not over: it can be closed from 2026-12-01 on");
  world.set_clock("2026-12-05T12:00:00Z");
  EXPECT_EQ(refusal("2026-11"),
            "2026-11 of legal entity 'default' cannot be closed before 2026-10, which is open");
  close("2026-10");
  EXPECT_EQ(refusal("2026-10"), "2026-10 of legal entity 'default' is closed");
  EXPECT_EQ(refusal("2026-09"), "2026-09 of legal entity 'default' is closed");
  close("2026-11");
  EXPECT_EQ(error_of([] { parse_month("2026-13"); }), "'2026-13' is not a month such as 2026-10");
  EXPECT_EQ(error_of([] { parse_month("2026-10-01"); }),
            "'2026-10-01' is not a month such as 2026-10");
}

TEST_F(Closings, OnlyTheLastIsOpenedAgainAndOnlyWithAReason) {
  EXPECT_EQ(error_of([&] { reopen("2026-10"); }),
            "2026-10 of legal entity 'default' is not closed");
  close("2026-10");
  world.set_clock("2026-12-05T12:00:00Z");
  close("2026-11");
  EXPECT_EQ(error_of([&] { reopen("2026-10"); }),
            "2026-10 of legal entity 'default' can be opened only after 2026-11: the last closed "
            "month comes first");
  EXPECT_EQ(error_of([&] { reopen("2026-11", ""); }),
            "opening a closed month needs a reason: it is kept for ever");
  reopen("2026-11");
  reopen("2026-10");
  close("2026-10");
  EXPECT_THAT(closings(), ElementsAre("2026-10 close by anna", "2026-11 close by anna",
                                      "2026-11 reopen by ben: a missing invoice",
                                      "2026-10 reopen by ben: a missing invoice",
                                      "2026-10 close by anna (closed)"));
  EXPECT_THAT(error_of([&] {
                connection_.run_script({"forge", "update closing set acted_by = 'nobody'"});
              }),
              testing::AnyOf(HasSubstr("immutable"), HasSubstr("permission denied")));
}

/// DESIGN 15, example 9.
TEST_F(Closings, APaymentOfAClosedMonthIsBookedLaterAndCreditedOnce) {
  close("2026-10");
  world.pay("acme", "50.00", "2026-10-31", "bank-2");
  world.pay("acme", "50.00", "2026-10-31", "bank-2");
  EXPECT_EQ(booked_on("payment:1"), "2026-10-20");
  EXPECT_EQ(booked_on("payment:2"), "2026-11-01");
  world.pay("acme", "1.00", "2026-11-01", "bank-3");
  EXPECT_EQ(booked_on("payment:3"), "2026-11-01");
  world.run_by_hand();
  std::vector<std::string> shown;
  for (const domain::Document& document : world.documents("acme")) {
    for (const domain::Payment& payment : document.payments) {
      shown.push_back(payment.reference + " " + time::to_string(payment.received_on));
    }
  }
  EXPECT_THAT(shown, ElementsAre("bank-1 2026-10-20", "bank-2 2026-10-31", "bank-3 2026-11-01"));
}

TEST_F(Closings, TheDatabaseItselfRefusesAnEntryAndADocument) {
  close("2026-10");
  EXPECT_THAT(
      error_of([&] {
        connection_.run_script({"entry",
                                "insert into posting (customer_id, entry, account, "
                                "currency, amount, booked_on) values (1, 'x', 'a', 'USD', "
                                "5, '2026-10-31'), (1, 'x', 'b', 'USD', -5, '2026-10-31')"});
      }),
      HasSubstr("entry x of customer 1 is booked on 2026-10-31, in a month that is closed"));
  EXPECT_THAT(
      error_of([&] {
        connection_.run_script({"document",
                                "insert into document select (jsonb_populate_record(d, "
                                "'{\"ordinal\": 99}')).* from document d where ordinal = 1"});
      }),
      HasSubstr("is issued on 2026-10-01, in a month that is closed"));
  // The books of another legal entity are others.
  connection_.run_script(
      {"other",
       "begin; insert into posting (customer_id, entry, account, currency, amount, "
       "booked_on, legal_entity) values (1, 'x', 'a', 'USD', 5, '2026-10-31', 'de'), (1, "
       "'x', 'b', 'USD', -5, '2026-10-31', 'de'); rollback"});
}

TEST_F(Closings, EntriesBalanceInTheBooksOfOneLegalEntity) {
  EXPECT_THAT(error_of([&] {
                connection_.run_script(
                    {"entry",
                     "insert into posting (customer_id, entry, account, currency, amount, "
                     "booked_on, legal_entity) values (1, 'x', 'a', 'USD', 5, "
                     "'2026-11-01', 'de'), (1, 'x', 'b', 'USD', -5, '2026-11-01', '')"});
              }),
              HasSubstr("does not balance"));
}

TEST_F(Closings, DocumentsAndCorrectionsGoOnInTheNextMonth) {
  close("2026-10");
  world.run_by_hand();
  store::Connection connection = world.connect();
  const domain::Document note =
      engine::void_document(connection, world.versions(),
                            {"INV-2026-000001", engine::VoidMode::kRebill, "wrong"}, world.now());
  EXPECT_EQ(note.issued_on, time::parse_date("2026-11-02"));
}

TEST_F(Closings, ClosingWaitsForWhoIsBooking) {
  store::Connection batch = world.connect();
  store::Transaction transaction(batch);
  store::OpenBooks::hold(batch);
  auto closing = std::async(std::launch::async, [&] { close("2026-10"); });
  while (world.number("select count(*) from pg_locks where locktype = 'advisory' and not granted "
                      "and database = (select oid from pg_database where datname = "
                      "current_database())") == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  batch.execute({"book",
                 "insert into posting (customer_id, entry, account, currency, amount, "
                 "booked_on) values (1, 'x', 'a', 'USD', 5, '2026-10-31'), (1, 'x', 'b', "
                 "'USD', -5, '2026-10-31')"});
  transaction.commit();
  closing.get();
  EXPECT_THAT(list_closings(connection_).front().trial_balance,
              HasSubstr(R"("account":"a","opening":"0.00","debit":"5.00")"));
}

TEST_F(Closings, WhatChangesInAClosedMonthIsFound) {
  close("2026-10");
  world.run_by_hand();
  world.set_clock("2026-12-05T12:00:00Z");
  close("2026-11");
  EXPECT_THAT(check_closed_months(connection_).wrong, IsEmpty());
  EXPECT_EQ(check_closed_months(connection_).checked, 2);
  // Money moved from one month to the next: the sums at the end of November stay.
  store::Connection owner = world.connect(store::Role::kOwner);
  const auto tamper = [&](const std::string& table, const std::string& sql) {
    owner.run_script({"tamper", "alter table " + table + " disable trigger user; " + sql +
                                    "; alter table " + table + " enable trigger user"});
  };
  tamper("posting", "update posting set booked_on = '2026-11-05' where entry = 'payment:1'");
  EXPECT_THAT(
      check_closed_months(connection_).wrong,
      ElementsAre(
          HasSubstr("2026-10 of legal entity 'default' was closed with cash USD debit 100.00 "
                    "credit 0.00 closing 100.00, and has "),
          HasSubstr("2026-11 of legal entity 'default' was closed with ")));
  tamper("posting", "update posting set booked_on = '2026-10-20' where entry = 'payment:1'");
  tamper("issued", "update issued set chain_hash = decode(repeat('00', 32), 'hex') where seq = 1");
  EXPECT_THAT(
      check_closed_months(connection_).wrong,
      ElementsAre("2026-10 of legal entity 'default': number 1 of series "
                  "billing.invoice.number of 2026 has another hash than it was closed with"));
  tamper("issued",
         "update issued set chain_hash = decode('" + first_link_ + "', 'hex') where seq = 1");
}

TEST_F(Closings, PrepaidCreditThatExpiredLapsesInItsMonth) {
  const auto version = active();
  world.set_clock("2026-10-05T00:00:00Z");
  const auto grant = [&](const std::string& key, const char* expires) {
    accounts::grant(connection_, {version->configuration(), world.now(), {}}, "acme",
                    {.key = key,
                     .title = "",
                     .kind = domain::CreditKind::kPrepaid,
                     .currency = std::nullopt,
                     .amount = money::Decimal(30),
                     .percent = std::nullopt,
                     .documents = std::nullopt,
                     .starts_on = std::nullopt,
                     .expires_on = time::parse_date(expires),
                     .charges = {}});
  };
  grant("october", "2026-10-15");
  grant("last-day", "2026-11-01");
  world.set_clock("2026-11-02T12:00:00Z");
  EXPECT_EQ(close("2026-10").lapsed, 1);
  EXPECT_EQ(
      world.text(
          "select string_agg(account || ' ' || amount || ' ' || booked_on, ', ' order by account) "
          "from posting where entry = 'credit:1:2'"),
      "credits-granted -30 2026-10-15, prepaid 30 2026-10-15");
  EXPECT_EQ(world.number("select sum(amount)::bigint from credit_movement"), 30);
  world.run_by_hand();
  world.set_clock("2026-12-02T12:00:00Z");
  EXPECT_EQ(close("2026-11").lapsed, 1);
}

}  // namespace

}  // namespace reckoner::accounts

// What a run of dunning reads: not what was settled, however much that is.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/corrections.hpp"
#include "engine/dunning.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"
#include "time/calendar_duration.hpp"

namespace reckoner::engine {

namespace {

constexpr int kMonths = 12;

/// acme and globex have had 100.00 a month since October 2026; acme pays, each document by its
/// number.
class DunningReadingTest : public test::BillingTest {
 protected:
  void SetUp() override {
    for (const char* customer : {"acme", "globex"}) {
      world.customer(customer);
      world.subscribe(customer, "SMB", "2026-10-01");
    }
  }
  void pay(const std::string& amount, const std::string& document, const std::string& reference) {
    world.import(
        accounts::ImportKind::kPayments,
        fmt::format("reference,customer,amount,received-on,document\n{},acme,{},{},{}\n", reference,
                    amount, time::to_string(world.now()).substr(0, 10), document));
  }
  static time::Date first_of(int month) {
    return time::add(time::parse_date("2026-11-01"), {.months = month});
  }
  /// The month's run, on its first day.
  void bill(int month) { world.run(time::to_string(first_of(month)) + "T02:00:00Z"); }
  RunSummary dun(const std::string& day) {
    world.set_clock(day + "T06:00:00Z");
    return world.work(world.runner()
                          .start({.engine = "dunning", .scheduled = true, .fires_at = world.now()})
                          .value());
  }
  /// Months that are billed, looked at and paid.
  void live(int months) {
    for (int month = 0; month < months; ++month) {
      bill(month);
      dun(time::to_string(time::add_days(first_of(month), 1)));
      pay("100.00", world.last_document("acme").number, fmt::format("p{}", month));
      world.pay("globex", "100.00", time::to_string(world.now()).substr(0, 10),
                fmt::format("g{}", month));
    }
  }
  struct Read {
    std::int64_t rows = 0;
    std::size_t customers = 0;
    std::size_t steps = 0;
  };
  /// Rows of documents, numbers and payments that deciding reads, on that day.
  Read read_on(const std::string& day) {
    world.set_clock(day + "T06:00:00Z");
    store::Connection connection = world.connect();
    const auto version =
        world.versions().load(connection, world.versions().active(connection).value());
    store::Transaction transaction(connection);
    // These tables are so small that all of them would be read first.
    connection.query({"test.by_key", "select set_config('enable_seqscan', 'off', true)"});
    const auto customers = find_dunned(connection, "", world.now());
    const DunningPlan plan = plan_dunning(connection, *version, "dunning", customers, world.now());
    const std::int64_t rows = connection
                                  .query({"test.rows_read", R"(
              select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint as rows
                from pg_stat_xact_user_tables
               where relname in ('document', 'issued', 'payment', 'document_void'))"})
                                  .only()
                                  .int64("rows");
    return {rows, customers.size(), plan.steps.size()};
  }
  std::string taken() {
    return world.text(
        "select coalesce(string_agg(ordinal || ' ' || step || ' ' || overdue, ', ' "
        "order by taken_at, ordinal), '') from dunning_step");
  }
};

TEST_F(DunningReadingTest, HowMuchIsReadDoesNotDependOnWhatWasSettled) {
  live(kMonths);
  bill(kMonths);
  // The last document of each is open, and not due; a week after it was due it is reminded of.
  const std::string later = time::to_string(time::add_days(first_of(kMonths), 22));
  const Read marked = read_on(later);
  EXPECT_EQ(marked.steps, 2U);
  EXPECT_LE(marked.rows, 20);
  auto owner = world.connect(store::Role::kOwner);
  owner.run_script({"as before", "delete from dunning_mark"});
  const Read whole = read_on(later);
  EXPECT_EQ(whole.steps, 2U);
  EXPECT_GT(whole.rows, 2 * 3 * kMonths);
  RecordProperty("rows with marks", static_cast<int>(marked.rows));
  RecordProperty("rows without", static_cast<int>(whole.rows));
}

TEST_F(DunningReadingTest, WhoOwesNothingThatIsDueIsNotLookedAt) {
  live(3);
  bill(3);
  dun("2027-02-02");
  EXPECT_EQ(read_on("2027-02-10").customers, 0U);
  EXPECT_EQ(read_on("2027-02-23").customers, 2U);
}

TEST_F(DunningReadingTest, WhatWasTakenBackIsOpenAgainHoweverOld) {
  live(4);
  const std::string first = world.documents("acme").front().number;
  pay("-100.00", first, "p0 came back");
  dun("2027-03-01");
  EXPECT_EQ(taken(), "1 first-reminder 100");
  pay("100.00", first, "once more");
  dun("2027-03-02");
  EXPECT_EQ(world.text("select string_agg(ordinal || ' ' || reason, ', ') from dunning_end"),
            "1 paid");
  EXPECT_EQ(read_on("2027-03-03").customers, 0U);
}

TEST_F(DunningReadingTest, APaymentMayNameWhatIsIssuedLater) {
  bill(0);
  pay("100.00", "INV-2026-000003", "early");
  dun("2026-11-22");
  // Nobody knows that document: the money is for what is open.
  EXPECT_EQ(taken(), "1 first-reminder 100");  // of globex
  bill(1);
  const auto named = world.documents("acme").back();
  ASSERT_EQ(named.number, "INV-2026-000003");
  dun("2026-12-23");
  EXPECT_EQ(world.text("select string_agg(k.key || ' ' || s.ordinal || ' ' || s.step, ', ' "
                       "order by s.taken_at, k.key, s.ordinal) "
                       "from dunning_step s join customer_key k using (customer_id)"),
            "globex 1 first-reminder, acme 1 first-reminder, globex 1 second-reminder, "
            "globex 2 first-reminder");
}

TEST_F(DunningReadingTest, ACreditNoteOnWhatIsKeptLowersIt) {
  bill(0);
  dun("2026-11-22");
  const domain::Document document = world.documents("acme").front();
  const std::string number = document.number;
  std::int64_t line = 1;
  while (document.lines.at(static_cast<std::size_t>(line - 1)).line.amount.sign() <= 0) ++line;
  store::Connection connection = world.connect();
  credit_note(connection, world.versions(),
              {number,
               {{1, money::Decimal::parse("40.00")}},
               invoicing::CreditNature::kConcession,
               "sorry"},
              world.now());
  dun("2026-11-23");
  dun("2026-12-06");
  EXPECT_EQ(world.text("select string_agg(s.step || ' ' || s.overdue, ', ' order by s.place) "
                       "from dunning_step s join customer_key k using (customer_id) "
                       "where k.key = 'acme'"),
            "first-reminder 100, second-reminder 60");
}

}  // namespace

}  // namespace reckoner::engine

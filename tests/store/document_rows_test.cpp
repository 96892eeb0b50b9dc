#include "store/document_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/issued_documents.hpp"

namespace reckoner::store {
namespace {

using testing::ElementsAre;

class DocumentRows : public testing::Test {
 protected:
  DocumentRows() {
    test::insert_customer(connection_, 1, "acme", "Acme Ltd", "billing@acme.example");
    test::insert_customer(connection_, 2, "blue", "Blue", "");
    test::insert_document(connection_, {.customer = 1, .ordinal = 1, .number = "INV-1"});
    test::insert_document(connection_, {.customer = 2, .ordinal = 1, .number = "INV-2", .run = 2});
    test::insert_document(connection_, {.customer = 1,
                                        .ordinal = 2,
                                        .number = "INV-3",
                                        .run = 2,
                                        .fee = "7.00",
                                        .usage = "-1.00",
                                        .brought_forward = "12.50",
                                        .payment = "1.00"});
  }

  std::vector<std::string> numbers(const DocumentFilter& filter, std::int64_t limit = 100) {
    std::vector<std::string> numbers;
    for (const auto& document : list_documents(connection_, filter, limit)) {
      numbers.push_back(document.number);
    }
    return numbers;
  }

  Connection connection_{{.conninfo = test::fresh_schema()}};
};

TEST_F(DocumentRows, LoadsADocumentAsItWasIssued) {
  const auto id = find_document(connection_, "INV-1");
  ASSERT_TRUE(id);
  const domain::Document document = load_document(connection_, *id);
  EXPECT_EQ(document.customer, CustomerId{1});
  EXPECT_EQ(document.customer_key, "acme");
  EXPECT_EQ(document.customer_name, "Acme Ltd");
  EXPECT_EQ(document.email, "billing@acme.example");
  EXPECT_EQ(document.number, "INV-1");
  EXPECT_EQ(time::to_string(*document.issued_on), "2026-11-01");
  EXPECT_EQ(time::to_string(*document.due_on), "2026-11-15");
  EXPECT_EQ(document.total.to_string(), "12.50");
  EXPECT_EQ(document.carried_forward.to_string(), "12.50");
  EXPECT_EQ(document.credit_limit->to_string(), "10.00");
  ASSERT_EQ(document.lines.size(), 2U);
  EXPECT_EQ(document.lines[0].line.key, "sub:1|subscription||arrears");
  EXPECT_EQ(document.lines[1].line.quantity.to_string(), "12.5");
  EXPECT_EQ(document.lines[1].line.facts, R"({"price":"0.2"})");
  EXPECT_EQ(document.lines[1].period_label, "2026-10");
  ASSERT_EQ(document.payments.size(), 1U);
  EXPECT_EQ(document.payments[0].reference, "ref-1");
  EXPECT_EQ(document.payments[0].amount.to_string(), "5.00");
}

TEST_F(DocumentRows, LoadsManyInTheirOrderWithAsManyQueriesAsOne) {
  const auto before = connection_.statements_executed();
  load_document(connection_, {CustomerId{1}, 1});
  const auto for_one = connection_.statements_executed() - before;
  const std::vector<DocumentId> ids{{CustomerId{2}, 1}, {CustomerId{1}, 2}, {CustomerId{1}, 1}};
  const auto documents = load_documents(connection_, ids);
  EXPECT_EQ(connection_.statements_executed() - before, 2 * for_one);
  ASSERT_EQ(documents.size(), 3U);
  EXPECT_EQ(documents[0].number, "INV-2");
  EXPECT_EQ(documents[1].number, "INV-3");
  EXPECT_EQ(documents[1].payments.at(0).reference, "ref-2");
  EXPECT_EQ(documents[2].number, "INV-1");
}

// What an invoice without them is stored with is the default of every column.
TEST_F(DocumentRows, LoadsNoTaxesCouponsAndCreditsWhereThereAreNone) {
  const domain::Document document = load_document(connection_, {CustomerId{1}, 1});
  EXPECT_EQ(document.subtotal, document.total);
  EXPECT_TRUE(document.credits_total.is_zero());
  EXPECT_TRUE(document.coupons.empty() && document.taxes.empty() && document.credits.empty());
  EXPECT_FALSE(document.corrects);
  EXPECT_EQ(document.corrects_number + document.reason, "");
  EXPECT_EQ(document.lines[0].line.tax, "standard");
  EXPECT_FALSE(document.lines[0].tax_percent);
  EXPECT_TRUE(document.lines[0].counts);
}

// 100.00 of lines, 10.00 of coupons (of one of them 3.00 more was given back than taken), 17.10 of
// added tax, 30.00 of prepaid credit.
constexpr std::string_view kFullDocument = R"(
  insert into credit (customer_id, credit, external_key, title, kind, currency, priority, charges,
                      created_at)
  values (1, 1, 'a', 'Startup programme', 'prepaid', 'USD', 0, '{}', '2026-01-01Z'),
         (1, 2, 'b', 'Summer', 'coupon', 'USD', 2, '{}', '2026-01-01Z'),
         (1, 3, 'c', 'Welcome', 'coupon', 'USD', 1, '{}', '2026-01-01Z'),
         (1, 4, 'd', 'Winter', 'coupon', 'USD', 1, '{}', '2026-01-01Z');
  insert into credit_movement (customer_id, credit, movement, kind, amount, ordinal, reverses,
                               booked_on)
  values (1, 1, 1, 'grant', 100, null, null, '2026-01-01'),
         (1, 1, 2, 'draw', -30, 3, null, '2026-12-01'),
         (1, 2, 1, 'draw', -2, 3, null, '2026-12-01'),
         (1, 2, 2, 'reverse', 5, 3, 1, '2026-12-01'),
         (1, 2, 3, 'lapse', -5, 3, 1, '2026-12-01'),
         (1, 3, 1, 'draw', -13, 3, null, '2026-12-01'),
         (1, 4, 1, 'draw', -7, 3, null, '2026-12-01'),
         (1, 4, 2, 'reverse', 7, 3, 1, '2026-12-01');
  insert into document (customer_id, ordinal, kind, run_id, currency, issued_on, due_on,
                        customer_name, email, time_zone, line_count, subtotal, coupons_total,
                        tax_total, brought_forward, total, credits_total, payments_total,
                        carried_forward, corrects, reason, version_id, cut, program, tzdata,
                        content_hash)
  values (1, 3, 'credit-note', 3, 'USD', '2026-12-01', '2026-12-15', 'Acme Ltd', '', 'UTC', 1, 100,
          10, 17.10, 0, 107.10, 30, 0, 77.10, 1, 'wrong quantity', 1, 1, 'test', 'test',
          decode(repeat('ab', 32), 'hex'));
  insert into document_line (customer_id, period_starts_at, ordinal, line, cycle, side,
                             period_label, true_up, key, subscription, charge, description,
                             starts_on, ends_on, quantity, unit, amount, facts, tax_category,
                             tax_percent, counts)
  values (1, '2026-10-01Z', 3, 1, 1, 'arrears', '2026-10', true, 'sub:1|subscription||arrears', 1,
          'subscription', 'SMB subscription', '2026-10-01', '2026-11-01', 31, 'day', 100, '{}',
          'reduced', 7.70, false);
  insert into document_tax (customer_id, ordinal, position, country, category, percent, base, tax,
                            included, note)
  values (1, 3, 2, 'CH', 'reduced', 7.7, 0.93, 0.07, true, ''),
         (1, 3, 1, 'DE', 'standard', 19, 90, 17.10, false, 'a note');
  insert into issued (number, series, year, seq, customer_id, ordinal, issued_at, chain_hash)
  values ('C-1', 'billing.creditNote.number', 2026, 1, 1, 3, '2026-12-01Z',
          decode(repeat('cd', 32), 'hex'));
)";

TEST_F(DocumentRows, LoadsTaxesDrawsAndWhatIsCorrected) {
  connection_.run_script({"full document", kFullDocument});
  const domain::Document document = load_document(connection_, {CustomerId{1}, 3});
  EXPECT_EQ(document.subtotal.to_string(), "100.00");
  EXPECT_EQ(document.total.to_string(), "107.10");
  EXPECT_EQ(document.credits_total.to_string(), "30.00");
  EXPECT_EQ(document.corrects, 1);
  EXPECT_EQ(document.corrects_number, "INV-1");
  EXPECT_EQ(document.reason, "wrong quantity");
  EXPECT_EQ(document.lines[0].line.tax, "reduced");
  EXPECT_EQ(document.lines[0].tax_percent, money::Decimal::parse("7.7"));
  EXPECT_FALSE(document.lines[0].counts);

  ASSERT_EQ(document.taxes.size(), 2U);
  EXPECT_EQ(document.taxes[0].country, "DE");
  EXPECT_EQ(document.taxes[0].category, "standard");
  EXPECT_EQ(document.taxes[0].percent, 19);
  EXPECT_EQ(document.taxes[0].base.to_string(), "90.00");
  EXPECT_EQ(document.taxes[0].tax.to_string(), "17.10");
  EXPECT_FALSE(document.taxes[0].included);
  EXPECT_EQ(document.taxes[0].note, "a note");
  EXPECT_TRUE(document.taxes[1].included);

  // One draw a credit, by priority; what came to nothing is not there.
  ASSERT_EQ(document.coupons.size(), 2U);
  EXPECT_EQ(document.coupons[0].credit, 3);
  EXPECT_EQ(document.coupons[0].title, "Welcome");
  EXPECT_EQ(document.coupons[0].amount.to_string(), "13.00");
  EXPECT_EQ(document.coupons[1].title, "Summer");
  EXPECT_EQ(document.coupons[1].amount.to_string(), "-3.00");
  ASSERT_EQ(document.credits.size(), 1U);
  EXPECT_EQ(document.credits[0].title, "Startup programme");
  EXPECT_EQ(document.credits[0].amount.to_string(), "30.00");
  EXPECT_TRUE(load_document(connection_, {CustomerId{1}, 1}).coupons.empty());
}

TEST_F(DocumentRows, ListsSayWhatIsVoid) {
  connection_.run_script({"full document", kFullDocument});
  connection_.run_script({"void", R"(
    insert into document_void (customer_id, ordinal, by_ordinal, mode, reason, voided_at)
    values (1, 1, 3, 'rebill', 'wrong quantity', '2026-12-01Z'))"});
  const auto list = list_documents(connection_, {.customer_key = "acme"}, 10);
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0].number, "C-1");
  EXPECT_EQ(list[0].total.to_string(), "107.10");
  EXPECT_FALSE(list[0].void_mode);
  EXPECT_FALSE(list[1].void_mode);
  EXPECT_EQ(list[2].number, "INV-1");
  EXPECT_EQ(list[2].void_mode, "rebill");
}

TEST_F(DocumentRows, SaysWhatIsNotThere) {
  EXPECT_FALSE(find_document(connection_, "INV-9"));
  EXPECT_THROW(load_document(connection_, {CustomerId{1}, 3}), Error);
  EXPECT_TRUE(load_documents(connection_, {}).empty());
}

TEST_F(DocumentRows, ListsTheLastIssuedFirst) {
  EXPECT_THAT(numbers({}), ElementsAre("INV-3", "INV-2", "INV-1"));
  EXPECT_THAT(numbers({}, 2), ElementsAre("INV-3", "INV-2"));
  EXPECT_THAT(numbers({.customer_key = "acme"}), ElementsAre("INV-3", "INV-1"));
  EXPECT_THAT(numbers({.run = RunId{2}}), ElementsAre("INV-3", "INV-2"));
  EXPECT_THAT(numbers({.customer_key = "acme", .run = RunId{2}}), ElementsAre("INV-3"));
  EXPECT_THAT(numbers({.customer_key = "nobody"}), ElementsAre());

  const auto list = list_documents(connection_, {.customer_key = "blue"}, 1);
  EXPECT_EQ(list.at(0).id, (DocumentId{CustomerId{2}, 1}));
  EXPECT_EQ(list.at(0).customer_name, "Blue");
  EXPECT_THAT(list.at(0).period_labels, ElementsAre("2026-10"));
  EXPECT_EQ(list.at(0).brought_forward.to_string(), "5.00");
  EXPECT_EQ(list.at(0).payments_total.to_string(), "5.00");
  EXPECT_EQ(list.at(0).line_count, 2);
}

}  // namespace
}  // namespace reckoner::store

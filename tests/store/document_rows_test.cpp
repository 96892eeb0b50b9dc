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

// A document with everything, written and read back.

#include <gtest/gtest.h>

#include "documents/document_json.hpp"
#include "engine/issue.hpp"
#include "invoicing/content_hash.hpp"
#include "store/document_rows.hpp"
#include "store/transaction.hpp"
#include "support/issued_documents.hpp"

namespace reckoner::engine {

namespace {

using money::Decimal;

const money::Currency kUsd = money::Currency::of("USD");

money::Money usd(std::string_view amount) {
  return money::Money(Decimal::parse(amount), kUsd);
}

class WriteDocuments : public testing::Test {
 protected:
  WriteDocuments() {
    test::insert_customer(connection_, 1, "acme", "Acme Ltd", "billing@acme.example");
    test::insert_document(connection_, {.customer = 1, .ordinal = 1, .number = "INV-1"});
    connection_.run_script({"facts", R"(
      insert into payment (customer_id, payment, reference, received_on, currency, amount, note,
                           document, created_at)
      values (1, 2, 'bank-2', '2026-11-20', 'USD', 40, '', '', '2026-11-20Z');
      insert into credit (customer_id, credit, external_key, title, kind, currency, priority,
                          charges, created_at)
      values (1, 1, 'a', 'Startup programme', 'prepaid', 'USD', 0, '{}', '2026-01-01Z'),
             (1, 2, 'b', 'Welcome', 'coupon', 'USD', 0, '{}', '2026-01-01Z'),
             (1, 3, 'c', 'Summer', 'coupon', 'USD', 0, '{}', '2026-01-01Z');)"});
  }

  /// Two lines, prices of one contain the tax; coupons, prepaid credit and a payment.
  static DocumentWork full() {
    domain::DocumentLine line{
        .period = {.starts_at = time::parse_instant("2026-10-01T00:00:00Z"), .cycle = 1},
        .period_label = "2026-10",
        .true_up = true,
        .line = {.key = "sub:1|seats||arrears",
                 .subscription = 1,
                 .charge = "seats",
                 .description = "Seats",
                 .starts_on = time::parse_date("2026-10-01"),
                 .ends_on = time::parse_date("2026-11-01"),
                 .quantity = Decimal::parse("12.125"),
                 .unit = "seat",
                 .amount = usd("100.00"),
                 .facts = R"({"price":"8.25"})"},
        .tax_percent = 19};
    domain::DocumentLine reduced = line;
    reduced.line.key = "sub:1|books||arrears";
    reduced.line.subscription = std::nullopt;
    reduced.line.tax = "reduced";
    reduced.line.amount = usd("21.40");
    reduced.tax_percent = 7;
    reduced.counts = false;
    domain::Document document{
        .customer = {1},
        .customer_key = "acme",
        .customer_name = "Acme Ltd",
        .email = "billing@acme.example",
        .zone = "UTC",
        .currency = kUsd,
        .ordinal = 2,
        .number = "",
        .corrects = 1,
        .corrects_number = "INV-1",
        .reason = "wrong quantity",
        .issued_on = time::parse_date("2026-12-01"),
        .due_on = time::parse_date("2026-12-15"),
        .lines = {line, reduced},
        .payments = {{2, "bank-2", time::parse_date("2026-11-20"), usd("40.00"), ""}},
        .coupons = {{2, "Welcome", usd("10.00")}, {3, "Summer", usd("-2.50")}},
        .taxes = {{"DE", "standard", 19, usd("92.50"), usd("17.58"), false, "a note"},
                  {"DE", "reduced", 7, usd("20.00"), usd("1.40"), true, ""}},
        .credits = {{1, "Startup programme", usd("30.00")}},
        .brought_forward = usd("12.50"),
        .subtotal = usd("0"),
        .total = usd("0"),
        .credits_total = usd("0"),
        .payments_total = usd("0"),
        .carried_forward = usd("0"),
        .credit_limit = std::nullopt};
    domain::add_up(document);
    return {.document = document,
            .version = {1},
            .movements = {{1, "draw", -30, std::nullopt},
                          {2, "draw", -10, std::nullopt},
                          {3, "reverse", Decimal::parse("2.50"), 1}},
            .new_credits = {},
            .after_coupons = {},
            .taxable = {},
            .tax = {}};
  }

  /// As a batch does, and gives them numbers.
  void write(const DocumentWork& work) {
    const Sha256 hash = invoicing::content_hash(work.document);
    store::Transaction transaction(connection_);
    const domain::Chart chart = domain::standard_chart();
    write_documents(connection_, {&work, 1}, {&hash, 1},
                    {.run = RunId{1}, .cut = 1, .chart = chart});
    write_credit_movements(connection_, {&work, 1}, {});
    connection_.execute({"number", R"(
          insert into issued (number, series, year, seq, customer_id, ordinal, issued_at, chain_hash)
          values ('INV-' || $1::bigint, 'billing.invoice.number', 2026, $1, 1, $1, '2026-12-01Z',
                  decode(repeat('cd', 32), 'hex')))"},
                        {work.document.ordinal});
    transaction.commit();
  }

  std::string text(std::string_view sql) {
    const std::string name = "look " + std::to_string(++looks_);
    return connection_.query({name, sql}).only().text(0);
  }

  std::string postings(std::int64_t ordinal) {
    return text(
        "select coalesce(string_agg(account || ' ' || amount, ', ' order by account), '') "
        "from posting where customer_id = 1 and entry = 'document:" +
        std::to_string(ordinal) + "'");
  }

  int looks_ = 0;
  store::Connection connection_{{.conninfo = test::fresh_schema()}};
};

TEST_F(WriteDocuments, ComeBackAsTheyWere) {
  DocumentWork work = full();
  write(work);
  work.document.number = "INV-2";
  const domain::Document read = store::load_document(connection_, {CustomerId{1}, 2});
  EXPECT_EQ(documents::to_json(read), documents::to_json(work.document));
  EXPECT_EQ(to_hex(invoicing::content_hash(read)),
            text("select encode(content_hash, 'hex') from document where ordinal = 2"));
  EXPECT_EQ(text("select concat_ws(' ', subtotal, coupons_total, tax_total, total, credits_total, "
                 "carried_forward) from document where ordinal = 2"),
            "121.4 7.5 17.58 131.48 30 73.98");
}

TEST_F(WriteDocuments, MoveEveryAccountThatTheyTouch) {
  write(full());
  EXPECT_EQ(postings(2), "prepaid 30, receivable 101.48, revenue -112.5, tax -18.98");
  EXPECT_EQ(text("select balance from customer_balance where customer_id = 1"), "101.48");
}

TEST_F(WriteDocuments, HaveNoPostingOfZero) {
  DocumentWork paid = full();
  paid.document.payments.clear();
  paid.document.taxes.clear();
  paid.document.coupons.clear();
  paid.document.credits[0].amount = usd("121.40");
  domain::add_up(paid.document);
  paid.movements = {{1, "draw", Decimal::parse("-121.40"), std::nullopt}};
  write(paid);
  EXPECT_EQ(postings(2), "prepaid 121.4, revenue -121.4");
  EXPECT_EQ(text("select balance from customer_balance where customer_id = 1"), "0");

  DocumentWork nothing = paid;
  nothing.document.ordinal = 3;
  nothing.document.credits.clear();
  nothing.document.lines[1].line.amount = usd("-100.00");
  domain::add_up(nothing.document);
  nothing.movements.clear();
  write(nothing);
  EXPECT_EQ(postings(3), "");
}

}  // namespace

}  // namespace reckoner::engine

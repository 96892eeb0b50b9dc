#include <chrono>
#include <iostream>

#include "accounts_database.hpp"

namespace reckoner::accounts {
namespace {

constexpr std::string_view kTwo =
    "key,name,email,time-zone,anchor-day,subjects\n"
    "acme,\"Acme, Inc.\",billing@acme.example,America/New_York,31,acme-web;acme-api\n"
    "globex,Globex,,Asia/Kolkata,1,\n";

TEST_F(AccountsTest, CustomersAreCreatedWithTheirSubjects) {
  EXPECT_THAT(customers(kTwo), Counts(2, 2, 0, 0));
  EXPECT_THAT(rows("c.key, name, email, time_zone, anchor_day, ordinal) from customer c join "
                   "customer_state using (customer_id) join customer_key using (customer_id) "
                   "order by customer_id"),
              ElementsAre("acme Acme, Inc. billing@acme.example America/New_York 31 0",
                          "globex Globex  Asia/Kolkata 1 0"));
  EXPECT_THAT(rows("namespace, subject, key, starts_at at time zone 'UTC', ends_at) from subject "
                   "join customer_key using (customer_id) order by subject"),
              ElementsAre("default acme-api acme 1970-01-01 00:00:00",
                          "default acme-web acme 1970-01-01 00:00:00",
                          "default globex globex 1970-01-01 00:00:00"));
  EXPECT_EQ(row("kind, name, row_count) from imported_file"), "customers customers.csv 2");
}

TEST_F(AccountsTest, CustomersImportedTwiceChangeNothing) {
  customers(kTwo);
  const auto before = rows("c, c.xmin) from customer c order by customer_id");
  EXPECT_THAT(customers(kTwo), Counts(2, 0, 0, 2));
  EXPECT_EQ(rows("c, c.xmin) from customer c order by customer_id"), before);
  EXPECT_EQ(row("count(*)) from subject"), "3");
  EXPECT_EQ(row("count(*)) from imported_file"), "1");
}

TEST_F(AccountsTest, JsonLinesEqualCsv) {
  EXPECT_THAT(
      import(ImportKind::kCustomers, "customers.jsonl",
             "{\"key\": \"acme\", \"name\": \"Acme, Inc.\", \"email\": \"billing@acme.example\", "
             "\"time-zone\": \"America/New_York\", \"anchor-day\": 31, "
             "\"subjects\": \"acme-web;acme-api\"}\r\n\n"
             "{\"key\": \"globex\", \"name\": \"Globex\", \"email\": null, "
             "\"time-zone\": \"Asia/Kolkata\", \"anchor-day\": \"1\"}"),
      Counts(2, 2, 0, 0));
  EXPECT_THAT(customers(kTwo), Counts(2, 0, 0, 2));
  EXPECT_THAT(import(ImportKind::kCustomers, "customers",
                     "{\"key\":\"globex\",\"name\":\"Globex\",\"time-zone\":\"Asia/Kolkata\","
                     "\"anchor-day\":1}\n"),
              Counts(1, 0, 0, 1));
}

TEST_F(AccountsTest, FactsOfACustomerMayChange) {
  customers(kTwo);
  EXPECT_THAT(customers("key,name,email,time-zone,anchor-day,subjects\n"
                        "acme,Acme AG,pay@acme.example,UTC,15,acme-web;acme-api;acme-mail\n"
                        "globex,Globex,,Asia/Kolkata,1,\n"
                        "initech,Initech,,UTC,1,\n"),
              Counts(3, 1, 1, 1));
  EXPECT_EQ(row("name, email, time_zone, anchor_day) from customer where key = 'acme'"),
            "Acme AG pay@acme.example UTC 15");
  EXPECT_EQ(row("count(*)) from subject join customer_key using (customer_id) where key = 'acme'"),
            "3");
}

TEST_F(AccountsTest, EveryProblemOfTheCustomersIsNamed) {
  customers(kTwo);
  EXPECT_THAT(
      problems(ImportKind::kCustomers,
               "key,name,email,time-zone,anchor-day,subjects\n"
               "a,A,a@example.org,Europ/Berlin,1,\n"
               ",B,,UTC,1,\n"
               "c,C,c at example.org,UTC,32,\n"
               "d,D,,UTC,1\n"
               "e,,,UTC,1.0,\n"
               "f,F,,UTC,1,\n"
               "f,F again,,UTC,1,\n"
               "h,H,,UTC,1,globex\n"
               "i,I,,UTC,1,x;x\n"
               "j,J,,UTC,1,x;;y\n"
               "k,K,,UTC,1,f\n"
               "acme,Acme,,UTC,1,acme-web\n"
               "' ',L,,,,\n"
               " m,M,,UTC,1,\n"
               "n,\"two\nlines\",,UTC,1,\n"),
      ElementsAre(
          "customers.csv:2: unknown time zone 'Europ/Berlin'; did you mean 'Europe/Berlin'?",
          "customers.csv:3: key is missing",
          "customers.csv:4: 'c at example.org' is not an address such as billing@example.com",
          "customers.csv:4: anchor-day '32' is not a day of the month, 1 to 31",
          "customers.csv:5: 5 fields, but the header has 6", "customers.csv:6: name is missing",
          "customers.csv:6: anchor-day '1.0' is not a day of the month, 1 to 31",
          "customers.csv:8: customer 'f' stands in line 7 already",
          "customers.csv:9: subject 'globex' belongs to customer 'globex'",
          "customers.csv:10: subject 'x' is there twice",
          "customers.csv:11: subjects 'x;;y' has an empty name",
          "customers.csv:12: subject 'f' belongs to customer 'f' (line 7)",
          "customers.csv:13: subject 'acme-api' of customer 'acme' is missing: an import adds "
          "subjects and takes none away",
          "customers.csv:14: time-zone is missing", "customers.csv:14: anchor-day is missing",
          "customers.csv:15: ' m' begins or ends with a blank",
          "customers.csv:16: the text is not one line"));
  EXPECT_EQ(row("count(*)) from customer"), "2");
  EXPECT_EQ(row("count(*)) from imported_file"), "1");
}

TEST_F(AccountsTest, ProblemsWithTheFileItself) {
  const auto of = [&](std::string_view content) {
    return problems(ImportKind::kCustomers, content);
  };
  EXPECT_THAT(of(""), ElementsAre("customers.csv:1: the file is empty: its first line must name "
                                  "the columns"));
  EXPECT_THAT(of("key,nam,time-zone,time-zone,anchor-day\n"),
              ElementsAre("customers.csv:1: unknown column 'nam'; did you mean 'name'?",
                          "customers.csv:1: column 'time-zone' is there twice",
                          "customers.csv:1: the header has no column 'name'"));
  EXPECT_THAT(of("key,name,time-zone,anchor-day\na,A,UTC,77\nb,\"B,UTC,1\n"),
              ElementsAre("customers.csv:2: anchor-day '77' is not a day of the month, 1 to 31",
                          "customers.csv:3: a quote is opened here and never closed; nothing "
                          "behind it was read"));
  EXPECT_THAT(
      problems(ImportKind::kCustomers, "c.jsonl",
               "{\"key\":\"a\",\n[1]\n{\"key\":true,\"nam\":\"x\"}\n{\"key\":\"a\",\"name\":\"A\","
               "\"time-zone\":\"UTC\",\"anchor-day\":0}\n"),
      ElementsAre(HasSubstr("c.jsonl:1: column "), "c.jsonl:2: an array is no row",
                  "c.jsonl:3: key is a boolean, not a string or a number",
                  "c.jsonl:3: unknown column 'nam'; did you mean 'name'?",
                  "c.jsonl:4: anchor-day '0' is not a day of the month, 1 to 31"));
}

TEST_F(AccountsTest, TheFirstThousandProblemsAreKept) {
  std::string file = "key,name,time-zone,anchor-day\n";
  for (int i = 0; i < 1500; ++i) file += "c" + std::to_string(i) + ",C,UTC,0\n";
  try {
    customers(file);
    FAIL();
  } catch (const ImportError& error) {
    EXPECT_THAT(error.problems(), SizeIs(kImportProblemsMax));
    EXPECT_EQ(error.total(), 1500U);
    EXPECT_EQ(error.problems().back(),
              "customers.csv:1001: anchor-day '0' is not a day of the month, 1 to 31");
    EXPECT_THAT(std::string(error.what()), testing::EndsWith("\n… and 500 more"));
  }
}

TEST_F(AccountsTest, ImportKindsHaveNames) {
  EXPECT_EQ(parse_import_kind("payments"), ImportKind::kPayments);
  EXPECT_THROW(
      {
        try {
          parse_import_kind("paymnts");
        } catch (const UsageError& error) {
          EXPECT_STREQ(error.what(), "cannot import 'paymnts'; did you mean 'payments'?");
          throw;
        }
      },
      UsageError);
}

struct ManyRows {
  std::string customers = "key,name,time-zone,anchor-day\n";
  std::string subscriptions = "key,customer,plan,starts-on\n";
  std::string payments = "reference,customer,amount,received-on\n";
  std::string discounts = "key,customer,percentage,starts-on\n";

  ManyRows(std::string_view prefix, int count) {
    for (int i = 0; i < count; ++i) {
      const std::string key = std::string(prefix) + std::to_string(i);
      const std::string anchor = std::to_string(1 + i % 31);
      customers += key + ",Customer " + key + ",Europe/Zurich," + anchor + "\n";
      subscriptions += "main," + key + ",SMB,2026-10-01\n";
      payments += "P-" + key + "," + key + ",12.50,2026-10-15\n";
      discounts += "d," + key + ",10,2026-10-01\n";
    }
  }
};

TEST_F(AccountsTest, StatementsDoNotGrowWithRows) {
  const auto statements = [&](const ManyRows& many) {
    const std::int64_t before = connection.statements_executed();
    import(ImportKind::kCustomers, many.customers);
    import(ImportKind::kSubscriptions, many.subscriptions);
    import(ImportKind::kPayments, many.payments);
    import(ImportKind::kDiscounts, many.discounts);
    return connection.statements_executed() - before;
  };
  const std::int64_t of_one = statements({"one", 1});
  EXPECT_EQ(statements({"many", 300}), of_one);
  EXPECT_LE(of_one, 70);
}

TEST_F(AccountsTest, TwentyThousandCustomers) {
  const ManyRows many("c", 20'000);
  const auto timed = [](std::string_view what, const auto& work) {
    const auto begin = std::chrono::steady_clock::now();
    const ImportResult result = work();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    std::cout << what << ": " << result.rows << " rows in " << taken.count() << " s\n";
    return result;
  };
  EXPECT_THAT(timed("customers", [&] { return customers(many.customers); }),
              Counts(20'000, 20'000, 0, 0));
  EXPECT_THAT(timed("subscriptions",
                    [&] { return import(ImportKind::kSubscriptions, many.subscriptions); }),
              Counts(20'000, 20'000, 0, 0));
  EXPECT_THAT(timed("payments", [&] { return payments(many.payments); }),
              Counts(20'000, 20'000, 0, 0));
  EXPECT_THAT(timed("customers again", [&] { return customers(many.customers); }),
              Counts(20'000, 0, 0, 20'000));
  EXPECT_THAT(timed("subscriptions again",
                    [&] { return import(ImportKind::kSubscriptions, many.subscriptions); }),
              Counts(20'000, 0, 0, 20'000));
  EXPECT_EQ(row("count(*)) from billing_period"), "20000");
}

}  // namespace
}  // namespace reckoner::accounts

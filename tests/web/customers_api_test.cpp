#include "customers_world.hpp"
#include "documents/document_json.hpp"
#include "store/isolation.hpp"

namespace reckoner::web {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

const std::string kAcme = "/api/v1/customers/acme";

std::string with_customer(std::string pattern, const std::string& customer,
                          const std::string& number) {
  for (const auto& [variable, value] : {std::pair<std::string, std::string>{"{customer}", customer},
                                        {"{number}", number},
                                        {"{line}", "1"}}) {
    if (const auto at = pattern.find(variable); at != std::string::npos) {
      pattern.replace(at, variable.size(), value);
    }
  }
  return pattern;
}

TEST_F(CustomersTest, AForeignCustomerIsAsUnknownAsNone) {
  const std::string theirs = world.last_document("globex").number;
  for (const Route& route : router().routes()) {
    const auto answer = [&](const std::string& customer) {
      std::string said = refusal(route.method, with_customer(route.pattern, customer, theirs),
                                 {{"meter", "bandwidth"}}, R"({"plan": "Professional"})");
      const auto at = said.find(customer);
      return at == std::string::npos ? said : said.replace(at, customer.size(), "X");
    };
    EXPECT_EQ(answer("globex"), "404 there is no customer 'X'") << route.pattern;
    EXPECT_EQ(answer("globex"), answer("nobody")) << route.pattern;
  }
  for (const char* rest : {"", "/lines/1"}) {
    EXPECT_EQ(refusal("GET", kAcme + "/invoices/" + theirs + rest),
              "404 there is no document '" + theirs + "'");
  }
}

TEST_F(CustomersTest, StaffReachEachCustomerAndNoOther) {
  principal = staff();
  for (const char* customer : {"acme", "globex"}) {
    EXPECT_EQ(text(json("GET", std::string("/api/v1/customers/") + customer), "key"), customer);
  }
  EXPECT_EQ(refusal("GET", "/api/v1/customers/nobody"), "404 there is no customer 'nobody'");
}

TEST_F(CustomersTest, TenantsAndStaffReadTheSame) {
  const std::string number = world.last_document("acme").number;
  for (const Route& route : router().routes()) {
    if (route.method != "GET") continue;
    const std::string path = with_customer(route.pattern, "acme", number);
    // Plans that a customer is not on are compared for staff alone; there is no dispute here.
    if (path.ends_with("/analytics/plans") || path.find('{') != path.npos) continue;
    const Query query{{"meter", "bandwidth"}, {"unit", "bandwidth"}};
    EXPECT_EQ(call_as(tenant("acme"), "GET", path, query).body,
              call_as(staff(), "GET", path, query).body)
        << path;
  }
}

TEST_F(CustomersTest, TheInterimInvoiceIsTheEnginesAndNothingIsStored) {
  const std::string before = world.digest();
  const text::Json interim = json("GET", kAcme + "/interim");
  EXPECT_EQ(world.digest(), before);
  const text::Json& invoice = array(interim, "invoices").at(0);
  const auto expected = world.one_interim("acme", "2026-10-11T00:00:00Z");
  EXPECT_EQ(text::canonical(*invoice.find("document")),
            text::canonical(text::parse_json(documents::to_json(expected.document))));
  EXPECT_EQ(text(invoice, "expected_total"), expected.expected_total.to_string());
  const text::Json& comparison = *invoice.find("comparison");
  EXPECT_EQ(text(comparison, "month"), "2026-10");
  EXPECT_EQ(text(comparison, "subtotal"), "175.21");
  EXPECT_EQ(text(comparison, "last_month"), "2026-09");
  EXPECT_EQ(text(comparison, "last_subtotal"), "543.92");
  std::vector<std::string> charges;
  for (const text::Json& charge : array(comparison, "charges")) {
    charges.push_back(text(charge, "title") + " " + text(charge, "amount") + " " +
                      text(charge, "last_month") + " " + text(charge, "difference"));
  }
  EXPECT_THAT(charges, testing::IsSupersetOf({"Professional subscription 161.29 500.00 -338.71",
                                              "Bandwidth 13.92 43.92 -30.00"}));
}

TEST_F(CustomersTest, NewUsageIsInTheNextInterimInvoice) {
  world.bandwidth("acme", "100", "2026-10-10T12:00:00Z");
  const text::Json interim = json("GET", kAcme + "/interim");
  EXPECT_EQ(text(*array(interim, "invoices").at(0).find("document"), "subtotal"), "178.21");
}

TEST_F(CustomersTest, ALineOfAnInterimInvoiceIsExplainedDownToItsEvents) {
  const text::Json interim = json("GET", kAcme + "/interim");
  const auto& lines = array(*array(interim, "invoices").at(0).find("document"), "lines");
  const std::string before = world.digest();
  std::size_t explained = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const text::Json line =
        json("GET", kAcme + "/interim/lines/" + std::to_string(i + 1), {{"events", "1"}});
    EXPECT_EQ(text(line, "amount"), text(lines[i], "amount"));
    EXPECT_EQ(text(line, "number"), "(null)");
    EXPECT_EQ(text(*line.find("charge"), "amount"), text(lines[i], "amount"));
    if (text(lines[i], "charge") != "bandwidth") continue;
    ++explained;
    const text::Json& charge = *line.find("charge");
    EXPECT_EQ(text(charge, "used"), "2000");
    EXPECT_EQ(text(charge, "allowance"), "1536");
    EXPECT_EQ(text(charge, "billable"), "464");
    EXPECT_EQ(text(array(charge, "steps").at(0), "price"), "0.03");
    EXPECT_THAT(array(line, "usage"), SizeIs(2));
    EXPECT_EQ(text(array(line, "usage").at(1), "day"), "2026-10-10");
    EXPECT_EQ(text(line, "event_count"), "2");
    EXPECT_THAT(array(line, "events"), SizeIs(1));
    const text::Json more = json("GET", kAcme + "/interim/lines/" + std::to_string(i + 1),
                                 {{"events", "1"}, {"cursor", text(line, "next")}});
    EXPECT_EQ(text(array(more, "events").at(0), "occurred_at"), "2026-10-10T10:00:00Z");
    EXPECT_EQ(text(more, "next"), "(null)");
    EXPECT_THAT(array(more, "usage"), SizeIs(0));
  }
  EXPECT_EQ(explained, 1U);
  EXPECT_EQ(world.digest(), before);
  EXPECT_THAT(refusal("GET", kAcme + "/interim/lines/99"), StartsWith("404"));
  EXPECT_THAT(refusal("GET", kAcme + "/interim/lines/x"), StartsWith("404"));
}

TEST_F(CustomersTest, AnAsOfInAnIssuedPeriodIsAWhatIf) {
  const text::Json interim = json("GET", kAcme + "/interim", {{"as_of", "2026-09-15"}});
  const text::Json& invoice = array(interim, "invoices").at(0);
  EXPECT_EQ(text(invoice, "what_if"), "true");
  EXPECT_EQ(text(invoice, "as_of"), "2026-09-15T00:00:00Z");
  EXPECT_THAT(refusal("GET", kAcme + "/interim", {{"as_of", "2028-01-01"}}), StartsWith("400"));
  EXPECT_THAT(refusal("GET", kAcme + "/interim", {{"as_of", "soon"}}), StartsWith("400"));
}

TEST_F(CustomersTest, TheOverviewComparesTheMonth) {
  const text::Json overview = json("GET", kAcme + "/overview");
  EXPECT_EQ(text(overview, "today"), "2026-10-11");
  EXPECT_EQ(text(*overview.find("month"), "label"), "2026-10");
  EXPECT_EQ(text(*overview.find("month"), "day"), "11");
  EXPECT_EQ(text(*overview.find("so_far"), "subtotal"), "175.21");
  // 11 September at midnight: ten days of thirty, and the first 2,000 MB.
  EXPECT_EQ(text(*overview.find("same_day"), "as_of"), "2026-09-11T00:00:00Z");
  EXPECT_EQ(text(*overview.find("same_day"), "subtotal"), "180.59");
  EXPECT_EQ(text(*overview.find("expected"), "subtotal"), "513.92");
  // 2,000 MB so far, and some 2,690 to come by the weeks before; none to 7,106 in its band.
  EXPECT_EQ(text(*overview.find("projected"), "subtotal"), "594.61");
  EXPECT_EQ(text(*overview.find("projected_low"), "subtotal"), "513.92");
  EXPECT_EQ(text(*overview.find("projected_high"), "subtotal"), "727.11");
  const auto& charges = array(overview, "charges");
  EXPECT_EQ(text(charges.at(0), "charge"), "subscription");
  EXPECT_EQ(text(charges.at(0), "title"), "Professional subscription");
  EXPECT_EQ(text(charges.at(1), "charge"), "bandwidth");
  EXPECT_EQ(text(charges.at(1), "amount"), "13.92");
  EXPECT_EQ(text(charges.at(1), "projected"), "94.61");
  const auto& trend = array(overview, "trend");
  ASSERT_THAT(trend, SizeIs(12));
  EXPECT_EQ(text(trend[0], "month"), "2025-11");
  EXPECT_EQ(text(trend[10], "subtotal"), "543.92");
  EXPECT_EQ(array(trend[10], "documents").at(0).as_string(), world.last_document("acme").number);
  EXPECT_EQ(text(trend[11], "subtotal"), "175.21");
  EXPECT_EQ(text(trend[11], "interim"), "true");
  EXPECT_EQ(text(*overview.find("balance"), "balance"), "543.92");
}

TEST_F(CustomersTest, TheOverviewOfSomebodyNewIsEmpty) {
  world.customer("new");
  principal = tenant("new");
  const text::Json overview = json("GET", "/api/v1/customers/new/overview");
  EXPECT_EQ(text(overview, "currency"), "(null)");
  EXPECT_EQ(text(overview, "so_far"), "(null)");
}

TEST_F(CustomersTest, InvoicesHaveTheirState) {
  const std::string number = world.last_document("acme").number;
  const auto state = [&] {
    const text::Json list = json("GET", kAcme + "/invoices");
    return text(array(list, "items").at(0), "state") + " " +
           text(array(list, "items").at(0), "open_amount");
  };
  EXPECT_EQ(state(), "open 543.92");
  world.set_clock("2026-12-01T00:00:00Z");
  EXPECT_EQ(state(), "overdue 543.92");
  world.pay("acme", "500.00", "2026-10-20", "a");
  EXPECT_EQ(state(), "overdue 43.92");
  world.pay("acme", "43.92", "2026-10-21", "b");
  EXPECT_EQ(state(), "paid 0.00");
  const text::Json invoice = json("GET", kAcme + "/invoices/" + number);
  EXPECT_EQ(text(invoice, "state"), "paid");
  EXPECT_EQ(text(*invoice.find("document"), "number"), number);
  EXPECT_EQ(text(invoice, "void"), "(null)");
  EXPECT_THAT(csv(kAcme + "/invoices/" + number), HasSubstr("bandwidth"));
  const text::Json line = json("GET", kAcme + "/invoices/" + number + "/lines/1");
  EXPECT_EQ(text(line, "number"), number);
}

TEST_F(CustomersTest, ListsGoOnBehindTheirCursor) {
  for (int i = 1; i <= 5; ++i) world.pay("acme", "1.00", "2026-10-02", "p" + std::to_string(i));
  std::vector<std::string> references;
  std::string cursor;
  do {
    Query query{{"limit", "2"}};
    if (!cursor.empty()) query.emplace_back("cursor", cursor);
    const text::Json page = json("GET", kAcme + "/payments", query);
    for (const text::Json& payment : array(page, "items")) {
      references.push_back(text(payment, "reference"));
    }
    cursor = text(page, "next") == "(null)" ? "" : text(page, "next");
  } while (!cursor.empty());
  EXPECT_THAT(references, ElementsAre("p5", "p4", "p3", "p2", "p1"));
  EXPECT_THAT(refusal("GET", kAcme + "/payments", {{"cursor", "nonsense"}}), StartsWith("400"));
}

TEST_F(CustomersTest, AFileHasNoFormulas) {
  world.pay("acme", "1.00", "2026-10-02", "=1+HYPERLINK(A1)");
  EXPECT_THAT(csv(kAcme + "/payments"), HasSubstr(",'=1+HYPERLINK(A1),"));
}

TEST_F(CustomersTest, UsageIsTheCustomersAlone) {
  const text::Json usage = json(
      "GET", kAcme + "/usage",
      {{"meter", "bandwidth"}, {"from", "2026-10-01"}, {"to", "2026-11-01"}, {"window", "DAY"}});
  ASSERT_THAT(array(usage, "rows"), SizeIs(2));
  EXPECT_EQ(text(array(usage, "rows").at(0), "starts_at"), "2026-10-05T00:00:00Z");
  EXPECT_EQ(text(array(usage, "rows").at(0), "quantity"), "1048576000");
  const text::Json by_subject =
      json("GET", kAcme + "/usage", {{"meter", "bandwidth"}, {"group_by", "subject"}});
  EXPECT_EQ(text::canonical(*array(by_subject, "rows").at(0).find("group")), R"(["acme"])");
  EXPECT_THAT(csv(kAcme + "/usage", {{"meter", "bandwidth"}}), HasSubstr("5242880000"));
  EXPECT_THAT(csv(kAcme + "/usage", {{"meter", "bandwidth"}, {"filter[subject]", "globex"}}),
              Not(HasSubstr("5242880000")));
  EXPECT_THAT(refusal("GET", kAcme + "/usage", {{"meter", "none"}}), StartsWith("404"));
  EXPECT_THAT(refusal("GET", kAcme + "/usage", {{"meter", "bandwidth"}, {"group_by", "x"}}),
              StartsWith("400"));
}

TEST_F(CustomersTest, MetersAreThoseOfThePlans) {
  const text::Json list = json("GET", kAcme + "/meters");
  std::vector<std::string> meters;
  for (const text::Json& meter : array(list, "items")) {
    meters.push_back(text(meter, "meter"));
  }
  EXPECT_THAT(meters, testing::UnorderedElementsAre("storage", "bandwidth", "cartridge"));
}

TEST_F(CustomersTest, PlansArePublishedInWordsAndTables) {
  const text::Json plans = json("GET", kAcme + "/plans");
  const text::Json& plan = array(plans, "items").at(0);
  EXPECT_EQ(text(plan, "title"), "Professional");
  for (const text::Json& charge : array(plan, "charges")) {
    if (text(charge, "name") != "bandwidth") continue;
    EXPECT_EQ(text(charge, "words"), "1536 MB included, beyond that 0.03 USD a MB");
    EXPECT_EQ(text::canonical(*array(charge, "terms").at(0).find("table")),
              R"({"columns":[{"numeric":true,"title":"price a MB"}],"rows":[["0.03"]]})");
  }
  const auto& usage = array(plan, "usage");
  ASSERT_THAT(usage, SizeIs(3));
  EXPECT_EQ(text(usage.at(1), "last_month"), "3000");
  EXPECT_EQ(text(usage.at(1), "so_far"), "2000");
  EXPECT_EQ(text(usage.at(1), "scale"), "6000");
}

TEST_F(CustomersTest, AQuoteIsPricedByTheChainThatBills) {
  const std::string asked = R"({"plan": "Professional", "month": "2026-11",
    "usage": [{"charge": "bandwidth", "quantity": "2000"}]})";
  const text::Json quoted = json("POST", kAcme + "/quote", {}, asked);
  EXPECT_EQ(text(*quoted.find("document"), "subtotal"), "513.92");
  EXPECT_THAT(refusal("POST", kAcme + "/quote", {}, R"({"plan": "Enterprise"})"),
              StartsWith("404"));
  EXPECT_THAT(refusal("POST", kAcme + "/quote", {}, R"({"plan": "Professional", "x": 1})"),
              StartsWith("400"));
  EXPECT_THAT(refusal("POST", kAcme + "/quote", {},
                      R"({"plan": "Professional", "usage": [{"quantity": "1"}]})"),
              StartsWith("400 usage[0]"));
  EXPECT_THAT(
      refusal("POST", kAcme + "/quote", {},
              R"({"plan": "Professional", "usage": [{"charge": "bandwidth", "quantity": 1}]})"),
      StartsWith("400 usage[0]"));
  principal = staff();
  EXPECT_EQ(refusal("POST", kAcme + "/quote", {}, R"({"plan": "Enterprise"})"), "");
}

TEST_F(CustomersTest, SettingsAreChangedFromWhatWasRead) {
  const Response first = call("GET", kAcme + "/settings");
  const auto tag = [](const Response& response) {
    for (const auto& [name, value] : response.headers) {
      if (name == "ETag") return value;
    }
    return std::string();
  };
  const std::string body = R"({"language": "de-CH", "zone": "Europe/Zurich",
    "invoice_mail": {"enabled": true, "also_to": ["books@acme.example"]},
    "budgets": [{"amount": "700.00", "currency": "USD"}]})";
  EXPECT_THAT(refusal("PUT", kAcme + "/settings", {}, body), StartsWith("428"));
  EXPECT_THAT(refusal("PUT", kAcme + "/settings", {}, body, {{"if-match", "\"other\""}}),
              StartsWith("412"));
  const Response put = call("PUT", kAcme + "/settings", {}, body, {{"if-match", tag(first)}});
  EXPECT_EQ(put.status, 200);
  EXPECT_NE(tag(put), tag(first));
  EXPECT_THAT(refusal("PUT", kAcme + "/settings", {}, body, {{"if-match", tag(first)}}),
              StartsWith("412"));
  EXPECT_EQ(call("GET", kAcme + "/settings").body, put.body);
  EXPECT_EQ(text(json("GET", kAcme + "/overview"), "budget"), "700.00");
  EXPECT_EQ(world.text("select action || ' ' || who from audit_log"), "customer.settings anna");
  principal = tenant("globex");
  EXPECT_NE(call("GET", "/api/v1/customers/globex/settings").body, put.body);
}

TEST_F(CustomersTest, SettingsSayEverythingThatIsWrong) {
  try {
    call("PUT", kAcme + "/settings", {}, R"({"language": "?", "zone": "Mars/Olympus",
      "invoice_mail": {"enabled": 1, "also_to": ["a@b\nBcc: c@d"]},
      "budgets": [{"amount": "0", "currency": "USD"}], "more": 1})",
         {{"if-match", "x"}});
    FAIL() << "was taken";
  } catch (const Problem& problem) {
    EXPECT_EQ(problem.status(), 400);
    std::vector<std::string> places;
    for (const Problem::Item& item : problem.items()) places.push_back(item.at);
    EXPECT_THAT(places, ElementsAre("more", "language", "zone", "invoice_mail.enabled",
                                    "invoice_mail.also_to[0]", "budgets[0]"));
  }
}

}  // namespace

}  // namespace reckoner::web

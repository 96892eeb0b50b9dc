#include "customers_world.hpp"
#include "engine/budget_watch.hpp"
#include "metering/cut.hpp"

namespace reckoner::web {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

const std::string kAcme = "/api/v1/customers/acme";

class InsightApiTest : public CustomersTest {
 protected:
  Response put_budgets(const std::string& budgets) {
    const Response read = call("GET", kAcme + "/settings");
    std::string tag;
    for (const auto& [name, value] : read.headers) {
      if (name == "ETag") tag = value;
    }
    return call(
        "PUT", kAcme + "/settings", {},
        R"({"language": null, "zone": null, "invoice_mail": {"enabled": true, "also_to": []},
                    "budgets": )" +
            budgets + "}",
        {{"if-match", tag}});
  }
  std::size_t look() {
    auto connection = world.connect();
    metering::close_cut(connection, world.now());
    return engine::BudgetWatch(world.pool(), world.versions(), [this] { return world.now(); })
        .look(false)
        .told;
  }
};

TEST_F(InsightApiTest, BudgetsHaveThresholds) {
  put_budgets(R"([{"currency": "USD", "amount": "700"},
                  {"currency": "USD", "amount": "10", "charge": "bandwidth",
                   "thresholds": [{"on": "actual", "amount": "9.5"}]}])");
  const text::Json settings = json("GET", kAcme + "/settings");
  const auto& budgets = array(settings, "budgets");
  ASSERT_THAT(budgets, SizeIs(2));
  EXPECT_EQ(text(budgets[0], "amount"), "700.00");
  EXPECT_THAT(array(budgets[0], "thresholds"), SizeIs(3));
  EXPECT_EQ(text(array(budgets[1], "thresholds").at(0), "amount"), "9.50");
  EXPECT_EQ(text(json("GET", kAcme + "/overview"), "budget"), "700.00");
  try {
    put_budgets(R"([{"currency": "USD", "amount": "1"}, {"currency": "USD", "amount": "2"},
                    {"currency": "USD", "amount": "1", "thresholds": [{"on": "never"}]}])");
    FAIL() << "was taken";
  } catch (const Problem& problem) {
    std::vector<std::string> items;
    for (const Problem::Item& item : problem.items()) items.push_back(item.at + " " + item.detail);
    EXPECT_THAT(items, ElementsAre("budgets[1] is a second one in USD",
                                   "budgets[2] thresholds[0]: 'never' is neither \"actual\" nor "
                                   "\"forecast\""));
  }
}

TEST_F(InsightApiTest, ABudgetIsOfAChargeThatThereIs) {
  const auto refused = [&](const std::string& charge) -> std::string {
    try {
      put_budgets(R"([{"currency": "USD", "amount": "1"},
                      {"currency": "USD", "amount": "1", "charge": ")" +
                  charge + R"("}])");
    } catch (const Problem& problem) {
      EXPECT_EQ(problem.status(), 400);
      return problem.items().at(0).at + " " + problem.items().at(0).detail;
    }
    return "taken";
  };
  EXPECT_EQ(refused("bandwidth"), "taken");
  EXPECT_THAT(
      refused("bandwith"),
      StartsWith("budgets[1] there is no charge 'bandwith'; did you mean 'bandwidth'? there "
                 "are bandwidth, "));
}

TEST_F(InsightApiTest, AlertsAreListedLatestFirst) {
  put_budgets(R"([{"currency": "USD", "amount": "100.00"}])");
  EXPECT_EQ(look(), 3U);
  const text::Json first = json("GET", kAcme + "/alerts", {{"limit", "2"}});
  ASSERT_THAT(array(first, "items"), SizeIs(2));
  EXPECT_EQ(text(array(first, "items")[0], "number"), "3");
  EXPECT_EQ(text(array(first, "items")[0], "on"), "forecast");
  const text::Json rest =
      json("GET", kAcme + "/alerts", {{"limit", "2"}, {"cursor", text(first, "next")}});
  ASSERT_THAT(array(rest, "items"), SizeIs(1));
  EXPECT_EQ(text(array(rest, "items")[0], "text"),
            "2026-10 costs 175.21 USD so far, which reaches 80 % of the budget of 100.00 USD");
  EXPECT_EQ(text(rest, "next"), "(null)");
  principal = tenant("globex");
  EXPECT_THAT(array(json("GET", "/api/v1/customers/globex/alerts"), "items"), IsEmpty());
}

TEST_F(InsightApiTest, ADocumentIsComparedWithTheOneBefore) {
  world.run("2026-11-01T02:00:00Z");
  const text::Json compared =
      json("GET", kAcme + "/invoices/" + world.last_document("acme").number + "/comparison");
  EXPECT_EQ(text(compared, "difference"), "-30.00");
  EXPECT_EQ(text(compared, "quantity"), "-30.00");
  EXPECT_EQ(text(*compared.find("before"), "periods"), "2026-09");
  EXPECT_EQ(text(array(compared, "charges").at(0), "text"),
            "Bandwidth costs 30.00 USD less (-68 %): 30.00 for less usage.");
  EXPECT_THAT(refusal("GET", kAcme + "/invoices/INV-1/comparison"), StartsWith("404"));
}

TEST_F(InsightApiTest, AnomaliesAreAskedForByDaysAndMeter) {
  EXPECT_THAT(array(json("GET", kAcme + "/anomalies", {{"meter", "storage"}}), "items"), IsEmpty());
  EXPECT_THAT(refusal("GET", kAcme + "/anomalies", {{"days", "0"}}), StartsWith("400"));
  EXPECT_THAT(refusal("GET", kAcme + "/anomalies", {{"meter", "none"}}), StartsWith("404"));
}

}  // namespace

}  // namespace reckoner::web

#include "web/console_world.hpp"
#include "web/etag.hpp"

namespace reckoner::web {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kPath = "/api/v1/customers/acme/billing-details";
constexpr const char* kChanges = "/api/v1/customers/acme/changes";
constexpr const char* kNothing = R"({"address":null,"buyer_reference":null,"purchase_order":null})";
constexpr const char* kAll =
    R"({"address":{"street":["Hof 2","Ring 1"],"city":"Bern","postal_code":"3011",)"
    R"("subdivision":"BE","country":"CH"},"buyer_reference":"REF-1","purchase_order":"PO-1"})";

class BillingDetailsApi : public ConsoleTest {
 protected:
  std::string shown() { return call("GET", kPath).body; }

  /// "member: what is wrong" of a call that is refused with 400.
  std::vector<std::string> faults(std::string_view method, const std::string& path,
                                  std::string body) {
    std::vector<std::string> found;
    try {
      call(method, path, {}, std::move(body));
    } catch (const Problem& problem) {
      EXPECT_EQ(problem.status(), 400) << problem.what();
      for (const auto& [at, detail] : problem.items()) found.push_back(at + ": " + detail);
    }
    return found;
  }
};

TEST_F(BillingDetailsApi, ACustomersPeopleSayThemUnderTheStateTheyHaveSeen) {
  principal.rights = {Right::kSee, Right::kManage};
  principal.customer =
      CustomerId{world.number("select customer_id from customer where key = 'acme'")};
  principal.customer_key = "acme";
  EXPECT_EQ(shown(), kNothing);
  EXPECT_THAT(refusal("PUT", kPath, kAll), HasSubstr("428"));
  if_match = "\"other\"";
  EXPECT_THAT(refusal("PUT", kPath, kAll), HasSubstr("412"));
  if_match = etag_of(kNothing);
  const Response said = call("PUT", kPath, {}, kAll);
  EXPECT_EQ(said.body, kAll);
  EXPECT_EQ(shown(), kAll);
  EXPECT_THAT(refusal("PUT", kPath, kAll), HasSubstr("412"));
  if_match = etag_of(kAll);
  EXPECT_THAT(refusal("PUT", "/api/v1/customers/globex/billing-details", kAll), HasSubstr("404"));
  EXPECT_EQ(call("PUT", kPath, {}, kNothing).body, kNothing);
  principal.customer = std::nullopt;
  principal.rights = {Right::kSee, Right::kConsole, Right::kOperate, Right::kBill};
  EXPECT_THAT(actions(), ElementsAre("customer.billing-details", "customer.billing-details"));
}

TEST_F(BillingDetailsApi, RefusesWhatIsNoneAndChangesNothing) {
  if_match = etag_of(kNothing);
  const auto with = [&](std::string_view address) {
    return refusal(
        "PUT", kPath,
        R"({"buyer_reference":null,"purchase_order":null,"address":)" + std::string(address) + "}");
  };
  EXPECT_THAT(with(R"({"town":"Bern"})"), HasSubstr("town"));
  EXPECT_THAT(with("7"), HasSubstr("400"));
  EXPECT_THAT(refusal("PUT", kPath, R"({"address":null})"), HasSubstr("is missing"));
  EXPECT_EQ(shown(), kNothing);
  EXPECT_THAT(actions(), IsEmpty());
}

TEST_F(BillingDetailsApi, SaysOfEachMemberWhatIsWrongWithIt) {
  if_match = etag_of(kNothing);
  const std::string wrong =
      R"({"address":{"street":["Ring 1","a;b","","d "],"city":"東京東京東京東)" +
      std::string(180, 'x') +
      R"(","postal_code":"30\n11","country":"swiss"},"buyer_reference":" R","purchase_order":"P"})";
  const auto expected = ElementsAre(
      "address.street: has more than 3 lines", "address.street[1]: a line has no semicolon",
      "address.street[2]: the line is empty", "address.street[3]: 'd ' begins or ends with a blank",
      "address.city: '東京東京東京…' is longer than 200 bytes",
      "address.postal_code: the text is not one line",
      "address.country: country 'swiss' is not two letters such as CH",
      "buyer_reference: ' R' begins or ends with a blank");
  EXPECT_THAT(faults("PUT", kPath, wrong), expected);
  EXPECT_THAT(faults("POST", kChanges, R"({"kind":"edit",)" + wrong.substr(1)), expected);
  EXPECT_EQ(shown(), kNothing);
}

TEST_F(BillingDetailsApi, StaffEditThemWithTheCustomer) {
  post(kChanges, R"({"kind":"edit","address":{"street":["Ring 1"],"city":"Bern"},)"
                 R"("buyer_reference":"REF-1","purchase_order":"PO-1"})");
  post(kChanges, R"({"kind":"edit","name":"Acme","purchase_order":null})");
  const text::Json acme = get("/api/v1/customers/acme");
  EXPECT_EQ(text_at(acme, {"address", "city"}), "Bern");
  EXPECT_EQ(text_at(acme, {"buyer_reference"}), "REF-1");
  EXPECT_TRUE(acme.at("purchase_order").is_null());
  post(kChanges, R"({"kind":"edit","address":{"city":"Biel"}})");
  EXPECT_THAT(shown(), HasSubstr(R"("street":[],"city":"Biel")"));
  post(kChanges, R"({"kind":"edit","address":null})");
  EXPECT_THAT(shown(), HasSubstr(R"("address":null)"));
}

TEST_F(BillingDetailsApi, ADocumentSaysWhomItWasIssuedFor) {
  post(kChanges,
       R"({"kind":"edit","country":"CH","address":{"city":"Bern"},"purchase_order":"PO-1"})");
  world.run_by_hand();
  post(kChanges, R"({"kind":"edit","address":null,"purchase_order":"PO-2"})");
  const std::string number = world.last_document("acme").number;
  const text::Json shown = get("/api/v1/customers/acme/invoices/" + number);
  EXPECT_EQ(text_at(shown, {"document", "recipient", "address", "city"}), "Bern");
  EXPECT_EQ(text_at(shown, {"document", "recipient", "purchase_order"}), "PO-1");
  EXPECT_EQ(text_at(shown, {"document", "recipient", "country"}), "CH");
}

}  // namespace

}  // namespace reckoner::web

#include "documents/document_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "specimen.hpp"

namespace reckoner::documents {
namespace {

using ::testing::HasSubstr;

TEST(DocumentJson, HasAllMembersInOrderAndAmountsAsStrings) {
  domain::Document document = specimen();
  document.lines.erase(document.lines.begin() + 1, document.lines.end());
  document.payments.pop_back();
  EXPECT_EQ(
      to_json(document),
      R"({"kind":"invoice","interim":false,"number":"R-2026-000042","ordinal":3,)"
      R"("legal_entity":"default",)"
      R"("customer":{"key":"acme","name":"Müller & Söhne","email":"billing@acme.example",)"
      R"("zone":"Europe/Berlin"},"currency":"USD","corrects":null,"reason":"",)"
      R"("issued_on":"2026-11-01","due_on":"2026-11-15",)"
      R"("lines":[{"period":{"label":"2026-09","cycle":1,"starts_at":"2026-09-01T00:00:00Z",)"
      R"("side":"arrears"},"true_up":true,"key":"sub:1|bandwidth||arrears","subscription":1,)"
      R"("charge":"bandwidth","description":"Bandwidth above the allowance",)"
      R"("starts_on":"2026-09-01","ends_on":"2026-10-01","quantity":"10","unit":"MB",)"
      R"("amount":"0.30","facts":{"price":"0.03"},"tax_category":"standard","tax_percent":null,)"
      R"("counts":true}],"coupons":[],"taxes":[],"credits":[],)"
      R"("payments":[{"number":1,"reference":"TX-1","received_on":"2026-10-05",)"
      R"("amount":"60.00","note":""}],"brought_forward":"40.00","subtotal":"114.22",)"
      R"("total":"114.22","credits_total":"0.00","payments_total":"100.00",)"
      R"("carried_forward":"54.22","credit_limit":"1000.00"})");
}

TEST(DocumentJson, WritesTaxesCouponsCreditsAndWhatIsCorrected) {
  const std::string json = to_json(credit_note_specimen());
  EXPECT_THAT(json, HasSubstr(R"("currency":"USD","corrects":{"ordinal":3,"number":)"
                              R"("R-2026-000042"},"reason":"The line of October was charged )"
                              R"(although the service was not available","issued_on":)"));
  EXPECT_THAT(json,
              HasSubstr(R"("facts":{"price":"0.03"},"tax_category":"standard","tax_percent":"19",)"
                        R"("counts":false}],"coupons":[{"credit":2,"title":"Welcome to Stratos",)"
                        R"("amount":"-10.00"}],"taxes":[{"country":"DE","category":"standard",)"
                        R"("percent":"19","base":"-90.00","tax":"-17.10","included":false,)"
                        R"("note":""}],"credits":[{"credit":1,"title":"Startup programme",)"
                        R"("amount":"-20.00"}],"payments":[],"brought_forward":"50.89",)"
                        R"("subtotal":"-100.00","total":"-107.10","credits_total":"-20.00",)"
                        R"("payments_total":"0.00","carried_forward":"-36.21",)"));
  EXPECT_THAT(
      to_json(full_specimen()),
      HasSubstr(R"({"country":"DE","category":"reduced","percent":"7","base":"11.46",)"
                R"("tax":"0.80","included":true,"note":"books"}],"credits":[{"credit":1,)"));
}

TEST(DocumentJson, WritesNullForWhatIsNotThere) {
  domain::Document document = specimen();
  document.number.clear();
  document.issued_on.reset();
  document.due_on.reset();
  document.credit_limit.reset();
  document.lines[0].line.subscription.reset();
  document.lines[0].line.facts.clear();
  const text::Json json = text::parse_json(to_json(document));
  EXPECT_TRUE(json.at("interim").as_boolean());
  for (const char* name : {"number", "issued_on", "due_on", "credit_limit"}) {
    EXPECT_TRUE(json.at(name).is_null()) << name;
  }
  EXPECT_TRUE(json.at("lines").as_array()[0].at("subscription").is_null());
  EXPECT_TRUE(json.at("lines").as_array()[0].at("facts").is_null());
  document.lines[0].line.facts = "{";
  EXPECT_THROW(to_json(document), Error);
}

void expect_documented(const text::Json& json, const std::string& page) {
  if (json.kind() == text::Json::Kind::kArray) {
    for (const text::Json& item : json.as_array()) expect_documented(item, page);
  } else if (json.kind() == text::Json::Kind::kObject) {
    for (const auto& member : json.as_object()) {
      EXPECT_THAT(page, HasSubstr("`" + member.name + "`"));
      if (member.name != "facts") expect_documented(member.value, page);
    }
  }
}

TEST(DocumentJson, IsDescribedMemberByMember) {
  std::ifstream file(RECKONER_SOURCE_DIR "/docs/document-json.md");
  std::stringstream page;
  page << file.rdbuf();
  expect_documented(text::parse_json(to_json(full_specimen())), page.str());
  expect_documented(text::parse_json(to_json(credit_note_specimen())), page.str());
}

}  // namespace
}  // namespace reckoner::documents

#include "web/api_world.hpp"
#include "web/resource_id.hpp"

namespace reckoner::web {
namespace {

class SubjectsApiTest : public ApiTest {};

TEST_F(SubjectsApiTest, SubjectsAreDescribedListedAndDeleted) {
  const text::Json made = json("POST", "/api/v1/subjects", {},
                               R"([{"key": "acme", "displayName": "Acme", "metadata": {"a": [1]}},
                                   {"key": "b/c d"}])");
  ASSERT_EQ(made.as_array().size(), 2U);
  const text::Json& acme = made.as_array()[0];
  EXPECT_EQ(acme.at("id").as_string(), resource_id("subject", "acme"));
  EXPECT_EQ(acme.at("displayName").as_string(), "Acme");
  EXPECT_EQ(text::canonical(acme.at("metadata")), R"({"a":[1]})");
  EXPECT_EQ(acme.at("createdAt").as_string(), "2026-11-29T20:00:00Z");
  EXPECT_EQ(json("GET", "/api/v1/subjects"), made);
  EXPECT_EQ(json("GET", "/api/v1/subjects/acme"), acme);
  EXPECT_EQ(json("GET", "/api/v1/subjects/" + acme.at("id").as_string()), acme);
  EXPECT_EQ(json("GET", "/api/v1/subjects/b%2Fc%20d"), made.as_array()[1]);

  world.set_clock("2026-11-29T21:00:00Z");
  const text::Json again =
      json("POST", "/api/v1/subjects", {}, R"({"key": "acme", "displayName": null})");
  EXPECT_EQ(again.as_array().at(0).find("displayName"), nullptr);
  EXPECT_EQ(text::canonical(again.as_array().at(0).at("metadata")), R"({"a":[1]})");
  EXPECT_EQ(again.as_array().at(0).at("createdAt"), acme.at("createdAt"));

  EXPECT_EQ(call("DELETE", "/api/v1/subjects/acme").status, 204);
  EXPECT_EQ(refusal("GET", "/api/v1/subjects/acme"), "404 there is no subject 'acme'");
  EXPECT_EQ(refusal("DELETE", "/api/v1/subjects/acme"), "404 there is no subject 'acme'");
  EXPECT_EQ(json("GET", "/api/v1/subjects").as_array().size(), 1U);
  const text::Json anew = json("POST", "/api/v1/subjects", {}, R"([{"key": "acme"}])");
  EXPECT_EQ(text::canonical(anew.as_array().at(0).at("metadata")), "{}");
}

TEST_F(SubjectsApiTest, WhatIsNoSubjectIsRefusedWithItsPlace) {
  try {
    call("POST", "/api/v1/subjects", {}, R"([{"key": "a"}, {"displayName": "x"}, 5])");
    FAIL();
  } catch (const Problem& problem) {
    EXPECT_EQ(problem.status(), 400);
    ASSERT_EQ(problem.items().size(), 2U);
    EXPECT_EQ(problem.items()[0].at, "[1]");
    EXPECT_EQ(problem.items()[0].detail, "key is missing");
    EXPECT_EQ(problem.items()[1].detail, "expected an object, found a number");
  }
  EXPECT_TRUE(json("GET", "/api/v1/subjects").as_array().empty());
}

TEST_F(SubjectsApiTest, AKeyOfACustomerSeesItsOwnSubjects) {
  call("POST", "/api/v1/subjects", {}, R"([{"key": "acme"}, {"key": "globex"}])");
  principal.customer = customer("acme");
  EXPECT_EQ(json("GET", "/api/v1/subjects").as_array().size(), 1U);
  EXPECT_EQ(refusal("GET", "/api/v1/subjects/globex"), "404 there is no subject 'globex'");
  EXPECT_EQ(refusal("DELETE", "/api/v1/subjects/globex"), "404 there is no subject 'globex'");
  EXPECT_EQ(refusal("POST", "/api/v1/subjects", {}, R"([{"key": "globex"}])"),
            "403 the subject 'globex' is not this key's customer's");
}

}  // namespace
}  // namespace reckoner::web

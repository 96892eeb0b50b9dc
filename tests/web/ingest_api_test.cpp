#include "web/ingest_api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "text/json.hpp"

namespace reckoner::web {
namespace {

using testing::HasSubstr;

constexpr const char* kEvent =
    R"({"specversion":"1.0","id":"e1","source":"/s","type":"t","subject":"acme","data":1})";

class IngestApiTest : public testing::Test {
 protected:
  Response post(const std::string& content_type, const std::string& body,
                std::multimap<std::string, std::string, std::less<>> headers = {}) {
    Request request;
    request.method = "POST";
    request.body = body;
    request.headers = std::move(headers);
    if (!content_type.empty()) request.headers.emplace("content-type", content_type);
    request.principal = principal;
    const auto routes =
        ingest_routes({[this](metering::Submission given) {
                         submission = std::move(given);
                         ++calls;
                         if (failure) std::rethrow_exception(failure);
                         return receipt;
                       },
                       [] { return time::parse_instant("2026-11-29T20:00:00Z"); }, 3});
    EXPECT_EQ(routes.at(0).scope, Scope::kIngest);
    return routes.at(0).endpoint(request);
  }
  Problem refusal(const std::string& content_type, const std::string& body,
                  std::multimap<std::string, std::string, std::less<>> headers = {}) {
    try {
      post(content_type, body, std::move(headers));
    } catch (const Problem& problem) {
      return problem;
    } catch (const Error& error) {
      return Problem(400, error.what());
    }
    return Problem(0, "");
  }
  static std::string header(const Response& response, std::string_view name) {
    for (const auto& [known, value] : response.headers) {
      if (known == name) return value;
    }
    return "none";
  }

  Principal principal;
  metering::Receipt receipt;
  metering::Submission submission;
  std::exception_ptr failure;
  int calls = 0;
};

TEST_F(IngestApiTest, HandsEventsOnForTheKey) {
  principal.namespace_name = "customer:acme";
  principal.customer = CustomerId{7};
  receipt.counts = {.received = 1, .counted = 1};
  const Response response = post("application/cloudevents+json", kEvent);
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(header(response, "Reckoner-Counted"), "1");
  EXPECT_EQ(header(response, "Reckoner-Duplicate"), "0");
  EXPECT_EQ(header(response, "Reckoner-Quarantined"), "0");
  ASSERT_EQ(submission.events.size(), 1u);
  EXPECT_EQ(submission.events[0].namespace_name, "customer:acme");
  EXPECT_EQ(time::to_string(submission.events[0].occurred_at), "2026-11-29T20:00:00Z");
  EXPECT_EQ(submission.only_customer, CustomerId{7});
  EXPECT_EQ(submission.source, "http");
}

TEST_F(IngestApiTest, SaysWhatIsInQuarantine) {
  receipt.counts = {.received = 2, .counted = 0, .duplicate = 1, .quarantined = 1};
  receipt.quarantined = {{1, "no customer has the subject"}};
  const Response response =
      post("application/json", std::string("[") + kEvent + "," + kEvent + "]");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body,
            R"({"received":2,"counted":0,"duplicate":1,"quarantined":1,)"
            R"("items":[{"index":1,"id":"e1","reason":"no customer has the subject"}]})");
  EXPECT_EQ(header(response, "Reckoner-Quarantined"), "1");
}

TEST_F(IngestApiTest, SaysMoreWhereItIsPreferred) {
  receipt.counts = {.received = 1, .counted = 1};
  for (const char* preference :
       {"return=representation", "Return=Representation", "wait=5, return = \"representation\""}) {
    const Response response = post("application/json", kEvent, {{"prefer", preference}});
    EXPECT_EQ(response.status, 200) << preference;
    EXPECT_EQ(header(response, "Preference-Applied"), "return=representation");
  }
  EXPECT_EQ(post("application/json", kEvent, {{"prefer", "return=minimal"}}).status, 204);
}

TEST_F(IngestApiTest, AnEmptyBatchIsTaken) {
  EXPECT_EQ(post("application/cloudevents-batch+json", "[]").status, 204);
  EXPECT_EQ(calls, 0);
}

TEST_F(IngestApiTest, BinaryModeComesInHeaders) {
  receipt.counts = {.received = 1, .counted = 1};
  post("application/json", "7",
       {{"ce-specversion", "1.0"}, {"ce-id", "a%20b"}, {"ce-source", "/s"}, {"ce-type", "t"}});
  ASSERT_EQ(submission.events.size(), 1u);
  EXPECT_EQ(submission.events[0].id, "a b");
  EXPECT_EQ(submission.events[0].data.as_number(), "7");
}

TEST_F(IngestApiTest, WhatCannotBeTakenIsNotHandedOn) {
  EXPECT_EQ(refusal("text/csv", "a,b").status(), 415);
  EXPECT_EQ(refusal("", "").status(), 415);
  EXPECT_EQ(refusal("application/json", "{").status(), 400);
  EXPECT_EQ(refusal("application/json", "[1,2,3,4]").status(), 413);
  const Problem problem = refusal("application/json", std::string("[") + kEvent + ",{}]");
  EXPECT_EQ(problem.status(), 400);
  ASSERT_EQ(problem.items().size(), 1u);
  EXPECT_EQ(problem.items()[0].at, "events[1]");
  EXPECT_EQ(problem.items()[0].detail, "the event has no specversion");
  EXPECT_EQ(calls, 0);
}

TEST_F(IngestApiTest, TheQueueAndTheKeyMayRefuse) {
  failure = std::make_exception_ptr(metering::QueueFull());
  const Problem full = refusal("application/json", kEvent);
  EXPECT_EQ(full.status(), 429);
  EXPECT_EQ(full.retry_after(), 1);
  failure = std::make_exception_ptr(metering::ForeignSubject("the subject is another's"));
  EXPECT_EQ(refusal("application/json", kEvent).status(), 403);
}

}  // namespace
}  // namespace reckoner::web

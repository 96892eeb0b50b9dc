#include "metering/text_condition.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace reckoner::metering {
namespace {

bool holds(std::string_view condition, std::string_view text) {
  return TextCondition::parse(text::parse_json(condition)).holds(text);
}

std::string problem(std::string_view condition) {
  try {
    TextCondition::parse(text::parse_json(condition));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(TextConditionTest, EveryOperator) {
  EXPECT_TRUE(holds(R"({"$eq": "a"})", "a"));
  EXPECT_FALSE(holds(R"({"$eq": "a"})", "A"));
  EXPECT_TRUE(holds(R"("a")", "a"));
  EXPECT_TRUE(holds(R"({"$ne": "a"})", ""));
  EXPECT_FALSE(holds(R"({"$ne": "a"})", "a"));
  EXPECT_TRUE(holds(R"({"$in": ["a", "b"]})", "b"));
  EXPECT_FALSE(holds(R"({"$in": []})", ""));
  EXPECT_FALSE(holds(R"({"$nin": ["a", "b"]})", "b"));
  EXPECT_TRUE(holds(R"({"$nin": ["a", "b"]})", "c"));
  EXPECT_TRUE(holds(R"({"$like": "gpt-%"})", "gpt-4"));
  EXPECT_FALSE(holds(R"({"$like": "gpt-%"})", "GPT-4"));
  EXPECT_FALSE(holds(R"({"$nlike": "gpt-%"})", "gpt-4"));
  EXPECT_TRUE(holds(R"({"$ilike": "GPT-_"})", "gpt-4"));
  EXPECT_FALSE(holds(R"({"$nilike": "GPT-_"})", "gpt-4"));
  EXPECT_TRUE(holds(R"({"$gt": "a"})", "b"));
  EXPECT_FALSE(holds(R"({"$gt": "b"})", "b"));
  EXPECT_TRUE(holds(R"({"$gte": "b"})", "b"));
  EXPECT_TRUE(holds(R"({"$lt": "b"})", "a"));
  EXPECT_FALSE(holds(R"({"$lt": "b"})", "b"));
  EXPECT_TRUE(holds(R"({"$lte": "b"})", "b"));
  EXPECT_TRUE(holds(R"({"$and": [{"$gte": "b"}, {"$lt": "c"}]})", "bb"));
  EXPECT_FALSE(holds(R"({"$and": [{"$gte": "b"}, {"$lt": "c"}]})", "c"));
  EXPECT_TRUE(holds(R"({"$or": [{"$eq": "b"}, {"$eq": "c"}]})", "c"));
  EXPECT_FALSE(holds(R"({"$or": [{"$eq": "b"}, {"$eq": "c"}]})", "d"));
  EXPECT_TRUE(holds(R"({"$gte": "b", "$lt": "c"})", "b"));
  EXPECT_FALSE(holds(R"({"$gte": "b", "$lt": "c"})", "c"));
}

TEST(TextConditionTest, Patterns) {
  EXPECT_TRUE(matches_pattern("", ""));
  EXPECT_TRUE(matches_pattern("", "%%"));
  EXPECT_FALSE(matches_pattern("", "_"));
  EXPECT_TRUE(matches_pattern("aXbXc", "a%b%c"));
  EXPECT_TRUE(matches_pattern("ababab", "%ab"));
  EXPECT_FALSE(matches_pattern("ababa", "%ab"));
  EXPECT_TRUE(matches_pattern("grün", "gr_n"));
  EXPECT_FALSE(matches_pattern("grün", "gr__n"));
  EXPECT_TRUE(matches_pattern("50%", "50\\%"));
  EXPECT_FALSE(matches_pattern("500", "50\\%"));
  EXPECT_TRUE(matches_pattern("a_b", "a\\_b"));
  EXPECT_FALSE(matches_pattern("axb", "a\\_b"));
  EXPECT_TRUE(matches_pattern("a\\", "a\\\\"));
  EXPECT_TRUE(matches_pattern("a\\", "a\\"));
}

TEST(TextConditionTest, WhatIsNoConditionIsRefused) {
  EXPECT_EQ(problem("1"), "a condition is an object such as {\"$eq\": \"a\"}, not a number");
  EXPECT_EQ(problem("{}"), "a condition has at least one operator");
  EXPECT_EQ(problem(R"({"$eq": 1})"), "$eq: expected a string, found a number");
  EXPECT_EQ(problem(R"({"$and": []})"), "$and: there is nothing in it");
  EXPECT_EQ(problem(R"({"$and": [{"$in": "a"}]})"),
            "$and / $in: expected an array, found a string");
  EXPECT_EQ(problem(R"({"$regex": "a"})"),
            "unknown operator '$regex': there are $eq, $ne, $in, $nin, $like, $nlike, $ilike, "
            "$nilike, $gt, $gte, $lt, $lte, $and, $or");
}

}  // namespace
}  // namespace reckoner::metering

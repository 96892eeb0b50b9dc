#include "meters/json_path.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace reckoner::meters {
namespace {

/// What stands there, as canonical JSON; "-" for nothing.
std::string found(std::string_view path) {
  static const text::Json data = text::parse_json(
      R"({"usage": {"tokens": 5, "none": null}, "a.b": 1, "list": [10, {"x": 20}], "it's": 2, "": 3})");
  const text::Json* found = JsonPath::parse(path).find(data);
  return found == nullptr ? "-" : text::canonical(*found);
}

TEST(JsonPaths, FindOnePlace) {
  EXPECT_EQ(found("usage.tokens"), "5");
  EXPECT_EQ(found("$.usage.tokens"), "5");
  EXPECT_EQ(found("$['usage']['tokens']"), "5");
  EXPECT_EQ(found("$[\"usage\"].tokens"), "5");
  EXPECT_EQ(found("$['a.b']"), "1");
  EXPECT_EQ(found("a.b"), "-") << "names are split at dots";
  EXPECT_EQ(found("$.list[0]"), "10");
  EXPECT_EQ(found("$.list[-1].x"), "20");
  EXPECT_EQ(found("$.list[2]"), "-");
  EXPECT_EQ(found("$.list[-3]"), "-");
  EXPECT_EQ(found("$.list.x"), "-");
  EXPECT_EQ(found("$.usage[0]"), "-");
  EXPECT_EQ(found(R"($['it\'s'])"), "2");
  EXPECT_EQ(found("$['']"), "3");
  EXPECT_EQ(found("$.usage.none"), "null");
  EXPECT_EQ(found("$.usage.tokens.more"), "-");
  EXPECT_EQ(found("$")[0], '{');
}

TEST(JsonPaths, RefuseWhatIsNone) {
  for (const char* path :
       {"",      "a..b",   ".a",      "a.",         "$.",          "$..a", "$.*",
        "$[*]",  "$[0:2]", "$[?@.a]", "$['a','b']", "$[",          "$[a]", "$['a",
        "$['a'", "$[0",    "$.a b",   "$.a'b",      R"($['a\n'])", "$[1x]"}) {
    EXPECT_THROW(JsonPath::parse(path), Error) << path;
  }
}

}  // namespace
}  // namespace reckoner::meters

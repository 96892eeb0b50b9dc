#include "app/serve_options.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace reckoner::app {
namespace {

TEST(Roles, AreNamed) {
  EXPECT_EQ(parse_roles("").size(), 5u);
  EXPECT_EQ(parse_roles("ingest,web"), (std::set<Role>{Role::kIngest, Role::kWeb}));
  for (const char* text : {"ingests", "ingest,", ",", "ingest web"}) {
    EXPECT_THROW(parse_roles(text), UsageError) << text;
  }
}

TEST(Listen, IsAHostAndAPort) {
  EXPECT_FALSE(parse_listen("none"));
  EXPECT_EQ(parse_listen("127.0.0.1:8080")->host, "127.0.0.1");
  EXPECT_EQ(parse_listen("127.0.0.1:8080")->port, 8080);
  EXPECT_EQ(parse_listen("[::1]:0")->host, "::1");
  EXPECT_EQ(parse_listen("localhost:65535")->port, 65535);
  for (const char* text :
       {"", "8080", ":8080", "here", "::1:80", "a:b", "a:-1", "a:65536", "a:80x"}) {
    EXPECT_THROW(parse_listen(text), UsageError) << text;
  }
}

}  // namespace
}  // namespace reckoner::app

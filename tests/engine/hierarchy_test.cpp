// Parents and children among customers: trees whatever is asked for, and documents that go to a
// parent.

#include "accounts/hierarchy.hpp"

#include <gmock/gmock.h>

#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Hierarchy : public test::BillingTest {
 protected:
  Hierarchy() {
    world.set_clock("2026-10-01T00:00:00Z");
    for (const char* key : {"group", "east", "west", "shop", "other"}) world.customer(key);
  }

  accounts::Changed put(const std::string& customer, const std::string& parent,
                        bool gets_mails = false) {
    auto connection = world.connect();
    const auto active =
        world.versions().load(connection, world.versions().active(connection).value());
    const accounts::ChangeRules rules{active->configuration(), world.now(), {}};
    return accounts::set_parent(connection, rules, customer, {parent, gets_mails});
  }

  /// "group", "east 1 group", "shop 2 east".
  std::vector<std::string> subtree(const std::string& customer) {
    auto connection = world.connect();
    const CustomerId id{
        world.number("select customer_id from customer_key where key = '" + customer + "'")};
    const auto all = accounts::read_subtree(connection, id, customer);
    std::vector<std::string> names;
    for (const accounts::Below& one : all) {
      names.push_back(one.depth == 0
                          ? one.key
                          : one.key + " " + std::to_string(one.depth) + " " + all[one.parent].key);
    }
    return names;
  }
};

TEST_F(Hierarchy, IsATreeOfAnyDepth) {
  put("shop", "east");
  put("east", "group");
  put("west", "group");
  EXPECT_THAT(subtree("group"),
              ElementsAre("group", "east 1 group", "west 1 group", "shop 2 east"));
  EXPECT_THAT(subtree("east"), ElementsAre("east", "shop 1 east"));
  EXPECT_THAT(subtree("shop"), ElementsAre("shop"));
}

TEST_F(Hierarchy, ASubtreeMovesWhole) {
  put("east", "group");
  put("shop", "east");
  put("east", "west");
  EXPECT_THAT(subtree("group"), ElementsAre("group"));
  EXPECT_THAT(subtree("west"), ElementsAre("west", "east 1 west", "shop 2 east"));
  put("east", "");
  EXPECT_THAT(subtree("west"), ElementsAre("west"));
  EXPECT_THAT(subtree("east"), ElementsAre("east", "shop 1 east"));
}

TEST_F(Hierarchy, SaysWhetherItChangedAnything) {
  EXPECT_TRUE(put("east", "group").changed);
  EXPECT_FALSE(put("east", "group").changed);
  EXPECT_TRUE(put("east", "group", true).changed);
  EXPECT_TRUE(put("east", "").changed);
  EXPECT_FALSE(put("east", "").changed);
}

TEST_F(Hierarchy, RefusesCircles) {
  put("east", "group");
  put("shop", "east");
  EXPECT_THAT(test::error_of([&] { put("group", "group"); }),
              HasSubstr("cannot be its own parent"));
  EXPECT_THAT(test::error_of([&] { put("group", "shop"); }),
              HasSubstr("customer 'shop' is below 'group' already"));
  EXPECT_THAT(subtree("group"), ElementsAre("group", "east 1 group", "shop 2 east"));
}

TEST_F(Hierarchy, HasTenLevelsAtMost) {
  std::string above = "group";
  for (int level = 1; level < accounts::kTreeLevels; ++level) {
    const std::string key = "level" + std::to_string(level);
    world.customer(key);
    put(key, above);
    above = key;
  }
  EXPECT_THAT(test::error_of([&] { put("shop", above); }), HasSubstr("more than 10 levels"));
}

TEST_F(Hierarchy, DocumentsGoToTheParentWhichGetsTheMails) {
  world.import(accounts::ImportKind::kCustomers,
               "key,name,email,time-zone,anchor-day\ngroup,Group,group@example.com,UTC,1\n"
               "east,East,east@example.com,UTC,1\nwest,West,west@example.com,UTC,1\n");
  put("east", "group", true);
  put("west", "group");
  world.subscribe("east", "SMB", "2026-10-01");
  world.subscribe("west", "SMB", "2026-10-01");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(world.last_document("east").email, "group@example.com");
  EXPECT_EQ(world.last_document("east").customer_name, "East");
  EXPECT_EQ(world.last_document("west").email, "west@example.com");
  EXPECT_EQ(world.text("select string_agg(recipient, ' ' order by recipient) from outbox"),
            "group@example.com west@example.com");
}

}  // namespace

}  // namespace reckoner::engine

#include <gmock/gmock.h>

#include "delivery/outbox.hpp"
#include "support/billing.hpp"

namespace reckoner::delivery {

namespace {

using testing::ElementsAre;

/// What a customer's people have set about mails.
class MailSettingsTest : public test::BillingTest {
 protected:
  void set(bool mails, const std::string& also_to) {
    connection.execute({"test.settings", R"(
        insert into customer_setting (customer_id, mails, also_to, changed_at, changed_by)
        select customer_id, $1, $2::text[], $3, 'test' from customer_key where key = 'acme'
        on conflict (customer_id) do update set mails = $1, also_to = $2::text[])"},
                       {mails, also_to, world.now()});
  }
  std::vector<std::string> outbox() {
    std::vector<std::string> mails;
    for (const store::Row& row : connection.query(
             {"test.outbox", "select message_key, recipient, state from outbox order by 1"})) {
      mails.push_back(row.text(0) + " " + row.text(1) + " " + row.text(2));
    }
    return mails;
  }
  void bill() {
    world.customer("acme");
    world.subscribe("acme", "Professional", "2026-09-01");
  }

  store::Connection connection = world.connect();
};

TEST_F(MailSettingsTest, OtherAddressesGetMailsOfTheirOwn) {
  bill();
  set(true, "{books@acme.example,cfo@acme.example}");
  world.run("2026-10-01T02:00:00Z");
  EXPECT_THAT(outbox(), ElementsAre("copy:1:1 books@acme.example pending",
                                    "copy:1:2 cfo@acme.example pending",
                                    "document:1 billing@acme.example pending"));
}

TEST_F(MailSettingsTest, MailsThatWereSwitchedOffAreNotSent) {
  bill();
  world.run("2026-10-01T02:00:00Z");
  set(false, "{}");
  const auto mail = claim(connection, world.now(), std::chrono::seconds(60));
  ASSERT_TRUE(mail.has_value());
  EXPECT_FALSE(is_wanted(connection, *mail));
  EXPECT_TRUE(mark_unwanted(connection, *mail));
  EXPECT_THAT(outbox(), ElementsAre("document:1 billing@acme.example unwanted"));
  EXPECT_FALSE(claim(connection, world.now() + std::chrono::hours(24), std::chrono::seconds(60)));
}

}  // namespace

}  // namespace reckoner::delivery

#include "accounts/api_keys.hpp"

#include "accounts/accounts_database.hpp"

namespace reckoner::accounts {
namespace {

class ApiKeysTest : public AccountsTest {
 protected:
  NewApiKey create(const ApiKeyRequest& request) {
    return create_api_key(connection, request, {"ann"}, now);
  }
  std::string refusal(const ApiKeyRequest& request) {
    try {
      create(request);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
};

TEST_F(ApiKeysTest, AreFoundByTheirSecretOnly) {
  const NewApiKey made = create({"gateway", {"query", "ingest", "query"}, "", ""});
  EXPECT_EQ(made.secret.size(), 3u + 8 + 1 + 64);
  EXPECT_TRUE(made.secret.starts_with(made.key.prefix + "_"));
  const auto found = find_api_key(connection, made.secret, now);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->key_id, made.key.key_id);
  EXPECT_EQ(found->name, "gateway");
  EXPECT_EQ(found->scopes, (std::vector<std::string>{"ingest", "query"}));
  EXPECT_EQ(found->namespace_name, "default");
  EXPECT_EQ(found->customer, std::nullopt);
  EXPECT_EQ(found->created_by, "ann");
  EXPECT_FALSE(find_api_key(connection, made.secret.substr(1), now));
  EXPECT_FALSE(find_api_key(connection, made.key.prefix, now));
  EXPECT_FALSE(find_api_key(connection, "", now));
  EXPECT_NE(create({"gateway", {"ingest"}, "", ""}).secret, made.secret);
  EXPECT_EQ(row("count(*)) from api_key where position('" + made.secret.substr(12) +
                "' in api_key::text) > 0"),
            "0")
      << "the secret is stored";
}

TEST_F(ApiKeysTest, OfCustomersHaveTheCustomersNamespace) {
  customer("acme", "UTC", 1);
  const NewApiKey made = create({"acme's", {"ingest"}, "acme", ""});
  EXPECT_EQ(made.key.namespace_name, "customer:acme");
  const auto found = find_api_key(connection, made.secret, now);
  ASSERT_TRUE(found && found->customer);
  EXPECT_EQ(row("key) from customer where customer_id = " + std::to_string(found->customer->value)),
            "acme");
  EXPECT_EQ(found->customer_key, "acme");
  EXPECT_EQ(create({"x", {"ingest"}, "", "eu"}).key.namespace_name, "eu");
}

TEST_F(ApiKeysTest, AreRevokedOnce) {
  const NewApiKey made = create({"gateway", {"ingest"}, "", ""});
  const NewApiKey other = create({"other", {"ingest"}, "", ""});
  EXPECT_EQ(revoke_api_key(connection, made.key.key_id, {"bob"}, now).revoked_by, "bob");
  EXPECT_FALSE(find_api_key(connection, made.secret, now));
  EXPECT_TRUE(find_api_key(connection, other.secret, now));
  const auto keys = list_api_keys(connection);
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0].revoked_at, now);
  EXPECT_EQ(keys[1].revoked_at, std::nullopt);
  EXPECT_THROW(revoke_api_key(connection, made.key.key_id, {"bob"}, now), Error);
  EXPECT_THROW(revoke_api_key(connection, 999, {"bob"}, now), Error);
}

TEST_F(ApiKeysTest, Expire) {
  const auto end = now + std::chrono::hours(1);
  const NewApiKey made =
      create({.name = "gateway", .scopes = {"ingest"}, .customer = "", .expires_at = end});
  EXPECT_EQ(made.key.expires_at, end);
  EXPECT_TRUE(find_api_key(connection, made.secret, now));
  EXPECT_FALSE(find_api_key(connection, made.secret, end));
  EXPECT_EQ(refusal({.name = "late", .scopes = {"ingest"}, .customer = "", .expires_at = now}),
            "the key would have expired already");
}

TEST_F(ApiKeysTest, AreListedByPage) {
  customer("acme", "UTC", 1);
  for (const char* owner : {"acme", "", "acme", ""}) create({"k", {"query"}, owner, ""});
  const auto ids = [&](const KeyFilter& filter, std::int64_t limit) {
    std::vector<std::int64_t> found;
    for (const ApiKey& key : list_api_keys(connection, filter, limit)) found.push_back(key.key_id);
    return found;
  };
  EXPECT_THAT(ids({}, 3), ElementsAre(4, 3, 2));
  EXPECT_THAT(ids({{}, 2}, 3), ElementsAre(1));
  EXPECT_THAT(ids({find_api_key_by_id(connection, 1)->customer, {}}, 9), ElementsAre(3, 1));
  EXPECT_FALSE(find_api_key_by_id(connection, 9));
}

TEST_F(ApiKeysTest, LeaveAHistoryWithoutTheirSecret) {
  const NewApiKey made = create({"gateway", {"ingest"}, "", ""});
  revoke_api_key(connection, made.key.key_id, {"bob", "r-1"}, now);
  EXPECT_THAT(
      rows("who, action, subject, after::json->>'revoked', request) from audit_log order by entry"),
      ElementsAre("ann key.create key 1 'gateway' false ",
                  "bob key.revoke key 1 'gateway' true r-1"));
  EXPECT_EQ(row("count(*)) from audit_log where position('" + made.secret.substr(12) +
                "' in audit_log::text) > 0"),
            "0");
}

TEST_F(ApiKeysTest, SayWhatTheyCannotBe) {
  customer("acme", "UTC", 1);
  EXPECT_THAT(refusal({"", {"ingest"}, "", ""}), HasSubstr("the name is empty"));
  EXPECT_THAT(refusal({"a\nb", {"ingest"}, "", ""}), HasSubstr("control character"));
  EXPECT_THAT(refusal({"a", {}, "", ""}), HasSubstr("needs a scope"));
  EXPECT_THAT(refusal({"a", {"ingests"}, "", ""}), HasSubstr("did you mean 'ingest'"));
  EXPECT_THAT(refusal({"a", {"ingest"}, "nobody", ""}), HasSubstr("no customer 'nobody'"));
  EXPECT_THAT(refusal({"a", {"ingest"}, "acme", "eu"}), HasSubstr("own namespace"));
  EXPECT_THAT(refusal({"a", {"ingest"}, "", "customer:acme"}), HasSubstr("belongs to keys"));
  EXPECT_THAT(refusal({"a", {"admin"}, "acme", ""}), HasSubstr("not for a customer's key"));
  EXPECT_THAT(list_api_keys(connection), IsEmpty());
}

}  // namespace
}  // namespace reckoner::accounts

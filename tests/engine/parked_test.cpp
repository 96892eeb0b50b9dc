// 40 customers that cannot be billed, in eight ways, among a thousand.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <set>

#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using test::BillingWorld;
using test::statement_step;
using testing::SizeIs;

constexpr int kCustomers = 1000;
constexpr int kWays = 8;
constexpr int kOfEach = 5;

/// Customer i of 1,000 is bad in way i % 25 when i / 25 … : every 25th, the ways in turn.
std::optional<int> way_of(int customer) {
  if (customer % 25 != 7) return std::nullopt;
  return customer / 25 % kWays;
}

std::string key_of(int customer) {
  const auto way = way_of(customer);
  return fmt::format("{}{:04}", way ? fmt::format("bad{}-", *way) : "c", customer);
}

bool is_bad(const PeriodWork& period, std::string_view way) {
  return period.customer->customer.key.starts_with(way);
}

/// What goes wrong in the ways 0 to 3, until `mended`.
HandlerSpec harmful(const bool& mended) {
  return statement_step("HarmfulHandler", [&mended](StatementContext& context) {
    if (mended) return;
    context.for_each_period([](PeriodWork& period) {
      if (is_bad(period, "bad0")) throw Error("nonsense");
      if (is_bad(period, "bad1")) throw Bug("impossible");
      if (is_bad(period, "bad2")) static_cast<void>(period.segments.at(99));
      if (is_bad(period, "bad3")) period.lines.push_back(period.lines.front());
    });
  });
}

void populate(BillingWorld& world) {
  std::string customers = "key,name,email,time-zone,anchor-day\n";
  std::string subscriptions = "key,customer,plan,starts-on\n";
  for (int i = 0; i < kCustomers; ++i) {
    const std::string key = key_of(i);
    const bool by_rule = key.starts_with("bad4");
    customers += fmt::format("{0},{0} Ltd,,UTC,1\n", key);
    subscriptions +=
        fmt::format("{0},{0},{1},2026-10-01\n", key, by_rule ? "Enterprise" : "Professional");
  }
  world.import(accounts::ImportKind::kCustomers, customers);
  world.import(accounts::ImportKind::kSubscriptions, subscriptions);
  for (int i = 0; i < kCustomers; ++i) {
    if (way_of(i) == 5) world.subscribe_twice(key_of(i), "SMB", "2026-10-01");
  }
}

constexpr std::string_view kBreak = R"(
  create function refuse() returns trigger language plpgsql as $$
    begin
      if new.customer_name like 'bad6-%' then
        raise exception 'refused by the test' using errcode = 'check_violation';
      end if;
      return new;
    end $$;
  create trigger refuse before insert on document for each row execute function refuse();
  update customer set time_zone = 'Mars/Olympus' where key like 'bad7-%')";
constexpr std::string_view kMend = R"(
  drop trigger refuse on document;
  delete from subscription where external_key = 'twice';
  update customer set time_zone = 'UTC' where key like 'bad7-%')";

TEST(ParkedTest, FortyOfAThousandAreParkedWithTheirReasonsAndBilledOnceTheyAreMended) {
  bool mended = false;
  config::Files files = test::with_statement_steps(test::shipped_configuration(),
                                                   R"(<handler class="HarmfulHandler"/>)");
  files = test::edited(files, "billing-config.xml", "batch-size=\"1000\"", "batch-size=\"100\"");
  BillingWorld world(
      {.files = test::edited(files, "pricing/subscription-fee.dmn", "\"Enterprise\"", "\"Nobody\""),
       .handlers = {harmful(mended)}});
  populate(world);
  store::Connection owner = world.connect(store::Role::kOwner);
  owner.run_script({"break", kBreak});

  const RunSummary run = world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(run.due, kCustomers);
  EXPECT_EQ(run.counts.invoiced, kCustomers - kWays * kOfEach);
  EXPECT_EQ(run.counts.parked, kWays * kOfEach);
  const auto parked = world.runner().parked(run.run);
  ASSERT_THAT(parked, SizeIs(kWays * kOfEach));
  std::set<std::string> reasons;
  for (const ParkedCustomer& customer : parked) {
    EXPECT_TRUE(customer.key.starts_with("bad")) << customer.key << ": " << customer.reason;
    reasons.insert(customer.key.substr(0, 4) + ": " + customer.reason);
  }
  EXPECT_THAT(reasons, SizeIs(kWays)) << testing::PrintToString(reasons);
  EXPECT_EQ(world.number("select count(*) from document"), kCustomers - kWays * kOfEach);

  mended = true;
  owner.run_script({"mend", kMend});
  world.apply(files);
  const auto before = world.content_hashes();
  world.set_clock("2026-11-02T02:00:00Z");
  const RunSummary retry = world.run_by_hand({.retry_parked = true});
  EXPECT_EQ(retry.due, kWays * kOfEach);
  EXPECT_EQ(retry.counts.invoiced, kWays * kOfEach);
  EXPECT_GT(retry.version.value, run.version.value) << "a new attempt has its own version";
  const auto after = world.content_hashes();
  EXPECT_THAT(after, SizeIs(kCustomers));
  EXPECT_TRUE(std::includes(after.begin(), after.end(), before.begin(), before.end()))
      << "no other document changed";
  EXPECT_THAT(world.parked(), SizeIs(0));
  world.expect_books_in_order();
}

TEST(ParkedTest, WhoHasWaitedLongestIsTriedFirst) {
  bool mended = false;
  config::Files files = test::with_statement_steps(test::shipped_configuration(),
                                                   R"(<handler class="HarmfulHandler"/>)");
  files = test::edited(files, "billing-config.xml", "batch-size=\"1000\" workers=\"2\"",
                       "batch-size=\"1\" workers=\"1\"");
  BillingWorld world({.files = files, .handlers = {harmful(mended)}});
  for (const auto& [key, since] :
       {std::pair{"bad0-later", "2026-11-01"}, {"bad0-first", "2026-10-01"}}) {
    world.customer(key);
    world.subscribe(key, "SMB", since);
  }
  world.run("2026-11-01T02:00:00Z");
  world.run("2026-12-01T02:00:00Z");
  mended = true;
  world.customer("c");
  world.subscribe("c", "SMB", "2026-11-01");
  EXPECT_EQ(world.run_by_hand({.retry_parked = true}).counts.invoiced, 3);
  EXPECT_EQ(world.text("select string_agg(c.key, ' ' order by i.seq) from issued i "
                       "join customer c using (customer_id)"),
            "bad0-first bad0-later c");
}

}  // namespace

}  // namespace reckoner::engine

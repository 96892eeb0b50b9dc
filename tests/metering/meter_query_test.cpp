#include <random>

#include "metering/query_database.hpp"

namespace reckoner::metering {
namespace {

TEST_F(MeterQueryTest, AnEventIsThereAsSoonAsItIsTaken) {
  take({usage("a", "10", "2026-10-05T12:00:07Z")});
  EXPECT_THAT(ask("total", between("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z")),
              testing::ElementsAre("2026-10-05T00:00:00Z..2026-10-06T00:00:00Z = 10"));
  close_cut(connection, received_at);
  take({usage("b", "0.1", "2026-10-05T12:01:00Z"), usage("c", "0.2", "2026-10-05T12:02:00Z")});
  EXPECT_THAT(ask("total", between("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z")),
              testing::ElementsAre("2026-10-05T00:00:00Z..2026-10-06T00:00:00Z = 10.3"));
}

TEST_F(MeterQueryTest, TimesCountToTheSecondAndToIsOutside) {
  take({usage("a", "1", "2026-10-05T12:00:07.999Z"), usage("b", "2", "2026-10-05T12:00:08Z"),
        usage("c", "4", "2026-10-05T12:00:09.5Z"), usage("d", "8", "2026-10-05T12:00:10Z")});
  EXPECT_THAT(ask("total", between("2026-10-05T12:00:08.900Z", "2026-10-05T12:00:10.900Z")),
              testing::ElementsAre("2026-10-05T12:00:08Z..2026-10-05T12:00:10Z = 6"));
}

TEST_F(MeterQueryTest, WithoutFromAndToTheMinutesOfTheGroupsEventsBoundIt) {
  take({usage("a", "1", "2026-10-05T12:03:07Z"), usage("b", "2", "2026-10-07T08:59:59Z"),
        usage("c", "4", "2026-10-06T00:00:00Z", "globex")});
  close_cut(connection, received_at);
  MeterQuery query{.from = {}, .to = {}, .window = {}};
  EXPECT_THAT(ask("total", query),
              testing::ElementsAre("2026-10-05T12:03:00Z..2026-10-07T09:00:00Z = 7"));
  query.by_subject = true;
  EXPECT_THAT(ask("total", query),
              testing::ElementsAre("2026-10-05T12:03:00Z..2026-10-07T09:00:00Z acme = 3",
                                   "2026-10-06T00:00:00Z..2026-10-06T00:01:00Z globex = 4"));
  query.by_subject = false;
  query.from = time::parse_instant("2026-10-06T00:00:00Z");
  EXPECT_THAT(ask("total", query),
              testing::ElementsAre("2026-10-06T00:00:00Z..2026-10-07T09:00:00Z = 6"));
  query.from = time::parse_instant("2027-01-01T00:00:00Z");
  EXPECT_TRUE(ask("total", query).empty());
}

TEST_F(MeterQueryTest, WindowsWithoutEventsAreLeftOutAndMinutesAreExact) {
  take({usage("a", "1", "2026-10-05T12:03:07Z"), usage("b", "2", "2026-10-05T12:03:59Z"),
        usage("c", "4", "2026-10-05T12:05:00Z")});
  close_cut(connection, received_at);
  MeterQuery query = between("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z");
  query.window = WindowSize::kMinute;
  EXPECT_THAT(ask("events", query),
              testing::ElementsAre("2026-10-05T12:03:00Z..2026-10-05T12:04:00Z = 2",
                                   "2026-10-05T12:05:00Z..2026-10-05T12:06:00Z = 1"));
}

TEST_F(MeterQueryTest, AveragesHaveTwelveDigits) {
  take({usage("a", "1", kNoon), usage("b", "1", kNoon), usage("c", "2", kNoon)});
  EXPECT_THAT(ask("mean", between("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z")),
              testing::ElementsAre("2026-10-05T00:00:00Z..2026-10-06T00:00:00Z = 1.333333333333"));
}

TEST_F(MeterQueryTest, GroupsAndFilters) {
  take({usage("a", "1", kNoon), usage("b", "2", kNoon, "globex", "llama"),
        usage("c", "4", kNoon, "globex-west", ""), usage("d", "8", kNoon, "acme", "gpt", "us")});
  close_cut(connection, received_at);
  const std::string day = "2026-10-05T00:00:00Z..2026-10-06T00:00:00Z";
  MeterQuery query = between("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z");
  query.group_by = {"model"};
  EXPECT_THAT(ask("total", query),
              testing::ElementsAre(day + " [] = 4", day + " [gpt] = 9", day + " [llama] = 2"));
  query.group_by = {"region", "model"};
  query.subjects = {"acme", "nobody"};
  query.by_subject = true;
  EXPECT_THAT(ask("total", query),
              testing::ElementsAre(day + " acme [eu] [gpt] = 1", day + " acme [us] [gpt] = 8"));
  query = between("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z");
  query.customers = {CustomerId{2}};
  query.by_customer = true;
  EXPECT_THAT(ask("total", query), testing::ElementsAre(day + " 2 = 6"));
  query = between("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z");
  query.filters.emplace("model", TextCondition::one_of({"gpt", ""}));
  EXPECT_THAT(ask("total", query), testing::ElementsAre(day + " = 13"));
  query.filters.emplace("region", TextCondition::one_of({"us"}));
  EXPECT_THAT(ask("total", query), testing::ElementsAre(day + " = 8"));
  query.customers.emplace();
  EXPECT_TRUE(ask("total", query).empty());
}

TEST_F(MeterQueryTest, WhatCannotBeAskedIsSaid) {
  MeterQuery query = between("2026-10-05T00:00:00Z", "2026-10-05T00:00:00.5Z");
  EXPECT_EQ(problem(query), "from 2026-10-05T00:00:00Z is not before to 2026-10-05T00:00:00Z");
  query = between("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z");
  query.group_by = {"colour"};
  EXPECT_EQ(problem(query), "invalid group by: colour");
  query.group_by.clear();
  query.filters.emplace("colour", TextCondition::one_of({"red"}));
  EXPECT_EQ(problem(query), "invalid group by filter: colour");
}

TEST_F(MeterQueryTest, AnswersAreBounded) {
  take({usage("a", "1", kNoon), usage("b", "2", kNoon, "globex"),
        usage("c", "4", kNoon, "globex-west")});
  MeterQuery query = between("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z");
  query.by_subject = true;
  query.rows_max = 3;
  EXPECT_EQ(ask("total", query).size(), 3U);
  query.rows_max = 2;
  EXPECT_EQ(problem(query),
            "the answer would have more than 2 rows: ask for a shorter time, longer windows or "
            "fewer groups");
  query.window = WindowSize::kHour;
  EXPECT_EQ(problem(query),
            "the time has more than 2 windows: ask for a shorter time or longer windows");
}

TEST_F(MeterQueryTest, VoidedEventsDoNotCountAndExtremesAreFoundAgain) {
  take({usage("a", "1", "2026-10-05T12:00:00Z")});
  take({usage("b", "5", "2026-10-05T12:01:00Z")});
  take({usage("c", "9", "2026-10-05T12:02:00Z")});
  take({usage("d", "7", "2026-10-05T13:02:00Z", "globex")});
  close_cut(connection, received_at);
  take_back("a");
  take_back("c");
  take_back("d");
  for (int i = 0; i < 2; ++i) {
    const MeterQuery query = between("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z");
    const std::string day = "2026-10-05T00:00:00Z..2026-10-06T00:00:00Z = ";
    EXPECT_THAT(ask("total", query), testing::ElementsAre(day + "5"));
    EXPECT_THAT(ask("events", query), testing::ElementsAre(day + "1"));
    EXPECT_THAT(ask("least", query), testing::ElementsAre(day + "5"));
    EXPECT_THAT(ask("most", query), testing::ElementsAre(day + "5"));
    MeterQuery minutes = query;
    minutes.window = WindowSize::kMinute;
    EXPECT_THAT(ask("total", minutes),
                testing::ElementsAre("2026-10-05T12:01:00Z..2026-10-05T12:02:00Z = 5"));
    close_cut(connection, received_at);
  }
}

TEST_F(MeterQueryTest, MinutesHaveOnlyWhatCameWhileTheMeterCounted) {
  take({usage("a", "1", kNoon)});
  take({usage("b", "2", kNoon)});
  take({usage("c", "4", kNoon)});
  const std::int64_t first = number("select min(batch_id) from ingest_batch");
  life.since_batch = first;
  life.until_batch = first + 1;
  MeterQuery query = between("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z");
  query.window = WindowSize::kMinute;
  EXPECT_THAT(ask("total", query),
              testing::ElementsAre("2026-10-05T12:00:00Z..2026-10-05T12:01:00Z = 2"));
}

TEST_F(MeterQueryTest, ArchivedEventsAreMissedAloudWhereTheyAreNeeded) {
  take({usage("a", "1", "2026-08-05T12:00:00Z")});
  connection.execute(
      {"archive",
       "insert into archived_month (month, file, sha256, first_batch, last_batch, "
       "events, archived_at, archived_by) values ('2026-08', 'f', $1, 1, 1, 1, $2, "
       "'test')"},
      {store::Bytes(std::string_view("12345678901234567890123456789012")), received_at});
  EXPECT_EQ(problem(between("2026-08-05T00:00:00Z", "2026-08-06T00:00:00Z")), "");
  EXPECT_EQ(problem(between("2026-08-05T00:01:00Z", "2026-08-06T00:00:00Z")),
            "the single events of 2026-08-05T00:01:00Z are needed, and those received until the "
            "end of 2026-08 are archived: bring them back, or ask for whole quarter hours");
  EXPECT_EQ(problem(between("2026-09-05T00:01:00Z", "2026-09-06T00:00:00Z")), "");
}

/// What the database makes of the raw events themselves.
class SecondLook {
 public:
  SecondLook(store::Connection& connection, const MeterQuery& query, std::string_view meter)
      : connection_(connection), query_(query), meter_(meter) {}

  std::vector<std::string> lines() {
    const std::string zone(query_.zone.name());
    const std::string unit = query_.window == WindowSize::kMinute ? "minute"
                             : query_.window == WindowSize::kHour ? "hour"
                             : query_.window == WindowSize::kDay  ? "day"
                                                                  : "month";
    const std::string start =
        query_.window ? "date_trunc('" + unit + "', at, '" + zone + "')" : "$1::timestamptz";
    const std::string value = meter_ == "events"  ? "count(*)::numeric"
                              : meter_ == "total" ? "sum(bytes)"
                              : meter_ == "least" ? "min(bytes)"
                              : meter_ == "most"  ? "max(bytes)"
                                                  : "round(avg(bytes), 12)";
    std::string group = "select " + start + " as window_start, ";
    group += query_.by_subject ? "subject, " : "'' as subject, ";
    group += query_.by_customer ? "customer_id, " : "0::bigint as customer_id, ";
    group += query_.group_by.empty() ? "'' as model, " : "model, ";
    group += value + " as value from e where at >= $1 and at < $2";
    if (query_.subjects) group += " and subject in ('acme', 'globex-west')";
    if (!query_.filters.empty()) group += " and model in ('gpt', '')";
    const std::string sql =
        "with e as (select occurred_at as at, r.subject, r.customer_id,"
        " coalesce(data::jsonb->>'model', '') as model, (data::jsonb->>'bytes')::numeric as bytes"
        " from raw_event r where not exists (select from event_void v where v.customer_id ="
        " r.customer_id and v.event_batch = r.batch_id and v.event_seq = r.seq)) "
        "select * from (" +
        group +
        " group by 1, 2, 3, 4) g order by window_start, subject collate"
        " \"C\", customer_id, model collate \"C\"";
    static int count = 0;
    const std::string name = "second" + std::to_string(++count);
    std::vector<std::string> lines;
    for (const store::Row& row : connection_.query({name, sql}, {*query_.from, *query_.to})) {
      std::string line = time::to_string(row.instant("window_start"));
      if (query_.by_subject) line += " " + row.text("subject");
      if (query_.by_customer) line += fmt::format(" {}", row.int64("customer_id"));
      if (!query_.group_by.empty()) line += fmt::format(" [{}]", row.text("model"));
      lines.push_back(line + " = " + row.decimal("value").to_string());
    }
    return lines;
  }

 private:
  store::Connection& connection_;
  const MeterQuery& query_;
  const std::string meter_;
};

TEST_F(MeterQueryTest, AgreesWithASecondLookAtTheRawEvents) {
  std::mt19937 random(20261129);
  const auto pick = [&](std::size_t below) { return random() % below; };
  const std::array<std::string, 3> subjects{"acme", "globex", "globex-west"};
  const std::array<std::string_view, 3> models{"gpt", "llama", ""};
  // Around the clock changes of New York and Lord Howe of autumn.
  const std::array begins{time::parse_instant("2026-10-31T20:00:00Z"),
                          time::parse_instant("2026-10-03T08:00:00Z")};
  std::vector<std::string> ids;
  for (std::size_t batch = 0; batch < 60; ++batch) {
    const time::Instant at = begins[batch % 2] + std::chrono::seconds(pick(48 * 3600));
    const std::string id = std::to_string(batch);
    ids.push_back(id);
    take({usage(id, fmt::format("{}.{}", pick(100), pick(1000)), time::to_string(at),
                subjects[pick(3)], models[pick(3)], "eu")});
    if (batch % 17 == 16) close_cut(connection, received_at);
    if (batch % 29 == 28) merge_totals(connection);
    if (batch % 10 == 9) take_back(ids[batch - pick(9)]);
  }
  for (int round = 0; round < 150; ++round) {
    const time::Instant from = begins[pick(2)] + std::chrono::seconds(pick(36 * 3600));
    const auto length = pick(4) == 0 ? pick(900) + 1 : pick(48 * 3600) + 1;
    MeterQuery query{.from = from, .to = from + std::chrono::seconds(length), .window = {}};
    const std::size_t size = pick(5);
    if (size < 4) query.window = static_cast<WindowSize>(size);
    if (pick(2) == 0) query.zone = time::Zone::named("America/New_York");
    // Half-hour changes make hours that date_trunc has otherwise.
    if (query.window != WindowSize::kHour && pick(3) == 0) {
      query.zone = time::Zone::named("Australia/Lord_Howe");
    }
    query.by_subject = pick(2) == 0;
    query.by_customer = pick(3) == 0;
    if (pick(2) == 0) query.group_by = {"model"};
    if (pick(3) == 0) {
      query.subjects = {"acme", "globex-west"};
      query.by_subject = true;
    }
    if (pick(3) == 0) query.filters.emplace("model", TextCondition::one_of({"gpt", ""}));
    for (const auto& [name, aggregation] : kMeters) {
      std::vector<std::string> lines = ask(name, query);
      for (std::string& line : lines) line.erase(line.find(".."), 22);
      ASSERT_EQ(lines, SecondLook(connection, query, name).lines())
          << "round " << round << " meter " << name << " from " << time::to_string(from) << " for "
          << length << " s in " << query.zone.name();
    }
  }
}

}  // namespace
}  // namespace reckoner::metering

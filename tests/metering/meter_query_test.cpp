#include "metering/meter_query.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>
#include <random>

#include "metering/cut.hpp"
#include "metering/metering_database.hpp"
#include "store/transaction.hpp"
#include "usage/bucket.hpp"

namespace reckoner::metering {
namespace {

using domain::Aggregation;

class MeterQueryTest : public MeteringTest {
 protected:
  MeterQueryTest() {
    meters.clear();
    for (const auto& [name, aggregation] : kMeters) {
      domain::Meter meter;
      meter.name = name;
      meter.event_type = "transfer";
      meter.aggregation = aggregation;
      if (aggregation != Aggregation::kCount) meter.value = "bytes";
      meter.group_by = {{"model", "model"}, {"region", "region"}};
      meters.push_back(meter);
    }
    give("acme", 1);
    give("globex", 2);
    give("globex-west", 2);
  }

  static constexpr std::array kMeters{
      std::pair{"total", Aggregation::kSum}, std::pair{"events", Aggregation::kCount},
      std::pair{"least", Aggregation::kMin}, std::pair{"most", Aggregation::kMax},
      std::pair{"mean", Aggregation::kAverage}};

  static UsageEvent usage(std::string id, std::string_view bytes, std::string_view at,
                          std::string subject = "acme", std::string_view model = "gpt",
                          std::string_view region = "eu") {
    UsageEvent made = event(std::move(id), bytes, std::move(subject), at);
    std::vector<text::Json::Member> members{{"bytes", text::Json::number(std::string(bytes))},
                                            {"region", text::Json::string(std::string(region))}};
    if (!model.empty()) members.push_back({"model", text::Json::string(std::string(model))});
    made.data = text::Json::object(std::move(members));
    return made;
  }

  const domain::Meter& meter(std::string_view name) const {
    return *std::find_if(meters.begin(), meters.end(),
                         [&](const domain::Meter& one) { return one.name == name; });
  }

  static MeterQuery between(std::string_view from, std::string_view to) {
    return {.from = time::parse_instant(from), .to = time::parse_instant(to), .window = {}};
  }

  /// "start..end subject customer dimensions = value", a line a row.
  std::vector<std::string> ask(std::string_view name, const MeterQuery& query) {
    const store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
    std::vector<std::string> lines;
    for (const UsageRow& row : query_meter(connection, meter(name), life, query)) {
      std::string line = fmt::format("{}..{}", time::to_string(row.window.starts_at),
                                     time::to_string(row.window.ends_at));
      if (row.subject) line += " " + *row.subject;
      if (row.customer) line += fmt::format(" {}", row.customer->value);
      for (const std::string& dimension : row.dimensions) line += fmt::format(" [{}]", dimension);
      lines.push_back(line + " = " + row.value.to_string());
    }
    return lines;
  }

  std::string problem(const MeterQuery& query) {
    try {
      ask("total", query);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  /// Takes the event of a batch of one back, as a correction does.
  void take_back(std::string_view event_id) {
    const std::string id(event_id);
    connection.execute({"void", R"(
      insert into event_void (customer_id, event_batch, event_seq, batch_id, namespace, key, source,
                              event_id, type, subject, occurred_at, reason, voided_by, voided_at)
      select customer_id, batch_id, seq, batch_id, namespace, gen_random_uuid(), source, event_id,
             type, subject, occurred_at, 'wrong', 'test', $2
        from raw_event where event_id = $1)"},
                       {id, received_at});
    const auto row = connection
                         .query({"voided event",
                                 "select customer_id, subject, occurred_at, data from raw_event "
                                 "where event_id = $1"},
                                {id})
                         .only();
    const std::int64_t batch =
        connection
            .query({"void batch",
                    "insert into ingest_batch (source, received_at, received, counted, duplicate, "
                    "quarantined) values ('void', $1, 0, 0, 0, 0) returning batch_id"},
                   {received_at})
            .only()
            .int64(0);
    const text::Json data = text::parse_json(row.text("data"));
    for (const domain::Meter& one : meters) {
      if (!domain::is_folded(one.aggregation)) continue;
      const money::Decimal value = one.aggregation == Aggregation::kCount
                                       ? money::Decimal(1)
                                       : money::Decimal::parse(data.at("bytes").as_number());
      connection.execute(
          {"void delta",
           "insert into usage_delta (customer_id, batch_id, meter, subject, dimensions, bucket, "
           "event_count, value_sum) values ($1, $2, $3, $4, $5, $6, -1, $7)"},
          {row.int64("customer_id"), batch, one.name, row.text("subject"),
           meters::dimensions_of(one, data), usage::bucket_of(row.instant("occurred_at")), -value});
    }
  }

  MeterLife life;
};

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

/// Meters that look at more than a fold keeps.
class PointQueryTest : public MeterQueryTest {
 protected:
  PointQueryTest() {
    for (const auto& [name, aggregation] :
         {std::pair{"models", Aggregation::kUniqueCount}, std::pair{"last", Aggregation::kLatest},
          std::pair{"hours", Aggregation::kTimeWeighted}, std::pair{"grown", Aggregation::kCounter},
          std::pair{"alive", Aggregation::kHeartbeat},
          std::pair{"p50", Aggregation::kPercentile}}) {
      domain::Meter made;
      made.name = name;
      made.event_type = "transfer";
      made.aggregation = aggregation;
      if (aggregation != Aggregation::kHeartbeat) made.value = "bytes";
      if (aggregation == Aggregation::kUniqueCount) made.value = "model";
      made.group_by = {{"region", "region"}};
      made.percentile = 50;
      made.gap = std::chrono::minutes(30);
      meters.push_back(made);
    }
  }
  const MeterQuery day = between("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z");
  const std::string span = "2026-10-05T00:00:00Z..2026-10-06T00:00:00Z = ";
};

TEST_F(PointQueryTest, EachKindMeasuresADay) {
  take({usage("a", "10", "2026-10-04T12:00:00Z"), usage("b", "4", "2026-10-05T12:00:00Z"),
        usage("c", "6", "2026-10-05T12:20:00Z", "acme", "llama"),
        usage("d", "2", "2026-10-05T18:00:00Z", "acme", "gpt")});
  EXPECT_THAT(ask("models", day), testing::ElementsAre(span + "2"));
  EXPECT_THAT(ask("last", day), testing::ElementsAre(span + "2"));
  EXPECT_THAT(ask("p50", day), testing::ElementsAre(span + "4"));
  // 10 until noon, 4 for 20 minutes, 6 until 18:00, 2 until midnight.
  EXPECT_THAT(ask("hours", day), testing::ElementsAre(span + "167.333333333333"));
  // From 10 to 4 is a start again, 4 to 6 grows 2, 6 to 2 is a start again.
  EXPECT_THAT(ask("grown", day), testing::ElementsAre(span + "8"));
  EXPECT_THAT(ask("alive", day), testing::ElementsAre(span + "0.333333333333"));
}

TEST_F(PointQueryTest, WindowsHaveTheirOwnMeasure) {
  take({usage("a", "10", "2026-10-05T10:30:00Z"), usage("b", "0", "2026-10-05T13:00:00Z")});
  MeterQuery hours = day;
  hours.window = WindowSize::kHour;
  const auto hour = [](int begin, std::string_view value) {
    return fmt::format("2026-10-05T{}:00:00Z..2026-10-05T{}:00:00Z = {}", begin, begin + 1, value);
  };
  EXPECT_THAT(ask("hours", hours),
              testing::ElementsAre(hour(10, "5"), hour(11, "10"), hour(12, "10"), hour(13, "0")));
  EXPECT_THAT(ask("last", hours), testing::ElementsAre(hour(10, "10"), hour(13, "0")));
  hours.from = time::parse_instant("2026-10-05T11:30:00Z");
  EXPECT_THAT(ask("hours", hours),
              testing::ElementsAre(hour(11, "5"), hour(12, "10"), hour(13, "0")));
}

TEST_F(PointQueryTest, GroupsSubjectsAndVoids) {
  take({usage("a", "10", "2026-10-05T10:00:00Z", "acme", "gpt", "eu")});
  take({usage("b", "5", "2026-10-05T11:00:00Z", "globex", "gpt", "us")});
  take({usage("c", "7", "2026-10-05T12:00:00Z", "globex", "llama", "us")});
  MeterQuery grouped = day;
  grouped.group_by = {"region"};
  const std::string window = "2026-10-05T00:00:00Z..2026-10-06T00:00:00Z ";
  EXPECT_THAT(ask("models", grouped),
              testing::ElementsAre(window + "[eu] = 1", window + "[us] = 2"));
  take_back("c");
  EXPECT_THAT(ask("models", grouped),
              testing::ElementsAre(window + "[eu] = 1", window + "[us] = 1"));
  grouped.subjects = {"globex"};
  grouped.by_subject = true;
  EXPECT_THAT(ask("last", grouped), testing::ElementsAre(window + "globex [us] = 5"));
  EXPECT_EQ(subjects_of_meter(connection, meter("last"), std::nullopt),
            (std::vector<std::string>{"acme", "globex"}));
  MeterQuery open;
  EXPECT_THAT(ask("last", open),
              testing::ElementsAre("2026-10-05T10:00:00Z..2026-10-05T11:01:00Z = 5"));
}

}  // namespace
}  // namespace reckoner::metering

#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <map>

#include "metering/cut.hpp"
#include "metering/reader.hpp"
#include "metering_database.hpp"

namespace reckoner::metering {
namespace {

/// An access log is read again and again while it is copied, renamed and rotated: each line counts
/// once.
class LogFilesTest : public MeteringTest {
 protected:
  IngestCounts take_log(std::string_view name, std::string_view content,
                        std::string_view source = "edge-1") {
    const auto events = read_events({name, content, source}, parse_mapping("type:=transfer"));
    return ingest(connection, meters::MeterReader(meters), source, events, received_at);
  }

  static std::string line(int second, int bytes, std::string_view client = "10.0.0.1") {
    return fmt::format(
        "{} - - [17/May/2015:10:{:02}:{:02} +0000] \"GET /a HTTP/1.1\" 200 {} \"-\" \"x\"\n",
        client, second / 60, second % 60, bytes);
  }

  static std::string lines(int from, int until) {
    std::string text;
    for (int second = from; second < until; ++second) text += line(second, 1);
    return text;
  }

  void give_to_customers(const std::vector<std::string>& clients) {
    std::vector<std::int64_t> ids;
    for (std::size_t i = 1; i <= clients.size(); ++i) ids.push_back(static_cast<std::int64_t>(i));
    connection.execute({"give_all",
                        "insert into subject (namespace, subject, starts_at, customer_id) "
                        "select 'default', client, '2000-01-01', id "
                        "from unnest($1::text[], $2::bigint[]) given (client, id)"},
                       {clients, ids});
  }
};

TEST_F(LogFilesTest, CopiesAndNewNamesChangeNothing) {
  give("10.0.0.1", 1);
  EXPECT_EQ(take_log("access.log", lines(0, 100)).counted, 100);
  EXPECT_EQ(take_log("access.log", lines(0, 100)).duplicate, 100);
  EXPECT_EQ(take_log("copy of access.log", lines(0, 100)).duplicate, 100);
  EXPECT_EQ(quantity(1), "100");
}

TEST_F(LogFilesTest, ALogThatHasGrownAddsItsNewLines) {
  give("10.0.0.1", 1);
  take_log("access.log", lines(0, 60));
  const IngestCounts grown = take_log("access.log", lines(0, 100));
  EXPECT_EQ(grown.counted, 40);
  EXPECT_EQ(grown.duplicate, 60);
  EXPECT_EQ(quantity(1), "100");
}

TEST_F(LogFilesTest, ARotatedLogAndItsSuccessorAddUp) {
  give("10.0.0.1", 1);
  take_log("access.log", lines(0, 60));
  EXPECT_EQ(take_log("access.log.1", lines(0, 80)).counted, 20);
  EXPECT_EQ(take_log("access.log", lines(80, 90)).counted, 10);
  EXPECT_EQ(take_log("access.log.2", lines(0, 80)).counted, 0);
  EXPECT_EQ(quantity(1), "90");
}

TEST_F(LogFilesTest, RepeatedLinesEachCount) {
  give("10.0.0.1", 1);
  const std::string twice = line(1, 5) + line(2, 7) + line(1, 5);
  EXPECT_EQ(take_log("access.log", twice).counted, 3);
  const IngestCounts grown = take_log("renamed", twice + line(1, 5) + line(3, 1));
  EXPECT_EQ(grown.counted, 2);
  EXPECT_EQ(grown.duplicate, 3);
  EXPECT_EQ(quantity(1), "23");
}

TEST_F(LogFilesTest, AnotherSourceIsAnotherLog) {
  give("10.0.0.1", 1);
  take_log("access.log", lines(0, 10), "edge-1");
  EXPECT_EQ(take_log("access.log", lines(0, 10), "edge-2").counted, 10);
}

TEST_F(LogFilesTest, ABadLineStoresNothingOfTheFile) {
  give("10.0.0.1", 1);
  EXPECT_THROW(take_log("access.log", lines(0, 10) + "rubbish\n"), UnreadableLines);
  EXPECT_EQ(number("select count(*) from ingest_batch"), 0);
}

/// Rows by client, in an order that is neither the file's nor the keys'.
std::map<std::string, std::int64_t> bytes_by_client(std::string_view content) {
  std::map<std::string, std::int64_t> bytes;
  while (!content.empty()) {
    const std::string_view line = content.substr(0, content.find('\n'));
    content.remove_prefix(line.size() + 1);
    // The number stands behind the request's quote and the status: '" 200 203023 '.
    const std::size_t status = line.find("\" ", line.find('"') + 1) + 2;
    bytes[std::string(line.substr(0, line.find(' ')))] +=
        std::atoll(std::string(line.substr(status + 4, 20)).c_str());
  }
  return bytes;
}

TEST_F(LogFilesTest, ARealLogIsCountedExactly) {
  const std::string folder = std::string(RECKONER_SOURCE_DIR) + "/../shared/data/apache-logs/";
  if (!std::filesystem::exists(folder + "apache_logs")) {
    std::cout << "The real log (" << folder << "apache_logs) is not here: a generated one of 300 "
              << "lines is counted instead.\n";
    give("10.0.0.1", 1);
    EXPECT_EQ(take_log("generated", lines(0, 300)).counted, 300);
    EXPECT_EQ(take_log("copy", lines(0, 300)).duplicate, 300);
    EXPECT_EQ(quantity(1), "300");
    return;
  }
  const std::string content = file_content(folder + "apache_logs");
  const auto expected = bytes_by_client(content);
  std::vector<std::string> clients;
  for (const auto& [client, bytes] : expected) clients.push_back(client);
  ASSERT_EQ(clients.size(), 1'753U);
  give_to_customers(clients);

  // The first half, as if the log were read while it grew; then all of it.
  const std::size_t half = content.find('\n', content.size() / 2) + 1;
  const IngestCounts first = take_log("access.log", content.substr(0, half));
  const auto start = std::chrono::steady_clock::now();
  const IngestCounts whole = take_log("access.log.1", content);
  EXPECT_EQ(first.counted + whole.counted, 10'000);
  EXPECT_EQ(whole.duplicate, first.counted);
  EXPECT_EQ(whole.quarantined, 0);
  const auto again = take_log("renamed", content);
  EXPECT_EQ(again.duplicate, 10'000);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  std::cout << fmt::format("20,000 lines read and settled in {:.2f} s\n", elapsed.count());

  close_cut(connection, received_at);
  const auto check_totals = [&] {
    EXPECT_EQ(text("select sum(value_sum)::text from usage_total"), "2747282740");
    EXPECT_EQ(number("select sum(event_count)::bigint from usage_total"), 10'000);
    EXPECT_EQ(text("select string_agg(day || ' ' || bytes, ', ' order by day) from ("
                   " select extract(day from bucket at time zone 'UTC') as day,"
                   "        sum(value_sum) as bytes from usage_total group by 1) days"),
              "17 414259902, 18 788636158, 19 665827339, 20 878559341");
    const auto rows =
        connection.query({"by_client",
                          "select subject, sum(value_sum) as bytes, count(distinct customer_id) as "
                          "owners from usage_total group by subject"});
    EXPECT_EQ(rows.size(), expected.size());
    for (const auto row : rows) {
      EXPECT_EQ(row.decimal("bytes"), money::Decimal(expected.at(row.text("subject"))));
      EXPECT_EQ(row.int64("owners"), 1);
    }
  };
  check_totals();
  EXPECT_EQ(text("select string_agg(subject || ' ' || bytes, ', ' order by bytes desc) from ("
                 " select subject, sum(value_sum) as bytes from usage_total"
                 " group by subject order by 2 desc limit 5) top"),
            "68.180.224.225 168132893, 94.23.164.135 162949356, 190.153.25.242 110134505, "
            "100.2.4.116 108670362, 88.198.255.242 108632904");

  take_log("another copy", content);
  close_cut(connection, received_at);
  merge_totals(connection);
  check_totals();
}

/// A CSV without subjects, ids and zones: production requests of a language model, spread over
/// tenants by row.
TEST_F(LogFilesTest, RealRequestsWithTwoQuantitiesAreCountedExactly) {
  const std::string path = std::string(RECKONER_SOURCE_DIR) +
                           "/../shared/data/azure-llm-2023/AzureLLMInferenceTrace_code.csv";
  if (!std::filesystem::exists(path)) {
    std::cout << "The real requests (" << path << ") are not here: nothing is checked.\n";
    return;
  }
  const std::string content = file_content(path);
  std::string csv;
  std::string_view rest = content;
  for (int row = -1; !rest.empty(); ++row) {
    std::string_view one = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    if (one.ends_with('\r')) one.remove_suffix(1);
    csv += fmt::format("{},{}\n", one, row < 0 ? "tenant" : fmt::format("c{}", row % 100));
  }
  meters.clear();
  for (const char* name : {"input", "output"}) {
    domain::Meter meter;
    meter.name = meter.value = name;
    meter.event_type = "inference";
    meters.push_back(meter);
  }
  std::vector<std::string> tenants;
  for (int i = 0; i < 100; ++i) tenants.push_back(fmt::format("c{}", i));
  give_to_customers(tenants);
  const auto events = read_events({"code.csv", csv, "azure"},
                                  parse_mapping("subject=tenant,time=TIMESTAMP,type:=inference,"
                                                "input=ContextTokens,output=GeneratedTokens,"
                                                "time-zone=UTC"));
  EXPECT_EQ(ingest(connection, meters::MeterReader(meters), "azure", events, received_at).counted,
            8'819);
  EXPECT_EQ(ingest(connection, meters::MeterReader(meters), "azure", events, received_at).duplicate,
            8'819);
  close_cut(connection, received_at);
  EXPECT_EQ(text("select string_agg(meter || ' ' || total, ', ' order by meter) from ("
                 " select meter, sum(value_sum) as total from usage_total group by meter) sums"),
            "input 18059974, output 245896");
  EXPECT_EQ(number("select count(distinct customer_id) from usage_total"), 100);
}

}  // namespace
}  // namespace reckoner::metering

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "metering/ingest.hpp"
#include "money/decimal.hpp"
#include "store/migrations.hpp"
#include "support/database.hpp"
#include "text/json.hpp"

namespace reckoner::metering {

inline std::string file_content(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// An empty database with the schema of sql/migrations.
inline std::string fresh_database() {
  static test::TestDatabase database([](store::Connection& connection) {
    std::vector<std::filesystem::path> paths;
    const std::string folder = std::string(RECKONER_SOURCE_DIR) + "/sql/migrations";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".sql") paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    std::vector<std::pair<std::string, std::string>> texts;
    for (const auto& path : paths) texts.emplace_back(path.filename(), file_content(path));
    std::vector<EmbeddedFile> files;
    for (const auto& [name, content] : texts) files.push_back({name, content});
    store::migrate(connection, files);
  });
  return database.fresh();
}

/// A database of its own for each test, used in the writer's role.
class MeteringTest : public testing::Test {
 protected:
  static constexpr std::string_view kNoon = "2026-10-05T12:00:00Z";

  MeteringTest() {
    domain::Meter bytes;
    bytes.name = "bandwidth";
    bytes.event_type = "transfer";
    bytes.aggregation = domain::Aggregation::kSum;
    bytes.value = "bytes";
    meters.push_back(bytes);
  }

  /// Of the writer's role.
  std::string conninfo() const { return test::as_role(database_, store::Role::kWriter); }
  const std::string& owner_conninfo() const { return database_; }
  store::Connection connect() const { return store::Connection({.conninfo = conninfo()}); }

  /// `until` empty: for ever.
  void give(std::string_view subject, std::int64_t customer,
            std::string_view from = "2000-01-01T00:00:00Z", std::string_view until = "") {
    std::optional<time::Instant> ends_at;
    if (!until.empty()) ends_at = time::parse_instant(until);
    connection.execute({"give",
                        "insert into subject (namespace, subject, starts_at, ends_at, "
                        "customer_id) values ('default', $1, $2, $3, $4)"},
                       {subject, time::parse_instant(from), ends_at, customer});
  }

  static UsageEvent event(std::string id, std::string_view bytes, std::string subject = "acme",
                          std::string_view at = kNoon) {
    UsageEvent made;
    made.source = "gateway";
    made.id = std::move(id);
    made.type = "transfer";
    made.subject = std::move(subject);
    made.occurred_at = time::parse_instant(at);
    made.data = text::Json::object({{"bytes", text::Json::number(std::string(bytes))}});
    return made;
  }

  IngestCounts take(const std::vector<UsageEvent>& events) { return take(connection, events); }
  IngestCounts take(store::Connection& on, const std::vector<UsageEvent>& events,
                    const Progress& progress = {}) const {
    return ingest(on, meters::MeterReader(meters), "test", events, received_at, progress);
  }

  std::int64_t number(std::string_view sql) { return read(sql).int64(0); }
  std::string text(std::string_view sql) { return read(sql).text(0); }

  /// A customer's quantity, as totals and what is not in a cut yet have it.
  std::string quantity(std::int64_t customer) {
    return connection
        .query({"quantity",
                "select coalesce(sum(value_sum), 0) from ("
                " select customer_id, value_sum from usage_total union all"
                " select customer_id, value_sum from usage_delta) known"
                " where customer_id = $1"},
               {customer})
        .only()
        .decimal(0)
        .to_string();
  }

  std::vector<domain::Meter> meters;
  time::Instant received_at = time::parse_instant("2026-11-02T08:00:00Z");

 private:
  store::Row read(std::string_view sql) {
    const std::string name = "read" + std::to_string(++statements_);
    return connection.query({name, sql}).only();
  }

  const std::string database_ = fresh_database();
  int statements_ = 0;

 protected:
  store::Connection connection = connect();
};

}  // namespace reckoner::metering

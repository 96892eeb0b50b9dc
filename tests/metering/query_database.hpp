#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>

#include "metering/cut.hpp"
#include "metering/meter_query.hpp"
#include "metering/metering_database.hpp"
#include "store/transaction.hpp"
#include "usage/bucket.hpp"

namespace reckoner::metering {

using domain::Aggregation;

/// Meters of every fold over events of two customers, and queries as lines of text.
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

}  // namespace reckoner::metering

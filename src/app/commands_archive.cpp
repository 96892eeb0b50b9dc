#include <fmt/format.h>

#include "app/commands_metering.hpp"
#include "app/signals.hpp"
#include "metering/archive.hpp"
#include "metering/conservation.hpp"
#include "metering/recompute.hpp"
#include "store/transaction.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

void write_month(text::JsonWriter& json, const metering::ArchivedMonth& month) {
  json.begin_object().key("month").string(month.manifest.month);
  json.key("file").string(month.file.string()).key("sha256").string(month.manifest.sha256);
  json.key("events").number(month.manifest.events);
  json.key("first_batch").number(month.manifest.first_batch);
  json.key("last_batch").number(month.manifest.last_batch);
  json.key("archived_at").string(time::to_string(month.archived_at));
  json.key("archived_by").string(month.archived_by).key("restored_at");
  month.restored_at ? json.string(time::to_string(*month.restored_at)) : json.null();
  json.end_object();
}

int report(const Console& console, const metering::ArchivedMonth& month, std::string_view what) {
  if (console.json()) {
    text::JsonWriter json;
    write_month(json, month);
    console.result(json);
  } else {
    console.result(fmt::format("{}: {} events {} {}", month.manifest.month, month.manifest.events,
                               what, month.file.string()));
  }
  return 0;
}

void write_outcome(text::JsonWriter& json, const store::CheckOutcome& outcome) {
  json.begin_object().key("check").string(outcome.name).key("claim").string(outcome.claim);
  json.key("holds").boolean(outcome.holds()).key("checked").number(outcome.checked);
  json.key("unit").string(outcome.unit).key("wrong_total").number(outcome.wrong_total);
  json.key("wrong").begin_array();
  for (const std::string& row : outcome.wrong) json.string(row);
  json.end_array().key("remarks").begin_array();
  for (const std::string& remark : outcome.remarks) json.string(remark);
  json.end_array().end_object();
}

void tell(const Console& console, const store::CheckOutcome& outcome) {
  console.result(fmt::format(
      "{} {}: {} {}: {}", outcome.holds() ? "ok   " : "WRONG", outcome.name, outcome.checked,
      outcome.unit,
      outcome.holds() ? outcome.claim
                      : fmt::format("{} times not: {}", outcome.wrong_total, outcome.claim)));
  for (const std::string& row : outcome.wrong) console.result(fmt::format("      ! {}", row));
  if (outcome.wrong_total > static_cast<std::int64_t>(outcome.wrong.size())) {
    console.result(
        fmt::format("      ! and {} more",
                    outcome.wrong_total - static_cast<std::int64_t>(outcome.wrong.size())));
  }
  for (const std::string& remark : outcome.remarks) console.result(fmt::format("      {}", remark));
}

/// What verify runs, in this order. What belongs to a snapshot shares one.
std::vector<store::CheckOutcome> run_checks(store::Connection& connection,
                                            const engine::CompiledVersion& version,
                                            const Console& console) {
  std::vector<store::CheckOutcome> outcomes;
  store::Transaction transaction(connection, store::TransactionKind::kSnapshotReadOnly);
  for (const metering::ConservationCheck& check : metering::conservation_checks()) {
    if (stop_requested()) throw Error("stopped");
    outcomes.push_back(check.run(connection, version.configuration()));
    if (!console.json()) tell(console, outcomes.back());
  }
  return outcomes;
}

}  // namespace

int list_archives_command(System& system, const Console& console) {
  auto connection = system.connection();
  text::JsonWriter json;
  json.begin_object().key("archives").begin_array();
  text::Table table(
      {{"month"}, {"events", text::Align::kRight}, {"state"}, {"archived at"}, {"by"}, {"file"}});
  for (const metering::ArchivedMonth& month : metering::archived_months(*connection)) {
    write_month(json, month);
    table.add({month.manifest.month, std::to_string(month.manifest.events),
               month.restored_at ? "brought back" : "archived", time::to_string(month.archived_at),
               month.archived_by, month.file.string()});
  }
  json.end_array().end_object();
  console.json() ? console.result(json) : console.result(table.to_string());
  return 0;
}

int archive_command(System& system, const Console& console, const std::string& month,
                    const std::string& directory) {
  store::Connection owner = system.owner_connection();
  ProgressBar bar(console, fmt::format("archive {}", month));
  return report(
      console,
      metering::archive_month(
          owner, month,
          directory.empty() ? system.archive_directory() : std::filesystem::path(directory),
          user_name(), system.clock()(),
          {.step =
               [](metering::ArchiveStep) {
                 if (stop_requested()) throw Error("stopped; no event was deleted");
               },
           .events = [&](std::int64_t written) { bar.show(written, written); }}),
      "moved to");
}

int restore_archive_command(System& system, const Console& console, const std::string& what) {
  const bool is_file = what.find('/') != what.npos || what.ends_with(".zst");
  const std::string month = is_file ? metering::read_manifest(what).month : what;
  store::Connection owner = system.owner_connection();
  return report(
      console,
      metering::restore_month(owner, month, is_file ? what : std::string(), system.clock()()),
      "brought back from");
}

int verify_command(System& system, const Console& console, bool recompute) {
  const auto version = system.active();
  store::Connection connection = system.patient_connection();
  std::vector<store::CheckOutcome> outcomes = run_checks(connection, *version, console);
  if (recompute) {
    ProgressBar bar(console, "recompute");
    const metering::Recomputed done =
        metering::recompute_totals(connection, version->meter_reader(), [&](std::int64_t read) {
          bar.show(read, read);
          if (stop_requested()) throw Error("stopped");
        });
    for (const store::CheckOutcome& outcome : {done.events, done.totals}) {
      outcomes.push_back(outcome);
      if (!console.json()) tell(console, outcome);
    }
  }
  const auto wrong = std::count_if(outcomes.begin(), outcomes.end(),
                                   [](const store::CheckOutcome& one) { return !one.holds(); });
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("holds").boolean(wrong == 0).key("checks").begin_array();
    for (const store::CheckOutcome& outcome : outcomes) write_outcome(json, outcome);
    json.end_array().end_object();
    console.result(json);
  } else {
    console.result(wrong == 0 ? fmt::format("all {} checks hold", outcomes.size())
                              : fmt::format("{} of {} checks do not hold", wrong, outcomes.size()));
  }
  return wrong == 0 ? 0 : 1;
}

}  // namespace reckoner::app

#include <fmt/format.h>

#include "app/commands_audit.hpp"
#include "app/signals.hpp"
#include "base/error.hpp"
#include "engine/replay_json.hpp"
#include "store/transaction.hpp"

namespace reckoner::app {

namespace {

std::string name_of(const engine::Replayed& replayed) {
  return replayed.number.empty() ? fmt::format("customer number {}, document {}",
                                               replayed.id.customer.value, replayed.id.ordinal)
                                 : replayed.number;
}

void tell(const Console& console, const engine::Replayed& replayed) {
  std::string text = fmt::format("{} {}: {}\n", replayed.is_same() ? "ok   " : "WRONG",
                                 name_of(replayed), engine::to_string(replayed.cause));
  for (const std::string& row : replayed.differences) text += fmt::format("      ! {}\n", row);
  for (const std::string& row : replayed.changed) text += fmt::format("      {}\n", row);
  for (const std::string& row : replayed.taken)
    text += fmt::format("      as it stands: {}\n", row);
  console.result(text);
}

int replay_one(System& system, const Console& console, const std::string& number) {
  store::Connection connection = system.patient_connection();
  store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  const engine::Replayed replayed = engine::Replay(connection, system.versions()).one(number);
  if (console.json()) {
    text::JsonWriter json;
    engine::write_json(json, replayed);
    console.result(json);
  } else {
    tell(console, replayed);
  }
  return replayed.is_same() ? 0 : 1;
}

int replay_all(System& system, const Console& console, std::optional<std::int64_t> run) {
  store::Connection connection = system.patient_connection();
  store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  std::int64_t replayed_count = 0;
  std::int64_t different = 0;
  std::int64_t with_taken = 0;
  text::JsonWriter json;
  json.begin_object().key("different").begin_array();
  {
    ProgressBar bar(console, "replay");
    engine::Replay(connection, system.versions())
        .all(
            run ? std::optional(RunId{*run}) : std::nullopt,
            [&](engine::Replayed&& replayed) {
              ++replayed_count;
              if (!replayed.taken.empty()) ++with_taken;
              if (replayed.is_same()) return;
              ++different;
              if (console.json()) {
                json.begin_object();
                engine::write_members(json, replayed);
                json.end_object();
              } else {
                tell(console, replayed);
              }
            },
            [&](const engine::Replay::Progress& progress) {
              bar.show(progress.done, progress.total);
              if (stop_requested()) throw Error("stopped");
            });
  }
  json.end_array().key("documents").number(replayed_count);
  json.key("as_they_stand").number(with_taken).end_object();
  if (console.json()) {
    console.result(json);
  } else {
    console.result(
        fmt::format("{} documents computed again, {} differ; of {} something was taken as it "
                    "stands",
                    replayed_count, different, with_taken));
  }
  return different == 0 ? 0 : 1;
}

}  // namespace

int replay_command(System& system, const Console& console, const ReplayArguments& arguments) {
  const bool one = !arguments.number.empty();
  if (one == arguments.all) throw UsageError("replay NUMBER, or replay --all");
  if (one && arguments.run) throw UsageError("--run goes with --all");
  return one ? replay_one(system, console, arguments.number)
             : replay_all(system, console, arguments.run);
}

}  // namespace reckoner::app

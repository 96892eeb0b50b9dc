#include <fmt/format.h>

#include "app/commands_metering.hpp"
#include "app/signals.hpp"
#include "metering/archive.hpp"
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

}  // namespace reckoner::app

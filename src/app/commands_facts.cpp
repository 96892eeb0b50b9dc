#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "accounts/import.hpp"
#include "app/commands.hpp"
#include "app/commands_accounts.hpp"
#include "app/signals.hpp"
#include "metering/cut.hpp"
#include "metering/ingest.hpp"
#include "metering/reader.hpp"

namespace reckoner::app {

namespace {

std::string name_of(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

/// One Error for all of a file's problems, so that a person can mend them in one go.
[[noreturn]] void refuse_file(const std::vector<std::string>& problems, std::size_t total) {
  std::string text = fmt::format("{}", fmt::join(problems, "\n"));
  if (total > problems.size()) text += fmt::format("\n… and {} more", total - problems.size());
  text += fmt::format("\nnothing was stored ({} problem{})", total, total == 1 ? "" : "s");
  throw Error(text);
}

/// A mapping that cannot be used is the command line's fault, whatever the file.
std::vector<metering::UsageEvent> read_events(const metering::EventFile& file,
                                              const std::string& mapping) {
  try {
    return metering::read_events(file, metering::parse_mapping(mapping));
  } catch (const metering::UnreadableLines&) {
    throw;
  } catch (const Error& error) {
    throw UsageError(fmt::format("{}: --mapping '{}': {}", file.name, mapping, error.what()));
  }
}

metering::IngestCounts ingest_file(System& system, const Console& console, const std::string& path,
                                   const IngestArguments& arguments) {
  const std::string content = read_file(path);
  if (content.find_first_not_of(" \t\r\n") == content.npos) return {};
  const std::string name = name_of(path);
  const auto events = read_events({name, content, arguments.source}, arguments.mapping);
  const auto version = system.active();
  ProgressBar bar(console, fmt::format("ingest {}", name));
  auto connection = system.connection();
  return metering::ingest(*connection, version->meter_reader(), arguments.source, events,
                          system.clock()(), [&](std::int64_t done, std::int64_t total) {
                            bar.show(done, total);
                            if (stop_requested()) throw Error("stopped; nothing was stored");
                          });
}

void write_counts(text::JsonWriter& json, const metering::IngestCounts& counts) {
  json.key("received").number(counts.received).key("counted").number(counts.counted);
  json.key("duplicate").number(counts.duplicate).key("quarantined").number(counts.quarantined);
}

}  // namespace

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  if (file) content << file.rdbuf();
  if (!file || std::filesystem::is_directory(path)) {
    throw Error(fmt::format("{}: the file cannot be read", path));
  }
  return content.str();
}

int import_command(System& system, const Console& console, const std::string& kind,
                   const std::string& file) {
  const accounts::ImportKind import_kind = accounts::parse_import_kind(kind);
  const std::string content = read_file(file);
  const auto version = system.active();
  auto connection = system.connection();
  try {
    ProgressBar bar(console, fmt::format("import {}", name_of(file)));
    const accounts::ImportResult result =
        accounts::import_file(*connection, import_kind, name_of(file), content,
                              change_rules(system, *connection, version->configuration()),
                              [&](std::int64_t done, std::int64_t rows) {
                                bar.show(done, rows);
                                if (stop_requested()) throw Error("stopped; nothing was stored");
                              });
    if (console.json()) {
      text::JsonWriter json;
      json.begin_object().key("kind").string(kind).key("file").string(file);
      json.key("rows").number(result.rows).key("created").number(result.created);
      json.key("changed").number(result.changed).key("unchanged").number(result.unchanged);
      json.end_object();
      console.result(json);
    } else {
      console.result(fmt::format("{} {}: {} created, {} changed, {} unchanged", result.rows, kind,
                                 result.created, result.changed, result.unchanged));
    }
  } catch (const accounts::ImportError& error) {
    refuse_file(error.problems(), error.total());
  }
  return 0;
}

int ingest_command(System& system, const Console& console, const IngestArguments& arguments) {
  if (arguments.source.empty()) throw UsageError("--source must not be empty");
  text::JsonWriter json;
  json.begin_object().key("files").begin_array();
  metering::IngestCounts sum;
  for (const std::string& file : arguments.files) {
    metering::IngestCounts counts;
    try {
      counts = ingest_file(system, console, file, arguments);
    } catch (const metering::UnreadableLines& error) {
      refuse_file(error.messages(), error.total());
    }
    json.begin_object().key("file").string(file);
    write_counts(json, counts);
    json.end_object();
    sum.received += counts.received;
    sum.counted += counts.counted;
    sum.duplicate += counts.duplicate;
    sum.quarantined += counts.quarantined;
    if (!console.json()) {
      console.result(fmt::format("{}: {} received = {} counted + {} duplicate + {} quarantined",
                                 file, counts.received, counts.counted, counts.duplicate,
                                 counts.quarantined));
    }
  }
  metering::close_cut(*system.connection(), system.clock()());  // files never block a run
  json.end_array();
  write_counts(json, sum);
  json.end_object();
  if (console.json()) console.result(json);
  return sum.quarantined > 0 ? 1 : 0;
}

}  // namespace reckoner::app

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "accounts/import.hpp"
#include "app/commands.hpp"
#include "app/commands_accounts.hpp"
#include "app/recorded.hpp"
#include "app/signals.hpp"
#include "metering/cut.hpp"
#include "metering/ingest.hpp"
#include "metering/reader.hpp"

namespace reckoner::app {

namespace {

/// The person wants to stop.
class Stopped : public Error {
  using Error::Error;
};

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

/// Most events in one transaction.
constexpr std::size_t kPieceEvents = 10'000;

/// Reads the whole file, to know that all of it can be read; gives the number of its events. A
/// mapping that cannot be used is the command line's fault, whatever the file.
std::int64_t check_file(const Console& console, const metering::EventStream& file,
                        const std::string& mapping) {
  file.in.seekg(0, std::ios::end);
  const std::int64_t size = file.in.tellg();
  ProgressBar bar(console, fmt::format("read {}", file.name));
  std::int64_t count = 0;
  const auto look = [&](const std::vector<metering::UsageEvent>& events, std::int64_t bytes) {
    count += static_cast<std::int64_t>(events.size());
    bar.show(bytes, size);
    if (stop_requested()) throw Stopped("stopped; nothing was stored");
  };
  try {
    metering::read_events(file, metering::parse_mapping(mapping), {kPieceEvents, look});
  } catch (const metering::UnreadableLines&) {
    throw;
  } catch (const Stopped&) {
    throw;
  } catch (const Error& error) {
    throw UsageError(fmt::format("{}: --mapping '{}': {}", file.name, mapping, error.what()));
  }
  return count;
}

/// Stores the events of a file that was checked, each piece in a transaction of its own.
metering::IngestCounts store_file(System& system, const Console& console,
                                  const metering::EventStream& file, std::int64_t total,
                                  const std::string& mapping) {
  const auto version = system.active();
  ProgressBar bar(console, fmt::format("ingest {}", file.name));
  metering::IngestCounts counts;
  const auto so_far = [&](std::string_view what) {
    return fmt::format("{}; {} of {} events are stored, and the same command stores the rest", what,
                       counts.received, total);
  };
  const auto store = [&](const std::vector<metering::UsageEvent>& events, std::int64_t) {
    if (stop_requested()) throw Stopped(so_far("stopped"));
    counts += system.change([&](store::Connection& connection) {
      return metering::ingest(connection, version->meter_reader(), file.source, events,
                              system.clock()());
    });
    bar.show(counts.received, std::max(total, counts.received));
  };
  try {
    metering::read_events(file, metering::parse_mapping(mapping), {kPieceEvents, store});
  } catch (const metering::UnreadableLines&) {
    throw Error(so_far(fmt::format("{}: the file changed while it was read", file.name)));
  }
  return counts;
}

metering::IngestCounts ingest_file(System& system, const Console& console, const std::string& path,
                                   const IngestArguments& arguments) {
  std::ifstream in(path, std::ios::binary);
  if (!in || std::filesystem::is_directory(path)) {
    throw Error(fmt::format("{}: the file cannot be read", path));
  }
  if ((in >> std::ws).eof()) return {};
  const std::string name = name_of(path);
  const metering::EventStream file{name, in, arguments.source};
  const std::int64_t total = check_file(console, file, arguments.mapping);
  return store_file(system, console, file, total, arguments.mapping);
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
  try {
    ProgressBar bar(console, fmt::format("import {}", name_of(file)));
    const auto show = [&](std::int64_t done, std::int64_t rows) {
      bar.show(done, rows);
      if (stop_requested()) throw Error("stopped; nothing was stored");
    };
    const accounts::ImportResult result = recorded(
        system,
        [&](store::Connection& connection) {
          return accounts::import_file(connection, import_kind, name_of(file), content,
                                       change_rules(system, connection, version->configuration()),
                                       show);
        },
        [&](const accounts::ImportResult& imported) {
          return accounts::AuditEntry{
              .action = "import." + kind,
              .subject = name_of(file),
              .after = fmt::format(R"({{"rows":{},"created":{},"changed":{},"unchanged":{}}})",
                                   imported.rows, imported.created, imported.changed,
                                   imported.unchanged)};
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
  system.change([&](store::Connection& connection) {
    return metering::close_cut(connection, system.clock()());  // files never block a run
  });
  json.end_array();
  write_counts(json, sum);
  json.end_object();
  if (console.json()) console.result(json);
  return sum.quarantined > 0 ? 1 : 0;
}

}  // namespace reckoner::app

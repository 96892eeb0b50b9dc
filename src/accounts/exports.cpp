#include "accounts/exports.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <set>

#include "accounts/journal_entries.hpp"
#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/suggest.hpp"
#include "config/export_settings.hpp"
#include "domain/legal_entity.hpp"
#include "exports/journal_writer.hpp"
#include "exports/template_writer.hpp"
#include "store/distribution.hpp"
#include "store/journal_position.hpp"

namespace reckoner::accounts {

namespace {

constexpr std::array<std::string_view, 3> kKinds{"journal", "focus", "erp"};

/// With the hash of a chain's name: whoever makes the next export of that chain.
constexpr std::int32_t kChainLock = 7263508;

constexpr store::Statement kLockChain{"accounts.lock_exports",
                                      "select pg_advisory_xact_lock($1::int, hashtext($2))"};

constexpr store::Statement kChain{"accounts.exports_before", R"(
  select number, through_position, array_to_string(declared, ' ') as declared from export
   where kind = $1 and format = $2 and customer = $3 and legal_entity = $4 and number < $5
   order by number)"};

constexpr store::Statement kInsert{"accounts.insert_export", R"(
  insert into export (kind, format, customer, legal_entity, number, after_position, through_position,
                      version_id, declared, row_count, byte_count, sha256, made_at, made_by)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9::text[], $10, $11, decode($12, 'hex'), $13, $14)
  returning export)"};

constexpr store::Statement kList{"accounts.list_exports", R"(
  select export, kind, format, customer, legal_entity, number, after_position, through_position,
         version_id, array_to_string(declared, ' ') as declared, row_count, byte_count,
         encode(sha256, 'hex') as sha256, made_at, made_by
    from export
   where ($1::bigint is null or export < $1) and ($2::bigint is null or export = $2)
   order by export desc limit $3)"};

/// Account paths have no blanks.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::string chain_name(const ExportDefinition& definition) {
  return fmt::format("{}\n{}\n{}\n{}", to_string(definition.kind), definition.format,
                     definition.legal_entity, definition.customer);
}

struct Chain {
  std::int64_t number = 0;
  std::int64_t through = 0;
  std::set<std::string> declared;
};

Chain read_chain(store::Connection& connection, const ExportDefinition& definition,
                 std::int64_t before) {
  Chain chain;
  for (const store::Row& row :
       connection.query(kChain, {to_string(definition.kind), definition.format, definition.customer,
                                 definition.legal_entity, before})) {
    chain.number = row.int64("number");
    chain.through = row.int64("through_position");
    for (std::string& path : words_of(row.text("declared"))) chain.declared.insert(std::move(path));
  }
  return chain;
}

domain::ExportTemplate template_named(const config::ExportSettings& settings,
                                      const std::string& name) {
  std::vector<std::string> names;
  for (const domain::ExportTemplate& candidate : settings.templates) {
    if (candidate.name == name) return candidate;
    names.push_back(candidate.name);
  }
  throw Error(fmt::format("the configuration has no export template '{}'{}", name,
                          suggestion(name, names)));
}

struct Written {
  std::int64_t rows = 0;
  std::vector<std::string> declared;
};

std::optional<std::string> entity_id(const ExportDefinition& definition) {
  if (definition.legal_entity.empty()) return std::nullopt;
  return definition.legal_entity == domain::kDefaultEntity ? "" : definition.legal_entity;
}

Written write_entries(store::Connection& connection, const ExportDefinition& definition,
                      const EntrySelection& selection, const VersionView& names,
                      const std::set<std::string>& declared, const exports::Sink& sink) {
  Written written;
  const auto write_all = [&](exports::EntryWriter& writer) {
    written.rows = for_each_entry(connection, selection,
                                  [&](const exports::Entry& entry) { writer.write(entry); });
    writer.finish();
  };
  config::ExportSettings settings = config::read_export_settings(*names.files);
  if (definition.kind == ExportKind::kErp) {
    const domain::ExportTemplate layout = template_named(settings, definition.format);
    exports::TemplateWriter writer(layout, names.configuration->chart, sink);
    write_all(writer);
    return written;
  }
  const domain::AccountPaths paths(names.configuration->chart, std::move(settings.paths));
  exports::JournalWriter writer(exports::journal_format_named(definition.format).value(), paths,
                                sink, declared);
  write_all(writer);
  written.declared = writer.newly_declared();
  return written;
}

/// Writes what lies in the record's range, as its version names it.
Written write_range(store::Connection& connection, const ExportRecord& record,
                    const std::set<std::string>& declared, const VersionOf& version_of,
                    const exports::Sink& sink) {
  const auto names = version_of(connection, record.version);
  const ExportDefinition& definition = record.definition;
  if (definition.kind != ExportKind::kFocus) {
    return write_entries(connection, definition,
                         {.customer = definition.customer,
                          .legal_entity = entity_id(definition),
                          .after = record.after,
                          .through = record.through},
                         names, declared, sink);
  }
  FocusSelection selection{
      .legal_entity = entity_id(definition), .after = record.after, .through = record.through};
  if (!definition.customer.empty()) {
    selection.customer = customer_of_key(connection, definition.customer);
  }
  return {write_focus(connection, selection, *names.configuration, version_of, sink), {}};
}

ExportRecord record_of(const store::Row& row) {
  return {.id = row.int64("export"),
          .definition = {.kind = parse_export_kind(row.text("kind")),
                         .format = row.text("format"),
                         .customer = row.text("customer"),
                         .legal_entity = row.text("legal_entity")},
          .number = row.int64("number"),
          .after = row.int64("after_position"),
          .through = row.int64("through_position"),
          .version = {row.int64("version_id")},
          .declared = words_of(row.text("declared")),
          .rows = row.int64("row_count"),
          .bytes = row.int64("byte_count"),
          .sha256 = row.text("sha256"),
          .made_at = row.instant("made_at"),
          .made_by = row.text("made_by")};
}

}  // namespace

std::string_view to_string(ExportKind kind) {
  return kKinds.at(static_cast<std::size_t>(kind));
}

ExportKind parse_export_kind(std::string_view word) {
  const auto found = std::ranges::find(kKinds, word);
  if (found == kKinds.end()) {
    throw Error(fmt::format("'{}' is no kind of export: journal, focus or erp", word));
  }
  return static_cast<ExportKind>(found - kKinds.begin());
}

ExportDefinition checked(store::Connection& connection, ExportDefinition definition,
                         const VersionView& active) {
  switch (definition.kind) {
    case ExportKind::kJournal: {
      const auto format = exports::journal_format_named(definition.format);
      if (!format) {
        throw Error(fmt::format("'{}' is no format of the journal: {}", definition.format,
                                fmt::join(exports::journal_format_names(), ", ")));
      }
      definition.format = exports::to_string(*format);
      break;
    }
    case ExportKind::kFocus:
      if (definition.format.empty()) definition.format = kFocusFormat;
      if (definition.format != kFocusFormat) {
        throw Error(fmt::format("'{}' is no format of focus: {}", definition.format, kFocusFormat));
      }
      break;
    case ExportKind::kErp:
      template_named(config::read_export_settings(*active.files), definition.format);
      break;
  }
  if (!definition.customer.empty()) customer_of_key(connection, definition.customer);
  if (const auto id = entity_id(definition)) active.configuration->legal_entity(*id);
  return definition;
}

ExportRecord make_export(store::Connection& connection, const ExportDefinition& definition,
                         VersionId version, const VersionOf& version_of, std::string_view by,
                         time::Instant now) {
  connection.query(kLockChain, {kChainLock, chain_name(definition)});
  const Chain chain = read_chain(connection, definition, std::numeric_limits<std::int64_t>::max());
  ExportRecord record{.definition = definition,
                      .number = chain.number + 1,
                      .after = chain.through,
                      .through = store::closed_journal_position(connection),
                      .version = version,
                      .declared = {},
                      .sha256 = {},
                      .made_at = now,
                      .made_by = std::string(by)};
  // Whoever closed the position may have done so a moment ago, for rows that are still on their
  // way.
  store::await_second_phases(connection);
  Sha256Stream hash;
  const Written written =
      write_range(connection, record, chain.declared, version_of, [&](std::string_view bytes) {
        hash.bytes(bytes);
        record.bytes += std::ssize(bytes);
      });
  record.rows = written.rows;
  record.declared = written.declared;
  record.sha256 = to_hex(hash.finish());
  record.id =
      connection
          .query(kInsert, {to_string(definition.kind), definition.format, definition.customer,
                           definition.legal_entity, record.number, record.after, record.through,
                           record.version, record.declared, record.rows, record.bytes,
                           record.sha256, record.made_at, record.made_by})
          .only()
          .int64("export");
  return record;
}

std::vector<ExportRecord> list_exports(store::Connection& connection,
                                       std::optional<std::int64_t> below, std::int64_t limit) {
  std::vector<ExportRecord> records;
  for (const store::Row& row : connection.query(kList, {below, std::nullopt, limit})) {
    records.push_back(record_of(row));
  }
  return records;
}

std::optional<ExportRecord> find_export(store::Connection& connection, std::int64_t id) {
  const auto row = connection.query(kList, {std::nullopt, id, 1}).at_most_one();
  if (!row) return std::nullopt;
  return record_of(*row);
}

void write_export(store::Connection& connection, const ExportRecord& record,
                  const VersionOf& version_of, const exports::Sink& sink) {
  const Chain chain = read_chain(connection, record.definition, record.number);
  Sha256Stream hash;
  write_range(connection, record, chain.declared, version_of, [&](std::string_view bytes) {
    hash.bytes(bytes);
    sink(bytes);
  });
  const std::string sha256 = to_hex(hash.finish());
  if (sha256 == record.sha256) return;
  throw Error(
      fmt::format("export {} comes out otherwise than it was made: its SHA-256 is {}, not {}",
                  record.id, sha256, record.sha256));
}

std::string file_name_of(const ExportRecord& record) {
  const ExportDefinition& definition = record.definition;
  const auto journal = exports::journal_format_named(definition.format);
  const bool is_journal = definition.kind == ExportKind::kJournal && journal.has_value();
  return fmt::format("export-{}-{}{}", record.id, definition.format,
                     is_journal ? exports::type_of(*journal).ending : ".csv");
}

std::string_view content_type_of(const ExportRecord& record) {
  const auto journal = exports::journal_format_named(record.definition.format);
  if (record.definition.kind == ExportKind::kJournal && journal) {
    return exports::type_of(*journal).content_type;
  }
  // A template may have another encoding.
  return record.definition.kind == ExportKind::kErp ? "application/octet-stream"
                                                    : "text/csv; charset=utf-8";
}

}  // namespace reckoner::accounts

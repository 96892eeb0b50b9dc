#include "app/commands_exports.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>

#include "accounts/exports.hpp"
#include "accounts/focus_pools.hpp"
#include "accounts/journal_entries.hpp"
#include "app/day_range.hpp"
#include "app/output_file.hpp"
#include "app/recorded.hpp"
#include "base/error.hpp"
#include "config/export_settings.hpp"
#include "exports/focus_reader.hpp"
#include "exports/journal_writer.hpp"
#include "store/journal_position.hpp"
#include "text/json.hpp"
#include "text/table.hpp"
#include "web/exports_api.hpp"

namespace reckoner::app {

namespace {

using accounts::ExportRecord;

std::optional<std::string> entity_of(const config::Configuration& active, const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (text == domain::kDefaultEntity) return "";
  return active.legal_entity(text).id;
}

/// Says what a file has, where it is one.
int report(const Console& console, const OutputFile& file, const std::string& name,
           std::string_view what, std::int64_t count) {
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("file").string(name).key(what).number(count);
    json.key("bytes").number(file.bytes()).key("sha256").string(file.sha256()).end_object();
    console.result(json);
  } else if (file.is_named()) {
    console.note(fmt::format("{}: {} {}, {} bytes", name, count, what, file.bytes()));
  }
  return 0;
}

void show(const Console& console, const ExportRecord& record) {
  if (console.json()) {
    text::JsonWriter json;
    web::write_export(json, record);
    console.result(json);
    return;
  }
  const auto or_all = [](const std::string& text) { return text.empty() ? "all" : text; };
  console.result(fmt::format(
      "export {}: {} {}, number {} of its chain\n"
      "customer {}, legal entity {}\n"
      "positions {} to {}, configuration version {}\n"
      "{} rows, {} bytes, SHA-256 {}\n"
      "made at {} by {}\n",
      record.id, accounts::to_string(record.definition.kind), record.definition.format,
      record.number, or_all(record.definition.customer), or_all(record.definition.legal_entity),
      record.after + 1, record.through, record.version.value, record.rows, record.bytes,
      record.sha256, time::to_string(record.made_at), record.made_by));
}

ExportRecord require_export(store::Connection& connection, std::int64_t id) {
  auto record = accounts::find_export(connection, id);
  if (!record) throw Error(fmt::format("there is no export {}", id));
  return *std::move(record);
}

/// The bytes of an export, into a file or to standard output.
void write_out(System& system, const ExportRecord& record, OutputFile& file) {
  store::Connection connection = system.patient_connection();
  store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  accounts::write_export(connection, record, web::views_of(system.versions()),
                         [&](std::string_view bytes) { file.write(bytes); });
  file.commit();
}

std::string as_json(const ExportRecord& record) {
  text::JsonWriter json;
  web::write_export(json, record);
  return json.finish();
}

}  // namespace

int journal_export_command(System& system, const Console& console,
                           const JournalExportArguments& arguments) {
  const auto format = exports::journal_format_named(arguments.format);
  if (!format) {
    throw UsageError(fmt::format("--format {}: it must be one of {}", arguments.format,
                                 fmt::join(exports::journal_format_names(), ", ")));
  }
  const auto version = system.active();
  const DayRange days = day_range(arguments.from, arguments.to);
  const accounts::EntrySelection selection{
      .from = days.from,
      .to = days.to,
      .customer = arguments.customer,
      .legal_entity = entity_of(version->configuration(), arguments.legal_entity)};
  store::Connection connection = system.patient_connection();
  store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  OutputFile file(console, arguments.out);
  const domain::AccountPaths paths(version->configuration().chart,
                                   config::read_export_settings(version->files()).paths);
  exports::JournalWriter writer(*format, paths, [&](std::string_view bytes) { file.write(bytes); });
  const std::int64_t entries = accounts::for_each_entry(
      connection, selection, [&](const exports::Entry& entry) { writer.write(entry); });
  writer.finish();
  file.commit();
  return report(console, file, arguments.out, "entries", entries);
}

int focus_export_command(System& system, const Console& console,
                         const JournalExportArguments& arguments) {
  const auto version = system.active();
  const DayRange days = day_range(arguments.from, arguments.to);
  accounts::FocusSelection selection{
      .from = days.from,
      .to = days.to,
      .legal_entity = entity_of(version->configuration(), arguments.legal_entity)};
  store::Connection connection = system.patient_connection();
  store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  if (!arguments.customer.empty()) {
    selection.customer = accounts::customer_of_key(connection, arguments.customer);
  }
  OutputFile file(console, arguments.out);
  const std::int64_t rows = accounts::write_focus(
      connection, selection, version->configuration(), web::views_of(system.versions()),
      [&](std::string_view bytes) { file.write(bytes); });
  file.commit();
  return report(console, file, arguments.out, "rows", rows);
}

int new_export_command(System& system, const Console& console, const ExportArguments& arguments) {
  accounts::ExportDefinition wanted{.format = arguments.format,
                                    .customer = arguments.customer,
                                    .legal_entity = arguments.legal_entity};
  try {
    wanted.kind = accounts::parse_export_kind(arguments.kind);
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
  const auto version = system.active();
  const accounts::ExportDefinition definition =
      accounts::checked(*system.connection(), wanted, web::view_of(version));
  // By itself and before: nobody who books waits for the bytes.
  store::close_journal_position(*system.connection());
  const ExportRecord record = recorded(
      system,
      [&](store::Connection& connection) {
        return accounts::make_export(
            connection, definition, system.versions().active(connection).value(),
            web::views_of(system.versions()), user_name(), system.clock()());
      },
      [](const ExportRecord& made) {
        return accounts::AuditEntry{.action = "export.make",
                                    .subject = fmt::format("export {}", made.id),
                                    .after = as_json(made)};
      });
  if (!arguments.out.empty()) {
    OutputFile file(console, arguments.out);
    write_out(system, record, file);
  }
  show(console, record);
  return 0;
}

int list_exports_command(System& system, const Console& console, const ExportArguments& arguments) {
  auto connection = system.connection();
  const auto records = accounts::list_exports(*connection, std::nullopt, arguments.limit);
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("exports").begin_array();
    for (const ExportRecord& record : records) web::write_export(json, record);
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  text::Table table({{"export", text::Align::kRight},
                     {"kind"},
                     {"format"},
                     {"customer"},
                     {"legal entity"},
                     {"number", text::Align::kRight},
                     {"positions"},
                     {"rows", text::Align::kRight},
                     {"made at"},
                     {"by"}});
  for (const ExportRecord& record : records) {
    table.add({std::to_string(record.id), std::string(accounts::to_string(record.definition.kind)),
               record.definition.format, record.definition.customer, record.definition.legal_entity,
               std::to_string(record.number),
               fmt::format("{}-{}", record.after + 1, record.through), std::to_string(record.rows),
               time::to_string(record.made_at), record.made_by});
  }
  console.result(table.to_string());
  return 0;
}

int show_export_command(System& system, const Console& console, const ExportArguments& arguments) {
  auto connection = system.connection();
  show(console, require_export(*connection, arguments.id));
  return 0;
}

int write_export_command(System& system, const Console& console, const ExportArguments& arguments) {
  const ExportRecord record = require_export(*system.connection(), arguments.id);
  OutputFile file(console, arguments.out);
  write_out(system, record, file);
  return report(console, file, arguments.out, "rows", record.rows);
}

int read_focus_command(const Console& console, const FocusReadArguments& arguments) {
  std::ifstream in(arguments.file, std::ios::binary);
  if (!in) throw Error(fmt::format("{}: cannot be read", arguments.file));
  const auto costs = [&] {
    try {
      return exports::read_focus(in, accounts::focus_metric_named(arguments.metric),
                                 accounts::focus_month_named(arguments.month));
    } catch (Error& error) {
      error.in(arguments.file);
      throw;
    }
  }();
  text::JsonWriter json;
  json.begin_object().key("costs").begin_array();
  text::Table table({{"month"},
                     {"service"},
                     {"sub-account"},
                     {"amount", text::Align::kRight},
                     {"currency"},
                     {"rows", text::Align::kRight}});
  for (const exports::FocusCost& cost : costs) {
    const std::string month = time::to_string(cost.month).substr(0, 7);
    json.begin_object().key("month").string(month).key("service").string(cost.service);
    json.key("sub_account").string(cost.sub_account);
    json.key("amount").string(cost.amount.to_string());
    json.key("currency").string(cost.currency.code()).key("rows").number(cost.rows).end_object();
    table.add({month, cost.service, cost.sub_account, cost.amount.to_string(),
               std::string(cost.currency.code()), std::to_string(cost.rows)});
  }
  json.end_array().end_object();
  console.json() ? console.result(json) : console.result(table.to_string());
  return 0;
}

}  // namespace reckoner::app

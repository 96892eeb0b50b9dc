#include "app/metering_commands.hpp"

namespace reckoner::app {

MeteringCommands::MeteringCommands(CLI::App& app, Declare declare, DefaultTo default_to)
    : app_(app), declare_(std::move(declare)), default_to_(std::move(default_to)) {
  add_events();
  add_quarantine();
  add_meters();
  add_archive();
  declare_(app_, "cut", "close a cut: what was received so far is known to the next run",
           cut_command);
}

CLI::App* MeteringCommands::group(const std::string& name, const std::string& help) {
  CLI::App* command = app_.add_subcommand(name, help);
  command->require_subcommand(0, 1);
  return command;
}

void MeteringCommands::add_limit(CLI::App* command, int& limit) {
  command->add_option("--limit", limit, "at most this many (default 100)")
      ->check(CLI::Range(1, 1'000'000));
}

void MeteringCommands::add_events() {
  CLI::App* events = group("events", "counted events; alone: the latest");
  const Work find = [this](System& system, const Console& console) {
    return find_events_command(system, console, find_);
  };
  default_to_(events, find);
  add_find(declare_(*events, "find", "events that were counted, the latest first", find));
  CLI::App* undo = declare_(*events, "void", "let an event count no more",
                            [this](System& system, const Console& console) {
                              return void_event_command(system, console, event_);
                            });
  add_correction(undo);
  CLI::App* amend = declare_(*events, "amend", "let another event count in an event's place",
                             [this](System& system, const Console& console) {
                               return amend_event_command(system, console, event_);
                             });
  add_correction(amend);
  amend->add_option("--data", event_.data, "what it should have said, as JSON");
  amend->add_option("--time", event_.time, "when it happened, such as 2026-10-05T12:00:00Z");
  amend->add_option("--subject", event_.subject, "whose it is");
}

void MeteringCommands::add_find(CLI::App* command) {
  command->add_option("--namespace", find_.namespace_name, "only of this namespace");
  command->add_option("--source", find_.source, "only of this source");
  command->add_option("--id", find_.id, "only with this id");
  command->add_option("--subject", find_.subject, "only of this subject");
  command->add_option("--customer", find_.customer, "only of this customer");
  command->add_option("--type", find_.type, "only of this type");
  command->add_option("--from", find_.from,
                      "that occurred at or after an instant, or a day in UTC");
  command->add_option("--to", find_.until, "that occurred before");
  add_limit(command, find_.limit);
}

void MeteringCommands::add_correction(CLI::App* command) {
  command->add_option("source", event_.source, "the event's source")->required();
  command->add_option("id", event_.id, "the event's id")->required();
  command->add_option("--reason", event_.reason, "kept for ever")->required();
  command->add_option("--namespace", event_.namespace_name, "default: default");
}

void MeteringCommands::add_quarantine() {
  CLI::App* quarantine = group("quarantine", "events that could not be counted; alone: the list");
  const Work list = [this](System& system, const Console& console) {
    return list_quarantine_command(system, console, quarantine_);
  };
  default_to_(quarantine, list);
  CLI::App* listed = declare_(*quarantine, "list", "with their reasons", list);
  listed->add_option("--source", quarantine_.source, "only of this source");
  listed->add_option("--reason", quarantine_.reason, "only where the reason contains this");
  listed->add_option("--state", quarantine_.state, "open (default), replayed, dropped or all")
      ->check(CLI::IsMember({"open", "replayed", "dropped", "all"}));
  add_limit(listed, quarantine_.limit);

  CLI::App* show = declare_(*quarantine, "show", "one with its content, whatever its state",
                            [this](System& system, const Console& console) {
                              quarantine_.state = "all";
                              return show_quarantine_command(system, console, quarantine_);
                            });
  show->add_option("source", quarantine_.source, "its source")->required();
  show->add_option("id", quarantine_.id, "its id, or its position in the source")->required();

  CLI::App* replay =
      declare_(*quarantine, "replay", "deliver open ones again; what stays is exit 1",
               [this](System& system, const Console& console) {
                 return replay_quarantine_command(system, console, quarantine_);
               });
  replay->add_option("--source", quarantine_.source, "those of this source");
  replay->add_option("--id", quarantine_.id, "those with this id");
  replay->add_flag("--all", quarantine_.all, "all");

  CLI::App* drop = declare_(*quarantine, "drop", "give open ones up",
                            [this](System& system, const Console& console) {
                              return drop_quarantined_command(system, console, quarantine_);
                            });
  drop->add_option("--source", quarantine_.source, "those of this source");
  drop->add_option("--id", quarantine_.id, "those with this id");
  drop->add_flag("--all", quarantine_.all, "all");
  drop->add_option("--reason", quarantine_.reason, "why; kept for ever")->required();
}

void MeteringCommands::add_meters() {
  CLI::App* meters = group("meters", "what is measured; alone: the list");
  default_to_(meters, list_meters_command);
  declare_(*meters, "list", "with what each counts", list_meters_command);
  CLI::App* compute = declare_(*meters, "compute", "compute a new meter over older events",
                               [this](System& system, const Console& console) {
                                 return compute_meter_command(system, console, meter_, from_);
                               });
  compute->add_option("meter", meter_, "its name")->required();
  compute->add_option("--from", from_,
                      "those that occurred from this instant, or day in UTC, on (default all)");
}

void MeteringCommands::add_archive() {
  CLI::App* archive =
      group("archive", "move the raw events of a month of receipt to a file; alone: the list");
  archive->add_option("month", month_, "such as 2026-10 (UTC); it is over and known to a cut");
  archive->add_option("--to", directory_, "directory of the file (default DATA-DIR/archive)");
  default_to_(archive, [this](System& system, const Console& console) {
    return month_.empty() ? list_archives_command(system, console)
                          : archive_command(system, console, month_, directory_);
  });
  declare_(*archive, "list", "what was archived", list_archives_command);
  CLI::App* restore = declare_(*archive, "restore", "bring the events of a month back",
                               [this](System& system, const Console& console) {
                                 return restore_archive_command(system, console, month_);
                               });
  restore->add_option("what", month_, "a month, or its file where that was moved")->required();
}

}  // namespace reckoner::app

#pragma once

#include <string>

#include "app/console.hpp"
#include "app/system.hpp"

namespace reckoner::app {

// As in commands.hpp: each gives its exit code.

struct EventArguments {
  std::string namespace_name = "default";
  std::string source;
  std::string id;
  std::string reason;
  std::string data;     ///< JSON; empty: as it was
  std::string time;     ///< empty: as it was
  std::string subject;  ///< empty: as it was
};
int void_event_command(System& system, const Console& console, const EventArguments& arguments);
int amend_event_command(System& system, const Console& console, const EventArguments& arguments);

struct FindEventsArguments {
  std::string namespace_name;
  std::string source;
  std::string id;
  std::string subject;
  std::string customer;
  std::string type;
  std::string from;  ///< an instant, or a day in UTC
  std::string until;
  int limit = 100;
};
int find_events_command(System& system, const Console& console,
                        const FindEventsArguments& arguments);

struct QuarantineArguments {
  std::string source;
  std::string id;
  std::string reason;  ///< of the rows, a part of it; where rows are dropped: why
  std::string state = "open";
  bool all = false;
  int limit = 100;
};
int list_quarantine_command(System& system, const Console& console,
                            const QuarantineArguments& arguments);
int show_quarantine_command(System& system, const Console& console,
                            const QuarantineArguments& arguments);
/// Exit 1 when something stays in quarantine.
int replay_quarantine_command(System& system, const Console& console,
                              const QuarantineArguments& arguments);
/// Exit 1 when there was nothing to drop.
int drop_quarantined_command(System& system, const Console& console,
                             const QuarantineArguments& arguments);

int cut_command(System& system, const Console& console);
int list_meters_command(System& system, const Console& console);
int compute_meter_command(System& system, const Console& console, const std::string& name,
                          const std::string& from);

int list_archives_command(System& system, const Console& console);
/// `directory` empty: DATA-DIR/archive.
int archive_command(System& system, const Console& console, const std::string& month,
                    const std::string& directory);
/// `what`: a month, or the file of one.
int restore_archive_command(System& system, const Console& console, const std::string& what);

}  // namespace reckoner::app

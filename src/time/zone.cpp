#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <fstream>
#include <mutex>
#include <sstream>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "time/posix_rule.hpp"
#include "time/time.hpp"

namespace reckoner::time {

using namespace std::chrono;

namespace {

constexpr std::string_view kZoneDirectory = "/usr/share/zoneinfo";

/// A zone as its file describes it: a list of changes, which the library reads, and the rule that
/// goes on where the list ends (2037 on Debian), which the library does not know.
struct Entry {
  explicit Entry(const date::time_zone& listed_zone) : zone(&listed_zone) {}

  const date::time_zone* zone;
  mutable std::once_flag completed;
  mutable std::optional<PosixRule> rule;
  mutable sys_seconds rule_begins;  ///< the last change of the list
};

std::optional<PosixRule> read_rule(const std::string& zone_name) {
  const std::string path = fmt::format("{}/{}", kZoneDirectory, zone_name);
  std::ifstream file(path, std::ios::binary);
  std::ostringstream all;
  all << file.rdbuf();
  const std::string content = all.str();
  if (!content.ends_with('\n')) throw Error(fmt::format("cannot read {}", path));
  const std::string_view lines = std::string_view(content).substr(0, content.size() - 1);
  const std::string_view rule = lines.substr(lines.rfind('\n') + 1);
  if (rule.empty()) return std::nullopt;
  return PosixRule::parse(rule);
}

void complete(const Entry& entry) {
  static constexpr sys_seconds kAfterAllChanges = sys_days(year(20000) / 1 / 1);
  std::call_once(entry.completed, [&entry] {
    try {
      entry.rule = read_rule(entry.zone->name());
      entry.rule_begins = entry.zone->get_info(kAfterAllChanges).begin;
    } catch (const Error& error) {
      throw Error(error).in(fmt::format("time zone {}", entry.zone->name()));
    } catch (const std::runtime_error& error) {
      throw Error(fmt::format("time zone {}: {}", entry.zone->name(), error.what()));
    }
  });
}

struct Table {
  std::vector<std::string> names;  ///< sorted
  std::deque<Entry> entries;       ///< in the order of the names
};

const Table& table() {
  static const Table kTable = [] {
    Table result;
    try {
      std::vector<const date::time_zone*> zones;
      for (const date::time_zone& zone : date::get_tzdb().zones) {
        // "localtime" is whatever the machine is set to, which is no zone of the database.
        if (zone.name() != "localtime") zones.push_back(&zone);
      }
      std::sort(zones.begin(), zones.end(),
                [](const auto* a, const auto* b) { return a->name() < b->name(); });
      for (const date::time_zone* zone : zones) {
        result.names.push_back(zone->name());
        result.entries.emplace_back(*zone);
      }
    } catch (const std::runtime_error& error) {
      throw Error(fmt::format("cannot read the time zones: {}", error.what()));
    }
    return result;
  }();
  return kTable;
}

}  // namespace

Zone Zone::named(std::string_view name) {
  const Table& all = table();
  const auto found = std::lower_bound(all.names.begin(), all.names.end(), name);
  if (found == all.names.end() || *found != name) {
    throw Error(fmt::format("unknown time zone '{}'{}", name, suggestion(name, all.names)));
  }
  const Entry& entry = all.entries[static_cast<std::size_t>(found - all.names.begin())];
  complete(entry);
  return Zone(&entry);
}

Zone Zone::utc() {
  static const Zone kUtc = named("UTC");
  return kUtc;
}

const std::vector<std::string>& Zone::names() {
  return table().names;
}

std::string Zone::database_version() {
  static const std::string kVersion = [] {
    // The library looks for a version where Debian has none; the first line here is "# version
    // 2025b".
    constexpr std::string_view kLabel = "# version ";
    std::ifstream file(fmt::format("{}/tzdata.zi", kZoneDirectory));
    std::string line;
    std::getline(file, line);
    return line.starts_with(kLabel) ? line.substr(kLabel.size()) : date::get_tzdb().version;
  }();
  return kVersion;
}

std::string_view Zone::name() const {
  return static_cast<const Entry*>(entry_)->zone->name();
}

Zone::Stretch Zone::stretch_at(sys_seconds second) const {
  const Entry& entry = *static_cast<const Entry*>(entry_);
  if (!entry.rule || second < entry.rule_begins) {
    const date::sys_info info = entry.zone->get_info(second);
    return {info.begin, info.end, info.offset};
  }
  struct Change {
    sys_seconds at;
    seconds offset;  ///< from then on
  };
  const PosixRule& rule = *entry.rule;
  const auto change = [](const YearlyChange& yearly, year in_year, seconds before, seconds after) {
    return Change{sys_seconds(yearly.in(in_year).time_since_epoch() - before), after};
  };
  std::array<Change, 6> changes;
  const year this_year = year_month_day(floor<days>(second)).year();
  for (int i = 0; i < 3; ++i) {
    const year in_year = this_year + years(i - 1);
    const auto slot = static_cast<std::size_t>(2 * i);
    changes[slot] = change(rule.summer_begins, in_year, rule.standard_offset, rule.summer_offset);
    changes[slot + 1] = change(rule.summer_ends, in_year, rule.summer_offset, rule.standard_offset);
  }
  std::sort(changes.begin(), changes.end(),
            [](const Change& a, const Change& b) { return a.at < b.at; });
  const auto next = std::find_if(changes.begin(), changes.end(),
                                 [second](const Change& c) { return c.at > second; });
  const Change& last = *std::prev(next);
  return {std::max(last.at, entry.rule_begins), next->at, last.offset};
}

LocalTime Zone::local(Instant instant) const {
  const auto second = floor<seconds>(instant);
  const sys_seconds shown = second + stretch_at(second).offset;
  const auto day = floor<days>(shown);
  return {day, shown - day};
}

Date Zone::date_of(Instant instant) const {
  return local(instant).date;
}

Instant Zone::start_of(Date date) const {
  return resolve({date, seconds(0)}).instant;
}

Zone::Resolved Zone::resolve(const LocalTime& local) const {
  // No clock is off UTC by a day: the first stretch looked at never begins too late.
  const sys_seconds shown = sys_days(local.date) + local.since_midnight;
  Stretch stretch = stretch_at(shown - days(1));
  while (shown - stretch.offset >= stretch.ends) stretch = stretch_at(stretch.ends);
  const sys_seconds second = shown - stretch.offset;
  if (second < stretch.begins) return {stretch.begins, false};
  return {second, true};
}

}  // namespace reckoner::time

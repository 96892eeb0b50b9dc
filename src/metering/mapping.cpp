#include "metering/mapping.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace reckoner::metering {

namespace {
std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

Format parse_format(std::string_view text) {
  if (text == "csv") return Format::kCsv;
  if (text == "json-lines") return Format::kJsonLines;
  if (text == "json") return Format::kJson;
  if (text == "access-log") return Format::kAccessLog;
  throw Error(fmt::format("format '{}' is not csv, json-lines, json or access-log", text));
}

template <class Value>
void set_once(std::optional<Value>& target, std::string_view name, Value value) {
  if (target) throw Error(fmt::format("'{}' is mapped twice", name));
  target = std::move(value);
}

void add_data_member(Mapping& mapping, std::string_view name, Origin origin) {
  if (name.substr(0, 5) == "data.") name.remove_prefix(5);
  if (name.empty() || name.find('.') != std::string_view::npos) {
    throw Error(fmt::format("'{}' is no name of a member: it is empty or has a dot", name));
  }
  const auto same = [&](const Mapping::DataMember& member) { return member.name == name; };
  if (std::any_of(mapping.data.begin(), mapping.data.end(), same)) {
    throw Error(fmt::format("'{}' is mapped twice", name));
  }
  mapping.data.push_back({std::string(name), std::move(origin)});
}

void add_entry(Mapping& mapping, std::string_view entry) {
  const std::size_t equals = entry.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw Error(fmt::format("'{}' is not such as subject=tenant or type:=bandwidth", entry));
  }
  const bool is_constant = entry[equals - 1] == ':';
  const std::string_view name = trimmed(entry.substr(0, is_constant ? equals - 1 : equals));
  const std::string_view text = trimmed(entry.substr(equals + 1));
  if (text.empty()) throw Error(fmt::format("'{}' is mapped to nothing", name));
  Origin origin{is_constant, std::string(text)};

  if (name == "id") {
    set_once(mapping.id, name, std::move(origin));
  } else if (name == "subject") {
    set_once(mapping.subject, name, std::move(origin));
  } else if (name == "time") {
    set_once(mapping.time, name, std::move(origin));
  } else if (name == "type") {
    set_once(mapping.type, name, std::move(origin));
  } else if (name == "time-zone") {
    if (text != "UTC") throw Error("time-zone may only be UTC: local clocks repeat an hour a year");
    mapping.utc_assumed = true;
  } else if (name == "format") {
    set_once(mapping.format, name, parse_format(text));
  } else {
    add_data_member(mapping, name, std::move(origin));
  }
}
}  // namespace

Mapping parse_mapping(std::string_view text) {
  Mapping mapping;
  if (trimmed(text).empty()) return mapping;
  while (true) {
    const std::size_t comma = text.find(',');
    try {
      add_entry(mapping, trimmed(text.substr(0, comma)));
    } catch (Error& error) {
      error.in("mapping");
      throw;
    }
    if (comma == std::string_view::npos) return mapping;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace reckoner::metering

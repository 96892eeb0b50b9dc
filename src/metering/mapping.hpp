#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reckoner::metering {

enum class Format { kCsv, kJsonLines, kJson, kAccessLog };

/// Where a part of an event comes from: a constant, or a column, member or field of the line.
struct Origin {
  bool is_constant = false;
  std::string text;  ///< the constant, or the name in the line
};

/// How the lines of a file become events.
struct Mapping {
  struct DataMember {
    std::string name;
    Origin origin;
  };

  std::optional<Format> format;  ///< none: recognised by the file's first line
  std::optional<Origin> id;      ///< none: the line itself, and its ordinal among identical lines
  std::optional<Origin> subject;
  std::optional<Origin> time;
  std::optional<Origin> type;
  std::vector<DataMember> data;
  bool utc_assumed = false;  ///< a time without zone is UTC; otherwise it is refused
};

/// Reads entries divided by commas; blanks around them do not count:
///   subject=tenant       the subject is what the column, member or field `tenant` holds; so for
///   id, time and type type:=bandwidth      the type is the constant `bandwidth`; so for the others
///   tokens=usage.out     any other name becomes a member of the event's data
///   data.id=row          a member of the data whose name means something else here
///   time-zone=UTC        a time without zone is UTC
///   format=csv           or json-lines, json or access-log, where the first line does not tell
/// Throws Error for an entry that is none of these, and for a name that is given twice.
Mapping parse_mapping(std::string_view text);

}  // namespace reckoner::metering

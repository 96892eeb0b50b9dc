#pragma once

// What holds for the readers of all formats.

#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "fuzz.hpp"
#include "metering/reader.hpp"

namespace reckoner::fuzz {

inline std::vector<metering::UsageEvent> in_pieces(std::string_view content,
                                                   const metering::Mapping& mapping,
                                                   std::size_t events_max) {
  std::istringstream in{std::string(content)};
  std::vector<metering::UsageEvent> all;
  std::int64_t bytes_before = 0;
  metering::read_events(
      {"file", in, "edge"}, mapping,
      {events_max, [&](std::vector<metering::UsageEvent> events, std::int64_t bytes) {
         promise(!events.empty() && events.size() <= events_max, "a full piece");
         promise(bytes >= bytes_before, "reading goes forward");
         bytes_before = bytes;
         all.insert(all.end(), events.begin(), events.end());
       }});
  return all;
}

/// A file gives the same events whole and in pieces, each of which can be stored.
inline void check_file(std::string_view content, const metering::Mapping& mapping) {
  std::vector<metering::UsageEvent> whole;
  try {
    whole = metering::read_events({"file", content, "edge"}, mapping);
  } catch (const Error& error) {
    promise(*error.what() != '\0', "what is wrong is said");
    return;
  }
  const auto pieces = in_pieces(content, mapping, 3);
  promise(pieces.size() == whole.size(), "pieces make the whole");
  for (std::size_t i = 0; i < whole.size(); ++i) {
    metering::check(whole[i]);
    promise(pieces[i].id == whole[i].id, "the same id");
    promise(metering::digest_of(pieces[i]) == metering::digest_of(whole[i]), "the same content");
  }
}

}  // namespace reckoner::fuzz

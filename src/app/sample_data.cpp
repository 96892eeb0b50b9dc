#include "app/sample_data.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace reckoner::app::sample_data {

time::Instant ended_everywhere(time::Date first_day) {
  return time::Zone::utc().start_of(first_day) + std::chrono::hours(12);
}

Months months(time::Instant now) {
  const time::Date today = time::Zone::utc().date_of(now);
  time::Date next = time::month_day(today, 0, 1);
  if (ended_everywhere(next) > now) next = time::month_day(next, -1, 1);
  return {time::month_day(next, -2, 1), time::month_day(next, -1, 1), next};
}

std::string file(std::string_view name, const Months& months,
                 const std::map<std::string, std::string>& values) {
  std::map<std::string, std::string> names = values;
  names["before"] = time::to_string(months.before).substr(0, 7);
  names["month"] = time::to_string(months.month).substr(0, 7);
  for (const EmbeddedFile& embedded : embedded_files()) {
    if (embedded.name != name) continue;
    std::string text;
    std::string_view rest = embedded.content;
    while (!rest.empty()) {
      const std::size_t open = rest.find('{');
      text += rest.substr(0, open);
      if (open == rest.npos) break;
      const std::size_t close = rest.find('}', open);
      RK_CHECK(close != rest.npos);
      text += names.at(std::string(rest.substr(open + 1, close - open - 1)));
      rest.remove_prefix(close + 1);
    }
    return text;
  }
  throw Bug(fmt::format("there is no sample file {}", name));
}

}  // namespace reckoner::app::sample_data

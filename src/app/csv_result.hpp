#pragma once

#include <sstream>

#include "app/console.hpp"
#include "text/csv.hpp"

namespace reckoner::app {

/// Prints what `write` puts into it as CSV, and gives the exit code.
template <class Write>
int csv_result(const Console& console, Write write) {
  std::ostringstream out;
  text::CsvWriter csv(out);
  write(csv);
  console.result(out.str());
  return 0;
}

}  // namespace reckoner::app

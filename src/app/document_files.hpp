#pragma once

#include <string>

#include "app/console.hpp"
#include "app/system.hpp"

namespace reckoner::app {

/// Files that a document is written to beside what is shown of it; empty: none.
struct WrittenFiles {
  std::string pdf;
  std::string ubl;  ///< an electronic invoice
};

/// `reckoner show NUMBER` with files.
int show_command(System& system, const Console& console, const std::string& number,
                 const WrittenFiles& files);

/// `reckoner interim CUSTOMER` with its pages in a file. Throws Error where there is no interim
/// invoice, or more than one.
int interim_command(System& system, const Console& console, const std::string& customer,
                    const std::string& as_of, const std::string& pdf);

}  // namespace reckoner::app

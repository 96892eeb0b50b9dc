#include <cstdio>
#include <string_view>

#include "app/command_line.hpp"
#include "failpoint_registry.hpp"

/// The program with failpoints; --list-failpoints as its only argument names them.
int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--list-failpoints") {
    std::fputs(reckoner::failpoint::list().c_str(), stdout);
    return 0;
  }
  reckoner::failpoint::check_order();
  return reckoner::app::run_command_line(argc, argv);
}

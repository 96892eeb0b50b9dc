#pragma once

#include <span>

#include "base/embedded.hpp"

namespace reckoner::app {

/// Runs the program: reads the command line, does what it says, gives the exit code
/// (docs/command-line.md): 0 done, 1 did work but something is wrong, 2 the command line cannot be
/// used, 3 could not start. `pages` are the files of the pages for browsers that a daemon serves.
int run_command_line(int argc, char** argv, std::span<const EmbeddedFile> pages = {});

}  // namespace reckoner::app

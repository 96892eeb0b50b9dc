#pragma once

namespace reckoner::app {

/// Runs the program: reads the command line, does what it says, gives the exit code
/// (docs/command-line.md): 0 done, 1 did work but something is wrong, 2 the command line cannot be
/// used, 3 could not start.
int run_command_line(int argc, char** argv);

}  // namespace reckoner::app

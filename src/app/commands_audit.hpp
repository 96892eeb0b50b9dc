#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/console.hpp"
#include "app/system.hpp"

namespace reckoner::app {

// As in commands.hpp: each gives its exit code.

struct VerifyArguments {
  bool recompute = false;
  std::optional<std::int64_t> sample;  ///< sides of billed periods; none: all
  std::int64_t seed = 1;
  std::optional<std::string> export_head;  ///< a file, or "" for standard output
  std::string against;                     ///< a file, or "" for none
};

/// Exit 1 when a claim does not hold; no head is exported then. Without a file the head is the one
/// thing on standard output, and what was proved goes to standard error; with --json it is the
/// member "head".
int verify_command(System& system, const Console& console, const VerifyArguments& arguments);

struct ReplayArguments {
  std::string number;
  bool all = false;
  std::optional<std::int64_t> run;  ///< with `all`: only its documents
};

/// Exit 1 when a document does not come out as it was issued.
int replay_command(System& system, const Console& console, const ReplayArguments& arguments);

}  // namespace reckoner::app

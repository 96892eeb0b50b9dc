#pragma once

#include <string>
#include <vector>

#include "base/mistakes.hpp"
#include "config/files.hpp"

namespace reckoner::config {

/// A message about a configuration with the place it speaks of, for an editor. Lines and columns
/// are from 1, columns in characters; 0 where the message is about no line.
struct PlacedMistake {
  std::string file;  ///< a member's name; empty where it is about none
  int line = 0;
  int column = 0;
  int end_column = 0;   ///< behind the last character, on the same line
  std::string message;  ///< without the place
  friend bool operator==(const PlacedMistake&, const PlacedMistake&) = default;

  /// "file:line:column", as far as there is one.
  std::string place() const;
};

/// What an Error about `files` says, each of its messages once. Messages name the line of a start
/// tag; what they quote is looked for in that tag (or in the text that stands there), so that an
/// attribute is marked where it stands.
std::vector<PlacedMistake> placed_mistakes(const Error& error, const Files& files);

}  // namespace reckoner::config

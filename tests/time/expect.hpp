#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/error.hpp"
#include "time/time.hpp"

namespace reckoner::time {

inline Instant at(std::string_view text) {
  return parse_instant(text);
}
inline Date on(std::string_view text) {
  return parse_date(text);
}

/// The message of the Error that `action` throws; a failure when it throws none.
template <class Action>
std::string message_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "no error was thrown";
  return "";
}

}  // namespace reckoner::time

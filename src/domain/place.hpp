#pragma once

#include <string>

namespace reckoner::domain {

/// Where a thing was written, for messages: file within the configuration and line from 1.
struct Place {
  std::string file;
  int line = 0;
};

}  // namespace reckoner::domain

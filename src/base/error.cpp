#include "base/error.hpp"

#include <fmt/format.h>

namespace reckoner {

Error::Error(std::string reason)
    : std::runtime_error(reason), reason_(std::move(reason)), message_(reason_) {}

Error& Error::in(std::string_view place) {
  path_ = path_.empty() ? std::string(place) : fmt::format("{} / {}", place, path_);
  message_ = fmt::format("{}: {}", path_, reason_);
  return *this;
}

namespace detail {
void check_failed(const char* expression, const char* file, int line) {
  throw Bug(fmt::format("bug: {} does not hold ({}:{})", expression, file, line));
}
}  // namespace detail

}  // namespace reckoner

#include <chrono>

#include "app/system.hpp"

// Alone in its file, so that a test can link another clock in its place
// (tests/torture/stepped_clock.cpp).
namespace reckoner::app {

time::Instant system_now() {
  return std::chrono::floor<time::Instant::duration>(std::chrono::system_clock::now());
}

}  // namespace reckoner::app

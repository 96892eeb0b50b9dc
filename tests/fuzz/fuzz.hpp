#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

/// What libFuzzer calls for each input: `run` is the target. Anything thrown but reckoner::Error
/// within `attempt` ends the program, as any broken promise does.
namespace reckoner::fuzz {

/// Ends the program, after which libFuzzer shows the input.
inline void promise(bool kept, std::string_view what) {
  if (kept) return;
  std::cerr << "broken: " << what << std::endl;
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace reckoner::fuzz

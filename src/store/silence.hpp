#pragma once

#include <chrono>

#include "store/connection.hpp"

namespace reckoner::store {

/// How long a process may be silent before others go on without it.
inline constexpr std::chrono::milliseconds kSilenceMax{10'000};

/// Has the server end this session when the transaction on it, for whose locks others wait, asks
/// nothing for so long: its process stands still, or is cut off. Nothing is kept then.
void limit_silence(Connection& connection, std::chrono::milliseconds longest = kSilenceMax);

}  // namespace reckoner::store

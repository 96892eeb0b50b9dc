#pragma once

/// Places where a test may end, stop or disturb the program: RK_FAILPOINT("batch.after-lease"). A
/// release has nothing of them, not even a branch. tests/torture compiles the sources that have
/// some once more, with RECKONER_FAILPOINTS, for a program of its own; what it does at a point is
/// told by environment variables (tests/torture/failpoint.cpp).
///
/// Names are "part.place", unique in the program; a point may be passed by any number of threads.

#ifdef RECKONER_FAILPOINTS

#include <algorithm>
#include <cstddef>

namespace reckoner::failpoint {

/// Enters a name into the registry. Gives true.
bool enlist(const char* name);

/// Does what was asked for at this passing of the point, if anything. May throw, and may not
/// return.
void pass(const char* name);

template <std::size_t Size>
struct Name {
  consteval Name(const char (&text)[Size]) { std::copy(text, text + Size, characters); }
  char characters[Size];
};

/// A point is in the registry of every program that holds it, whether it is ever passed or not.
template <Name kName>
struct Point {
  static inline const bool enlisted = enlist(kName.characters);
  static void pass() {
    static_cast<void>(&enlisted);
    failpoint::pass(kName.characters);
  }
};

}  // namespace reckoner::failpoint

#define RK_FAILPOINT(name) ::reckoner::failpoint::Point<name>::pass()

#else

#define RK_FAILPOINT(name) static_cast<void>(0)

#endif

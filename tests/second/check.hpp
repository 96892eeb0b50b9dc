#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "second/second.hpp"

namespace reckoner::second {

/// The choices that make one random case, read one after the other. A tape that has ended chooses
/// the simplest, as does a choice of 0: so a shorter tape of smaller numbers is a simpler case.
class Tape {
 public:
  explicit Tape(std::vector<std::uint16_t> choices) : choices_(std::move(choices)) {}

  /// 0 to end - 1.
  int below(int end);
  int between(int first, int last) { return first + below(last - first + 1); }
  bool chance(int percent) { return below(100) >= 100 - percent; }
  template <typename T>
  T pick(std::initializer_list<T> values) {
    return values.begin()[below(static_cast<int>(values.size()))];
  }

 private:
  std::vector<std::uint16_t> choices_;
  std::size_t next_ = 0;
};

/// Runs `compare` on that many random cases. It says what disagrees, with everything that a reader
/// needs to follow it, or nothing. A case that disagrees is made as small as it goes, and fails the
/// test. RC_PARAMS overrides seed and number ("seed=7 max_success=100").
void expect_agreement(int cases, const std::function<std::string(Tape&)>& compare);

/// What production gives, or none where it refuses.
template <typename Compute>
auto production(const Compute& compute) -> std::optional<decltype(compute())> {
  try {
    return compute();
  } catch (const Error&) {
    return std::nullopt;
  }
}
/// What the second implementation gives, or none where there is no price.
template <typename Compute>
auto expected(const Compute& compute) -> std::optional<decltype(compute())> {
  try {
    return compute();
  } catch (const NoPrice&) {
    return std::nullopt;
  }
}

/// "fee: production 1, second 2\n", or nothing where they are equal.
std::string differing(const std::string& what, const std::optional<Rational>& production,
                      const std::optional<Rational>& second);
std::string differing(const std::string& what, const std::string& production,
                      const std::string& second);

}  // namespace reckoner::second

#include "second/check.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string_view>

namespace reckoner::second {
namespace {

constexpr std::uint64_t kSeed = 1494;  // of a book of double entry: the same cases on every run
constexpr std::size_t kChoices = 250;
constexpr int kCasesLeast = 100'000;
constexpr int kTriesMost = 3'000;  // to make a failing case simpler

int cases_run = 0;

std::string_view overrides() {
  const char* text = std::getenv("RC_PARAMS");
  return text == nullptr ? "" : text;
}

using Choices = std::vector<std::uint16_t>;

using Compare = std::function<std::string(Tape&)>;

std::string disagreement_of(const Choices& choices, const Compare& compare) {
  Tape tape(choices);
  try {
    return compare(tape);
  } catch (const std::exception& thrown) {
    return std::string("thrown: ") + thrown.what() + "\n";
  }
}

/// The choices of a case that disagrees, made fewer and smaller for as long as it still does: in
/// rounds, since a case is too dear for a search that begins anew with each success.
Choices simplest(Choices choices, const Compare& compare) {
  int tries_left = kTriesMost;
  const auto still = [&](const Choices& fewer) {
    return tries_left-- > 0 && !disagreement_of(fewer, compare).empty();
  };
  for (bool simpler = true; simpler;) {
    simpler = false;
    const auto keep = [&](Choices changed) {
      if (!still(changed)) return false;
      choices = std::move(changed);
      return simpler = true;
    };
    for (std::size_t length = choices.size(); length > 0; length /= 2) {
      for (std::size_t begin = 0; begin + length <= choices.size();) {
        Choices shorter = choices;
        const auto at = shorter.begin() + static_cast<std::ptrdiff_t>(begin);
        shorter.erase(at, at + static_cast<std::ptrdiff_t>(length));
        if (!keep(std::move(shorter))) begin += length;
      }
    }
    for (std::size_t i = 0; i < choices.size(); ++i) {
      for (const int lower : {0, choices[i] % 100, choices[i] / 2, choices[i] - 1}) {
        if (lower < 0 || lower >= choices[i]) continue;
        Choices smaller = choices;
        smaller[i] = static_cast<std::uint16_t>(lower);
        keep(std::move(smaller));
      }
    }
  }
  return choices;
}

/// As many choices as a case may need, from one draw of the library's random numbers.
rc::Gen<Choices> choices() {
  return [](const rc::Random& random, int) {
    rc::Random source = random;
    std::uint64_t state = source.next();
    Choices made(kChoices);
    for (std::uint16_t& choice : made) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      choice = static_cast<std::uint16_t>(state >> 48);
    }
    return rc::shrinkable::just(std::move(made));
  };
}

rc::detail::TestParams params_for(int cases) {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  if (overrides().find("seed=") == std::string_view::npos) params.seed = kSeed;
  if (overrides().find("max_success=") == std::string_view::npos) params.maxSuccess = cases;
  return params;
}

/// Sees to it that a whole run is as large as it is meant to be.
class Count : public testing::Environment {
  void TearDown() override {
    std::cout << cases_run << " random cases compared\n";
    const auto& test = *testing::UnitTest::GetInstance();
    if (test.test_to_run_count() < test.total_test_count()) return;
    EXPECT_GE(cases_run, kCasesLeast) << "too few random cases";
  }
};
const testing::Environment* const kCount = testing::AddGlobalTestEnvironment(new Count);

}  // namespace

int Tape::below(int end) {
  if (next_ == choices_.size()) return 0;
  return choices_[next_++] % end;
}

void expect_agreement(int cases, const Compare& compare) {
  const auto property = [&] {
    const Choices drawn = *choices();
    if (disagreement_of(drawn, compare).empty()) return;
    RC_FAIL("\n" + disagreement_of(simplest(drawn, compare), compare));
  };
  rc::detail::TestMetadata metadata;
  metadata.description = testing::UnitTest::GetInstance()->current_test_info()->name();
  const auto result = rc::detail::checkTestable(property, metadata, params_for(cases));
  if (result.is<rc::detail::SuccessResult>()) {
    cases_run += result.get<rc::detail::SuccessResult>().numSuccess;
    return;
  }
  std::ostringstream message;
  rc::detail::printResultMessage(result, message);
  FAIL() << message.str();
}

std::string differing(const std::string& what, const std::string& production,
                      const std::string& second) {
  if (production == second) return {};
  return fmt::format("{}: production {}, second {}\n", what, production, second);
}

std::string differing(const std::string& what, const std::optional<Rational>& production,
                      const std::optional<Rational>& second) {
  if (production == second) return {};
  const auto shown = [](const std::optional<Rational>& value) {
    return value ? value->to_string() : "none";
  };
  return differing(what, shown(production), shown(second));
}

}  // namespace reckoner::second

#include <rapidcheck.h>

#include "base/error.hpp"
#include "cases.hpp"
#include "config/configuration.hpp"

namespace reckoner::config {
namespace {

/// Bytes that mean something to the readers, so that mutations get past the first check; NUL is one
/// of them.
constexpr char kMarks[] = "<>/\"'&;#=!-[]?: \n\t.,{}29aexPT\x80\xEF\xFF";

/// One byte flipped, deleted, inserted or replaced, or one piece copied elsewhere.
void mutate(std::string& text) {
  const auto at = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
  const char mark = *rc::gen::elementOf(std::string(kMarks, sizeof kMarks));
  switch (*rc::gen::inRange(0, 5)) {
    case 0:
      if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << *rc::gen::inRange(0, 8)));
      break;
    case 1:
      text.erase(at, *rc::gen::inRange<std::size_t>(1, 40));
      break;
    case 2:
      text.insert(at, 1, mark);
      break;
    case 3:
      if (at < text.size()) text[at] = mark;
      break;
    default: {
      const auto from = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
      text.insert(at, text.substr(from, *rc::gen::inRange<std::size_t>(1, 200)));
    }
  }
}

TEST(Fuzz, ADamagedConfigurationIsReadOrRefused) {
  const Files shipped = read_directory(shipped_directory());
  int refused = 0;
  const bool passed = rc::check("shipped files with mutations", [&] {
    Files files = shipped;
    auto member = files.content.begin();
    std::advance(member, *rc::gen::inRange<int>(0, static_cast<int>(files.content.size())));
    const int mutations = *rc::gen::inRange(1, 4);
    for (int i = 0; i < mutations; ++i) mutate(member->second);
    try {
      static_cast<void>(parse(files));
    } catch (const Error& error) {
      ++refused;
      const std::string message = error.what();
      RC_ASSERT(message.find(".") != std::string::npos);
      RC_ASSERT(message.find('\n') == std::string::npos);
    }
  });
  EXPECT_TRUE(passed);
  EXPECT_GT(refused, 10) << "the mutations must do damage";
}

}  // namespace
}  // namespace reckoner::config

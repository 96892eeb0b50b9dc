#include "documents/typesetter.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace reckoner::documents {
namespace {

constexpr double kWide = 500;

double width_of(const Typesetter& typesetter, std::string_view text) {
  return typesetter.text(text, Face::kBody, kWide)->width();
}

TEST(Typesetter, EndsNoLineAtANoBreakSpace) {
  const Typesetter typesetter;
  const double room = width_of(typesetter, "Summe 5") + 1;
  const auto broken = typesetter.text("Summe 5 EUR", Face::kBody, room);
  EXPECT_NEAR(broken->width(), width_of(typesetter, "Summe 5"), 0.01);
  const auto kept = typesetter.text("Summe 5\u00a0EUR", Face::kBody, room);
  EXPECT_NEAR(kept->width(), width_of(typesetter, "Summe"), 0.01);
  EXPECT_EQ(kept->height(), broken->height());
}

TEST(Typesetter, ANoBreakSpaceIsAsWideAsASpace) {
  const Typesetter typesetter;
  for (const auto& [with, without] :
       {std::pair{"1\u00a0234", "1 234"}, std::pair{"5\u00a0EUR", "5 EUR"},
        std::pair{"\u00a0a\u00a0\u00a0ä\u00a0", " a  ä "}}) {
    EXPECT_NEAR(width_of(typesetter, with), width_of(typesetter, without), 0.01) << with;
  }
}

}  // namespace
}  // namespace reckoner::documents

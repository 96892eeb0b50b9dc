#include "pricing/commitment.hpp"

namespace reckoner::pricing {

namespace {
money::Ratio not_below_zero(const money::Ratio& value) {
  return value.sign() < 0 ? money::Ratio(money::Decimal(0)) : value;
}
}  // namespace

money::Ratio minimum_top_up(const money::Ratio& charged, const money::Ratio& minimum) {
  return not_below_zero(minimum - charged);
}

money::Ratio maximum_cut(const money::Ratio& charged, const money::Ratio& maximum) {
  return not_below_zero(charged - maximum);
}

}  // namespace reckoner::pricing

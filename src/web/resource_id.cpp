#include "web/resource_id.hpp"

#include "base/hash.hpp"

namespace reckoner::web {

std::string resource_id(std::string_view kind, std::string_view name) {
  constexpr std::string_view kSigns = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  constexpr std::size_t kLength = 26;
  const Sha256 hash = Sha256Stream().field(kind).field(name).finish();
  // 128 bits, five a sign from the end; the first sign has three.
  std::string id(kLength, kSigns.front());
  for (std::size_t bit = 0; bit < 128; ++bit) {
    const std::size_t from_end = 127 - bit;
    if ((hash[bit / 8] >> (7 - bit % 8) & 1) == 0) continue;
    char& sign = id[kLength - 1 - from_end / 5];
    sign = kSigns[kSigns.find(sign) + (std::size_t{1} << (from_end % 5))];
  }
  return id;
}

}  // namespace reckoner::web

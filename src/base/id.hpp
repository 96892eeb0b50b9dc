#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace reckoner {

/// A database key that cannot be mistaken for another kind's. 0 is no row's key.
template <class Tag>
struct Id {
  std::int64_t value = 0;
  friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

using CustomerId = Id<struct CustomerTag>;
using RunId = Id<struct RunTag>;
using VersionId = Id<struct VersionTag>;

}  // namespace reckoner

template <class Tag>
struct std::hash<reckoner::Id<Tag>> {
  std::size_t operator()(reckoner::Id<Tag> id) const noexcept {
    return std::hash<std::int64_t>{}(id.value);
  }
};

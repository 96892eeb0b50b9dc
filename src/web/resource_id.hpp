#pragma once

#include <string>
#include <string_view>

namespace reckoner::web {

/// What clients know a thing by beside its name: 26 signs as a ULID has them, made of the kind and
/// the name alone, so that every process and database gives the same one.
std::string resource_id(std::string_view kind, std::string_view name);

}  // namespace reckoner::web

#pragma once

#include <span>

#include "base/embedded.hpp"

namespace reckoner::store::schema {

/// The migrations of sql/migrations, for migrate(); compiled into the program.
std::span<const EmbeddedFile> embedded_files();

}  // namespace reckoner::store::schema

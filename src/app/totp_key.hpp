#pragma once

#include <filesystem>

#include "base/seal.hpp"
#include "config/settings.hpp"

namespace reckoner::app {

/// What the secrets of second factors are sealed with: the key of users.totpKey, or where that is
/// empty the one in the file totp.key of the data directory, which is made at first. Throws Error
/// when it cannot be had, or is not one of 64 hexadecimal digits.
Seal totp_seal(const config::Settings& settings, const std::filesystem::path& data_directory);

}  // namespace reckoner::app

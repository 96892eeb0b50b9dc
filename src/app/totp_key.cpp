#include "app/totp_key.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "base/error.hpp"
#include "base/hash.hpp"

namespace reckoner::app {

namespace {

constexpr std::string_view kSetting = "users.totpKey";

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view doing) {
  throw Error(fmt::format("{}: {}: {}", path.string(), doing, std::strerror(errno)));
}

/// Whole or not at all, readable by its owner alone. No error where another process has made it.
void make_key_file(const std::filesystem::path& path) {
  std::filesystem::create_directories(path.parent_path());
  const std::filesystem::path whole = fmt::format("{}.{}", path.string(), to_hex(random_bytes(4)));
  const std::string text = to_hex(Seal::random_key()) + "\n";
  const int handle = open(whole.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
  if (handle < 0) fail(whole, "the file cannot be made");
  const bool written =
      write(handle, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      fsync(handle) == 0;
  close(handle);
  const bool linked = written && (link(whole.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const int problem = errno;
  unlink(whole.c_str());
  errno = problem;
  if (!linked) fail(path, "the key cannot be written");
}

std::string key_of_file(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) make_key_file(path);
  std::ifstream in(path);
  std::string line;
  if (!std::getline(in, line)) throw Error(fmt::format("{}: it cannot be read", path.string()));
  return line;
}

}  // namespace

Seal totp_seal(const config::Settings& settings, const std::filesystem::path& data_directory) {
  const bool is_set = !settings.text(kSetting).empty();
  const std::filesystem::path path = data_directory / "totp.key";
  const std::string hex = is_set ? settings.secret(kSetting) : key_of_file(path);
  try {
    return Seal(from_hex(hex));
  } catch (Error& error) {
    throw error.in(is_set ? fmt::format("setting {}", kSetting) : path.string());
  }
}

}  // namespace reckoner::app

#include "base/durable_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/error.hpp"

namespace reckoner {

namespace {

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view doing) {
  throw Error(fmt::format("{}: {}: {}", path.string(), doing, std::strerror(errno)));
}

void sync_directory(const std::filesystem::path& directory) {
  const int handle = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) fail(directory, "the directory cannot be opened");
  const int synced = fsync(handle);
  close(handle);
  if (synced != 0) fail(directory, "the directory cannot be made durable");
}

}  // namespace

DurableFile::DurableFile(const std::filesystem::path& path)
    : path_(path), temporary_(path.string() + ".part") {
  handle_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (handle_ < 0) fail(temporary_, "the file cannot be made");
}

DurableFile::~DurableFile() {
  if (handle_ >= 0) close(handle_);
  std::error_code ignored;
  if (!committed_) std::filesystem::remove(temporary_, ignored);
}

void DurableFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(handle_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(temporary_, "writing failed");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void DurableFile::commit() {
  if (fsync(handle_) != 0) fail(temporary_, "the file cannot be made durable");
  if (rename(temporary_.c_str(), path_.c_str()) != 0) fail(path_, "the file cannot be named");
  committed_ = true;
  sync_directory(path_.has_parent_path() ? path_.parent_path() : ".");
}

}  // namespace reckoner

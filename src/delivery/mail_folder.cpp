#include "delivery/mail_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace reckoner::delivery {

namespace {

/// A file descriptor that closes itself. Every call throws std::system_error with the operating
/// system's reason.
class File {
 public:
  File(const std::filesystem::path& path, int flags, mode_t mode = 0)
      : file_(open(path.c_str(), flags | O_CLOEXEC, mode)) {
    if (file_ < 0) fail(path.string());
  }
  ~File() { close(file_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("write");
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void sync() {
    if (fsync(file_) != 0) fail("fsync");
  }

  [[noreturn]] static void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
  }

 private:
  const int file_;
};

/// The names are ours, but numbers follow a pattern of the operator's.
std::string file_name(std::string_view name) {
  std::string safe(name);
  for (char& c : safe) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    if (!plain) c = '_';
  }
  return safe + ".eml";
}

}  // namespace

MailFolder::MailFolder(std::filesystem::path directory) : directory_(std::move(directory)) {}

Delivery MailFolder::deliver(const Parcel& parcel) {
  const std::filesystem::path target = directory_ / file_name(parcel.name);
  // A draft that a crash left is written anew: a mail has one sender at a time, and always the same
  // bytes.
  const std::filesystem::path draft = directory_ / ("." + target.filename().string());
  try {
    std::filesystem::create_directories(directory_.parent_path());
    if (mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST) File::fail("mkdir");
    {
      File file(draft, O_WRONLY | O_CREAT | O_TRUNC, 0600);
      file.write(parcel.bytes);
      file.sync();
    }
    std::filesystem::rename(draft, target);
    File(directory_, O_RDONLY | O_DIRECTORY).sync();
  } catch (const std::system_error& error) {
    std::error_code ignored;
    std::filesystem::remove(draft, ignored);
    return {Outcome::kUnavailable,
            fmt::format("mail folder {}: {}", directory_.string(), error.code().message())};
  }
  return {};
}

}  // namespace reckoner::delivery

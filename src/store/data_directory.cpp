#include "store/data_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "store/embedded.hpp"

namespace reckoner::store {

namespace fs = std::filesystem;

namespace {

constexpr const char* kLockFile = "reckoner.lock";
/// sockaddr_un holds 108 bytes, the last of them zero.
constexpr std::size_t kSocketPathMax = 107;

[[noreturn]] void cannot_use(const fs::path& directory, std::string_view reason) {
  throw StartError(fmt::format("cannot use data directory {}: {}", directory.string(), reason));
}

/// Root hands a new directory or file over to the server's user.
void give_to(const fs::path& path, const ServerUser& user) {
  if (geteuid() == 0 && lchown(path.c_str(), user.uid, user.gid) != 0) {
    cannot_use(path, std::strerror(errno));
  }
}

}  // namespace

fs::path default_data_directory() {
  if (geteuid() == 0) return "/var/lib/reckoner";
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && data[0] == '/') {
    return fs::path(data) / "reckoner";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && home[0] == '/') {
    return fs::path(home) / ".local/share/reckoner";
  }
  throw StartError("no data directory: neither HOME nor XDG_DATA_HOME is set; use --data-dir");
}

fs::path prepare_data_directory(const fs::path& directory, const ServerUser& user) {
  std::error_code error;
  fs::create_directories(fs::absolute(directory).parent_path(), error);
  if (error) cannot_use(directory, error.message());
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    cannot_use(directory, std::strerror(errno));
  }
  const fs::path canonical = fs::canonical(directory, error);
  if (error) cannot_use(directory, error.message());
  if (!fs::is_directory(canonical)) cannot_use(canonical, "it is not a directory");
  const bool empty = fs::is_empty(canonical, error);
  if (error) cannot_use(canonical, error.message());
  const fs::path lock = canonical / kLockFile;
  if (!fs::exists(lock)) {
    if (!empty) cannot_use(canonical, "it is not empty, and not a data directory of Reckoner");
    give_to(canonical, user);
  }
  if (chmod(canonical.c_str(), 0700) != 0) cannot_use(canonical, std::strerror(errno));
  const int file = open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) cannot_use(canonical, std::strerror(errno));
  close(file);
  give_to(lock, user);
  return canonical;
}

fs::path socket_directory(const fs::path& data_directory) {
  if ((data_directory / ".s.PGSQL.5432").string().size() <= kSocketPathMax) return data_directory;
  return "/tmp/reckoner-" + to_hex(sha256(data_directory.string())).substr(0, 16);
}

void prepare_socket_directory(const fs::path& socket, const ServerUser& user) {
  if (mkdir(socket.c_str(), 0700) == 0) give_to(socket, user);
  struct stat status {};
  if (lstat(socket.c_str(), &status) != 0) cannot_use(socket, std::strerror(errno));
  if (!S_ISDIR(status.st_mode) || status.st_uid != user.uid || (status.st_mode & 077) != 0) {
    cannot_use(socket, fmt::format("it must be a directory of user {} with mode 0700", user.name));
  }
}

DirectoryLock::DirectoryLock(const fs::path& data_directory, std::chrono::seconds patience)
    : file_(::open((data_directory / kLockFile).c_str(), O_RDWR | O_CLOEXEC)) {
  if (file_ < 0) cannot_use(data_directory, std::strerror(errno));
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (flock(file_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    if (error == EINTR) continue;
    if (error != EWOULDBLOCK || std::chrono::steady_clock::now() > deadline) {
      close(file_);
      cannot_use(data_directory, error != EWOULDBLOCK
                                     ? std::strerror(error)
                                     : "another program has been starting or stopping its database "
                                       "for too long");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

DirectoryLock::~DirectoryLock() {
  close(file_);
}

}  // namespace reckoner::store

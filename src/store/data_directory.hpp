#pragma once

#include <chrono>
#include <filesystem>

#include "store/server_programs.hpp"

namespace reckoner::store {

/// Makes the data directory (mode 0700, owned by the server's user) when it is missing or empty,
/// and gives its canonical path. Throws StartError when it cannot be used, or holds other things.
std::filesystem::path prepare_data_directory(const std::filesystem::path& directory,
                                             const ServerUser& user);

/// The directory of the socket: the data directory itself, or one under /tmp when a socket's path
/// would be too long. A pure function of the path, so that all programs agree.
std::filesystem::path socket_directory(const std::filesystem::path& data_directory);

/// Makes that directory when it is another one. Throws StartError when somebody else's stands in
/// its place.
void prepare_socket_directory(const std::filesystem::path& socket, const ServerUser& user);

/// An exclusive lock on the data directory's lock file, held until destroyed. It is not inherited
/// by started programs and goes with the process.
class DirectoryLock {
 public:
  /// Throws StartError when another program keeps it longer than `patience`.
  DirectoryLock(const std::filesystem::path& data_directory, std::chrono::seconds patience);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  int file_;
};

}  // namespace reckoner::store

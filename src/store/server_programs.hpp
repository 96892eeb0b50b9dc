#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace reckoner::store {

/// Where PostgreSQL's initdb, pg_ctl and postgres of one version are.
struct ServerPrograms {
  std::filesystem::path folder;
  int major;
};

/// The newest version from 15 on under /usr/lib/postgresql, or the one on the PATH; of exactly
/// `major` when one is named. nullopt when there is none.
std::optional<ServerPrograms> find_server_programs(std::optional<int> major = std::nullopt);

/// The operating system's user for the server's processes and files.
struct ServerUser {
  uid_t uid;
  gid_t gid;
  std::string name;
};

/// Ourselves; started by root, the owner of an existing data directory, else `reckoner`, `postgres`
/// or `nobody`, whichever the system has first. Throws StartError when an existing directory
/// belongs to somebody else.
ServerUser choose_server_user(const std::filesystem::path& data_directory);

struct ProgramResult {
  int exit_code;       ///< 128 + the signal's number when a signal ended it
  std::string output;  ///< standard output and standard error together
};

/// Runs a program to its end as `user`, in the folder `cwd`, in a session of its own (an interrupt
/// from the terminal does not reach it), with a minimal environment and none of our files open.
/// Throws StartError when it cannot be started, for example because the user may not enter `cwd`.
ProgramResult run_program(const std::vector<std::string>& command, const ServerUser& user,
                          const std::filesystem::path& cwd);

/// The running PostgreSQL processes that work in this cluster's directory.
std::vector<pid_t> server_processes(const std::filesystem::path& cluster);

}  // namespace reckoner::store

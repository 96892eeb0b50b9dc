#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/hash.hpp"

namespace reckoner::config {

/// One configuration version as text: what is stored, hashed and parsed. Plain data.
struct Files {
  std::map<std::string, std::string> content;  ///< by member name: "pricing/stratoslive.xml"
  std::map<std::string, Sha256>
      libraries;  ///< hash of each plug-in library named, by its bare name
};

constexpr std::string_view kBillingConfigFile = "billing-config.xml";
constexpr std::string_view kMetersFile = "meters.xml";
constexpr std::string_view kTaxesFile = "taxes.xml";            ///< optional
constexpr std::string_view kAccountsFile = "accounts.xml";      ///< optional
constexpr std::string_view kAllocationFile = "allocation.xml";  ///< optional

/// Reads billing-config.xml, meters.xml, taxes.xml, accounts.xml, allocation.xml, and below the
/// folders pricing (*.xml, *.dmn) and mail
/// (*.mustache) at any depth. Other folders and other kinds of files are ignored. Throws Error for
/// a directory that cannot be read, a *.xml, *.dmn or
/// *.mustache that is none of these, a symbolic link that leaves the directory, something that is
/// no regular file, a file larger than 4 MiB, more than 1,000 files. `libraries` stays empty:
/// libraries are not part of the directory.
Files read_directory(const std::filesystem::path& directory);

/// The identity of a version: SHA-256 over names and contents in the order of the names, each with
/// its length, and the libraries' names and hashes.
Sha256 hash(const Files& files);

/// Whether the text can name a member: relative, of parts separated by "/" of which none is empty,
/// "." or "..", without backslashes and control characters.
bool is_member_name(std::string_view name);

}  // namespace reckoner::config

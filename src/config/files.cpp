#include "config/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "config/file_kind.hpp"
#include "config/xml_check.hpp"

namespace reckoner::config {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kFilesMax = 1000;

bool is_of_our_kind(std::string_view name) {
  return name.ends_with(".xml") || name.ends_with(".dmn") || name.ends_with(".mustache") ||
         name.ends_with(".svg");
}

/// Reads one directory, whose canonical path bounds all that may be read.
class Reader {
 public:
  explicit Reader(const fs::path& directory) : root_(fs::canonical(directory)) {}

  Files read() {
    for (const fs::directory_entry& entry : fs::directory_iterator(root_)) {
      if (!entry.is_directory()) visit(entry);
    }
    for (const char* folder : {"pricing", "mail", "logo", "exports"}) {
      if (!fs::is_directory(root_ / folder)) continue;
      check_inside(root_ / folder, folder);
      for (const auto& entry : fs::recursive_directory_iterator(root_ / folder)) {
        if (entry.is_directory() && entry.is_symlink()) {
          throw Error(fmt::format("{}: a symbolic link to a folder is refused", name_of(entry)));
        }
        if (!entry.is_directory()) visit(entry);
      }
    }
    return std::move(files_);
  }

 private:
  std::string name_of(const fs::directory_entry& entry) const {
    return entry.path().lexically_relative(root_).generic_string();
  }

  void check_inside(const fs::path& path, std::string_view name) const {
    const fs::path target = fs::canonical(path);
    const auto [end, ignored] =
        std::mismatch(root_.begin(), root_.end(), target.begin(), target.end());
    if (end != root_.end()) {
      throw Error(fmt::format("{}: a symbolic link out of the directory is refused", name));
    }
  }

  void visit(const fs::directory_entry& entry) {
    const std::string name = name_of(entry);
    if (!is_of_our_kind(name)) return;
    if (!kind_of_file(name)) {
      const std::array<std::string, 6> known{
          std::string(kBillingConfigFile), std::string(kMetersFile),
          std::string(kTaxesFile),         std::string(kAccountsFile),
          std::string(kAllocationFile),    std::string(kSuppliersFile)};
      throw Error(
          fmt::format("{}: not a file of a configuration{}", name, suggestion(name, known)));
    }
    if (!is_member_name(name)) throw Error(fmt::format("{}: not a usable file name", name));
    check_inside(entry.path(), name);
    if (!entry.is_regular_file()) throw Error(fmt::format("{}: not a regular file", name));
    if (entry.file_size() > kXmlBytesMax) {
      throw Error(fmt::format("{}: the file is larger than 4 MiB", name));
    }
    if (files_.content.size() == kFilesMax) {
      throw Error(fmt::format("more than {} files in the configuration", kFilesMax));
    }
    std::string content(entry.file_size(), '\0');
    std::ifstream stream(entry.path(), std::ios::binary);
    if (!stream.read(content.data(), static_cast<std::streamsize>(content.size()))) {
      throw Error(fmt::format("{}: cannot be read", name));
    }
    files_.content.emplace(name, std::move(content));
  }

  fs::path root_;
  Files files_;
};

}  // namespace

Files read_directory(const fs::path& directory) {
  try {
    return Reader(directory).read();
  } catch (const fs::filesystem_error& error) {
    throw Error(fmt::format("{}: {}", error.path1().generic_string(), error.code().message()));
  } catch (Error& error) {
    error.in(fmt::format("configuration {}", directory.generic_string()));
    throw;
  }
}

Sha256 hash(const Files& files) {
  Sha256Stream stream;
  stream.field("reckoner configuration").field(std::to_string(files.content.size()));
  for (const auto& [name, content] : files.content) stream.field(name).field(content);
  for (const auto& [name, digest] : files.libraries) stream.field(name).field(to_hex(digest));
  return stream.finish();
}

bool is_member_name(std::string_view name) {
  const auto is_refused = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\';
  };
  if (std::any_of(name.begin(), name.end(), is_refused)) return false;
  while (true) {
    const std::size_t slash = name.find('/');
    const std::string_view part = name.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

}  // namespace reckoner::config

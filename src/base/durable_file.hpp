#pragma once

#include <filesystem>
#include <string_view>

namespace reckoner {

/// A file that is complete and durable under its name once commit() has returned, and not there
/// before: until then it has the ending ".part". Throws Error with the path and the operating
/// system's reason.
class DurableFile {
 public:
  explicit DurableFile(const std::filesystem::path& path);
  /// Removes what was not committed.
  ~DurableFile();
  DurableFile(const DurableFile&) = delete;
  DurableFile& operator=(const DurableFile&) = delete;

  void write(std::string_view bytes);
  /// Once. Replaces a file of the name.
  void commit();

  const std::filesystem::path& path() const { return path_; }

 private:
  const std::filesystem::path path_;
  const std::filesystem::path temporary_;
  int handle_ = -1;
  bool committed_ = false;
};

}  // namespace reckoner

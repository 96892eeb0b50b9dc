#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/console.hpp"
#include "base/durable_file.hpp"
#include "base/hash.hpp"

namespace reckoner::app {

/// Where a command writes a file: under its name, where it is whole or not at all, or to standard
/// output. Counts what it is given.
class OutputFile {
 public:
  /// Without a name: standard output. Throws UsageError for --json without a name.
  OutputFile(const Console& console, const std::string& name);

  void write(std::string_view bytes);
  /// Once, when everything was written.
  void commit();

  bool is_named() const { return file_.has_value(); }
  std::int64_t bytes() const { return bytes_; }
  /// Hexadecimal; after commit().
  const std::string& sha256() const { return sha256_; }

 private:
  const Console& console_;
  std::optional<DurableFile> file_;
  Sha256Stream hash_;
  std::int64_t bytes_ = 0;
  std::string sha256_;
};

}  // namespace reckoner::app

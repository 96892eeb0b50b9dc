#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "metering/stored_event.hpp"

namespace reckoner::metering {

/// What stands beside an archive file, as `<file>.manifest.json`.
struct ArchiveManifest {
  std::string month;   ///< "2026-10": of receipt, UTC
  std::string sha256;  ///< of the file, hexadecimal
  std::int64_t events = 0;
  std::int64_t bytes = 0;  ///< uncompressed
  std::int64_t first_batch = 0;
  std::int64_t last_batch = 0;
  std::string made_at;
  std::string made_by;

  friend bool operator==(const ArchiveManifest&, const ArchiveManifest&) = default;
};

std::filesystem::path manifest_path(const std::filesystem::path& file);
/// Throws Error when it cannot be read.
ArchiveManifest read_manifest(const std::filesystem::path& file);

/// Writes raw events as JSON lines, compressed with zstd, so that the file is there as a whole or
/// not at all: into a temporary file beside it that finish() makes durable and renames. Left
/// without finish(), nothing stays. Throws Error, naming the file, for what the disk refuses.
class ArchiveWriter {
 public:
  explicit ArchiveWriter(const std::filesystem::path& file);
  ~ArchiveWriter();
  ArchiveWriter(const ArchiveWriter&) = delete;
  ArchiveWriter& operator=(const ArchiveWriter&) = delete;

  void add(const StoredEvent& event);
  /// Writes the manifest too: what the writer does not know of it is taken from `known`.
  ArchiveManifest finish(ArchiveManifest known);

 private:
  class Stream;
  const std::unique_ptr<Stream> stream_;
};

/// The events of an archive file, in its order, with the memory of one line. Throws Error, naming
/// the file and the line, for a file that was changed or cut: its hash and its count must be those
/// of `manifest`; the hash is known when all was read.
void read_archive(const std::filesystem::path& file, const ArchiveManifest& manifest,
                  const std::function<void(const StoredEvent&)>& take);

}  // namespace reckoner::metering

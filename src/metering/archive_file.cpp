#include "metering/archive_file.hpp"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <vector>

#include "base/durable_file.hpp"
#include "base/error.hpp"
#include "base/hash.hpp"
#include "text/json.hpp"

namespace reckoner::metering {

namespace {
constexpr int kCompressionLevel = 6;
constexpr std::size_t kBuffer = 1 << 20;

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view what) {
  throw Error(fmt::format("{}: {}", path.string(), what));
}

std::string line_of(const StoredEvent& event) {
  text::JsonWriter json;
  json.begin_object().key("customer_id").number(event.customer.value);
  json.key("batch").number(event.batch).key("seq").number(event.seq);
  json.key("namespace").string(event.namespace_name).key("source").string(event.source);
  json.key("id").string(event.id).key("type").string(event.type);
  json.key("subject").string(event.subject);
  json.key("time").string(time::to_string(event.occurred_at));
  json.key("data").json(text::parse_json(event.data)).end_object();
  return json.finish() + "\n";
}

std::int64_t integer(const text::Json& json) {
  const std::string& literal = json.as_number();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(literal.data(), literal.data() + literal.size(), value);
  if (error != std::errc() || end != literal.data() + literal.size()) {
    throw Error(fmt::format("'{}' is no whole number", literal));
  }
  return value;
}

StoredEvent event_of(std::string_view line) {
  const text::Json json = text::parse_json(line);
  return {.customer = CustomerId{integer(json.at("customer_id"))},
          .batch = integer(json.at("batch")),
          .seq = integer(json.at("seq")),
          .namespace_name = json.at("namespace").as_string(),
          .source = json.at("source").as_string(),
          .id = json.at("id").as_string(),
          .type = json.at("type").as_string(),
          .subject = json.at("subject").as_string(),
          .occurred_at = time::parse_instant(json.at("time").as_string()),
          .data = text::canonical(json.at("data"))};
}

std::size_t checked(std::size_t result, const std::filesystem::path& path) {
  if (ZSTD_isError(result) != 0) fail(path, ZSTD_getErrorName(result));
  return result;
}

/// Lines of a zstd stream that comes in pieces.
class LineReader {
 public:
  LineReader(const std::filesystem::path& path, std::function<void(std::string_view)> take)
      : path_(path), take_(std::move(take)), stream_(ZSTD_createDStream()), out_(kBuffer) {
    RK_CHECK(stream_ != nullptr);
  }
  ~LineReader() { ZSTD_freeDStream(stream_); }
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  void feed(std::string_view bytes) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    while (in.pos < in.size) {
      ZSTD_outBuffer out{out_.data(), out_.size(), 0};
      left_ = checked(ZSTD_decompressStream(stream_, &out, &in), path_);
      split({out_.data(), out.pos});
    }
  }
  void finish() const {
    if (left_ != 0 || !line_.empty()) fail(path_, "the file ends in the middle");
  }

 private:
  void split(std::string_view text) {
    for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n')) {
      line_.append(text.substr(0, end));
      text.remove_prefix(end + 1);
      take_(line_);
      line_.clear();
    }
    line_.append(text);
  }

  const std::filesystem::path& path_;
  const std::function<void(std::string_view)> take_;
  ZSTD_DStream* const stream_;
  std::vector<char> out_;
  std::string line_;
  std::size_t left_ = 0;
};

std::string manifest_text(const std::filesystem::path& file, const ArchiveManifest& manifest) {
  text::JsonWriter json(text::JsonLayout::kIndented);
  json.begin_object().key("month").string(manifest.month);
  json.key("file").string(file.filename().string()).key("sha256").string(manifest.sha256);
  json.key("events").number(manifest.events).key("bytes").number(manifest.bytes);
  json.key("first_batch").number(manifest.first_batch);
  json.key("last_batch").number(manifest.last_batch);
  json.key("made_at").string(manifest.made_at).key("made_by").string(manifest.made_by);
  json.end_object();
  return json.finish() + "\n";
}
}  // namespace

/// The compression between lines and the file.
class ArchiveWriter::Stream {
 public:
  explicit Stream(const std::filesystem::path& path)
      : file_(path), stream_(ZSTD_createCCtx()), out_(kBuffer) {
    RK_CHECK(stream_ != nullptr);
    checked(ZSTD_CCtx_setParameter(stream_, ZSTD_c_compressionLevel, kCompressionLevel), path);
    checked(ZSTD_CCtx_setParameter(stream_, ZSTD_c_checksumFlag, 1), path);
  }
  ~Stream() { ZSTD_freeCCtx(stream_); }

  void add(std::string_view line) {
    ++manifest_.events;
    manifest_.bytes += static_cast<std::int64_t>(line.size());
    compress(line, ZSTD_e_continue);
  }

  ArchiveManifest finish(ArchiveManifest known) {
    compress("", ZSTD_e_end);
    file_.commit();
    known.sha256 = to_hex(hash_.finish());
    known.events = manifest_.events;
    known.bytes = manifest_.bytes;
    DurableFile manifest(manifest_path(file_.path()));
    manifest.write(manifest_text(file_.path(), known));
    manifest.commit();
    return known;
  }

 private:
  void compress(std::string_view bytes, ZSTD_EndDirective directive) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    while (true) {
      ZSTD_outBuffer out{out_.data(), out_.size(), 0};
      const std::size_t left =
          checked(ZSTD_compressStream2(stream_, &out, &in, directive), file_.path());
      const std::string_view compressed(out_.data(), out.pos);
      hash_.bytes(compressed);
      file_.write(compressed);
      if (directive == ZSTD_e_end ? left == 0 : in.pos == in.size) return;
    }
  }

  DurableFile file_;
  ZSTD_CCtx* const stream_;
  std::vector<char> out_;
  Sha256Stream hash_;
  ArchiveManifest manifest_;
};

std::filesystem::path manifest_path(const std::filesystem::path& file) {
  return file.string() + ".manifest.json";
}

ArchiveManifest read_manifest(const std::filesystem::path& file) {
  const std::filesystem::path path = manifest_path(file);
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  if (in) content << in.rdbuf();
  if (!in) fail(path, "the manifest cannot be read");
  try {
    const text::Json json = text::parse_json(content.str());
    return {.month = json.at("month").as_string(),
            .sha256 = json.at("sha256").as_string(),
            .events = integer(json.at("events")),
            .bytes = integer(json.at("bytes")),
            .first_batch = integer(json.at("first_batch")),
            .last_batch = integer(json.at("last_batch")),
            .made_at = json.at("made_at").as_string(),
            .made_by = json.at("made_by").as_string()};
  } catch (Error& error) {
    error.in(path.string());
    throw;
  }
}

ArchiveWriter::ArchiveWriter(const std::filesystem::path& file)
    : stream_(std::make_unique<Stream>(file)) {}

ArchiveWriter::~ArchiveWriter() = default;

void ArchiveWriter::add(const StoredEvent& event) {
  stream_->add(line_of(event));
}

ArchiveManifest ArchiveWriter::finish(ArchiveManifest known) {
  return stream_->finish(std::move(known));
}

void read_archive(const std::filesystem::path& file, const ArchiveManifest& manifest,
                  const std::function<void(const StoredEvent&)>& take) {
  std::ifstream in(file, std::ios::binary);
  if (!in) fail(file, "the archive cannot be read");
  std::int64_t events = 0;
  LineReader lines(file, [&](std::string_view line) {
    ++events;
    try {
      take(event_of(line));
    } catch (Error& error) {
      error.in(fmt::format("{}, line {}", file.string(), events));
      throw;
    }
  });
  Sha256Stream hash;
  std::vector<char> buffer(kBuffer);
  while (in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(in.gcount()));
    hash.bytes(bytes);
    lines.feed(bytes);
  }
  if (in.bad()) fail(file, "reading failed");
  lines.finish();
  const std::string sha256 = to_hex(hash.finish());
  if (sha256 != manifest.sha256) {
    fail(file, fmt::format("the file is not what was written: its SHA-256 is {}, not {}", sha256,
                           manifest.sha256));
  }
  if (events != manifest.events) {
    fail(file, fmt::format("the file has {} events, not {}", events, manifest.events));
  }
}

}  // namespace reckoner::metering

#include "app/output_file.hpp"

#include "base/error.hpp"

namespace reckoner::app {

OutputFile::OutputFile(const Console& console, const std::string& name) : console_(console) {
  if (!name.empty()) {
    file_.emplace(name);
  } else if (console.json()) {
    throw UsageError("--json needs --out: standard output is for the document about the file");
  }
}

void OutputFile::write(std::string_view bytes) {
  hash_.bytes(bytes);
  bytes_ += std::ssize(bytes);
  file_ ? file_->write(bytes) : console_.result(bytes);
}

void OutputFile::commit() {
  if (file_) file_->commit();
  sha256_ = to_hex(hash_.finish());
}

}  // namespace reckoner::app

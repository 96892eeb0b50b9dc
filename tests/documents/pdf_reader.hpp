#pragma once

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.hpp"

namespace reckoner::documents {

/// What the tools that other people use make of a PDF.
class PdfReader {
 public:
  explicit PdfReader(const std::string& bytes) {
    std::string pattern = (std::filesystem::temp_directory_path() / "pdf-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw Error("no temporary directory");
    directory_ = pattern;
    std::ofstream(directory_ / "a.pdf", std::ios::binary) << bytes;
  }
  ~PdfReader() { std::filesystem::remove_all(directory_); }
  PdfReader(const PdfReader&) = delete;
  PdfReader& operator=(const PdfReader&) = delete;

  /// "" where qpdf finds nothing wrong, else what it says.
  std::string problems() const {
    const auto [status, output] = run("qpdf --check a.pdf");
    return status == 0 ? "" : output;
  }
  /// Of all pages, as it stands there.
  std::string text() const { return output("pdftotext -layout a.pdf -"); }
  std::string text_of_page(int page) const {
    return output(fmt::format("pdftotext -layout -f {0} -l {0} a.pdf -", page));
  }
  /// Its objects as they can be read.
  std::string plain() const { return output("qpdf --qdf --object-streams=disable a.pdf -"); }
  std::string info() const { return output("pdfinfo a.pdf"); }
  std::string fonts() const { return output("pdffonts a.pdf"); }
  int pages() const {
    const std::string told = info();
    return std::atoi(told.c_str() + told.find("Pages:") + std::string_view("Pages:").size());
  }
  /// The text of the one code on the page.
  std::string code_of_page(int page) const {
    draw(page);
    return output("(zbarimg --quiet --raw page.png 2>zbarimg.log)");
  }
  /// The texts of all codes on the page; "" where there are none.
  std::string codes_of_page(int page) const {
    draw(page);
    return output("(zbarimg --quiet --raw page.png 2>zbarimg.log || true)");
  }

 private:
  void draw(int page) const {
    output(fmt::format("pdftoppm -r 200 -f {0} -l {0} -singlefile -png a.pdf page", page));
  }
  std::pair<int, std::string> run(const std::string& command) const {
    const std::string line = fmt::format("cd '{}' && {} 2>&1", directory_.string(), command);
    FILE* pipe = ::popen(line.c_str(), "r");
    if (pipe == nullptr) throw Error("no shell");
    std::string output;
    char buffer[4096];
    for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
      output.append(buffer, n);
    }
    return {::pclose(pipe), output};
  }
  std::string output(const std::string& command) const {
    auto [status, output] = run(command);
    if (status != 0) throw Error(fmt::format("{}: {}", command, output));
    return std::move(output);
  }

  std::filesystem::path directory_;
};

}  // namespace reckoner::documents

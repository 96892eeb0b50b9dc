#pragma once

#include <unistd.h>

#include <cstdlib>

#include "cases.hpp"

namespace reckoner::config {

/// Which texts a schema of config/schema accepts. Needs xmllint (package libxml2-utils).
class Schema {
 public:
  explicit Schema(const std::string& name) : schema_(shipped_directory() / "schema" / name) {
    std::string pattern = (std::filesystem::temp_directory_path() / "reckoner-xsd-XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;
  ~Schema() { std::filesystem::remove_all(directory_); }

  /// One answer a text.
  std::vector<bool> accepts(const std::vector<std::string>& texts) const {
    std::string command = "cd '" + directory_.string() + "' && xmllint --nonet --noout --schema '" +
                          schema_.string() + "'";
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const std::string name = std::to_string(i) + ".xml";
      std::ofstream(directory_ / name, std::ios::binary) << texts[i];
      command += " " + name;
    }
    // The exit code says only whether all were accepted; so do the lines, one by one.
    static_cast<void>(std::system((command + " >answers 2>&1").c_str()));
    const std::string answers = "\n" + read_text(directory_ / "answers");
    std::vector<bool> accepted;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      accepted.push_back(answers.find("\n" + std::to_string(i) + ".xml validates\n") !=
                         std::string::npos);
    }
    return accepted;
  }

  bool accepts(const std::string& text) const { return accepts(std::vector{text}).front(); }

 private:
  std::filesystem::path schema_;
  std::filesystem::path directory_;
};

}  // namespace reckoner::config

#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "config/files.hpp"

namespace reckoner::config {

/// The shipped configuration.
inline std::filesystem::path shipped_directory() {
  return std::filesystem::path(RECKONER_SOURCE_DIR) / "config";
}

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  EXPECT_TRUE(stream) << path;
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The smallest useful configuration: one engine, one meter, one plan.
inline Files small_configuration() {
  return {{{"billing-config.xml",
            R"(<billing-config xmlns="urn:reckoner:billing-config:1">
  <engine id="monthly"><handlers><handler class="InvoiceCalculationHandler"/></handlers></engine>
</billing-config>
)"},
           {"meters.xml",
            R"(<meters xmlns="urn:reckoner:meters:1">
  <meter name="bandwidth" event-type="bandwidth" aggregation="sum" value="bytes" unit="byte"/>
</meters>
)"},
           {"pricing/plans.xml",
            R"(<pricing xmlns="urn:reckoner:pricing:1" strategy="small">
  <plan name="Basic"><recurring name="subscription" fee="10.00"/></plan>
</pricing>
)"}},
          {}};
}

/// A case of tests/config/bad/*.txt: the small configuration with some files replaced, and the
/// message it must give. In the files:
///   === title
///   --- member name              its text follows; "--- name absent" takes it away
///   +++ schema                   the schema of pricing files refuses it, too
///   >>> the whole message
struct BadCase {
  std::string source;  ///< "pricing.txt: a negative price"
  Files files = small_configuration();
  std::string message;
  bool schema_refuses = false;
};

inline std::vector<BadCase> read_bad_cases(const std::filesystem::path& path) {
  std::vector<BadCase> cases;
  std::istringstream lines(read_text(path));
  std::string* content = nullptr;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("=== ")) {
      BadCase& added = cases.emplace_back();
      added.source = path.filename().string() + ": " + line.substr(4);
      content = nullptr;
    } else if (line.starts_with("--- ") && line.ends_with(" absent")) {
      cases.back().files.content.erase(line.substr(4, line.size() - 11));
    } else if (line.starts_with("--- ")) {
      content = &cases.back().files.content[line.substr(4)];
      content->clear();
    } else if (line == "+++ schema") {
      cases.back().schema_refuses = true;
      content = nullptr;
    } else if (line.starts_with(">>> ")) {
      cases.back().message = line.substr(4);
      content = nullptr;
    } else if (content != nullptr) {
      *content += line + "\n";
    }
  }
  return cases;
}

}  // namespace reckoner::config

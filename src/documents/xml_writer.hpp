#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reckoner::documents {

/// Writes XML from outside in, indented by two blanks. Texts are escaped; what is not UTF-8, and
/// characters that XML cannot hold, come out as U+FFFD.
class XmlWriter {
 public:
  using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  XmlWriter() : out_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

  XmlWriter& begin(std::string_view name, Attributes attributes = {});
  XmlWriter& end();
  /// An element with a text inside.
  XmlWriter& leaf(std::string_view name, std::string_view text, Attributes attributes = {});
  /// The same, unless the text is empty.
  XmlWriter& optional_leaf(std::string_view name, std::string_view text);

  /// Once all elements have ended.
  std::string finish();

 private:
  void open(std::string_view name, Attributes attributes);

  std::string out_;
  std::vector<std::string> names_;
};

}  // namespace reckoner::documents

#include "documents/xml_writer.hpp"

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace reckoner::documents {

namespace {

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text::printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
}

}  // namespace

void XmlWriter::open(std::string_view name, Attributes attributes) {
  out_.append(2 * names_.size(), ' ').append("<").append(name);
  for (const auto& [attribute, value] : attributes) {
    out_.append(" ").append(attribute).append("=\"");
    append_escaped(out_, value);
    out_ += '"';
  }
  out_ += '>';
}

XmlWriter& XmlWriter::begin(std::string_view name, Attributes attributes) {
  open(name, attributes);
  out_ += '\n';
  names_.emplace_back(name);
  return *this;
}

XmlWriter& XmlWriter::end() {
  RK_CHECK(!names_.empty());
  const std::string name = std::move(names_.back());
  names_.pop_back();
  out_.append(2 * names_.size(), ' ').append("</").append(name).append(">\n");
  return *this;
}

XmlWriter& XmlWriter::leaf(std::string_view name, std::string_view text, Attributes attributes) {
  open(name, attributes);
  append_escaped(out_, text);
  out_.append("</").append(name).append(">\n");
  return *this;
}

XmlWriter& XmlWriter::optional_leaf(std::string_view name, std::string_view text) {
  return text.empty() ? *this : leaf(name, text);
}

std::string XmlWriter::finish() {
  RK_CHECK(names_.empty());
  return std::move(out_);
}

}  // namespace reckoner::documents

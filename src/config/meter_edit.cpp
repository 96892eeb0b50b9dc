#include "config/meter_edit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace reckoner::config {

namespace {

/// Bytes [begin, end) of the text.
struct Span {
  std::size_t begin;
  std::size_t end;
};

struct Attribute {
  std::string_view name;
  Span all;    ///< with the blanks in front
  Span value;  ///< between the quotes
};

struct Tag {
  Span all;
  std::string_view name;  ///< with its prefix
  bool closes = false;    ///< </name>
  bool is_empty = false;  ///< <name/>
  std::vector<Attribute> attributes = {};

  std::string_view local_name() const {
    const std::size_t colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
  }
  const Attribute* find(std::string_view attribute) const {
    for (const Attribute& one : attributes) {
      if (one.name == attribute) return &one;
    }
    return nullptr;
  }
};

/// The tags of a well-formed document, one after the other; comments, instructions and CDATA are
/// passed over.
class Tags {
 public:
  explicit Tags(std::string_view text) : text_(text) {}

  std::optional<Tag> next() {
    for (;;) {
      at_ = text_.find('<', at_);
      if (at_ == std::string_view::npos) return std::nullopt;
      if (skip("<!--", "-->") || skip("<?", "?>") || skip("<![CDATA[", "]]>")) continue;
      return read();
    }
  }

 private:
  static constexpr std::string_view kBlanks = " \t\r\n";

  bool skip(std::string_view begin, std::string_view end) {
    if (!text_.substr(at_).starts_with(begin)) return false;
    const std::size_t found = text_.find(end, at_ + begin.size());
    RK_CHECK(found != std::string_view::npos);
    at_ = found + end.size();
    return true;
  }

  Tag read() {
    Tag tag;
    tag.all.begin = at_++;
    tag.closes = text_.at(at_) == '/';
    if (tag.closes) ++at_;
    tag.name = word();
    for (;;) {
      const std::size_t before = at_;
      at_ = text_.find_first_not_of(kBlanks, at_);
      RK_CHECK(at_ != std::string_view::npos);
      if (text_[at_] == '>' || text_[at_] == '/') break;
      Attribute attribute;
      attribute.name = word();
      const std::size_t quote = text_.find_first_of("\"'", at_);
      RK_CHECK(quote != std::string_view::npos);
      const std::size_t end = text_.find(text_[quote], quote + 1);
      RK_CHECK(end != std::string_view::npos);
      at_ = end + 1;
      attribute.value = {quote + 1, end};
      attribute.all = {before, at_};
      tag.attributes.push_back(attribute);
    }
    tag.is_empty = text_[at_] == '/';
    at_ = text_.find('>', at_) + 1;
    tag.all.end = at_;
    return tag;
  }

  std::string_view word() {
    const std::size_t end = text_.find_first_of(" \t\r\n=/>", at_);
    RK_CHECK(end != std::string_view::npos);
    const std::string_view found = text_.substr(at_, end - at_);
    at_ = end;
    return found;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// An element below a meter, with the blanks of the line in front of it.
struct Child {
  std::string_view local_name;
  Span all;
};

struct MeterText {
  Tag start;
  std::optional<Tag> end;  ///< none for <meter/>
  std::vector<Child> children = {};
};

std::size_t start_of_line_blanks(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t')) --begin;
  return begin > 0 && text[begin - 1] == '\n' ? begin - 1 : at;
}

/// Reads on behind a meter's start tag to its end.
void read_children(Tags& tags, std::string_view text, MeterText& meter) {
  while (const auto tag = tags.next()) {
    if (tag->closes) {
      meter.end = *tag;
      return;
    }
    Child child{tag->local_name(), {start_of_line_blanks(text, tag->all.begin), tag->all.end}};
    if (!tag->is_empty) {
      const auto end = tags.next();
      RK_CHECK(end && end->closes);
      child.all.end = end->all.end;
    }
    meter.children.push_back(child);
  }
}

MeterText find_meter(std::string_view text, std::string_view name) {
  Tags tags(text);
  while (auto tag = tags.next()) {
    if (tag->closes || tag->local_name() != "meter") continue;
    MeterText meter{*tag, std::nullopt};
    if (!tag->is_empty) read_children(tags, text, meter);
    const Attribute* written = tag->find("name");
    RK_CHECK(written != nullptr);
    if (text.substr(written->value.begin, written->value.end - written->value.begin) == name) {
      return meter;
    }
  }
  throw Error(fmt::format("there is no meter '{}'", name));
}

std::string escaped(std::string_view value) {
  std::string out;
  for (const char sign : value) {
    switch (sign) {
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
      case '\n':
        out += "&#10;";
        break;
      case '\r':
        out += "&#13;";
        break;
      case '\t':
        out += "&#9;";
        break;
      default:
        out += sign;
    }
  }
  return out;
}

std::string attribute_text(std::string_view name, std::string_view value) {
  return fmt::format(" {}=\"{}\"", name, escaped(value));
}

std::string prefix_of(std::string_view tag_name) {
  const std::size_t colon = tag_name.find(':');
  return colon == std::string_view::npos ? "" : std::string(tag_name.substr(0, colon + 1));
}

std::string dimension_lines(const std::vector<domain::Meter::Dimension>& dimensions,
                            std::string_view prefix) {
  std::string lines;
  for (const domain::Meter::Dimension& dimension : dimensions) {
    lines += fmt::format("\n    <{}dimension{}{}/>", prefix, attribute_text("name", dimension.name),
                         attribute_text("path", dimension.path));
  }
  return lines;
}

std::string metadata_lines(const std::map<std::string, std::string>& metadata,
                           std::string_view prefix) {
  std::string lines;
  for (const auto& [key, value] : metadata) {
    lines += fmt::format("\n    <{}metadata{}{}/>", prefix, attribute_text("key", key),
                         attribute_text("value", value));
  }
  return lines;
}

/// Replacements of parts of a text that do not overlap.
class Edits {
 public:
  void replace(Span span, std::string with) { edits_.push_back({span, std::move(with)}); }

  std::string apply(std::string_view text) {
    std::stable_sort(edits_.begin(), edits_.end(),
                     [](const Edit& a, const Edit& b) { return a.span.begin < b.span.begin; });
    std::string out;
    std::size_t at = 0;
    for (const Edit& edit : edits_) {
      out += text.substr(at, edit.span.begin - at);
      out += edit.with;
      at = edit.span.end;
    }
    return out + std::string(text.substr(at));
  }

 private:
  struct Edit {
    Span span;
    std::string with;
  };
  std::vector<Edit> edits_;
};

/// Where attributes are added: in front of "/>" or ">".
std::size_t end_of_attributes(const Tag& tag, std::string_view text) {
  if (!tag.attributes.empty()) return tag.attributes.back().all.end;
  return text.find_first_of("/>", tag.all.begin + 1);
}

/// An empty value takes the attribute away.
void set_attribute(Edits& edits, const Tag& tag, std::string_view text, std::string_view name,
                   std::string_view value) {
  if (const Attribute* there = tag.find(name)) {
    edits.replace(there->all, value.empty() ? "" : attribute_text(name, value));
  } else if (!value.empty()) {
    const std::size_t at = end_of_attributes(tag, text);
    edits.replace({at, at}, attribute_text(name, value));
  }
}

}  // namespace

std::string with_meter(std::string_view text, const domain::Meter& meter) {
  Tags tags(text);
  std::optional<Tag> root;
  std::optional<Tag> last;
  while (const auto tag = tags.next()) {
    if (!root) root = tag;
    last = tag;
  }
  RK_CHECK(root && last);
  const std::string prefix = prefix_of(root->name);
  std::string element = fmt::format("\n  <{}meter", prefix);
  element += attribute_text("name", meter.name) + attribute_text("event-type", meter.event_type);
  element += attribute_text("aggregation", domain::to_string(meter.aggregation));
  if (!meter.value.empty()) element += attribute_text("value", meter.value);
  element += attribute_text("unit", meter.unit);
  if (!meter.title.empty()) element += attribute_text("title", meter.title);
  if (!meter.description.empty()) element += attribute_text("description", meter.description);
  const std::string inner =
      dimension_lines(meter.group_by, prefix) + metadata_lines(meter.metadata, prefix);
  element += inner.empty() ? "/>" : fmt::format(">{}\n  </{}meter>", inner, prefix);
  Edits edits;
  if (root->is_empty) {
    const std::size_t slash = text.rfind('/', root->all.end - 1);
    edits.replace({slash, root->all.end}, fmt::format(">{}\n</{}>", element, root->name));
  } else {
    const std::size_t at = start_of_line_blanks(text, last->all.begin);
    edits.replace({at, at}, at == last->all.begin ? element + "\n" : element);
  }
  return edits.apply(text);
}

std::string with_changed_meter(std::string_view text, std::string_view name,
                               const MeterChange& change) {
  const MeterText meter = find_meter(text, name);
  const std::string prefix = prefix_of(meter.start.name);
  Edits edits;
  if (change.title) set_attribute(edits, meter.start, text, "title", *change.title);
  if (change.description) {
    set_attribute(edits, meter.start, text, "description", *change.description);
  }
  if (change.ends_at) {
    set_attribute(edits, meter.start, text, "ends-at", time::to_string(*change.ends_at));
  }
  std::string lines;
  const auto remove_children = [&](std::string_view local_name) {
    for (const Child& child : meter.children) {
      if (child.local_name == local_name) edits.replace(child.all, "");
    }
  };
  if (change.group_by) {
    set_attribute(edits, meter.start, text, "group-by", "");
    remove_children("dimension");
    lines += dimension_lines(*change.group_by, prefix);
  }
  if (change.metadata) {
    remove_children("metadata");
    lines += metadata_lines(*change.metadata, prefix);
  }
  if (!lines.empty() && meter.end) {
    const std::size_t at = start_of_line_blanks(text, meter.end->all.begin);
    edits.replace({at, at}, at == meter.end->all.begin ? lines + "\n  " : lines);
  } else if (!lines.empty()) {
    const std::size_t slash = text.rfind('/', meter.start.all.end - 1);
    edits.replace({slash, meter.start.all.end},
                  fmt::format(">{}\n  </{}>", lines, meter.start.name));
  }
  return edits.apply(text);
}

}  // namespace reckoner::config

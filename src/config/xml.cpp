#include "config/xml.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/mistakes.hpp"
#include "base/suggest.hpp"
#include "config/xml_check.hpp"
#include "text/utf8.hpp"

namespace reckoner::config {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view prefix_of(std::string_view qualified) {
  const std::size_t colon = qualified.find(':');
  return colon == std::string_view::npos ? "" : qualified.substr(0, colon);
}

std::string_view local_of(std::string_view qualified) {
  const std::size_t colon = qualified.find(':');
  return colon == std::string_view::npos ? qualified : qualified.substr(colon + 1);
}

/// What the prefix is bound to at `node`; none when it is not declared.
std::optional<std::string_view> binding(pugi::xml_node node, std::string_view prefix) {
  const std::string declaration = prefix.empty() ? "xmlns" : fmt::format("xmlns:{}", prefix);
  for (; node; node = node.parent()) {
    if (const auto attribute = node.attribute(declaration.c_str())) return attribute.value();
  }
  return std::nullopt;
}

bool is_text(pugi::xml_node node) {
  return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata;
}

using Names = std::span<const std::string_view>;

bool contains(Names names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Suggests what was meant: an element written as an attribute is a slip, too.
std::string hint(std::string_view name, Names first, Names second = {}) {
  std::vector<std::string> candidates(first.begin(), first.end());
  candidates.insert(candidates.end(), second.begin(), second.end());
  return suggestion(name, candidates);
}

bool is_declaration(pugi::xml_node node, std::string_view attribute) {
  constexpr std::string_view kSchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";
  const std::string_view prefix = prefix_of(attribute);
  return attribute == "xmlns" || prefix == "xmlns" ||
         (local_of(attribute) == "schemaLocation" && !prefix.empty() &&
          binding(node, prefix) == kSchemaInstance);
}

}  // namespace

Document parse_xml(std::string file_name, std::string_view content) {
  check_xml(file_name, content);
  Document document;
  document.source_ = std::make_unique<Document::Source>();
  document.source_->file = std::move(file_name);
  std::vector<std::size_t>& starts = document.source_->line_starts;
  starts.push_back(0);
  for (std::size_t at = content.find('\n'); at != std::string_view::npos;
       at = content.find('\n', at + 1)) {
    starts.push_back(at + 1);
  }
  const pugi::xml_parse_result result = document.source_->tree.load_buffer(
      content.data(), content.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!result) {
    throw Error(fmt::format("{}:{}: {}", document.source_->file,
                            line_at(content, static_cast<std::size_t>(result.offset)),
                            result.description()));
  }
  return document;
}

Element Document::root() const {
  return {source_.get(), source_->tree.document_element()};
}

std::string_view Element::name() const {
  return local_of(node_.name());
}

std::string_view Element::namespace_uri() const {
  const std::string_view prefix = prefix_of(node_.name());
  const std::optional<std::string_view> uri = binding(node_, prefix);
  if (!uri && !prefix.empty()) fail(fmt::format("prefix '{}' is not declared", prefix));
  return uri.value_or("");
}

int Element::line() const {
  const auto offset = static_cast<std::size_t>(node_.offset_debug());
  const auto& starts = source_->line_starts;
  return static_cast<int>(std::upper_bound(starts.begin(), starts.end(), offset) - starts.begin());
}

domain::Place Element::place() const {
  return {source_->file, line()};
}

void Element::fail(std::string_view reason) const {
  throw Error(fmt::format("{}:{}: {}", source_->file, line(), text::printable(reason)));
}

void Element::allow(std::initializer_list<std::string_view> attributes,
                    std::initializer_list<std::string_view> children) const {
  allow(Names(attributes), Names(children));
}

void Element::allow(Names attributes, Names children) const {
  MistakeCollector mistakes;
  for (const pugi::xml_attribute& attribute : node_.attributes()) {
    const std::string_view attribute_name = attribute.name();
    if (contains(attributes, attribute_name) || is_declaration(node_, attribute_name)) continue;
    mistakes.attempt([&] {
      fail(fmt::format("unknown attribute '{}' of {}{}", attribute_name, name(),
                       hint(attribute_name, attributes, children)));
    });
  }
  for (const pugi::xml_node& node : node_.children()) {
    mistakes.attempt([&] { allow_child(node, children); });
  }
  mistakes.finish();
}

void Element::allow_child(pugi::xml_node node, Names children) const {
  if (is_text(node)) fail(fmt::format("{} holds no text", name()));
  const Element element(source_, node);
  if (element.namespace_uri() != namespace_uri()) {
    element.fail(fmt::format("element '{}' in {} is of another namespace", element.name(), name()));
  }
  if (!contains(children, element.name())) {
    element.fail(fmt::format("unknown element '{}' in {}{}", element.name(), name(),
                             hint(element.name(), children)));
  }
}

void Element::expect(std::string_view uri, std::string_view expected_name) const {
  if (name() != expected_name) {
    fail(fmt::format("the root element is '{}', not '{}'", name(), expected_name));
  }
  if (namespace_uri() != uri) {
    fail(fmt::format("the namespace of {} is '{}'; write xmlns=\"{}\"", name(), namespace_uri(),
                     uri));
  }
}

std::optional<std::string> Element::attribute(std::string_view name) const {
  const pugi::xml_attribute found = node_.attribute(std::string(name).c_str());
  return found ? std::optional<std::string>(found.value()) : std::nullopt;
}

std::string Element::required(std::string_view attribute_name) const {
  std::optional<std::string> value = attribute(attribute_name);
  if (!value) fail(fmt::format("{} needs the attribute '{}'", name(), attribute_name));
  if (value->empty()) fail(fmt::format("attribute '{}' of {} is empty", attribute_name, name()));
  return *std::move(value);
}

std::vector<Element> Element::children() const {
  std::vector<Element> result;
  for (const pugi::xml_node& node : node_.children()) {
    if (node.type() == pugi::node_element) result.push_back(Element(source_, node));
  }
  return result;
}

std::vector<Element> Element::children(std::string_view child_name) const {
  std::vector<Element> result = children();
  std::erase_if(result, [&](const Element& child) { return child.name() != child_name; });
  return result;
}

std::optional<Element> Element::child(std::string_view child_name) const {
  const std::vector<Element> found = children(child_name);
  if (found.size() > 1) found[1].fail(fmt::format("{} has a second '{}'", name(), child_name));
  return found.empty() ? std::nullopt : std::optional<Element>(found.front());
}

Element Element::required_child(std::string_view child_name) const {
  std::optional<Element> found = child(child_name);
  if (!found) fail(fmt::format("{} needs an element '{}'", name(), child_name));
  return *found;
}

std::string Element::text() const {
  std::string text;
  for (const pugi::xml_node& node : node_.children()) {
    if (is_text(node)) text += node.value();
  }
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace reckoner::config

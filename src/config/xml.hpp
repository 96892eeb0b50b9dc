#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <pugixml.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/plan.hpp"

namespace reckoner::config {

class Element;

/// An XML document that passed the gate (xml_check.hpp). Immutable; may be read by several threads.
class Document {
 public:
  /// The root element. Elements refer to the document, which must outlive them.
  Element root() const;

 private:
  friend class Element;
  friend Document parse_xml(std::string file_name, std::string_view content);

  struct Source {
    std::string file;
    std::vector<std::size_t> line_starts;
    pugi::xml_document tree;
  };
  std::unique_ptr<Source> source_;
};

/// Throws Error("file:line: reason") for everything check_xml refuses. `file_name` is used in
/// messages only.
Document parse_xml(std::string file_name, std::string_view content);

/// One element, with its place. Names are local names: prefixes are resolved to namespaces. A
/// value: cheap to copy.
class Element {
 public:
  std::string_view name() const;
  /// Throws Error when the prefix is not declared.
  std::string_view namespace_uri() const;
  /// The line is that of the start tag; attributes are reported there too.
  domain::Place place() const;
  /// Throws Error("file:line: reason"), one line whatever the reason quotes.
  [[noreturn]] void fail(std::string_view reason) const;

  /// Refuses, with a suggestion and all of them at once (Mistakes), every attribute and child
  /// element that is not named here, children of another namespace than this element's, and text.
  /// Namespace declarations and xsi:schemaLocation are always allowed.
  void allow(std::initializer_list<std::string_view> attributes,
             std::initializer_list<std::string_view> children = {}) const;
  void allow(std::span<const std::string_view> attributes,
             std::span<const std::string_view> children) const;
  /// Refuses another namespace or name: what a file's root must be.
  void expect(std::string_view namespace_uri, std::string_view name) const;

  /// The attribute without a prefix.
  std::optional<std::string> attribute(std::string_view name) const;
  /// Throws when it is missing or empty.
  std::string required(std::string_view name) const;

  /// All child elements, or those of this name, in order.
  std::vector<Element> children() const;
  std::vector<Element> children(std::string_view name) const;
  /// The only child of this name. Throws when there are two.
  std::optional<Element> child(std::string_view name) const;
  /// Throws when there is not exactly one.
  Element required_child(std::string_view name) const;

  /// The text directly inside, CDATA included, without blanks around it.
  std::string text() const;

 private:
  friend class Document;
  Element(const Document::Source* source, pugi::xml_node node) : source_(source), node_(node) {}
  int line() const;
  void allow_child(pugi::xml_node node, std::span<const std::string_view> children) const;

  const Document::Source* source_;
  pugi::xml_node node_;
};

}  // namespace reckoner::config

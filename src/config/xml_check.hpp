#pragma once

#include <cstddef>
#include <string_view>

namespace reckoner::config {

constexpr std::size_t kXmlBytesMax = std::size_t{4} * 1024 * 1024;
constexpr std::size_t kXmlDepthMax = 64;
constexpr std::size_t kXmlNodesMax = 100'000;

/// Refuses what the XML library would accept (RELIABILITY S-5): text that is not UTF-8, a byte
/// order mark, control characters, <!DOCTYPE, entities other than the five of XML, references to
/// characters XML does not have, a second root, text outside the root, duplicate attributes, tags
/// that do not match, more than kXmlDepthMax levels, more than kXmlNodesMax nodes (elements,
/// attributes, texts, comments), more than kXmlBytesMax bytes. Throws Error("file:line: reason");
/// the reason never quotes text content.
void check_xml(std::string_view file, std::string_view content);

/// The line, from 1, on which the byte at `offset` stands.
int line_at(std::string_view content, std::size_t offset);

}  // namespace reckoner::config

#pragma once

#include <string>
#include <string_view>

namespace reckoner::documents {

/// One of the three parts of a template.
struct TemplatePart {
  std::string text;  ///< as written; the subject without its line end
  int line = 0;      ///< of its first character, from 1
};

struct TemplateParts {
  TemplatePart subject;
  TemplatePart text;
  TemplatePart html;
};

/// Splits a template at its lines `--- subject`, `--- text` and `--- html`. What stands before the
/// first is a comment. Throws Error that starts with "name:line: ".
TemplateParts split_template(std::string_view name, std::string_view text);

}  // namespace reckoner::documents

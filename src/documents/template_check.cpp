#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "documents/mail_template.hpp"
#include "documents/template_parts.hpp"

namespace reckoner::documents {
namespace {

/// A tag as written between {{ and }}: its sigil ('#', '^', '/', '!' …, or ' ' for none) and the
/// rest.
struct Tag {
  char sigil;
  std::string_view name;
  int line;
};

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// Walks through the tags of one part with the fields that are in reach at each of them.
class PartCheck {
 public:
  PartCheck(std::string_view name, const TemplatePart& part,
            const std::vector<TemplateField>& fields)
      : name_(name), rest_(part.text), line_(part.line), scopes_{{{}, 0, &fields}} {}

  void run() {
    while (const auto tag = next_tag()) check(*tag);
    const Scope& open = scopes_.back();
    if (scopes_.size() > 1) refuse(open.line, "section '{}' is not closed", open.name);
  }

 private:
  struct Scope {
    std::string_view name;
    int line;
    const std::vector<TemplateField>* fields;  ///< of a list; nullptr for other sections
  };

  template <class... Arguments>
  [[noreturn]] void refuse(int line, fmt::format_string<Arguments...> format,
                           Arguments&&... arguments) const {
    throw Error(fmt::format("{}:{}: {}", name_, line,
                            fmt::format(format, std::forward<Arguments>(arguments)...)));
  }

  std::string_view skip(std::size_t count) {
    const std::string_view skipped = rest_.substr(0, count);
    line_ += static_cast<int>(std::count(skipped.begin(), skipped.end(), '\n'));
    rest_.remove_prefix(count);
    return skipped;
  }

  std::optional<Tag> next_tag() {
    const std::size_t begin = rest_.find("{{");
    if (begin == std::string_view::npos) return std::nullopt;
    skip(begin + 2);
    const int line = line_;
    const std::size_t end = rest_.find("}}");
    if (end == std::string_view::npos) refuse(line, "this tag is not closed with }}}}");
    const std::string_view content = trim(skip(end));
    skip(2);
    if (content.empty()) refuse(line, "empty tag");
    if (std::string_view("#^/!>&={").find(content.front()) == std::string_view::npos) {
      return Tag{' ', content, line};
    }
    return Tag{content.front(), trim(content.substr(1)), line};
  }

  void check(const Tag& tag) {
    switch (tag.sigil) {
      case '!':
        return;
      case ' ':
        return check_value(tag);
      case '#':
      case '^':
        return open_section(tag);
      case '/':
        return close_section(tag);
      case '>':
        refuse(tag.line, "partials are not available in mail templates");
      case '=':
        refuse(tag.line, "the delimiters of mail templates cannot be changed");
      default:
        refuse(tag.line, "unescaped values are not allowed: write {{{{{}}}}}", bare(tag.name));
    }
  }

  /// The name in an unescaped tag without what is left of its braces.
  static std::string_view bare(std::string_view name) { return name.substr(0, name.find('}')); }

  const TemplateField& find(const Tag& tag) const {
    std::vector<std::string> known;
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      if (scope->fields == nullptr) continue;
      for (const TemplateField& field : *scope->fields) {
        if (field.name == tag.name) return field;
        known.emplace_back(field.name);
      }
    }
    refuse(tag.line, "unknown field '{}'{}", tag.name, suggestion(tag.name, known));
  }

  void check_value(const Tag& tag) const {
    const TemplateField& field = find(tag);
    if (field.kind == FieldKind::kList || field.kind == FieldKind::kFlag) {
      refuse(tag.line, "'{0}' has no text of its own: write {{{{#{0}}}}} … {{{{/{0}}}}}", tag.name);
    }
  }

  void open_section(const Tag& tag) {
    const TemplateField& field = find(tag);
    if (field.kind == FieldKind::kText) {
      refuse(tag.line, "'{0}' is always there, so it is no section: write {{{{{0}}}}}", tag.name);
    }
    const bool repeated = field.kind == FieldKind::kList && tag.sigil == '#';
    scopes_.push_back({tag.name, tag.line, repeated ? &field.members : nullptr});
  }

  void close_section(const Tag& tag) {
    const Scope open = scopes_.back();
    if (scopes_.size() == 1) refuse(tag.line, "no section '{}' is open here", tag.name);
    if (open.name != tag.name) {
      refuse(tag.line, "section '{}' of line {} must be closed before '{}'", open.name, open.line,
             tag.name);
    }
    scopes_.pop_back();
  }

  std::string_view name_;
  std::string_view rest_;
  int line_;
  std::vector<Scope> scopes_;
};

}  // namespace

void check_template(TemplateKind kind, std::string_view name, std::string_view text) {
  const TemplateParts parts = split_template(name, text);
  for (const TemplatePart* part : {&parts.subject, &parts.text, &parts.html}) {
    PartCheck(name, *part, template_fields(kind)).run();
  }
}

}  // namespace reckoner::documents

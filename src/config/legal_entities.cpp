#include "config/legal_entities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/mistakes.hpp"
#include "config/attributes.hpp"
#include "config/value.hpp"

namespace reckoner::config {

namespace {

constexpr std::string_view kPlaceholder = "{entity}";

/// In front of the numbers of invoices it makes those of showback documents.
constexpr std::string_view kShowbackPrefix = "SB-";

std::string filled_in(std::string pattern, std::string_view id) {
  const std::size_t at = pattern.find(kPlaceholder);
  if (at != std::string::npos) {
    pattern.replace(at, kPlaceholder.size(), domain::shown_entity(id));
  }
  return pattern;
}

/// Lines of an address in one text, divided by ';'.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    std::string_view line = text.substr(0, end);
    while (line.starts_with(' ')) line.remove_prefix(1);
    while (line.ends_with(' ')) line.remove_suffix(1);
    if (!line.empty()) lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

domain::LegalEntity default_entity(const Settings& settings) {
  domain::LegalEntity entity;
  entity.name = settings.text("billing.legalEntity.name");
  entity.address = lines_of(settings.text("billing.legalEntity.address"));
  entity.tax_id = settings.text("billing.legalEntity.taxId");
  entity.zone = settings.zone("billing.legalEntity.timeZone");
  entity.invoice_pattern = filled_in(settings.text("billing.invoice.number"), "");
  entity.credit_note_pattern = filled_in(settings.text("billing.creditNote.number"), "");
  entity.showback_pattern = std::string(kShowbackPrefix) + entity.invoice_pattern;
  entity.payment_terms = settings.duration("billing.payment.terms");
  return entity;
}

/// An attribute of a setting's kind, or the setting where it is missing.
std::string value_of(const Element& element, std::string_view name, Kind kind,
                     const std::string& fallback) {
  if (!element.attribute(name)) return fallback;
  std::string value = element.required(name);
  try {
    check_value(kind, value);
  } catch (const Error& error) {
    fail_attribute(element, name, error.what());
  }
  return value;
}

domain::LegalEntity read_entity(const Element& element, const Settings& settings) {
  element.allow({"id", "name", "address", "tax-id", "time-zone", "invoice-number",
                 "credit-note-number", "payment-terms", "iban", "bic", "logo", "country"});
  domain::LegalEntity entity;
  entity.place = element.place();
  entity.id = name_attribute(element, "id");
  if (entity.id == domain::kDefaultEntity) {
    fail_attribute(element, "id",
                   "'default' is the legal entity of the settings billing.legalEntity.*");
  }
  entity.name = value_of(element, "name", Kind::kText, element.required("name"));
  entity.address = lines_of(value_of(element, "address", Kind::kText, ""));
  entity.tax_id = value_of(element, "tax-id", Kind::kText, "");
  entity.zone = time::Zone::named(value_of(element, "time-zone", Kind::kTimeZone,
                                           settings.text("billing.legalEntity.timeZone")));
  const auto pattern = [&](std::string_view name, std::string_view setting) {
    return filled_in(value_of(element, name, Kind::kNumberPattern, settings.text(setting)),
                     entity.id);
  };
  entity.invoice_pattern = pattern("invoice-number", "billing.invoice.number");
  entity.credit_note_pattern = pattern("credit-note-number", "billing.creditNote.number");
  entity.showback_pattern = std::string(kShowbackPrefix) + entity.invoice_pattern;
  entity.payment_terms = time::parse_duration(
      value_of(element, "payment-terms", Kind::kDuration, settings.text("billing.payment.terms")));
  return entity;
}

/// Numbers are unique over all entities: refuses two series that can meet.
void check_patterns(const Element& element, const domain::LegalEntity& entity,
                    const std::vector<domain::LegalEntity>& others) {
  const auto refuse_where_they_meet = [&](const std::string& a, const domain::LegalEntity& owner,
                                          const std::string& b) {
    if (!can_coincide(a, b)) return;
    element.fail(fmt::format(
        "number patterns '{}' of legal entity '{}' and '{}' of '{}' can give two documents the "
        "same number; {{entity}} in a pattern tells them apart",
        a, entity.id, b, domain::shown_entity(owner.id)));
  };
  const auto patterns_of = [](const domain::LegalEntity& of) {
    return std::array{of.invoice_pattern, of.credit_note_pattern, of.showback_pattern};
  };
  const auto mine = patterns_of(entity);
  refuse_where_they_meet(mine[0], entity, mine[1]);
  refuse_where_they_meet(mine[1], entity, mine[2]);
  for (const domain::LegalEntity& other : others) {
    for (const std::string& pattern : mine) {
      for (const std::string& theirs : patterns_of(other)) {
        refuse_where_they_meet(pattern, other, theirs);
      }
    }
  }
}

}  // namespace

std::vector<domain::LegalEntity> read_legal_entities(const Element& root,
                                                     const Settings& settings) {
  std::vector<domain::LegalEntity> entities{default_entity(settings)};
  const auto section = root.child("legal-entities");
  if (!section) return entities;
  section->allow({}, {"legal-entity"});
  MistakeCollector mistakes;
  for (const Element& element : section->children()) {
    mistakes.attempt([&] {
      domain::LegalEntity entity = read_entity(element, settings);
      for (const domain::LegalEntity& other : entities) {
        if (other.id != entity.id) continue;
        element.fail(fmt::format("legal entity '{}' is already declared at {}", entity.id,
                                 to_string(other.place)));
      }
      check_patterns(element, entity, entities);
      entities.push_back(std::move(entity));
    });
  }
  mistakes.finish();
  return entities;
}

}  // namespace reckoner::config

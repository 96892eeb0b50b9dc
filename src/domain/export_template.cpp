#include "domain/export_template.hpp"

#include <algorithm>
#include <array>

namespace reckoner::domain {

namespace {

struct FieldName {
  std::string_view name;
  ExportField field;
};

constexpr std::array kFields{
    FieldName{"text", ExportField::kText},
    FieldName{"booked-on", ExportField::kBookedOn},
    FieldName{"customer", ExportField::kCustomer},
    FieldName{"entry", ExportField::kEntry},
    FieldName{"reference", ExportField::kReference},
    FieldName{"legal-entity", ExportField::kLegalEntity},
    FieldName{"currency", ExportField::kCurrency},
    FieldName{"entry-number", ExportField::kEntryNumber},
    FieldName{"line-number", ExportField::kLineNumber},
    FieldName{"account", ExportField::kAccount},
    FieldName{"account-number", ExportField::kAccountNumber},
    FieldName{"account-title", ExportField::kAccountTitle},
    FieldName{"contra-number", ExportField::kContraNumber},
    FieldName{"amount", ExportField::kAmount},
    FieldName{"absolute", ExportField::kAbsolute},
    FieldName{"debit", ExportField::kDebit},
    FieldName{"credit", ExportField::kCredit},
    FieldName{"side", ExportField::kSide},
};

}  // namespace

std::string_view to_string(ExportField field) {
  return std::ranges::find(kFields, field, &FieldName::field)->name;
}

std::optional<ExportField> export_field_named(std::string_view name) {
  const auto found = std::ranges::find(kFields, name, &FieldName::name);
  if (found == kFields.end()) return std::nullopt;
  return found->field;
}

std::vector<std::string> export_field_names() {
  std::vector<std::string> names;
  for (const FieldName& field : kFields) names.emplace_back(field.name);
  return names;
}

}  // namespace reckoner::domain

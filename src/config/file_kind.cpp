#include "config/file_kind.hpp"

#include <array>

#include "config/files.hpp"

namespace reckoner::config {

namespace {

constexpr std::array<std::string_view, 11> kNames{
    "billing-config", "meters",    "taxes", "accounts", "allocation",     "suppliers",
    "pricing",        "decisions", "mail",  "logo",     "export-template"};

}  // namespace

std::string_view to_string(FileKind kind) {
  return kNames.at(static_cast<std::size_t>(kind));
}

std::optional<FileKind> file_kind_named(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<FileKind>(i);
  }
  return std::nullopt;
}

std::optional<FileKind> kind_of_file(std::string_view name) {
  if (name == kBillingConfigFile) return FileKind::kBillingConfig;
  if (name == kMetersFile) return FileKind::kMeters;
  if (name == kTaxesFile) return FileKind::kTaxes;
  if (name == kAccountsFile) return FileKind::kAccounts;
  if (name == kAllocationFile) return FileKind::kAllocation;
  if (name == kSuppliersFile) return FileKind::kSuppliers;
  if (name.starts_with("pricing/") && name.ends_with(".xml")) return FileKind::kPricing;
  if (name.starts_with("pricing/") && name.ends_with(".dmn")) return FileKind::kDecisions;
  if (name.starts_with("mail/") && name.ends_with(".mustache")) return FileKind::kMail;
  if (name.starts_with("logo/") && name.ends_with(".svg")) return FileKind::kLogo;
  if (name.starts_with("exports/") && name.ends_with(".xml")) return FileKind::kExportTemplate;
  return std::nullopt;
}

bool is_xml(FileKind kind) {
  return kind != FileKind::kMail;
}

}  // namespace reckoner::config

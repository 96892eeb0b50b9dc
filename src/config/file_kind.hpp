#pragma once

#include <optional>
#include <string_view>

namespace reckoner::config {

constexpr std::string_view kSuppliersFile = "suppliers.xml";  ///< optional

/// The kinds of files that a configuration has.
enum class FileKind {
  kBillingConfig,
  kMeters,
  kTaxes,
  kAccounts,
  kAllocation,
  kSuppliers,
  kPricing,         ///< pricing/*.xml
  kDecisions,       ///< pricing/*.dmn
  kMail,            ///< mail/*.mustache
  kLogo,            ///< logo/*.svg
  kExportTemplate,  ///< exports/*.xml
};

/// "billing-config", "meters", "taxes", "accounts", "allocation", "suppliers", "pricing",
/// "decisions", "mail", "logo", "export-template".
std::string_view to_string(FileKind kind);
/// nullopt for a name that is none of these.
std::optional<FileKind> file_kind_named(std::string_view name);

/// What a file of that name is in a directory of configuration; nullopt where it has no place
/// there.
std::optional<FileKind> kind_of_file(std::string_view name);

/// Whether files of the kind are XML.
bool is_xml(FileKind kind);

}  // namespace reckoner::config

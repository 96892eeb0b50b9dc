#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/place.hpp"

namespace reckoner::domain {

/// What a column of an export template shows of a row.
enum class ExportField {
  kText,           ///< always the same
  kBookedOn,       ///< a day, by the column's format
  kCustomer,       ///< key
  kEntry,          ///< "document:3"
  kReference,      ///< number of the document, reference of the payment
  kLegalEntity,    ///< "default"
  kCurrency,       ///< "EUR"
  kEntryNumber,    ///< counts entries in the file, from 1
  kLineNumber,     ///< counts rows of the entry, from 1
  kAccount,        ///< name in the chart
  kAccountNumber,  ///< its number; its name where it has none
  kAccountTitle,
  kContraNumber,  ///< of layout kPairs: the account that is credited; as kAccountNumber
  kAmount,        ///< debit above zero
  kAbsolute,      ///< without its sign
  kDebit,         ///< empty for a credit
  kCredit,        ///< likewise, without its sign
  kSide,          ///< the column's word for debit or credit
};

/// As written in templates: "booked-on", "account-number", …
std::string_view to_string(ExportField field);
std::optional<ExportField> export_field_named(std::string_view name);
std::vector<std::string> export_field_names();

struct ExportColumn {
  std::string title;
  ExportField field = ExportField::kText;
  std::string text;          ///< of kText
  std::string format;        ///< of kBookedOn: "yyyy-MM-dd"; parts are yyyy, yy, MM, dd
  std::string debit = "D";   ///< of kSide
  std::string credit = "C";  ///< of kSide
  std::optional<int> length_max =
      std::nullopt;  ///< of texts, in characters: longer ones are cut off
};

/// How a general ledger wants its import files: a file of config/exports.
struct ExportTemplate {
  enum class Layout {
    kLines,  ///< a row for each line of an entry
    kPairs,  ///< a row for each pair of accounts: debited, credited, amount above zero
  };
  enum class Quotes { kNeeded, kTexts, kNever };
  enum class Encoding { kUtf8, kUtf8WithMark, kWindows1252 };

  std::string name;
  std::string title;
  Layout layout = Layout::kLines;
  char separator = ';';
  std::string line_end = "\r\n";
  Quotes quotes = Quotes::kNeeded;
  Encoding encoding = Encoding::kUtf8;
  char decimal_sign = '.';
  bool header = true;                 ///< a row of the columns' titles
  std::vector<std::string> preamble;  ///< lines before it, as they are
  std::vector<ExportColumn> columns;  ///< at least one
  Place place;
};

}  // namespace reckoner::domain

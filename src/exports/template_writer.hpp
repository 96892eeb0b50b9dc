#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/chart.hpp"
#include "domain/export_template.hpp"
#include "exports/buffered_sink.hpp"
#include "exports/entry.hpp"

namespace reckoner::exports {

/// What goes from one account to another.
struct AccountPair {
  std::string debited;
  std::string credited;
  money::Money amount;  ///< above zero
};

/// The lines of an entry as pairs, for ledgers that know account and contra account only: of each
/// currency the debits are matched with the credits in their order, so that every account moves
/// what it moves in the entry, with as few pairs as that order gives (lines less one at most).
std::vector<AccountPair> pair_off(const std::vector<EntryLine>& lines);

/// Windows code page 1252 of a UTF-8 text; what it does not have becomes '?'.
std::string to_windows_1252(std::string_view text);

/// Writes entries as a template says. Texts lose control characters, and where nothing is quoted
/// the separator and quotes; references and customers that a spreadsheet would run as a formula get
/// an apostrophe in front, as in every CSV file of ours. Days and amounts are never cut off.
class TemplateWriter : public EntryWriter {
 public:
  /// Both outlive the writer.
  TemplateWriter(const domain::ExportTemplate& layout, const domain::Chart& chart, Sink sink);

  void write(const Entry& entry) override;
  void finish() override;

 private:
  struct Row;
  void write_row(const Row& row);
  std::string cell(const domain::ExportColumn& column, const Row& row) const;
  std::string number_of(const std::string& account) const;
  std::string title_of(const std::string& account) const;
  std::string shown(const money::Money& amount) const;
  void put_line(std::string line);

  const domain::ExportTemplate& template_;
  const domain::Chart& chart_;
  BufferedSink sink_;
  std::int64_t entries_ = 0;
};

}  // namespace reckoner::exports

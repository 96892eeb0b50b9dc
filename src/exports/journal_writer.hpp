#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "domain/account_paths.hpp"
#include "exports/entry.hpp"

namespace reckoner::exports {

enum class JournalFormat {
  kHledger,    ///< for hledger 1.25 and later, and ledger 3: "hledger", "ledger"
  kBeancount,  ///< for beancount 2.3 and later: "beancount"
  kCsv,        ///< a row a line: "csv"
};

/// none for another word.
std::optional<JournalFormat> journal_format_named(std::string_view name);
/// "hledger", "beancount", "csv".
std::string_view to_string(JournalFormat format);
/// The words above, for messages and help.
std::vector<std::string> journal_format_names();

/// What the file is served as.
struct FileType {
  std::string_view content_type;
  std::string_view ending;  ///< ".journal"
};
FileType type_of(JournalFormat format);

/// Writes entries as a plain-text ledger. Accounts are named by domain::AccountPaths, amounts are
/// exact and have all digits of their currency, and control characters in texts become blanks.
///
/// hledger and ledger: https://hledger.org/hledger.html#journal,
/// https://ledger-cli.org/doc/ledger3.html. A reference stands as the transaction's code where it
/// has only letters, digits and -_./#, and always as tag `reference` beside `customer` and
/// `legal-entity`.
/// beancount: https://beancount.github.io/docs/beancount_language_syntax.html. Payee is the
/// customer, narration the entry's name; metadata have reference and legal entity. Accounts are
/// opened on 1970-01-01, so that later files may book earlier days than this one.
///
/// `declared` are the paths that earlier files of the same ledger declare: read together, they say
/// each once. Both are read together with this file then, in any order.
class JournalWriter : public EntryWriter {
 public:
  /// `paths` outlives the writer.
  JournalWriter(JournalFormat format, const domain::AccountPaths& paths, Sink sink,
                std::set<std::string> declared = {});
  ~JournalWriter() override;

  void write(const Entry& entry) override;
  void finish() override;

  /// The paths that this file declares, sorted. Of CSV: none.
  std::vector<std::string> newly_declared() const;

 private:
  class Format;
  class Hledger;
  class Beancount;
  class Csv;
  std::unique_ptr<Format> format_;
};

}  // namespace reckoner::exports

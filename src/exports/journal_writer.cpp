#include "exports/journal_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <sstream>

#include "exports/buffered_sink.hpp"
#include "text/csv.hpp"

namespace reckoner::exports {

namespace {

struct FormatName {
  std::string_view name;
  JournalFormat format;
};
constexpr std::array kFormatNames{
    FormatName{"hledger", JournalFormat::kHledger}, FormatName{"ledger", JournalFormat::kHledger},
    FormatName{"beancount", JournalFormat::kBeancount}, FormatName{"csv", JournalFormat::kCsv}};

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

/// On one line, and without what begins a comment or a date in the text of a transaction.
std::string plain_text(std::string_view text) {
  std::string plain(text);
  for (char& c : plain) {
    if (is_control(c)) c = ' ';
    if (c == ';') c = ',';
    if (c == '[') c = '(';
    if (c == ']') c = ')';
    if (c == '|') c = '/';
  }
  return plain;
}

bool is_code(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("-_./#").find(c) != std::string_view::npos;
  });
}

std::string quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += is_control(c) ? ' ' : c;
  }
  return quoted + '"';
}

}  // namespace

std::optional<JournalFormat> journal_format_named(std::string_view name) {
  const auto found = std::ranges::find(kFormatNames, name, &FormatName::name);
  if (found == kFormatNames.end()) return std::nullopt;
  return found->format;
}

std::string_view to_string(JournalFormat format) {
  return std::ranges::find(kFormatNames, format, &FormatName::format)->name;
}

std::vector<std::string> journal_format_names() {
  std::vector<std::string> names;
  for (const FormatName& format : kFormatNames) names.emplace_back(format.name);
  return names;
}

FileType type_of(JournalFormat format) {
  switch (format) {
    case JournalFormat::kHledger:
      return {"text/plain; charset=utf-8", ".journal"};
    case JournalFormat::kBeancount:
      return {"text/plain; charset=utf-8", ".beancount"};
    case JournalFormat::kCsv:
      break;
  }
  return {"text/csv; charset=utf-8", ".csv"};
}

/// What the formats share: texts go into one buffer, accounts are declared at their first use.
class JournalWriter::Format {
 public:
  Format(const domain::AccountPaths& paths, Sink sink, std::set<std::string> declared)
      : names_(paths), sink_(std::move(sink)), known_(std::move(declared)) {}
  Format(const Format&) = delete;
  Format& operator=(const Format&) = delete;
  virtual ~Format() = default;

  void write(const Entry& entry) {
    write_entry(entry);
    sink_.pass_on();
  }
  void finish() { sink_.flush(); }
  const std::set<std::string>& newly_declared() const { return newly_declared_; }

 protected:
  virtual void write_entry(const Entry& entry) = 0;
  virtual void declare(const std::string& /*path*/) {}

  template <class... Args>
  void out(fmt::format_string<Args...> text, Args&&... args) {
    fmt::format_to(std::back_inserter(sink_.buffer()), text, std::forward<Args>(args)...);
  }
  std::string& buffer() { return sink_.buffer(); }
  const domain::Chart& chart() const { return names_.chart(); }
  const std::string& path(const std::string& account) {
    const auto found = paths_.find(account);
    if (found != paths_.end()) return found->second;
    return paths_.emplace(account, names_.of(account)).first->second;
  }
  void declare_accounts(const Entry& entry) {
    for (const EntryLine& line : entry.lines) {
      const std::string& path = this->path(line.account);
      if (!known_.insert(path).second) continue;
      newly_declared_.insert(path);
      declare(path);
    }
  }

 private:
  const domain::AccountPaths& names_;
  BufferedSink sink_;
  std::map<std::string, std::string> paths_;
  std::set<std::string> known_;
  std::set<std::string> newly_declared_;
};

class JournalWriter::Hledger : public JournalWriter::Format {
 public:
  using Format::Format;

 private:
  void declare(const std::string& path) override { out("account {}\n\n", path); }

  void declare_currency(money::Currency currency) {
    if (!currencies_.insert(currency).second) return;
    // Without the format "1.500" may be read as 1500; of a currency without digits ledger takes
    // none.
    out("commodity {}\n", currency.code());
    const auto digits = static_cast<std::size_t>(currency.minor_digits());
    if (digits > 0) out("  format 1000.{} {}\n", std::string(digits, '0'), currency.code());
    out("\n");
  }

  void write_entry(const Entry& entry) override {
    for (const EntryLine& line : entry.lines) declare_currency(line.amount.currency());
    declare_accounts(entry);
    out("{} * ", time::to_string(entry.booked_on));
    if (is_code(entry.reference)) out("({}) ", entry.reference);
    out("{} {}\n", entry.name, plain_text(entry.customer));
    out("    ; customer: {}\n", plain_text(entry.customer));
    out("    ; legal-entity: {}\n", plain_text(entry.legal_entity));
    if (!entry.reference.empty()) out("    ; reference: {}\n", plain_text(entry.reference));
    for (const EntryLine& line : entry.lines) {
      out("    {}  {} {}\n", path(line.account), line.amount.to_string(),
          line.amount.currency().code());
    }
    out("\n");
  }

  std::set<money::Currency> currencies_;
};

class JournalWriter::Beancount : public JournalWriter::Format {
 public:
  using Format::Format;

 private:
  void declare(const std::string& path) override { out("1970-01-01 open {}\n\n", path); }

  void write_entry(const Entry& entry) override {
    declare_accounts(entry);
    out("{} * {} {}\n", time::to_string(entry.booked_on), quoted(entry.customer),
        quoted(entry.name));
    if (!entry.reference.empty()) out("  reference: {}\n", quoted(entry.reference));
    out("  legal-entity: {}\n", quoted(entry.legal_entity));
    for (const EntryLine& line : entry.lines) {
      out("  {}  {} {}\n", path(line.account), line.amount.to_string(),
          line.amount.currency().code());
    }
    out("\n");
  }
};

class JournalWriter::Csv : public JournalWriter::Format {
 public:
  Csv(const domain::AccountPaths& paths, Sink sink)
      : Format(paths, std::move(sink), {}), csv_(rows_) {
    for (const std::string_view column :
         {"booked_on", "legal_entity", "customer", "entry", "reference", "account", "number",
          "title", "path", "debit", "credit", "currency"}) {
      csv_.text(column);
    }
    csv_.end_row();
    take_rows();
  }

 private:
  void write_entry(const Entry& entry) override {
    for (const EntryLine& line : entry.lines) {
      csv_.text(time::to_string(entry.booked_on)).text(entry.legal_entity).text(entry.customer);
      csv_.text(entry.name).text(entry.reference).text(line.account);
      const auto account =
          std::ranges::find(chart().accounts, line.account, &domain::LedgerAccount::name);
      const bool known = account != chart().accounts.end();
      csv_.text(known ? account->number : "").text(known ? account->title : "");
      csv_.text(path(line.account));
      const bool debit = line.amount.sign() > 0;
      debit ? csv_.number(line.amount.to_string()) : csv_.text("");
      debit ? csv_.text("") : csv_.number((-line.amount).to_string());
      csv_.text(line.amount.currency().code());
      csv_.end_row();
    }
    take_rows();
  }
  void take_rows() {
    buffer().append(std::move(rows_).str());
    rows_.str({});
  }

  std::ostringstream rows_;
  text::CsvWriter csv_;
};

JournalWriter::JournalWriter(JournalFormat format, const domain::AccountPaths& paths, Sink sink,
                             std::set<std::string> declared) {
  switch (format) {
    case JournalFormat::kHledger:
      format_ = std::make_unique<Hledger>(paths, std::move(sink), std::move(declared));
      break;
    case JournalFormat::kBeancount:
      format_ = std::make_unique<Beancount>(paths, std::move(sink), std::move(declared));
      break;
    case JournalFormat::kCsv:
      format_ = std::make_unique<Csv>(paths, std::move(sink));
      break;
  }
}

JournalWriter::~JournalWriter() = default;

void JournalWriter::write(const Entry& entry) {
  format_->write(entry);
}

void JournalWriter::finish() {
  format_->finish();
}

std::vector<std::string> JournalWriter::newly_declared() const {
  return {format_->newly_declared().begin(), format_->newly_declared().end()};
}

}  // namespace reckoner::exports

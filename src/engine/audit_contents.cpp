#include "engine/audit_contents.hpp"

#include <fmt/format.h>

#include <map>
#include <span>

#include "engine/audit_rows.hpp"
#include "invoicing/content_hash.hpp"
#include "invoicing/proofs.hpp"
#include "store/document_scan.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kVersions{"audit versions", R"(
  select version_id, encode(sha256, 'hex') as sha256 from config_version order by version_id)"};

/// How a version rounds.
struct RoundingOfVersion {
  money::Rounding lines = money::Rounding::kHalfAwayFromZero;
  invoicing::TaxRounding taxes = invoicing::TaxRounding::kPerRate;
};

class Contents {
 public:
  Contents(store::Connection& connection, Versions& versions, const AuditListener& listener)
      : connection_(connection), versions_(versions), listener_(listener) {}

  void run() {
    store::DocumentScan scan(connection_);
    const std::int64_t total = scan.total();
    std::int64_t done = 0;
    for (auto page = scan.next(); !page.empty(); page = scan.next()) {
      for (const store::ScannedDocument& scanned : page) look_at(scanned);
      done += static_cast<std::int64_t>(page.size());
      if (listener_.progress) listener_.progress(done, total);
    }
    for (store::CheckOutcome* outcome : {&contents_, &taxes_, &parts_, &keys_}) {
      listener_.outcome(*outcome);
    }
  }

 private:
  void look_at(const store::ScannedDocument& scanned) {
    for (store::CheckOutcome* outcome : {&contents_, &taxes_, &parts_, &keys_}) ++outcome->checked;
    if (!scanned.document) {
      note(contents_, scanned, {fmt::format("cannot be read: {}", scanned.problem)});
      return;
    }
    const domain::Document& document = *scanned.document;
    const Sha256 hash = invoicing::content_hash(document);
    if (std::string_view(reinterpret_cast<const char*>(hash.data()), hash.size()) !=
        scanned.content_hash) {
      note(contents_, scanned, {"does not say what it said when it was issued"});
    }
    const RoundingOfVersion rounding = rounding_of(scanned.version);
    note(taxes_, scanned, invoicing::wrong_taxes(document, rounding.taxes, rounding.lines));
    note(parts_, scanned, invoicing::wrong_parts(document, rounding.lines));
    note(keys_, scanned, invoicing::doubled_keys(document));
  }

  void note(store::CheckOutcome& outcome, const store::ScannedDocument& scanned,
            const std::vector<std::string>& wrong) const {
    for (const std::string& what : wrong) {
      if (outcome.wrong.size() < store::CheckOutcome::kWrongShown) {
        outcome.add_wrong(fmt::format(
            "{}: {}", name_of_document(connection_, scanned.id.customer.value, scanned.id.ordinal),
            what));
      } else {
        outcome.add_wrong({});
      }
    }
  }

  const RoundingOfVersion& rounding_of(VersionId version) {
    const auto known = rounding_.find(version);
    if (known != rounding_.end()) return known->second;
    const config::Configuration configuration =
        config::parse(versions_.files(connection_, version));
    return rounding_[version] = {
               .lines = configuration.settings.rounding(),
               .taxes = configuration.settings.text("billing.tax.rounding") == "line"
                            ? invoicing::TaxRounding::kPerLine
                            : invoicing::TaxRounding::kPerRate};
  }

  static store::CheckOutcome outcome(std::string name, std::string invariant, std::string claim) {
    return {.name = std::move(name),
            .claim = std::move(claim),
            .unit = "documents",
            .invariant = std::move(invariant)};
  }

  store::Connection& connection_;
  Versions& versions_;
  const AuditListener& listener_;
  std::map<VersionId, RoundingOfVersion> rounding_;
  store::CheckOutcome contents_ =
      outcome("contents", "V11", "a document says what it said when it was issued");
  store::CheckOutcome taxes_ =
      outcome("taxes", "V4", "each tax is its rate's part of the lines it is on");
  store::CheckOutcome parts_ =
      outcome("parts", "V5", "what was divided sums to what its figures come to");
  store::CheckOutcome keys_ = outcome("keys", "V9", "a document bills a line key of a period once");
};

}  // namespace

store::CheckOutcome audit_versions(store::Connection& connection, Versions& versions) {
  store::CheckOutcome outcome{.name = "versions",
                              .claim = "each configuration version has the files it was made of",
                              .unit = "versions",
                              .invariant = "V11"};
  for (const store::Row& row : connection.query(kVersions)) {
    ++outcome.checked;
    const VersionId version{row.int64("version_id")};
    if (to_hex(config::hash(versions.files(connection, version))) == row.text("sha256")) continue;
    outcome.add_wrong(fmt::format("version {}: its files are not those of {}", version.value,
                                  row.text("sha256")));
  }
  return outcome;
}

void audit_contents(store::Connection& connection, Versions& versions,
                    const AuditListener& listener) {
  Contents(connection, versions, listener).run();
}

}  // namespace reckoner::engine

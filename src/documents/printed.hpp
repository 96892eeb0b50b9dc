#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "documents/issuer.hpp"
#include "documents/recipient.hpp"
#include "domain/document.hpp"
#include "insight/comparison.hpp"
#include "pricing/rate.hpp"

namespace reckoner::documents {

/// What the issuer's documents show of it, beyond its name. Empty members are not shown.
struct IssuerDetails {
  std::string iban;  ///< without blanks
  std::string bic;
  std::string country;  ///< ISO 3166-1, two letters
  std::string logo;     ///< an SVG picture, itself
  /// Where the document is paid (payment_link.hpp); empty: nowhere.
  std::string payment_link = {};
};

/// What a period came to, over all documents up to this one.
struct PeriodAmount {
  std::string label;  ///< "2026-10"
  money::Money amount;
};

/// What a charge came to in the document's last period and in the one before.
struct ComparedCharge {
  std::string title;
  money::Money before;
  money::Money now;
};

/// What a large change of a charge since the document before comes from.
struct ExplainedChange {
  std::string title;
  insight::LargeChange change;
};

/// A document with everything that its pages show.
struct Printed {
  domain::Document document;
  Issuer issuer;
  IssuerDetails details;
  Recipient recipient;
  /// How each line came about, in the order of the lines; empty where there is nothing to say.
  std::vector<pricing::Trace> steps = {};
  std::map<std::int64_t, std::string> subscriptions = {};  ///< what people call each, by number
  std::vector<PeriodAmount> periods = {};                  ///< by time; the last is the document's
  std::vector<ComparedCharge> compared = {};               ///< the largest amounts first
  std::string before = {};                                 ///< number of the document before
  std::vector<ExplainedChange> changes = {};               ///< since that; the largest first
  std::optional<time::Instant> as_of = std::nullopt;       ///< of an interim invoice
};

}  // namespace reckoner::documents

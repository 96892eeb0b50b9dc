#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/compute.hpp"

namespace reckoner::engine {

/// How a period's lines in an interim invoice were computed.
struct InterimPeriod {
  VersionId version;  ///< pinned where the period was billed, else the active one
  time::Zone zone = time::Zone::utc();
  std::optional<time::Instant> as_of;  ///< as if it ended then; none: whole, it was billed before
  time::Instant ends_at;
};

struct InterimInvoice {
  domain::Document document;  ///< without ordinal, number and dates of issue
  time::Instant as_of;
  std::int64_t cut = 0;  ///< what is known: this cut, and what was acknowledged since
  VersionId version;
  bool what_if =
      false;  ///< as_of lies in a period that was issued: shown as if it ended there, billed or not
  money::Money
      expected_total;  ///< the same with the fees of the whole periods, from the usage so far
  std::map<domain::PeriodKey, InterimPeriod> periods;  ///< of the document's lines
};

/// What the customer owes as of an instant, on one read-only snapshot: PostgreSQL itself refuses to
/// store anything. One invoice for each currency, and one of showback. Throws Error when there is
/// no such customer or it cannot be billed. `connection` is in no transaction.
std::vector<InterimInvoice> interim_invoices(store::Connection& connection, Versions& versions,
                                             const std::string& customer_key, time::Instant as_of);

/// The same, and further looks at the same customer, in the snapshot that the connection
/// has open.
class Interim {
 public:
  /// Throws Error where no configuration is active.
  Interim(store::Connection& connection, Versions& versions, CustomerId customer);

  /// Throws Error when the customer cannot be billed.
  std::vector<InterimInvoice> invoices(time::Instant as_of);

  /// What invoices() and their expected totals are made of; one document a currency.
  struct Standing {
    std::vector<domain::Document> so_far;
    std::vector<domain::Document> expected;  ///< with the fees of the whole periods
  };
  Standing standing(time::Instant as_of);

  /// A month in the making.
  struct Outlook {
    std::vector<domain::Document> so_far;    ///< as invoices() has them; one a currency
    std::vector<domain::Document> expected;  ///< with the fees of the whole periods
    /// The same with usage as it is forecast to be at the end of open periods
    /// (usage_forecast.hpp), and at both ends of its band of 80 %. Prices that fall with the
    /// quantity can turn low and high around.
    std::vector<domain::Document> projected;
    std::vector<domain::Document> projected_low;
    std::vector<domain::Document> projected_high;
    std::vector<domain::Document> before;  ///< as of `before`, without what it expects
    /// What `before` has is still to be billed; otherwise it is whole, as if nothing had been.
    bool before_is_open = false;
  };
  /// `before` is an earlier instant to compare with. Throws as invoices().
  Outlook outlook(time::Instant as_of, time::Instant before);

 private:
  struct Look {
    Computation computation;
    Against against = Against::kBilled;
  };
  Look look(FactReader& facts, time::Instant as_of);
  /// When the periods that are still open are charged whole.
  std::vector<domain::Document> whole(FactReader& facts, const Look& look, time::Instant as_of);

  store::Connection& connection_;
  Versions& versions_;
  const CustomerId customer_;
  const VersionId active_;
  const Knowledge knowledge_;
};

}  // namespace reckoner::engine

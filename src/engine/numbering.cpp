#include <algorithm>
#include <map>

#include "base/failpoint.hpp"
#include "engine/issue.hpp"
#include "invoicing/content_hash.hpp"
#include "invoicing/number_pattern.hpp"
#include "store/copy.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kTakeNumbers{"take numbers", R"(
  insert into series (series, year, next_seq, last_hash, last_issued_at)
  values ($1, $2, 1 + $3, decode(repeat('00', 32), 'hex'), $4)
  on conflict (series, year) do update
    set next_seq = series.next_seq + $3, last_issued_at = greatest(series.last_issued_at, $4)
  returning next_seq - $3 as first_seq, last_hash, last_issued_at)"};

constexpr store::Statement kLinkSeries{
    "link series", "update series set last_hash = $3 where series = $1 and year = $2"};

/// Documents of one series and year, in the order of the batch.
using Series = std::map<std::pair<std::string, int>, std::vector<std::size_t>>;

std::string_view series_of(domain::DocumentKind kind) {
  return kind == domain::DocumentKind::kInvoice ? "billing.invoice.number"
                                                : "billing.creditNote.number";
}

}  // namespace

void number_documents(store::Connection& connection, std::span<DocumentWork> documents,
                      std::span<const Sha256> content_hashes,
                      const config::Configuration& configuration, time::Instant now) {
  Series series;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const domain::Document& document = documents[i].document;
    const std::string_view name = series_of(document.kind);
    const bool by_year = invoicing::counts_by_year(configuration.settings.text(name));
    const int year = by_year ? static_cast<int>(document.issued_on.value().year()) : 0;
    series[{std::string(name), year}].push_back(i);
  }

  struct Issued {
    std::string_view series;
    int year;
    std::int64_t seq;
    time::Instant issued_at;
    std::size_t document;
    Sha256 link;
  };
  std::vector<Issued> issued;
  for (const auto& [key, members] : series) {
    const std::string pattern = configuration.settings.text(key.first);
    const store::Row counter =
        connection.query(kTakeNumbers, {key.first, key.second, members.size(), now}).only();
    RK_FAILPOINT("numbers.after-counter");
    const std::string last = counter.bytes("last_hash");
    Sha256 link;
    RK_CHECK(last.size() == link.size());
    std::copy(last.begin(), last.end(), link.begin());
    std::int64_t seq = counter.int64("first_seq");
    for (std::size_t member : members) {
      domain::Document& document = documents[member].document;
      document.number = invoicing::format_number(
          pattern, static_cast<int>(document.issued_on.value().year()), seq);
      link = invoicing::chain_hash(link, content_hashes[member], document.number);
      issued.push_back(
          {key.first, key.second, seq++, counter.instant("last_issued_at"), member, link});
    }
    connection.execute(kLinkSeries, {key.first, key.second, store::Bytes(std::span(link))});
    RK_FAILPOINT("numbers.after-link");
  }
  if (issued.empty()) return;
  store::BinaryCopy copy(
      connection, "copy issued numbers", "issued",
      {"number", "series", "year", "seq", "customer_id", "ordinal", "issued_at", "chain_hash"});
  for (const Issued& row : issued) {
    const domain::Document& document = documents[row.document].document;
    copy.row()
        .add(document.number)
        .add(row.series)
        .add(row.year)
        .add(row.seq)
        .add(document.customer)
        .add(document.ordinal)
        .add(row.issued_at)
        .add(store::Bytes(std::span(row.link)))
        .end();
  }
  copy.finish();
}

}  // namespace reckoner::engine

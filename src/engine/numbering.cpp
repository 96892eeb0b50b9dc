#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/failpoint.hpp"
#include "engine/issue.hpp"
#include "engine/issue_days.hpp"
#include "invoicing/content_hash.hpp"
#include "invoicing/number_pattern.hpp"
#include "store/announcements.hpp"
#include "store/copy.hpp"
#include "text/json.hpp"

namespace reckoner::engine {

namespace {

// Gives no row where the series, in this year or another, has issued on a later day already.
constexpr store::Statement kTakeNumbers{"take numbers", R"(
  insert into series (series, year, next_seq, last_hash, last_issued_at, last_issued_on)
  select $1, $2::int, 1 + $3::bigint, decode(repeat('00', 32), 'hex'), $4::timestamptz, $5::date
   where not exists (select from series o where o.series = $1 and o.last_issued_on > $5)
  on conflict (series, year) do update
    set next_seq = series.next_seq + $3, last_issued_at = greatest(series.last_issued_at, $4),
        last_issued_on = $5
    where series.last_issued_on <= $5
  returning next_seq - $3 as first_seq, last_hash, last_issued_at)"};

constexpr store::Statement kLastDay{
    "last day of series", "select max(last_issued_on) as day from series where series = $1"};

constexpr store::Statement kLinkSeries{
    "link series", "update series set last_hash = $3 where series = $1 and year = $2"};

/// What documents of a kind are numbered by.
struct Numbered {
  std::string_view series;
  std::string domain::LegalEntity::*pattern;
  std::string_view announced;  ///< as what they are told of
};

const Numbered& numbered(domain::DocumentKind kind) {
  static const Numbered invoices{"billing.invoice.number", &domain::LegalEntity::invoice_pattern,
                                 "invoice.issued"};
  static const Numbered credit_notes{
      "billing.creditNote.number", &domain::LegalEntity::credit_note_pattern, "credit_note.issued"};
  static const Numbered showback{"showback", &domain::LegalEntity::showback_pattern,
                                 "showback.issued"};
  switch (kind) {
    case domain::DocumentKind::kInvoice:
      return invoices;
    case domain::DocumentKind::kCreditNote:
      return credit_notes;
    case domain::DocumentKind::kShowback:
      return showback;
  }
  throw Bug("a kind of document without numbers");
}

/// A year of a series; series of the default legal entity have the names they always had.
struct SeriesKey {
  std::string series;
  std::int32_t year = 0;  ///< 0 where the pattern counts on
  friend auto operator<=>(const SeriesKey&, const SeriesKey&) = default;
};

struct SeriesWork {
  const std::string* pattern = nullptr;
  time::Date issued_on{};
  std::vector<std::size_t> members;  ///< documents, in the order of the batch
};

using Series = std::map<SeriesKey, SeriesWork>;

Series sort_into_series(std::span<const DocumentWork> documents,
                        const config::Configuration& configuration) {
  Series series;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const domain::Document& document = documents[i].document;
    const domain::LegalEntity& entity = configuration.legal_entity(document.legal_entity);
    const std::string& pattern = entity.*numbered(document.kind).pattern;
    SeriesKey key{std::string(numbered(document.kind).series)};
    if (!entity.id.empty()) key.series += "/" + entity.id;
    const time::Date issued_on = document.issued_on.value();
    if (invoicing::counts_by_year(pattern)) key.year = static_cast<int>(issued_on.year());
    SeriesWork& work = series[std::move(key)];
    RK_CHECK(work.members.empty() || work.issued_on == issued_on);
    work.pattern = &pattern;
    work.issued_on = issued_on;
    work.members.push_back(i);
  }
  return series;
}

store::Row take_numbers(store::Connection& connection, const SeriesKey& key, const SeriesWork& work,
                        time::Instant now) {
  const store::Params params{key.series, key.year, work.members.size(), now, work.issued_on};
  auto counter = connection.query(kTakeNumbers, params).at_most_one();
  if (counter) return *std::move(counter);
  const time::Date last = connection.query(kLastDay, {key.series}).only().date("day");
  throw IssueRefused(fmt::format(
      "nothing is issued on {}: series {} has issued on {} already; is the clock wrong?",
      time::to_string(work.issued_on), key.series, time::to_string(last)));
}

struct Issued {
  const SeriesKey* series;
  std::int64_t seq;
  time::Instant issued_at;
  std::size_t document;
  Sha256 link;
};

void copy_issued(store::Connection& connection, std::span<const DocumentWork> documents,
                 const std::vector<Issued>& issued) {
  store::BinaryCopy copy(
      connection, "copy issued numbers", "issued",
      {"number", "series", "year", "seq", "customer_id", "ordinal", "issued_at", "chain_hash"});
  for (const Issued& row : issued) {
    const domain::Document& document = documents[row.document].document;
    copy.row()
        .add(document.number)
        .add(row.series->series)
        .add(row.series->year)
        .add(row.seq)
        .add(document.customer)
        .add(document.ordinal)
        .add(row.issued_at)
        .add(store::Bytes(std::span(row.link)))
        .end();
  }
  copy.finish();
}

std::vector<CustomerId> customers_of(std::span<const DocumentWork> documents) {
  std::vector<CustomerId> customers;
  for (const DocumentWork& work : documents) customers.push_back(work.document.customer);
  return customers;
}

/// What is told of a document: enough to know what it asks for and where it is read whole.
std::string announcement_of(const domain::Document& document) {
  text::JsonWriter json;
  json.begin_object().key("customer").string(document.customer_key);
  json.key("number").string(document.number);
  json.key("currency").string(document.currency.code());
  json.key("total").string(document.total.to_string());
  json.key("carried_forward").string(document.carried_forward.to_string());
  json.key("issued_on").string(time::to_string(document.issued_on.value()));
  json.key("due_on");
  document.due_on ? json.string(time::to_string(*document.due_on)) : json.null();
  json.key("corrects");
  document.corrects_number.empty() ? json.null() : json.string(document.corrects_number);
  json.key("url").string(
      fmt::format("/api/v1/customers/{}/invoices/{}", document.customer_key, document.number));
  json.end_object();
  return json.finish();
}

void announce(store::Announcements& announcements, std::span<const DocumentWork> documents,
              time::Instant now) {
  if (!announcements.any()) return;
  for (const DocumentWork& work : documents) {
    const domain::Document& document = work.document;
    const std::string_view kind = numbered(document.kind).announced;
    if (announcements.wanted(document.customer, kind)) {
      announcements.add(document.customer, kind, announcement_of(document));
    }
  }
  announcements.write(now);
}

}  // namespace

void number_documents(store::Connection& connection, std::span<DocumentWork> documents,
                      std::span<const Sha256> content_hashes,
                      const config::Configuration& configuration, time::Instant now) {
  if (documents.empty()) return;
  const Series series = sort_into_series(documents, configuration);
  store::Announcements announcements(connection, customers_of(documents));
  std::vector<Issued> issued;
  issued.reserve(documents.size());
  for (const auto& [key, work] : series) {
    const store::Row counter = take_numbers(connection, key, work, now);
    RK_FAILPOINT("numbers.after-counter");
    const std::string last = counter.bytes("last_hash");
    Sha256 link;
    RK_CHECK(last.size() == link.size());
    std::copy(last.begin(), last.end(), link.begin());
    std::int64_t seq = counter.int64("first_seq");
    for (std::size_t member : work.members) {
      domain::Document& document = documents[member].document;
      document.number =
          invoicing::format_number(*work.pattern, static_cast<int>(work.issued_on.year()), seq);
      link = invoicing::chain_hash(link, content_hashes[member], document.number);
      issued.push_back({&key, seq++, counter.instant("last_issued_at"), member, link});
    }
    connection.execute(kLinkSeries, {key.series, key.year, store::Bytes(std::span(link))});
    RK_FAILPOINT("numbers.after-link");
  }
  copy_issued(connection, documents, issued);
  announce(announcements, documents, now);
}

}  // namespace reckoner::engine

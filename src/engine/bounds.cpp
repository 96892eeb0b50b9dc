#include "engine/bounds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace reckoner::engine {

namespace {

constexpr int kTrailingDays = 366;

constexpr store::Statement kBilledBefore{"billed in the last year", R"(
  select customer_id, currency, count(*) as documents, sum(abs(total)) as total
    from document
   where customer_id = any($1::bigint[]) and issued_on >= $2 and total <> 0
   group by customer_id, currency)"};

// The document that many before the last one: issued on the same day, so are all between.
constexpr store::Statement kIssuedOnTheDay{"documents of the day", R"(
  select d.customer_id
    from unnest($1::bigint[], $2::bigint[], $3::date[]) as w(customer_id, ordinal, issued_on)
    join document d on d.customer_id = w.customer_id and d.ordinal = w.ordinal
   where d.issued_on = w.issued_on)"};

using Reasons = std::map<CustomerId, std::vector<std::string>>;

/// How many periods of one cycle and side the document bills for the first time, at least 1.
std::int64_t first_periods(const domain::Document& document) {
  std::map<std::pair<std::int64_t, domain::Side>, std::set<time::Instant>> starts;
  for (const domain::DocumentLine& line : document.lines) {
    if (line.true_up) continue;
    starts[{line.period.cycle, line.period.side}].insert(line.period.starts_at);
  }
  std::int64_t most = 1;
  for (const auto& [key, periods] : starts) most = std::max(most, std::ssize(periods));
  return most;
}

void check_lines(const Bounds& bounds, std::span<const DocumentWork> documents, Reasons& reasons) {
  if (bounds.lines_per_document == 0) return;
  for (const DocumentWork& work : documents) {
    const std::int64_t lines = std::ssize(work.document.lines);
    if (lines <= bounds.lines_per_document) continue;
    reasons[work.document.customer].push_back(
        fmt::format("{} lines on one document, more than {} (billing.bounds.linesPerDocument)",
                    lines, bounds.lines_per_document));
  }
}

void check_day(store::Connection& connection, const Bounds& bounds,
               std::span<const DocumentWork> documents, Reasons& reasons) {
  if (bounds.documents_per_day == 0 || documents.empty()) return;
  std::map<CustomerId, const domain::Document*> last;  // of this run
  std::map<CustomerId, std::int64_t> of_this_run;
  for (const DocumentWork& work : documents) {
    const domain::Document*& latest = last[work.document.customer];
    if (latest == nullptr || latest->ordinal < work.document.ordinal) latest = &work.document;
    ++of_this_run[work.document.customer];
  }
  const auto hold = [&](CustomerId customer) {
    reasons[customer].push_back(
        fmt::format("more than {} documents on one day (billing.bounds.documentsPerDay)",
                    bounds.documents_per_day));
  };
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> ordinals;
  std::vector<time::Date> days;
  for (const auto& [customer, document] : last) {
    if (of_this_run[customer] > bounds.documents_per_day) {
      hold(customer);
    } else if (document->ordinal > bounds.documents_per_day) {
      customers.push_back(customer);
      ordinals.push_back(document->ordinal - bounds.documents_per_day);
      days.push_back(document->issued_on.value());
    }
  }
  if (customers.empty()) return;
  for (const store::Row& row : connection.query(kIssuedOnTheDay, {customers, ordinals, days})) {
    hold({row.int64("customer_id")});
  }
}

void check_totals(store::Connection& connection, const Bounds& bounds,
                  std::span<const DocumentWork> documents, Reasons& reasons) {
  if (bounds.total_times == 0) return;
  std::vector<const domain::Document*> large;
  std::vector<CustomerId> customers;
  for (const DocumentWork& work : documents) {
    if (work.document.total.amount().abs() <= bounds.total_floor) continue;
    large.push_back(&work.document);
    customers.push_back(work.document.customer);
  }
  if (large.empty()) return;
  std::map<std::pair<CustomerId, std::string>, BilledBefore> before;
  const time::Date since = time::add_days(large.front()->issued_on.value(), -kTrailingDays);
  for (const store::Row& row : connection.query(kBilledBefore, {customers, since})) {
    before[{CustomerId{row.int64("customer_id")}, row.text("currency")}] = {row.int64("documents"),
                                                                            row.decimal("total")};
  }
  for (const domain::Document* document : large) {
    const auto found = before.find({document->customer, std::string(document->currency.code())});
    if (found == before.end()) continue;
    if (auto reason = beyond_mean(*document, found->second, bounds)) {
      reasons[document->customer].push_back(std::move(*reason));
    }
  }
}

}  // namespace

Bounds bounds_of(const config::Settings& settings) {
  return {.documents_per_day = settings.integer("billing.bounds.documentsPerDay"),
          .lines_per_document = settings.integer("billing.bounds.linesPerDocument"),
          .total_times = settings.integer("billing.bounds.totalTimes"),
          .total_floor = money::Decimal::parse(settings.text("billing.bounds.totalFloor"))};
}

std::optional<std::string> beyond_mean(const domain::Document& document, const BilledBefore& before,
                                       const Bounds& bounds) {
  const money::Decimal total = document.total.amount().abs();
  if (bounds.total_times == 0 || before.documents == 0 || total <= bounds.total_floor) {
    return std::nullopt;
  }
  const money::Decimal times(bounds.total_times * first_periods(document));
  if (total * money::Decimal(before.documents) <= before.total * times) return std::nullopt;
  const money::Money mean =
      money::round_to_currency(money::Ratio(before.total, money::Decimal(before.documents)),
                               document.currency, money::Rounding::kHalfAwayFromZero);
  return fmt::format(
      "a total of {} {} is more than {} times {}, the mean of {} documents in a year "
      "(billing.bounds.totalTimes)",
      document.total.to_string(), document.currency.code(), times.to_string(), mean.to_string(),
      before.documents);
}

std::map<CustomerId, std::vector<std::string>> beyond_bounds(
    store::Connection& connection, const Bounds& bounds, std::span<const DocumentWork> documents) {
  Reasons reasons;
  check_lines(bounds, documents, reasons);
  check_day(connection, bounds, documents, reasons);
  check_totals(connection, bounds, documents, reasons);
  return reasons;
}

}  // namespace reckoner::engine

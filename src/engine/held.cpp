#include "engine/held.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "text/json.hpp"

namespace reckoner::engine {

namespace {

constexpr std::size_t kLinesShown = 1000;
constexpr std::size_t kChangesShown = 20;

constexpr store::Statement kOpen{"open held of a batch", R"(
  select customer_id from held
   where state = 'open' and customer_id = any($1::bigint[]) order by customer_id)"};

constexpr store::Statement kHold{"hold customers", R"(
  insert into held (customer_id, run_id, batch, cut, version_id, hash, reasons, figures, held_at)
  select customer_id, $1, $2, $3, $4, hash, reasons, figures, $5
    from unnest($6::bigint[], $7::bytea[], $8::text[], $9::text[])
           as h(customer_id, hash, reasons, figures))"};

constexpr store::Statement kList{"held customers", R"(
  select h.run_id, h.customer_id, c.key, c.name, h.reasons, h.figures, h.held_at, h.state, h.decided_at,
         h.decided_by, h.decision
    from held h join customer c on c.customer_id = h.customer_id
   where ($1::bigint is null or h.run_id = $1) and ($2 = '' or h.state = $2)
     and ($3::text is null or (c.key collate "C", h.run_id) > ($3, $4::bigint))
   order by c.key collate "C", h.run_id limit $5)"};

std::string name_of(const domain::PeriodKey& period) {
  return fmt::format("{}/{}/{}", period.cycle, domain::to_string(period.side),
                     time::to_string(period.starts_at));
}

void add(Sha256Stream& stream, const domain::StatementLine& line) {
  stream.field(line.key).field(line.charge).field(line.description);
  stream.field(time::to_string(line.starts_on)).field(time::to_string(line.ends_on));
  stream.field(line.quantity.to_string()).field(line.unit);
  stream.field(line.amount.to_string()).field(line.amount.currency().code());
  stream.field(line.facts).field(line.tax);
}

std::vector<const domain::Document*> documents_of(const Computation& computation,
                                                  const CustomerWork& customer) {
  std::vector<const domain::Document*> documents;
  for (const DocumentWork& work : computation.documents) {
    if (work.customer == &customer) documents.push_back(&work.document);
  }
  return documents;
}

Sha256 hash_of(const Computation& computation, const CustomerWork& customer,
               const std::vector<const domain::Document*>& documents) {
  Sha256Stream stream;
  stream.field("reckoner held 1").field(customer.customer.key);
  for (const PeriodWork& period : computation.periods) {
    if (period.customer != &customer) continue;
    stream.field("period").field(name_of(period.key));
    stream.field(time::to_string(period.bounds.period.ends_at));
    stream.field(std::to_string(period.version.value));
    stream.field(std::to_string(period.lines.size()));
    for (const domain::StatementLine& line : period.lines) add(stream, line);
  }
  for (const domain::Document* document : documents) {
    stream.field("document").field(document->currency.code());
    stream.field(std::to_string(document->lines.size()));
    for (const domain::DocumentLine& line : document->lines) {
      stream.field(name_of(line.period)).field(line.true_up ? "true-up" : "first");
      add(stream, line.line);
    }
  }
  return stream.finish();
}

void write_line(text::JsonWriter& json, const domain::DocumentLine& line) {
  json.begin_object().key("period").string(line.period_label);
  json.key("charge").string(line.line.charge).key("description").string(line.line.description);
  json.key("quantity").number(line.line.quantity.to_string()).key("unit").string(line.line.unit);
  json.key("amount").number(line.line.amount.to_string());
  json.key("currency").string(line.line.amount.currency().code());
  json.key("id").string(name_of(line.period) + "/" + line.line.key).end_object();
}

std::string figures_of(const std::vector<const domain::Document*>& documents) {
  std::vector<const domain::DocumentLine*> lines;
  text::JsonWriter json;
  json.begin_object().key("documents").begin_array();
  for (const domain::Document* document : documents) {
    json.begin_object().key("currency").string(document->currency.code());
    json.key("total").number(document->total.to_string());
    json.key("lines").number(document->lines.size()).end_object();
    for (const domain::DocumentLine& line : document->lines) lines.push_back(&line);
  }
  json.end_array();
  std::stable_sort(lines.begin(), lines.end(), [](const auto* a, const auto* b) {
    return b->line.amount.amount().abs() < a->line.amount.amount().abs();
  });
  if (lines.size() > kLinesShown) lines.resize(kLinesShown);
  json.key("lines").begin_array();
  for (const domain::DocumentLine* line : lines) write_line(json, *line);
  json.end_array().end_object();
  return json.finish();
}

struct ShownLine {
  std::string title;
  std::string amount;
};

std::map<std::string, ShownLine> lines_of(const text::Json& figures) {
  std::map<std::string, ShownLine> lines;
  for (const text::Json& line : figures.at("lines").as_array()) {
    lines.emplace(line.at("id").as_string(),
                  ShownLine{fmt::format("{} {}", line.at("period").as_string(),
                                        line.at("charge").as_string()),
                            line.at("amount").as_number()});
  }
  return lines;
}

}  // namespace

HeldWork held_work(const Computation& computation, const CustomerWork& customer,
                   const std::vector<std::string>& reasons) {
  const auto documents = documents_of(computation, customer);
  return {.customer = customer.customer.id,
          .key = customer.customer.key,
          .reasons = fmt::format("{}", fmt::join(reasons, "; ")),
          .hash = hash_of(computation, customer, documents),
          .figures = figures_of(documents)};
}

std::string changes(std::string_view figures_then, std::string_view figures_now) {
  const auto then = lines_of(text::parse_json(figures_then));
  const auto now = lines_of(text::parse_json(figures_now));
  std::vector<std::string> changes;
  for (const auto& [id, line] : now) {
    const auto before = then.find(id);
    if (before == then.end()) {
      changes.push_back(fmt::format("{} is new: {}", line.title, line.amount));
    } else if (before->second.amount != line.amount) {
      changes.push_back(
          fmt::format("{} is {}, was {}", line.title, line.amount, before->second.amount));
    }
  }
  for (const auto& [id, line] : then) {
    if (!now.contains(id))
      changes.push_back(fmt::format("{} is gone: {}", line.title, line.amount));
  }
  if (changes.empty()) return "what its lines come from";
  if (changes.size() > kChangesShown) {
    const std::size_t more = changes.size() - kChangesShown;
    changes.resize(kChangesShown);
    changes.push_back(fmt::format("and {} more", more));
  }
  return fmt::format("{}", fmt::join(changes, "; "));
}

std::vector<HeldCustomer> list_held(store::Connection& connection, const HeldFilter& filter) {
  std::optional<std::string> behind_key;
  std::optional<RunId> behind_run;
  if (filter.behind) std::tie(behind_key, behind_run) = *filter.behind;
  std::vector<HeldCustomer> held;
  for (const store::Row& row :
       connection.query(kList, {filter.run, filter.state, behind_key, behind_run, filter.limit})) {
    held.push_back({.run = {row.int64("run_id")},
                    .customer = {row.int64("customer_id")},
                    .key = row.text("key"),
                    .reasons = row.text("reasons"),
                    .figures = row.text("figures"),
                    .held_at = row.instant("held_at"),
                    .state = row.text("state"),
                    .decided_at = row.optional_instant("decided_at"),
                    .decided_by = row.text("decided_by"),
                    .decision = row.text("decision"),
                    .name = row.text("name")});
  }
  return held;
}

std::vector<std::int64_t> open_held(store::Connection& connection,
                                    std::span<const std::int64_t> customers) {
  std::vector<std::int64_t> held;
  for (const store::Row& row : connection.query(kOpen, {customers})) {
    held.push_back(row.int64("customer_id"));
  }
  return held;
}

void record_held(store::Connection& connection, const RunFacts& run, std::int64_t batch,
                 std::span<const HeldWork> held, time::Instant now) {
  if (held.empty()) return;
  std::vector<CustomerId> customers;
  std::vector<store::Bytes> hashes;
  std::vector<std::string_view> reasons;
  std::vector<std::string_view> figures;
  for (const HeldWork& work : held) {
    customers.push_back(work.customer);
    hashes.emplace_back(std::span<const std::uint8_t>(work.hash));
    reasons.push_back(work.reasons);
    figures.push_back(work.figures);
  }
  connection.execute(
      kHold, {run.run, batch, run.cut, run.version, now, customers, hashes, reasons, figures});
}

}  // namespace reckoner::engine

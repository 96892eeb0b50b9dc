#include "engine/billing.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "base/failpoint.hpp"
#include "engine/bounds.hpp"
#include "engine/issue.hpp"
#include "engine/period_records.hpp"
#include "invoicing/content_hash.hpp"
#include "store/announcements.hpp"
#include "text/json.hpp"

namespace reckoner::engine {

namespace {

// An UPDATE, not SELECT FOR UPDATE, which sharded tables do not offer over several shards.
constexpr store::Statement kLockCustomers{"lock customers", R"(
  update customer_state set ordinal = ordinal where customer_id = any($1::bigint[]))"};

constexpr store::Statement kPark{"park customers", R"(
  insert into parked (customer_id, run_id, reason, parked_at, attempts, first_parked_at)
  select customer_id, $3, reason, $4, 1, $4 from unnest($1::bigint[], $2::text[]) as p(customer_id, reason)
  on conflict (customer_id) do update
    set run_id = excluded.run_id, reason = excluded.reason, parked_at = excluded.parked_at,
        attempts = parked.attempts + 1
  returning customer_id, attempts)"};
constexpr store::Statement kKey{"key of parked customer",
                                "select key from customer where customer_id = $1"};

constexpr store::Statement kUnpark{"unpark customers",
                                   "delete from parked where customer_id = any($1::bigint[])"};

constexpr store::Statement kOverLimit{"note documents over their limit", R"(
  insert into over_limit (run_id, customer_id, ordinal)
  select $1, * from unnest($2::bigint[], $3::bigint[]))"};

/// What is told of somebody for whom nothing is issued.
std::string left_alone_data(std::string_view customer, const RunFacts& run,
                            std::string_view reason) {
  text::JsonWriter json;
  json.begin_object().key("customer").string(customer).key("run").number(run.run.value);
  json.key("reason").string(reason).end_object();
  return json.finish();
}

struct Parked {
  CustomerId customer;
  std::string_view key;
  std::string_view reason;
};

/// Who waits already is not told of again.
void park(store::Connection& connection, const RunFacts& run, const std::vector<Parked>& parked,
          time::Instant now) {
  std::vector<CustomerId> customers;
  std::vector<std::string_view> reasons;
  for (const Parked& one : parked) {
    customers.push_back(one.customer);
    reasons.push_back(one.reason);
  }
  store::Announcements announcements(connection, customers);
  std::set<CustomerId> new_ones;
  for (const store::Row& row : connection.query(kPark, {customers, reasons, run.run, now})) {
    if (row.int64("attempts") == 1) new_ones.insert(CustomerId{row.int64("customer_id")});
  }
  for (const Parked& one : parked) {
    if (!new_ones.contains(one.customer)) continue;
    announcements.add(one.customer, "customer.parked", left_alone_data(one.key, run, one.reason));
  }
  announcements.write(now);
}

void record_parked(store::Connection& connection, const RunFacts& run,
                   const Computation& computation, time::Instant now) {
  std::vector<Parked> parked;
  std::vector<CustomerId> billable;
  for (const CustomerWork& customer : computation.customers) {
    if (customer.parked) {
      parked.push_back({customer.customer.id, customer.customer.key, *customer.parked});
    } else {
      billable.push_back(customer.customer.id);
    }
  }
  if (!parked.empty()) park(connection, run, parked, now);
  // A run over some periods only may have left those out for which the customer was parked.
  if (run.period_label.empty()) connection.execute(kUnpark, {billable});
}

void announce_held(store::Connection& connection, const RunFacts& run,
                   const std::vector<HeldWork>& held, time::Instant now) {
  if (held.empty()) return;
  std::vector<CustomerId> customers;
  for (const HeldWork& work : held) customers.push_back(work.customer);
  store::Announcements announcements(connection, customers);
  for (const HeldWork& work : held) {
    announcements.add(work.customer, "customer.held", left_alone_data(work.key, run, work.reasons));
  }
  announcements.write(now);
}

void note_over_limit(store::Connection& connection, const RunFacts& run,
                     const std::vector<DocumentWork>& documents) {
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> ordinals;
  for (const DocumentWork& work : documents) {
    const domain::Document& document = work.document;
    if (!document.credit_limit) continue;
    const money::Money over = document.carried_forward - *document.credit_limit;
    if (over.amount() < money::Decimal(1)) continue;
    customers.push_back(document.customer);
    ordinals.push_back(document.ordinal);
  }
  if (!customers.empty()) connection.execute(kOverLimit, {run.run, customers, ordinals});
}

void give_ordinals(std::vector<DocumentWork>& documents) {
  for (DocumentWork& work : documents) work.document.ordinal = ++work.customer->ordinal;
}

}  // namespace

void lock_customers(store::Connection& connection, std::span<const std::int64_t> customers) {
  connection.execute(kLockCustomers, {customers});
}

void park_customer(store::Connection& connection, const RunFacts& run, std::int64_t customer,
                   std::string_view reason, time::Instant now) {
  const std::string key = connection.query(kKey, {customer}).only().text("key");
  park(connection, run, std::vector<Parked>{Parked{{customer}, key, reason}}, now);
}

Billing::Billing(store::Connection& connection, Versions& versions, FactReader& facts,
                 const RunFacts& run, std::span<const std::int64_t> customers, time::Instant now)
    : connection_(connection),
      run_(run),
      now_(now),
      version_(versions.load(connection, run.version)),
      asked_for_(std::ssize(customers)) {
  const config::Configuration& configuration = version_->configuration();
  computation_ = compute(
      facts, connection, versions,
      {customers,
       {.engine = run.engine, .until = run.fires_at, .accrue = false, .label = run.period_label},
       run.engine,
       run.version});
  give_ordinals(computation_.documents);
  DocumentContext context{configuration, facts, computation_.documents, mails_,
                          IssueDays(configuration, now)};
  version_->chain(run.engine).run_document_phase(context, DocumentSteps::kAll);
  drop_left_alone();
}

/// A customer that is parked or held gets none of its documents.
void Billing::drop_left_alone() {
  std::set<CustomerId> left_alone;
  for (const DocumentWork& work : computation_.documents) {
    if (work.customer->is_left_alone()) left_alone.insert(work.document.customer);
  }
  if (left_alone.empty()) return;
  std::erase_if(computation_.documents, [&](const DocumentWork& work) {
    return left_alone.contains(work.document.customer);
  });
  std::erase_if(mails_,
                [&](const OutgoingMail& mail) { return left_alone.contains(mail.customer); });
}

void Billing::hold_beyond_bounds() {
  const auto beyond = beyond_bounds(connection_, bounds_of(version_->configuration().settings),
                                    computation_.documents);
  if (beyond.empty()) return;
  for (CustomerWork& customer : computation_.customers) {
    const auto found = beyond.find(customer.customer.id);
    if (found == beyond.end()) continue;
    held_.push_back(held_work(computation_, customer, found->second));
    customer.held = true;
  }
  drop_left_alone();
}

void Billing::write(std::int64_t batch) {
  std::vector<DocumentWork>& documents = computation_.documents;
  RK_CHECK(std::all_of(documents.begin(), documents.end(),
                       [](const DocumentWork& work) { return work.issue; }));
  for (const DocumentWork& work : documents) {
    domain::check(work.document);
    hashes_.push_back(invoicing::content_hash(work.document));
  }
  RK_FAILPOINT("batch.before-documents");
  write_documents(connection_, documents, hashes_,
                  {run_.run, run_.cut, version_->configuration().chart});
  RK_FAILPOINT("batch.after-documents");
  write_credit_movements(connection_, documents, now_);
  RK_FAILPOINT("batch.after-credits");
  write_outbox(connection_, mails_, now_);
  RK_FAILPOINT("batch.after-outbox");
  record_periods(connection_, run_, computation_);
  RK_FAILPOINT("batch.after-periods");
  record_parked(connection_, run_, computation_, now_);
  record_held(connection_, run_, batch, held_, now_);
  announce_held(connection_, run_, held_, now_);
  RK_FAILPOINT("batch.after-parked");
  note_over_limit(connection_, run_, documents);
}

void Billing::number() {
  number_documents(connection_, computation_.documents, hashes_, version_->configuration(), now_);
}

BatchCounts Billing::counts() const {
  std::set<CustomerId> invoiced;
  for (const DocumentWork& work : computation_.documents) invoiced.insert(work.document.customer);
  BatchCounts counts;
  counts.invoiced = std::ssize(invoiced);
  counts.parked = std::count_if(computation_.customers.begin(), computation_.customers.end(),
                                [](const CustomerWork& work) { return work.parked.has_value(); });
  counts.held = std::ssize(held_);
  counts.nothing_due = asked_for_ - counts.total();
  return counts;
}

}  // namespace reckoner::engine

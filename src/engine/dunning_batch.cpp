#include <fmt/format.h>

#include <set>

#include "base/failpoint.hpp"
#include "base/log.hpp"
#include "engine/billing.hpp"
#include "engine/dunning_marks.hpp"
#include "engine/issue.hpp"
#include "store/announcements.hpp"
#include "store/open_books.hpp"
#include "store/transaction.hpp"
#include "text/json.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kInsertSteps{"insert dunning steps", R"(
  insert into dunning_step (customer_id, ordinal, step, place, handler, days, taken_on, taken_at, run_id,
                            version_id, currency, overdue, disputed, fee, fee_tax, charge, note)
  select customer_id, ordinal, step, place, handler, days, taken_on, $15, $16, $17, currency, overdue,
         disputed, fee, fee_tax, charge, note
    from unnest($1::bigint[], $2::bigint[], $3::text[], $4::int[], $5::text[], $6::int[], $7::date[],
                $8::text[], $9::numeric[], $10::numeric[], $11::numeric[], $12::text[], $13::text[],
                $14::text[])
         as n(customer_id, ordinal, step, place, handler, days, taken_on, currency, overdue, disputed, fee,
              fee_tax, charge, note))"};
constexpr store::Statement kInsertEnds{"insert dunning ends", R"(
  insert into dunning_end (customer_id, ordinal, steps, reason, ended_on, ended_at, run_id)
  select *, $6, $7 from unnest($1::bigint[], $2::bigint[], $3::int[], $4::text[], $5::date[]))"};
constexpr store::Statement kInsertUndone{"insert undone dunning steps", R"(
  insert into dunning_undo (customer_id, ordinal, step, reason, charge, undone_at, run_id)
  select *, $6, $7 from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[]))"};
constexpr store::Statement kPropose{"propose write-offs", R"(
  insert into write_off (customer_id, ordinal, proposed_on, proposed_at, currency, amount)
  select customer_id, ordinal, proposed_on, $6, currency, amount
    from unnest($1::bigint[], $2::bigint[], $3::date[], $4::text[], $5::numeric[])
         as n(customer_id, ordinal, proposed_on, currency, amount)
  on conflict do nothing)"};
constexpr store::Statement kEndProposals{"end write-off proposals", R"(
  update write_off w set state = 'ended', reason = n.reason, decided_at = $4
    from unnest($1::bigint[], $2::bigint[], $3::text[]) as n(customer_id, ordinal, reason)
   where w.customer_id = n.customer_id and w.ordinal = n.ordinal and w.state = 'open')"};

constexpr store::Statement kCheckLease{"check dunning lease", R"(
  select 1 from run_batch where run_id = $1 and batch = $2 and token = $3 and state = 'open' for share)"};
constexpr store::Statement kFinishBatch{"finish dunning batch", R"(
  update run_batch set state = 'done', invoiced = $3, parked = $4, nothing_due = $5, done_at = $6
   where run_id = $1 and batch = $2)"};

std::string charge_key(const OverdueDocument& document, std::string_view step) {
  return fmt::format("dunning:{}:{}", document.number, step);
}

std::string step_data(const OverdueDocument& document, std::string_view step,
                      const std::optional<money::Money>& fee) {
  text::JsonWriter json;
  json.begin_object().key("customer").string(document.customer_key);
  json.key("document").string(document.number).key("step").string(step);
  json.key("due_on").string(time::to_string(document.due_on));
  json.key("currency").string(document.open.currency().code());
  json.key("open").string(document.open.to_string());
  json.key("disputed").string(document.disputed.to_string());
  json.key("overdue").string(document.overdue().to_string()).key("fee");
  fee ? json.string(fee->to_string()) : json.null();
  json.end_object();
  return json.finish();
}

std::string end_data(const DunningEnd& end) {
  text::JsonWriter json;
  json.begin_object().key("customer").string(end.document->customer_key);
  json.key("document").string(end.document->number).key("reason").string(end.reason);
  json.key("currency").string(end.document->open.currency().code());
  json.key("open").string(end.document->open.to_string()).end_object();
  return json.finish();
}

/// Writes what a plan says, in the batch's transaction.
class DunningWriter {
 public:
  DunningWriter(store::Connection& connection, const CompiledVersion& version, const RunFacts& run,
                const DunningPlan& plan, time::Instant now)
      : connection_(connection), version_(version), run_(run), plan_(plan), now_(now) {}

  void write(const BookFees& book_fees) {
    charge_fees(book_fees);
    insert_steps();
    insert_ends();
    insert_undone();
    write_proposals();
    write_outbox(connection_, mails(), now_);
    announce();
  }

 private:
  const Chain& chain() const { return version_.chain(run_.engine); }
  const std::string& name_of(const StepNow& now) const {
    return chain().dunning_steps()[now.step].name;
  }

  void charge_fees(const BookFees& book_fees) {
    std::vector<invoicing::DunningFee> fees;
    std::vector<std::pair<bool, std::size_t>> whose;  // of a step, else of an undone one
    for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
      const DunningAction& action = plan_.steps[i].action;
      if (!action.fee) continue;
      const std::string& step = name_of(plan_.steps[i]);
      fees.push_back(
          {.customer_key = action.document.customer_key,
           .key = charge_key(action.document, step),
           .amount = *action.fee,
           .title = fmt::format("Fee for late payment of {} ({})", action.document.number, step),
           .tax = action.fee_tax});
      whose.emplace_back(true, i);
    }
    for (std::size_t i = 0; i < plan_.undone.size(); ++i) {
      const DunningUndo& undo = plan_.undone[i];
      if (!undo.fee) continue;
      fees.push_back({.customer_key = undo.document->customer_key,
                      .key = charge_key(*undo.document, undo.step) + ":back",
                      .amount = -*undo.fee,
                      .title = fmt::format("Fee for late payment of {} ({}) given back: {}",
                                           undo.document->number, undo.step, undo.reason),
                      .tax = undo.fee_tax});
      whose.emplace_back(false, i);
    }
    step_charges_.resize(plan_.steps.size());
    undo_charges_.resize(plan_.undone.size());
    if (fees.empty()) return;
    RK_CHECK(book_fees != nullptr);
    const std::vector<std::string> problems =
        book_fees(connection_, version_.configuration(), fees, now_);
    RK_CHECK(problems.size() == fees.size());
    for (std::size_t i = 0; i < fees.size(); ++i) {
      const auto [is_step, place] = whose[i];
      Charge& charge = (is_step ? step_charges_ : undo_charges_)[place];
      charge.problem = problems[i];
      if (problems[i].empty()) charge.key = fees[i].key;
      if (!problems[i].empty()) {
        log::warning("run {}: customer {}: a fee of {} {} is not charged: {}", run_.run.value,
                     fees[i].customer_key, fees[i].amount.to_string(),
                     fees[i].amount.currency().code(), problems[i]);
      }
    }
  }

  std::optional<money::Money> fee_of(std::size_t step) const {
    return step_charges_[step].key.empty() ? std::nullopt : plan_.steps[step].action.fee;
  }

  void insert_steps() {
    if (plan_.steps.empty()) return;
    std::vector<CustomerId> customers;
    std::vector<std::int64_t> ordinals, places, days;
    std::vector<std::string> steps, handlers, currencies, taxes, charges, notes;
    std::vector<time::Date> taken_on;
    std::vector<money::Decimal> overdue, disputed;
    std::vector<std::optional<money::Decimal>> fees;
    for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
      const StepNow& now = plan_.steps[i];
      const OverdueDocument& document = now.action.document;
      customers.push_back(document.customer);
      ordinals.push_back(document.ordinal);
      steps.push_back(name_of(now));
      places.push_back(std::ssize(document.taken) + 1);
      handlers.push_back(chain().handlers()[now.step].class_name);
      days.push_back(chain().dunning_steps()[now.step].days);
      taken_on.push_back(now.action.today);
      currencies.emplace_back(document.open.currency().code());
      overdue.push_back(document.overdue().amount());
      disputed.push_back(document.disputed.amount());
      const auto fee = fee_of(i);
      fees.push_back(fee ? std::optional(fee->amount()) : std::nullopt);
      taxes.push_back(now.action.fee_tax);
      charges.push_back(step_charges_[i].key);
      notes.push_back(step_charges_[i].problem);
    }
    connection_.execute(kInsertSteps, {customers, ordinals, steps, places, handlers, days, taken_on,
                                       currencies, overdue, disputed, fees, taxes, charges, notes,
                                       now_, run_.run, run_.version});
  }

  void insert_ends() {
    if (plan_.ends.empty()) return;
    std::vector<CustomerId> customers;
    std::vector<std::int64_t> ordinals, steps;
    std::vector<std::string> reasons;
    std::vector<time::Date> days;
    for (const DunningEnd& end : plan_.ends) {
      customers.push_back(end.document->customer);
      ordinals.push_back(end.document->ordinal);
      steps.push_back(std::ssize(end.document->taken));
      reasons.push_back(end.reason);
      days.push_back(end.on);
    }
    connection_.execute(kInsertEnds, {customers, ordinals, steps, reasons, days, now_, run_.run});
  }

  void insert_undone() {
    if (plan_.undone.empty()) return;
    std::vector<CustomerId> customers;
    std::vector<std::int64_t> ordinals;
    std::vector<std::string> steps, reasons, charges;
    for (std::size_t i = 0; i < plan_.undone.size(); ++i) {
      const DunningUndo& undo = plan_.undone[i];
      customers.push_back(undo.document->customer);
      ordinals.push_back(undo.document->ordinal);
      steps.push_back(undo.step);
      const std::string& problem = undo_charges_[i].problem;
      reasons.push_back(
          problem.empty() ? undo.reason
                          : fmt::format("{}; its fee is not given back: {}", undo.reason, problem));
      charges.push_back(undo_charges_[i].key);
    }
    connection_.execute(kInsertUndone,
                        {customers, ordinals, steps, reasons, charges, now_, run_.run});
  }

  void write_proposals() {
    std::vector<CustomerId> customers;
    std::vector<std::int64_t> ordinals;
    std::vector<std::string> currencies;
    std::vector<time::Date> days;
    std::vector<money::Decimal> amounts;
    for (const StepNow& now : plan_.steps) {
      if (!now.action.proposes_write_off) continue;
      const OverdueDocument& document = now.action.document;
      customers.push_back(document.customer);
      ordinals.push_back(document.ordinal);
      days.push_back(now.action.today);
      currencies.emplace_back(document.open.currency().code());
      amounts.push_back(document.overdue().amount());
    }
    if (!customers.empty()) {
      connection_.execute(kPropose, {customers, ordinals, days, currencies, amounts, now_});
    }
    if (plan_.proposals_ended.empty()) return;
    std::vector<CustomerId> whose;
    std::vector<std::int64_t> which;
    std::vector<std::string> reasons;
    for (const DunningEnd& end : plan_.proposals_ended) {
      whose.push_back(end.document->customer);
      which.push_back(end.document->ordinal);
      reasons.push_back(end.reason);
    }
    connection_.execute(kEndProposals, {whose, which, reasons, now_});
  }

  std::vector<OutgoingMail> mails() const {
    std::vector<OutgoingMail> mails;
    for (const StepNow& now : plan_.steps) {
      const DunningAction& action = now.action;
      if (action.mail_template.empty()) continue;
      const std::vector<std::string>& addresses = action.document.addresses;
      for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto place = std::ssize(action.document.taken) + 1;
        mails.push_back(
            {.customer = action.document.customer,
             .message_key =
                 i == 0 ? fmt::format("dunning:{}:{}", action.document.ordinal, place)
                        : fmt::format("dunning:{}:{}:{}", action.document.ordinal, place, i),
             .kind = "dunning",
             .recipient = addresses[i],
             .member = action.mail_template,
             .version = run_.version});
      }
    }
    return mails;
  }

  void announce() const {
    std::set<CustomerId> customers;
    for (const StepNow& now : plan_.steps) customers.insert(now.action.document.customer);
    for (const DunningEnd& end : plan_.ends) customers.insert(end.document->customer);
    store::Announcements announcements(connection_, {customers.begin(), customers.end()});
    if (!announcements.any()) return;
    for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
      const DunningAction& action = plan_.steps[i].action;
      for (const std::string& kind : action.announcements) {
        announcements.add(action.document.customer, kind,
                          step_data(action.document, name_of(plan_.steps[i]), fee_of(i)));
      }
    }
    for (const DunningEnd& end : plan_.ends) {
      announcements.add(end.document->customer, "dunning.ended", end_data(end));
    }
    announcements.write(now_);
  }

  struct Charge {
    std::string key;      ///< of the charge; empty: none
    std::string problem;  ///< why there is none, where there should be one
  };

  store::Connection& connection_;
  const CompiledVersion& version_;
  const RunFacts& run_;
  const DunningPlan& plan_;
  const time::Instant now_;
  std::vector<Charge> step_charges_;
  std::vector<Charge> undo_charges_;
};

BatchCounts counts_of(const DunningPlan& plan, const ClaimedBatch& batch) {
  std::set<CustomerId> busy;
  for (const StepNow& now : plan.steps) busy.insert(now.action.document.customer);
  for (const DunningEnd& end : plan.ends) busy.insert(end.document->customer);
  for (const DunningUndo& undo : plan.undone) busy.insert(undo.document->customer);
  for (const DunningEnd& end : plan.proposals_ended) busy.insert(end.document->customer);
  BatchCounts counts{.invoiced = std::ssize(busy), .parked = std::ssize(plan.problems)};
  counts.nothing_due = std::ssize(batch.customers) - counts.invoiced - counts.parked;
  return counts;
}

}  // namespace

BatchOutcome dun_batch(store::Connection& connection, Versions& versions, const RunFacts& run,
                       const ClaimedBatch& batch, const BookFees& book_fees, time::Instant now,
                       BatchCounts& counts) {
  const auto version = versions.load(connection, run.version);
  RK_FAILPOINT("dunning.begin");
  store::Transaction transaction(connection);
  if (connection.query(kCheckLease, {run.run, batch.batch, batch.token}).empty()) {
    return BatchOutcome::kLeaseLost;
  }
  store::OpenBooks::hold(connection);  // before customers are locked, as everybody does
  lock_customers(connection, batch.customers);
  const MarkedPlan marked = plan_with_marks(connection, *version, run.engine, batch.customers, now);
  const DunningPlan& plan = marked.plan;
  const BatchCounts counted = counts_of(plan, batch);
  connection.execute(kFinishBatch, {run.run, batch.batch, counted.invoiced, counted.parked,
                                    counted.nothing_due, now});
  DunningWriter(connection, *version, run, plan, now).write(book_fees);
  store::write_marks(connection, marked.marks);
  RK_FAILPOINT("dunning.before-commit");
  transaction.commit();
  RK_FAILPOINT("dunning.after-commit");
  for (const DunningPlan::Problem& problem : plan.problems) {
    log::error("run {}: nothing is done about customer {}: {}", run.run.value, problem.customer_key,
               problem.reason);
  }
  counts = counted;
  return BatchOutcome::kDone;
}

}  // namespace reckoner::engine

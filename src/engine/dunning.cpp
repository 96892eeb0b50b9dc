#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/dunning_marks.hpp"
#include "engine/mailed_parents.hpp"
#include "text/lines.hpp"

namespace reckoner::engine {

namespace {

using money::Money;
using DocumentKey = std::pair<CustomerId, std::int64_t>;

/// Nowhere is it later than this much after UTC.
constexpr std::chrono::hours kEarliestZone{14};

constexpr store::Statement kFind{"customers to be dunned", R"(
  select f.customer_id
    from (select b.customer_id
            from customer_balance b
            left join dunning_mark m on m.customer_id = b.customer_id
           where b.balance > 0
             and (exists (select from document d
                           where d.customer_id = b.customer_id and d.ordinal > coalesce(m.through, 0)
                             and d.currency = b.currency and d.due_on < $1 and d.total > d.credits_total)
               or exists (select from document d
                           where d.customer_id = b.customer_id and d.ordinal = any(m.kept)
                             and d.currency = b.currency and d.due_on < $1 and d.total > d.credits_total)
               or exists (select from payment p
                           where p.customer_id = b.customer_id and p.payment > m.payment and p.amount < 0))
          union
          select s.customer_id
            from (select customer_id, ordinal, max(place) as steps from dunning_step
                   group by customer_id, ordinal) s
            left join (select customer_id, ordinal, max(steps) as steps from dunning_end
                        group by customer_id, ordinal) e
              on e.customer_id = s.customer_id and e.ordinal = s.ordinal
           where e.steps is null or e.steps < s.steps
          union
          select s.customer_id
            from dunning_step s
            join document_void v on v.customer_id = s.customer_id and v.ordinal = s.ordinal
            left join dunning_undo u
              on u.customer_id = s.customer_id and u.ordinal = s.ordinal and u.step = s.step
           where s.fee is not null and u.step is null
          union
          select customer_id from write_off where state = 'open') f
   where $2 = '' or f.customer_id = (select customer_id from customer_key where key = $2)
   order by f.customer_id)"};
constexpr store::Statement kCustomer{"customer to be dunned",
                                     "select customer_id from customer_key where key = $1"};

constexpr store::Statement kPeople{"people to be dunned", R"(
  select c.customer_id, c.key, c.name, c.email,
         coalesce(array_to_string(s.also_to, chr(10)), '') as also_to
    from customer c left join customer_setting s on s.customer_id = c.customer_id
   where c.customer_id = any($1::bigint[]) order by c.customer_id)"};
// Rows are found by their customers, whatever the planner believes about how many there are.
constexpr store::Statement kByKey{"look up dunning by key", R"(
  select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
         set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true))"};
constexpr store::Statement kSteps{"dunning steps of customers", R"(
  select s.customer_id, s.ordinal, s.step, s.days, s.taken_on, s.currency, s.fee, s.fee_tax,
         u.step is not null as undone, v.ordinal is not null as voided
    from dunning_step s
    left join document_void v on v.customer_id = s.customer_id and v.ordinal = s.ordinal
    left join dunning_undo u
      on u.customer_id = s.customer_id and u.ordinal = s.ordinal and u.step = s.step
   where s.customer_id = any($1::bigint[]) order by s.customer_id, s.ordinal, s.place)"};
constexpr store::Statement kEnds{"dunning ends of customers", R"(
  select customer_id, ordinal, max(steps) as steps from dunning_end
   where customer_id = any($1::bigint[]) group by customer_id, ordinal)"};
constexpr store::Statement kWriteOffs{"write-offs of customers", R"(
  select customer_id, ordinal, state from write_off where customer_id = any($1::bigint[]))"};

/// A step that was taken, with what it may have to give back.
struct Taken {
  invoicing::TakenStep step;
  std::optional<Money> fee;
  std::string fee_tax;
  bool undone = false;
  bool voided = false;  ///< the document is
};

struct Person {
  CustomerId id;
  std::string key;
  std::string name;
  std::vector<std::string> addresses;
};

std::vector<std::string> addresses_of(const std::string& email, const store::Row& row) {
  std::vector<std::string> addresses;
  if (!email.empty()) addresses.push_back(email);
  for (std::string& other : text::split_lines(row.text("also_to"))) {
    addresses.push_back(std::move(other));
  }
  return addresses;
}

/// What the database knows about some customers.
struct Known {
  std::vector<Person> people;
  std::map<CustomerId, store::ReceivablesByCurrency> receivables;
  std::map<DocumentKey, std::vector<Taken>> taken;
  std::map<DocumentKey, std::size_t> ended;  ///< with so many steps
  std::map<DocumentKey, std::string> write_offs;
  std::map<CustomerId, store::DocumentMark> marks;
  std::map<CustomerId, std::int64_t> last_payments;

  Known(store::Connection& connection, std::span<const std::int64_t> customers) {
    const std::vector<std::int64_t> ids(customers.begin(), customers.end());
    const auto parents = addresses_of_mailed_parents(connection, customers);
    for (const store::Row& row : connection.query(kPeople, {ids})) {
      const CustomerId id{row.int64("customer_id")};
      const auto parent = parents.find(id);
      people.push_back(
          {id, row.text("key"), row.text("name"),
           addresses_of(parent == parents.end() ? row.text("email") : parent->second, row)});
    }
    std::vector<CustomerId> whose;
    for (const Person& person : people) whose.push_back(person.id);
    store::OpenReceivables open = store::read_open_receivables(connection, whose);
    for (const store::Row& row : connection.query(kSteps, {ids})) {
      const auto fee = row.optional_decimal("fee");
      const auto currency = money::Currency::of(row.text("currency"));
      taken[key_of(row)].push_back({{row.text("step"), row.int64("days"), row.date("taken_on")},
                                    fee ? std::optional(Money(*fee, currency)) : std::nullopt,
                                    row.text("fee_tax"),
                                    row.boolean("undone"),
                                    row.boolean("voided")});
    }
    for (const store::Row& row : connection.query(kEnds, {ids})) {
      ended[key_of(row)] = static_cast<std::size_t>(row.int64("steps"));
    }
    for (const store::Row& row : connection.query(kWriteOffs, {ids})) {
      write_offs[key_of(row)] = row.text("state");
    }
    read_receivables(connection, std::move(open));
  }

  /// What the next run need not read again of a customer; none where it is as before.
  std::optional<store::DocumentMark> mark_of(CustomerId customer,
                                             const store::ReceivablesByCurrency& rows) const {
    const auto before = marks.find(customer);
    const auto payment = last_payments.find(customer);
    const store::DocumentMark was = before == marks.end() ? store::DocumentMark{} : before->second;
    store::DocumentMark mark =
        store::mark_of(rows, was, payment == last_payments.end() ? 0 : payment->second);
    if (mark == was) return std::nullopt;
    return mark;
  }

  static DocumentKey key_of(const store::Row& row) {
    return {{row.int64("customer_id")}, row.int64("ordinal")};
  }

 private:
  /// What ends, is undone or came back is judged by everything there was.
  void read_receivables(store::Connection& connection, store::OpenReceivables open) {
    receivables = std::move(open.rows);
    marks = std::move(open.marks);
    last_payments = std::move(open.last_payments);
    std::set<CustomerId> whole = std::move(open.doubtful);
    const auto is_open = [&](const DocumentKey& key) {
      const store::DemandRow* found = store::find_demand(receivables, key.first, key.second);
      return found != nullptr && !found->voided && !found->open.is_zero();
    };
    for (const auto& [key, steps] : taken) {
      const auto end = ended.find(key);
      const bool goes_on = end == ended.end() || end->second < steps.size();
      const bool to_be_undone =
          std::ranges::any_of(steps, [](const Taken& step) { return step.voided && !step.undone; });
      if (to_be_undone || (goes_on && !is_open(key))) whole.insert(key.first);
    }
    for (const auto& [key, state] : write_offs) {
      if (state == "open" && !is_open(key)) whole.insert(key.first);
    }
    const std::vector<CustomerId> whose(whole.begin(), whole.end());
    for (auto& [customer, rows] : store::read_receivables(connection, whose)) {
      receivables.insert_or_assign(customer, std::move(rows));
    }
  }
};

/// What credit notes have taken off a document.
Money credited(const store::ReceivableRows& receivables, const store::DemandRow& document) {
  Money sum(document.demand.currency());
  for (const store::DemandRow& other : receivables.documents) {
    if (other.corrects == document.ordinal) sum -= other.demand;
  }
  return sum;
}

/// Decides about one customer after the other.
class Planner {
 public:
  Planner(const CompiledVersion& version, const std::string& engine, const Known& known,
          time::Instant now)
      : chain_(version.chain(engine)), known_(known), days_(version.configuration(), now) {}

  MarkedPlan plan() {
    for (const Person& person : known_.people) {
      const auto found = known_.receivables.find(person.id);
      if (found == known_.receivables.end()) continue;
      DunningPlan of_customer;
      try {
        for (const auto& [code, receivables] : found->second) {
          for (const store::DemandRow& document : receivables.documents) {
            look_at(person, receivables, document, of_customer);
          }
        }
      } catch (const Error& error) {
        plan_.problems.push_back({person.id, person.key, error.what()});
        continue;
      }
      keep(std::move(of_customer));
      if (auto mark = known_.mark_of(person.id, found->second)) {
        marks_.emplace(person.id, *std::move(mark));
      }
    }
    return {std::move(plan_), std::move(marks_)};
  }

 private:
  void look_at(const Person& person, const store::ReceivableRows& receivables,
               const store::DemandRow& document, DunningPlan& plan) const {
    if (document.kind != domain::DocumentKind::kInvoice) return;
    const DocumentKey key{person.id, document.ordinal};
    const auto taken = known_.taken.find(key);
    const bool has_steps = taken != known_.taken.end();
    const bool settled = document.voided || document.open.is_zero();
    if (!has_steps && settled) return;
    const time::Date today = days_.of(document.legal_entity);
    OverdueDocument& overdue = plan.documents.emplace_back(
        OverdueDocument{.customer = person.id,
                        .customer_key = person.key,
                        .customer_name = person.name,
                        .addresses = person.addresses,
                        .ordinal = document.ordinal,
                        .number = document.number,
                        .legal_entity = document.legal_entity,
                        .issued_on = document.issued_on,
                        .due_on = document.due_on,
                        .total = document.total,
                        .open = document.voided ? Money(document.open.currency()) : document.open,
                        .disputed = document.disputed});
    if (has_steps) {
      for (const Taken& one : taken->second) overdue.taken.push_back(one.step);
    }
    if (settled) {
      end(receivables, document, overdue, today, plan);
    } else if (!document.overdue(today).is_zero()) {
      go_on(overdue, today, plan);
    }
  }

  void end(const store::ReceivableRows& receivables, const store::DemandRow& document,
           const OverdueDocument& overdue, time::Date today, DunningPlan& plan) const {
    const DocumentKey key{overdue.customer, overdue.ordinal};
    const auto write_off = known_.write_offs.find(key);
    const std::string reason = reason_of(receivables, document, write_off);
    const DunningEnd end{&overdue, reason, today};
    if (write_off != known_.write_offs.end() && write_off->second == "open") {
      plan.proposals_ended.push_back(end);
    }
    const auto ended = known_.ended.find(key);
    const bool runs = ended == known_.ended.end() || ended->second < overdue.taken.size();
    if (runs) plan.ends.push_back(end);
    if (!runs && !document.voided) return;
    for (const Taken& one : known_.taken.at(key)) {
      if (one.undone) continue;
      std::string why;
      if (document.voided) why = "the document is void";
      if (reason == "credited") why = "the document was credited";
      if (reason == "paid" &&
          store::open_at_end_of(receivables, document.ordinal, one.step.taken_on).is_zero()) {
        why = fmt::format("it had been paid by {}", time::to_string(one.step.taken_on));
      }
      if (why.empty()) continue;
      plan.undone.push_back({&overdue, one.step.name, one.fee, one.fee_tax, std::move(why)});
    }
  }

  std::string reason_of(const store::ReceivableRows& receivables, const store::DemandRow& document,
                        std::map<DocumentKey, std::string>::const_iterator write_off) const {
    if (document.voided) return "void";
    if (write_off != known_.write_offs.end() && write_off->second == "accepted") {
      return "written-off";
    }
    return credited(receivables, document) >= document.demand ? "credited" : "paid";
  }

  void go_on(const OverdueDocument& overdue, time::Date today, DunningPlan& plan) const {
    const auto next = invoicing::next_step(chain_.dunning_steps(), overdue.taken, overdue.due_on);
    if (!next || next->on > today) return;
    StepNow now{next->index, {.document = overdue, .today = today}};
    chain_.take_dunning_step(next->index, now.action);
    if (now.action.fee) {
      RK_CHECK(now.action.fee->sign() > 0 && now.action.fee->currency() == overdue.open.currency());
    }
    plan.steps.push_back(std::move(now));
  }

  void keep(DunningPlan&& of_customer) {
    const auto append = [](auto& all, auto& more) {
      for (auto& one : more) all.push_back(std::move(one));
    };
    plan_.documents.splice(plan_.documents.end(), of_customer.documents);
    append(plan_.steps, of_customer.steps);
    append(plan_.ends, of_customer.ends);
    append(plan_.undone, of_customer.undone);
    append(plan_.proposals_ended, of_customer.proposals_ended);
  }

  const Chain& chain_;
  const Known& known_;
  const IssueDays days_;
  DunningPlan plan_;
  std::map<CustomerId, store::DocumentMark> marks_;
};

}  // namespace

DunningPlan plan_dunning(store::Connection& connection, const CompiledVersion& version,
                         const std::string& engine, std::span<const std::int64_t> customers,
                         time::Instant now) {
  return plan_with_marks(connection, version, engine, customers, now).plan;
}

MarkedPlan plan_with_marks(store::Connection& connection, const CompiledVersion& version,
                           const std::string& engine, std::span<const std::int64_t> customers,
                           time::Instant now) {
  connection.query(kByKey);
  const Known known(connection, customers);
  return Planner(version, engine, known, now).plan();
}

std::vector<std::int64_t> find_dunned(store::Connection& connection,
                                      const std::string& customer_key, time::Instant now) {
  if (!customer_key.empty() && connection.query(kCustomer, {customer_key}).empty()) {
    throw Error(fmt::format("there is no customer '{}'", customer_key));
  }
  const time::Date latest = time::Zone::utc().date_of(now + kEarliestZone);
  std::vector<std::int64_t> customers;
  for (const store::Row& row : connection.query(kFind, {latest, customer_key})) {
    customers.push_back(row.int64("customer_id"));
  }
  return customers;
}

}  // namespace reckoner::engine

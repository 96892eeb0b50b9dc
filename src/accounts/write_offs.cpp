#include "accounts/write_offs.hpp"

#include <fmt/format.h>

#include <array>

#include "accounts/payment_book.hpp"
#include "store/receivable_rows.hpp"
#include "store/transaction.hpp"

namespace reckoner::accounts {

namespace {

using money::Money;

constexpr store::Statement kList{"accounts.list_write_offs", R"(
  select w.customer_id, w.ordinal, c.key, n.number, d.due_on, w.proposed_on, w.currency, w.amount, w.state,
         w.decided_by, w.decided_at, w.reason, coalesce(p.reference, '') as reference
    from write_off w
    join customer c on c.customer_id = w.customer_id
    join document d on d.customer_id = w.customer_id and d.ordinal = w.ordinal
    join issued n on n.customer_id = w.customer_id and n.ordinal = w.ordinal
    left join payment p on p.customer_id = w.customer_id and p.payment = w.payment
   where ($1::text is null or w.state = $1)
     and ($2::bigint is null or (w.customer_id, w.ordinal) > ($2, $3::bigint))
   order by w.customer_id, w.ordinal limit $4)"};
constexpr store::Statement kFind{"accounts.find_write_off", R"(
  select w.customer_id, w.ordinal, c.key, n.number, d.due_on, w.proposed_on, w.currency, w.amount, w.state,
         w.decided_by, w.decided_at, w.reason, coalesce(p.reference, '') as reference
    from issued n
    join write_off w on w.customer_id = n.customer_id and w.ordinal = n.ordinal
    join customer c on c.customer_id = w.customer_id
    join document d on d.customer_id = w.customer_id and d.ordinal = w.ordinal
    left join payment p on p.customer_id = w.customer_id and p.payment = w.payment
   where n.number = $1)"};
constexpr store::Statement kDecide{"accounts.decide_write_off", R"(
  update write_off
     set state = $3, decided_at = $4, decided_by = $5, reason = $6, payment = $7, amount = $8
   where customer_id = $1 and ordinal = $2)"};

WriteOff write_off_of(const store::Row& row) {
  return {.customer_id = {row.int64("customer_id")},
          .ordinal = row.int64("ordinal"),
          .customer = row.text("key"),
          .document = row.text("number"),
          .due_on = row.date("due_on"),
          .proposed_on = row.date("proposed_on"),
          .amount = Money(row.decimal("amount"), money::Currency::of(row.text("currency"))),
          .state = row.text("state"),
          .decided_by = row.text("decided_by"),
          .decided_at = row.optional_instant("decided_at"),
          .reason = row.text("reason"),
          .reference = row.text("reference")};
}

WriteOff proposed(store::Connection& connection, const std::string& document) {
  auto found = find_write_off(connection, document);
  if (!found) throw Error(fmt::format("'{}' is not proposed to be written off", document));
  return *std::move(found);
}

/// Locked, and not decided yet.
WriteOff undecided(store::Connection& connection, const std::string& document) {
  WriteOff found = proposed(connection, document);
  if (found.state == "open") return found;
  throw Error(fmt::format("the proposal to write {} off is {} already", document, found.state));
}

void require_reason(const std::string& reason) {
  if (reason.empty()) throw Error("a decision about a write-off needs a reason");
}

WriteOff decide(store::Connection& connection, const WriteOff& of, std::string_view state,
                const std::string& reason, const std::string& who, time::Instant now,
                std::optional<std::int64_t> payment) {
  connection.execute(
      kDecide, {of.customer_id, of.ordinal, state, now, who, reason, payment, of.amount.amount()});
  return proposed(connection, of.document);
}

}  // namespace

std::vector<WriteOff> list_write_offs(store::Connection& connection,
                                      const std::optional<std::string>& state,
                                      const std::optional<WriteOffPlace>& behind,
                                      std::int64_t limit) {
  const auto customer = behind ? std::optional(behind->customer) : std::nullopt;
  const auto ordinal = behind ? std::optional(behind->ordinal) : std::nullopt;
  std::vector<WriteOff> write_offs;
  for (const store::Row& row : connection.query(kList, {state, customer, ordinal, limit})) {
    write_offs.push_back(write_off_of(row));
  }
  return write_offs;
}

std::optional<WriteOff> find_write_off(store::Connection& connection, const std::string& document) {
  const auto row = connection.query(kFind, {document}).at_most_one();
  if (!row) return std::nullopt;
  return write_off_of(*row);
}

WriteOff accept_write_off(store::Connection& connection, const ChangeRules& rules,
                          const std::string& document, const std::string& reason,
                          const std::string& who) {
  require_reason(reason);
  store::Transaction transaction(connection, store::TransactionKind::kEnclosing);
  const auto customers =
      KnownCustomers::lock(connection, {proposed(connection, document).customer});
  WriteOff accepted = undecided(connection, document);
  const std::array<CustomerId, 1> whose{accepted.customer_id};
  const auto receivables = store::read_receivables(connection, whose);
  const store::DemandRow* demand =
      store::find_demand(receivables, accepted.customer_id, accepted.ordinal);
  RK_CHECK(demand != nullptr);
  if (demand->open.is_zero()) throw Error(fmt::format("nothing of {} is open any more", document));
  if (!demand->disputed.is_zero()) {
    throw Error(fmt::format("{} {} of {} is disputed: settle that first",
                            demand->disputed.to_string(), demand->disputed.currency().code(),
                            document));
  }
  accepted.amount = demand->open;
  const domain::Customer& customer = customers.of(accepted.customer_id);
  PaymentBook book(connection, rules, customers);
  const std::int64_t payment = book.add(
      {.customer = accepted.customer_id,
       .reference = fmt::format("write-off:{}", document),
       .amount = accepted.amount,
       .received_on = rules.active.legal_entity(customer.legal_entity).zone.date_of(rules.now),
       .document = document,
       .note = fmt::format("written off: {}", reason),
       .kind = NewPayment::Kind::kWriteOff});
  book.write();
  WriteOff decided = decide(connection, accepted, "accepted", reason, who, rules.now, payment);
  transaction.commit();
  return decided;
}

WriteOff refuse_write_off(store::Connection& connection, const std::string& document,
                          const std::string& reason, const std::string& who, time::Instant now) {
  require_reason(reason);
  store::Transaction transaction(connection, store::TransactionKind::kEnclosing);
  KnownCustomers::lock(connection, {proposed(connection, document).customer});
  WriteOff decided =
      decide(connection, undecided(connection, document), "refused", reason, who, now, {});
  transaction.commit();
  return decided;
}

void write_write_off(text::JsonWriter& json, const WriteOff& write_off) {
  const auto text_or_null = [&](std::string_view name, const std::string& text) {
    json.key(name);
    text.empty() ? json.null() : json.string(text);
  };
  json.begin_object().key("customer").string(write_off.customer);
  json.key("document").string(write_off.document);
  json.key("due_on").string(time::to_string(write_off.due_on));
  json.key("proposed_on").string(time::to_string(write_off.proposed_on));
  json.key("currency").string(write_off.amount.currency().code());
  json.key("amount").string(write_off.amount.to_string()).key("state").string(write_off.state);
  text_or_null("decided_by", write_off.decided_by);
  json.key("decided_at");
  write_off.decided_at ? json.string(time::to_string(*write_off.decided_at)) : json.null();
  text_or_null("reason", write_off.reason);
  text_or_null("payment", write_off.reference);
  json.end_object();
}

}  // namespace reckoner::accounts

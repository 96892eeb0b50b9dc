#include "engine/dispute_rows.hpp"

namespace reckoner::engine {

namespace {

using money::Money;

constexpr store::Statement kLast{"last dispute", R"(
  select coalesce(max(dispute), 0) as last from dispute where customer_id = $1)"};
constexpr store::Statement kInsert{"insert dispute", R"(
  insert into dispute (customer_id, dispute, ordinal, line, currency, amount, held, message, opened_at,
                       opened_by)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10))"};
constexpr store::Statement kSettle{"settle dispute", R"(
  update dispute set state = $3, reason = $4, settled_by = $5, credit_note = $6, settled_at = $7
   where customer_id = $1 and dispute = $2)"};

constexpr store::Statement kFind{"find dispute", R"(
  select t.*, c.key, n.number, coalesce(l.description, '') as description,
         coalesce(o.number, '') as credit_number
    from dispute t
    join customer c on c.customer_id = t.customer_id
    join issued n on n.customer_id = t.customer_id and n.ordinal = t.ordinal
    left join document_line l
      on l.customer_id = t.customer_id and l.ordinal = t.ordinal and l.line = t.line
    left join issued o on o.customer_id = t.customer_id and o.ordinal = t.credit_note
   where t.customer_id = $1 and t.dispute = $2)"};
constexpr store::Statement kOfCustomer{"disputes of a customer", R"(
  select t.*, c.key, n.number, coalesce(l.description, '') as description,
         coalesce(o.number, '') as credit_number
    from dispute t
    join customer c on c.customer_id = t.customer_id
    join issued n on n.customer_id = t.customer_id and n.ordinal = t.ordinal
    left join document_line l
      on l.customer_id = t.customer_id and l.ordinal = t.ordinal and l.line = t.line
    left join issued o on o.customer_id = t.customer_id and o.ordinal = t.credit_note
   where t.customer_id = $1 and ($2::text is null or t.state = $2)
     and ($3::bigint is null or t.dispute < $3)
   order by t.dispute desc limit $4)"};
constexpr store::Statement kOfAll{"disputes of all customers", R"(
  select t.*, c.key, n.number, coalesce(l.description, '') as description,
         coalesce(o.number, '') as credit_number
    from dispute t
    join customer c on c.customer_id = t.customer_id
    join issued n on n.customer_id = t.customer_id and n.ordinal = t.ordinal
    left join document_line l
      on l.customer_id = t.customer_id and l.ordinal = t.ordinal and l.line = t.line
    left join issued o on o.customer_id = t.customer_id and o.ordinal = t.credit_note
   where ($1::text is null or t.state = $1)
     and ($2::bigint is null or (t.customer_id, t.dispute) > ($2, $3::bigint))
   order by t.customer_id, t.dispute limit $4)"};

Dispute dispute_of(const store::Row& row) {
  const money::Currency currency = money::Currency::of(row.text("currency"));
  return {.customer = {row.int64("customer_id")},
          .customer_key = row.text("key"),
          .number = row.int64("dispute"),
          .ordinal = row.int64("ordinal"),
          .document = row.text("number"),
          .line = row.optional_int64("line"),
          .description = row.text("description"),
          .amount = Money(row.decimal("amount"), currency),
          .held = Money(row.decimal("held"), currency),
          .message = row.text("message"),
          .opened_at = row.instant("opened_at"),
          .opened_by = row.text("opened_by"),
          .state = row.text("state"),
          .settled_at = row.optional_instant("settled_at"),
          .settled_by = row.text("settled_by"),
          .reason = row.text("reason"),
          .credit_note = row.text("credit_number")};
}

std::vector<Dispute> disputes_of(const store::Rows& rows) {
  std::vector<Dispute> disputes;
  for (const store::Row& row : rows) disputes.push_back(dispute_of(row));
  return disputes;
}

}  // namespace

std::int64_t insert_dispute_row(store::Connection& connection, CustomerId customer,
                                const NewDisputeRow& row, const std::string& who,
                                time::Instant now) {
  const std::int64_t number = connection.query(kLast, {customer}).only().int64("last") + 1;
  connection.execute(kInsert,
                     {customer, number, row.ordinal, row.line, row.amount.currency().code(),
                      row.amount.amount(), row.held.amount(), row.message, now, who});
  return number;
}

void settle_dispute_row(store::Connection& connection, const Dispute& dispute,
                        const DisputeSettlement& settlement, time::Instant now) {
  connection.execute(kSettle, {dispute.customer, dispute.number, settlement.state,
                               settlement.reason, settlement.who, settlement.credit_note, now});
}

std::optional<Dispute> find_dispute(store::Connection& connection, CustomerId customer,
                                    std::int64_t number) {
  const auto row = connection.query(kFind, {customer, number}).at_most_one();
  if (!row) return std::nullopt;
  return dispute_of(*row);
}

std::vector<Dispute> list_disputes(store::Connection& connection, CustomerId customer,
                                   const std::optional<std::string>& state,
                                   std::optional<std::int64_t> below, std::int64_t limit) {
  return disputes_of(connection.query(kOfCustomer, {customer, state, below, limit}));
}

std::vector<Dispute> list_disputes(store::Connection& connection,
                                   const std::optional<std::string>& state,
                                   const std::optional<DisputePlace>& behind, std::int64_t limit) {
  const auto customer = behind ? std::optional(behind->customer) : std::nullopt;
  const auto number = behind ? std::optional(behind->number) : std::nullopt;
  return disputes_of(connection.query(kOfAll, {state, customer, number, limit}));
}

void write_dispute_members(text::JsonWriter& json, const Dispute& dispute) {
  const auto text_or_null = [&](std::string_view name, const std::string& text) {
    json.key(name);
    text.empty() ? json.null() : json.string(text);
  };
  json.key("customer").string(dispute.customer_key).key("dispute").number(dispute.number);
  json.key("document").string(dispute.document).key("line");
  dispute.line ? json.number(*dispute.line) : json.null();
  text_or_null("description", dispute.description);
  json.key("currency").string(dispute.amount.currency().code());
  json.key("amount").string(dispute.amount.to_string());
  json.key("held").string(dispute.held.to_string()).key("message").string(dispute.message);
  json.key("opened_at").string(time::to_string(dispute.opened_at));
  json.key("opened_by").string(dispute.opened_by).key("state").string(dispute.state);
  json.key("settled_at");
  dispute.settled_at ? json.string(time::to_string(*dispute.settled_at)) : json.null();
  text_or_null("settled_by", dispute.settled_by);
  text_or_null("reason", dispute.reason);
  text_or_null("credit_note", dispute.credit_note);
}

std::string to_json(const Dispute& dispute) {
  text::JsonWriter json;
  json.begin_object();
  write_dispute_members(json, dispute);
  json.end_object();
  return json.finish();
}

}  // namespace reckoner::engine

#include "delivery/outbox.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace reckoner::delivery {

namespace {

constexpr store::Statement kList{"list outbox", R"(
  select o.customer_id, o.message_key, o.kind, coalesce(i.number, o.message_key) as name,
         coalesce(c.key, '') as customer_key, o.recipient, o.state, o.attempts, o.created_at,
         o.next_try_at, o.sent_at, o.message_id, o.last_error
    from outbox o
    left join customer c on c.customer_id = o.customer_id
    left join issued i on i.customer_id = o.customer_id
                      and o.message_key = 'document:' || i.ordinal
   where ($1::text is null or o.state = $1) and ($2 = '' or c.key = $2)
     and ($3::timestamptz is null or o.created_at < $3
          or o.created_at = $3 and (o.customer_id, o.message_key) > ($4::bigint, $5))
   order by o.created_at desc, o.customer_id, o.message_key
   limit $6)"};

constexpr store::Statement kFind{"find mail by key", R"(
  select o.customer_id, o.message_key, o.kind, coalesce(i.number, o.message_key) as name,
         coalesce(c.key, '') as customer_key, o.recipient, o.state, o.attempts, o.created_at,
         o.next_try_at, o.sent_at, o.message_id, o.last_error
    from outbox o
    left join customer c on c.customer_id = o.customer_id
    left join issued i on i.customer_id = o.customer_id
                      and o.message_key = 'document:' || i.ordinal
   where o.customer_id = $1 and o.message_key = $2)"};

constexpr store::Statement kRead{"read mail", R"(
  select customer_id, message_key, kind, recipient, template, version_id, message_id, attempts,
         created_at, first_try_at, rendered, next_try_at
    from outbox where customer_id = $1 and message_key = $2)"};

constexpr store::Statement kResend{"resend mail", R"(
  update outbox set state = 'pending', next_try_at = $3, attempts = 0, first_try_at = null
   where customer_id = $1 and message_key = $2 and (state <> 'pending' or attempts > 0))"};

constexpr store::Statement kFindByName{"find mail", R"(
  select o.customer_id, o.message_key, o.state
    from outbox o left join issued i on i.number = $1
   where (o.customer_id = i.customer_id and o.message_key = 'document:' || i.ordinal)
      or (o.customer_id = 0 and o.message_key = $1))"};

constexpr store::Statement kRetry{"retry mail", R"(
  update outbox set state = 'pending', next_try_at = $3, attempts = 0, first_try_at = null
   where customer_id = $1 and message_key = $2 and state = 'dead')"};

// The one that has waited longest is wanted by every sender: who comes second takes the next.
constexpr store::Statement kDue{"due mails", R"(
  select customer_id, message_key, next_try_at from outbox
   where state = 'pending' and next_try_at <= $1
   order by next_try_at, customer_id, message_key limit 16)"};

// Compares and sets one row by its key: sharded tables do not offer SKIP LOCKED over several
// shards.
constexpr store::Statement kClaim{"claim mail", R"(
  update outbox set next_try_at = $4
   where customer_id = $1 and message_key = $2 and next_try_at = $3 and state = 'pending'
  returning customer_id, message_key, kind, recipient, template, version_id, message_id, attempts,
            created_at, first_try_at, rendered)"};

constexpr store::Statement kKeepRendered{"keep rendered mail", R"(
  update outbox set rendered = coalesce(rendered, $4), first_try_at = coalesce(first_try_at, $5)
   where customer_id = $1 and message_key = $2 and next_try_at = $3 and state = 'pending')"};

constexpr store::Statement kMarkSent{"mark mail sent", R"(
  update outbox set state = 'sent', sent_at = $4, attempts = attempts + 1, last_error = ''
   where customer_id = $1 and message_key = $2 and next_try_at = $3 and state = 'pending')"};

constexpr store::Statement kSwitchedOff{"mails switched off", R"(
  select 1 from customer_setting where customer_id = $1 and not mails)"};

constexpr store::Statement kMarkUnwanted{"mark mail unwanted", R"(
  update outbox set state = 'unwanted', last_error = ''
   where customer_id = $1 and message_key = $2 and next_try_at = $3 and state = 'pending')"};

constexpr store::Statement kMarkDead{"mark mail dead", R"(
  update outbox set state = 'dead', attempts = attempts + 1, last_error = $4
   where customer_id = $1 and message_key = $2 and next_try_at = $3 and state = 'pending')"};

constexpr store::Statement kPostpone{"postpone mail", R"(
  update outbox set next_try_at = $5, attempts = attempts + 1, last_error = $4
   where customer_id = $1 and message_key = $2 and next_try_at = $3 and state = 'pending')"};

OutboxMail outbox_mail(const store::Row& row) {
  const bool pending = row.text("state") == "pending";
  return {.customer = {row.int64("customer_id")},
          .key = row.text("message_key"),
          .name = row.text("name"),
          .customer_key = row.text("customer_key"),
          .recipient = row.text("recipient"),
          .state = row.text("state"),
          .attempts = row.int64("attempts"),
          .created_at = row.instant("created_at"),
          .next_try_at = pending ? std::optional(row.instant("next_try_at")) : std::nullopt,
          .sent_at = row.optional_instant("sent_at"),
          .message_id = row.text("message_id"),
          .last_error = row.text("last_error"),
          .kind = row.text("kind")};
}

ClaimedMail claimed_mail(const store::Row& row, time::Instant leased_until) {
  return {.customer = {row.int64("customer_id")},
          .key = row.text("message_key"),
          .kind = row.text("kind"),
          .recipient = row.text("recipient"),
          .template_name = row.text("template"),
          .version = {row.int64("version_id")},
          .message_id = row.text("message_id"),
          .attempts = row.int64("attempts"),
          .created_at = row.instant("created_at"),
          .first_try_at = row.optional_instant("first_try_at"),
          .rendered = row.optional_bytes("rendered"),
          .leased_until = leased_until};
}

}  // namespace

std::vector<OutboxMail> list_outbox(store::Connection& connection, const OutboxFilter& filter,
                                    std::int64_t limit, const std::optional<MailPlace>& behind) {
  std::optional<time::Instant> created_at;
  std::optional<CustomerId> customer;
  std::string key;
  if (behind) {
    created_at = behind->created_at;
    customer = behind->customer;
    key = behind->key;
  }
  std::vector<OutboxMail> mails;
  for (const store::Row& row :
       connection.query(kList, {filter.state, filter.customer, created_at, customer, key, limit})) {
    mails.push_back(outbox_mail(row));
  }
  return mails;
}

std::optional<OutboxMail> find_mail(store::Connection& connection, CustomerId customer,
                                    std::string_view key) {
  const auto row = connection.query(kFind, {customer, key}).at_most_one();
  if (!row) return std::nullopt;
  return outbox_mail(*row);
}

std::optional<ClaimedMail> read_mail(store::Connection& connection, CustomerId customer,
                                     std::string_view key) {
  const auto row = connection.query(kRead, {customer, key}).at_most_one();
  if (!row) return std::nullopt;
  return claimed_mail(*row, row->instant("next_try_at"));
}

bool resend(store::Connection& connection, CustomerId customer, std::string_view key,
            time::Instant now) {
  return connection.execute(kResend, {customer, key, now}) == 1;
}

void retry(store::Connection& connection, std::string_view name, time::Instant now) {
  const auto row = connection.query(kFindByName, {name}).at_most_one();
  if (!row) throw Error(fmt::format("there is no mail '{}'", name));
  const std::int64_t changed =
      connection.execute(kRetry, {row->int64("customer_id"), row->text("message_key"), now});
  if (changed == 0) throw Error(fmt::format("mail '{}' is {}, not dead", name, row->text("state")));
}

bool is_wanted(store::Connection& connection, const ClaimedMail& mail) {
  // Invoices can be switched off; of budgets the customer's people asked to be told.
  return mail.kind == "alert" || connection.query(kSwitchedOff, {mail.customer}).empty();
}

bool mark_unwanted(store::Connection& connection, const ClaimedMail& mail) {
  return connection.execute(kMarkUnwanted, {mail.customer, mail.key, mail.leased_until}) == 1;
}

std::optional<ClaimedMail> claim(store::Connection& connection, time::Instant now,
                                 std::chrono::seconds lease) {
  const time::Instant leased_until = now + lease;
  for (;;) {
    const store::Rows due = connection.query(kDue, {now});
    if (due.empty()) return std::nullopt;
    for (const store::Row& mail : due) {
      const auto claimed =
          connection.query(kClaim, {mail.int64("customer_id"), mail.text("message_key"),
                                    mail.instant("next_try_at"), leased_until});
      if (!claimed.empty()) return claimed_mail(claimed.only(), leased_until);
    }
  }
}

bool keep_rendered(store::Connection& connection, const ClaimedMail& mail, std::string_view bytes,
                   time::Instant now) {
  return connection.execute(kKeepRendered, {mail.customer, mail.key, mail.leased_until,
                                            store::Bytes(bytes), now}) == 1;
}

bool mark_sent(store::Connection& connection, const ClaimedMail& mail, time::Instant now) {
  return connection.execute(kMarkSent, {mail.customer, mail.key, mail.leased_until, now}) == 1;
}

bool mark_dead(store::Connection& connection, const ClaimedMail& mail, std::string_view reason) {
  return connection.execute(kMarkDead, {mail.customer, mail.key, mail.leased_until, reason}) == 1;
}

bool postpone(store::Connection& connection, const ClaimedMail& mail, std::string_view reason,
              time::Instant next_try_at) {
  return connection.execute(kPostpone,
                            {mail.customer, mail.key, mail.leased_until, reason, next_try_at}) == 1;
}

}  // namespace reckoner::delivery

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::delivery {

/// A row of the outbox as people see it.
struct OutboxMail {
  CustomerId customer;  ///< 0: the operator's own mail
  std::string
      key;  ///< "document:3", "copy:3:1" (to another address), "alert:2", "admin-report:812"
  std::string name;          ///< how people name it: the document's number, else the key
  std::string customer_key;  ///< empty for the operator's
  std::string recipient;
  /// "pending", "sent", "dead"; "unwanted": switched off by the customer, or settled meanwhile
  std::string state;
  std::int64_t attempts = 0;
  time::Instant created_at;
  std::optional<time::Instant> next_try_at;  ///< of a pending one
  std::optional<time::Instant> sent_at;
  std::string message_id;
  std::string last_error;
  std::string kind = {};  ///< "document", "alert", "admin-report"
};

/// Which mails; what is empty does not restrict.
struct OutboxFilter {
  std::optional<std::string> state = std::nullopt;
  std::string customer = {};  ///< its key
};

/// Names a mail, and its place in the list.
struct MailPlace {
  time::Instant created_at;
  CustomerId customer;
  std::string key;
};

/// At most `limit` mails, the latest first; behind that place.
std::vector<OutboxMail> list_outbox(store::Connection& connection, const OutboxFilter& filter,
                                    std::int64_t limit,
                                    const std::optional<MailPlace>& behind = std::nullopt);
/// The same of one state where one is named.
inline std::vector<OutboxMail> list_outbox(store::Connection& connection,
                                           const std::optional<std::string>& state,
                                           std::int64_t limit) {
  return list_outbox(connection, OutboxFilter{.state = state}, limit);
}

/// None when there is none.
std::optional<OutboxMail> find_mail(store::Connection& connection, CustomerId customer,
                                    std::string_view key);

/// Makes a mail that was sent, was given up or waits after a failure due at once: the same bytes to
/// the same address, tried as long as a new one. False for a new one, which is due anyway. Within
/// the caller's transaction or without one.
bool resend(store::Connection& connection, CustomerId customer, std::string_view key,
            time::Instant now);

/// Puts a dead letter, named as in OutboxMail::name, back among the pending ones, due at once: the
/// same bytes to the same address, tried as long as a new one. Throws Error when no mail is called
/// so, or it is not dead.
void retry(store::Connection& connection, std::string_view name, time::Instant now);

/// A mail that was claimed to be sent.
struct ClaimedMail {
  CustomerId customer;
  std::string key;
  std::string kind;
  std::string recipient;
  std::string template_name;
  VersionId version;
  std::string message_id;
  std::int64_t attempts = 0;  ///< that failed so far
  time::Instant created_at;
  std::optional<time::Instant> first_try_at;
  std::optional<std::string> rendered;
  time::Instant
      leased_until;  ///< names the claim: every later statement about the mail compares it
};

/// Claims the mail that has waited longest, in a short transaction of its own, until `now + lease`:
/// meanwhile nobody else is given it, and after a crash it is given out again. None when none is
/// due.
std::optional<ClaimedMail> claim(store::Connection& connection, time::Instant now,
                                 std::chrono::seconds lease);

/// The mail as it stands there, for a look at it: not claimed. None when there is none.
std::optional<ClaimedMail> read_mail(store::Connection& connection, CustomerId customer,
                                     std::string_view key);
/// Whether the customer's people want such mails now: their settings may have switched invoices
/// off.
bool is_wanted(store::Connection& connection, const ClaimedMail& mail);

// What follows is done only while the claim stands; false when it does not any more.

/// Keeps the bytes before they are delivered for the first time.
bool keep_rendered(store::Connection& connection, const ClaimedMail& mail, std::string_view bytes,
                   time::Instant now);
bool mark_sent(store::Connection& connection, const ClaimedMail& mail, time::Instant now);
bool mark_dead(store::Connection& connection, const ClaimedMail& mail, std::string_view reason);
bool mark_unwanted(store::Connection& connection, const ClaimedMail& mail);
bool postpone(store::Connection& connection, const ClaimedMail& mail, std::string_view reason,
              time::Instant next_try_at);

}  // namespace reckoner::delivery

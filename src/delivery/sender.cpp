#include "delivery/sender.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "base/log.hpp"
#include "delivery/mail_folder.hpp"
#include "delivery/smtp.hpp"

namespace reckoner::delivery {

namespace {

constexpr std::chrono::seconds kPoolWait{5};
constexpr int kBookingTries = 3;
/// What a claim lasts longer than one delivery may: for rendering, bookkeeping, and clocks that
/// differ.
constexpr std::chrono::seconds kClaimSlack{60};
constexpr std::chrono::minutes kFirstWait{1};
constexpr std::chrono::minutes kLongestWait{60};

SmtpSecurity security_of(const config::Settings& settings) {
  const std::string word = settings.text("mail.smtp.security");
  if (word == "none") return SmtpSecurity::kNone;
  return word == "tls" ? SmtpSecurity::kTls : SmtpSecurity::kStartTls;
}

std::unique_ptr<Transport> make_transport(const config::Settings& settings,
                                          const std::filesystem::path& mail_directory) {
  const std::string url = settings.text("mail.smtp.url");
  if (url.empty()) return std::make_unique<MailFolder>(mail_directory);
  const auto timeout = settings.duration("mail.smtp.timeout");
  if (timeout.count() <= 0) throw Error("setting mail.smtp.timeout: must be above zero");
  const std::string user = settings.text("mail.smtp.user");
  return std::make_unique<SmtpTransport>(
      SmtpOptions{.url = url,
                  .security = security_of(settings),
                  .user = user,
                  .password = user.empty() ? "" : settings.secret("mail.smtp.password"),
                  .ca_file = settings.text("mail.smtp.caFile"),
                  .timeout = timeout});
}

documents::Mailbox sender_of(const config::Settings& settings) {
  const std::string from = settings.text("mail.from");
  if (!from.empty()) return documents::parse_mailbox(from);
  if (!settings.text("mail.smtp.url").empty()) {
    throw Error("setting mail.from: a mail server is set, so it must name the sender of the mails");
  }
  return {.name = "", .address = "billing@localhost"};
}

}  // namespace

std::chrono::milliseconds retry_wait(std::int64_t failures, int jitter) {
  RK_CHECK(failures >= 1 && jitter >= 0 && jitter <= 1000);
  std::chrono::milliseconds wait = kFirstWait;
  for (std::int64_t i = 1; i < failures && wait < kLongestWait; ++i) wait *= 2;
  wait = std::min<std::chrono::milliseconds>(wait, kLongestWait);
  return wait / 2 + wait / 2 * jitter / 1000;
}

/// What holds for all mails of one pass.
struct Sender::Pass {
  documents::Mailbox from;
  std::unique_ptr<Transport> transport;
  std::chrono::seconds retry_for;
  std::chrono::seconds claim;
  bool pdf = true;
  bool unavailable = false;
};

Sender::Sender(store::Pool& pool, SettingsSource settings, std::filesystem::path mail_directory,
               time::Clock clock, DocumentFile file)
    : pool_(pool),
      settings_(std::move(settings)),
      mail_directory_(std::move(mail_directory)),
      clock_(std::move(clock)),
      file_(std::move(file)) {}

Sender::Result Sender::send_due(std::int64_t limit, const std::atomic<bool>& stop) {
  Result result;
  std::optional<Pass> pass;
  for (std::int64_t tried = 0; tried < limit && !stop; ++tried) {
    std::optional<ClaimedMail> mail;
    {
      auto connection = pool_.take(kPoolWait);
      if (!pass) {
        const config::Settings settings = settings_(*connection);
        pass = Pass{.from = sender_of(settings),
                    .transport = make_transport(settings, mail_directory_),
                    .retry_for = settings.duration("mail.retry.for"),
                    .claim = 2 * settings.duration("mail.smtp.timeout") + kClaimSlack,
                    .pdf = settings.text("mail.pdf") == "true"};
      }
      mail = claim(*connection, clock_(), pass->claim);
    }
    if (!mail) break;
    switch (send(*pass, std::move(*mail))) {
      case Step::kSent:
        ++result.sent;
        break;
      case Step::kPostponed:
        ++result.failed;
        break;
      case Step::kDead:
        ++result.dead;
        break;
      case Step::kLost:
        break;
    }
    if (pass->unavailable) break;
  }
  result.unavailable = pass && pass->unavailable;
  return result;
}

Sender::Step Sender::send(Pass& pass, ClaimedMail mail) {
  RK_FAILPOINT("mail.after-claim");
  std::string recipient;
  std::string name;
  try {
    auto connection = pool_.take(kPoolWait);
    const time::Instant now = clock_();
    if (!is_wanted(*connection, mail)) {
      mark_unwanted(*connection, mail);
      return Step::kLost;
    }
    recipient = documents::parse_mailbox(mail.recipient).address;
    name = file_name(*connection, mail);
    if (!mail.rendered) {
      mail.rendered =
          composer_.compose(*connection, mail, pass.from, now, pass.pdf ? file_ : DocumentFile{});
    }
    if (!mail.first_try_at) mail.first_try_at = now;
    if (!keep_rendered(*connection, mail, *mail.rendered, now)) return Step::kLost;
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const NothingToTell& reason) {
    mark_unwanted(*pool_.take(kPoolWait), mail);
    log::info("mail {} to {} is not sent: {}", mail.message_id, mail.recipient, reason.what());
    return Step::kLost;
  } catch (const Error& error) {
    return give_up(mail, error.what());
  } catch (const Bug& bug) {
    return give_up(mail, bug.what());
  }
  // A sender that stood still must not send what another one has been given meanwhile.
  if (clock_() + (pass.claim - kClaimSlack) >= mail.leased_until) return Step::kLost;

  RK_FAILPOINT("mail.before-send");
  const Delivery delivery = pass.transport->deliver(
      {.name = name, .from = pass.from.address, .to = recipient, .bytes = *mail.rendered});
  RK_FAILPOINT("mail.after-send");
  switch (delivery.outcome) {
    case Outcome::kSent:
      break;
    case Outcome::kRefused:
      return give_up(mail, delivery.reason);
    case Outcome::kPostponed:
    case Outcome::kUnavailable:
      return try_later(pass, mail, delivery);
  }
  // The mail has gone: only its bookkeeping is repeated.
  for (int left = kBookingTries;; --left) {
    try {
      mark_sent(*pool_.take(kPoolWait), mail, clock_());
      RK_FAILPOINT("mail.after-booking");
      return Step::kSent;
    } catch (const store::DatabaseError& error) {
      if (left <= 1 || !error.retryable()) throw;
    }
  }
}

Sender::Step Sender::give_up(const ClaimedMail& mail, const std::string& reason) {
  if (!mark_dead(*pool_.take(kPoolWait), mail, reason)) return Step::kLost;
  log::error("mail {} to {} is given up: {}", mail.message_id, mail.recipient, reason);
  return Step::kDead;
}

Sender::Step Sender::try_later(Pass& pass, const ClaimedMail& mail, const Delivery& delivery) {
  pass.unavailable = delivery.outcome == Outcome::kUnavailable;
  const time::Instant now = clock_();
  const time::Instant last = *mail.first_try_at + pass.retry_for;
  if (now >= last) {
    return give_up(
        mail, fmt::format("{} (tried for {})", delivery.reason, time::to_string(pass.retry_for)));
  }
  const int jitter = std::uniform_int_distribution<int>(0, 1000)(random_);
  const time::Instant next =
      std::min<time::Instant>(now + retry_wait(mail.attempts + 1, jitter), last);
  if (!postpone(*pool_.take(kPoolWait), mail, delivery.reason, next)) return Step::kLost;
  log::warning("mail {} to {} is tried again at {}: {}", mail.message_id, mail.recipient,
               time::to_string(next), delivery.reason);
  return Step::kPostponed;
}

}  // namespace reckoner::delivery

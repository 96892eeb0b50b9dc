#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>

#include "config/settings.hpp"
#include "delivery/composer.hpp"
#include "delivery/transport.hpp"
#include "store/pool.hpp"
#include "time/clock.hpp"

namespace reckoner::delivery {

/// How long to wait before the next try, after this many that failed: one minute, doubled each time
/// up to an hour; `jitter` in thousandths (0 to 1000) of the upper half of it, so that mails that
/// failed together do not come back together.
std::chrono::milliseconds retry_wait(std::int64_t failures, int jitter);

/// Sends what the outbox holds: over SMTP, or into a folder when `mail.smtp.url` is empty. Any
/// number of senders, in any number of processes, may work on one database: each mail is claimed by
/// one of them at a time. A mail is made once and its bytes are stored before they leave for the
/// first time, so that every repetition has the same bytes and the same Message-ID (docs/mail.md).
/// One thread at a time.
class Sender {
 public:
  /// The settings of the active configuration version under the environment; asked once for each
  /// pass.
  using SettingsSource = std::function<config::Settings(store::Connection&)>;

  /// `file` makes what mails of documents carry where `mail.pdf` is true.
  Sender(store::Pool& pool, SettingsSource settings, std::filesystem::path mail_directory,
         time::Clock clock, DocumentFile file = {});

  struct Result {
    std::int64_t sent = 0;
    std::int64_t failed = 0;  ///< to be tried again later
    std::int64_t dead = 0;    ///< given up
    bool unavailable =
        false;  ///< the mail server, or the folder, does not work now: the pass ended early
  };

  /// One pass: sends mails that are due, longest waiting first, until none is, `limit` of them were
  /// tried, the transport does not work, or `stop` becomes true; the mail in hand is finished first
  /// (at most `mail.smtp.timeout`). Throws Error for settings that cannot be used, DatabaseError
  /// when the database refuses; mails that were claimed then are tried again when their claim has
  /// run out.
  Result send_due(std::int64_t limit, const std::atomic<bool>& stop);

 private:
  struct Pass;
  enum class Step { kSent, kPostponed, kDead, kLost };
  Step send(Pass& pass, ClaimedMail mail);
  Step give_up(const ClaimedMail& mail, const std::string& reason);
  Step try_later(Pass& pass, const ClaimedMail& mail, const Delivery& delivery);

  store::Pool& pool_;
  const SettingsSource settings_;
  const std::filesystem::path mail_directory_;
  const time::Clock clock_;
  const DocumentFile file_;
  Composer composer_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace reckoner::delivery

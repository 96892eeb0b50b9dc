#pragma once

#include <functional>
#include <map>
#include <string>

#include "config/configuration.hpp"
#include "delivery/notices.hpp"
#include "delivery/outbox.hpp"
#include "documents/mail.hpp"
#include "documents/mail_template.hpp"

namespace reckoner::delivery {

/// Makes the file that the mail of an issued document carries: the neighbours that know how are
/// joined by whoever calls. Empty: mails carry none. Throws Error with the reason when it cannot be
/// made.
using DocumentFile = std::function<documents::Attachment(
    store::Connection& connection, CustomerId customer, std::int64_t ordinal)>;

/// Makes the bytes of mails from what is stored: the document, and the template of the mail's own
/// configuration version. One thread at a time.
class Composer {
 public:
  /// `date` is the mail's Date header. Throws NothingToTell, Error with the reason when this mail
  /// cannot be made, DatabaseError when the database is at fault.
  std::string compose(store::Connection& connection, const ClaimedMail& mail,
                      const documents::Mailbox& from, time::Instant date, const DocumentFile& file);

 private:
  const config::Configuration& version(store::Connection& connection, VersionId id);

  std::map<VersionId, config::Configuration> versions_;  // they never change
};

/// The name of the file that a mail without a mail server becomes, without its ending: the day it
/// was put into the outbox (UTC) and the document's number, or the key of the operator's mail.
std::string file_name(store::Connection& connection, const ClaimedMail& mail);

}  // namespace reckoner::delivery

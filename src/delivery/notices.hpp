#pragma once

#include <string>

#include "base/error.hpp"
#include "base/id.hpp"
#include "documents/mail_template.hpp"
#include "store/connection.hpp"

namespace reckoner::delivery {

/// The mail was to tell of what has been settled meanwhile: there is no need for it any more.
class NothingToTell : public Error {
 public:
  using Error::Error;
};

// What mails about overdue and disputed documents say. Throw Error where there is no such step or
// dispute.

/// A step of dunning: the document, and the place of the step among those taken on it.
struct DunningPlace {
  std::int64_t ordinal = 0;
  std::int64_t place = 0;
};
struct DunningMail {
  documents::DunningNotice notice;
  std::string legal_entity;
};
/// Throws NothingToTell where the document is not overdue any more.
DunningMail load_dunning(store::Connection& connection, CustomerId customer, DunningPlace place);

struct DisputeMail {
  documents::DisputeNotice notice;
  std::string legal_entity;
  std::string email;  ///< the customer's
};
DisputeMail load_dispute(store::Connection& connection, CustomerId customer, std::int64_t dispute);

}  // namespace reckoner::delivery

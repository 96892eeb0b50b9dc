#pragma once

#include <span>
#include <vector>

#include "config/configuration.hpp"
#include "engine/work.hpp"
#include "store/connection.hpp"

namespace reckoner::engine {

/// What every document of a run carries beside its own content.
struct IssueFacts {
  RunId run;
  std::int64_t cut = 0;
  const domain::Chart& chart;  ///< where it is posted
};

/// Writes documents, their lines and postings, payment claims and balances, under surrogate keys
/// (customer and ordinal). Each document has its ordinal; a clash with another writer is a unique
/// violation. Inside the batch's transaction, with the customers locked.
void write_documents(store::Connection& connection, std::span<const DocumentWork> documents,
                     std::span<const Sha256> content_hashes, const IssueFacts& facts);

/// The movements of coupons and prepaid credits that the documents make, numbered within their
/// credits, and the prepaid credits that they grant. The customers are locked.
void write_credit_movements(store::Connection& connection, std::span<const DocumentWork> documents,
                            time::Instant now);

/// Writes the mails of the batch. `now` is when they may first be sent.
void write_outbox(store::Connection& connection, std::span<const OutgoingMail> mails,
                  time::Instant now);

/// Gives the documents their legal numbers, and tells of them whoever wants to be told
/// (store::Announcements): one counter row a series, in series order, the last locks of the
/// transaction. `content_hashes` are the documents' invoicing::content_hash, taken
/// before any counter is locked; only the linking is done here. `now` orders only: issued_at never
/// goes back within a series. Documents of one series have the same day of issue; throws
/// IssueRefused where their series has issued on a later day, so that numbers follow the calendar.
void number_documents(store::Connection& connection, std::span<DocumentWork> documents,
                      std::span<const Sha256> content_hashes,
                      const config::Configuration& configuration, time::Instant now);

}  // namespace reckoner::engine

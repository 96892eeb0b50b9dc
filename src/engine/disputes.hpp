#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/corrections.hpp"
#include "engine/versions.hpp"
#include "store/connection.hpp"
#include "text/json.hpp"

/// What customers do not agree to (docs/disputes.md). While a dispute is open its amount is not
/// overdue; it ends in a credit note, in a refusal with its reason, or is withdrawn.
namespace reckoner::engine {

struct Dispute {
  CustomerId customer;
  std::string customer_key;
  std::int64_t number = 0;           ///< counts within the customer, from 1
  std::int64_t ordinal = 0;          ///< of the document
  std::string document;              ///< its number
  std::optional<std::int64_t> line;  ///< none: the document as a whole
  std::string description;           ///< of the line; empty: the document as a whole
  money::Money amount;               ///< of the line as it is printed, or of the total
  money::Money held;                 ///< with the tax that comes on top: not overdue meanwhile
  std::string message;
  time::Instant opened_at;
  std::string opened_by;
  std::string state;  ///< "open", "credited", "refused", "withdrawn"
  std::optional<time::Instant> settled_at;
  std::string settled_by;
  std::string reason;
  std::string credit_note;  ///< number of the one that settled it; empty: none
};

struct NewDispute {
  CustomerId customer;
  std::string document;                  ///< number
  std::optional<std::int64_t> line;      ///< from 1; none: the document as a whole
  std::optional<money::Decimal> amount;  ///< none: all that may still be disputed
  std::string message;                   ///< not empty, at most 4,000 bytes
};

// Each in a transaction of its own, or as a part of one that encloses it, with mails to the
// customer and to the operator, and announcements.

/// Throws Error for a document that is none of the customer's invoices or is void, a line that it
/// does not have or that charges nothing, and for more than was charged less what is disputed and
/// credited already; where the same line, or the document as a whole, is disputed already, was
/// refused with the same message, or ended without a credit note more often than `disputes.again`.
Dispute open_dispute(store::Connection& connection, Versions& versions, const NewDispute& asked,
                     const std::string& who, time::Instant now);

/// How a dispute is credited.
struct DisputeCredit {
  /// None: the disputed line with the disputed amount; of a whole document that is disputed in
  /// full, all its lines in full.
  std::vector<CreditedLine> lines = {};
  invoicing::CreditNature nature = invoicing::CreditNature::kConcession;
  std::string reason;  ///< printed on the credit note
};
/// Issues a credit note (corrections.hpp) that the dispute then names. Throws Error also where it
/// is not open, or only a part of a whole document is disputed and no lines are said.
Dispute credit_dispute(store::Connection& connection, Versions& versions, CustomerId customer,
                       std::int64_t number, const DisputeCredit& credit, const std::string& who,
                       time::Instant now);
/// The document stands as it is. Throws Error where it is not open, or without a reason.
Dispute refuse_dispute(store::Connection& connection, Versions& versions, CustomerId customer,
                       std::int64_t number, const std::string& reason, const std::string& who,
                       time::Instant now);
/// The customer takes it back. Throws Error where it is not open.
Dispute withdraw_dispute(store::Connection& connection, Versions& versions, CustomerId customer,
                         std::int64_t number, const std::string& who, time::Instant now);

std::optional<Dispute> find_dispute(store::Connection& connection, CustomerId customer,
                                    std::int64_t number);
/// Of the customer, the latest first; at most `limit`, only smaller numbers than `below`.
std::vector<Dispute> list_disputes(store::Connection& connection, CustomerId customer,
                                   const std::optional<std::string>& state,
                                   std::optional<std::int64_t> below, std::int64_t limit);
/// Where a list of all customers goes on: behind this one.
struct DisputePlace {
  CustomerId customer;
  std::int64_t number = 0;
};
/// Of all customers, by customer and number.
std::vector<Dispute> list_disputes(store::Connection& connection,
                                   const std::optional<std::string>& state,
                                   const std::optional<DisputePlace>& behind, std::int64_t limit);

/// As the API, events and --json have it: the members of an object that is begun.
void write_dispute_members(text::JsonWriter& json, const Dispute& dispute);
std::string to_json(const Dispute& dispute);

}  // namespace reckoner::engine

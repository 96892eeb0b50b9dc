#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/connection.hpp"
#include "store/migrations.hpp"
#include "store/schema.hpp"
#include "support/database.hpp"

namespace reckoner::test {

/// The owner's connection string to a new database with the schema and nothing in it.
std::string fresh_schema();

/// A customer with its state and its lookup key, and a subscription to the plan SMB.
void insert_customer(store::Connection& connection, std::int64_t id, std::string_view key,
                     std::string_view name, std::string_view email);

/// What insert_document issues.
struct IssuedDocument {
  std::int64_t customer = 1;
  std::int64_t ordinal = 1;
  std::string number = "INV-2026-000001";
  std::int64_t run = 1;
  std::string fee = "10.00";
  std::string usage = "2.50";
  std::string brought_forward = "5.00";
  std::string payment = "5.00";  ///< one payment that the document shows
};

/// An invoice of 1 November 2026 for October with two lines, a fee and usage, and a payment; due on
/// the 15th, in USD, with a credit limit of 10.00. Its customer is there.
void insert_document(store::Connection& connection, const IssuedDocument& document);

}  // namespace reckoner::test

#pragma once

#include <span>

#include "engine/work.hpp"
#include "store/connection.hpp"

namespace reckoner::engine {

/// What the prices of a document do not contain as tax (`included` false), or what they do.
money::Money tax_of(const domain::Document& document, bool included);

/// By how much the balance, and so the ledger's receivable, changes: what no prepaid credit has
/// paid.
money::Money receivable_of(const domain::Document& document);

/// Writes the ledger entry of each document, and one of what lapses of prepaid credit by it. Inside
/// the batch's transaction.
void copy_postings(store::Connection& connection, std::span<const DocumentWork> documents,
                   const domain::Chart& chart);

}  // namespace reckoner::engine

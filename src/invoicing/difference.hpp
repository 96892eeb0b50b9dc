#pragma once

#include <string>
#include <vector>

#include "domain/document.hpp"

namespace reckoner::invoicing {

/// Everything one side of one billing period deserves, from everything known.
struct Statement {
  domain::PeriodKey period;
  std::string period_label;
  std::vector<domain::StatementLine> lines;  ///< keys are unique: check_keys()
};

/// Throws Error naming the first key that stands twice.
void check_keys(const Statement& statement);

/// What is still to be billed of a statement: statement minus `billed`, by line key.
/// First issue (`billed_before` false): every line stands, also those of 0.00.
/// Later: a line stands whose quantity or amount differs from what was billed, with the
/// differences; a key the statement no longer has is a negative line. These are true-ups. Lines
/// keep the order of the statement; those that fell away come last, in the order of `billed`.
std::vector<domain::DocumentLine> difference(const Statement& statement, bool billed_before,
                                             const std::vector<domain::BilledLine>& billed);

}  // namespace reckoner::invoicing

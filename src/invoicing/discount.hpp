#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "domain/customer.hpp"
#include "domain/document.hpp"
#include "money/money.hpp"
#include "time/cycle.hpp"

/// Percentage discounts: part of the statement, and so recomputed with it.
/// (Usage discounts are allowances of a charge: pricing/charge.hpp carries them on from line to
/// line. Coupons with an amount or a number of documents are ledger movements: credits.hpp.)
namespace reckoner::invoicing {

/// The lines that `discounts`, in their order, take off `lines`: each is one negative line for each
/// subscription and tax category that it finds in its scope, in the order of their first lines. Its
/// base is what the lines in scope come to after the discounts before it, each line with the days
/// on which the discount holds out of the days it covers; base × percentage / 100 is rounded once.
/// A base of zero or less gives no line. (What an earlier discount took off counts for each charge
/// in proportion.) Days are those of `zone`. The charge of a line is "discount-<number>", its side
/// is arrears: it counts the lines of both sides. A category other than "standard" is part of the
/// line key ("tax=reduced").
std::vector<domain::StatementLine> discount_lines(std::span<const domain::StatementLine> lines,
                                                  std::span<const domain::Discount> discounts,
                                                  const time::Zone& zone, money::Currency currency,
                                                  money::Rounding rounding);

/// Where a discount "for the first n periods" ends: `periods` (at least 1) billing periods of the
/// rhythm, of which the first ends at `first_ends_at`.
time::Instant end_of_periods(const time::CycleRule& rule, time::Instant first_ends_at,
                             std::int64_t periods);

}  // namespace reckoner::invoicing

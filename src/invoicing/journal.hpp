#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "domain/chart.hpp"
#include "domain/document.hpp"

/// The double-entry ledger: what documents, payments and prepaid credits move on which accounts.
/// docs/journal.md gives the rules with figures.
namespace reckoner::invoicing {

/// What an entry moves on one account; debit is above zero.
struct JournalLine {
  std::string_view account;  ///< lives as long as the chart
  money::Money amount;       ///< not zero
};

/// Lines that sum to zero, each account once. Empty where nothing moves.
using JournalEntry = std::vector<JournalLine>;

/// The plan of a subscription of the document's customer, by its number.
using PlanOf = std::function<std::string_view(std::int64_t subscription)>;

/// The entry of an invoice or credit note:
///   receivable   debit   what prepaid credits leave of the total
///   prepaid      debit   what prepaid credits pay
///   tax          credit  of each rate
///   revenue      credit  each line without the tax that its price contains
///   coupons      debit   what they take off, without the tax that prices contain
///   rounding     either  what is left of a cent where prices contain tax and there are no coupons
/// The tax in a line is its own, rounded once, half away from zero. Where one rate is contained in
/// some prices and comes on top of others, lines do not say which: its tax is then shared by their
/// amounts. `plan_of` is asked only where the chart posts by plan.
JournalEntry document_entry(const domain::Document& document, const domain::Chart& chart,
                            const PlanOf& plan_of);

/// Money received; below zero, money that went back.
JournalEntry payment_entry(const money::Money& amount, const domain::Chart& chart,
                           std::string_view legal_entity);

/// What a customer owed and is given up: it lowers the revenue of the charge "write-off", which the
/// chart may post to an account of its own. The tax in it is not touched: whether it comes back is
/// a matter of each country's law, and of proof.
JournalEntry write_off_entry(const money::Money& amount, const domain::Chart& chart,
                             std::string_view legal_entity);

/// Prepaid credit that somebody grants by hand. What a document grants is part of its own entry.
JournalEntry grant_entry(const money::Money& amount, const domain::Chart& chart,
                         std::string_view legal_entity);

/// Prepaid credit that expires, or comes back to a credit that has expired.
JournalEntry lapse_entry(const money::Money& amount, const domain::Chart& chart,
                         std::string_view legal_entity);

/// Whether document_entry asks for plans.
bool posts_by_plan(const domain::Chart& chart);

}  // namespace reckoner::invoicing

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/credit.hpp"
#include "domain/document.hpp"
#include "invoicing/credits.hpp"
#include "invoicing/tax.hpp"

/// What people take back by hand: credit notes and voids. Issued documents never change; each of
/// these is a document of its own that stands against them.
namespace reckoner::invoicing {

/// Why a credit note is written by hand.
enum class CreditNature {
  kCorrection,  ///< a fact was wrong, and the change of it is known: the lines count as billed
  kConcession,  ///< a favour: they do not, or the next statement would take it back
};

/// "correction", "concession".
std::string_view to_string(CreditNature nature);
/// Throws Error for an unknown word.
CreditNature parse_credit_nature(std::string_view text);

/// What a credit note gives back of one billed line.
struct ManualCredit {
  domain::PeriodKey period;
  std::string key;      ///< of the line
  money::Money amount;  ///< above zero
};

/// What is known of a line key of one period.
struct LineBilled {
  domain::PeriodKey period;
  std::string key;
  money::Money billed;    ///< over all documents that count, without manual credits
  money::Money credited;  ///< manual credits so far, of either nature; zero or above
};

/// Manual credits of a line key never exceed what was billed under it: credited so far plus `asked`
/// ≤ |billed|. Throws Error naming the line and both figures, also for a line that was never
/// billed and for an amount that is not above zero. Two of `asked` may name the same line.
void check_manual_credits(std::span<const LineBilled> lines, std::span<const ManualCredit> asked);

/// What writing a credit note needs besides the document it corrects.
struct CreditNoteTerms {
  CreditNature nature = CreditNature::kCorrection;
  std::string reason;  ///< for the reader of the credit note
  time::Date issued_on;
  money::Money brought_forward;
  std::span<const domain::Credit> credits;  ///< of the customer, with what is left of them
  std::span<const EarlierDraw> earlier;     ///< what the corrected document holds of them
  TaxRounding tax_rounding = TaxRounding::kPerRate;
  money::Rounding rounding = money::Rounding::kHalfAwayFromZero;
};

/// A document made by hand, with what it does to credits.
struct Correction {
  domain::Document document;  ///< without ordinal, number and days of issue and payment
  std::vector<CreditMovement> movements;
};

/// A credit note for `asked` lines of `corrected`: one negative line each, in their order, with the
/// line's own tax rate. Coupons and prepaid credits that the document holds come back first
/// (credits.hpp). Throws Error for a line that the document does not have, or whose tax cannot be
/// told because the document taxes its category in two ways at one rate.
Correction credit_note(const domain::Document& corrected, std::span<const ManualCredit> asked,
                       const CreditNoteTerms& terms);

/// The document that voids another, whose number its facts and `corrects` name: its lines, coupons,
/// taxes and credits with the sign turned. Payments stay with the customer, free for other
/// documents. Coupons and credits go back (and lapse there when they have expired). Its lines do
/// not count as billed; whether those of the voided document go on to count is for the caller
/// (rebill or waive). Where the voided document itself gave credit back, it is drawn again: throws
/// Error when it has been used in the meantime.
Correction void_document(const domain::Document& voided, time::Date issued_on,
                         const money::Money& brought_forward, std::string reason,
                         std::span<const domain::Credit> credits);

}  // namespace reckoner::invoicing

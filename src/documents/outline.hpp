#pragma once

#include <string>
#include <vector>

#include "domain/document.hpp"

namespace reckoner::documents {

/// The lines of one period in the order of the document. Adjustments of a period billed before are
/// a group of their own.
struct PeriodGroup {
  std::string title;  ///< "October 2026", "Adjustment to October 2026"
  std::string label;  ///< "2026-10"
  bool adjustment = false;
  time::Date first_day;  ///< earliest day any of the lines covers
  time::Date last_day;   ///< latest day any of the lines covers (inclusive: this is for readers)
  std::vector<const domain::DocumentLine*> lines;  ///< never empty; they belong to the document
};

/// Groups the lines by period and adjustment, in order of first appearance. The document must
/// outlive the result.
std::vector<PeriodGroup> group_by_period(const domain::Document& document);

/// Last day the line covers.
time::Date last_day(const domain::StatementLine& line);

/// True for a document without a number: what was computed but not issued.
bool is_interim(const domain::Document& document);

/// "Invoice", "Credit note", "Interim invoice".
std::string document_title(const domain::Document& document);

/// True when something stands between the sum of the lines and the total: coupons, or taxes that
/// the prices do not contain.
bool has_subtotal(const domain::Document& document);

/// True when the lines are taxed at different rates, so that each has to name its own.
bool has_several_rates(const domain::Document& document);

/// The rate of a line: "tax 7 %", or "no tax".
std::string rate_title(const domain::DocumentLine& line);

/// "1 October 2026".
std::string long_date(time::Date date);

}  // namespace reckoner::documents

#include "golden/golden_spend.hpp"

#include "golden/golden_documents.hpp"
#include "golden/golden_lines.hpp"
#include "golden/golden_offers.hpp"
#include "invoicing/discount.hpp"

namespace reckoner::golden {

namespace {

/// What a running total is within minimum and maximum.
money::Money limited(const Case& item, const money::Money& total, bool whole) {
  const Offer sums = limited_offer(domain::Rate(domain::Dynamic{}), item.params, whole);
  return rounded(item, priced(sums, total.amount()).amount);
}

const Json& either(const Json& object, std::string_view name, std::string_view other) {
  const Json* found = member(object, name);
  return found == nullptr ? object.at(other) : *found;
}

bool is_last_line(const Case& item) {
  const Json* last = member(item.inputs, "last_line_of_period");
  return last == nullptr || last->as_boolean();
}

/// What is left of the line after the percentage of the params.
money::Money discounted(const Case& item, const money::Money& gross) {
  const Json* percent = member(item.params, "discount_percent");
  if (percent == nullptr) return gross;
  const domain::Discount discount{
      .number = 1, .percentage = decimal(*percent), .starts_at = {}, .ends_at = {}, .charges = {}};
  const domain::StatementLine usage = line("usage", gross);
  std::vector<money::Money> lines{gross};
  for (const domain::StatementLine& off :
       invoicing::discount_lines({&usage, 1}, {&discount, 1}, time::Zone::utc(), gross.currency(),
                                 money::Rounding::kHalfAwayFromZero)) {
    lines.push_back(off.amount);
  }
  return subtotal(lines, gross.currency());
}

}  // namespace

Result run_limited_total(const Case& item) {
  const money::Money gross = rounded(item, decimal(item.inputs.at("gross_to_date")));
  const money::Money within = limited(item, gross, is_last_line(item));
  const Json* billed = member(item.inputs, "already_billed");
  if (billed == nullptr) return {{"amount", within}};
  return {{"amount", line_after(rounded(item, decimal(*billed)), within)}};
}

Result run_limited_line(const Case& item) {
  const Offer charge = offer(rate_described(item.params), item.params);
  const money::Money gross =
      rounded(item, priced(charge, decimal(either(item.inputs, "units", "qty"))).amount);
  const money::Money net = discounted(item, gross);

  const Json* already = member(item.inputs, "already_billed");
  if (already == nullptr) already = member(item.inputs, "already_billed_net");
  const money::Money billed =
      already == nullptr ? money::Money(gross.currency()) : rounded(item, decimal(*already));
  const money::Money to_date = subtotal({billed, net}, net.currency());
  const money::Money within = limited(item, to_date, is_last_line(item));
  const money::Money cut = line_after(within, to_date);
  return {{"gross", gross},
          {"usage", gross},
          {"percent_discount", line_after(net, gross)},
          {"discount", cut},
          {"max_discount", cut},
          {"true_up", line_after(to_date, within)},
          {"amount", line_after(billed, within)}};
}

}  // namespace reckoner::golden

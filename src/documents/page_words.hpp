#pragma once

#include <span>
#include <string_view>

namespace reckoner::documents {

/// Phrases of handlers (documents/handler_words.hpp): those of each language in the same order.
/// "{}" is a figure with its unit, "{t}" a text.
using Phrases = std::span<const std::string_view>;

/// What stands on the pages of a document beside its data, in one language. "{}" is filled in.
struct PageWords {
  std::string_view invoice;
  std::string_view credit_note;
  std::string_view showback;       ///< what costs are shown by, without a bill
  std::string_view showback_mark;  ///< that it is none
  std::string_view interim;        ///< title of an interim invoice
  std::string_view interim_mark;   ///< says that it is no bill
  std::string_view number;
  std::string_view issued;
  std::string_view due;
  std::string_view as_of;
  std::string_view customer;
  std::string_view your_tax_id;
  std::string_view purchase_order;
  std::string_view buyer_reference;
  std::string_view currency;
  std::string_view corrects;
  std::string_view reason;
  std::string_view description;
  std::string_view quantity;
  std::string_view tax;
  std::string_view amount;
  std::string_view adjustment;      ///< "Adjustment to {}": a period
  std::string_view whole_customer;  ///< lines that belong to no subscription
  std::string_view days;            ///< "{} to {}"
  std::string_view subtotal;
  std::string_view coupon;  ///< "Coupon: {}"
  std::string_view coupon_back;
  std::string_view tax_of;  ///< "Tax {} of {}": a rate, an amount
  std::string_view total;
  std::string_view contains;  ///< heading of taxes that the total contains
  std::string_view tax_table;
  std::string_view tax_kind;
  std::string_view tax_rate;
  std::string_view tax_base;
  std::string_view tax_amount;
  std::string_view tax_included;
  std::string_view no_tax;
  std::string_view balance;
  std::string_view brought_forward;
  std::string_view this_invoice;
  std::string_view this_credit_note;
  std::string_view credit;  ///< "Prepaid credit: {}"
  std::string_view credit_back;
  std::string_view payment;  ///< "Payment of {}": a day
  std::string_view amount_due;
  std::string_view in_your_favour;
  std::string_view nothing_due;
  std::string_view pay;  ///< "Please pay {} by {}."
  std::string_view pay_to;
  std::string_view pay_reference;
  std::string_view scan;
  std::string_view pay_online;   ///< "Pay this invoice online: {}": an amount
  std::string_view scan_online;  ///< what a telephone does with the code
  std::string_view compared;     ///< "Compared with {}": a period
  std::string_view others;       ///< charges that are not named
  std::string_view costs_more;   ///< "{} costs {} more{}: {}.": title, amount, percent, reasons
  std::string_view costs_less;
  std::string_view by_percent;      ///< " ({})"
  std::string_view reason_for;      ///< "{} for {}": an amount, one of the following
  std::string_view reason_against;  ///< the same of an amount that lowers the change
  std::string_view more_usage;
  std::string_view less_usage;
  std::string_view higher_prices;
  std::string_view lower_prices;
  std::string_view another_plan;
  std::string_view new_in_plan;
  std::string_view gone_from_plan;
  std::string_view corrections;
  std::string_view costs;      ///< title of the chart
  std::string_view continued;  ///< "{}, continued"
  std::string_view page;       ///< "{} / {}"
  std::string_view questions;  ///< "Questions? {}"
  std::string_view one_day;    ///< a unit
  std::string_view several_days;
  Phrases lines;    ///< descriptions of lines
  Phrases steps;    ///< labels of steps
  Phrases remarks;  ///< categories of tax, and what is remarked on taxes
};

/// The words of that language ("en", "de", "fr"); English for any other.
const PageWords& page_words(std::string_view language);

}  // namespace reckoner::documents

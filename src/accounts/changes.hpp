#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "accounts/charge_book.hpp"
#include "accounts/credit_book.hpp"
#include "accounts/rules.hpp"
#include "store/connection.hpp"

namespace reckoner::accounts {

/// Single changes of a customer's facts (docs/subscriptions.md), each in a transaction of its own
/// that locks the customer first, or as a part of one that encloses it
/// (store::TransactionKind::kEnclosing) and may take it back. A change reopens the billed
/// periods that it touches. Throws Error for one that cannot be, and changes nothing then; and
/// store::DatabaseError: where that is retryable(), the same call may be repeated.

/// What became of a change.
struct Changed {
  bool changed = false;                     ///< false: it was so already
  std::string summary;                      ///< one line, for people
  std::vector<std::string> reopened;        ///< labels of the billed periods it reopened, by time
  std::vector<std::string> documents = {};  ///< numbers of those it issued
};

/// When a change takes effect: at local midnight of a day of the customer, today's included, or
/// when the present billing period of the subscription ends.
struct Today {};
struct AtPeriodEnd {};
using When = std::variant<Today, AtPeriodEnd, time::Date>;

struct SubscribeRequest {
  std::string customer;
  std::string plan;
  time::Date from;
  std::optional<time::Date> until;  ///< first day that is not subscribed any more; none: goes on
  std::string key;                  ///< empty: plan and first day, "SMB-2026-10-01"
  std::optional<money::Currency> currency;  ///< none: the plan's, or the customer's
  std::string environment;                  ///< empty: production
  std::map<std::string, money::Decimal> quantities;
  std::optional<time::Date> trial_until;  ///< none: as long as the plan says
  bool no_trial = false;
};
Changed subscribe(store::Connection& connection, const ChangeRules& rules,
                  const SubscribeRequest& request);

struct ChangePlanRequest {
  std::string customer;
  std::string key;
  std::string plan;
  When when;
  std::string new_key;  ///< empty: plan and first day
  std::optional<money::Currency> currency;
  std::optional<std::string> environment;            ///< none: as before
  std::map<std::string, money::Decimal> quantities;  ///< others are carried over
};
Changed change_plan(store::Connection& connection, const ChangeRules& rules,
                    const ChangePlanRequest& request);

struct ChangeQuantitiesRequest {
  std::string customer;
  std::string key;
  std::map<std::string, money::Decimal> quantities;
  When when;
};
Changed change_quantities(store::Connection& connection, const ChangeRules& rules,
                          const ChangeQuantitiesRequest& request);

/// Names a subscription and when something happens to it.
struct SubscriptionRequest {
  std::string customer;
  std::string key;
  When when;
};
Changed cancel(store::Connection& connection, const ChangeRules& rules,
               const SubscriptionRequest& request);
/// `until`: first day that it counts again; none: until it is resumed.
Changed pause(store::Connection& connection, const ChangeRules& rules,
              const SubscriptionRequest& request, std::optional<time::Date> until);
Changed resume(store::Connection& connection, const ChangeRules& rules,
               const SubscriptionRequest& request);

/// Agrees a figure from its first day on.
Changed agree(store::Connection& connection, const ChangeRules& rules, const std::string& customer,
              const domain::AgreedFigure& agreed);
/// Ends what is agreed on the figure: `on` is the first day without it.
Changed end_agreement(store::Connection& connection, const ChangeRules& rules,
                      const std::string& customer, const std::string& plan,
                      const std::string& charge, const std::string& figure, time::Date on);

Changed charge(store::Connection& connection, const ChangeRules& rules, const std::string& customer,
               const KeyedCharge& charge);

/// Money received, or taken back (below zero), as a person types it.
struct PaymentByHand {
  std::string reference;  ///< unique within the customer: the same again books nothing
  money::Decimal amount;
  std::optional<money::Currency> currency;  ///< none: billing.currency
  time::Date received_on;
  std::string document;  ///< number of the document it is for; may be empty
  std::string note;
};
/// Books a payment as an import of a file with it alone does. Throws Error.
Changed pay(store::Connection& connection, const ChangeRules& rules, const std::string& customer,
            const PaymentByHand& payment);

/// A percentage off what the customer is billed while it holds. Another end for a known key ends it
/// then.
struct DiscountByHand {
  std::string key;
  money::Decimal percentage;
  time::Date from;
  std::optional<time::Date> until;  ///< first day it does not hold any more; none: goes on
};
Changed discount(store::Connection& connection, const ChangeRules& rules,
                 const std::string& customer, const DiscountByHand& discount);

/// Who a customer is; what is missing stays as it is, or as an import has it for a new one.
struct CustomerTerms {
  std::optional<std::string> name = std::nullopt;
  std::optional<std::string> email = std::nullopt;  ///< empty: gets no mail
  std::optional<std::string> zone = std::nullopt;
  std::optional<std::int64_t> anchor_day = std::nullopt;
  std::vector<std::string> subjects = {};  ///< to be added
  std::optional<std::string> country = std::nullopt;
  std::optional<std::string> tax_id = std::nullopt;  ///< "-" takes it away
  std::optional<bool> tax_exempt = std::nullopt;
  std::optional<std::string> legal_entity = std::nullopt;
  /// Columns of an import that are said: street, city, postal-code, subdivision, address-country,
  /// buyer-reference, purchase-order; "-" takes away.
  std::map<std::string, std::string> billing_details = {};
};
/// A new customer; a new one needs name and zone, and its periods begin on day 1 unless said
/// otherwise. False where the key is taken, by whomever.
bool create_customer(store::Connection& connection, const ChangeRules& rules,
                     const std::string& key, const CustomerTerms& terms);
Changed edit_customer(store::Connection& connection, const ChangeRules& rules,
                      const std::string& key, const CustomerTerms& terms);

Changed grant(store::Connection& connection, const ChangeRules& rules, const std::string& customer,
              const CreditGrant& grant);
Changed top_up(store::Connection& connection, const ChangeRules& rules, const std::string& customer,
               const std::string& key, const money::Decimal& amount);

}  // namespace reckoner::accounts

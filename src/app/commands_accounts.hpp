#pragma once

#include <string>
#include <vector>

#include "accounts/rules.hpp"
#include "app/console.hpp"
#include "app/system.hpp"

namespace reckoner::app {

/// The commands that change what customers are billed by (docs/subscriptions.md). Arguments are as
/// typed; what cannot be read becomes a UsageError. Each prints one line that says what it did and
/// which billed periods it reopened; with --json {"changed", "summary", "reopened"}.

/// One of them at most.
struct WhenArguments {
  std::string on;  ///< a day
  bool now = false;
  bool at_period_end = false;
};

struct SubscribeArguments {
  std::string customer;
  std::string plan;
  std::string from;
  std::string until;
  std::string key;
  std::string currency;
  std::string environment;
  std::vector<std::string> quantities;  ///< "seats=5"
  std::string trial_until;
  bool no_trial = false;
};
int subscribe_command(System& system, const Console& console, const SubscribeArguments& arguments);

struct ChangeArguments {
  std::string customer;
  std::string key;
  WhenArguments when;
  std::string plan;
  std::string new_key;
  std::string currency;
  std::string environment;
  std::vector<std::string> quantities;
};
/// Changes the plan, or quantities.
int change_command(System& system, const Console& console, const ChangeArguments& arguments);

struct SubscriptionArguments {
  std::string customer;
  std::string key;
  WhenArguments when;
  std::string until;
};
int cancel_command(System& system, const Console& console, const SubscriptionArguments& arguments);
int pause_command(System& system, const Console& console, const SubscriptionArguments& arguments);
int resume_command(System& system, const Console& console, const SubscriptionArguments& arguments);

struct AgreeArguments {
  std::string customer;
  std::string plan;
  std::string charge;
  std::string figure;  ///< "fee=80", "allowance=unlimited"; "fee" alone ends what is agreed
  std::string from;
  std::string until;
};
int agree_command(System& system, const Console& console, const AgreeArguments& arguments);

struct ChargeArguments {
  std::string customer;
  std::string title;
  std::string quantity = "1";
  std::string unit;
  std::string price;
  std::string on;
  std::string key;
  std::string tax = "standard";
  std::string currency;
};
int charge_command(System& system, const Console& console, const ChargeArguments& arguments);

struct GrantArguments {
  std::string customer;
  std::string key;
  std::string amount;
  std::string percent;
  std::string currency;
  std::string title;
  std::int64_t documents = 0;  ///< 0: any number
  std::int64_t priority = 0;
  std::string from;
  std::string expires;
  std::vector<std::string> charges;
  bool top_up = false;
};
int grant_coupon_command(System& system, const Console& console, const GrantArguments& arguments);
int grant_prepaid_command(System& system, const Console& console, const GrantArguments& arguments);

struct PayArguments {
  std::string customer;
  std::string amount;
  std::string reference;
  std::string on;
  std::string currency;
  std::string document;
  std::string note;
};
int pay_command(System& system, const Console& console, const PayArguments& arguments);

struct BillingModeArguments {
  std::string customer;
  std::string mode;
  std::string from;
};
int billing_mode_command(System& system, const Console& console,
                         const BillingModeArguments& arguments);

struct ParentArguments {
  std::string customer;
  std::string parent;  ///< empty: below nobody
  bool gets_mails = false;
};
int parent_command(System& system, const Console& console, const ParentArguments& arguments);

struct BillingDetailsArguments {
  std::string customer;
  std::vector<std::string> street;  ///< lines
  /// Options by the column of an import that they are; "-" takes away, empty says nothing.
  std::string city;
  std::string postal_code;
  std::string subdivision;
  std::string country;
  std::string buyer_reference;
  std::string purchase_order;
};
/// Sets what is said; shows the details where nothing is.
int billing_details_command(System& system, const Console& console,
                            const BillingDetailsArguments& arguments);

int show_customer_command(System& system, const Console& console, const std::string& customer);
int show_billing_details_command(System& system, const Console& console,
                                 const std::string& customer);

/// What changes are checked against: the plans of `configuration`, and those of earlier versions as
/// they are loaded through `connection`. All three must outlive it.
accounts::ChangeRules change_rules(System& system, store::Connection& connection,
                                   const config::Configuration& configuration);

}  // namespace reckoner::app

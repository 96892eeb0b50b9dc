#include "app/account_commands.hpp"

namespace reckoner::app {

AccountCommands::AccountCommands(CLI::App& app, Declare declare)
    : app_(app), declare_(std::move(declare)) {
  add_subscribe();
  add_change();
  add_lifetime();
  add_agree();
  add_charge();
  add_pay();
  add_grants();
  add_mode();
  add_parent();
  add_billing_details();
}

void AccountCommands::add_subscribe() {
  CLI::App* subscribe = declare_(app_, "subscribe", "put a customer on a plan",
                                 [this](System& system, const Console& console) {
                                   return subscribe_command(system, console, subscribe_);
                                 });
  subscribe->add_option("customer", subscribe_.customer, "the customer's key")->required();
  subscribe->add_option("plan", subscribe_.plan, "its name")->required();
  subscribe->add_option("--from", subscribe_.from, "first day")->required();
  subscribe->add_option("--until", subscribe_.until, "first day that is not subscribed any more");
  subscribe->add_option("--key", subscribe_.key,
                        "your name for the subscription (default PLAN-DAY)");
  subscribe->add_option("--currency", subscribe_.currency, "where the plan has several");
  subscribe->add_option("--environment", subscribe_.environment, "default production");
  subscribe->add_option("--quantity", subscribe_.quantities, "such as seats=5; more than once")
      ->allow_extra_args(false);
  subscribe->add_option("--trial-until", subscribe_.trial_until,
                        "first day that is no trial (default: as the plan says)");
  subscribe->add_flag("--no-trial", subscribe_.no_trial, "whatever the plan says");
}

void AccountCommands::add_change() {
  CLI::App* change = declare_(app_, "change", "change the plan or quantities of a subscription",
                              [this](System& system, const Console& console) {
                                return change_command(system, console, change_);
                              });
  change->add_option("customer", change_.customer, "the customer's key")->required();
  change->add_option("subscription", change_.key, "its key")->required();
  change->add_option("--plan", change_.plan, "the plan it goes on with");
  change->add_option("--quantity", change_.quantities, "such as seats=20; more than once")
      ->allow_extra_args(false);
  change->add_option("--new-key", change_.new_key,
                     "key of the subscription that goes on (default PLAN-DAY)");
  change->add_option("--currency", change_.currency, "where the plan has several");
  change->add_option("--environment", change_.environment, "default: as before");
  add_when(change, change_.when);
}

void AccountCommands::add_lifetime() {
  const auto on_subscription = [this](const std::string& name, const std::string& help, auto work) {
    CLI::App* command =
        declare_(app_, name, help, [this, work](System& system, const Console& console) {
          return work(system, console, subscription_);
        });
    command->add_option("customer", subscription_.customer, "the customer's key")->required();
    command->add_option("subscription", subscription_.key, "its key")->required();
    add_when(command, subscription_.when);
    return command;
  };
  on_subscription("cancel", "end a subscription", cancel_command);
  on_subscription("pause", "let a subscription rest", pause_command)
      ->add_option("--until", subscription_.until,
                   "first day it counts again (default: until resume)");
  on_subscription("resume", "end the pause of a subscription", resume_command);
}

void AccountCommands::add_agree() {
  CLI::App* agree = declare_(app_, "agree", "agree a figure of a plan with a customer, or end it",
                             [this](System& system, const Console& console) {
                               return agree_command(system, console, agree_);
                             });
  agree->add_option("customer", agree_.customer, "the customer's key")->required();
  agree->add_option("plan", agree_.plan, "its name")->required();
  agree->add_option("charge", agree_.charge, "its name in the plan")->required();
  agree
      ->add_option("figure", agree_.figure,
                   "such as fee=80 or allowance=unlimited; without a value it ends")
      ->required();
  agree->add_option("--from", agree_.from, "first day it holds");
  agree->add_option("--until", agree_.until, "first day it does not hold any more");
}

void AccountCommands::add_charge() {
  CLI::App* charge = declare_(app_, "charge", "charge something by hand, such as hours worked",
                              [this](System& system, const Console& console) {
                                return charge_command(system, console, charge_);
                              });
  charge->add_option("customer", charge_.customer, "the customer's key")->required();
  charge->add_option("title", charge_.title, "for the reader of the invoice")->required();
  charge->add_option("--price", charge_.price, "of one unit")->required();
  charge->add_option("--on", charge_.on, "the day it falls on")->required();
  charge->add_option("--key", charge_.key, "your name for it: the same again changes nothing")
      ->required();
  charge->add_option("--quantity", charge_.quantity, "default 1");
  charge->add_option("--unit", charge_.unit, "such as h");
  charge->add_option("--tax", charge_.tax, "tax category (default standard)");
  charge->add_option("--currency", charge_.currency, "where the customer is billed in several");
}

void AccountCommands::add_pay() {
  CLI::App* pay = declare_(app_, "pay", "book a payment of a customer",
                           [this](System& system, const Console& console) {
                             return pay_command(system, console, pay_);
                           });
  pay->add_option("customer", pay_.customer, "the customer's key")->required();
  pay->add_option("amount", pay_.amount, "how much; below zero: taken back")->required();
  pay->add_option("--reference", pay_.reference,
                  "the bank's name for it: the same again changes nothing")
      ->required();
  pay->add_option("--on", pay_.on, "the day it was received")->required();
  pay->add_option("--currency", pay_.currency, "default: billing.currency");
  pay->add_option("--document", pay_.document, "number of the document it is for");
  pay->add_option("--note", pay_.note, "for the reader of the invoice");
}

void AccountCommands::add_mode() {
  CLI::App* mode = declare_(app_, "billing-mode", "show a customer's costs, or bill them",
                            [this](System& system, const Console& console) {
                              return billing_mode_command(system, console, mode_);
                            });
  mode->add_option("customer", mode_.customer, "the customer's key")->required();
  mode->add_option("mode", mode_.mode, "showback or chargeback")
      ->required()
      ->check(CLI::IsMember({"showback", "chargeback"}));
  mode->add_option("--from", mode_.from, "counts for periods that begin on this day or later")
      ->required();
}

void AccountCommands::add_parent() {
  CLI::App* parent =
      declare_(app_, "parent", "put a customer, with all below it, below another one",
               [this](System& system, const Console& console) {
                 return parent_command(system, console, parent_);
               });
  parent->add_option("customer", parent_.customer, "the customer's key")->required();
  parent->add_option("parent", parent_.parent, "key of the one above; without: below nobody");
  parent->add_flag("--mails", parent_.gets_mails, "documents of the customer are mailed to it");
}

void AccountCommands::add_billing_details() {
  BillingDetailsArguments& said = billing_details_;
  CLI::App* details = declare_(
      app_, "billing-details",
      "say where a customer's documents go, and what it wants to find on them; alone: show it",
      [&said](System& system, const Console& console) {
        return billing_details_command(system, console, said);
      });
  details->add_option("customer", said.customer, "the customer's key")->required();
  details->add_option("--street", said.street, "a line of the address; up to three times; -: none")
      ->allow_extra_args(false);
  details->add_option("--city", said.city, "-: none, as with the others");
  details->add_option("--postal-code", said.postal_code, "of the city");
  details->add_option("--subdivision", said.subdivision, "state, province or canton");
  details->add_option("--country", said.country,
                      "of the address: two letters (default: the one where it is taxed)");
  details->add_option("--buyer-reference", said.buyer_reference,
                      "by which the buyer hands a document on inside");
  details->add_option("--purchase-order", said.purchase_order,
                      "the buyer's number for what it ordered");
}

void AccountCommands::add_grants() {
  CLI::App* grant = app_.add_subcommand("grant", "give a coupon or prepaid credit");
  grant->require_subcommand(1);
  CLI::App* coupon = declare_(*grant, "coupon", "lowers what is taxed",
                              [this](System& system, const Console& console) {
                                return grant_coupon_command(system, console, grant_);
                              });
  add_grant(coupon);
  coupon->add_option("--amount", grant_.amount, "in all");
  coupon->add_option("--percent", grant_.percent, "of each document");
  coupon->add_option("--documents", grant_.documents, "on at most so many (default any number)")
      ->check(CLI::Range(1, 1'000'000));
  coupon->add_option("--charge", grant_.charges, "only on charges of this name; more than once")
      ->allow_extra_args(false);
  CLI::App* prepaid = declare_(*grant, "prepaid", "pays what is due, tax included",
                               [this](System& system, const Console& console) {
                                 return grant_prepaid_command(system, console, grant_);
                               });
  add_grant(prepaid);
  prepaid->add_option("--amount", grant_.amount, "how much")->required();
  prepaid->add_flag("--top-up", grant_.top_up, "add to the prepaid credit of this key");
}

void AccountCommands::add_grant(CLI::App* command) {
  command->add_option("customer", grant_.customer, "the customer's key")->required();
  command->add_option("key", grant_.key, "your name for it, unique within the customer")
      ->required();
  command->add_option("--title", grant_.title, "for the reader of the invoice (default KEY)");
  command->add_option("--currency", grant_.currency, "where the customer is billed in several");
  command->add_option("--from", grant_.from, "first day of issue it may be drawn");
  command->add_option("--expires", grant_.expires, "first day it may not be drawn any more");
  command->add_option("--priority", grant_.priority, "smaller is drawn first (default 0)");
}

void AccountCommands::add_when(CLI::App* command, WhenArguments& when) {
  command->add_option("--on", when.on, "a day of the customer's calendar, from its midnight");
  command->add_flag("--now", when.now, "from midnight today");
  command->add_flag("--at-period-end", when.at_period_end, "when the present billing period ends");
}

}  // namespace reckoner::app

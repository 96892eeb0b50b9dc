#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "accounts/changes.hpp"
#include "golden/bill_story.hpp"
#include "support/billing.hpp"

namespace reckoner::bill {

/// What went wrong in a story: "file:line: reason", perhaps with lines that show it.
using Failures = std::vector<std::string>;

enum class Delivery {
  kOnTime,  ///< usage is known when the story says so
  kLate,    ///< usage is known when everything else has happened
};

/// Sums over all documents of a world.
struct Billed {
  std::map<std::string, money::Decimal> lines;  ///< by customer, period and line key; not zero
  struct Tax {
    money::Decimal amount;
    money::Decimal tolerance;  ///< a smallest unit of the currency a document
  };
  std::map<std::string, Tax> taxes;  ///< by customer, country, category and rate
};

/// A story as it happens in a database of its own.
class World {
 public:
  World(const Story& story, Delivery delivery, Failures& failures);
  ~World();

  /// Everything in its order; expectations are compared where usage arrives on time. False where
  /// something failed that leaves nothing to go on with.
  bool play();
  /// Late usage, a last run with true-ups, and a look at the books.
  void finish();
  /// What the last run issued, against the expectations of a late world.
  void compare_late();
  Billed billed();

  /// The bodies that expectations would have, by the line they begin on, where they differ.
  const std::map<int, std::vector<std::string>>& differing() const { return differing_; }

 private:
  struct Customer {
    std::string zone = "UTC";
    std::string anchor = "1";
    std::string country;
    std::string tax_id;
    bool exempt = false;
    std::string last_subscription;  ///< its key: what lines without `of` are about
  };
  using Verb = void (World::*)(const Step&);

  test::BillingWorld& world();
  store::Connection& connection();
  const config::Configuration& configuration();
  accounts::ChangeRules rules();

  void take(const Step& step, const Step* next);
  void move_clock(const Step& step);
  time::Instant instant_of(const std::string& customer, time::Date day,
                           const std::string& time_of_day);
  Customer& customer_of(const std::string& key);
  std::string subscription_of(Words& words, const std::string& customer);
  accounts::When when_of(Words& words, const Step& step);
  void change_files(const Step& step, const Step* next);
  void fail(int line, const std::string& reason);

  void customer(const Step& step);
  void subscribe(const Step& step);
  void change(const Step& step);
  void quantity(const Step& step);
  void pause(const Step& step);
  void resume(const Step& step);
  void cancel(const Step& step);
  void agree(const Step& step);
  void charge(const Step& step);
  void discount(const Step& step);
  void coupon(const Step& step);
  void prepaid(const Step& step);
  void top_up(const Step& step);
  void pay(const Step& step);
  void usage(const Step& step);
  void void_document(const Step& step);
  void credit_note(const Step& step);
  void close(const Step& step);
  void true_ups(const Step& step);
  void retry(const Step& step);
  void expect(const Step& step);

  void grant(const Step& step, domain::CreditKind kind);
  void deliver(const Step& step);
  std::string number_of(Words& words);
  void remember_documents();
  void expect_documents(const Step& step, const std::string& customer);
  std::vector<domain::Document> issued_last(const std::string& customer);

  static const std::map<std::string_view, Verb> kVerbs;

  const Story& story_;
  const Delivery delivery_;
  Failures& failures_;
  config::Files files_;
  std::unique_ptr<test::BillingWorld> world_;
  std::unique_ptr<store::Connection> connection_;
  std::optional<time::Date> today_;
  std::map<std::string, Customer> customers_;
  std::map<std::string, std::size_t> documents_before_;  ///< the last run, by customer
  std::vector<std::string> hashes_before_;
  std::vector<const Step*> late_usage_;
  std::map<int, std::vector<std::string>> differing_;
  int numbers_ = 0;  ///< for names that nobody needs to know
};

}  // namespace reckoner::bill

#include "golden/bill_world.hpp"

#include <fmt/format.h>
#include <gtest/gtest-spi.h>

#include <algorithm>

#include "accounts/customer_details.hpp"
#include "base/error.hpp"
#include "golden/bill_documents.hpp"
#include "golden/bill_files.hpp"

namespace reckoner::bill {

namespace {

/// Collects what the test support checks by itself, for as long as it lives.
class Checks {
 public:
  Checks() : reporter_(testing::ScopedFakeTestPartResultReporter::INTERCEPT_ALL_THREADS, &parts_) {}
  std::vector<std::string> messages() const {
    std::vector<std::string> messages;
    for (int i = 0; i < parts_.size(); ++i) {
      const testing::TestPartResult& part = parts_.GetTestPartResult(i);
      if (part.failed()) messages.emplace_back(part.message());
    }
    return messages;
  }

 private:
  testing::TestPartResultArray parts_;
  testing::ScopedFakeTestPartResultReporter reporter_;
};

time::Instant midnight(time::Date day) {
  return time::Zone::utc().start_of(day);
}

}  // namespace

World::World(const Story& story, Delivery delivery, Failures& failures)
    : story_(story),
      delivery_(delivery),
      failures_(failures),
      files_(test::shipped_configuration()) {}

World::~World() = default;

test::BillingWorld& World::world() {
  if (!world_) {
    world_ = std::make_unique<test::BillingWorld>(test::BillingWorld::Setup{.files = files_});
    connection_ = std::make_unique<store::Connection>(world_->connect());
  }
  return *world_;
}

store::Connection& World::connection() {
  world();
  return *connection_;
}

const config::Configuration& World::configuration() {
  engine::Versions& versions = world().versions();
  return versions.load(connection(), versions.active(connection()).value())->configuration();
}

accounts::ChangeRules World::rules() {
  const auto plan_in_version = [this](VersionId version, const std::string& plan,
                                      money::Currency currency) {
    const auto compiled = world().versions().load(connection(), version);
    const auto& plans = compiled->configuration().plans;
    return std::any_of(plans.begin(), plans.end(), [&](const domain::Plan& candidate) {
      return candidate.name == plan && candidate.currency == currency;
    });
  };
  return {configuration(), world().now(), plan_in_version};
}

void World::fail(int line, const std::string& reason) {
  failures_.push_back(fmt::format("{}:{}: {}{}", story_.file, line,
                                  delivery_ == Delivery::kLate ? "with late usage: " : "", reason));
}

bool World::play() {
  for (std::size_t i = 0; i < story_.steps.size(); ++i) {
    const Step& step = story_.steps[i];
    if (step.verb == "expect" && delivery_ == Delivery::kLate) continue;
    try {
      take(step, i + 1 < story_.steps.size() ? &story_.steps[i + 1] : nullptr);
      if (step.refused) {
        fail(step.line, fmt::format("not refused, but '{}' is expected", *step.refused));
      }
    } catch (const std::exception& error) {
      const std::string_view message = error.what();
      if (step.refused && message.find(*step.refused) != message.npos) continue;
      fail(step.line, std::string(message));
      return false;
    }
  }
  return true;
}

void World::take(const Step& step, const Step* next) {
  move_clock(step);
  if (is_about_files(step)) {
    change_files(step, next);
    return;
  }
  const auto verb = kVerbs.find(step.verb);
  if (verb == kVerbs.end()) throw Error(fmt::format("unknown verb '{}'", step.verb));
  const Checks checks;
  (this->*verb->second)(step);
  for (const std::string& message : checks.messages()) fail(step.line, message);
}

void World::move_clock(const Step& step) {
  if (!step.day) return;
  if (today_ && *step.day < *today_) throw Error("time goes back");
  today_ = step.day;
  time::Instant instant = midnight(*step.day);
  if (step.time_of_day.ends_with('Z')) instant = instant_of("", *step.day, step.time_of_day);
  if (instant > world().now()) world().set_clock(time::to_string(instant));
}

/// The instant at which a clock shows that: the customer's, or UTC's where `Z` says so.
time::Instant World::instant_of(const std::string& customer, time::Date day,
                                const std::string& time_of_day) {
  const bool utc = time_of_day.ends_with('Z');
  const auto number = [&](std::size_t at) { return std::stoi(time_of_day.substr(at, 2)); };
  const time::Zone zone = utc ? time::Zone::utc() : time::Zone::named(customer_of(customer).zone);
  return zone.resolve({day, std::chrono::hours(number(0)) + std::chrono::minutes(number(3))})
      .instant;
}

void World::change_files(const Step& step, const Step* next) {
  const config::Files before = files_;
  put(files_, step);
  const bool goes_on = next != nullptr && is_about_files(*next) && next->day == step.day &&
                       !step.refused && !next->refused;
  if (goes_on) return;
  try {
    if (world_) {
      world_->apply(files_);
    } else {
      world();
    }
  } catch (const Error&) {
    files_ = before;
    throw;
  }
}

World::Customer& World::customer_of(const std::string& key) {
  const auto found = customers_.find(key);
  if (found == customers_.end()) throw Error(fmt::format("there is no customer '{}'", key));
  return found->second;
}

void World::finish() {
  for (const Step* step : late_usage_) {
    const Checks checks;
    deliver(*step);
    for (const std::string& message : checks.messages()) fail(step->line, message);
  }
  remember_documents();
  const Checks checks;
  world().run_by_hand({.true_ups = true});
  world().expect_books_in_order();
  const int last = static_cast<int>(story_.lines.size());
  for (const std::string& message : checks.messages()) {
    fail(last, fmt::format("in the end: {}", message));
  }
}

void World::compare_late() {
  for (const Step& step : story_.late) expect(step);
}

/// The documents there are, so that the next run's can be told from them.
void World::remember_documents() {
  hashes_before_ = world().content_hashes();
  documents_before_.clear();
  for (const std::string& hash : hashes_before_)
    ++documents_before_[hash.substr(0, hash.find(' '))];
}

void World::close(const Step& step) {
  Words(step.words).done();
  const std::string day = time::to_string(step.day.value());
  std::string time_of_day = step.time_of_day.empty() ? "02:00" : step.time_of_day.substr(0, 5);
  remember_documents();
  world().run(fmt::format("{}T{}:00Z", day, time_of_day));
  const std::vector<std::string> hashes = world().content_hashes();
  const auto again = world().run(fmt::format("{}T{}:01Z", day, time_of_day));
  if (again.counts.invoiced != 0 || world().content_hashes() != hashes) {
    fail(step.line, "closed a second time, it issues something again");
  }
}

void World::true_ups(const Step& step) {
  Words(step.words).done();
  remember_documents();
  world().run_by_hand({.true_ups = true});
}

void World::retry(const Step& step) {
  Words(step.words).done();
  remember_documents();
  world().run_by_hand({.retry_parked = true});
}

std::vector<domain::Document> World::issued_last(const std::string& customer) {
  std::vector<domain::Document> documents = world().documents(customer);
  const auto before = static_cast<std::ptrdiff_t>(documents_before_[customer]);
  documents.erase(documents.begin(), documents.begin() + before);
  return documents;
}

/// "nothing" · "acme nothing" · "acme parked REASON" · "acme left NAME AMOUNT" · "acme owes
/// AMOUNT" · a block.
void World::expect(const Step& step) {
  Words words(step.words);
  const std::string key = words.next("the customer");
  if (key == "nothing") {
    words.done();
    if (world().content_hashes() != hashes_before_) fail(step.line, "something was issued");
    return;
  }
  customer_of(key);
  if (step.is_block) {
    expect_documents(step, key);
  } else if (words.take("nothing")) {
    words.done();
    const auto documents = issued_last(key);
    if (!documents.empty()) {
      fail(step.line, fmt::format("{} got a document:\n    {}", key,
                                  fmt::join(rendered(documents, {}), "\n    ")));
    }
  } else if (words.flag("parked")) {
    const std::string reason = words.rest_of("because").value_or("");
    words.done();
    const std::vector<std::string> parked = world().parked();
    const bool found = std::any_of(parked.begin(), parked.end(), [&](const std::string& text) {
      return text.starts_with(key + ": ") && text.find(reason) != text.npos;
    });
    if (!found) {
      fail(step.line, fmt::format("{} is not parked because '{}'; parked are: {}", key, reason,
                                  fmt::join(parked, ", ")));
    }
  } else if (words.take("owes")) {
    const std::string amount = words.next("an amount");
    const std::string currency = words.empty() ? "USD" : words.next("a currency");
    words.done();
    const std::string balance = world().balance(key, currency);
    if (balance != amount) fail(step.line, fmt::format("{} owes {}", key, balance));
  } else if (words.take("left")) {
    const std::string name = words.next("the name of a credit");
    const std::string amount = words.next("an amount");
    words.done();
    const auto details = accounts::find_customer_details(connection(), key, world().now());
    for (const domain::Credit& credit : details.value().credits) {
      if (credit.key != name) continue;
      const int digits = credit.currency.minor_digits();
      const std::string left = credit.amount_left ? credit.amount_left->to_fixed(digits) : "any";
      if (left != amount) fail(step.line, fmt::format("{} are left of {}", left, name));
      return;
    }
    fail(step.line, fmt::format("{} has no credit '{}'", key, name));
  } else {
    throw Error(fmt::format("'{}' means nothing here", words.next("what is expected")));
  }
}

void World::expect_documents(const Step& step, const std::string& customer) {
  const Comparison comparison = compare(step.body, issued_last(customer));
  if (comparison.same) return;
  fail(step.line, fmt::format("the documents of {} differ\n{}", customer, comparison.shown));
  differing_[step.line] = comparison.actual;
}

Billed World::billed() {
  Billed billed;
  for (const auto& [key, customer] : customers_) {
    for (const domain::Document& document : world().documents(key)) add_up(document, billed);
  }
  std::erase_if(billed.lines, [](const auto& line) { return line.second.is_zero(); });
  return billed;
}

}  // namespace reckoner::bill

#include "metering/intake.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <future>
#include <mutex>
#include <span>
#include <thread>

#include "base/failpoint.hpp"
#include "base/log.hpp"
#include "metering/ingest_transaction.hpp"
#include "store/backoff.hpp"
#include "store/database_error.hpp"
#include "store/transaction.hpp"

namespace reckoner::metering {

namespace {

/// Transactions on the careful path after one in which some key was known: where duplicates come,
/// more do.
constexpr int kCarefulTransactions = 16;
/// A deadlock, a conflict with others, a lost connection or a change of meters is repeated so
/// often.
constexpr int kAttempts = 5;

/// A submission that waits, with what needs no database done already.
struct Job {
  Submission submission;
  std::shared_ptr<const meters::MeterReader> reader;  ///< the arrivals were read by it
  std::vector<Arrival> arrivals;
  std::promise<Receipt> promise;
  bool was_tried = false;  ///< the arrivals are settled already

  std::size_t size() const { return submission.events.size() + submission.poison.size(); }

  void read(std::shared_ptr<const meters::MeterReader> by) {
    reader = std::move(by);
    arrivals = arrive(submission.events, *reader);
  }
};
using Jobs = std::vector<std::unique_ptr<Job>>;

std::string foreign_subject(const Job& job) {
  for (const Arrival& arrival : job.arrivals) {
    if (arrival.customer != *job.submission.only_customer) {
      return fmt::format("the subject '{}' is not one of this key's customer",
                         arrival.event->subject);
    }
  }
  return "";
}

Receipt receipt_of(const Job& job) {
  Receipt receipt;
  for (const Arrival& arrival : job.arrivals) {
    receipt.counts.counted += arrival.outcome == Arrival::Outcome::kCounted;
    receipt.counts.duplicate += arrival.outcome == Arrival::Outcome::kDuplicate;
    if (arrival.outcome == Arrival::Outcome::kQuarantined) {
      const auto index = static_cast<std::size_t>(&arrival - job.arrivals.data());
      receipt.quarantined.push_back({index, arrival.reading.problem});
    }
  }
  receipt.counts.received = static_cast<std::int64_t>(job.size());
  receipt.counts.quarantined =
      receipt.counts.received - receipt.counts.counted - receipt.counts.duplicate;
  return receipt;
}

void fail(Jobs& jobs, const std::exception_ptr& error) {
  for (auto& job : jobs) job->promise.set_exception(error);
  jobs.clear();
}

}  // namespace

class Intake::Queue {
 public:
  Queue(store::Pool& pool, Meters meters, time::Clock clock, Options options)
      : pool_(pool), meters_(std::move(meters)), clock_(std::move(clock)), options_(options) {
    for (std::size_t i = 0; i < options_.writers; ++i) {
      writers_.emplace_back([this] { write(); });
    }
  }
  ~Queue() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    filled_.notify_all();
  }

  Receipt take(Submission submission) {
    auto job = std::make_unique<Job>();
    job->submission = std::move(submission);
    if (auto reader = last_reader()) job->read(std::move(reader));
    std::future<Receipt> future = job->promise.get_future();
    {
      const std::lock_guard lock(mutex_);
      RK_CHECK(!stopping_);
      if (queued_events_ > 0 && queued_events_ + job->size() > options_.queued_events_max) {
        ++statistics_.refused_full;
        throw QueueFull();
      }
      queued_events_ += job->size();
      queue_.push_back(std::move(job));
    }
    filled_.notify_one();
    return future.get();
  }

  Statistics statistics() const {
    const std::lock_guard lock(mutex_);
    Statistics statistics = statistics_;
    statistics.queued_events = static_cast<std::int64_t>(queued_events_);
    return statistics;
  }

 private:
  std::shared_ptr<const meters::MeterReader> last_reader() {
    const std::lock_guard lock(mutex_);
    return last_reader_;
  }

  /// Whatever waits, up to what one transaction takes; nothing at the end.
  Jobs next() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    Jobs jobs;
    std::size_t events = 0;
    while (!queue_.empty() &&
           (jobs.empty() || events + queue_.front()->size() <= options_.transaction_events_max)) {
      events += queue_.front()->size();
      jobs.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    queued_events_ -= events;
    return jobs;
  }

  void write() {
    for (Jobs jobs = next(); !jobs.empty(); jobs = next()) {
      const std::size_t submissions = jobs.size();
      try {
        store(jobs);
      } catch (...) {
        fail(jobs, std::current_exception());
        const std::lock_guard lock(mutex_);
        statistics_.failed += static_cast<std::int64_t>(submissions);
      }
    }
  }

  /// Answers every job. When what is in one of them makes the transaction fail, each is tried
  /// alone.
  void store(Jobs& jobs) {
    try {
      store_together(jobs);
    } catch (const store::DatabaseError& error) {
      if (error.retryable() || error.connection_lost() || jobs.size() == 1) throw;
      one_by_one(jobs, error.what());
    } catch (const Error& error) {
      if (jobs.size() == 1) throw;
      one_by_one(jobs, error.what());
    }
  }

  void one_by_one(Jobs& jobs, std::string_view why) {
    log::warning("ingest: {} submissions are tried one by one: {}", jobs.size(), why);
    for (auto& job : jobs) {
      Jobs alone;
      alone.push_back(std::move(job));
      try {
        store_together(alone);
      } catch (...) {
        fail(alone, std::current_exception());
        const std::lock_guard lock(mutex_);
        ++statistics_.failed;
      }
    }
    jobs.clear();
  }

  void store_together(Jobs& jobs) {
    KeyPath path = careful_ > 0 ? KeyPath::kCareful : KeyPath::kFresh;
    store::Backoff backoff;
    for (int attempt = 1; !jobs.empty(); ++attempt) {
      try {
        attempt_together(jobs, path);
        return;
      } catch (const KnownKey&) {
        path = KeyPath::kCareful;
        careful_ = kCarefulTransactions;
      } catch (const store::DatabaseError& error) {
        // What is in doubt is left to the sender, whose repetition is safe.
        if (!error.retryable() || error.statement() == "connect" || attempt == kAttempts) throw;
        std::this_thread::sleep_for(backoff.next());
      }
    }
  }

  void attempt_together(Jobs& jobs, KeyPath path) {
    auto connection = pool_.take(options_.connection_wait);
    store::Transaction transaction(*connection);
    IngestTransaction work(*connection, jobs.front()->submission.source, clock_(), path);
    const auto reader = meters_(*connection);
    for (auto& job : jobs) {
      if (job->reader != reader || job->was_tried) job->read(reader);
      job->was_tried = true;
    }
    work.find_customers(arrivals_of(jobs));
    refuse_foreign(jobs);
    const std::vector<Arrival*> arrivals = arrivals_of(jobs);
    work.take(arrivals);
    for (const auto& job : jobs) {
      work.take(job->submission.poison);
      work.take(job->submission.positions);
    }
    const IngestCounts counts = work.finish();
    RK_FAILPOINT("intake.before-commit");
    transaction.commit();
    RK_FAILPOINT("intake.after-commit");
    finish(jobs, reader, counts);
  }

  static std::vector<Arrival*> arrivals_of(Jobs& jobs) {
    std::vector<Arrival*> arrivals;
    for (auto& job : jobs) {
      for (Arrival& arrival : job->arrivals) arrivals.push_back(&arrival);
    }
    return arrivals;
  }

  /// Answers, and takes out, the jobs that name subjects of others.
  void refuse_foreign(Jobs& jobs) {
    const auto refused = std::remove_if(jobs.begin(), jobs.end(), [](std::unique_ptr<Job>& job) {
      if (!job->submission.only_customer) return false;
      const std::string problem = foreign_subject(*job);
      if (problem.empty()) return false;
      job->promise.set_exception(std::make_exception_ptr(ForeignSubject(problem)));
      return true;
    });
    const auto count = std::distance(refused, jobs.end());
    jobs.erase(refused, jobs.end());
    if (count == 0) return;
    const std::lock_guard lock(mutex_);
    statistics_.failed += count;
  }

  void finish(Jobs& jobs, const std::shared_ptr<const meters::MeterReader>& reader,
              const IngestCounts& counts) {
    if (counts.duplicate > 0) {
      careful_ = kCarefulTransactions;
    } else if (careful_ > 0) {
      --careful_;
    }
    {
      const std::lock_guard lock(mutex_);
      last_reader_ = reader;
      statistics_.counts += counts;
      statistics_.submissions += static_cast<std::int64_t>(jobs.size());
      ++statistics_.transactions;
    }
    for (auto& job : jobs) job->promise.set_value(receipt_of(*job));
    jobs.clear();
  }

  store::Pool& pool_;
  const Meters meters_;
  const time::Clock clock_;
  const Options options_;
  std::atomic<int> careful_ = 0;  ///< transactions that are still to be careful
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<std::unique_ptr<Job>> queue_;                  // guarded by mutex_
  std::size_t queued_events_ = 0;                           // guarded by mutex_
  bool stopping_ = false;                                   // guarded by mutex_
  std::shared_ptr<const meters::MeterReader> last_reader_;  // guarded by mutex_
  Statistics statistics_;                                   // guarded by mutex_
  std::vector<std::jthread> writers_;                       // last: they use all the others
};

Intake::Intake(store::Pool& pool, Meters meters, time::Clock clock, Options options)
    : queue_(std::make_unique<Queue>(pool, std::move(meters), std::move(clock), options)) {}

Intake::~Intake() = default;

Receipt Intake::take(Submission submission) {
  return queue_->take(std::move(submission));
}

Intake::Statistics Intake::statistics() const {
  return queue_->statistics();
}

}  // namespace reckoner::metering

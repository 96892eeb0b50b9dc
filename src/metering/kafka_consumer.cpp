#include "metering/kafka_consumer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "base/log.hpp"
#include "metering/kafka_client.hpp"
#include "text/utf8.hpp"

namespace reckoner::metering {

namespace {
using std::chrono::milliseconds;

constexpr milliseconds kPollWait{100};
constexpr milliseconds kAnswerWait{1000};
constexpr milliseconds kConnectionWait{1000};
constexpr milliseconds kFirstBackoff{50};
constexpr milliseconds kLongestBackoff{1000};

constexpr store::Statement kReadPositions{"metering.read_kafka_positions", R"(
  select topic, partition, next_offset
    from kafka_position join unnest($1::text[], $2::int[]) wanted (topic, partition)
                        using (topic, partition))"};

// Only one that lies behind the partition's end: what stands there is of messages that are gone.
constexpr store::Statement kForgetPosition{"metering.forget_kafka_position", R"(
  delete from kafka_position where topic = $1 and partition = $2 and next_offset > $3)"};

std::string name_of(const KafkaPartition& partition) {
  return fmt::format("{}/{}", partition.topic, partition.number);
}

/// Whether the same submission may be stored later, although this attempt failed: the fault is the
/// database's or the queue's, not that of what is in it.
bool may_succeed_later(const std::exception& error) {
  if (dynamic_cast<const QueueFull*>(&error) != nullptr) return true;
  const auto* refused = dynamic_cast<const store::DatabaseError*>(&error);
  if (refused == nullptr) return false;
  const std::string_view state = refused->sqlstate();
  // Data exceptions, integrity and program limits are about what is stored.
  return !state.starts_with("22") && !state.starts_with("23") && !state.starts_with("54");
}
}  // namespace

/// One membership of the group.
class KafkaConsumer::Session {
 public:
  Session(KafkaConsumer& owner, const std::atomic<bool>& stop)
      : owner_(owner),
        stop_(stop),
        client_(owner.options_,
                {.assigned = [this](const auto& partitions) { return assigned(partitions); },
                 .revoked = [this](const auto&) { revoked(); },
                 .trouble = [this](auto error, const auto& reason) { trouble(error, reason); }}) {
    for (const auto& topic : owner.options_.topics) {
      namespaces_[topic.name] = topic.namespace_name;
    }
  }

  /// The client ends when the last of its messages has gone.
  ~Session() { pending_.clear(); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void run() {
    while (!stop_) {
      gather();
      store_pending();
      find_beginnings();
      if (!fatal_.empty()) throw Error(fmt::format("Kafka: {}", fatal_));
    }
  }

  const KafkaClient& client() const { return client_; }

 private:
  struct Range {
    std::size_t begin;
    std::size_t end;
  };
  enum class Outcome { kStored, kRefused, kStopped };

  // What arrives ------------------------------------------------------------------------------

  /// Whatever is there; waits only for the first.
  void gather() {
    add(client_.poll(kPollWait));
    while (!pending_.empty() && pending_.size() < owner_.options_.submission_messages_max &&
           pending_bytes_ < owner_.options_.submission_bytes_max) {
      auto delivery = client_.poll(milliseconds(0));
      if (!delivery) return;
      add(std::move(delivery));
    }
  }

  void add(std::optional<KafkaDelivery> delivery) {
    if (!delivery) return;
    switch (delivery->error()) {
      case RD_KAFKA_RESP_ERR_NO_ERROR:
        no_broker_ = false;
        pending_bytes_ += delivery->size();
        pending_.push_back(*std::move(delivery));
        return;
      case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
        without_beginning_.insert(delivery->partition());
        return;
      case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        return;
      default:
        log::warning("Kafka: {}: {}", name_of(delivery->partition()), delivery->error_text());
    }
  }

  void trouble(rd_kafka_resp_err_t error, const std::string& reason) {
    if (error == RD_KAFKA_RESP_ERR__FATAL) {
      fatal_ = reason;
    } else if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
      if (!std::exchange(no_broker_, true)) log::warning("Kafka: no broker can be reached");
    } else {
      log::debug("Kafka: {}", reason);
    }
  }

  // What is stored ------------------------------------------------------------------------------

  void store_pending() {
    const std::size_t count = pending_.size();
    if (count == 0) return;
    store_all({0, count});
    if (stop_) return;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i) bytes += pending_[i].size();
    pending_bytes_ -= bytes;
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count));
  }

  /// Halves what is refused, until the message that the database does not take is alone. Parts are
  /// stored in the order of the messages, so that no position passes one that is not stored.
  void store_all(Range range) {
    std::string reason;
    if (store(range, reason) != Outcome::kRefused) return;
    if (range.end - range.begin == 1) return store_bytes(range, reason);
    const std::size_t middle = range.begin + (range.end - range.begin) / 2;
    store_all({range.begin, middle});
    store_all({middle, range.end});
  }

  /// Keeps a message that cannot be stored as events as it came.
  void store_bytes(Range range, std::string reason) {
    log::error("Kafka: {} goes to quarantine: {}", position_of(pending_[range.begin].message()),
               reason);
    const std::string why = text::printable(reason);
    milliseconds backoff = kFirstBackoff;
    while (store(range, reason, &why) == Outcome::kRefused) {
      log::error("Kafka: it cannot even be kept, so it will be tried again: {}", reason);
      wait(backoff);
    }
    flow_on();
  }

  /// Tries until the messages are stored, or refused for what is in them (then `reason` says why),
  /// or we are told to stop. With `poison` they are stored as bytes, for that reason.
  Outcome store(Range range, std::string& reason, const std::string* poison = nullptr) {
    milliseconds backoff = kFirstBackoff;
    for (bool is_first = true; !stop_; is_first = false) {
      Tally tally;
      try {
        Submission submission = submission_of(range, poison, tally);
        const std::vector<KafkaPosition> positions = submission.positions;
        owner_.take_(std::move(submission));
        stored(positions, tally);
        if (!is_first) log::info("Kafka: events are stored again");
        flow_on();
        return Outcome::kStored;
      } catch (const std::exception& error) {
        reason = error.what();
        if (!may_succeed_later(error)) return Outcome::kRefused;
        if (is_first) log::warning("Kafka: events wait until they can be stored: {}", reason);
      }
      {
        const std::scoped_lock lock(owner_.mutex_);
        ++owner_.statistics_.retries;
      }
      wait(backoff);
    }
    return Outcome::kStopped;
  }

  /// Keeps the membership alive, but lets no messages flow.
  void wait(milliseconds& backoff) {
    client_.pause();
    is_paused_ = true;
    const auto until = std::chrono::steady_clock::now() + backoff;
    backoff = std::min(2 * backoff, kLongestBackoff);
    while (!stop_ && std::chrono::steady_clock::now() < until) {
      add(client_.poll(std::min(kPollWait, kFirstBackoff)));
    }
  }

  void flow_on() {
    if (std::exchange(is_paused_, false)) client_.resume();
  }

  struct Tally {
    std::int64_t messages = 0;
    std::int64_t events = 0;
    std::int64_t poison = 0;
  };

  Submission submission_of(Range range, const std::string* poison, Tally& tally) const {
    Submission submission;
    std::map<KafkaPartition, std::int64_t> next;
    for (std::size_t i = range.begin; i < range.end; ++i) {
      const KafkaDelivery& delivery = pending_[i];
      const KafkaMessage message = delivery.message();
      std::int64_t& offset = next[delivery.partition()];
      offset = std::max(offset, delivery.offset() + 1);
      const std::string& namespace_name = namespaces_.at(std::string(message.topic));
      KafkaContent content = poison == nullptr ? read_kafka_message(message, namespace_name)
                                               : KafkaContent{{}, *poison};
      std::move(content.events.begin(), content.events.end(),
                std::back_inserter(submission.events));
      if (!content.problem.empty()) {
        submission.poison.push_back({.namespace_name = namespace_name,
                                     .source = fmt::format("kafka:{}", message.topic),
                                     .position = position_of(message),
                                     .bytes = std::string(message.value),
                                     .reason = std::move(content.problem)});
      }
    }
    for (const auto& [partition, offset] : next) {
      submission.positions.push_back({partition.topic, partition.number, offset});
    }
    const bool one_topic = next.begin()->first.topic == next.rbegin()->first.topic;
    submission.source = one_topic ? fmt::format("kafka:{}", next.begin()->first.topic) : "kafka";
    tally = {static_cast<std::int64_t>(range.end - range.begin),
             static_cast<std::int64_t>(submission.events.size()),
             static_cast<std::int64_t>(submission.poison.size())};
    return submission;
  }

  void stored(const std::vector<KafkaPosition>& positions, const Tally& tally) {
    std::vector<KafkaOffset> next;
    {
      const std::scoped_lock lock(owner_.mutex_);
      for (const auto& [topic, partition, offset] : positions) {
        next.push_back({{topic, partition}, offset});
        const auto found = owner_.positions_.find({topic, partition});
        if (found == owner_.positions_.end()) continue;
        found->second = std::max(found->second.value_or(0), offset);
      }
      owner_.statistics_.messages += tally.messages;
      owner_.statistics_.events += tally.events;
      owner_.statistics_.poison += tally.poison;
      ++owner_.statistics_.submissions;
    }
    client_.commit(next);
  }

  // Where to begin ------------------------------------------------------------------------------

  std::vector<KafkaOffset> assigned(const std::vector<KafkaPartition>& partitions) {
    std::map<KafkaPartition, std::int64_t> known;
    for (bool is_first = true; !stop_; is_first = false) {
      try {
        known = find_positions(partitions);
        break;
      } catch (const Error& error) {
        if (is_first)
          log::warning("Kafka: waits until it is known where to begin: {}", error.what());
        const auto until = std::chrono::steady_clock::now() + kAnswerWait;
        while (!stop_ && std::chrono::steady_clock::now() < until) {
          std::this_thread::sleep_for(kFirstBackoff);
        }
      }
    }
    std::vector<KafkaOffset> offsets;
    const std::scoped_lock lock(owner_.mutex_);
    owner_.positions_.clear();
    for (const KafkaPartition& partition : partitions) {
      const auto found = known.find(partition);
      std::optional<std::int64_t> offset;
      if (found != known.end()) offset = found->second;
      offsets.push_back({partition, offset});
      owner_.positions_[{partition.topic, partition.number}] = offset;
    }
    return offsets;
  }

  /// As the database has them, or else the group. Throws Error when one of them does not answer.
  std::map<KafkaPartition, std::int64_t> find_positions(
      const std::vector<KafkaPartition>& partitions) const {
    std::map<KafkaPartition, std::int64_t> positions = read_positions(partitions);
    std::vector<KafkaPartition> unknown;
    for (const KafkaPartition& partition : partitions) {
      if (!positions.contains(partition)) unknown.push_back(partition);
    }
    if (unknown.empty()) return positions;
    auto committed = client_.ask_committed(unknown, kAnswerWait);
    if (!committed) throw Error("the brokers do not say how far the group is");
    positions.merge(*committed);
    return positions;
  }

  std::map<KafkaPartition, std::int64_t> read_positions(
      const std::vector<KafkaPartition>& partitions) const {
    std::vector<std::string> topics;
    std::vector<std::int32_t> numbers;
    for (const auto& [topic, number] : partitions) {
      topics.push_back(topic);
      numbers.push_back(number);
    }
    std::map<KafkaPartition, std::int64_t> positions;
    const auto connection = owner_.pool_.take(kConnectionWait);
    for (const auto row : connection->query(kReadPositions, {topics, numbers})) {
      positions[{row.text("topic"), static_cast<std::int32_t>(row.int64("partition"))}] =
          row.int64("next_offset");
    }
    return positions;
  }

  void revoked() {
    without_beginning_.clear();
    const std::scoped_lock lock(owner_.mutex_);
    owner_.positions_.clear();
  }

  /// Goes on with partitions that do not have the offset where they were to be read from. All that
  /// was read of any is stored by now.
  void find_beginnings() {
    if (without_beginning_.empty() || !pending_.empty()) return;
    for (const KafkaPartition& partition : without_beginning_) {
      if (!find_beginning(partition)) return;
    }
    without_beginning_.clear();
    std::vector<KafkaOffset> offsets;
    {
      const std::scoped_lock lock(owner_.mutex_);
      for (const auto& [partition, offset] : owner_.positions_) {
        offsets.push_back({{partition.first, partition.second}, offset});
      }
    }
    client_.start_at(offsets);
  }

  /// False when it must be tried again.
  bool find_beginning(const KafkaPartition& partition) {
    const auto marks = client_.ask_watermarks(partition, kAnswerWait);
    if (!marks) return false;
    std::optional<std::int64_t>& position =
        owner_.positions_.at({partition.topic, partition.number});
    const std::int64_t before = position.value_or(marks->low);
    if (before > marks->high) {
      if (!forget(partition, before, marks->high)) return false;
    } else if (before < marks->low) {
      log::error("Kafka: {}: {} messages were deleted before they were read (offsets {} to {})",
                 name_of(partition), marks->low - before, before, marks->low - 1);
    }
    const std::scoped_lock lock(owner_.mutex_);
    owner_.statistics_.missed += std::max<std::int64_t>(marks->low - before, 0);
    if (before < marks->low || before > marks->high) position = marks->low;
    return true;
  }

  /// The partition ends in front of what was read of it: it was emptied, or its topic made anew.
  bool forget(const KafkaPartition& partition, std::int64_t position, std::int64_t end) {
    log::error("Kafka: {} was read to {}, but ends at {}: it is read again from its beginning",
               name_of(partition), position, end);
    try {
      const auto connection = owner_.pool_.take(kConnectionWait);
      connection->execute(kForgetPosition, {partition.topic, partition.number, end});
    } catch (const store::DatabaseError& error) {
      log::warning("Kafka: waits for the database: {}", error.what());
      return false;
    }
    return true;
  }

  KafkaConsumer& owner_;
  const std::atomic<bool>& stop_;
  std::map<std::string, std::string> namespaces_;  ///< by topic
  std::vector<KafkaDelivery> pending_;             ///< read, not stored yet
  std::size_t pending_bytes_ = 0;
  std::set<KafkaPartition> without_beginning_;
  bool is_paused_ = false;
  bool no_broker_ = false;
  std::string fatal_;
  KafkaClient client_;  ///< last: it calls back while it ends
};

KafkaConsumer::KafkaConsumer(KafkaOptions options, store::Pool& pool, Take take)
    : options_(std::move(options)), pool_(pool), take_(std::move(take)) {}

KafkaConsumer::~KafkaConsumer() = default;

void KafkaConsumer::run(const std::atomic<bool>& stop) {
  const auto session = std::make_unique<Session>(*this, stop);
  const auto use = [this](Session* in_use) {
    const std::scoped_lock lock(mutex_);
    session_ = in_use;
  };
  use(session.get());
  try {
    session->run();
  } catch (...) {
    use(nullptr);
    throw;
  }
  use(nullptr);
}

KafkaConsumer::Statistics KafkaConsumer::statistics() const {
  const std::scoped_lock lock(mutex_);
  Statistics statistics = statistics_;
  for (const auto& [partition, next_offset] : positions_) {
    Partition& one = statistics.partitions.emplace_back();
    one.topic = partition.first;
    one.number = partition.second;
    one.next_offset = next_offset;
    if (session_ == nullptr) continue;
    const auto marks = session_->client().known_watermarks({one.topic, one.number});
    if (marks) one.lag = marks->high - next_offset.value_or(std::max<std::int64_t>(marks->low, 0));
  }
  return statistics;
}

}  // namespace reckoner::metering

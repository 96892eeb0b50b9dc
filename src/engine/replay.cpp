#include "engine/replay.hpp"

#include <fmt/format.h>

#include "engine/replay_document.hpp"

namespace reckoner::engine {

namespace {

/// Computes documents of histories again, each customer's in its order.
class Replaying {
 public:
  Replaying(store::Connection& connection, Versions& versions, std::optional<CustomerId> customer)
      : connection_(connection),
        versions_(connection, versions),
        reach_(connection),
        events_(connection, customer) {}

  template <class IsWanted, class Take>
  void page(std::vector<store::ScannedDocument> documents, const IsWanted& is_wanted,
            const Take& take) {
    for (CustomerHistory& history : read_histories(connection_, std::move(documents))) {
      history.events = events_.of(history.id);
      BilledSoFar billed(history);
      for (const store::ScannedDocument& document : history.documents) {
        if (is_wanted(document)) {
          take(replay_document(history, billed, document, versions_, reach_));
        }
        billed.add(document);
      }
    }
  }

 private:
  store::Connection& connection_;
  PricingVersions versions_;
  const UsageReach reach_;
  EventsByCustomer events_;
};

}  // namespace

std::string_view to_string(Replayed::Cause cause) {
  switch (cause) {
    case Replayed::Cause::kNone:
      return "the same";
    case Replayed::Cause::kRows:
      return "its rows were changed";
    case Replayed::Cause::kData:
      return "data behind it was changed";
    case Replayed::Cause::kProgram:
      return "the program is another";
  }
  throw Bug("a cause that is none");
}

Replay::Replay(store::Connection& connection, Versions& versions)
    : connection_(connection), versions_(versions) {}

Replayed Replay::one(const std::string& number) {
  const auto id = store::find_document(connection_, number);
  if (!id) throw Error(fmt::format("there is no document '{}'", number));
  store::DocumentScan scan(connection_, id->customer);
  Replaying replaying(connection_, versions_, id->customer);
  std::optional<Replayed> found;
  replaying.page(
      scan.next(), [&](const store::ScannedDocument& document) { return document.id == *id; },
      [&](Replayed&& replayed) { found = std::move(replayed); });
  if (!found) throw Error(fmt::format("{} has no document", number));
  return *std::move(found);
}

void Replay::all(std::optional<RunId> run, const std::function<void(Replayed&&)>& take,
                 const std::function<void(const Progress&)>& progress) {
  store::DocumentScan scan(connection_);
  Replaying replaying(connection_, versions_, std::nullopt);
  Progress so_far{.done = 0, .total = scan.total()};
  for (auto page = scan.next(); !page.empty(); page = scan.next()) {
    so_far.done += static_cast<std::int64_t>(page.size());
    replaying.page(
        std::move(page),
        [&](const store::ScannedDocument& document) { return !run || document.run == *run; }, take);
    if (progress) progress(so_far);
  }
}

}  // namespace reckoner::engine

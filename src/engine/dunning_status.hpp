#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/chain.hpp"
#include "engine/overdue.hpp"
#include "store/connection.hpp"
#include "text/json.hpp"

namespace reckoner::engine {

/// How dunning of a document stands.
struct DunnedDocument {
  struct Step {
    std::string name;
    std::string handler;
    time::Date taken_on{};
    money::Money overdue;  ///< then
    std::optional<money::Money> fee;
    std::string note;    ///< why there is no fee; empty: as configured
    std::string undone;  ///< why it was undone; empty: it stands
  };
  struct Next {
    std::string name;
    time::Date on{};
  };
  OverdueDocument document;  ///< as it is now
  bool goes_on = false;      ///< it has not come to an end since the last step
  std::string end;           ///< how it did: "paid", "credited", "void", "written-off"
  std::optional<time::Date> ended_on;
  std::vector<Step> steps;
  std::optional<Next> next;  ///< of one that goes on, by the configuration in force
};

/// Which documents; what is empty does not restrict.
struct DunningFilter {
  std::optional<CustomerId> customer = std::nullopt;
  bool going_on = false;  ///< only those
};
/// Where a list goes on: behind this document.
struct DunningPlaceInList {
  CustomerId customer;
  std::int64_t ordinal = 0;
};

/// Documents on which a step was taken, by customer and document, at most `limit`. `steps` are
/// those of the engine that duns.
std::vector<DunnedDocument> list_dunning(store::Connection& connection, const DunningFilter& filter,
                                         const std::optional<DunningPlaceInList>& behind,
                                         std::int64_t limit,
                                         std::span<const invoicing::DunningStep> steps);

/// The steps of the first engine of the version that duns; empty where none does.
std::vector<invoicing::DunningStep> dunning_steps_of(const CompiledVersion& version);

/// Leaves out what customers are not told: that what they owe is proposed to be given up, or will
/// be. Documents on which nothing else was done are not in the list then.
void hide_proposals(std::vector<DunnedDocument>& documents, const CompiledVersion& version);

/// As the API and --json have it.
void write_dunned(text::JsonWriter& json, const DunnedDocument& dunned);

}  // namespace reckoner::engine

#include "engine/series_head.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "base/error.hpp"
#include "base/hash.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kHeads{"series heads", R"(
  select distinct on (series, year) series, year, number, encode(chain_hash, 'hex') as chain_hash,
         count(*) over (partition by series, year) as numbers
    from issued order by series, year, seq desc)"};

constexpr store::Statement kAt{"link of a series", R"(
  select number, encode(chain_hash, 'hex') as chain_hash from issued
   where series = $1 and year = $2 and seq = $3 order by number limit 1)"};

constexpr store::Statement kCount{"numbers of a series", R"(
  select count(*) as numbers, coalesce(max(number) filter (where seq = last_seq), '') as last_number
    from (select number, seq, max(seq) over () as last_seq from issued
           where series = $1 and year = $2) i)"};

std::int64_t whole_number(const text::Json& json) {
  const std::string& digits = json.as_number();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    throw Error(fmt::format("'{}' is not a whole number", digits));
  }
  return number;
}

/// What is wrong with the database, seen from the head.
std::optional<std::string> broken_off(store::Connection& connection, const SeriesHead& head) {
  const std::string name =
      head.year == 0 ? head.series : fmt::format("{} {}", head.series, head.year);
  const auto at = connection.query(kAt, {head.series, head.year, head.count}).at_most_one();
  if (!at) {
    const store::Row now = connection.query(kCount, {head.series, head.year}).only();
    const std::string last = now.text("last_number");
    return fmt::format("{}: {} numbers had been issued, to {}; there are {}{}: its tail is cut",
                       name, head.count, head.last_number, now.int64("numbers"),
                       last.empty() ? "" : fmt::format(", to {}", last));
  }
  if (at->text("number") != head.last_number) {
    return fmt::format("{}: no. {} was {} and is {}", name, head.count, head.last_number,
                       at->text("number"));
  }
  if (at->text("chain_hash") != head.chain_hash) {
    return fmt::format(
        "{}: what was issued to {} has been written anew: the link there was {} and "
        "is {}",
        name, head.last_number, head.chain_hash, at->text("chain_hash"));
  }
  return std::nullopt;
}

}  // namespace

std::vector<SeriesHead> series_heads(store::Connection& connection) {
  std::vector<SeriesHead> heads;
  for (const store::Row& row : connection.query(kHeads)) {
    heads.push_back({row.text("series"), row.int64("year"), row.int64("numbers"),
                     row.text("number"), row.text("chain_hash")});
  }
  return heads;
}

void write_json(text::JsonWriter& json, const std::vector<SeriesHead>& heads) {
  json.begin_object().key("series").begin_array();
  for (const SeriesHead& head : heads) {
    json.begin_object().key("series").string(head.series).key("year").number(head.year);
    json.key("count").number(head.count).key("last_number").string(head.last_number);
    json.key("chain_hash").string(head.chain_hash).end_object();
  }
  json.end_array().end_object();
}

std::vector<SeriesHead> parse_series_heads(std::string_view json) {
  std::vector<SeriesHead> heads;
  const text::Json root = text::parse_json(json);
  for (const text::Json& entry : root.at("series").as_array()) {
    heads.push_back({entry.at("series").as_string(), whole_number(entry.at("year")),
                     whole_number(entry.at("count")), entry.at("last_number").as_string(),
                     entry.at("chain_hash").as_string()});
    if (from_hex(heads.back().chain_hash).size() != Sha256().size() || heads.back().count < 1) {
      throw Error(fmt::format("the head of {} is none", heads.back().series));
    }
  }
  return heads;
}

store::CheckOutcome check_continuation(store::Connection& connection,
                                       const std::vector<SeriesHead>& heads) {
  store::CheckOutcome outcome{.name = "continuation",
                              .claim = "each series goes on from where the head was exported",
                              .unit = "series",
                              .invariant = "V12"};
  for (const SeriesHead& head : heads) {
    ++outcome.checked;
    if (auto wrong = broken_off(connection, head)) outcome.add_wrong(*std::move(wrong));
  }
  return outcome;
}

}  // namespace reckoner::engine

#include "event_copy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "copy_session.hpp"
#include "machine.hpp"

namespace reckoner::bench {

namespace {

constexpr std::string_view kSignature{"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", 19};
constexpr std::string_view kTrailer{"\xff\xff", 2};
constexpr std::int64_t kFillChunk = 20'000;

/// The rows of a table in COPY's binary format, without signature and trailer.
struct BinaryRows {
  std::string bytes;
  std::vector<std::size_t> starts;  ///< of each row, and the end

  std::int64_t size() const { return static_cast<std::int64_t>(starts.size()) - 1; }
  std::string_view rows(std::int64_t first, std::int64_t count) const {
    const std::size_t begin = starts[static_cast<std::size_t>(first)];
    return std::string_view(bytes).substr(begin,
                                          starts[static_cast<std::size_t>(first + count)] - begin);
  }
};

/// The server sends a row a message; the signature comes with the first, the trailer alone.
BinaryRows read_rows(CopySession& session, std::string_view table, std::int64_t after_batch,
                     std::int64_t up_to_batch) {
  BinaryRows rows;
  session.copy_out(
      fmt::format(
          "copy (select * from {} where batch_id > {} and batch_id <= {} order by batch_id) "
          "to stdout (format binary)",
          table, after_batch, up_to_batch),
      [&](std::string_view piece) {
        if (piece.starts_with(kSignature.substr(0, 11))) piece.remove_prefix(kSignature.size());
        if (piece.empty() || piece == kTrailer) return;
        rows.starts.push_back(rows.bytes.size());
        rows.bytes += piece;
      });
  rows.starts.push_back(rows.bytes.size());
  return rows;
}

void write_rows(CopySession& session, std::string_view table, std::string_view rows) {
  const std::string sql = fmt::format("copy {} from stdin (format binary)", table);
  session.begin_copy_in(sql);
  session.put(kSignature);
  session.put(rows);
  session.put(kTrailer);
  session.end_copy_in(sql);
}

/// The last batch with which all batches after `after_batch` have at most `events_max` events.
std::int64_t last_batch_within(CopySession& session, std::int64_t after_batch,
                               std::int64_t events_max) {
  std::string answer;
  session.copy_out(
      fmt::format(
          "copy (select coalesce(max(batch_id), 0) from (select batch_id, sum(counted) over "
          "(order by batch_id) as events from ingest_batch where batch_id > {}) b "
          "where events <= {}) to stdout",
          after_batch, events_max),
      [&](std::string_view piece) { answer += piece; });
  return std::stoll(answer);
}

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i));
}

void append_value(std::string& out, std::string_view value) {
  append_big_endian(out, value.size(), 4);
  out += value;
}

}  // namespace

EventCopy copy_events(const std::string& source, const std::string& target,
                      std::int64_t after_batch, std::int64_t transaction_events,
                      std::int64_t events_max) {
  CopySession from(source);
  const std::int64_t last = last_batch_within(from, after_batch, events_max);
  const BinaryRows keys = read_rows(from, "event_key", after_batch, last);
  const BinaryRows events = read_rows(from, "raw_event", after_batch, last);
  if (keys.size() != events.size() || keys.size() == 0) {
    throw Error(fmt::format("{} keys and {} raw events were stored", keys.size(), events.size()));
  }
  EventCopy copy{.events = keys.size(), .transaction_events = transaction_events};
  CopySession to(target);
  const Stopwatch watch;
  for (std::int64_t done = 0; done < copy.events;) {
    const std::int64_t count = std::min(transaction_events, copy.events - done);
    to.execute("begin");
    write_rows(to, "event_key", keys.rows(done, count));
    write_rows(to, "raw_event", events.rows(done, count));
    to.execute("commit");
    done += count;
  }
  copy.seconds = watch.seconds();
  return copy;
}

void fill_event_keys(const std::string& conninfo, std::int64_t rows) {
  using Key = std::array<char, 16>;
  CopySession session(conninfo);
  std::mt19937_64 random(7);
  const auto made_up = [&] {
    Key key;
    const std::array<std::uint64_t, 2> halves{random(), random()};
    std::memcpy(key.data(), halves.data(), key.size());
    return key;
  };
  std::vector<Key> keys;
  std::string bytes;
  for (std::int64_t done = 0; done < rows; done += static_cast<std::int64_t>(keys.size())) {
    keys.resize(static_cast<std::size_t>(std::min(kFillChunk, rows - done)));
    std::generate(keys.begin(), keys.end(), made_up);
    std::sort(keys.begin(), keys.end(), [](const Key& a, const Key& b) {
      return std::memcmp(a.data(), b.data(), a.size()) < 0;
    });
    bytes.clear();
    for (const Key& key : keys) {
      append_big_endian(bytes, 4, 2);
      append_value(bytes, "default");
      append_value(bytes, {key.data(), key.size()});
      append_value(bytes, {key.data(), key.size()});
      append_value(bytes, std::string_view("\0\0\0\0\0\0\0\0", 8));
    }
    write_rows(session, "event_key (namespace, key, digest, batch_id)", bytes);
  }
}

}  // namespace reckoner::bench

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

typedef struct pg_conn PGconn;

namespace reckoner::bench {

/// A connection for COPY as fast as libpq does it. Everything throws Error when the database
/// refuses.
class CopySession {
 public:
  explicit CopySession(const std::string& conninfo);
  ~CopySession();

  void execute(const std::string& sql);

  /// COPY … TO STDOUT: `sink` is given each message.
  template <class Sink>
  void copy_out(const std::string& sql, Sink sink) {
    execute(sql);
    for (std::string_view piece; next_piece(sql, piece);) sink(piece);
  }

  /// COPY … FROM STDIN in three steps; the last gives the number of rows.
  void begin_copy_in(const std::string& sql) { execute(sql); }
  void put(std::string_view bytes);
  std::int64_t end_copy_in(std::string_view sql);

 private:
  [[noreturn]] void fail(std::string_view what) const;
  bool next_piece(std::string_view sql, std::string_view& piece);
  std::int64_t end_copy(std::string_view sql);

  struct Finish {
    void operator()(PGconn* connection) const;
  };
  struct Free {
    void operator()(char* memory) const;
  };
  std::unique_ptr<PGconn, Finish> connection_;
  std::unique_ptr<char, Free> piece_;
};

}  // namespace reckoner::bench

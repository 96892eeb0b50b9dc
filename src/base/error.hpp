#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace reckoner {

/// The world refuses: a file, the database, a mail server, or input that cannot be used.
/// The message gathers its path as it rises:
///   engine monthly, run 812 / customer acme, charge bandwidth: tier 2 has no price
/// Throw with the innermost reason; every level that knows more adds it with `in()` and rethrows:
///   catch (Error& error) { error.in("charge bandwidth"); throw; }
class Error : public std::runtime_error {
 public:
  explicit Error(std::string reason);

  /// Puts `place` in front of the path gathered so far.
  Error& in(std::string_view place);

  /// The whole message: path, colon, reason.
  const char* what() const noexcept override { return message_.c_str(); }
  const std::string& reason() const { return reason_; }
  const std::string& path() const { return path_; }

 private:
  std::string reason_;
  std::string path_;
  std::string message_;
};

/// The command line was used wrongly: exit code 2.
class UsageError : public Error {
  using Error::Error;
};

/// The program cannot start its work (no database, data directory unusable, port taken): exit
/// code 3.
class StartError : public Error {
  using Error::Error;
};

/// A bug in Reckoner. Thrown by RK_CHECK, in release as well; the batch at hand rolls back.
class Bug : public std::logic_error {
  using std::logic_error::logic_error;
};

namespace detail {
[[noreturn]] void check_failed(const char* expression, const char* file, int line);
}

}  // namespace reckoner

/// States what must hold whatever the input. On in release.
#define RK_CHECK(expression) \
  ((expression) ? void(0) : ::reckoner::detail::check_failed(#expression, __FILE__, __LINE__))

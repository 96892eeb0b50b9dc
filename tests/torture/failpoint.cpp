#include "base/failpoint.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include "base/error.hpp"
#include "failpoint_registry.hpp"

// What a point does is told by the environment:
//   RECKONER_FAILPOINT      NAME:COUNT:ACTION, where the COUNTth passing of the point NAME does
//   ACTION, once:
//                           kill (SIGKILL), stop (SIGSTOP), error (throws), delay=MILLISECONDS
//   RECKONER_FAILPOINT_LOG  a file that gets a line with the name at each passing of a
//   point
// What cannot be read ends the program: a test that disturbs nothing would prove nothing.
namespace reckoner::failpoint {

namespace {

std::set<std::string_view>& registry() {
  static std::set<std::string_view> names;
  return names;
}

struct Order {
  std::string name;
  int count = 0;
  std::string action;
};

[[noreturn]] void refuse(std::string_view order) {
  fmt::print(stderr,
             "RECKONER_FAILPOINT={} is not NAME:COUNT:ACTION with a point of --list-failpoints\n",
             order);
  std::_Exit(2);
}

Order order_of_environment() {
  const char* text = std::getenv("RECKONER_FAILPOINT");
  if (text == nullptr) return {};
  const std::string_view order = text;
  const std::size_t first = order.find(':');
  const std::size_t second = order.find(':', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) refuse(order);
  Order parsed{std::string(order.substr(0, first)), 0, std::string(order.substr(second + 1))};
  const std::string_view count = order.substr(first + 1, second - first - 1);
  const auto read = std::from_chars(count.data(), count.data() + count.size(), parsed.count);
  if (read.ec != std::errc() || read.ptr != count.data() + count.size() || parsed.count < 1)
    refuse(order);
  if (!registry().contains(parsed.name)) refuse(order);
  return parsed;
}

void act(const Order& order) {
  constexpr std::string_view kDelay = "delay=";
  if (order.action == "kill") {
    kill(getpid(), SIGKILL);
    pause();
  } else if (order.action == "stop") {
    kill(getpid(), SIGSTOP);
  } else if (order.action == "error") {
    throw Error("failpoint " + order.name);
  } else if (order.action.starts_with(kDelay)) {
    std::this_thread::sleep_for(
        std::chrono::milliseconds(std::stoi(order.action.substr(kDelay.size()))));
  } else {
    refuse(order.action);
  }
}

/// One write to a file opened for appending is whole, whatever is killed.
void note(const char* name) {
  static const char* const path = std::getenv("RECKONER_FAILPOINT_LOG");
  if (path == nullptr) return;
  static const int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  const std::string line = std::string(name) + "\n";
  if (file < 0 || write(file, line.data(), line.size()) < 0) std::_Exit(2);
}

const Order& order() {
  static const Order order = order_of_environment();
  return order;
}

}  // namespace

bool enlist(const char* name) {
  registry().insert(name);
  return true;
}

std::string list() {
  std::string lines;
  for (const std::string_view name : registry()) lines.append(name).append("\n");
  return lines;
}

void check_order() {
  order();
}

void pass(const char* name) {
  static std::atomic<int> passed{0};
  note(name);
  if (order().count == 0 || order().name != name) return;
  if (++passed == order().count) act(order());
}

}  // namespace reckoner::failpoint

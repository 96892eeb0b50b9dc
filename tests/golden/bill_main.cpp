#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "golden/bill_documents.hpp"
#include "golden/bill_story.hpp"
#include "golden/bill_world.hpp"

// bill_stories [--update] [--shard I/N] FILE.bill|DIRECTORY…
//
// Plays stories (README.md) and prints what differs from what they expect. --update writes what was
// issued into the expectations that differ, so that the difference of the files is the review.
// --shard plays each N-th story, from the I-th (1 to N). Exit code: 0 none failed, 1 some failed, 2
// used wrongly.

namespace reckoner::bill {
namespace {

struct Arguments {
  bool update = false;
  std::size_t shard = 0;
  std::size_t shards = 1;
  std::vector<std::string> files;
};

struct Outcome {
  Failures failures;
  std::map<int, std::vector<std::string>> differing;
};

Arguments arguments_of(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--update") {
      arguments.update = true;
    } else if (argument == "--shard" && i + 1 < argc) {
      const std::string shard = argv[++i];
      arguments.shard = std::stoul(shard) - 1;
      arguments.shards = std::stoul(shard.substr(shard.find('/') + 1));
    } else if (std::filesystem::is_directory(argument)) {
      for (const auto& entry : std::filesystem::directory_iterator(argument)) {
        if (entry.path().extension() == ".bill") arguments.files.push_back(entry.path().string());
      }
    } else {
      arguments.files.push_back(argument);
    }
  }
  std::ranges::sort(arguments.files);
  std::vector<std::string> mine;
  for (std::size_t i = arguments.shard; i < arguments.files.size(); i += arguments.shards) {
    mine.push_back(arguments.files[i]);
  }
  arguments.files = std::move(mine);
  return arguments;
}

Outcome play(const Story& story) {
  Outcome outcome;
  try {
    Billed in_time;
    {
      World world(story, Delivery::kOnTime, outcome.failures);
      if (!world.play()) return outcome;
      world.finish();
      in_time = world.billed();
      outcome.differing = world.differing();
    }
    if (!story.has_usage || story.not_compared) return outcome;
    World world(story, Delivery::kLate, outcome.failures);
    if (!world.play()) return outcome;
    world.finish();
    if (!story.late.empty()) {
      world.compare_late();
      outcome.differing.insert(world.differing().begin(), world.differing().end());
      return outcome;
    }
    for (const std::string& difference : differences(in_time, world.billed())) {
      outcome.failures.push_back(fmt::format("{}:1: {}", story.file, difference));
    }
  } catch (const std::exception& error) {
    outcome.failures.push_back(fmt::format("{}:1: {}", story.file, error.what()));
  }
  return outcome;
}

int play_all(const Arguments& arguments) {
  int passed = 0;
  int failed = 0;
  int not_compared = 0;
  for (const std::string& file : arguments.files) {
    const Story story = read_story(file);
    const Outcome outcome = play(story);
    if (story.not_compared) {
      ++not_compared;
      std::cout << fmt::format("{}: late usage not compared, because {}\n", file,
                               *story.not_compared);
    }
    for (const std::string& failure : outcome.failures) std::cout << failure << '\n';
    ++(outcome.failures.empty() ? passed : failed);
    if (arguments.update && !outcome.differing.empty()) rewrite(story, outcome.differing);
  }
  std::cout << fmt::format("{} passed, {} failed, {} without late usage compared\n", passed, failed,
                           not_compared);
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace reckoner::bill

int main(int argc, char** argv) {
  try {
    const auto arguments = reckoner::bill::arguments_of(argc, argv);
    if (arguments.files.empty()) {
      throw reckoner::UsageError(
          "usage: bill_stories [--update] [--shard I/N] FILE.bill|DIRECTORY…");
    }
    return reckoner::bill::play_all(arguments);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}

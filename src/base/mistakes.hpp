#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"

namespace reckoner {

/// Several things that are wrong with one input, found in one go. As an Error it says the first.
class Mistakes : public Error {
 public:
  /// At least one message.
  explicit Mistakes(std::vector<std::string> messages);

  /// In the order in which they were found.
  const std::vector<std::string>& messages() const { return messages_; }

 private:
  std::vector<std::string> messages_;
};

/// All that an Error says: the messages of Mistakes, else its own.
std::vector<std::string> messages_of(const Error& error);

/// Goes on behind a mistake to find the others, where things are independent of each other:
///   MistakeCollector mistakes;
///   for (const Element& child : children) mistakes.attempt([&] { out.push_back(read(child)); });
///   mistakes.finish();
/// What is looked at behind finish() may rely on everything having been read.
class MistakeCollector {
 public:
  /// More are not of use to anybody: the one that reaches it ends the search.
  static constexpr std::size_t kMax = 100;

  /// Runs `work` and notes the Error it throws. Throws Mistakes when there are enough.
  template <class Work>
  void attempt(const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      note(error);
    }
  }
  bool any() const { return !messages_.empty(); }
  /// Throws Mistakes when there were any.
  void finish() const;

 private:
  void note(const Error& error);

  std::vector<std::string> messages_;
};

}  // namespace reckoner

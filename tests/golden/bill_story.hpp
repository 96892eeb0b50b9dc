#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "money/decimal.hpp"
#include "time/time.hpp"

/// Billing stories: files that a billing clerk can read and write (README.md here is their
/// grammar).
namespace reckoner::bill {

/// The words of a line behind its verb. Positional words are taken from the front, options by their
/// names from anywhere; done() refuses what nobody took.
class Words {
 public:
  explicit Words(std::vector<std::string> words) : words_(std::move(words)) {}

  /// Throws Error naming `what` where there is no word.
  std::string next(std::string_view what);
  /// Whether the next word is that one, which is then taken.
  bool take(std::string_view word);
  /// The word behind `name`, wherever that stands; takes both.
  std::optional<std::string> option(std::string_view name);
  std::optional<time::Date> date(std::string_view name);
  std::optional<std::string> rest_of(std::string_view name);
  bool flag(std::string_view name);
  /// All words of the form name=value.
  std::map<std::string, std::string> pairs();
  bool empty() const { return words_.empty(); }
  /// Throws Error where a word is left.
  void done() const;

 private:
  std::vector<std::string> words_;
};

/// One line of a story, or a block of lines that `end` closes.
struct Step {
  int line = 0;                   ///< from 1
  std::optional<time::Date> day;  ///< none: before everything else
  std::string time_of_day;        ///< "14:30" of the customer's clock, "14:30Z", or empty
  std::string verb;
  std::vector<std::string> words;  ///< behind the verb
  bool is_block = false;
  std::vector<std::string> body;       ///< lines of a block, without comments
  int ends_at = 0;                     ///< the line of a block's `end`
  std::optional<std::string> refused;  ///< a part of the message that must refuse it
};

struct Story {
  std::string file;
  std::vector<std::string> lines;
  std::string title;
  std::vector<Step> steps;
  std::vector<Step> late;                   ///< what is expected instead when usage arrives late
  std::optional<std::string> not_compared;  ///< why the late world is not compared
  bool has_usage = false;
};

/// Throws Error("file:line: reason").
Story read_story(const std::string& file);

/// Writes the story with the bodies of some expectations, named by the line of their first, put in
/// the place of theirs. Comments in a block stay, at its beginning.
void rewrite(const Story& story, const std::map<int, std::vector<std::string>>& bodies);

/// "  a  b " is "a b".
std::string squeezed(std::string_view text);

}  // namespace reckoner::bill

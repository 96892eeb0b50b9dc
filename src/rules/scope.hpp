#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rules/facts.hpp"
#include "rules/value.hpp"

namespace reckoner::rules {

struct Function;
struct ItemType;
class ItemTypes;

/// What all texts of a model share while they are compiled.
struct Layout {
  std::size_t locals = 0;  ///< the slots that a frame for the texts compiled so far needs
  std::set<std::string, std::less<>> members;  ///< all names that an entry of a context may have
  const ItemTypes* types = nullptr;            ///< for "instance of"; none: the simple types
};

/// What a name means where a text stands.
struct Meaning {
  enum class Kind { kFact, kLocal, kFunction };
  std::string name;
  Kind kind = Kind::kFact;
  std::size_t slot = 0;                           ///< of a fact or a local
  Type type = Type::kAny;                         ///< of a fact or a local
  std::shared_ptr<const ItemType> item = {};      ///< its declared type, if it has one
  std::shared_ptr<const Function> function = {};  ///< of a function
};

/// The names a text may use. Later ones hide earlier ones. Names may contain blanks and dots.
class Scope {
 public:
  explicit Scope(Layout& layout) : layout_(&layout) {}
  Scope(const FactNames& facts, Layout& layout);

  /// A variable, decision or parameter: its slot in the frame, which is its own for good.
  std::size_t add(std::string name, Type type, std::shared_ptr<const ItemType> item = {});
  /// A name for a slot that is there already.
  void add_alias(std::string name, std::size_t slot, Type type,
                 std::shared_ptr<const ItemType> item = {});
  /// A fact that has a declared type.
  void add_fact(std::string name, std::size_t slot, Type type,
                std::shared_ptr<const ItemType> item);
  void add_function(std::string name, std::shared_ptr<const Function> function);

  /// Everything added after the mark is forgotten again; the slots stay taken.
  std::size_t mark() const { return meanings_.size(); }
  void forget(std::size_t mark) { meanings_.resize(mark); }

  /// Within a filter a name may also be that of an entry of the item.
  void enter_filter() { ++filters_; }
  void leave_filter() { --filters_; }
  bool in_filter() const { return filters_ > 0; }

  const std::vector<Meaning>& meanings() const { return meanings_; }
  /// The innermost one of that name, or nullptr.
  const Meaning* find(std::string_view name) const;
  /// For suggestions.
  std::vector<std::string> names() const;
  Layout& layout() const { return *layout_; }

 private:
  Layout* layout_;
  std::vector<Meaning> meanings_;
  int filters_ = 0;
};

/// Blanks at the ends gone, and one for each run of blanks: how names are compared.
std::string with_single_blanks(std::string_view text);

}  // namespace reckoner::rules

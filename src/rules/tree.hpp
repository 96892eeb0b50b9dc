#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rules/arithmetic.hpp"
#include "rules/frame.hpp"
#include "rules/functions.hpp"
#include "rules/item_type.hpp"
#include "rules/value.hpp"

/// The trees that the parser makes of texts. Immutable: evaluated from any number of threads.
namespace reckoner::rules {

struct RangeParts;

/// An expression.
class Node {
 public:
  virtual ~Node() = default;
  /// The value lies in the tree, in `frame` or in `scratch`, and is copied nowhere on the way.
  virtual const Value& evaluate(Frame& frame, Value& scratch) const = 0;
  /// What it can be beside null, as far as that is known before evaluation. A node of several
  /// operands finds it once, when it is made: asking must not walk through the tree.
  virtual Type type() const = 0;
  /// The value when it is the same for all facts and needs no arithmetic, else nullptr.
  virtual const Value* literal() const { return nullptr; }
  /// The declared type, where there is one.
  virtual const ItemType* item_type() const { return nullptr; }
  /// The ends, when it is a range as it is written, else nullptr.
  virtual const RangeParts* range_parts() const { return nullptr; }
};
using NodePointer = std::shared_ptr<const Node>;

/// Either end may be missing: nullptr.
struct RangeParts {
  NodePointer low;
  NodePointer high;
  bool low_included = false;
  bool high_included = false;
};

/// The value, copied.
Value value_of(const Node& node, Frame& frame);

enum class Connective { kAnd, kOr };

NodePointer make_literal(Value value);
NodePointer make_fact(std::size_t slot, Type type, std::shared_ptr<const ItemType> item);
NodePointer make_local(std::size_t slot, Type type, std::shared_ptr<const ItemType> item);
NodePointer make_negation(NodePointer operand);
NodePointer make_arithmetic(Arithmetic operation, NodePointer left, NodePointer right);
NodePointer make_comparison(Comparison comparison, NodePointer left, NodePointer right);
NodePointer make_logic(Connective operation, NodePointer left, NodePointer right);
NodePointer make_not(NodePointer operand);
NodePointer make_choice(NodePointer condition, NodePointer then, NodePointer otherwise);
NodePointer make_between(NodePointer value, NodePointer low, NodePointer high);
/// Puts `place` in front of an error that has no place yet.
NodePointer make_placed(NodePointer inner, std::string place);
/// Refuses a value that is not of the type; `what` names it ("decision 'Fee'").
NodePointer make_checked(NodePointer inner, std::string what, std::shared_ptr<const ItemType> item);

// Lists, contexts and ranges (tree_collections.cpp).
NodePointer make_list(std::vector<NodePointer> items);
struct EntryNode {
  std::string name;
  std::size_t slot;  ///< where later entries find it
  NodePointer value;
};
NodePointer make_context(std::vector<EntryNode> entries);
NodePointer make_range(NodePointer low, bool low_included, NodePointer high, bool high_included);
/// The entry of a context, the property of a date or duration, of a list that of each member.
NodePointer make_path(NodePointer owner, std::string member);
/// Within a filter: the item's entry of that name, or else `otherwise` (nullptr: null).
NodePointer make_item_member(std::size_t item_slot, std::string member, NodePointer otherwise);
/// owner[condition]: a number chooses one member, true or false which of them stay. A value that is
/// no list is a list of one.
NodePointer make_filter(NodePointer owner, NodePointer condition, std::size_t item_slot);

/// One "x in …" of an iteration: a list, or from `source` to `end` when that is there.
struct Iterator {
  std::size_t slot;
  NodePointer source;
  NodePointer end;
};
/// The results so far are in `partial_slot`, where the body asks for them.
NodePointer make_for(std::vector<Iterator> iterators, NodePointer body,
                     std::optional<std::size_t> partial_slot);
/// some (any == true) or every … satisfies.
NodePointer make_quantified(bool any, std::vector<Iterator> iterators, NodePointer condition);
NodePointer make_sort(NodePointer list, std::size_t left, std::size_t right, NodePointer precedes);

// Calls (tree_calls.cpp).
/// A missing argument is null, and a node of its own only where a later one is given.
NodePointer make_call(const Builtin& builtin, std::vector<NodePointer> arguments);
/// One argument for each parameter.
NodePointer make_call(std::shared_ptr<const Function> function, std::vector<NodePointer> arguments);
NodePointer make_instance_of(NodePointer operand, std::shared_ptr<const ItemType> item);

/// A function of the model: a business knowledge model.
struct Function {
  struct Parameter {
    std::string name;
    std::shared_ptr<const ItemType> item;  ///< none: any value
  };
  std::string name;
  std::vector<Parameter> parameters;  ///< in slots 0, 1, 2 … of its own frame
  NodePointer body;
  std::size_t locals = 0;  ///< slots of its frame
  int depth = 1;           ///< 1 + that of the deepest function it calls
};

/// One positive unary test of an input entry.
class Test {
 public:
  virtual ~Test() = default;
  virtual Ternary test(const Value& input, Frame& frame) const = 0;
  /// The value of a test for equality with a literal, else nullptr.
  virtual const Value* literal() const { return nullptr; }
};
using TestPointer = std::shared_ptr<const Test>;

TestPointer make_comparison_test(Comparison comparison, NodePointer operand);
/// The input equals the value, is a member of that list or lies in that range.
TestPointer make_membership_test(NodePointer operand);
/// The expression, which speaks of the input as '?' in `input_slot`, is true.
TestPointer make_truth_test(NodePointer condition, std::size_t input_slot);

/// What a text of unary tests says: any value, or one of the tests holds, or (negated) none does.
struct ParsedTests {
  bool any = false;
  bool negated = false;
  std::vector<TestPointer> tests;

  Ternary test(const Value& input, Frame& frame) const;
};
/// value in (tests).
NodePointer make_in(NodePointer value, ParsedTests tests);

}  // namespace reckoner::rules

#include "pricing/figures.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <type_traits>

#include "base/error.hpp"
#include "base/suggest.hpp"

namespace reckoner::pricing {

namespace {

using money::Decimal;
using Value = std::optional<Decimal>;

struct Figure {
  std::string name;
  std::function<void(const Value&)> set;
};

/// The figures of terms, each with how it is put into them; the terms must stay where they are.
class Figures {
 public:
  explicit Figures(domain::Terms& terms) {
    std::visit([&](auto& model) { add(model); }, terms.model);
    if (has_allowance_) add_optional("allowance", terms.allowance);
    add_amount("minimum", terms.minimum);
    add_amount("maximum", terms.maximum);
  }

  const std::vector<Figure>& all() const { return figures_; }

 private:
  void add_figure(std::string_view name, std::function<void(const Value&)> set) {
    figures_.push_back({prefix_ + std::string(name), std::move(set)});
  }

  /// A figure that needs a value.
  template <class Target>
  void add_amount(std::string_view name, Target& target) {
    add_figure(name, [&target](const Value& value) {
      if (!value) throw Error("only an allowance can be unlimited");
      target = *value;
    });
  }
  void add_size(Decimal& size) {
    add_figure("size", [&size](const Value& value) {
      if (!value) throw Error("only an allowance can be unlimited");
      if (value->is_zero()) throw Error("a size is above zero");
      size = *value;
    });
  }
  void add_optional(std::string_view name, Value& target) {
    add_figure(name, [&target](const Value& value) { target = value; });
  }

  template <class Items, class Add>
  void add_each(std::string_view word, Items& items, const Add& add_item) {
    const std::string outer = prefix_;
    for (std::size_t i = 0; i < items.size(); ++i) {
      prefix_ = fmt::format("{}{}-{}-", outer, word, i + 1);
      add_item(items[i]);
    }
    prefix_ = outer;
  }

  /// `price` is its name, or empty where tiers have none.
  void add_tiers(std::vector<domain::Tier>& tiers, std::string_view price) {
    add_each("tier", tiers, [&](domain::Tier& tier) {
      if (!price.empty()) add_amount(price, tier.price);
      add_amount("fee", tier.fee);
    });
    if (!price.empty()) add_above(tiers, price, &domain::Tier::price);
    add_above(tiers, "fee", &domain::Tier::fee);
  }
  void add_above(std::vector<domain::Tier>& tiers, std::string_view name,
                 Decimal domain::Tier::*figure) {
    add_figure(fmt::format("above-{}", name), [&tiers, figure](const Value& value) {
      if (!value) throw Error("only an allowance can be unlimited");
      if (tiers.back().up_to) tiers.emplace_back();
      tiers.back().*figure = *value;
    });
  }

  void add(domain::Flat& flat) { add_amount("fee", flat.amount); }
  void add(domain::PerUnit& model) { add_amount("price", model.price); }
  void add(domain::Graduated& model) { add_tiers(model.tiers, "price"); }
  void add(domain::Volume& model) { add_tiers(model.tiers, "price"); }
  void add(domain::Stairstep& model) { add_tiers(model.tiers, ""); }
  void add(domain::GraduatedPercentage& model) { add_tiers(model.tiers, "percent"); }
  void add(domain::Package& model) {
    add_size(model.size);
    add_amount("price", model.price);
  }
  void add(domain::Blocks& model) {
    add_each("tier", model.tiers, [&](domain::BlockTier& tier) {
      add_size(tier.size);
      add_amount("price", tier.price);
    });
  }
  void add(domain::Dynamic& model) { add_amount("multiplier", model.multiplier); }
  void add(domain::Rate& rate) {
    std::visit([&](auto& model) { add(model); }, rate);
  }
  void add(domain::Percentage& model) {
    has_allowance_ = false;
    add_amount("percent", model.percent);
    add_amount("fixed", model.fixed);
    add_amount("free-count", model.free_count);
    add_amount("free-amount", model.free_amount);
    add_amount("transaction-minimum", model.transaction_minimum);
    add_amount("transaction-maximum", model.transaction_maximum);
  }
  void add(domain::Capacity& model) {
    has_allowance_ = false;
    add_each("tier", model.tiers,
             [&](domain::CapacityTier& tier) { add_amount("price", tier.price); });
  }
  void add(domain::Matrix& model) {
    add_each("row", model.rows, [&](domain::MatrixRow& row) { add(row.rate); });
  }
  void add(domain::Calendar& model) {
    add_each("band", model.bands, [&](domain::Band& band) { add(band.rate); });
  }
  void add(domain::Windowed& model) { add(model.rate); }

  std::vector<Figure> figures_;
  std::string prefix_;
  bool has_allowance_ = true;
};

std::vector<std::string> names_of(const Figures& figures) {
  std::vector<std::string> names;
  for (const Figure& figure : figures.all()) names.push_back(figure.name);
  return names;
}

}  // namespace

std::vector<std::string> figures_of(const domain::Charge& charge) {
  std::vector<std::string> names;
  for (domain::Terms terms : charge.terms) {
    for (std::string& name : names_of(Figures(terms))) {
      if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    }
  }
  return names;
}

void set_figure(domain::Terms& terms, std::string_view figure,
                const std::optional<money::Decimal>& value) {
  const Figures figures(terms);
  const auto found = std::ranges::find(figures.all(), figure, &Figure::name);
  if (found == figures.all().end()) {
    const std::vector<std::string> names = names_of(figures);
    throw Error(fmt::format("unknown figure '{}'{} (there are: {})", figure,
                            suggestion(figure, names), fmt::join(names, ", ")));
  }
  if (value && value->sign() < 0) {
    throw Error(fmt::format("figure '{}' is below zero: {}", figure, value->to_string()));
  }
  try {
    found->set(value);
  } catch (Error& error) {
    throw error.in(fmt::format("figure '{}'", figure));
  }
}

}  // namespace reckoner::pricing

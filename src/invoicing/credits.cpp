#include "invoicing/credits.hpp"

#include <algorithm>
#include <map>
#include <ranges>
#include <tuple>

#include "base/error.hpp"

namespace reckoner::invoicing {

namespace {

using Indices = std::vector<std::size_t>;

bool in_scope(const domain::Credit& credit, const CreditLine& line) {
  return credit.charges.empty() ||
         std::ranges::find(credit.charges, line.charge) != credit.charges.end();
}

bool has_expired(const domain::Credit& credit, time::Date on) {
  return credit.expires_on && *credit.expires_on <= on;
}

bool may_be_drawn(const domain::Credit& credit, time::Date on) {
  return !has_expired(credit, on) && (!credit.starts_on || *credit.starts_on <= on) &&
         (!credit.documents_left || *credit.documents_left > 0);
}

/// Priority, then soonest expiry (those without at last), then number.
bool drawn_before(const domain::Credit& a, const domain::Credit& b) {
  const auto rank = [](const domain::Credit& credit) {
    return std::tuple(credit.priority, !credit.expires_on.has_value(),
                      credit.expires_on.value_or(time::Date{}), credit.number);
  };
  return rank(a) < rank(b);
}

/// One document's lines while credits are applied to them.
class Application {
 public:
  Application(std::span<const CreditLine> lines, std::span<const domain::Credit> credits,
              time::Date issued_on, money::Currency currency, money::Rounding rounding)
      : lines_(lines),
        credits_(credits.begin(), credits.end()),
        issued_on_(issued_on),
        currency_(currency),
        rounding_(rounding),
        zero_(currency),
        shares_(lines.size(), zero_) {
    for (const CreditLine& line : lines) open_.push_back(line.amount);
  }

  void net_corrections() {
    net([](const CreditLine& line) {
      return std::tuple(line.corrects, line.tax, line.subscription);
    });
    net([](const CreditLine& line) { return std::tuple(line.corrects, line.tax); });
    net([](const CreditLine& line) { return line.corrects; });
  }

  void net_all() {
    net([](const CreditLine&) { return 0; });
  }

  void give_back(domain::CreditKind kind, std::span<const EarlierDraw> earlier) {
    for (const EarlierDraw& draw : earlier) {
      if (credit_of(draw).percent) give_back_one(kind, draw);
    }
    for (const EarlierDraw& draw : std::views::reverse(earlier)) {
      if (!credit_of(draw).percent) give_back_one(kind, draw);
    }
  }

  void draw(domain::CreditKind kind) {
    std::vector<domain::Credit*> order;
    for (domain::Credit& credit : credits_) {
      if (credit.kind == kind && credit.currency == currency_) order.push_back(&credit);
    }
    std::ranges::sort(order, [](const auto* a, const auto* b) { return drawn_before(*a, *b); });
    for (domain::Credit* credit : order) {
      if (!may_be_drawn(*credit, issued_on_)) continue;
      const Indices scope = indices(
          [&](std::size_t i) { return open_[i].sign() > 0 && in_scope(*credit, lines_[i]); });
      const money::Money base = sum(scope);
      const money::Money offered = share_of(*credit, base).value_or(left_of(*credit));
      const money::Money drawn = std::min(offered, base);
      if (drawn.sign() <= 0) continue;
      take(*credit, scope, drawn);
      move({credit->number, CreditMovementKind::kDraw, drawn, -1, 0}, *credit);
    }
  }

  CreditsApplied finish() && {
    CreditsApplied applied{std::move(draws_), std::move(shares_), {}, std::move(movements_)};
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      applied.rest.push_back(lines_[i].amount - applied.shares[i]);
    }
    return applied;
  }

 private:
  domain::Credit& credit_of(const EarlierDraw& draw) {
    const auto credit = std::ranges::find(credits_, draw.credit, &domain::Credit::number);
    RK_CHECK(credit != credits_.end());
    return *credit;
  }

  void give_back_one(domain::CreditKind kind, const EarlierDraw& draw) {
    domain::Credit& credit = credit_of(draw);
    if (credit.kind != kind || credit.currency != currency_) return;
    const Indices scope = indices([&](std::size_t i) {
      return lines_[i].corrects == draw.document && open_[i].sign() < 0 &&
             in_scope(credit, lines_[i]);
    });
    const money::Money base = -sum(scope);
    const money::Money back = std::min(draw.amount, share_of(credit, base).value_or(base));
    if (back.is_zero()) return;
    take(credit, scope, -back);
    const std::int64_t documents = back == draw.amount ? 1 : 0;
    move({credit.number, CreditMovementKind::kReverse, back, documents, draw.document}, credit);
    if (credit.amount_left && has_expired(credit, issued_on_)) {
      move({credit.number, CreditMovementKind::kLapse, back, 0, draw.document}, credit);
    }
  }

  template <class Predicate>
  Indices indices(const Predicate& holds) const {
    Indices found;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (holds(i)) found.push_back(i);
    }
    return found;
  }

  money::Money sum(const Indices& some) const {
    money::Money total = zero_;
    for (const std::size_t i : some) total += open_[i];
    return total;
  }

  /// The percentage of a base; none where the credit is an amount.
  std::optional<money::Money> share_of(const domain::Credit& credit,
                                       const money::Money& base) const {
    if (!credit.percent) return std::nullopt;
    return money::round_to_currency(base * money::Ratio(*credit.percent, 100), currency_,
                                    rounding_);
  }

  /// What is left of an amount, as far as it can be paid.
  money::Money left_of(const domain::Credit& credit) const {
    return money::round_to_currency(credit.amount_left.value_or(money::Decimal(0)), currency_,
                                    money::Rounding::kTowardZero);
  }

  /// Spreads `amount` over lines of one sign in proportion to what is open of each.
  std::vector<money::Money> spread(const money::Money& amount, const Indices& over) const {
    std::vector<money::Decimal> weights;
    for (const std::size_t i : over) weights.push_back(open_[i].amount().abs());
    return money::allocate(amount, weights);
  }

  void take_off_open(const money::Money& amount, const Indices& over) {
    const std::vector<money::Money> parts = spread(amount, over);
    for (std::size_t k = 0; k < over.size(); ++k) open_[over[k]] -= parts[k];
  }

  template <class KeyOf>
  void net(const KeyOf& key_of) {
    struct Group {
      Indices positive;
      Indices negative;
    };
    std::map<decltype(key_of(lines_.front())), Group> groups;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (open_[i].is_zero()) continue;
      Group& group = groups[key_of(lines_[i])];
      (open_[i].sign() > 0 ? group.positive : group.negative).push_back(i);
    }
    for (const auto& [key, group] : groups) {
      const money::Money netted = std::min(sum(group.positive), -sum(group.negative));
      if (netted.is_zero()) continue;
      take_off_open(netted, group.positive);
      take_off_open(-netted, group.negative);
    }
  }

  void take(const domain::Credit& credit, const Indices& over, const money::Money& amount) {
    const std::vector<money::Money> parts = spread(amount, over);
    for (std::size_t k = 0; k < over.size(); ++k) {
      open_[over[k]] -= parts[k];
      shares_[over[k]] += parts[k];
    }
    draws_.push_back({credit.number, credit.title, amount});
  }

  void move(const CreditMovement& movement, domain::Credit& credit) {
    enter(movement, credit);
    movements_.push_back(movement);
  }

  std::span<const CreditLine> lines_;
  std::vector<domain::Credit> credits_;
  time::Date issued_on_;
  money::Currency currency_;
  money::Rounding rounding_;
  money::Money zero_;
  std::vector<money::Money> open_;  ///< what netting and credits have left of each line
  std::vector<money::Money> shares_;
  std::vector<domain::CreditDraw> draws_;
  std::vector<CreditMovement> movements_;
};

}  // namespace

std::string_view to_string(CreditMovementKind kind) {
  switch (kind) {
    case CreditMovementKind::kDraw:
      return "draw";
    case CreditMovementKind::kReverse:
      return "reverse";
    case CreditMovementKind::kLapse:
      return "lapse";
  }
  return {};
}

void enter(const CreditMovement& movement, domain::Credit& credit) {
  RK_CHECK(movement.credit == credit.number);
  const bool returns = movement.kind == CreditMovementKind::kReverse;
  const money::Decimal& amount = movement.amount.amount();
  if (credit.amount_left) *credit.amount_left += returns ? amount : -amount;
  if (credit.documents_left) *credit.documents_left += movement.documents;
}

CreditsApplied apply_credits(domain::CreditKind kind, std::span<const CreditLine> lines,
                             std::span<const domain::Credit> credits,
                             std::span<const EarlierDraw> earlier, time::Date issued_on,
                             money::Currency currency, money::Rounding rounding) {
  Application application(lines, credits, issued_on, currency, rounding);
  application.net_corrections();
  application.give_back(kind, earlier);
  if (kind == domain::CreditKind::kPrepaid) application.net_all();
  application.draw(kind);
  return std::move(application).finish();
}

std::vector<CreditLine> lines_due(std::span<const CreditLine> lines,
                                  std::span<const TaxableLine> taxable, const DocumentTax& tax) {
  RK_CHECK(lines.size() == taxable.size() && lines.size() == tax.of_lines.size());
  std::vector<CreditLine> due(lines.begin(), lines.end());
  for (std::size_t i = 0; i < due.size(); ++i) {
    due[i].amount = taxable[i].amount;
    if (!taxable[i].included) due[i].amount += tax.of_lines[i];
  }
  return due;
}

}  // namespace reckoner::invoicing

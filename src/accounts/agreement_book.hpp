#pragma once

// Inside of accounts: the one place where figures agreed with customers change.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "accounts/change_scope.hpp"
#include "domain/customer.hpp"

namespace reckoner::accounts {

/// Throws Error where no plan of the active configuration has such a charge with such a figure,
/// naming the nearest.
void check_figure(const config::Configuration& active, const std::string& plan,
                  const std::string& charge, const std::string& figure);

/// The agreed figures of the customers of a scope. One of a figure is recognised by its first day;
/// two of the same figure do not overlap. Changes throw Error when they cannot be, return whether
/// they changed anything, and add their reopenings, in every cycle of the customer, to the scope.
class AgreementBook {
 public:
  explicit AgreementBook(ChangeScope& scope);

  /// What is stored of the figure from that day on, or nullptr.
  const domain::AgreedFigure* find(CustomerId customer, const domain::AgreedFigure& wanted) const;
  void agree(const domain::Customer& customer, const domain::AgreedFigure& agreed);
  /// It holds for the last time on the day before; not before its first day.
  bool end(const domain::Customer& customer, const domain::AgreedFigure& agreed, time::Date on);
  /// Likewise for what holds on the day before. Throws Error when nothing does.
  bool end_in_force(const domain::Customer& customer, const std::string& plan,
                    const std::string& charge, const std::string& figure, time::Date on);

  /// Behind ChangeScope::write().
  void write();

 private:
  struct Entry {
    std::int64_t number = 0;
    domain::AgreedFigure agreed;
    bool is_new = false;
    bool is_ended = false;
  };

  Entry* entry_of(CustomerId customer, const domain::AgreedFigure& wanted);
  void reopen(const domain::Customer& customer, const domain::AgreedFigure& agreed, time::Date from,
              std::optional<time::Date> until, const std::string& cause);

  ChangeScope& scope_;
  std::map<CustomerId, std::vector<Entry>> entries_;  ///< by number
};

}  // namespace reckoner::accounts

/// Whole customers: what a period deserves, and what is billed when usage arrives late.
#include "second/customer.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace reckoner::second {
namespace {

std::string show(const std::optional<std::vector<Line>>& lines) {
  if (!lines) return " refused";
  std::string text;
  for (const Line& line : *lines) {
    text += fmt::format("\n    {} quantity {} amount {}", line.key, line.quantity.to_string(),
                        line.amount.to_string());
  }
  return text;
}

std::vector<Line> plain(const invoicing::Statement& statement) {
  std::vector<Line> lines;
  for (const domain::StatementLine& line : statement.lines) {
    const bool counted = line.charge.find("discount") == std::string::npos;
    lines.push_back({line.key, counted ? line.quantity : money::Decimal(0), line.amount.amount()});
  }
  return lines;
}

TEST(Customer, TheStatementOfAPeriod) {
  expect_agreement(8'000, [](Tape& tape) {
    const Customer customer = some_customer(tape);
    const std::vector<Event> events = some_events(tape, customer);
    const auto ours = production([&] { return plain(production_statement(customer, events)); });
    const auto theirs = expected([&] { return second_statement(customer, events); });
    const std::string wrong = differing("statement", show(ours), show(theirs));
    return wrong.empty() ? wrong : show(customer, events) + wrong;
  });
}

/// The amounts that were billed, by line key; lines that have come to nothing are left out.
class Billed {
 public:
  void add(const std::vector<domain::DocumentLine>& lines) {
    issued_ = true;
    for (const domain::DocumentLine& line : lines) {
      const auto& [key, subscription, charge, description, starts_on, ends_on, quantity, unit,
                   amount, facts, tax] = line.line;
      const auto known = std::find_if(lines_.begin(), lines_.end(), [&](const auto& billed) {
        return billed.key == line.line.key;
      });
      if (known == lines_.end()) {
        lines_.push_back({key, subscription, charge, description, starts_on, ends_on, quantity,
                          unit, amount, tax, line.tax_percent});
      } else {
        known->quantity += quantity;
        known->amount += amount;
      }
    }
  }
  void bill(const invoicing::Statement& statement) {
    add(invoicing::difference(statement, issued_, lines_));
  }
  std::string shown() const {
    std::map<std::string, std::string> by_key;
    for (const domain::BilledLine& line : lines_) {
      if (line.amount.is_zero() && line.quantity.is_zero()) continue;
      by_key[line.key] = line.quantity.to_string() + " for " + line.amount.to_string();
    }
    std::string text;
    for (const auto& [key, billed] : by_key) text += key + ": " + billed + "; ";
    return text;
  }

 private:
  bool issued_ = false;
  std::vector<domain::BilledLine> lines_;
};

TEST(Customer, LateUsageIsBilledTheSameInWhateverOrderItArrives) {
  expect_agreement(4'000, [](Tape& tape) {
    const Customer customer = some_customer(tape);
    const std::vector<Event> events = some_events(tape, customer);
    std::vector<int> arrives_in;  // the document that is the first to know the event
    for (std::size_t i = 0; i < events.size(); ++i) arrives_in.push_back(tape.below(4));
    Billed at_once;
    Billed piece_by_piece;
    const auto all = production([&] {
      at_once.bill(production_statement(customer, events));
      return true;
    });
    if (!all) return std::string();  // parked: nothing is billed
    std::string arrivals;
    for (int document = 0; document < 4; ++document) {
      std::vector<Event> known;
      for (std::size_t i = 0; i < events.size(); ++i) {
        if (arrives_in[i] <= document) known.push_back(events[i]);
      }
      arrivals += fmt::format("document {} knows {} events\n", document, known.size());
      production([&] {
        piece_by_piece.bill(production_statement(customer, known));
        return true;
      });
    }
    std::string wrong = differing("billed piece by piece", piece_by_piece.shown(), at_once.shown());
    Billed again = piece_by_piece;
    again.bill(production_statement(customer, events));
    wrong += differing("billed once more", again.shown(), piece_by_piece.shown());
    return wrong.empty() ? wrong : show(customer, events) + arrivals + wrong;
  });
}

}  // namespace
}  // namespace reckoner::second

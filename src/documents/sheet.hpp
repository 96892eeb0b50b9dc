#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "documents/bidi.hpp"
#include "documents/locale_format.hpp"
#include "documents/page_plan.hpp"
#include "documents/page_words.hpp"
#include "documents/printed.hpp"
#include "documents/typesetter.hpp"

/// For the files of this folder that lay out pages.
namespace reckoner::documents {

/// Where things stand from left to right, in points.
inline constexpr double kLeft = 56.7;  // 20 mm
inline constexpr double kRight = PdfFile::kWidth - kLeft;
inline constexpr double kContent = kRight - kLeft;

/// What all parts of one document's pages are made with.
struct Sheet {
  const Printed& printed;
  const Typesetter& typesetter;
  const LocaleFormat& format;
  const PageWords& words;
  PagePlan& plan;

  const domain::Document& document() const { return printed.document; }

  std::shared_ptr<const Text> text(std::string_view text, Face face, double width_max) const {
    return typesetter.text(text, face, width_max);
  }
  /// What does not fit ends in "…".
  std::shared_ptr<const Text> one_line(std::string_view text, Face face, double width_max) const {
    return typesetter.one_line(text, face, width_max);
  }
  std::string amount(const money::Money& money) const { return format.amount(money); }
  /// "54.22 USD".
  std::string amount_with_code(const money::Money& money) const {
    return fmt::format("{}\u00A0{}", format.amount(money), money.currency().code());
  }
};

/// One of the words with what belongs into it.
template <class... Values>
std::string filled(std::string_view word, const Values&... values) {
  const std::string text = fmt::format(fmt::runtime(word), isolated(fmt::format("{}", values))...);
  return has_right_to_left(text) ? left_to_right(text) : text;
}

/// A cell of a row: a text that begins at `x`, or ends there.
struct Cell {
  std::shared_ptr<const Text> text;
  double x = 0;
  bool ends_at_x = false;
  Ink ink = Ink::kText;
};

/// A row of cells whose first lines stand on one baseline.
Block row_of(std::vector<Cell> cells, double padding, int table, Role role = Role::kCell);

/// A line of text that stands for itself.
Block text_block(const Sheet& sheet, std::string_view text, Face face, Ink ink, Role role,
                 double padding);

// The parts of the pages from top to bottom. Each adds its blocks to the plan.

/// Issuer, recipient, what is known of the document; on the first page alone. Returns its bottom.
struct Head {
  std::function<void(PdfFile&)> draw;
  double bottom = 0;
};
Head make_head(const Sheet& sheet);

void add_lines(const Sheet& sheet);
void add_sums(const Sheet& sheet);
void add_taxes(const Sheet& sheet);
void add_balance(const Sheet& sheet);
void add_payment_advice(const Sheet& sheet);
void add_comparison(const Sheet& sheet);

/// What stands on every page around its blocks.
void draw_margins(const Sheet& sheet, PdfFile& file, std::size_t page, std::size_t pages);

/// "Invoice R-2026-000042".
std::string title_of(const Sheet& sheet);

}  // namespace reckoner::documents
